"""Two plans crossed: every system keeps what it does or does what prices advise, machines placed anew.

Prices say well when everybody should go and badly how few may use what is scarce; a draft keeps every
limit and goes at the wrong time. Up to some systems everybody is advised and placed at once
(``counsel.py``). Advice that is no better plan as it stands, and larger provinces, are crossed part by part:
each system has two courses, its own and the advised one, or all that were seen often, and what may be
combined is settled with whole machines, every pool and the cost rule of every project (``placing.py``). Two
parts are crossed at the same time and share what is free; the dearest come first (``regret.py``).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from math import ceil, inf
from random import Random

import numpy as np

from planner.solver.board import Step
from planner.solver.counsel import Counsel
from planner.solver.courses import Course
from planner.solver.duals import Climb
from planner.solver.owed import Owed
from planner.solver.placing import Placed
from planner.solver.quotes import Prices
from planner.solver.regret import Regrets
from planner.solver.scarce import Amounts
from planner.solver.search import Clock
from planner.solver.sheet import Sheet, Worth
from planner.solver.strict import Strict

SEEN = 0.02
"""Part of the relaxation's answers in which a course was seen that is worth a variable."""
SEED = 1
PART = 0.12
"""Part of the time limit that a part may take."""
TOGETHER = {True: 250, False: 120}
"""How many systems are crossed together, by whether they choose between two courses or among all seen."""
DEAR = 1 / 3
"""Part of all that are crossed because of what they pay beyond what prices say, beside as many others."""
SLOW = 0.25
"""Part of what a pass may miss that it must gain for the next to miss as much."""
CLOSEST = 0.25
"""Part of the usual gap from which on a pass without gain is the last."""
CROSSED, FINEST = 1e-3, 1e-5
"""Relative gaps to stop at, usually and at the least, to what the systems in a crossing cost."""
FINE = 0.15
"""Such a gap where a plan follows advice already, as a part of what lies between plan and bound."""


@dataclass(frozen=True)
class Running:
    """A part that is being crossed."""

    model: Placed
    granted: Amounts
    """What it may use of what was free."""
    found: Future[dict[int, Step] | None]


