"""The truth: who is used when, what is measured of it, and what goes missing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from benchmarks.grafting.days import Days, Ints
from benchmarks.grafting.idle import idle_days
from benchmarks.grafting.signals import Maker
from inventory.audit.telemetry import METRICS, SIGNALS, Rollups, Signals, Summaries
from inventory.model import City, Declaration, System, Workload

AS_OF = date(2026, 10, 31)
SPAN = 395
"""Days of history: 13 months."""
CLASSES = {"normal": 38, "zombie": 25, "rare": 12, "annual": 10, "missing": 8, "standby": 7}
"""Shares of the systems, per cent. Used throughout; used by nobody; used on 3 to 10 days in all; used in
one season of 10 to 40 days a year; used, but mostly not measured; waiting for a failure."""
CALENDARS = 0.67
"""Share of the annual systems that declare their season."""
DECLARED = 0.6
"""Share of the stand-bys that are declared, with a drill as evidence."""
MACHINES = (0.6, 0.3, 0.1)
"""Shares of systems with one, two and three machines."""
JITTER = 0.1
"""Share of tiled days that are swapped for a neighbour within three days."""
DAY_LOST = 0.01
"""Chance of a machine's day without data."""
GAP, LONG_GAP = 0.10, 0.03
"""Chances of one gap of 2 to 15, and of 25 to 120, days in a machine's data."""
BATCH = 64
FIRST = AS_OF - timedelta(days=SPAN - 1)
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Machine:
    """A machine as the days it is made of."""

    name: str
    vcpu: int
    rows: Ints
    """Shape (days, metrics): rows of the stock; -1 where the day is lost."""


@dataclass(frozen=True, eq=False)
class World:
    """City, telemetry and truth. It serves buckets and signals as a lake does."""

    city: City
    stock: Rollups
    machines: tuple[Machine, ...]
    business: Signals
    classes: dict[str, str]
    calendars: frozenset[str]
    """Annual systems with a declared season."""

    def chunks(self, *, first: date, last: date) -> Iterator[Rollups]:
        """Yield the buckets of some machines after the other."""
        for at in range(0, len(self.machines), BATCH):
            yield _tiled(self.stock, self.machines[at : at + BATCH], first, last)

    def signals(self) -> Signals:
        """Return the business signals."""
        return self.business

    def without_business(self) -> "World":
        """Return the same world without a single business signal."""
        return replace(self, business=_signals([], np.full((0, len(SIGNALS), SPAN), -1, np.int64)))

    def summaries(self) -> Summaries:
        """Return no averages: every day is known or lost."""
        none = np.zeros(0, np.int64)
        days = none.astype(np.int32)
        return Summaries((), days, none.astype(np.int8), days, days, none, none, none, days)


def world(days: Days, systems: int, seed: int) -> World:
    """Graft a city onto real days; the same seed gives the same city."""
    chance = np.random.default_rng(seed)
    names = [f"s{number:04d}" for number in range(systems)]
    shares = np.array(list(CLASSES.values())) / 100
    kinds = np.repeat(list(CLASSES), _parts(systems, shares)).tolist()
    chance.shuffle(kinds)
    maker = Maker(chance, SPAN, FIRST)
    counts = np.full((systems, len(SIGNALS), SPAN), -1, np.int64)
    records, plans = [], []
    for row, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        use, season = maker.use(kind)
        counts[row] = maker.signals(kind, use)
        records.append(_system(name, kind, season, chance))
        number = 1 + int(chance.choice(len(MACHINES), p=MACHINES))
        plans += [
            (f"{name}-vm{n}", name, kind, use, int(chance.integers(len(days.rows)))) for n in range(number)
        ]
    series = np.array([plan[4] for plan in plans])
    idle = idle_days(days, series, chance)
    stock, offset = _joined(days.rollups, idle.rollups)
    machines = tuple(
        Machine(name, int(days.vcpu[vm]), _days(kind, use, days.rows[vm], idle.rows[n] + offset, chance))
        for n, (name, _system_id, kind, use, vm) in enumerate(plans)
    )
    return World(
        _city(records, [(name, system) for name, system, *_rest in plans]),
        stock,
        machines,
        _signals(names, counts),
        dict(zip(names, kinds, strict=True)),
        frozenset(r.id for r in records if r.seasons),
    )


