"""Thirteen months of invented telemetry for the demo city, the same from the same seed.

``python -m docs.demo_telemetry`` writes ``configs/tieling/telemetry``: it makes the files that
clouds and gateways hand over, then imports them as any user would. Every value is an assumption;
what is invented and why stands in the note beside them.
"""

import csv
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter
from numpy.typing import NDArray

import inventory
from inventory.audit.telemetry import Lake, import_file
from inventory.model import City, System, Workload

SEED = 20261031
FIRST, LAST = date(2025, 9, 1), date(2026, 10, 31)
"""Fourteen months, so that an audit a month earlier has its thirteen too."""
RECENT = 92
"""Days of samples of machines that nobody suspects."""
BACKUP = slice(2, 3)
"""Local hours of the nightly backup."""
NIGHTLY = {"edures": slice(0, 6)}
"""Longer jobs: the stand-by copies its content every night."""
SNAPSHOTS = ("nongchan",)
"""Systems backed up by snapshots of their storage, which a machine does not feel."""
QUIET = ("renda", "edures")
"""Systems so small that use does not show on their CPU."""
SHANGHAI = timezone(timedelta(hours=8))
DAYS = (LAST - FIRST).days + 1
MONTHLY = "mobile"
"""The side cloud that hands over a monthly workbook and no samples."""

TIELING = Path(__file__).resolve().parent.parent / "configs" / "tieling"
SIGNALS = ("logins", "requests", "flows_in", "db_sessions", "deploys")
NETWORK = ("net_in (B/s)", "net_out (B/s)", "power")
MEMORY = ("memory (%)",)
MACHINES = ("time", "resource", "vcpu", "cpu (%)")
MONTHS = (
    "资源名称",
    "月份",
    "CPU均值(%)",
    "CPU峰值(%)",
    "CPU均峰值(%)",
    "内存均值(%)",
    "内存峰值(%)",
    "内存均峰值(%)",
)

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Story:
    """How a system's days differ from those of its log-ins in the inventory."""

    spans: tuple[tuple[date, date, int], ...] = ()
    """First day, last day, log-ins a day; other days have none."""
    silent: bool = False
    """Nobody hands over any signal or sample of it."""
    signals: bool = True
    """Whether gateways see it."""
    outage: tuple[date, date] | None = None
    """Days the collector lost."""
    off: date | None = None
    """Day from which its machines were switched off."""
    long: bool = True
    """Whether its machines have samples of all months."""


NOBODY = Story()
STORIES: Mapping[str, Story] = {
    "lvyou": NOBODY,
    "oldoa": NOBODY,
    "zhaoshang": Story(spans=((date(2025, 9, 15), date(2025, 9, 18), 3),), off=date(2026, 8, 1)),
    "nongchan": NOBODY,
    "edures": NOBODY,
    "zhongkao": Story(spans=((date(2026, 5, 10), date(2026, 7, 20), 2600),)),
    "renda": Story(
        spans=((date(2026, 1, 12), date(2026, 1, 16), 64), (date(2026, 7, 21), date(2026, 7, 22), 11))
    ),
    "jixiao": Story(signals=False, outage=(date(2026, 2, 9), date(2026, 8, 23))),
    "xinfang": Story(silent=True),
    "guoku": Story(long=False),
}
"""What the demo is to show; every other system is used as its log-ins say."""


def generator(*name: str) -> np.random.Generator:
    """Return the numbers of one series; another series more changes none of the others."""
    return np.random.default_rng([SEED, zlib.crc32("/".join(name).encode())])


def days() -> list[date]:
    """Return every day of the telemetry."""
    return [FIRST + timedelta(days=n) for n in range(DAYS)]


def weekly() -> Ints:
    """Return 1 for working days and 0 for weekends, Monday to Friday alone."""
    return np.array([day.weekday() < 5 for day in days()], dtype=np.int64)


def logins(system: System) -> Ints:
    """Return the log-ins of each day."""
    story = STORIES.get(system.id)
    counts = generator(system.id, "logins")
    if story is None or story.long is False or not (story.spans or story == NOBODY):
        rate = (system.monthly_logins or 0) / 22
        return counts.poisson(rate * np.where(weekly() == 1, 1.0, 0.08))
    mean = np.zeros(DAYS)
    for first, last, a_day in story.spans:
        mean[(first - FIRST).days : (last - FIRST).days + 1] = a_day
    return counts.poisson(mean)


