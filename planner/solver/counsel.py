"""Everybody advised and placed at once, at prices that the advice itself corrects.

Prices pick what blocks may do (``columns.py``), the relaxation of everybody's dates says what is scarce and
by how much (``advice.py``); at prices nearer to that others are picked, and the bound rises until it hardly
differs from the relaxation. What is rounded then is placed (``seating.py``) and taken where it is a better
plan.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import reverse_cuthill_mckee

from planner.solver.advice import Advice, Advised
from planner.solver.columns import Column, Picks
from planner.solver.courses import Course
from planner.solver.quotes import Prices
from planner.solver.scarce import Amounts
from planner.solver.search import Clock
from planner.solver.seating import Seating
from planner.solver.sheet import Sheet
from planner.solver.strict import Strict
from planner.solver.tables import Ints

TOGETHER = 6_000
"""Systems that are advised together at the most."""
CORRECTED, GENTLY = (0.35, 0.7, 1.0), (0.2, 0.2, 0.2)
"""How far prices move from the best known to what the relaxation says, time after time: where everybody is
advised together, and where some are beside the others."""
RELAXING, ROUNDING = 0.5, 0.3
"""Part of the time left that a relaxation and its rounding may take."""
CORRECTING, AGAIN = 6.0, 1.2
"""Seconds that must be left for prices to be corrected, and for another time, in those that the last advice
took."""
GAINED = 5e-6
"""Part of what everybody costs that correcting must raise the bound by to go on beyond the times planned."""
KEPT = 12
"""Columns of a block that are kept for another time."""


class Counsel:
    """The advice to everybody on a sheet."""

    def __init__(
        self, sheet: Sheet, strict: Strict, course: Callable[[int, int], Course], prices: Prices, clock: Clock
    ) -> None:
        """Begin with a plan and what prices say.

        Args:
            sheet: the plan.
            strict: the bound that prices give, and what it knows of combinations.
            course: with which way a system makes a choice.
            prices: at which those decide who find no place.
            clock: time and watcher of the search.
        """
        self.sheet, self.board, self.course, self.clock = sheet, sheet.board, course, clock
        self.prices, self.strict, self.times, self.gained = prices, strict, 0, 0.0
        """How often prices were corrected, and what the last time raised the bound by."""
        self.best, self.reached = strict.duals, strict.reached
        """The prices with the best bound so far, and that, on the cost against staying, fen."""
        self.known: dict[int, list[Column]] = {}
        self.began, self.passes = clock.seconds, 0
        self.count = ceil(len(self.board.steps) / TOGETHER)
        """Groups of blocks that are advised together."""
        self.parts = CORRECTED if self.count == 1 else GENTLY
        self.near = self._ordered()

    def _ordered(self) -> Ints:
        """Return the blocks so that those who wait for each other are near each other."""
        tables, size = self.board.tables, len(self.board.tables.parts)
        systems = [part.systems.stop - part.systems.start for part in tables.parts]
        one, other = np.repeat(np.arange(size), systems)[tables.order].T
        graph = csr_matrix((np.ones(len(one)), (one, other)), shape=(size, size))
        near = reverse_cuthill_mckee((graph + graph.T).tocsr(), symmetric_mode=True)
        found: Ints = near[np.isin(near, self.sheet.turns)].astype(int)
        return found

    def _groups(self) -> list[list[int]]:
        """Return the blocks that are advised together, others each time."""
        near = np.roll(self.near, self.passes * len(self.near) // (2 * self.count))
        self.passes += 1
        return [group.tolist() for group in np.array_split(near, self.count)]

    def bound(self, uncovered: float, until: float) -> float:
        """Return the best bound on the cost against staying, fen.

        Args:
            uncovered: weight that plans in question leave uncovered at the most.
            until: seconds of the clock after which to come to an end.
        """
        if self.count > 1:
            if self.strict.duals is not self.best:
                self.strict.turn(self.best)
            self.reached = max(self.reached, self.strict.bound(self.clock, until))
        return self.reached + self.best.weight * (self.strict.uncovered - uncovered)

    def run(
        self, allowed: Callable[[], Sequence[list[int]]], until: float, note: Callable[[], None]
    ) -> Advised | None:
        """Take what is advised, again and again, as long as there is time and it is a better plan.

        Args:
            allowed: returns choices, by system.
            until: seconds of the clock after which to come to an end.
            note: called after each better plan.

        Returns:
            Advice that was no better plan as it stood, none where it was.
        """
        better = True
        while better:
            groups, open_, better = self._groups(), allowed(), False
            for n, group in enumerate(groups):
                advised = self._advised(group, 1 / (len(groups) - n), open_, until)
                if advised and self._taken(group, advised, until - self.clock.seconds):
                    better = True
                    note()
                elif self.count == 1:
                    return advised
                if self.clock.stopped or self._short(until):
                    return None
        return None

    def _short(self, until: float) -> bool:
        """Whether there is too little time for another advice."""
        return until - self.clock.seconds < AGAIN * (self.clock.seconds - self.began)

    def _advised(
        self, group: Sequence[int], part: float, allowed: Sequence[list[int]], until: float
    ) -> Advised | None:
        """Return what a group should do, none where no dates that keep everything were found in time.

        Args:
            group: blocks.
            part: of what is free that they may use.
            allowed: choices, by system.
            until: seconds of the clock.
        """
        while True:
            self.began = self.clock.seconds
            advice = self._advice(group, part, allowed)
            relaxed = advice.relaxed(self.clock, RELAXING * (until - self.clock.seconds))
            if relaxed is None:
                return None
            self.known |= advice.best(KEPT)
            tolls, now = advice.courses.tolls(), self.clock.seconds
            if self._settled or until - now < CORRECTING * (now - self.began):
                break
            self._correct(tolls, 2 * now - self.began)
        return advice.rounded(relaxed, self.clock, ROUNDING * (until - self.clock.seconds))

    @property
    def _settled(self) -> bool:
        """Whether prices were corrected as often as planned, and where all are together gain no more."""
        little = self.gained < GAINED * self.strict.relaxation.worth
        return self.times >= len(self.parts) and (little or self.count > 1)

    def _advice(self, group: Sequence[int], part: float, allowed: Sequence[list[int]]) -> Advice:
        """Return the model of what is worth a thought now or was before."""
        columns = Picks(self.strict, self.board, allowed, self.course, self._behind).of(group)
        for b, new in columns.items():
            seen = {(column.courses, column.cost) for column in new}
            known = [column for column in self.known.get(b, ()) if self._open(b, column, allowed)]
            new += [column for column in known if (column.courses, column.cost) not in seen]
        systems, reserved = {b: self.sheet.systems(b) for b in group}, self.board.free().times(1 - part)
        return Advice(self.board, systems, columns, self.strict.relaxation.worth, reserved)

    def _behind(self, b: int) -> float:
        """Return what a block loses that it need not, worth in fen."""
        lost = self.sheet.lost[b]
        return self.sheet.unit * float(lost[self.sheet.chosen[b]] - lost.min())

    def _open(self, b: int, column: Column, allowed: Sequence[list[int]]) -> bool:
        """Whether a block may do what it could do before."""
        pairs = zip(self.sheet.systems(b), column.courses, strict=True)
        return all(course.choice in allowed[s] for s, course in pairs)

    def _correct(self, tolls: Amounts, until: float) -> None:
        """Go on at prices nearer to what the relaxation says; keep those that give the best bound."""
        part = self.parts[min(self.times, len(self.parts) - 1)]
        known = self.strict.relaxation.known(tolls)
        pairs = zip(self.best.toll.each(), known.each(), strict=True)
        toll = Amounts(*(old + part * (new - old) for old, new in pairs))
        self.strict.turn(replace(self.best, toll=toll))
        reached = self.strict.bound(self.clock, until)
        self.gained = reached - self.reached
        if self.gained > 0:
            self.best, self.reached = self.strict.duals, reached
        self.times += 1

    def _taken(self, group: Sequence[int], advised: Advised, seconds: float) -> bool:
        """Let a group do what is advised where that is a better plan; return whether it is."""
        before = self.sheet.saved()
        self.board.order(advised.orders)
        Seating(self.sheet, group, advised.courses, self.clock).place(seconds, self.prices)
        if self.sheet.holds and self.board.sound and self.sheet.worth < before.worth:
            return True
        self.sheet.restore(before)
        return False
