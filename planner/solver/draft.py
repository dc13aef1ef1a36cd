"""A first plan without a solver: block by block what is best now, and prices that teach them to share.

Each block in turn does what costs it least: money, weight left uncovered, tolls on what is scarce and
fines for what it uses beyond a limit. Tolls and first dates are those of the relaxation (``prices.py``);
from round to round what is exceeded grows dearer, so that blocks give way to those that gain more. After
each round those who exceed something yield until nothing is exceeded, and everybody settles at true cost:
that is a plan, and the best stays. Once dates stand, all machines find their places at once
(``places.py``). Blocks of capacity are ordered as the relaxation advises, one more of each with every round
while something is left uncovered, and cancelled where a plan can do without. The order of blocks of systems
is drawn from one seed. A rule is kept all the same that the scenario switches off.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf
from random import Random

import numpy as np

from planner.solver.blocks import Blocks
from planner.solver.board import guilty, late
from planner.solver.crossing import Crossing
from planner.solver.decisions import Decisions
from planner.solver.duals import Climb, Goal
from planner.solver.places import placed
from planner.solver.prices import Relaxation
from planner.solver.quotes import Prices, quoted
from planner.solver.scarce import Amounts
from planner.solver.search import Clock
from planner.solver.sheet import Sheet, Worth
from planner.solver.strict import Strict
from planner.solver.tables import Floats

SEED = 1
SHARPER, MILDER = 1.2, 0.95
"""How a fine grows where a limit is exceeded, and shrinks where it is not."""
SWAY, RISE, FALL = 5.0, 1.5, 0.93
"""How much a toll follows what is used beyond or below its limit, and its change at most."""
STEEP, EACH, LAST = 2.0, 15, 3
"""How fines grow while those who exceed something yield, how many decisions a block that may take where
blocks are few, and how often they are asked at last."""
FEWEST, PARTS = 30, 10
"""Blocks asked to yield in one turn: some, or a part of all."""
MANY = 300
"""Blocks beyond which a plan is only made of a board that nearly holds, and only the best is polished."""
NEARLY = 0.02
"""Part of a limit by which it may be exceeded for it to pay that those who do so yield."""
PRICING, PLACING = {False: 0.15, True: 0.08}, 0.1
"""Part of the time limit that the tolls may take, by whether blocks are many, and all machines' places."""
SETTLING = {False: 0.05, True: 0.02}
"""Part of the time limit left for settling once plans have been crossed, by whether blocks are many."""
ROUNDED = 0.75
"""Part of a draft's time after which no round begins."""
FIRST_FINE = 0.05
"""The first fine for using a limit twice over, as a part of the worth of all coverage."""
FINE, FAINT = 5.0, 0.01
"""A fine in the first round: times the mean toll, or a part of the first fine where there is none."""
HARD = 1000.0
"""Times the first fine: nobody exceeds a limit."""
ROUNDS, LEAST, WORK, IDLE = 30, 3, 40_000, 10
"""Rounds at most, and where systems are many; systems times rounds, and rounds in vain at most."""


