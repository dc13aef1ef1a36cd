"""Courses of some systems with whole machines at their places, every pool and every project's cost rule."""

from collections import defaultdict
from collections.abc import Mapping
from functools import partial

import numpy as np
import pulp

from planner.rules import FEN_A_UNIT
from planner.rules.choices import FEN_A_SURPLUS
from planner.solver.board import Board, Seat, Step
from planner.solver.courses import Course, Sum, through
from planner.solver.ordering import Ordering, Row
from planner.solver.places import ROUNDING
from planner.solver.scarce import Amounts
from planner.solver.search import Clock
from planner.solver.tables import NEVER, Floats

type Machines = dict[tuple[int, int], pulp.LpVariable]
"""By crew and place."""


class Placed(Ordering):
    """A model of courses with whole machines at their places."""

    def __init__(
        self,
        board: Board,
        courses: Mapping[int, list[Course]],
        reserved: Amounts,
        worth: float,
        unit: float,
    ) -> None:
        """Make the model.

        Args:
            board: what everybody does who is not in the model.
            courses: of each system in the model.
            reserved: what is free and kept back for others.
            worth: about what staying costs everybody, fen.
            unit: what a weight of coverage is worth, fen.
        """
        self.change: dict[int, list[tuple[pulp.LpVariable | None, Floats]]] = defaultdict(list)
        self.filled: dict[Row, Sum] = defaultdict(lambda: Sum({}))
        super().__init__(board, courses, reserved)
        self.cost = Sum({})
        self.cost.plus(self.bill)
        self.seats = {s: [self._placed(s, n) for n in range(len(of))] for s, of in courses.items()}
        self._cover(unit)
        aim = pulp.lpSum_vars_coefs((v, f) for v, f in self.cost.terms.items())
        part = len(courses) / max(1, len(self.tables.menu))
        self.model.setObjective(aim + (self.cost.constant + part * worth / FEN_A_UNIT))
        self._rooms()
        self._caps()

    def _cover(self, unit: float) -> None:
        """Add what it is worth to cover projects that their systems' courses may leave uncovered."""
        by = self.tables.problem.coverage_by
        for row in self.tables.problem.coverage:
            systems = [self.tables.at[s] for s in row.systems]
            late = any(course.period > by for s in systems for course in self.courses.get(s, ()))
            if late and all(s in self.courses for s in systems):
                covered = self.model.add_variable(f"c[{row.project}]", 0, 1)
                self.cost.add(covered, -unit * row.weight / FEN_A_UNIT)
                for s in systems:
                    rest = Sum({covered: 1.0})
                    rest.plus(self.share(s, partial(through, by)), -1.0)
                    self.keep(rest, 0.0)

    def _placed(self, s: int, n: int) -> Machines:
        """Add what a course of a system costs and changes, and its machines."""
        tables, course, going = self.tables, self.courses[s][n], self.go[s][n]
        t, way = course.period, course.way
        if way is None:
            cost = float(tables.retire_cost[s, t]) if t < tables.periods else 0.0
            self._add(s, going, cost, tables.menu[s].change[course.choice])
            return {}
        cost = float(tables.move_cost[s, t] + tables.once[way] * tables.menus.worth[t])
        self._add(s, going, cost, tables.settled[s, t])
        found: Machines = {}
        for crew in self._crews(way):
            here = self._machines(s, crew, course)
            terms = [(v, 1.0) for v in here.values()]
            count = float(tables.count[crew])
            if going is None:
                self.model.addConstraint(pulp.lpSum_vars_coefs(terms) == count)
            elif count:
                self.model.addConstraint(pulp.lpSum_vars_coefs([*terms, (going, -count)]) == 0)
            found |= here
        return found

    def _add(self, s: int, variable: pulp.LpVariable | None, cost: float, change: Floats) -> None:
        self.cost.add(variable, cost / FEN_A_UNIT)
        self.change[self.board.cap_of.get(s, -1)].append((variable, change))

    def _crews(self, way: int) -> range:
        first, last = np.searchsorted(self.tables.crew_way, [way, way + 1]).tolist()
        return range(first, last)

    def _machines(self, s: int, crew: int, course: Course) -> Machines:
        """Make the machines of a crew on a course, with what they cost, change and take."""
        tables, t, found = self.tables, course.period, dict[tuple[int, int], pulp.LpVariable]()
        count, limits = int(tables.count[crew]), self.board.limits.rooms
        for place in np.flatnonzero(tables.rent[crew, :, t] < NEVER / 2).tolist() if count else ():
            at, pool = (crew, place), int(tables.pool[crew, place])
            found[at] = self.model.add_variable(f"y[{crew},{place},{course.choice}]", 0, count, "Integer")
            self._add(s, found[at], float(tables.rent[(*at, t)]), tables.dues(*at, t))
            for r, later in np.argwhere(limits[pool] < NEVER / 2).tolist():
                if later >= tables.since[s, t] and tables.demand[at][r]:
                    self.filled[pool, r, later].add(found[at], float(tables.demand[at][r]))
        return found

    def _rooms(self) -> None:
        """Keep every pool within the room that the others leave and orders bring."""
        left = self.supply(self.filled)
        for row, total in self.filled.items():
            self.keep(total, float(left[row]))

    def _caps(self) -> None:
        """Keep the cost rule of every project."""
        menus, members = self.tables.menus, defaultdict(list)
        for s in self.courses:
            members[self.board.cap_of.get(s, -1)].append(s)
        self.change.pop(-1, None)
        for cap, changes in self.change.items():
            raised = self.tables.problem.caps[cap].raised + ROUNDING
            standing = self.board.change[cap] - sum(self.board.steps[s].change for s in members[cap])
            for weights in menus.watched():
                total = Sum({}, float(standing @ weights))
                for variable, change in changes:
                    total.add(variable, float(change @ weights))
                if total.terms:
                    terms = ((v, f / FEN_A_SURPLUS) for v, f in total.terms.items())
                    right = (raised - total.constant) / FEN_A_SURPLUS
                    self.model.addConstraint(pulp.lpSum_vars_coefs(terms) <= right)

    def steps(self, clock: Clock, seconds: float, gap: float) -> dict[int, Step] | None:
        """Return the steps of the systems in the model at the best places found in time.

        Args:
            clock: time and watcher of the whole search.
            seconds: limit.
            gap: relative gap to stop at.
        """
        taken = self.solved(clock, seconds, gap)
        return None if taken is None else {s: self._step(s, course) for s, course in taken.items()}

    def begin(self) -> None:
        """Start from what everybody does, where it does it."""
        super().begin()
        for s, seats in self.seats.items():
            now = {(crew, place): count for crew, place, count in self.board.steps[s].seats}
            for course, machines in zip(self.courses[s], seats, strict=True):
                for at, variable in machines.items():
                    variable.setInitialValue(now.get(at, 0) if course == self.now(s) else 0)

    def _step(self, s: int, course: Course) -> Step:
        if course.way is None:
            return self.board.step(s, course.choice)
        machines = self.seats[s][self.courses[s].index(course)]
        counts = ((at, round(v.varValue or 0)) for at, v in machines.items())
        seats: tuple[Seat, ...] = tuple((crew, place, count) for (crew, place), count in counts if count)
        return self.board.step(s, course.choice, course.way, seats)
