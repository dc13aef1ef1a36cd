"""Machines of everybody placed at once, dates given.

The relaxation of all places says how blocks share the pools. Most blocks have whole machines there; the
others are placed in parts, whole machines within what the relaxation gave them and their part of what it
kept free, two parts at the same time.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched

import numpy as np
import pulp

from planner.solver.board import Step
from planner.solver.courses import Course
from planner.solver.places import Places
from planner.solver.quotes import Prices, quoted
from planner.solver.rounding import Whole
from planner.solver.search import Clock
from planner.solver.sheet import Sheet
from planner.solver.tables import NEVER, Floats

SPARE, EACH = 60.0, 0.2
"""Machines of a middling size for which the relaxation keeps room in every pool: at the most, and a block."""
TOGETHER = 40
"""Blocks whose machines are placed together."""
GAP = 5e-4
"""Relative gap of a part to stop at."""
RELAXING, PART = 0.5, 0.1
"""Part of the time that the relaxation may take, and that a part may."""


class Seating:
    """Everybody's machines at advised dates."""

    def __init__(
        self, sheet: Sheet, blocks: Sequence[int], advised: Mapping[int, Course], clock: Clock
    ) -> None:
        """Let some blocks go when advised, machines nowhere yet."""
        self.sheet, self.board, self.blocks, self.clock = sheet, sheet.board, blocks, clock
        for b in blocks:
            courses = [(s, advised[s]) for s in sheet.systems(b)]
            sheet.take(b, [self.board.step(s, course.choice, course.way) for s, course in courses])

    def place(self, seconds: float, prices: Prices) -> None:
        """Place all machines; blocks without places decide anew, one after another.

        Args:
            seconds: limit.
            prices: at which they decide.
        """
        self.free = self.board.free().rooms
        model = Places(self.board, self._going(self.blocks), self.free)
        groups = [self._machines(model, b) for b in self.blocks]
        spare = min(SPARE, EACH * len(self.blocks))
        found = Whole(model.model, groups, model.spare).relaxed(spare, self.clock, RELAXING * seconds)
        self._decide(self._whole(model, found.whole, PART * seconds) if found else {}, prices)

    def _whole(self, model: Places, whole: list[bool], seconds: float) -> dict[int, Step]:
        """Return the steps of blocks that the relaxation has whole, and of those placed part by part.

        Args:
            model: with the relaxation's values.
            whole: which blocks are.
            seconds: limit of a part.
        """
        pairs = list(zip(self.blocks, whole, strict=True))
        done = [b for b, all_ in pairs if all_]
        rest = [b for b, all_ in pairs if not all_]
        steps = {s: model.step(s, step) for s, step in self._going(done)}
        with ThreadPoolExecutor(2) as workers:
            parts = self._parts(model, rest)
            for found in workers.map(lambda part: part.steps(self.clock, seconds, GAP), parts):
                steps |= found
        self._put(steps)
        left = [b for b in rest if not self._has_places(b, steps)]
        last = Places(self.board, self._going(left), self.board.free().rooms)
        steps |= last.steps(self.clock, seconds, GAP)
        self._put(steps)
        return steps

    def _going(self, blocks: Iterable[int]) -> list[tuple[int, Step]]:
        """Return who moves of some blocks."""
        steps = ((s, self.board.steps[s]) for b in blocks for s in self.sheet.systems(b))
        return [(s, step) for s, step in steps if step.way is not None]

    def _has_places(self, b: int, steps: Mapping[int, Step]) -> bool:
        """Whether all machines of a block have places."""
        return all(s in steps for s, _step in self._going([b]))

    def _machines(self, model: Places, b: int) -> list[pulp.LpVariable]:
        """Return the variables of a block."""
        return [v for s in self.sheet.systems(b) if s in model.seats for v in model.seats[s].values()]

    def _parts(self, model: Places, blocks: list[int]) -> list[Places]:
        """Return the models of some blocks, each with what the relaxation gave it and a part of the rest."""
        free, parts = self.free, list(batched(blocks, TOGETHER, strict=False))
        left = np.maximum(free - self._filled(model, self.blocks), 0) / max(1, len(parts))
        rooms = [np.where(free < NEVER / 2, self._filled(model, part) + left, free) for part in parts]
        return [Places(self.board, self._going(part), room) for part, room in zip(parts, rooms, strict=True)]

    def _filled(self, model: Places, blocks: Iterable[int]) -> Floats:
        """Return (pools, R, T) of what some blocks take where the relaxation has them."""
        tables, found = self.board.tables, np.zeros_like(self.board.limits.rooms)
        for s, step in self._going(blocks):
            since = int(tables.since[s, step.period])
            for at, variable in model.seats[s].items():
                need = tables.demand[at] * float(variable.varValue or 0.0)
                found[tables.pool[at], :, since:] += need[:, None]
        return found

    def _put(self, steps: Mapping[int, Step]) -> None:
        """Let blocks whose machines all have places go there."""
        for b in self.blocks:
            if self._has_places(b, steps):
                self.sheet.take(b, [steps.get(s, self.board.steps[s]) for s in self.sheet.systems(b)])

    def _decide(self, steps: Mapping[int, Step], prices: Prices) -> None:
        """Let blocks without places decide anew, one after another."""
        sheet = self.sheet
        left = [b for b in self.blocks if not self._has_places(b, steps)]
        for b in left:
            sheet.stay(b)
        for b, quotes in quoted(self.board.tables, prices, left):
            sheet.decide(b, quotes)