class Crossing:
    """The crossing of the plan on a sheet with what a relaxation advises."""

    def __init__(self, sheet: Sheet, strict: Strict, climb: Climb, prices: Prices, clock: Clock) -> None:
        """Begin with a plan and what prices say.

        Args:
            sheet: the plan.
            strict: the bound that they give, and what it knows of combinations.
            climb: how the prices were found.
            prices: the same, at which nobody exceeds a limit.
            clock: time and watcher of the search.
        """
        self.sheet, self.climb, self.clock = sheet, climb, clock
        self.counsel = Counsel(sheet, strict, self._course, prices, clock)
        self.relaxation = relaxation = strict.relaxation
        self.tables, self.board, self.random = sheet.tables, sheet.board, Random(SEED)  # noqa: S311
        self.allowed = self._allowed()
        self.regrets = Regrets(relaxation, climb.duals)
        self._price()

    def _allowed(self, *, covering: bool = False) -> list[list[int]]:
        """Return by system the choices that keep its dates and, once all is covered that can be, that.

        Args:
            covering: whether all is to be covered that can be.
        """
        problem, by = self.tables.problem, self.tables.problem.coverage_by
        owed, covered = Owed(problem), set[int]()
        for row in problem.coverage:
            systems = [self.tables.at[s] for s in row.systems]
            if covering or all(self.board.steps[s].period <= by for s in systems):
                covered |= set(systems)
        if self.sheet.worth.lost > self.relaxation.lost and not covering:
            covered.clear()
        found: list[list[int]] = []
        for block in self.sheet.blocks:
            for n, menu in enumerate(block.menus):
                broken, s = owed.broken(menu), len(found)
                good = broken <= broken[self.board.steps[s].choice]
                used = np.unique(block.columns[:, n])
                soon = good & (menu.periods <= by)
                good = soon if s in covered and soon[used].any() else good
                found.append(used[good[used]].tolist())
        return found

    def run(self, until: float, note: Callable[[], None]) -> None:
        """Cross part after part, the plan on the sheet getting better, until time is over or nothing helps.

        Args:
            until: seconds of the clock after which to come to an end.
            note: called after each part.
        """
        before, covering = self.sheet.worth, self.sheet.worth.lost > self.relaxation.lost
        refused = self.counsel.run(partial(self._allowed, covering=covering), until, note)
        advised = refused.courses if refused else None
        self.allowed = self._allowed()
        closer = self._fine() / CROSSED if self.sheet.worth < before else 1.0 if advised else 2.0
        before = Worth(inf, inf)
        with ThreadPoolExecutor(2) as workers:
            while closer >= CLOSEST or self.sheet.worth < before:
                before = self.sheet.worth
                for part in self._crossed(workers, advised, until, closer * CROSSED):
                    steps = part.found.result()
                    if steps and self.sheet.follow(steps, part.model.orders()):
                        note()
                if until <= self.clock.seconds or self.clock.stopped:
                    return
                if advised or not self._gained(before, closer * CROSSED):
                    closer /= 2
                advised, self.allowed = None, self._allowed()

    def _fine(self) -> float:
        """Return the gap of a part of a plan that follows advice: there is little left to gain."""
        left = (self.sheet.worth.cost - self.counsel.reached) / max(1.0, self.relaxation.worth)
        return float(np.clip(FINE * left, FINEST, CROSSED))

    def _gained(self, before: Worth, gap: float) -> bool:
        """Return whether a pass gained enough for the next to stop at the same gap."""
        now = self.sheet.worth
        return now.lost < before.lost or before.cost - now.cost > SLOW * gap * self.relaxation.worth

    def _crossed(
        self, workers: ThreadPoolExecutor, advised: dict[int, Course] | None, until: float, gap: float
    ) -> Iterator[Running]:
        """Yield all parts in turn, the next under way already: two are crossed at the same time."""
        running: deque[Running] = deque()
        parts = list(self._parts(advised))
        for part in parts:
            seconds = min(until - self.clock.seconds, PART * self.clock.limit)
            if seconds <= 0 or self.clock.stopped:
                break
            free = self.board.free()
            reserved = _reserved(free, running[0].granted if running else None, alone=len(parts) == 1)
            courses = self._courses(part, advised)
            model = Placed(self.board, courses, reserved, self.relaxation.worth, self.sheet.unit)
            model.begin()
            granted = Amounts(*(of - kept for of, kept in zip(free.each(), reserved.each(), strict=True)))
            running.append(Running(model, granted, workers.submit(model.steps, self.clock, seconds, gap)))
            if len(running) == 2:
                yield running.popleft()
        yield from running

    def _parts(self, advised: dict[int, Course] | None) -> Iterator[set[int]]:
        """Yield systems to cross together, whole blocks, see ``_turns``."""
        turns, needed = self._turns(advised)
        part: set[int] = set()
        for n, b in enumerate(turns):
            part |= set(self.sheet.systems(b))
            if len(part) >= TOGETHER[advised is not None]:
                yield part
                part = set()
                if n >= needed:
                    return
        if part:
            yield part

    def _turns(self, advised: dict[int, Course] | None) -> tuple[list[int], int]:
        """Return the blocks in turn, and how many of them a pass is for.

        With advice that is all, those first whom it concerns. Without advice those who pay most beyond what
        prices say, each beside one of the others.
        """
        turns, steps = list(self.sheet.turns), self.board.steps
        self.random.shuffle(turns)
        if advised:
            turns.sort(key=lambda b: all(advised[s][0] == steps[s].choice for s in self.sheet.systems(b)))
            return turns, len(turns)
        regret = self.regrets.of(self.sheet)
        dear = dict.fromkeys(sorted(turns, key=lambda b: -regret[b])[: ceil(DEAR * len(turns))])
        pairs = zip_longest(dear, (b for b in turns if b not in dear))
        return [b for pair in pairs for b in pair if b is not None], 2 * len(dear)

    def _courses(self, part: Iterable[int], advised: dict[int, Course] | None) -> dict[int, list[Course]]:
        """Return what each system may do: its own course and the advised one, or all that were seen often."""
        found = {}
        for s in part:
            own = self._course(s, self.board.steps[s].choice)
            found[s] = list(dict.fromkeys([own, *([advised[s]] if advised else self._seen(s))]))
        return found

    def _price(self) -> None:
        """Note what ways cost at the prices of pools and cost rule."""
        toll = self.climb.duals.toll
        none = Amounts(toll.rooms, *(np.zeros_like(of) for of in toll.each()[1:]))
        self.relaxation.values(replace(self.relaxation.free(), toll=none, rule=self.climb.duals.rule))
        self.way = self.relaxation.way

    def _seen(self, s: int) -> list[Course]:
        """Return the courses of a system that the relaxation saw often."""
        menu, often = self.tables.menu[s], self.climb.often[s]
        seen = often[menu.moving.astype(int), menu.periods] > SEEN * often.sum()
        return [self._course(s, choice) for choice in self.allowed[s] if seen[choice]]

    def _course(self, s: int, choice: int) -> Course:
        """Return a choice with the cheapest way at the prices, or the way it goes already."""
        menu, t = self.tables.menu[s], int(self.tables.menu[s].periods[choice])
        if choice == self.board.steps[s].choice:
            return Course(choice, t, self.board.steps[s].way)
        if not menu.moving[choice]:
            return Course(choice, t, None)
        first, last = np.searchsorted(self.tables.way_system, [s, s + 1])
        return Course(choice, t, int(first + self.way[first:last, t].argmin()))


def _reserved(free: Amounts, granted: Amounts | None, *, alone: bool = False) -> Amounts:
    """Return what is kept back of what is free: what the other part was granted, or half for the next."""
    if granted is None:
        return Amounts(*(of * 0 if alone else np.floor(of / 2) for of in free.each()))
    pairs = zip(free.each(), granted.each(), strict=True)
    return Amounts(*(np.minimum(of, theirs) for of, theirs in pairs))
