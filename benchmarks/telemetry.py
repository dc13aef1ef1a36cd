"""Samples to verdicts, beside DuckDB alone scanning and grouping the same file.

``python -m benchmarks.telemetry [--samples N] [--fleet VMS] [--months M] [--seed S]``

``ratio`` is the time from the kept samples to the verdicts (rolling up and judging) over the
time in which a bare query groups the same Parquet file by machine, metric, day and bin; it
runs before and after, and the mean counts.
``fleet`` judges machines whose roll-ups lie in the lake already; ``--fleet 0`` leaves it out.
"""

import argparse
import gc
import json
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.meter import measured, peak_mb
from inventory.audit import telemetry, verdicts
from inventory.audit.telemetry import METRICS, Lake, Rollups, engines
from inventory.model import City, System, Workload

DAYS = 92
INTERVAL = 300
AS_OF = date(2026, 9, 30)
EPOCH = date(1970, 1, 1)
MACHINES_A_SYSTEM = 4
UNITS = {"cpu": "percent", "memory": "percent"} | dict.fromkeys(METRICS[2:], "B/s")
BARE = """
SELECT resource, metric, (ts + 28800) // 86400 AS local_day, bin,
       count(*) AS n, sum(value) AS total, max(value) AS peak
FROM read_parquet('{path}') GROUP BY resource, metric, local_day, bin
"""
"""What anybody would write first: no hours, no order, no expected samples, nothing kept."""
SAMPLES = """
COPY (
  SELECT resource, metric, ts,
    CASE WHEN metric IN ('cpu', 'memory')
      THEN least(100.0, floor + chance * 2 + if(busy AND chance > 0.6, 60 * chance, 0))
      ELSE floor * 200 * (1 + chance) + if(busy AND chance > 0.6, 1e6 * chance * chance, 0) END AS value
  FROM (
    SELECT 'vm-' || lpad(vm::VARCHAR, 6, '0') AS resource, metric, {begin} + step * {interval} AS ts,
      hash(vm, metric, {seed}) % 900 / 100.0 AS floor,
      hash(vm, metric, step, {seed}) % 1000 / 1000.0 AS chance,
      hash(vm, {seed}) % 3 > 0 AND step * {interval} % 86400 BETWEEN 3600 AND 36000 AS busy
    FROM range({first}, {last}) v(vm), (SELECT unnest({metrics}) AS metric), range({steps}) s(step)
    WHERE hash(vm, step // 36, {seed} + 1) % 100 > 0
  )
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""
"""Idle floors, office hours on two of three machines, and gaps of three hours in one of a hundred."""


def main() -> None:
    """Run the benchmark and print its object."""
    options = _options()
    stages: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        samples = _from_samples(Path(folder), options.samples, options.seed, stages)
        fleet = _from_rollups(Path(folder), options, stages) if options.fleet else {}
    result = {"name": "telemetry", "seconds_by_stage": stages}
    print(json.dumps(result | samples | fleet | {"peak_mb": peak_mb()}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=2_000_000)
    parser.add_argument("--fleet", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=13)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _timed[T](stages: dict[str, float], name: str, work: Callable[[], T]) -> T:
    gc.collect()
    with measured() as meter:
        done = work()
    stages[name] = meter.seconds
    return done


def _from_samples(folder: Path, size: int, seed: int, stages: dict[str, float]) -> dict[str, Any]:
    raw, lake = folder / "raw.parquet", Lake(folder / "lake")
    machines = max(1, size * INTERVAL // (len(METRICS) * DAYS * 86_400))
    _timed(stages, "generate", lambda: generate(raw, machines, seed, folder))
    taken = _timed(stages, "import", lambda: telemetry.import_file(lake, raw, unit=UNITS))
    raw.unlink()
    groups = _timed(stages, "bare", lambda: _bare(lake))
    _timed(stages, "rollups", lake.roll)
    city = fleet_city([f"vm-{vm:06}" for vm in range(machines)])
    audit = _timed(stages, "verdicts", lambda: verdicts.judge(city, lake, AS_OF))
    _timed(stages, "bare_again", lambda: _bare(lake))
    bare = round((stages["bare"] + stages["bare_again"]) / 2, 3)
    seconds = round(stages["rollups"] + stages["verdicts"], 3)
    return {
        "size": {"samples": taken.rows, "machines": machines, "days": DAYS, "systems": len(audit.verdicts)},
        "seconds": seconds,
        "ratio": round(seconds / bare, 3),
        "their": {"name": "duckdb scan and group", "seconds": bare, "groups": groups},
        "ingest_rows_per_second": round(taken.rows / stages["import"]),
        "kinds": _kinds(audit),
    }


def generate(path: Path, machines: int, seed: int, spill: Path) -> None:
    """Write samples of six metrics, one every five minutes for three months, as a long table."""
    day = (AS_OF - timedelta(days=DAYS - 1) - EPOCH).days
    known = {"begin": day * 86_400 - 28_800, "interval": INTERVAL, "steps": DAYS * 86_400 // INTERVAL}
    with engines.connect(spill) as db:
        db.execute("SET preserve_insertion_order = FALSE")
        db.execute(
            SAMPLES.format(first=0, last=machines, seed=seed, metrics=list(METRICS), path=path, **known)
        )


def _bare(lake: Lake) -> int:
    path = next((lake.path / "samples").glob("*.parquet"))
    with engines.connect(lake.path / "tmp") as db:
        return len(db.sql(BARE.format(path=path)).to_arrow_table())


def fleet_city(machines: Sequence[str]) -> City:
    """Return a city whose systems have four machines each."""
    names = [f"s-{index:05}" for index in range(-(-len(machines) // MACHINES_A_SYSTEM))]
    groups = [machines[i : i + MACHINES_A_SYSTEM] for i in range(0, len(machines), MACHINES_A_SYSTEM)]
    systems = tuple(System(id=name, name=name, owner="bureau", runs_on="pool") for name in names)
    workloads = tuple(
        Workload(id=f"{name}-app", name="app", system=name, machines=tuple(group))
        for name, group in zip(names, groups, strict=True)
    )
    return City(id="fleet", name="fleet", as_of=AS_OF, systems=systems, workloads=workloads)


def _from_rollups(folder: Path, options: argparse.Namespace, stages: dict[str, float]) -> dict[str, Any]:
    lake, chance = Lake(folder / "fleet"), np.random.default_rng(options.seed)
    rows = 0
    with measured() as meter:
        for month in range(options.months):
            rows += len(made := rollups(options.fleet, month, options.months, chance))
            lake.add(made)
            del made
    stages["fleet_generate"] = meter.seconds
    city = fleet_city(lake.resources)
    audit = _timed(stages, "fleet_verdicts", lambda: verdicts.judge(city, lake, AS_OF))
    size = {
        "machines": options.fleet,
        "months": options.months,
        "buckets": rows,
        "systems": len(audit.verdicts),
    }
    megabytes = sum(f.stat().st_size for f in lake.path.rglob("*.parquet")) / 2**20
    return {
        "fleet": {
            "size": size,
            "seconds": stages["fleet_verdicts"],
            "rollups_mb": round(megabytes, 1),
            "kinds": _kinds(audit),
        }
    }


def rollups(machines: int, month: int, months: int, chance: np.random.Generator) -> Rollups:
    """Make thirty days of roll-ups of a fleet as columns; a third of the machines only idles."""
    rows = machines * len(METRICS) * 30
    machine = np.repeat(np.arange(machines, dtype=np.int32), len(METRICS) * 30)
    metric = np.tile(np.repeat(np.arange(len(METRICS), dtype=np.int8), 30), machines)
    first = (AS_OF - EPOCH).days - 30 * (months - month) + 1
    day = np.tile(np.arange(first, first + 30, dtype=np.int32), machines * len(METRICS))
    width = np.where(machine % 3 == 0, 2, chance.integers(4, 24, rows))
    base = (machine * 7 + metric * 13) % 30
    start = np.concatenate(([0], np.cumsum(width)))
    bins = (np.arange(start[-1]) - np.repeat(start[:-1], width) + np.repeat(base, width)).astype(np.int16)
    counts = np.ones(start[-1], dtype=np.int32)
    counts[start[:-1]] = 288 - width + 1
    top = base + width
    hours = np.repeat((base + 1).astype(np.uint8)[:, None], 24, axis=1)
    hours[:, 9:18] = top[:, None].astype(np.uint8)
    full = np.full(rows, 288, dtype=np.int32)
    names = tuple(f"vm-{index:06}" for index in range(machines))
    return Rollups(
        names,
        np.full(machines, 4, dtype=np.int32),
        machine,
        metric,
        day,
        full,
        full,
        np.zeros(rows, dtype=np.int32),
        288 * 50 * base.astype(np.int64),
        50 * (top - 1).astype(np.int64),
        hours,
        start.astype(np.int64),
        bins,
        counts,
    )


def _kinds(audit: verdicts.Audit) -> dict[str, int]:
    found = [str(verdict.kind.value) for verdict in audit.verdicts]
    return {kind: found.count(kind) for kind in sorted(set(found))}


if __name__ == "__main__":
    main()
