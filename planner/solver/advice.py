"""What everybody should do: the dates of all, settled at once.

Every block takes one of its columns (``columns.py``); everything scarce is exact, the pools and the blocks
of capacity that are ordered for them included. A relaxation of combinations is nearly whole, as one of
single dates is not, which mixes them so that a project keeps the rule on an average; and what its limits are
worth are the prices that bounds are best at (Dantzig and Wolfe 1960).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pulp

from planner.rules import FEN_A_UNIT
from planner.solver.board import Board
from planner.solver.columns import Column
from planner.solver.courses import Course, Sum
from planner.solver.ordering import Ordering, Row
from planner.solver.rounding import Relaxed, Whole
from planner.solver.scarce import Amounts
from planner.solver.search import Clock
from planner.solver.tables import NEVER, Ints

GAP = 1e-4
"""Relative gap to stop at."""
SPARE = 1.0
"""What the relaxation keeps free of every limit, in middling parts of what uses it."""


class Advised(NamedTuple):
    """What everybody should do."""

    courses: dict[int, Course]
    """By system."""
    orders: Ints
    """(B, T) blocks of capacity."""


class Advice:
    """The model of what some blocks do, the others staying as they are."""

    def __init__(
        self,
        board: Board,
        systems: Mapping[int, range],
        columns: Mapping[int, list[Column]],
        worth: float,
        reserved: Amounts | None = None,
    ) -> None:
        """Make the model.

        Args:
            board: what everybody does now.
            systems: of each block in the model.
            columns: what each may do; the first is what it does now.
            worth: about what staying costs everybody, fen.
            reserved: what is free and kept back for others.
        """
        self.board, self.systems, self.columns = board, systems, columns
        each = {s: [c.courses[n] for c in columns[b]] for b, of in systems.items() for n, s in enumerate(of)}
        self.courses = Ordering(
            board, {s: list(dict.fromkeys(courses)) for s, courses in each.items()}, reserved
        )
        self.chosen = {b: self._block(b, of) for b, of in columns.items()}
        pairs = [pair for b, of in columns.items() for pair in zip(self.chosen[b], of, strict=False)]
        fixed = worth + sum(of[0].cost for of in columns.values() if len(of) == 1)
        aim = pulp.lpSum_vars_coefs((variable, column.cost / FEN_A_UNIT) for variable, column in pairs)
        self.courses.model.setObjective(aim + self.courses.bill.expression() + fixed / FEN_A_UNIT)
        self._rooms()

    def _block(self, b: int, columns: Sequence[Column]) -> list[pulp.LpVariable]:
        """Let a block take one of its columns; return the variables that say which, none of a single."""
        if len(columns) == 1:
            return []
        model = self.courses.model
        found = [model.add_variable(f"c[{b},{n}]", 0, 1, "Integer") for n in range(len(columns))]
        for n, variable in enumerate(found):
            variable.setInitialValue(int(n == 0))
        model.addConstraint(pulp.lpSum(found) == 1)
        for n, s in enumerate(self.systems[b]):
            for course, going in zip(self.courses.courses[s], self.courses.go[s], strict=True):
                if going is not None:
                    going.cat = "Continuous"
                    taking = [(v, 1.0) for v, c in zip(found, columns, strict=True) if c.courses[n] == course]
                    model.addConstraint(pulp.lpSum_vars_coefs([*taking, (going, -1.0)]) == 0)
        return found

    def _rooms(self) -> None:
        """Keep every pool within its room and what orders bring."""
        filled, limited = defaultdict[Row, Sum](lambda: Sum({})), self.board.tables.room < NEVER / 2
        for b, columns in self.columns.items():
            chosen: list[pulp.LpVariable | None] = [*self.chosen[b]] or [None]
            for variable, column in zip(chosen, columns, strict=True):
                for row in zip(*np.nonzero(limited & (column.need > 0)), strict=True):
                    filled[row].add(variable, float(column.need[row]))
        left = self.courses.supply(filled)
        for row, total in filled.items():
            unit = sum(map(abs, total.terms.values())) / max(1, len(total.terms))
            self.courses.limit(("rooms", row), total, float(left[row]), unit)

    def relaxed(self, clock: Clock, seconds: float) -> Relaxed | None:
        """Solve the relaxation, whose values the variables hold then; return none where time was too short.

        Args:
            clock: time and watcher of the whole search.
            seconds: limit.
        """
        groups = [*self.chosen.values(), *self.courses.ordered, self.courses.entered]
        whole = Whole(self.courses.model, groups, self.courses.spare)
        return whole.relaxed(SPARE, clock, seconds)

    def best(self, most: int) -> dict[int, list[Column]]:
        """Return some columns of each block, those first that the relaxation takes, in parts."""
        found = {}
        for b, columns in self.columns.items():
            taken = [-(variable.varValue or 0.0) for variable in self.chosen[b]]
            found[b] = [columns[n] for n in sorted(range(len(taken)), key=taken.__getitem__)[:most]]
        return found

    def rounded(self, relaxed: Relaxed, clock: Clock, seconds: float) -> Advised | None:
        """Return what everybody should do, none where nothing was found in time.

        Args:
            relaxed: what the relaxation says.
            clock: time and watcher of the whole search.
            seconds: limit.
        """
        if not relaxed.rounded(clock.within(seconds), GAP):
            return None
        return Advised(self.courses.taken(), self.courses.orders())
