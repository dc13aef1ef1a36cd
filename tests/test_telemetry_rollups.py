"""Roll-ups by SQL: the same integers on either engine, in any order, after a kill."""

import csv
import math
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from inventory import UsageError
from inventory.audit.telemetry import METRICS, Lake, bin_of, engines, import_file
from inventory.audit.telemetry.rolling import COUNTS

ZONE = timedelta(hours=8)
START = int(datetime(2026, 3, 30, tzinfo=UTC).timestamp())


def samples(seed=1, days=4, machines=("甲-1", "b\\'2", "c")):
    """Rows (resource, metric, second, value) with gaps, over the turn of a month."""
    chance = random.Random(seed)
    for name in machines:
        for metric in ("cpu", "net_in"):
            top = 100 if metric == "cpu" else 10 ** chance.randint(1, 9)
            for second in range(START, START + days * 86_400, 900):
                if chance.random() < 0.9:
                    yield name, metric, second, round(chance.random() ** 4 * top, 2)


def written(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("resource", "metric", "ts", "value"))
        writer.writerows(rows)
    return path


UNITS = {"cpu": "percent", "net_in": "B/s"}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The samples dealt to three files, some of them to two of them."""
    folder, rows = tmp_path_factory.mktemp("files"), list(samples())
    random.Random(2).shuffle(rows)
    third = len(rows) // 3
    parts = rows[: third + 50], rows[third : 2 * third], rows[2 * third :]
    return [written(folder / f"{n}.csv", part) for n, part in enumerate(parts)]


def imported(path, files, engine=None):
    lake = Lake(path, engine)
    for file in files:
        import_file(lake, file, unit=UNITS)
    return lake


def same(one, other):
    columns = ("resource", "metric", "day", "expected", "observed", "off", "total", "peak", "hours")
    return one.resources == other.resources and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in (*columns, "start", "bins", "counts")
    )


@pytest.fixture(scope="module")
def lake(files, tmp_path_factory):
    return imported(tmp_path_factory.mktemp("lake"), files)


def test_duckdb_and_clickhouse_are_identical_to_the_bit(files, lake, tmp_path):
    other = imported(tmp_path / "lake", files, f"chdb:{tmp_path}/ch")
    assert same(lake.rollups(), other.rollups())
    assert lake.digests() == other.digests()


def test_the_order_of_import_changes_nothing(files, lake, tmp_path):
    assert imported(tmp_path, files[::-1]).digests() == lake.digests()


def test_one_file_or_several_change_nothing(lake, tmp_path):
    whole = imported(tmp_path, [written(tmp_path / "whole.csv", list(samples()))])
    assert whole.digests() == lake.digests()


def test_sql_agrees_with_python(lake):
    found = lake.rollups()
    by_day = defaultdict(list)
    for name, metric, second, value in samples():
        steps = round(value * 100) if metric == "cpu" else math.floor(value + 0.5)
        local = datetime.fromtimestamp(second, UTC) + ZONE
        by_day[name, METRICS.index(metric), (local.date() - date(1970, 1, 1)).days].append(
            (local.hour, steps)
        )
    rows = zip(found.resource, found.metric, found.day, strict=True)
    keys = [(found.resources[r], int(m), int(d)) for r, m, d in rows]
    assert keys == sorted(by_day)
    for row, key in enumerate(keys):
        hours, values = zip(*by_day[key], strict=True)
        bins = bin_of(METRICS[key[1]], np.array(values))
        assert found.total[row] == sum(values)
        assert found.peak[row] == max(values)
        assert (found.observed[row], found.expected[row]) == (len(values), 96)
        span = slice(found.start[row], found.start[row + 1])
        wanted = np.unique(bins, return_counts=True)
        assert (found.bins[span].tolist(), found.counts[span].tolist()) == tuple(w.tolist() for w in wanted)
        by_hour = {h: max(b for at, b in zip(hours, bins, strict=True) if at == h) for h in hours}
        assert found.hours[row].tolist() == [by_hour.get(h, -1) + 1 for h in range(24)]


def test_importing_again_changes_nothing(files, lake):
    before = lake.digests()
    again = import_file(lake, files[0], unit=UNITS)
    assert (again.already, again.rows > 0) == (True, True)
    assert lake.digests() == before


def test_a_file_read_with_another_unit_takes_the_place_of_the_first_reading(tmp_path):
    path = written(tmp_path / "one.csv", [("a", "cpu", START, 0.5), ("a", "cpu", START + 300, 0.25)])
    lake = Lake(tmp_path / "lake")
    import_file(lake, path, unit={"cpu": "percent"})
    import_file(lake, path, unit={"cpu": "ratio"})
    assert lake.rollups().total.tolist() == [7500]


def test_a_month_is_rolled_up_anew_only_when_its_sources_change(tmp_path):
    lake = Lake(tmp_path / "lake")
    march = written(tmp_path / "march.csv", [("a", "cpu", START, 5)])
    import_file(lake, march, unit=UNITS)
    first = lake.roll()
    import_file(lake, written(tmp_path / "may.csv", [("a", "cpu", START + 40 * 86_400, 5)]), unit=UNITS)
    assert first[0] in lake.roll()
    assert len(lake.roll()) == 2


KILLED = """
import sys
from inventory.audit.telemetry import Lake, import_file
lake = Lake(sys.argv[1])
for file in sys.argv[2:]:
    import_file(lake, file, unit={"cpu": "percent", "net_in": "B/s"})
    lake.roll()
