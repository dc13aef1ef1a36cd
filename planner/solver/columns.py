"""What blocks may do, each with what it costs and the room that it takes: columns of everybody's advice.

The bound that keeps the cost rule in full (``strict.py``) knows what every combination of a block's dates
costs at some prices, and which are worth a thought: those that cost least beyond what the cut pays for their
dates. Places are mixed within each as its projects keep the rule (``ruling.py``), so that a pool knows what a
combination takes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

import numpy as np

from planner.solver.board import Board
from planner.solver.courses import Course
from planner.solver.ruling import BATCH, Dates
from planner.solver.strict import Strict
from planner.solver.tables import Floats

PICKED, FEWEST, MOST = 2_000, 3, 15
"""Combinations of all blocks together, and of a block at the least and the most."""


@dataclass(frozen=True)
class Column:
    """What a block may do."""

    courses: tuple[Course, ...]
    """By system."""
    cost: float
    """Discounted, against staying, what is left uncovered included, fen."""
    need: Floats
    """(pools, R, T) room for its machines."""


@dataclass(frozen=True)
class Picks:
    """The combinations worth a thought at some prices."""

    strict: Strict
    """Bound at these prices, which knows what they cost."""
    board: Board
    """What everybody does now."""
    allowed: Sequence[list[int]]
    """Choices, by system."""
    course: Callable[[int, int], Course]
    """With which way a system makes a choice."""
    behind: Callable[[int], float]
    """What a block loses that it need not, worth in fen."""

    def of(self, blocks: Sequence[int]) -> dict[int, list[Column]]:
        """Return the columns of each of some blocks; the first is what it does now."""
        few = int(np.clip(PICKED // max(1, len(blocks)), FEWEST, MOST))
        picked = {b: self._picked(b, few) for b in blocks}
        found = {b: [self._own(b)] for b in blocks}
        for n in range(few):
            there = [(b, of[n]) for b, of in picked.items() if n < len(of)]
            for some in batched(there, BATCH, strict=False):
                for b, column in self._mixed(some):
                    found[b].append(column)
        return found

    def _systems(self, b: int) -> range:
        systems = self.strict.blocks[b].systems
        return range(systems.start, systems.stop)

    def _picked(self, b: int, few: int) -> list[tuple[Course, ...]]:
        """Return a block's combinations that cost least beyond what is paid."""
        block, systems = self.strict.blocks[b], self._systems(b)
        good = np.all([np.isin(block.columns[:, n], self.allowed[s]) for n, s in enumerate(systems)], 0)
        beyond = np.where(good, block.beyond(self.strict.split.paid), np.inf)
        least = np.argsort(beyond, kind="stable")[: min(few, np.count_nonzero(good))]
        return [tuple(map(self.course, systems, column)) for column in block.columns[least].tolist()]

    def _own(self, b: int) -> Column:
        """Return what a block does now, its machines where they are."""
        systems = self._systems(b)
        steps = [self.board.steps[s] for s in systems]
        courses = tuple(Course(step.choice, step.period, step.way) for step in steps)
        cost = sum(step.cost for step in steps) + self.behind(b)
        return Column(courses, cost, self.board.room_of(systems))

    def _mixed(self, some: Sequence[tuple[int, tuple[Course, ...]]]) -> Iterator[tuple[int, Column]]:
        """Yield what blocks do best in some combinations that keep the cost rule."""
        systems = np.concatenate([np.array(self._systems(b)) for b, _courses in some])
        caps = sorted({cap for b, _courses in some for cap in self.strict.blocks[b].caps})
        every = [course for _b, courses in some for course in courses]
        ways = np.array([-1 if course.way is None else course.way for course in every])
        dates = Dates(systems, np.array([course.period for course in every]), ways >= 0, ways)
        mixed, last = self.strict.ruling.mixed(dates, np.array(caps, int)), 0
        for b, courses in some:
            these = slice(last, last := last + len(courses))
            if mixed.kept[these].all():
                yield b, Column(courses, float(mixed.cost[these].sum()), mixed.need[these].sum(0))
