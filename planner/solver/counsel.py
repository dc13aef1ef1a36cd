"""Everybody advised and placed at once, at prices that the advice itself corrects.

Prices pick what blocks may do (``columns.py``), the relaxation of everybody's dates says what is scarce and
by how much (``advice.py``); at prices nearer to that others are picked, and the bound rises until it hardly
differs from the relaxation. What is rounded then is placed (``seating.py``) and taken where it is a better
plan.
"""

from collections.abc import Callable, Iterator, Sequence

from planner.solver.advice import Advice
from planner.solver.columns import Column, Picks
from planner.solver.courses import Course
from planner.solver.quotes import Prices
from planner.solver.scarce import Amounts
from planner.solver.search import Clock
from planner.solver.seating import Seating
from planner.solver.sheet import Sheet
from planner.solver.strict import Strict

TOGETHER = 5_000
"""Systems that are advised together."""
CORRECTED = (0.35, 0.7, 1.0)
"""How far prices move from the best known to what the relaxation says, time after time."""
RELAXING, ROUNDING = 0.5, 0.3
"""Part of the time left that a relaxation and its rounding may take."""
CORRECTING, AGAIN = 6.0, 1.2
"""Seconds that must be left for prices to be corrected, and for another time, in those that the last advice
took."""
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
        self.prices, self.strict, self.best, self.times = prices, strict, strict, 0
        """The best bound of all prices so far, and how often they were corrected."""
        self.known: dict[int, list[Column]] = {}
        self.began, self.groups = clock.seconds, list(self._grouped())

    def _grouped(self) -> Iterator[list[int]]:
        """Yield blocks that are advised together."""
        group, count = list[int](), 0
        for b in self.sheet.turns:
            group.append(b)
            count += len(self.sheet.systems(b))
            if count >= TOGETHER:
                yield group
                group, count = [], 0
        if group:
            yield group

    def run(
        self, allowed: Callable[[], Sequence[list[int]]], until: float, note: Callable[[], None]
    ) -> dict[int, Course] | None:
        """Take what is advised, again and again, as long as there is time and it is a better plan.

        Args:
            allowed: returns choices, by system.
            until: seconds of the clock after which to come to an end.
            note: called after each better plan.

        Returns:
            Advice that was no better plan as it stood, none where it was.
        """
        while True:
            for n, group in enumerate(self.groups):
                advised = self._advised(group, 1 / (len(self.groups) - n), allowed(), until)
                if advised is None or not self._taken(group, advised, until - self.clock.seconds):
                    return advised
                note()
                if self.clock.stopped or until - self.clock.seconds < AGAIN * (
                    self.clock.seconds - self.began
                ):
                    return None

    def _advised(
        self, group: Sequence[int], part: float, allowed: Sequence[list[int]], until: float
    ) -> dict[int, Course] | None:
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
            done = self.times >= len(CORRECTED) or len(self.groups) > 1
            if done or until - now < CORRECTING * (now - self.began):
                break
            self._correct(tolls, until)
        return advice.rounded(relaxed, self.clock, ROUNDING * (until - self.clock.seconds))

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
        part = CORRECTED[self.times]
        pairs = zip(self.best.duals.toll.each(), tolls.each(), strict=True)
        self.strict = self.best.at(Amounts(*(old + part * (new - old) for old, new in pairs)))
        if self.strict.bound(self.clock, until) > self.best.reached:
            self.best = self.strict
        self.times += 1

    def _taken(self, group: Sequence[int], advised: dict[int, Course], seconds: float) -> bool:
        """Let a group do what is advised where that is a better plan; return whether it is."""
        before = self.sheet.saved()
        Seating(self.sheet, group, advised, self.clock).place(seconds, self.prices)
        if self.sheet.holds and self.board.sound and self.sheet.worth < before.worth:
            return True
        self.sheet.restore(before)
        return False