"""


@pytest.mark.parametrize("after", [0.9, 1.4, 1.9])
def test_a_kill_loses_nothing(files, lake, tmp_path, after):
    command = [sys.executable, "-c", KILLED, str(tmp_path / "lake"), *map(str, files)]
    process = subprocess.Popen(command)
    time.sleep(after)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert imported(tmp_path / "lake", files).digests() == lake.digests()


def test_a_half_import_does_not_count(files, lake, tmp_path, monkeypatch):
    half = Lake(tmp_path)
    monkeypatch.setattr(Lake, "commit", lambda *_: None)
    import_file(half, files[0], unit=UNITS)
    assert len(half.rollups()) == 0
    monkeypatch.undo()
    assert imported(tmp_path, files).digests() == lake.digests()


def test_days_follow_the_zone_of_the_city(files, tmp_path):
    lake = Lake(tmp_path, zone="America/New_York")
    rows = [("a", "cpu", START, 1), ("a", "cpu", int(datetime(2026, 3, 8, 7, 30, tzinfo=UTC).timestamp()), 2)]
    import_file(lake, written(tmp_path / "f.csv", rows), unit=UNITS)
    found = lake.rollups()
    assert [date(1970, 1, 1) + timedelta(int(d)) for d in found.day] == [date(2026, 3, 8), date(2026, 3, 29)]
    assert [int(np.argmax(hours)) for hours in found.hours] == [3, 20]
    with pytest.raises(UsageError):
        Lake(tmp_path, zone="UTC")


LARGE = """
COPY (SELECT (100000 + (i >> 10))::VARCHAR AS resource, 0 AS metric, 0 AS value, 0 AS bin,
             (i % 30)::INTEGER AS day, 1 AS hour FROM range(17_000_000) r(i)) TO '{path}' (FORMAT parquet)
"""
"""Just above the size from which DuckDB splits a sorted file."""


def test_a_large_month_is_read_once(tmp_path):
    path, engine = tmp_path / "samples.parquet", engines.DuckDB(tmp_path)
    with engines.connect(tmp_path) as db:
        db.execute(LARGE.format(path=path))
        counting = COUNTS.format(samples=engine.relation([path]), first=0, last=30)
        split = db.sql(f"EXPLAIN {counting}").to_arrow_table()
    plans = [str(table["explain_value"][0]) for table in (split, engine.ask(f"EXPLAIN {counting}"))]
    scans = [plan.upper().count("READ_PARQUET") for plan in plans]
    assert scans[0] > scans[1] == 1
