"""A small model of who goes when, where each system has a few courses to choose from.

Everything scarce but the pools is in it exactly: cutovers, team, budgets, order, groups and lines. A system
with a single course is a constant, and rows that say the same are one.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pulp

from planner.rules import FEN_A_UNIT
from planner.solver.board import Board
from planner.solver.scarce import Amounts, nothing
from planner.solver.search import FOUND, Clock, run
from planner.solver.tables import NOWHERE, OLD, Ints

type Scarce = tuple[str, tuple[int, ...]]
"""What is scarce and which of it, as ``Amounts`` has it."""

UNITS = {"cutovers": 1.0, "team": 100.0, "budget": 100_000.0, "lines": 1.0}
"""What rows are divided by."""


class Course(NamedTuple):
    """What one system may do."""

    choice: int
    """Number in its menu."""
    period: int
    """The horizon's length where it stays."""
    way: int | None
    """How it moves, none where it retires or stays."""


@dataclass
class Sum:
    """Terms and a constant."""

    terms: dict[pulp.LpVariable, float]
    constant: float = 0.0

    def add(self, variable: pulp.LpVariable | None, amount: float) -> None:
        """Add an amount, times a variable where there is one."""
        if variable is None:
            self.constant += amount
        else:
            self.terms[variable] = self.terms.get(variable, 0.0) + amount

    def plus(self, other: "Sum", factor: float = 1.0) -> None:
        """Add another sum some times."""
        self.constant += factor * other.constant
        for variable, amount in other.terms.items():
            self.add(variable, factor * amount)

    @property
    def most(self) -> float:
        """What it is at the most."""
        return self.constant + sum(max(f, 0.0) * float(v.upBound or 0) for v, f in self.terms.items())

    def expression(self, unit: float = 1.0) -> pulp.LpAffineExpression:
        """Return its terms as the solver knows them, without the constant."""
        return pulp.lpSum_vars_coefs([(variable, amount / unit) for variable, amount in self.terms.items()])

    @property
    def key(self) -> Hashable:
        """What is equal where two sums are."""
        return self.constant, frozenset((v.id, amount) for v, amount in self.terms.items())


