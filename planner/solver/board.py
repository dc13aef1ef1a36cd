"""A plan in the making: what it uses so far, and whether one step more keeps every rule.

Stricter than the rules where that is simple: no block is bought, and a rule that the
scenario switches off is kept all the same. What stands on a board is a plan.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from planner.plan import Action
from planner.problem import Crew, Mover, Option, Path, Problem
from planner.problem.amounts import in_period
from planner.solver.decisions import Decisions
from planner.solver.menus import HALF_A_FEN, Menus

MONTHS = 1e-9
"""Hundredths of a person-month that count as none."""


@dataclass(frozen=True)
class Step:
    """What is decided for one system."""

    mover: Mover
    act: Action
    period: int
    path: Path | None = None
    placed: tuple[tuple[Option, int], ...] = ()

    @property
    def after(self) -> int:
        """Yearly O&M from then on, fen."""
        new = sum(option.om_cost * count for option, count in self.placed)
        return 0 if self.act is Action.retire else self.mover.kept + new

    @property
    def once(self) -> int:
        """One-off money, fen."""
        return self.path.one_off if self.path else self.mover.retire_cost


class Load(NamedTuple):
    """Traffic on a line while a system is here and its partner there; ``None`` is where it is now."""

    line: int
    here: str | None
    other: str
    there: str | None
    mbit: int


@dataclass
class Board:
    """The steps taken, and what is left of everything that is scarce."""

    problem: Problem
    menus: Menus
    steps: dict[str, Step] = field(default_factory=dict)

    def __post_init__(self) -> None:
        p, last = self.problem, len(self.problem.horizon)
        self.free = {
            (room.pool, resource): [max(0, amount - room.used.get(resource, 0)) for amount in capacity]
            for room in p.rooms
            for resource, capacity in room.capacity.items()
        }
        self.team = {skill: [float(limit)] * last for skill, limit in p.scenario.team.items()}
        cutovers = p.scenario.cutovers
        self.cutovers = [float("inf") if cutovers is None else cutovers] * last
        years = list(p.years)
        self.budget = [float(p.scenario.one_off_budget.get(year, float("inf"))) for year in years]
        self.cap_of = {system: n for n, cap in enumerate(p.caps) for system in cap.systems}
        self.change = [[0.0] * len(years) for _cap in p.caps]
        self._order()
        self._lines()

    def _order(self) -> None:
        self.orders: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for consumer, provider in self.problem.order:
            if not self.problem.mover[provider].arrived:
                self.orders[consumer].append((consumer, provider))
                self.orders[provider].append((consumer, provider))

    def _lines(self) -> None:
        self.line = [[line.room] * len(self.problem.horizon) for line in self.problem.lines]
        self.loads: dict[str, list[Load]] = defaultdict(list)
        for n, line in enumerate(self.problem.lines):
            for load in line.loads:
                self.loads[load.a].append(Load(n, load.a_platform, load.b, load.b_platform, load.mbit))
                self.loads[load.b].append(Load(n, load.b_platform, load.a, load.a_platform, load.mbit))
                if load.a_platform is None and load.b_platform is None:
                    self.line[n] = [left - load.mbit for left in self.line[n]]

    def place(self, mover: Mover, path: Path, t: int) -> tuple[tuple[Option, int], ...] | None:
        """Return the cheapest places with room for every machine of a system, if there are any."""
        taken: dict[tuple[str, str], int] = defaultdict(int)
        found: list[tuple[Option, int]] = []
        for crew in mover.crews:
            got = list(self._seats(mover, crew, path, max(0, t - mover.overlap), taken))
            if sum(count for _option, count in got) < crew.count:
                return None
            found += got
        return tuple(found)

    def _seats(
        self, mover: Mover, crew: Crew, path: Path, since: int, taken: dict[tuple[str, str], int]
    ) -> Iterator[tuple[Option, int]]:
        waiting = crew.count
        for option in sorted(self.menus.places(mover, crew, path), key=lambda option: option.om_cost):
            wanted = {(option.pool, r): n for r, n in option.demand.items() if (option.pool, r) in self.free}
            rooms = (
                (min(self.free[key][since:]) - taken[key]) // amount
                for key, amount in wanted.items()
                if amount
            )
            count = min(waiting, *rooms, waiting)
            if count > 0:
                for key, amount in wanted.items():
                    taken[key] += amount * count
                waiting -= count
                yield option, count
            if not waiting:
                return

    def step(self, mover: Mover, act: Action, t: int) -> Step | None:
        """Return the cheapest way to do something with a system in a period, if there is room."""
        if act is Action.retire:
            return Step(mover, act, t)
        found = [
            Step(mover, act, t, path, placed)
            for path in self.menus.ways[mover.id]
            if path.lead <= t + 1 and (placed := self.place(mover, path, t)) is not None
        ]
        return min(found, key=lambda step: (self.worth(step), step.path and step.path.key), default=None)

    def worth(self, step: Step) -> float:
        """Return the discounted cost of a step against staying, fen."""
        worth, names = self.menus.worth, self.problem.periods
        once = step.once + (step.mover.parallel_run if step.act is Action.rehost else 0)
        share, after = step.mover.share, step.after
        return float(
            once * worth[step.period]
            + sum(
                (in_period(after, names[u].name) - in_period(share, names[u].name)) * worth[u]
                for u in range(step.period, len(names))
            )
        )

    def take(self, step: Step) -> bool:
        """Take a step; return whether all but the order and the cost rule still holds."""
        self._use(step, 1)
        self.steps[step.mover.id] = step
        return self._fits(step)

    def back(self, system: str) -> Step:
        """Undo a step and return it."""
        step = self.steps[system]
        self._use(step, -1)
        del self.steps[system]
        return step

    def _use(self, step: Step, sign: int) -> None:
        mover, t = step.mover, step.period
        for option, count in step.placed:
            for resource, amount in option.demand.items():
                if room := self.free.get((option.pool, resource)):
                    for u in range(max(0, t - mover.overlap), len(room)):
                        room[u] -= sign * amount * count
        for skill, u, effort in work(step):
            if skill in self.team:
                self.team[skill][u] -= sign * effort
        self.cutovers[t] -= sign * (step.act is Action.rehost)
        self.budget[self.menus.year[t]] -= sign * step.once
        self._spend(step, sign)
        self._shift(step, sign)

    def _spend(self, step: Step, sign: int) -> None:
        if (cap := self.cap_of.get(step.mover.id)) is None:
            return
        share, after, change = step.mover.share, step.after, self.change[cap]
        for u in range(step.period, len(self.problem.periods)):
            name = self.problem.periods[u].name
            year = self.menus.year[u]
            change[year] += sign * (in_period(after, name) - in_period(share, name)) * self.menus.parts[year]
        if self.problem.scenario.count_parallel and step.act is Action.rehost:
            year = self.menus.year[step.period]
            change[year] += sign * step.mover.parallel_run * self.menus.parts[year]

    def _shift(self, step: Step, sign: int) -> None:
        """Move the traffic of a system to where it goes, or back."""
        if step.path is None:
            return
        for load in self.loads.get(step.mover.id, ()):
            if load.here in (None, step.path.platform):
                amount = load.mbit * (-sign if load.here is None else sign)
                since, until = self._stays(load.other, load.there)
                for t in range(max(step.period, since), until):
                    self.line[load.line][t] -= amount

    def _stays(self, system: str, platform: str | None) -> tuple[int, int]:
        """Return the first period a system is at a place and the first it is not any longer."""
        last, step = len(self.problem.horizon), self.steps.get(system)
        if step is None or step.path is None:
            return (0, last) if platform is None else (last, last)
        if platform is None:
            return 0, step.period
        return (step.period, last) if step.path.platform == platform else (last, last)

    def _fits(self, step: Step) -> bool:
        t = step.period
        return (
            self.cutovers[t] >= 0
            and self.budget[self.menus.year[t]] >= 0
            and all(self.team[skill][u] >= -MONTHS for skill, u, _e in work(step) if skill in self.team)
            and all(min(self.line[n]) >= 0 for n in {load.line for load in self.loads.get(step.mover.id, ())})
        )

    def when(self, system: str) -> int:
        """Return the period a system is through, the horizon's length where it stays."""
        return self.steps[system].period if system in self.steps else len(self.problem.horizon)

    def done(self, system: str) -> tuple[Action, int]:
        """Return what a system does and when it is through."""
        step = self.steps.get(system)
        return (step.act, step.period) if step else (Action.stay, len(self.problem.horizon))

    def affordable(self, systems: tuple[str, ...]) -> bool:
        """Whether the caps of some systems hold."""
        caps = {self.cap_of[system] for system in systems if system in self.cap_of}
        return all(self._kept(cap) for cap in caps)

    def _kept(self, cap: int) -> bool:
        change, most = self.change[cap], self.problem.caps[cap].raised + HALF_A_FEN
        pairs = zip(change, change[1:], self.menus.whole, strict=False)
        return max(change) <= most and all(b - a <= most for a, b, whole in pairs if whole)

    def decisions(self) -> Decisions:
        """Return what is decided."""
        found = Decisions()
        for system, step in self.steps.items():
            if step.path is None:
                found.retired[system] = step.period
            else:
                found.moved[system] = (step.period, step.path.key)
                for option, count in step.placed:
                    found.machines[option.workload, option.pool] = count
        return found


def work(step: Step) -> Iterator[tuple[str, int, float]]:
    """Yield skill, period and hundredths of person-months of a step."""
    if step.path is None:
        yield from ((skill, step.period, float(e)) for skill, e in step.mover.retire_effort.items())
    else:
        for u in range(max(0, step.period - step.path.lead + 1), step.period + 1):
            yield from ((skill, u, effort / step.path.lead) for skill, effort in step.path.effort.items())


def held(problem: Problem, board: Board) -> Iterator[str]:
    """Yield the systems that must be through by a period and are not."""
    for due in (*problem.contract_ends, *problem.deadlines):
        if not problem.mover[due.system].arrived and board.when(due.system) > due.period:
            yield due.system
