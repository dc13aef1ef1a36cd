"""What each system may do when, and what it costs at the least."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inventory.model import carries
from planner.plan import Action
from planner.problem import Crew, Mover, Option, Path, Problem
from planner.problem.amounts import PPM, discounts, in_period
from planner.rules.room import free

HALF_A_FEN = 0.5
NOWHERE = 10**15
"""Fen a year where no place is open."""
FEN_LOST = 8
"""Fen a year, by machine and by system, that a project's change may be off by where rates are summed before
they are split into quarters, or charged in even parts: a fen a rate, annualised from one quarter, in two
years.
"""


@dataclass(frozen=True)
class Menu:
    """The choices of one system: to stay, then every period it may move or retire in."""

    mover: Mover
    acts: tuple[Action, ...]
    periods: NDArray[np.int64]
    """The horizon's length where it stays."""
    change: NDArray[np.float64]
    """(choices, fiscal years) O&M against staying, annualised, fen; at the cheapest places."""
    cost: NDArray[np.float64]
    """(choices,) discounted cost against staying, fen; at the cheapest places."""
    rent: NDArray[np.float64]
    """(choices,) yearly O&M of the machines at the cheapest places, fen."""

    @cached_property
    def moving(self) -> NDArray[np.bool_]:
        """Which choices move the system."""
        return np.array([act is Action.rehost for act in self.acts])

    @cached_property
    def kinds(self) -> NDArray[np.int64]:
        """(choices,) whether each is to stay (0), to move (1) or to retire (2)."""
        return np.where(self.moving, 1, np.where(self.periods < self.periods.max(), 2, 0))

    @cached_property
    def slots(self) -> NDArray[np.int64]:
        """(choices,) where each stands among moves by period, retirements by period, and staying."""
        last = int(self.periods.max())
        return np.where(self.moving, self.periods, np.minimum(self.periods + last, 2 * last))

    def through(self, by: int) -> NDArray[np.bool_]:
        """Return which choices bring the system through by a period."""
        return self.periods <= by