class Draft:
    """The search for a first plan."""

    def __init__(self, relaxation: Relaxation, blocks: Blocks, clock: Clock) -> None:
        self.relaxation, self.tables, self.clock = relaxation, relaxation.tables, clock
        self.sheet = Sheet(self.tables, blocks)
        self.home = np.repeat(np.arange(len(blocks.all)), [len(block.menus) for block in blocks.all])
        self.random = Random(SEED)  # noqa: S311 - not for secrets
        self.many = len(self.sheet.turns) > MANY
        unit = self.sheet.unit
        weight = sum(float(np.ptp(lost)) for lost in self.sheet.lost)
        limits = self.sheet.board.limits.each()
        self.first = [FIRST_FINE * unit * max(1.0, weight) / np.maximum(limit, 1) for limit in limits]
        free = relaxation.free()
        self.prices = Prices(
            free.toll, Amounts(*self.first), unit, unit, relaxation.capping.charges(free.rule)
        )
        self.true = replace(self._hard, toll=free.toll)
        """Prices of nothing but money, at which nobody exceeds a limit."""
        self.climb: Climb | None = None
        self.best = self.rough = self.sheet.saved()
        self.vain, self.planned = 0, False
        self.until, self.done = clock.limit, _never

    @property
    def _hard(self) -> Prices:
        """Prices at which nobody exceeds a limit."""
        fines = [fine * HARD for fine in self.first]
        hard = self.sheet.unit * HARD
        return replace(self.prices, fine=Amounts(*fines), order=hard, behind=hard)

    @property
    def worth(self) -> Worth:
        """How good the best plan is."""
        return self.best.worth

    def made(self, until: float, idle: int = IDLE, enough: float = inf) -> Decisions | None:
        """Return the best plan found, none where a date, a decision by hand or a limit is not kept.

        Args:
            until: seconds of the clock after which to come to an end.
            idle: rounds without a better plan after which to stop.
            enough: seconds of the clock after which to stop once all is covered that can be.
        """
        with self.clock.spending("repair"):
            self._settle()
            self._note()
        with self.clock.spending("prices"):
            self.climb = self._priced(PRICING[self.many] * self.clock.limit)
        with self.clock.spending("repair"):
            self._begin(self.climb)
            self.rough = self.sheet.saved()
        least = self.relaxation.lost
        return self.bettered(until, idle, lambda: self.clock.seconds > enough and self.worth.lost <= least)

    def bettered(
        self, until: float, idle: int = IDLE, done: Callable[[], bool] | None = None
    ) -> Decisions | None:
        """Go on where the last round ended; return the best plan so far, see ``made``.

        Args:
            until: seconds of the clock after which to come to an end.
            idle: rounds without a better plan after which to stop, those before counted.
            done: whether to stop at once.
        """
        self.until, self.done = until, done or _never
        with self.clock.spending("repair"):
            self.sheet.restore(self.rough)
            self._improve(idle)
            self.sheet.restore(self.best)
        return self.sheet.board.decisions() if self.sheet.kept and self.sheet.holds else None

    def adopt(self, decisions: Decisions) -> bool:
        """Go on from what was decided elsewhere, where that is a plan here as well; return whether it is."""
        before = self.sheet.saved()
        self.sheet.adopt(decisions)
        if not (self.sheet.kept and self.sheet.holds and self.sheet.board.sound):
            self.sheet.restore(before)
            return False
        self.best = self.sheet.saved()
        return True

    def crossing(self, climb: Climb, strict: Strict) -> Crossing:
        """Return what the best plan is crossed with at some prices, and the bound that they give."""
        self.sheet.restore(self.best)
        rule = self.relaxation.capping.charges(climb.duals.rule)
        prices = replace(self.true, toll=climb.duals.toll, rule=rule)
        return Crossing(self.sheet, strict, climb, prices, self.clock)

    def crossed(self, crossing: Crossing, until: float) -> Decisions | None:
        """Cross the best plan with what prices advise; return the best plan so far, see ``made``.

        Args:
            crossing: of the best plan.
            until: seconds of the clock after which to come to an end.
        """
        self.until, self.done = until, _never
        with self.clock.spending("repair"):
            crossing.run(until - SETTLING[self.many] * self.clock.limit, self._note)
            self._settle()
            self._note()
            self.sheet.restore(self.best)
        return self.sheet.board.decisions() if self.sheet.kept and self.sheet.holds else None

    def _improve(self, idle: int) -> None:
        """Look for better plans round by round at moving prices."""
        rounds = self._rounds()
        while self.vain < idle and next(rounds, False):
            self.rough, self.vain = self.sheet.saved(), self.vain + 1
            if self._nearly() or self._over(ROUNDED**2):
                self._plan()
            self.sheet.restore(self.rough)
        if not self.planned:
            self._plan()

    def _plan(self) -> None:
        """Make a plan of the board and keep it where it is the best so far."""
        self._yield()
        self._settle()
        if not self.many:
            self._polish()
        self.sheet.shed()
        self._note()
        self.planned = True

    def _note(self) -> None:
        """Keep the plan where it is the best so far."""
        if self.sheet.holds and self.sheet.worth < self.best.worth:
            self.best, self.vain = self.sheet.saved(), 0
        if self.sheet.kept and self.sheet.holds and self.clock.first_plan is None:
            self.clock.first_plan = self.clock.seconds
        self.clock.tell("repair", None, None)

    def _priced(self, seconds: float) -> Climb:
        """Return what the relaxation says where a weight has the price that it has here."""
        unit, worth = self.sheet.unit, self.best.worth
        goal = Goal(worth.lost * unit + worth.cost, unit, self.clock.seconds + seconds, fixed=True)
        return self.relaxation.climb(goal, self.clock)

    def _begin(self, climb: Climb) -> None:
        """Take tolls and first dates from the relaxation."""
        tolls = zip(self.first, climb.duals.toll.each(), strict=True)
        fines = [np.full_like(f, FINE * t.mean()) if t.any() else FAINT * f for f, t in tolls]
        rule = self.relaxation.capping.charges(climb.duals.rule)
        self.prices = replace(self.prices, toll=climb.duals.toll, fine=Amounts(*fines), rule=rule)
        self._order(climb.wanted)
        for b, quotes in quoted(self.tables, self.prices, self.sheet.turns):
            self.sheet.seat(b, self._seen(b, climb.often), quotes)

    def _order(self, wanted: Floats) -> None:
        """Order (B,) blocks of capacity, as far as there is money that nobody else uses."""
        self.wanted, board, sales = wanted, self.sheet.board, self.tables.sales
        spare = board.limits.budget - board.used.budget + sales.paid(board.orders)
        board.order(sales.advised(wanted, spare))

    def _seen(self, b: int, often: Floats) -> int:
        """Return the combination of a block that was seen most often, system by system."""
        block = self.sheet.blocks[b]
        total = np.zeros(len(block.columns))
        for n, s in enumerate(self.sheet.systems(b)):
            menu = block.menus[n]
            total += often[s, menu.moving.astype(int), menu.periods][block.columns[:, n]]
        return int(total.argmax())

    def _rounds(self) -> Iterator[bool]:
        """Let all blocks decide, round by round, at prices that follow what is used."""
        turns = list(self.sheet.turns)
        for number in range(min(ROUNDS, max(LEAST, WORK // max(1, len(self.tables.menu))))):
            self.random.shuffle(turns)
            if self.worth.lost > self.relaxation.lost:
                self._order(self.wanted + 1)
            for b, quotes in quoted(self.tables, self.prices, turns):
                if self._over(ROUNDED if number else 1.0):
                    return
                self.sheet.decide(b, quotes)
            self.prices = self._dearer()
            yield True

    def _nearly(self) -> bool:
        """Whether it pays to make a plan of the board: there are few blocks, or little is exceeded."""
        board = self.sheet.board
        scarce = zip(board.excess().each(), board.limits.each(), strict=True)
        return not self.many or all(bool((excess <= NEARLY * limit).all()) for excess, limit in scarce)

    def _over(self, part: float = 1.0) -> bool:
        """Whether a part of the time is over, or there is another reason to stop."""
        return self.clock.stopped or self.clock.seconds > part * self.until or self.done()

    def _dearer(self) -> Prices:
        """Return prices that have followed what is used."""
        board, prices = self.sheet.board, self.prices
        excess = board.excess().each()
        fines = [
            f * np.where(e > 0, SHARPER, MILDER) for f, e in zip(prices.fine.each(), excess, strict=True)
        ]
        scarce = zip(prices.toll.each(), board.used.each(), board.limits.each(), strict=True)
        tolls = [
            toll * np.clip(1 + SWAY * (used - limit) / np.maximum(limit, 1), FALL, RISE)
            for toll, used, limit in scarce
        ]
        order = prices.order * (SHARPER if late(board, self.sheet.ahead.pairs).any() else MILDER)
        return Prices(Amounts(*tolls), Amounts(*fines), order, order, prices.rule)

    def _yield(self) -> None:
        """Let those who exceed something decide anew, ever dearer; those who still do in the end stay."""
        fines, order = list(self.prices.fine.each()), self.prices.order
        asked, most = 0, max(len(self.sheet.turns), min(MANY, EACH * len(self.sheet.turns)))
        while asked < most and not self.sheet.holds and not self._over():
            excess = self.sheet.board.excess().each()
            fines = [fine * np.where(e > 0, STEEP, 1.0) for fine, e in zip(fines, excess, strict=True)]
            order *= STEEP
            asked += self._asked(replace(self.prices, fine=Amounts(*fines), order=order, behind=order))
        for _turn in range(LAST):
            self._asked(replace(self.true, toll=self.prices.toll, rule=self.prices.rule, behind=0.0))
        while not self.sheet.holds and (going := self._going()):
            over = self.sheet.over
            self.sheet.give_way({b: self.sheet.at_home(b) for b in going})
            if self.sheet.over >= over:
                self._send_home(going)

    def _going(self) -> list[int]:
        """Return the blocks that exceed something and do not stay, the least important first."""
        sheet = self.sheet
        going = [b for b in self._guilty() if sheet.chosen[b] != sheet.staying[b]]
        return sorted(going, key=lambda b: float(np.ptp(sheet.lost[b])))

    def _send_home(self, blocks: list[int]) -> None:
        """Let blocks stay until nothing is exceeded."""
        for b in blocks:
            if self.sheet.holds:
                return
            self.sheet.stay(b)

    def _guilty(self) -> list[int]:
        """Return the blocks that exceed something, in the order drawn."""
        owners = {int(self.home[s]) for s in guilty(self.sheet.board, self.sheet.ahead.pairs)}
        found = sorted(owners & set(self.sheet.turns))
        self.random.shuffle(found)
        return found

    def _asked(self, prices: Prices) -> int:
        """Let those who exceed something decide anew one after another; return how many did."""
        sheet = self.sheet
        asked = self._guilty()[: max(FEWEST, len(sheet.turns) // PARTS)]
        for n, (b, quotes) in enumerate(quoted(self.tables, prices, asked)):
            if sheet.holds:
                return n
            sheet.decide(b, quotes)
        return len(asked) or len(sheet.turns)

    def _settle(self) -> None:
        """Let every block that gains by it decide anew at true cost without exceeding anything."""
        sheet = self.sheet
        turns = sorted(sheet.turns, key=lambda b: (-float(np.ptp(sheet.lost[b])), b))
        for b, quotes in quoted(self.tables, self.true, turns):
            if self.clock.stopped or self.clock.seconds > self.until:
                return
            before, old = sheet.value(b), sheet.doing(b)
            sheet.decide(b, quotes)
            if sheet.value(b) > before or not sheet.holds:
                sheet.put(b, *old)

    def _polish(self) -> None:
        """Place all machines anew where that is a gain; settle before and after."""
        if self.many:
            self._settle()
        before = self.sheet.saved()
        seconds = min(PLACING * self.clock.limit, self.until - self.clock.seconds)
        steps = placed(self.sheet.board, self.clock, seconds)
        for b in self.sheet.turns:
            self.sheet.put(
                b,
                self.sheet.chosen[b],
                [steps.get(s, self.sheet.board.steps[s]) for s in self.sheet.systems(b)],
            )
        if not self.sheet.holds or self.sheet.worth > before.worth:
            self.sheet.restore(before)
        self._settle()


def _never() -> bool:
    return False
