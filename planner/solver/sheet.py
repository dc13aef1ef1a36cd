"""A board and what each block has chosen on it: blocks decide one after another."""

from collections import Counter
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.solver.blocks import Blocks
from planner.solver.board import Board, Step, late
from planner.solver.decisions import Decisions
from planner.solver.offers import Ahead, Offers
from planner.solver.owed import Owed
from planner.solver.quotes import Quotes
from planner.solver.tables import Floats, Ints, Tables

type Doing = tuple[int, list[Step]]
"""The combination that a block has chosen, and the steps of its systems."""
type Weights = Floats | NDArray[np.int32]

FEW = 40
"""Combinations tried until one keeps the cost rule at the places there are."""
IN_VAIN = 2
"""Of the combinations in which the same systems move, retire and stay, how many are tried."""
THRIFT = (1.0, 3.0, 10.0, 100.0)
"""How dear rents are, in turn, to those whose cheapest places break the cost rule."""
WEIGHT = 9
"""What a weight of coverage is worth beside the dearest move of a middling system."""
DUE = 1000
"""What a system with a date counts beside the weight of projects."""


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
    orders: Ints
    """(B, T) blocks of capacity."""


class Offered(NamedTuple):
    """What a block may do."""

    value: float
    chosen: int
    steps: list[Step]
    lost: float
    wanted: float
    """What would be lost if the cost rule were of no concern."""