def signals(city: City) -> Iterator[tuple[Any, ...]]:
    """Yield system, day and a count for each of ``SIGNALS``; empty where no gateway counts it."""
    for system in city.systems:
        story = STORIES.get(system.id, Story(long=False))
        if system.external or story.silent or not story.signals:
            continue
        seen = _seen(system, logins(system))
        for n, day in enumerate(days()):
            yield system.id, day, *(int(seen[name][n]) if name in seen else "" for name in SIGNALS)


def _seen(system: System, people: Ints) -> dict[str, Ints]:
    found = {"logins": people, "requests": people * 14 + people // 3}
    if system.id in STORIES:
        found["flows_in"] = people * 2
        found["db_sessions"] = people // 2
    change = np.zeros(DAYS, dtype=np.int64)
    if system.last_change and FIRST <= system.last_change <= LAST:
        change[(system.last_change - FIRST).days] = 1
    return found | {"deploys": change}


def samples(city: City, workload: Workload, machine: str) -> Iterator[tuple[Any, ...]]:
    """Yield the hourly samples of a machine as collectors give them; days the collector lost are left out."""
    story = STORIES.get(workload.system, Story(long=False))
    shape = _busy(city.system[workload.system])
    columns: list[NDArray[Any]] = [cpu(workload, machine, shape) / 10]
    if story.long:
        columns += [_net(workload, machine, shape, "in"), _net(workload, machine, shape, "out")]
    else:
        columns += [_memory(workload, machine)]
    for n in range(0 if story.long else DAYS - RECENT, DAYS):
        day = FIRST + timedelta(days=n)
        if story.outage and story.outage[0] <= day <= story.outage[1]:
            continue
        off = story.off is not None and day >= story.off
        power = (("poweredOff" if off else "poweredOn"),) if story.long else ()
        for hour in range(24):
            moment = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
            cells = (0 if off else c[n, hour] for c in columns)
            yield moment.isoformat(), machine, workload.vcpu or "", *cells, *power


def _busy(system: System) -> NDArray[np.float64]:
    """Return how busy people make each hour of each day, from 0 to 1."""
    people = logins(system) if not STORIES.get(system.id, NOBODY).silent else np.zeros(DAYS)
    share = np.rint(np.minimum(1.0, people / max(1.0, float(np.percentile(people, 90)))) * 5) / 5
    hours = np.array([0] * 8 + [0.7, 1, 1, 0.8, 0.4, 0.5, 1, 1, 0.9, 0.5] + [0.1] * 3 + [0] * 3)
    made: NDArray[np.float64] = share[:, None] * hours[None, :] * (system.id not in QUIET)
    return made


def cpu(workload: Workload, machine: str, busy: NDArray[np.float64]) -> Ints:
    """Return the CPU of each hour of each day, 1/10 %: a resting floor, use on top, jobs at night."""
    noise = generator(machine, "cpu")
    use = workload.usage
    top = (use.cpu_p95 if use and use.cpu_p95 else 1600) // 10
    peak = (use.cpu_p995 if use and use.cpu_p995 else 2400) // 10
    floor = 20 if top > 40 else 10
    work = busy * (top - floor) * noise.choice([0.8, 0.9, 1.0], (DAYS, 24))
    value = floor + np.rint(work / 10) * 10 + 3 * ((noise.random((DAYS, 24)) < 0.05) & (work < 5))
    value = np.where((noise.random((DAYS, 24)) < 0.02) & (busy > 0.6), peak, value)
    if workload.system not in SNAPSHOTS:
        value[:, NIGHTLY.get(workload.system, BACKUP)] = max(floor + 30, min(peak, 120))
    return np.clip(np.rint(value), 0, 1000).astype(np.int64)


def _memory(workload: Workload, machine: str) -> Ints:
    use = workload.usage
    usual = (use.memory_p90 if use and use.memory_p90 else 3000) // 100
    most = (use.memory_max if use and use.memory_max else 3600) // 100
    chance = generator(machine, "memory").random(DAYS)
    by_day: Ints = np.where(chance < 0.05, most, usual - (chance > 0.5)).astype(np.int64)
    return np.repeat(by_day[:, None], 24, axis=1)


def _net(workload: Workload, machine: str, busy: NDArray[np.float64], way: str) -> Ints:
    """Return bytes a second: a hum, use on top, and the nightly backup on its way out."""
    noise = generator(machine, "net", way)
    hum = 20 + 10 * (noise.random((DAYS, 24)) < 0.02)
    value: Ints = (hum + np.rint(busy * 40) * 1000).astype(np.int64)
    if way == "out" and workload.system not in SNAPSHOTS:
        value[:, BACKUP] = 4_000_000
    return value


def monthly(city: City) -> Iterator[tuple[Any, ...]]:
    """Yield what the side cloud reports: machine, month, average, peak and mean of the daily peaks."""
    for workload in workloads(city, monthly=True):
        for machine in machines(workload):
            load = cpu(workload, machine, _busy(city.system[workload.system]))
            memory = _memory(workload, machine) * 10
            for month in sorted({day.strftime("%Y-%m") for day in days()}):
                rows = [n for n, day in enumerate(days()) if day.strftime("%Y-%m") == month]
                yield machine, month, *_summary(load[rows]), *_summary(memory[rows])


def _summary(values: Ints) -> tuple[float, ...]:
    figures = (values.mean(), values.max(), values.max(axis=1).mean())
    return tuple(round(float(figure) / 10, 1) for figure in figures)


def machines(workload: Workload) -> tuple[str, ...]:
    """Return the names that collectors know a workload's machines by."""
    return workload.machines or (workload.id,)


def workloads(city: City, *, monthly: bool) -> list[Workload]:
    """Return the workloads of the side cloud that reports by month, or all others that are watched."""
    silent = {name for name, story in STORIES.items() if story.silent}
    return [
        workload
        for workload in city.workloads
        if workload.system not in silent and (city.pool_of(workload).platform == MONTHLY) is monthly
    ]


def write(city: City, folder: Path) -> list[Path]:
    """Write the files that clouds, machine rooms and gateways hand over."""
    watched = workloads(city, monthly=False)
    long = [w for w in watched if STORIES.get(w.system, Story(long=False)).long]
    recent = [w for w in watched if w not in long]
    return [
        table(folder / "business-signals.csv", ("system", "day", *SIGNALS), signals(city)),
        table(folder / "suspects.csv", (*MACHINES, *NETWORK), _all(city, long)),
        table(folder / "suspects-memory.csv", ("time", "resource", *MEMORY), _memories(city, long)),
        table(folder / "machines.csv", (*MACHINES, *MEMORY), _all(city, recent)),
        _workbook(folder / "mobile-cloud-months.xlsx", monthly(city)),
    ]


def _all(city: City, watched: Iterable[Workload]) -> Iterator[tuple[Any, ...]]:
    for workload in watched:
        for machine in machines(workload):
            yield from samples(city, workload, machine)


def _memories(city: City, watched: Iterable[Workload]) -> Iterator[tuple[Any, ...]]:
    """Yield the hourly working set of the last days, which the suspects' collector keeps no longer."""
    for workload in watched:
        off = STORIES[workload.system].off
        for machine in machines(workload):
            values = _memory(workload, machine)
            for n in range(DAYS - RECENT, DAYS):
                day = FIRST + timedelta(days=n)
                for hour in range(24) if off is None or day < off else ():
                    moment = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
                    yield moment.isoformat(), machine, values[n, hour]


def table(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    """Write a CSV table and return its path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
    return path


def _workbook(path: Path, rows: Iterable[Sequence[Any]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2026, 11, 1)})
        sheet = book.add_worksheet("资源利用率")
        for n, row in enumerate([MONTHS, *rows]):
            sheet.write_row(n, 0, row)
    return path


def main() -> None:
    """Make the files, import them, and keep what a verdict reads."""
    lake = Lake(TIELING / "telemetry")
    with tempfile.TemporaryDirectory() as folder:
        for path in write(inventory.load(TIELING), Path(folder)):
            sys.stderr.write(f"{import_file(lake, path)}\n")
    lake.roll()


if __name__ == "__main__":
    main()
