"""A first plan without a solver: block by block what is best now, and prices that teach them to share.

Each block in turn does what costs it least: money, weight left uncovered, tolls on what is scarce and
fines for what it uses beyond a limit. Tolls and first dates are those of the relaxation (``prices.py``);
from round to round what is exceeded grows dearer, so that blocks give way to those that gain more. After
each round those who exceed something yield until nothing is exceeded: that is a plan, and the best stays.
The order is drawn from one seed. It buys no blocks of capacity and keeps a rule all the same that the
scenario switches off.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import attrgetter
from random import Random
from typing import NamedTuple

import numpy as np

from planner.solver.blocks import Block, Blocks
from planner.solver.board import Amounts, Board, Step, guilty, late
from planner.solver.decisions import Decisions
from planner.solver.offers import Ahead, Offers, Prices
from planner.solver.owed import Owed
from planner.solver.prices import Climb, Goal, Relaxation
from planner.solver.search import Clock
from planner.solver.tables import Floats, Ints, Part

SEED = 1
FEW = 40
"""Combinations tried until one keeps the cost rule at the places there are."""
THRIFT = (1.0, 3.0, 10.0, 100.0)
"""How dear rents are, in turn, to those whose cheapest places break the cost rule."""
SHARPER, MILDER = 1.2, 0.95
"""How a fine grows where a limit is exceeded, and shrinks where it is not."""
SWAY, RISE, FALL = 5.0, 1.5, 0.93
"""How much a toll follows what is used beyond or below its limit, and its change at most."""
STEEP, SOFT, EACH, LAST = 2.0, 300, 15, 3
"""How fines grow while those who exceed something yield, how many decisions that takes where
blocks are few, in all and each, and how often they are asked at last."""
FEWEST, PARTS = 30, 10
"""Blocks asked to yield in one turn: some, or a part of all."""
NEARLY = 0.02
"""Part of a limit by which it may be exceeded for it to pay that those who do so yield."""
PRICING = 0.15
"""Part of the time limit that the tolls may take."""
FIRST_FINE = 0.05
"""The first fine for using a limit twice over, as a part of the worth of all coverage."""
FINE, FAINT = 20.0, 0.01
"""A fine in the first round: times the mean toll, or a part of the first fine where there is none."""
HARD = 1000.0
"""Times the first fine: nobody exceeds a limit."""
WEIGHT = 9
"""What a weight of coverage is worth beside the dearest move of a middling system."""
DUE = 1000
"""What a system with a date counts beside the weight of projects."""
ROUNDS, WORK, IDLE = 30, 40_000, 10
"""Rounds at most, systems times rounds, and rounds without a better plan after which to stop."""


class Worth(NamedTuple):
    """How good a plan is: what is lost comes first."""

    lost: float
    """Weight of the projects not covered, and DUE for each date not kept."""
    cost: float
    """Discounted cost against staying, fen."""


class Saved(NamedTuple):
    """A plan to come back to."""

    worth: Worth
    chosen: tuple[int, ...]
    steps: tuple[Step, ...]


class Offered(NamedTuple):
    """What a block may do."""

    value: float
    chosen: int
    steps: list[Step]
    lost: float
    wanted: float
    """What would be lost if the cost rule were of no concern."""


class Draft:
    """The search for a first plan."""

    def __init__(self, relaxation: Relaxation, blocks: Blocks, clock: Clock) -> None:
        tables = relaxation.tables
        self.relaxation, self.tables, self.blocks, self.clock = relaxation, tables, blocks, clock
        self.board, self.ahead = Board(tables), Ahead(tables)
        owed = Owed(tables.problem)
        self.owed = [owed.of(block) for block in blocks.all]
        self.lost = [DUE * o + block.lost for o, block in zip(self.owed, blocks.all, strict=True)]
        self.staying = [int(np.flatnonzero((block.columns == 0).all(1))[0]) for block in blocks.all]
        self.chosen = list(self.staying)
        grouped = {system for group in tables.problem.groups for system in group}
        self.turns = [
            b for b, block in enumerate(blocks.all) if block.whole or not grouped & set(block.systems)
        ]
        """Blocks that decide; who is in a group too large to be looked at stays."""
        self.home = np.repeat(np.arange(len(blocks.all)), [len(block.menus) for block in blocks.all])
        self.random = Random(SEED)  # noqa: S311 - not for secrets
        self.unit = WEIGHT * float(np.abs(tables.move_cost).max(1).mean()) if tables.menu else 0.0
        """Fen that a weight of coverage is worth."""
        weight = sum(float(np.ptp(lost)) for lost in self.lost)
        limits = [np.maximum(limit, 1) for limit in self.board.limits.each()]
        self.first = [FIRST_FINE * self.unit * max(1.0, weight) / limit for limit in limits]
        none = Amounts(*(np.zeros_like(limit) for limit in limits))
        self.prices = Prices(none, Amounts(*self.first), self.unit, self.unit)

    @property
    def _hard(self) -> Prices:
        """Prices at which nobody exceeds a limit."""
        fines = [fine * HARD for fine in self.first]
        hard = self.unit * HARD
        return replace(self.prices, fine=Amounts(*fines), order=hard, behind=hard)

    def made(self, part: float, idle: int = IDLE) -> Decisions | None:
        """Return the best plan found, none where a date or a decision by hand is not kept.

        Args:
            part: part of the time limit after which no further round begins.
            idle: rounds without a better plan after which to stop.
        """
        with self.clock.spending("repair"):
            self._settle()
            best = self._saved()
            self._tell()
        with self.clock.spending("prices"):
            climb = self._priced(best.worth, PRICING * self.clock.limit)
        with self.clock.spending("repair"):
            self._begin(climb)
            self._restore(self._improved(best, part, idle))
            self._settle()
        return self.board.decisions() if self._kept() else None

    def _improved(self, best: Saved, part: float, idle: int) -> Saved:
        """Return the best plan that rounds at moving prices lead to."""
        vain = 0
        for _round in self._rounds(part):
            rough, vain = self._saved(), vain + 1
            if (self._nearly() or self._over(part / 2)) and self._yielded(part):
                self._settle()
                if self.worth() < best.worth:
                    best, vain = self._saved(), 0
                    self._tell()
            if vain == idle:
                break
            self._restore(rough)
        return best

    def worth(self) -> Worth:
        """Return how good the board is."""
        lost = sum(float(lost[c]) for lost, c in zip(self.lost, self.chosen, strict=True))
        return Worth(lost, sum(self.board.cost(s) for s in range(len(self.tables.menu))))

    def _kept(self) -> bool:
        """Whether every date and every decision by hand is kept."""
        return not any(owed[c] for owed, c in zip(self.owed, self.chosen, strict=True))

    def _tell(self) -> None:
        if self._kept() and self.clock.first_plan is None:
            self.clock.first_plan = self.clock.seconds
        self.clock.tell("repair", None, None)

    def _priced(self, worth: Worth, seconds: float) -> Climb:
        """Return what the relaxation says where a weight has the price that it has here."""
        target, until = worth.lost * self.unit + worth.cost, self.clock.seconds + seconds
        return self.relaxation.climb(Goal(target, self.unit, until, fixed=True), self.clock)

    def _begin(self, climb: Climb) -> None:
        """Take tolls and first dates from the relaxation."""
        tolls = zip(self.first, climb.duals.toll.each(), strict=True)
        fines = [np.full_like(f, FINE * t.mean()) if t.any() else FAINT * f for f, t in tolls]
        self.prices = replace(self.prices, toll=climb.duals.toll, fine=Amounts(*fines))
        for b in self.turns:
            self._seat(b, self._seen(b, climb.often))

    def _seen(self, b: int, often: Floats) -> int:
        """Return the combination of a block that was seen most often, system by system."""
        block, total = self.blocks.all[b], np.zeros(len(self.blocks.all[b].columns))
        for n, s in enumerate(self._systems(b)):
            menu = block.menus[n]
            total += often[s, menu.moving.astype(int), menu.periods][block.columns[:, n]]
        return int(total.argmax())

    def _seat(self, b: int, column: int) -> None:
        """Let a block do something where it can pay for it, at thrifty places if need be; else it stays."""
        block, systems = self.blocks.all[b], self._systems(b)
        for thrift in (THRIFT[0], THRIFT[-1]):
            self._put(b, self.staying[b], [self.board.idle] * len(systems))
            offers = Offers(self.board, self.tables.parts[b], self.prices, self.ahead, thrift)
            for n, s in enumerate(systems):
                self.board.take(s, offers.step(n, int(block.columns[column, n])))
            self.chosen[b] = column
            if self.board.affordable(systems):
                return
        self._put(b, self.staying[b], [self.board.idle] * len(systems))

    def _rounds(self, part: float) -> Iterator[None]:
        """Let all blocks decide, round by round, at prices that follow what is used."""
        turns = list(self.turns)
        for _round in range(min(ROUNDS, WORK // max(1, len(self.tables.menu)))):
            self.random.shuffle(turns)
            for b in turns:
                if self._over(part):
                    return
                self._decide(b, self.prices)
            self.prices = self._dearer()
            yield

    def _nearly(self) -> bool:
        """Whether it pays to make a plan of the board: there are few blocks, or little is exceeded."""
        if len(self.turns) <= SOFT:
            return True
        scarce = zip(self.board.excess().each(), self.board.limits.each(), strict=True)
        return all(bool((excess <= NEARLY * limit).all()) for excess, limit in scarce)

    def _over(self, part: float) -> bool:
        return self.clock.stopped or self.clock.seconds > part * self.clock.limit

    def _dearer(self) -> Prices:
        """Return prices that have followed what is used."""
        board, prices = self.board, self.prices
        excess = board.excess().each()
        fines = [
            f * np.where(e > 0, SHARPER, MILDER) for f, e in zip(prices.fine.each(), excess, strict=True)
        ]
        scarce = zip(prices.toll.each(), board.used.each(), board.limits.each(), strict=True)
        tolls = [
            toll * np.clip(1 + SWAY * (used - limit) / np.maximum(limit, 1), FALL, RISE)
            for toll, used, limit in scarce
        ]
        order = prices.order * (SHARPER if late(board, self.ahead.pairs).any() else MILDER)
        return Prices(Amounts(*tolls), Amounts(*fines), order, order)

    def _yielded(self, part: float) -> bool:
        """Let those who exceed something decide anew until none does; return whether so.

        What is exceeded grows dearer by the turn. After some decisions nobody may exceed anything
        any more, and providers do not wait for their consumers, so that one after another of a chain
        gives way.
        """
        fines, order, asked = list(self.prices.fine.each()), self.prices.order, 0
        most = max(len(self.turns), min(SOFT, EACH * len(self.turns)))
        while asked < most and not self._over(part):
            excess = self.board.excess().each()
            fines = [fine * np.where(e > 0, STEEP, 1.0) for fine, e in zip(fines, excess, strict=True)]
            order *= STEEP
            asked += self._asked(replace(self.prices, fine=Amounts(*fines), order=order, behind=order))
            if self._holds():
                return True
        for _turn in range(LAST):
            self._asked(replace(self._hard, behind=0.0))
        return self._holds()

    def _asked(self, prices: Prices) -> int:
        """Let those who exceed something decide anew one after another; return how many did."""
        owners = {int(self.home[s]) for s in guilty(self.board, self.ahead.pairs)}
        asked = sorted(owners & set(self.turns))
        self.random.shuffle(asked)
        asked = asked[: max(FEWEST, len(self.turns) // PARTS)]
        for n, b in enumerate(asked):
            if self._holds():
                return n
            self._decide(b, prices)
        return len(asked) or len(self.turns)

    def _settle(self) -> None:
        """Let every block that gains by it decide anew without exceeding anything."""
        turns = sorted(self.turns, key=lambda b: (-float(np.ptp(self.lost[b])), b))
        for b in turns:
            if self.clock.stopped or self.clock.left <= 0:
                return
            before, old = self._value(b), (self.chosen[b], self._steps(b))
            self._decide(b, self._hard)
            if self._value(b) > before or not self._holds():
                self._put(b, *old)

    def _value(self, b: int) -> Worth:
        cost = sum(self.board.cost(s) for s in self._systems(b))
        return Worth(float(self.lost[b][self.chosen[b]]), cost)

    def _holds(self) -> bool:
        """Whether no limit is exceeded and nobody goes before a provider."""
        early = late(self.board, self.ahead.pairs).any()
        return not early and not any(excess.any() for excess in self.board.excess().each())

    def _systems(self, b: int) -> range:
        part = self.tables.parts[b].systems
        return range(part.start, part.stop)

    def _steps(self, b: int) -> list[Step]:
        return [self.board.steps[s] for s in self._systems(b)]

    def _saved(self) -> Saved:
        return Saved(self.worth(), tuple(self.chosen), tuple(self.board.steps))

    def _restore(self, saved: Saved) -> None:
        for b, chosen in enumerate(saved.chosen):
            self._put(b, chosen, [saved.steps[s] for s in self._systems(b)])

    def _put(self, b: int, chosen: int, steps: Iterable[Step]) -> None:
        self.chosen[b] = chosen
        for s, step in zip(self._systems(b), steps, strict=True):
            if self.board.steps[s] is not step:
                self.board.back(s)
                self.board.take(s, step)

    def _decide(self, b: int, prices: Prices) -> None:
        """Let a block do what is best now, at thriftier places where the cost rule wants it."""
        offered: list[Offered] = []
        for thrift in THRIFT:
            offered.append(self._offered(b, prices, thrift))
            if offered[-1].lost <= offered[0].wanted:
                break
        found = min(offered, key=attrgetter("value"))
        self._put(b, found.chosen, found.steps)

    def _offered(self, b: int, prices: Prices, thrift: float) -> Offered:
        """Let a block do the best that it can pay for, and return that."""
        part, block, systems = self.tables.parts[b], self.blocks.all[b], self._systems(b)
        stay = [self.board.idle] * len(systems)
        self._put(b, self.staying[b], stay)
        offers = Offers(self.board, part, prices, self.ahead, thrift)
        lost = self.lost[b]
        values = self.unit * lost
        for n in range(len(systems)):
            values = values + offers.of(n)[block.columns[:, n]]
        wanted = float(lost[values.argmin()])
        for column in self._affordable(block, part, offers, values):
            for n, s in enumerate(systems):
                self.board.take(s, offers.step(n, int(block.columns[column, n])))
            self.chosen[b] = column
            if self.board.affordable(systems):
                return Offered(float(values[column]), column, self._steps(b), float(lost[column]), wanted)
            self._put(b, self.staying[b], stay)
        column = self.staying[b]
        return Offered(float(values[column]), column, stay, float(lost[column]), wanted)

    def _affordable(self, block: Block, part: Part, offers: Offers, values: Floats) -> Iterable[int]:
        """Return the best combinations that keep the cost rule at the places offered."""
        few = _best(values)
        caps = {self.board.cap_of.get(s) for s in range(part.systems.start, part.systems.stop)}
        cap = caps.pop()
        if cap is None or caps or not block.whole:
            return [int(column) for column in few]
        change = np.sum([offers.change(n)[block.columns[few, n]] for n in range(len(block.menus))], 0)
        kept = self.tables.menus.kept(change, self.tables.problem.caps[cap].raised)
        return [int(column) for column in few[kept]]


def _best(values: Floats) -> Ints:
    """Return the cheapest combinations, the best first."""
    few = np.argpartition(values, FEW)[:FEW] if len(values) > FEW else np.arange(len(values))
    found: Ints = few[np.argsort(values[few], kind="stable")]
    return found