class Menus:
    """The menus of a problem, and what they allow together."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.off = problem, frozenset(problem.scenario.rules_off)
        self.worth = np.array(discounts(problem.scenario.discount_rate, len(problem.horizon))) / PPM
        self.year = [list(problem.years).index(period.fiscal_year) for period in problem.periods]
        self.parts = np.array([4 / len(periods) for periods in problem.years.values()])
        self.whole = [len(periods) == 4 for periods in problem.years.values()]
        waiting = [mover for mover in problem.movers if not mover.arrived]
        self.tight = {} if "pool_capacity" in self.off else tight(problem)
        """(T,) of room at the most by resource, of pools with too little for some machine at some time."""
        self.barred = {} if "pins" in self.off else barred(problem)
        self.ways = {mover.id: self._usable(mover) for mover in waiting}
        self.of = {mover.id: self._menu(mover) for mover in waiting}

    def _menu(self, mover: Mover) -> Menu:
        last = len(self.problem.horizon)
        rows = [(Action.stay, last, 0.0, np.zeros(last), 0.0)]
        ways = [(path, self._cheapest(mover, path)) for path in self.ways[mover.id]]
        for t in self._open(mover):
            ready = [(path, new[t]) for path, new in ways if self.in_time(path, t) and new[t] < NOWHERE]
            if ready:
                once = (min(path.one_off for path, _new in ready) + mover.parallel_run) * self.worth[t]
                new = min(new for _path, new in ready)
                rows.append((Action.rehost, t, once, self._quarters(mover, mover.kept + new, t), float(new)))
        for t in self.problem.horizon if mover.retirable and mover.confirmed else ():
            gone = self._quarters(mover, 0, t)
            rows.append((Action.retire, t, mover.retire_cost * self.worth[t], gone, 0.0))
        acts, periods, once, quarters, rents = zip(*rows, strict=True)
        money, moving = np.array(quarters), np.array([act is Action.rehost for act in acts])
        return Menu(
            mover,
            acts,
            np.array(periods),
            self.by_year(money) + moving[:, None] * self.parallel(mover)[np.minimum(periods, last - 1)],
            np.array(once) + money @ self.worth,
            np.array(rents),
        )

    def _open(self, mover: Mover) -> list[int]:
        blocked = frozenset[int]() if "blackout" in self.off else mover.blocked
        return [t for t in self.problem.horizon if t not in blocked] if mover.movable else []

    def in_time(self, path: Path, t: int) -> bool:
        """Return whether the work of a way can be done by a period."""
        return path.lead <= t + 1 or "adaptation_lead_time" in self.off

    def _usable(self, mover: Mover) -> list[Path]:
        closed = self.problem.without_ipv6 if self.problem.ipv6_required else {}
        return [
            path
            for path in mover.paths
            if path.platform not in closed and all(self.places(mover, crew, path) for crew in mover.crews)
        ]

    def places(self, mover: Mover, crew: Crew, path: Path) -> list[Option]:
        """Return where a way may put the machines of a workload."""
        pools = path.pools - self.barred.get(mover.id, frozenset())
        return [
            option
            for option in crew.options
            if option.pool in pools and carries(path.kind, option.adaptation)
        ]

    def _cheapest(self, mover: Mover, path: Path) -> list[int]:
        """Return (T,) of the least yearly O&M of a system's machines on a way, fen."""
        total = [0 for _t in self.problem.horizon]
        for crew in mover.crews:
            places = self.places(mover, crew, path)
            if {option.pool for option in places}.isdisjoint(self.tight):
                cheapest = [min(option.om_cost for option in places)] * len(total)
            else:
                cheapest = [self._least(places, max(0, t - mover.overlap)) for t in self.problem.horizon]
            total = [so_far + crew.count * least for so_far, least in zip(total, cheapest, strict=True)]
        return total

    def _least(self, places: list[Option], t: int) -> int:
        """Return the least yearly O&M of a machine that takes room from a period on, fen."""
        return min((option.om_cost for option in places if self._opened(option, t)), default=NOWHERE)

    def _opened(self, option: Option, t: int) -> bool:
        """Whether a pool could have room for a machine from a period on if it were alone."""
        room = self.tight.get(option.pool, {})
        return all(min(room[r][t:]) >= amount for r, amount in option.demand.items() if r in room)

    def _quarters(self, mover: Mover, after: int, at: int) -> NDArray[np.float64]:
        names = [period.name for period in self.problem.periods]
        changes = [in_period(after, name) - in_period(mover.share, name) for name in names]
        found: NDArray[np.float64] = np.where(np.arange(len(names)) >= at, np.array(changes, float), 0.0)
        return found

    def parallel(self, mover: Mover) -> NDArray[np.float64]:
        """Return (T, fiscal years) of what parallel running adds to the O&M that counts, annualised, fen."""
        found = np.zeros((len(self.year), len(self.parts)))
        if self.problem.scenario.count_parallel:
            found[np.arange(len(self.year)), self.year] = mover.parallel_run * self.parts[self.year]
        return found

    def by_year(self, quarters: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (..., fiscal years) of (..., periods), years in part annualised."""
        sums = np.zeros((*quarters.shape[:-1], len(self.parts)))
        for t, year in enumerate(self.year):
            sums[..., year] += quarters[..., t]
        found: NDArray[np.float64] = sums * self.parts
        return found

    def watched(self) -> list[NDArray[np.float64]]:
        """Return the sums of fiscal years that the cost rule watches: each, and its rise since the last."""
        years = np.eye(len(self.parts))
        rises = [years[n] - years[n - 1] for n in range(1, len(self.parts)) if self.whole[n - 1]]
        return [*years, *rises]

    def kept(self, change: NDArray[np.float64], raised: int) -> NDArray[np.bool_]:
        """Return where (..., fiscal years) of changes keep the cost rule, its cap raised by some fen."""
        most = raised + HALF_A_FEN
        good: NDArray[np.bool_] = (change <= most).all(-1)
        for year in range(1, len(self.parts)):
            if self.whole[year - 1]:
                good &= change[..., year] - change[..., year - 1] <= most
        return good


def tight(problem: Problem) -> dict[str, dict[str, list[int]]]:
    """Return (T,) of room with everything bought that is for sale, where some machine alone needs more."""
    largest: dict[tuple[str, str], int] = defaultdict(int)
    for option in (option for m in problem.movers for crew in m.crews for option in crew.options):
        for resource, amount in option.demand.items():
            largest[option.pool, resource] = max(largest[option.pool, resource], amount)
    found: dict[str, dict[str, list[int]]] = {}
    for room in problem.rooms:
        sold = [purchase for purchase in problem.purchases if purchase.pool == room.pool]
        for resource in room.capacity:
            most = [
                free(room, resource, t)
                + sum(p.adds.get(resource, 0) * p.maximum for p in sold if t >= p.lead)
                for t in problem.horizon
            ]
            if min(most) < largest[room.pool, resource]:
                found.setdefault(room.pool, {})[resource] = most
    return found


def barred(problem: Problem) -> dict[str, frozenset[str]]:
    """Return the pools that decisions by hand bar to systems."""
    pools = {room.pool for room in problem.rooms}
    found: dict[str, set[str]] = {}
    for pin in problem.pins:
        if pin.pool:
            found.setdefault(pin.system, set()).update(pools - {pin.pool})
    for ban in problem.scenario.forbids:
        if ban.pool:
            found.setdefault(ban.system, set()).add(ban.pool)
    return {system: frozenset(names) for system, names in found.items()}