class Sheet:
    """What every block does; at first all stay."""

    def __init__(self, tables: Tables, blocks: Blocks) -> None:
        self.tables, self.blocks = tables, blocks.all
        self.board, self.ahead = Board(tables), Ahead(tables)
        owed = Owed(tables.problem)
        self.owed = [owed.of(block) for block in blocks.all]
        pairs = zip(self.owed, blocks.all, strict=True)
        self.lost: list[Weights] = [DUE * o + block.lost if o.any() else block.lost for o, block in pairs]
        self.staying = [int(np.flatnonzero((block.columns == 0).all(1))[0]) for block in blocks.all]
        self.chosen = list(self.staying)
        grouped = {system for group in tables.problem.groups for system in group}
        self.turns = [
            b for b, block in enumerate(blocks.all) if block.whole or not grouped & set(block.systems)
        ]
        """Blocks that decide; who is in a group too large to be looked at stays."""
        self.unit = WEIGHT * float(np.abs(tables.move_cost).max(1).mean()) if tables.menu else 0.0
        """Fen that a weight of coverage is worth."""

    @property
    def worth(self) -> Worth:
        """How good the plan is."""
        lost = sum(float(lost[c]) for lost, c in zip(self.lost, self.chosen, strict=True))
        return Worth(lost, self.board.bill + sum(step.cost for step in self.board.steps))

    @property
    def kept(self) -> bool:
        """Whether every date and every decision by hand is kept."""
        return not any(owed[c] for owed, c in zip(self.owed, self.chosen, strict=True))

    @property
    def holds(self) -> bool:
        """Whether no limit is exceeded and nobody goes before a provider."""
        return self.board.holds and not late(self.board, self.ahead.pairs).any()

    def systems(self, b: int) -> range:
        """Return the systems of a block."""
        part = self.tables.parts[b].systems
        return range(part.start, part.stop)

    def steps(self, b: int) -> list[Step]:
        """Return what the systems of a block do."""
        return [self.board.steps[s] for s in self.systems(b)]

    def value(self, b: int) -> Worth:
        """Return how good what a block does is."""
        cost = sum(step.cost for step in self.steps(b))
        return Worth(float(self.lost[b][self.chosen[b]]), cost)

    def saved(self) -> Saved:
        """Return the plan."""
        return Saved(self.worth, tuple(self.chosen), tuple(self.board.steps), self.board.orders)

    def restore(self, saved: Saved) -> None:
        """Come back to a plan."""
        self.board.order(saved.orders)
        for b, chosen in enumerate(saved.chosen):
            self.put(b, chosen, [saved.steps[s] for s in self.systems(b)])

    def put(self, b: int, chosen: int, steps: Iterable[Step]) -> None:
        """Let a block do something else."""
        self.chosen[b] = chosen
        for s, step in zip(self.systems(b), steps, strict=True):
            if self.board.steps[s] is not step:
                self.board.back(s)
                self.board.take(s, step)

    def adopt(self, decisions: Decisions) -> None:
        """Let everybody do what was decided elsewhere, as far as it can be looked at block by block."""
        sales = self.tables.sales
        orders = sales.none.copy()
        for b, sale in enumerate(sales.all):
            orders[b] = [decisions.bought.get((sale.name, t), 0) for t in range(self.tables.periods)]
        self.board.order(orders)
        for b in self.turns:
            self.take(b, [self.board.decided(s, decisions) for s in self.systems(b)])

    def follow(self, steps: Mapping[int, Step], orders: Ints) -> bool:
        """Let some blocks take other steps and order where that is a plan and no worse; say whether it is.

        What they take may be gone by now: then those go back who gain the least by it.
        """
        ordered, worth = self.board.orders, self.worth
        self.board.order(orders)
        before = {b: self.doing(b) for b in self.turns if self.systems(b)[0] in steps}
        for b in before:
            self.take(b, [steps[s] for s in self.systems(b)])
        dearer = {b: self.value(b).cost - sum(step.cost for step in old) for b, (_c, old) in before.items()}
        self.give_way({b: before[b] for b in sorted(before, key=lambda b: -dearer[b])})
        if self.holds and self.board.sound and self.worth <= worth:
            return True
        for b, doing in before.items():
            self.put(b, *doing)
        self.board.order(ordered)
        return False

    def take(self, b: int, steps: list[Step]) -> None:
        """Let a block take steps where they are a combination of its own."""
        same = np.flatnonzero((self.blocks[b].columns == [step.choice for step in steps]).all(1))
        if len(same):
            self.put(b, int(same[0]), steps)

    def doing(self, b: int) -> Doing:
        """Return what a block does."""
        return self.chosen[b], self.steps(b)

    def at_home(self, b: int) -> Doing:
        """Return what a block does that stays."""
        return self.staying[b], [self.board.idle] * len(self.systems(b))

    def give_way(self, instead: Mapping[int, Doing]) -> None:
        """Let one block after another do something else where less is exceeded then, until nothing is."""
        for b, other in instead.items():
            if (over := self.over) == 0:
                return
            now = self.doing(b)
            self.put(b, *other)
            if self.over >= over:
                self.put(b, *now)

    @property
    def over(self) -> float:
        """Return by what parts limits are exceeded, and by how many periods somebody goes too early."""
        scarce = zip(self.board.excess().each(), self.board.limits.each(), strict=True)
        parts = sum(float((excess / np.maximum(limit, 1)).sum()) for excess, limit in scarce)
        return parts + float(late(self.board, self.ahead.pairs).sum())

    def shed(self) -> None:
        """Cancel every order that nobody needs, or put it off as long as nobody does."""
        last = self.tables.periods
        for b, t in np.argwhere(self.board.orders)[::-1].tolist():
            for _one in range(self.board.orders[b, t]):
                for later in range(last, t, -1):
                    if self._put_off(b, t, later):
                        break

    def _put_off(self, b: int, t: int, later: int) -> bool:
        """Order a block in a later period, or not at all after the last, where nothing is exceeded then."""
        before = self.board.orders
        orders = before.copy()
        orders[b, t] -= 1
        if later < self.tables.periods:
            orders[b, later] += 1
        self.board.order(orders)
        if not self.board.holds:
            self.board.order(before)
        return self.board.orders is orders

    def stay(self, b: int) -> None:
        """Let a block do nothing."""
        self.put(b, *self.at_home(b))

    def seat(self, b: int, column: int, quotes: Quotes) -> None:
        """Let a block do something where it can pay for it, at thrifty places if need be; else it stays."""
        self.stay(b)
        for thrift in (THRIFT[0], THRIFT[-1]):
            offers = Offers(self.board, quotes, b, self.ahead, thrift)
            if steps := self._steps(b, column, offers):
                self.put(b, column, steps)
                return

    def _steps(self, b: int, column: int, offers: Offers) -> list[Step] | None:
        """Return the steps to what a block may do, none where they break the cost rule."""
        free, chosen = offers.free(), self.blocks[b].columns[column].tolist()
        steps = [offers.step(n, choice, free) for n, choice in enumerate(chosen)]
        return steps if self.board.affordable(self.systems(b), steps) else None

    def decide(self, b: int, quotes: Quotes) -> None:
        """Let a block do what is best now, at thriftier places where the cost rule wants it."""
        self.stay(b)
        offered: list[Offered] = []
        for thrift in THRIFT:
            offered.append(self._offered(b, quotes, thrift))
            if offered[-1].lost <= offered[0].wanted:
                break
        found = min(offered, key=attrgetter("value"))
        self.put(b, found.chosen, found.steps)

    def _offered(self, b: int, quotes: Quotes, thrift: float) -> Offered:
        """Return the best that a block which stays can pay for."""
        block, lost = self.blocks[b], self.lost[b]
        offers = Offers(self.board, quotes, b, self.ahead, thrift)
        values: Floats = np.multiply(self.unit, lost, dtype=float)
        for n in range(len(block.menus)):
            values = values + offers.of(n)[block.columns[:, n]]
        wanted = float(lost[values.argmin()])
        vain: Counter[int] = Counter()
        for column in self._affordable(b, offers, values):
            pattern = self._pattern(b, column)
            if vain[pattern] < IN_VAIN and (steps := self._steps(b, column, offers)):
                return Offered(float(values[column]), column, steps, float(lost[column]), wanted)
            vain[pattern] += 1
        column = self.staying[b]
        return Offered(float(values[column]), column, self.steps(b), float(lost[column]), wanted)

    def _pattern(self, b: int, column: int) -> int:
        """Return a number for who moves, retires or stays, whenever that is."""
        found = 0
        for menu, choice in zip(self.blocks[b].menus, self.blocks[b].columns[column].tolist(), strict=True):
            found = 3 * found + int(menu.kinds[choice])
        return found

    def _affordable(self, b: int, offers: Offers, values: Floats) -> Iterable[int]:
        """Return the best combinations that keep the cost rule at the places offered."""
        few, block = _best(values), self.blocks[b]
        caps = {self.board.cap_of.get(s) for s in self.systems(b)}
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
