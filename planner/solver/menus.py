"""What each system may do when, and what the cost rule alone rules out.

The choices of the systems under one cap are few enough to look at all of them together.
A choice that no combination allows needs no variable, and a project that no combination
brings through is lost before the solver starts: both are far beyond what its linear
relaxation sees.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import isinf, prod

import numpy as np
from numpy.typing import NDArray

from inventory.model import carries
from planner.plan import Action
from planner.problem import Cap, Crew, Mover, Option, Path, Problem
from planner.problem.amounts import PPM, discounts, in_period
from planner.solver.decisions import Decisions

MOST_COMBINATIONS = 1_000_000
"""Combinations of choices looked at together; a larger cap is left to the solver."""
HALF_A_FEN = 0.5


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
        self.barred = {} if "pins" in self.off else barred(problem)
        self.ways = {mover.id: self._usable(mover) for mover in waiting}
        self.of = {mover.id: self._menu(mover) for mover in waiting}

    def _menu(self, mover: Mover) -> Menu:
        last = len(self.problem.horizon)
        rows = [(Action.stay, last, 0.0, np.zeros(last))]
        ways = [(path, self._cheapest(mover, path)) for path in self.ways[mover.id]]
        for t in self._open(mover):
            ready = [(path, new) for path, new in ways if self._in_time(path, t)]
            if ready:
                once = (min(path.one_off for path, _new in ready) + mover.parallel_run) * self.worth[t]
                new = min(new for _path, new in ready)
                rows.append((Action.rehost, t, once, self._quarters(mover, mover.kept + new, t)))
        for t in self.problem.horizon if mover.retirable and mover.confirmed else ():
            gone = self._quarters(mover, 0, t)
            rows.append((Action.retire, t, mover.retire_cost * self.worth[t], gone))
        acts, periods, once, quarters = zip(*rows, strict=True)
        money = np.array(quarters)
        return Menu(
            mover,
            acts,
            np.array(periods),
            self.by_year(money) + self._parallel(mover, acts, periods),
            np.array(once) + money @ self.worth,
        )

    def _open(self, mover: Mover) -> list[int]:
        blocked = frozenset[int]() if "blackout" in self.off else mover.blocked
        return [t for t in self.problem.horizon if t not in blocked] if mover.movable else []

    def _in_time(self, path: Path, t: int) -> bool:
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

    def _cheapest(self, mover: Mover, path: Path) -> int:
        """Return the least yearly O&M of a system's machines on a way, fen."""
        return sum(
            crew.count * min(option.om_cost for option in self.places(mover, crew, path))
            for crew in mover.crews
        )

    def _quarters(self, mover: Mover, after: int, at: int) -> NDArray[np.float64]:
        names = [period.name for period in self.problem.periods]
        changes = [in_period(after, name) - in_period(mover.share, name) for name in names]
        found: NDArray[np.float64] = np.where(np.arange(len(names)) >= at, np.array(changes, float), 0.0)
        return found

    def _parallel(
        self, mover: Mover, acts: tuple[Action, ...], periods: tuple[int, ...]
    ) -> NDArray[np.float64]:
        found = np.zeros((len(acts), len(self.parts)))
        if self.problem.scenario.count_parallel:
            for n, (act, t) in enumerate(zip(acts, periods, strict=True)):
                if act is Action.rehost:
                    found[n, self.year[t]] = mover.parallel_run * self.parts[self.year[t]]
        return found

    def by_year(self, quarters: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (..., fiscal years) of (..., periods), years in part annualised."""
        sums = np.zeros((*quarters.shape[:-1], len(self.parts)))
        for t, year in enumerate(self.year):
            sums[..., year] += quarters[..., t]
        found: NDArray[np.float64] = sums * self.parts
        return found

    def kept(self, change: NDArray[np.float64], raised: int) -> NDArray[np.bool_]:
        """Return where (..., fiscal years) of changes keep the cost rule, its cap raised by some fen."""
        most = raised + HALF_A_FEN
        good: NDArray[np.bool_] = (change <= most).all(-1)
        for year in range(1, len(self.parts)):
            if self.whole[year - 1]:
                good &= change[..., year] - change[..., year - 1] <= most
        return good

    @cached_property
    def impossible(self) -> frozenset[tuple[str, Action, int]]:
        """Choices that no combination under the cost rule holds."""
        return frozenset(choice for verdict in self._verdicts for choice in verdict.impossible)

    @cached_property
    def hopeless(self) -> frozenset[str]:
        """Existing projects that the cost rule alone keeps from being covered."""
        return frozenset(v.project for v in self._verdicts if v.project and isinf(v.covering))

    def uncovered(self, decisions: Decisions) -> int:
        """Return the weight of existing projects that decisions do not bring through in time."""
        done = {system: t for system, (t, _path) in decisions.moved.items()} | decisions.retired
        by = self.problem.coverage_by
        through = {system for system, t in done.items() if t <= by}
        return sum(row.weight for row in self.problem.coverage if not set(row.systems) <= through)

    def least_cost(self, uncovered: int) -> float:
        """Return what every plan costs at the least against staying, discounted, fen.

        Each project takes its cheapest combination, and pays a price for its weight where
        that does not cover it: a Lagrangian bound on plans that leave no more weight
        uncovered than said. The best price is one at which some project changes its mind.
        """
        projects = [v for v in self._verdicts if v.weight and not isinf(v.covering)]
        spare = uncovered - sum(v.weight for v in self._verdicts if isinf(v.covering))
        prices = {0.0} | {(v.covering - v.cheapest) / v.weight for v in projects}
        rest = sum(v.cheapest for v in self._verdicts if not v.weight or isinf(v.covering))
        weights = np.array([v.weight for v in projects])
        cheapest, covering = (np.array([getattr(v, n) for v in projects]) for n in ("cheapest", "covering"))
        bounds = (np.minimum(cheapest + price * weights, covering).sum() - price * spare for price in prices)
        return float(rest + max(bounds)) - HALF_A_FEN

    @cached_property
    def _verdicts(self) -> tuple["Verdict", ...]:
        capped = {system for cap in self.problem.caps for system in cap.systems}
        alone = [Verdict(float(m.cost.min())) for s, m in self.of.items() if s not in capped]
        return (*alone, *(v for cap in self.problem.caps if (v := self._verdict(cap))))

    def _verdict(self, cap: Cap) -> "Verdict | None":
        menus = [self.of[system] for system in cap.systems if system in self.of]
        if not menus:
            return None
        if "om_cost_never_rises" in self.off or prod(len(m.acts) for m in menus) > MOST_COMBINATIONS:
            return Verdict(float(sum(m.cost.min() for m in menus)))
        good = self.kept(combined([m.change for m in menus]), cap.raised)
        cost = np.where(good, combined([m.cost[:, None] for m in menus])[..., 0], np.inf)
        row = next((row for row in self.problem.coverage if row.project == cap.name), None)
        covers = row is not None and bool(row.systems) and set(row.systems) <= {m.mover.id for m in menus}
        return Verdict(
            cheapest=float(cost.min()),
            impossible=tuple(_unused(menus, good)),
            project=row.project if row and covers else None,
            weight=row.weight if row and covers else 0,
            covering=self._covering(menus, cost, frozenset(row.systems)) if row and covers else 0.0,
        )

    def _covering(self, menus: list[Menu], cost: NDArray[np.float64], wanted: frozenset[str]) -> float:
        by = self.problem.coverage_by
        needed = [m.through(by) if m.mover.id in wanted else np.ones(len(m.acts), bool) for m in menus]
        found = cost[np.ix_(*needed)]
        return float(found.min()) if found.size else float("inf")


@dataclass(frozen=True)
class Verdict:
    """What the systems under one cap can do together."""

    cheapest: float
    """Least discounted cost against staying, fen."""
    impossible: tuple[tuple[str, Action, int], ...] = ()
    project: str | None = None
    """The existing project they make up, where they do."""
    weight: int = 0
    covering: float = 0.0
    """Least cost that covers the project, fen; infinite where nothing does."""


def combined(rows: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the sums of every combination of rows: (n1, ..., nk, width) of (ni, width)."""
    total = np.zeros((1,) * len(rows) + (rows[0].shape[1],))
    for axis, row in enumerate(rows):
        total = total + row.reshape((1,) * axis + (len(row),) + (1,) * (len(rows) - axis - 1) + (-1,))
    return total


def _unused(menus: list[Menu], good: NDArray[np.bool_]) -> Iterator[tuple[str, Action, int]]:
    for axis, menu in enumerate(menus):
        usable = good.any(axis=tuple(other for other in range(len(menus)) if other != axis))
        for n in np.flatnonzero(~usable):
            yield menu.mover.id, menu.acts[n], int(menu.periods[n])


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
