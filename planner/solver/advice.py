"""What everybody should do: the dates of all, settled at once where prices say what pools and cost rule cost.

The bound that keeps the cost rule in full (``strict.py``) knows what every combination of a block's dates
costs, and which are worth a thought: those that cost least beyond what the cut pays for their dates. Among
them dates are settled with everything scarce but the pools. A relaxation of combinations is nearly whole,
as one of single dates is not, which mixes them so that a project keeps the rule on an average.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pulp

from planner.rules import FEN_A_UNIT
from planner.solver.board import Board
from planner.solver.courses import Course, Courses
from planner.solver.rounding import Whole
from planner.solver.scarce import Amounts
from planner.solver.search import Clock
from planner.solver.strict import Strict
from planner.solver.tables import NEVER, Floats

COLUMNS, FEWEST, MOST = 2_000, 3, 15
"""Combinations of all blocks together, and of a block at the least and the most."""
GAP = 1e-4
"""Relative gap to stop at."""
SPARE = 1.0
"""What the relaxation keeps free of every limit, in middling parts of what uses it."""


@dataclass(frozen=True)
class Picked:
    """What a block may do."""

    systems: range
    """Their numbers."""
    courses: list[tuple[Course, ...]]
    """By combination and system."""
    costs: Floats
    """(combinations,) fen."""


class Picks:
    """The combinations worth a thought."""

    def __init__(
        self, strict: Strict, board: Board, allowed: Sequence[list[int]], course: Callable[[int, int], Course]
    ) -> None:
        """Note what they are picked by.

        Args:
            strict: bound that knows what they cost.
            board: what everybody does now.
            allowed: choices, by system.
            course: with which way a system makes a choice.
        """
        self.strict, self.board, self.allowed, self.course = strict, board, allowed, course
        self.scarce = _scarce(strict)
        self.few = int(np.clip(COLUMNS // max(1, len(strict.blocks)), FEWEST, MOST))

    def of(self, b: int) -> Picked:
        """Return a block's combinations that cost least beyond what is paid, and the one it has chosen."""
        block = self.strict.blocks[b]
        systems = range(block.systems.start, block.systems.stop)
        own = [self.board.steps[s].choice for s in systems]
        good = np.all([np.isin(block.columns[:, n], self.allowed[s]) for n, s in enumerate(systems)], 0)
        beyond = np.where(good, block.beyond(self.strict.split.paid), np.inf)
        few = np.argsort(beyond, kind="stable")[: min(self.few, np.count_nonzero(good))]
        numbers = np.union1d(few, np.flatnonzero((block.columns == own).all(1)))
        costs = (block.least - block.total(self.scarce))[numbers]
        courses = [tuple(map(self.course, systems, column)) for column in block.columns[numbers].tolist()]
        return Picked(systems, courses, costs)


class Advice:
    """The model of everybody's dates."""

    def __init__(self, board: Board, picked: Sequence[Picked], worth: float) -> None:
        """Make the model.

        Args:
            board: what everybody does now.
            picked: what each block may do.
            worth: about what staying costs everybody, fen.
        """
        each = {s: [courses[n] for courses in of.courses] for of in picked for n, s in enumerate(of.systems)}
        self.courses = Courses(board, {s: list(dict.fromkeys(courses)) for s, courses in each.items()})
        self.chosen = [self._block(of) for of in picked]
        terms = [
            (variable, float(cost) / FEN_A_UNIT)
            for of, chosen in zip(picked, self.chosen, strict=True)
            for variable, cost in zip(chosen, of.costs, strict=False)
        ]
        self.courses.model.setObjective(pulp.lpSum_vars_coefs(terms) + worth / FEN_A_UNIT)

    def _block(self, of: Picked) -> list[pulp.LpVariable]:
        """Let a block take one of its combinations; return the variables that say which, none of a single."""
        if len(of.courses) == 1:
            return []
        model, now = self.courses.model, tuple(self.courses.now(s) for s in of.systems)
        names = [f"c[{of.systems.start},{n}]" for n in range(len(of.courses))]
        found = [model.add_variable(name, 0, 1, "Integer") for name in names]
        for variable, courses in zip(found, of.courses, strict=True):
            variable.setInitialValue(int(courses == now))
        model.addConstraint(pulp.lpSum(found) == 1)
        for n, s in enumerate(of.systems):
            for course, going in zip(self.courses.courses[s], self.courses.go[s], strict=True):
                if going is not None:
                    going.cat = "Continuous"
                    taking = [(v, 1.0) for v, did in zip(found, of.courses, strict=True) if did[n] == course]
                    model.addConstraint(pulp.lpSum_vars_coefs([*taking, (going, -1.0)]) == 0)
        return found

    def solved(self, clock: Clock, seconds: float) -> dict[int, Course] | None:
        """Return what every system should do, none where no dates keep everything that is scarce.

        Args:
            clock: time and watcher of the whole search.
            seconds: limit.
        """
        model = Whole(self.courses.model, self.chosen, self.courses.spare)
        return self.courses.taken() if model.rounded(SPARE, clock.within(seconds), GAP) else None


def _scarce(strict: Strict) -> Floats:
    """Return (S, 2, T + 1) of what choices pay for everything scarce but pools."""
    relaxation, duals = strict.relaxation, strict.duals
    rooms = Amounts(duals.toll.rooms, *(np.zeros_like(toll) for toll in duals.toll.each()[1:]))
    free = replace(relaxation.free(), toll=rooms)
    all_ = relaxation.costs(replace(duals, rule=free.rule))
    found: Floats = np.where(all_ < NEVER / 2, all_ - relaxation.costs(free), 0.0)
    return found