def _parts(systems: int, shares: np.ndarray) -> Ints:
    upto = np.rint(np.cumsum(shares) * systems).astype(np.int64)
    return np.diff(np.concatenate(([0], upto)))


def _days(kind: str, use: np.ndarray, busy: Ints, idle: Ints, chance: np.random.Generator) -> Ints:
    """Tile days: real ones while the system is used, its idle ones otherwise; then lose some."""
    start = int(chance.integers(len(busy)))
    at = start + np.arange(SPAN) + np.where(chance.random(SPAN) < JITTER, chance.integers(-3, 4, SPAN), 0)
    rest = idle[chance.integers(len(idle), size=SPAN)]
    works = np.ones(SPAN, np.bool_) if kind in ("normal", "missing") else use
    rows = np.where(works[:, None], busy[at % len(busy)], rest)
    lost = chance.random(SPAN) < DAY_LOST
    for share, low, high in ((GAP, 2, 15), (LONG_GAP, 25, 120)):
        if chance.random() < share:
            begin, length = int(chance.integers(SPAN)), int(chance.integers(low, high + 1))
            lost[begin : begin + length] = True
    return np.where(lost[:, None], -1, rows)


def _system(name: str, kind: str, season: str | None, chance: np.random.Generator) -> System:
    calendar = (season,) if season and chance.random() < CALENDARS else ()
    drill = AS_OF - timedelta(days=int(chance.integers(30, 360)))
    declared = None
    if kind == "standby" and chance.random() < DECLARED:
        declared = Declaration(kind="standby", document="drill", date=drill, by="owner", evidence=drill)
    return System(id=name, name=name, owner="bureau", runs_on="pool", seasons=calendar, declared=declared)


def _city(systems: list[System], machines: list[tuple[str, str]]) -> City:
    workloads = [
        Workload(id=f"w-{name}", name=name, system=system, machines=(name,)) for name, system in machines
    ]
    return City(id="truth", name="truth", as_of=AS_OF, systems=tuple(systems), workloads=tuple(workloads))


def _signals(names: list[str], counts: Ints) -> Signals:
    system, signal, day = np.nonzero(counts >= 0)
    first = (FIRST - EPOCH).days
    found = counts[system, signal, day]
    columns = (system.astype(np.int32), signal.astype(np.int8), (day + first).astype(np.int32), found)
    return Signals(tuple(names), *columns, np.ones(len(found), np.bool_))


def _joined(real: Rollups, idle: Rollups) -> tuple[Rollups, int]:
    """Both stocks as one, and by how many rows the idle ones moved."""
    columns = (
        "metric",
        "expected",
        "observed",
        "off",
        "total",
        "peak",
        "hours",
        "bins",
        "counts",
        "day",
        "resource",
    )
    both = {name: np.concatenate([getattr(real, name), getattr(idle, name)]) for name in columns}
    start = np.concatenate([real.start, idle.start[1:] + real.start[-1]])
    return Rollups(resources=(), vcpu=real.vcpu, start=start, **both), len(real)


def _tiled(stock: Rollups, machines: tuple[Machine, ...], first: date, last: date) -> Rollups:
    low, high = ((day - FIRST).days for day in (first, last))
    low = max(low, 0)
    rows = np.stack([machine.rows[low : high + 1].T for machine in machines])
    machine, _metric, day = np.nonzero(rows >= 0)
    found = stock.select(rows[rows >= 0])
    start = (FIRST - EPOCH).days + low
    return replace(
        found,
        resources=tuple(machine.name for machine in machines),
        vcpu=np.array([machine.vcpu for machine in machines], np.int32),
        resource=machine.astype(np.int32),
        day=(day + start).astype(np.int32),
    )


assert len(METRICS) == 6  # noqa: S101 - the stock lists days metric by metric