class Courses:
    """The model; ``go`` holds by system and course the variable that chooses it, none without a choice."""

    def __init__(
        self, board: Board, courses: Mapping[int, list[Course]], reserved: Amounts | None = None
    ) -> None:
        """Make the model.

        Args:
            board: what everybody does who is not in the model.
            courses: of each system in the model.
            reserved: what is free and kept back for others.
        """
        self.board, self.tables, self.courses = board, board.tables, courses
        self.reserved = reserved or nothing(self.tables)
        self.model = pulp.LpProblem("courses", pulp.LpMinimize)
        self.spare = self.model.add_variable("spare", 0, 0)
        """How often a middling part of what uses a limit is kept free of it."""
        self.full: dict[Scarce, tuple[pulp.LpConstraint, float]] = {}
        """The rows of what is scarce, and what they are divided by."""
        self.go: dict[int, list[pulp.LpVariable | None]] = {s: self._choices(s) for s in courses}
        self._scarce()
        off = self.tables.menus.off
        if "precedence" not in off:
            self._order()
        if "move_together" not in off:
            self._groups()
        if "link_capacity" not in off:
            self._lines()

    def _choices(self, system: int) -> list[pulp.LpVariable | None]:
        """Make a binary a course where there are several, of which one is taken."""
        courses = self.courses[system]
        if len(courses) == 1:
            return [None]
        found = [self.model.add_variable(f"z[{system},{n}]", 0, 1, "Binary") for n in range(len(courses))]
        self.model.addConstraint(pulp.lpSum(found) == 1)
        return [*found]

    def now(self, system: int) -> Course:
        """Return what a system does."""
        if system == len(self.board.steps):
            return Course(0, self.tables.periods, None)
        step = self.board.steps[system]
        return Course(step.choice, step.period, step.way)

    def share(self, system: int, which: Callable[[Course], bool]) -> Sum:
        """Return a sum that is 1 where a system takes one of some courses."""
        if system not in self.courses:
            return Sum({}, float(which(self.now(system))))
        taken = [which(course) for course in self.courses[system]]
        if all(taken) or not any(taken):
            return Sum({}, float(all(taken)))
        chosen = zip(self.go[system], taken, strict=True)
        return Sum({variable: 1.0 for variable, here in chosen if here and variable is not None})

    def keep(self, total: Sum, most: float) -> None:
        """Keep a sum at or below a limit."""
        if total.terms and total.most > most:
            self.model.addConstraint(total.expression() <= most - total.constant)

    def limit(self, of: Scarce, total: Sum, most: float, unit: float = 1.0) -> None:
        """Keep what is used of something scarce at or below a limit, and what is to be spared free."""
        using = [amount for amount in total.terms.values() if amount > 0]
        spared = Sum({**total.terms, self.spare: sum(using) / max(1, len(using))}, total.constant)
        if total.most > most:
            row = spared.expression(unit) <= (most - total.constant) / unit
            self.full[of] = self.model.addConstraint(row), unit

    def tolls(self) -> Amounts:
        """Return what a unit of everything scarce is worth in the relaxation solved last, fen."""
        found = nothing(self.tables)
        for (what, where), (row, unit) in self.full.items():
            getattr(found, what)[where] = max(0.0, -(row.pi or 0.0)) * FEN_A_UNIT / unit
        return found

    def _scarce(self) -> None:
        """Keep cutovers, team and budgets."""
        for (what, where), total in self._used().items():
            total.constant += float(getattr(self.board.used, what)[where])
            most = getattr(self.board.limits, what)[where] - getattr(self.reserved, what)[where]
            self.limit((what, where), total, float(most), UNITS[what])

    def _used(self) -> dict[Scarce, Sum]:
        """Return what is used of what is scarce, less what is used now."""
        used: dict[Scarce, Sum] = defaultdict(lambda: Sum({}))
        for system, courses in self.courses.items():
            for course, variable in zip(courses, self.go[system], strict=True):
                for what, where, amount in self._uses(system, course):
                    used[what, where].add(variable, amount)
            for what, where, amount in self._uses(system, self.now(system)):
                used[what, where].constant -= amount
        return used

    def _uses(self, system: int, course: Course) -> Iterable[tuple[str, tuple[int, ...], float]]:
        """Yield what a course uses of everything scarce but pools and lines."""
        tables, t = self.tables, course.period
        if t >= tables.periods:
            return
        year, way = int(tables.year[t]), course.way
        if way is None:
            yield "budget", (year,), float(tables.retire_once[system])
            efforts, first = tables.retire_effort[system], t
        else:
            yield "budget", (year,), float(tables.once[way])
            yield "cutovers", (t,), 1.0
            efforts, first = tables.effort[way], int(tables.starts[way, t])
        for skill, effort in enumerate(efforts.tolist()):
            if effort:
                yield from (("team", (skill, at), effort) for at in range(first, t + 1))

    def _order(self) -> None:
        """Let nobody move before its provider is through."""
        for consumer, provider in self._here(self.tables.order):
            seen = set()
            for t in range(self.tables.periods):
                rise = self.share(consumer, partial(_moved, t))
                rise.plus(self.share(provider, partial(through, t)), -1.0)
                if rise.key not in seen:
                    seen.add(rise.key)
                    self.keep(rise, 0.0)

    def _here(self, pairs: Ints) -> list[list[int]]:
        """Return the pairs of which one is in the model."""
        found: list[list[int]] = pairs[np.isin(pairs, list(self.courses)).any(1)].tolist()
        return found

    def _groups(self) -> None:
        """Let the members of a group go in the same period."""
        tables = self.tables
        inside = [[tables.at[s] for s in group if s in tables.at] for group in tables.problem.groups]
        pairs = np.array([pair for group in inside for pair in pairwise(group)], int).reshape(-1, 2)
        for a, b in self._here(pairs):
            for t in range(tables.periods):
                apart = self.share(a, partial(through, t))
                apart.plus(self.share(b, partial(through, t)), -1.0)
                self.keep(apart, 0.0)
                self.keep(Sum({v: -amount for v, amount in apart.terms.items()}, -apart.constant), 0.0)

    def _lines(self) -> None:
        """Keep the traffic of every line."""
        tables, where = self.tables, self.board.where
        loads = tables.loads[np.isin(tables.loads[:, [1, 3]], list(self.courses)).any(1)]
        line, a, here, b, there, mbit = loads.T
        used = self.board.used.lines.copy()
        seen = (where[a] == here[:, None]) & (where[b] == there[:, None])
        np.add.at(used, line, -(seen * mbit[:, None]))
        both: dict[Hashable, pulp.LpVariable] = {}
        most = self.board.limits.lines - self.reserved.lines
        for t in range(tables.periods):
            totals = [Sum({}, float(amount)) for amount in used[:, t]]
            for number, one, at, other, to, amount in loads.tolist():
                ends = self._at(one, at, t), self._at(other, to, t)
                if all(end.most > 0 for end in ends):
                    totals[number].plus(self._both(ends, both), amount)
            for number, total in enumerate(totals):
                self.limit(("lines", (number, t)), total, float(most[number, t]))

    def _at(self, system: int, place: int, t: int) -> Sum:
        """Return a sum that is 1 where a system is at a place in a period."""
        platform = self.tables.platform
        return self.share(
            system,
            lambda c: place == (OLD if c.period > t else NOWHERE if c.way is None else int(platform[c.way])),
        )

    def _both(self, ends: tuple[Sum, Sum], known: dict[Hashable, pulp.LpVariable]) -> Sum:
        """Return a sum that is at least 1 where two sums are."""
        for one, other in (ends, ends[::-1]):
            if not one.terms:
                return other
        key = frozenset(end.key for end in ends)
        if key not in known:
            known[key] = self.model.add_variable(f"w[{len(known)}]", 0, 1)
            total = Sum({known[key]: -1.0})
            for end in ends:
                total.plus(end)
            self.keep(total, 1.0)
        return Sum({known[key]: 1.0})

    def solved(self, clock: Clock, seconds: float, gap: float) -> dict[int, Course] | None:
        """Return the best course of each system found in time, none where none was found.

        The run has a clock of its own: its courses are no plan yet, and its seconds are the draft's.

        Args:
            clock: time and watcher of the whole search.
            seconds: limit.
            gap: relative gap to stop at.
        """
        own = clock.within(seconds)
        found = run(self.model, own, "repair", seconds=seconds, gap=gap, warm=True)
        return self.taken() if found.end in FOUND else None

    def taken(self) -> dict[int, Course]:
        """Return the course of each system that the variables say."""
        return {s: self._taken(s) for s in self.courses}

    def _taken(self, system: int) -> Course:
        chosen = zip(self.courses[system], self.go[system], strict=True)
        return max(chosen, key=lambda pair: 1.0 if pair[1] is None else pair[1].varValue or 0.0)[0]

    def begin(self) -> None:
        """Start from what everybody does."""
        self.spare.setInitialValue(0)
        for system, courses in self.courses.items():
            for course, variable in zip(courses, self.go[system], strict=True):
                if variable is not None:
                    variable.setInitialValue(int(course == self.now(system)))


def _moved(by: int, course: Course) -> bool:
    return course.way is not None and course.period <= by


def through(by: int, course: Course) -> bool:
    """Whether a course brings a system through by a period."""
    return course.period <= by
