"""A first plan without a solver: block by block what is best now, and fines that teach them to share.

Each block in turn does what costs it least: money, weight left uncovered, and fines for what it
uses beyond a limit. Limits that stay exceeded grow dearer from round to round, so that blocks
give way to those that gain more; what comes out is close to a plan, and now and then is one.
The order is drawn from one seed. It buys no blocks of capacity and keeps a rule all the same
that the scenario switches off.
"""

from collections.abc import Iterable, Iterator
from random import Random
from typing import NamedTuple

import numpy as np

from planner.plan import Action
from planner.problem import Problem
from planner.solver.blocks import Block, Blocks
from planner.solver.board import Amounts, Board, Step, late
from planner.solver.decisions import Decisions
from planner.solver.menus import Menu
from planner.solver.offers import Ahead, Offers, Prices
from planner.solver.search import Clock
from planner.solver.tables import Floats, Ints, Part, Tables

SEED = 1
FEW = 40
"""Combinations tried until one keeps the cost rule at the places there are."""
SHARPER, MILDER = 1.4, 0.95
"""How a fine grows where a limit is exceeded, and shrinks where it is not."""
FIRST_FINE = 0.05
"""The first fine for using a limit twice over, as a part of the worth of all coverage."""
HARD = 1000.0
"""Times the first fine: nobody exceeds a limit."""
WEIGHT = 9
"""What a weight of coverage is worth beside the dearest move of a middling system."""
DUE = 1000
"""What a system with a date counts beside the weight of projects."""
ROUNDS, WORK = 30, 40_000
"""Rounds at most, and systems times rounds."""


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


class Draft:
    """The search for a first plan."""

    def __init__(self, tables: Tables, blocks: Blocks, clock: Clock) -> None:
        self.tables, self.blocks, self.clock = tables, blocks, clock
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
        self.random = Random(SEED)  # noqa: S311 - not for secrets
        self.unit = WEIGHT * float(np.abs(tables.move_cost).max(1).mean()) if tables.menu else 0.0
        """Fen that a weight of coverage is worth."""
        weight = sum(float(np.ptp(lost)) for lost in self.lost)
        limits = [np.maximum(limit, 1) for limit in self.board.limits.each()]
        self.fines = [FIRST_FINE * self.unit * max(1.0, weight) / limit for limit in limits]
        self.hard = self._prices([fine * HARD for fine in self.fines], self.unit * HARD)

    def made(self, part: float) -> Decisions | None:
        """Return the best plan found, none where a date or a decision by hand is not kept.

        Args:
            part: part of the time limit after which no further round begins.
        """
        self._settle()
        best = self._saved()
        self._tell()
        for _round in self._rounds(part):
            rough = self._saved()
            if self._yielded() and self.worth() < best.worth:
                best = self._saved()
                self._tell()
            self._restore(rough)
        self._restore(best)
        self._settle()
        return self.board.decisions() if self._kept() else None

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

    def _prices(self, fines: list[Floats], order: float) -> Prices:
        none = Amounts(*(np.zeros_like(fine) for fine in fines))
        return Prices(none, Amounts(*fines), order)

    def _rounds(self, part: float) -> Iterator[None]:
        """Let all blocks decide, round by round, with fines that follow the excess."""
        fines, order = list(self.fines), self.unit
        turns = list(self.turns)
        for _round in range(min(ROUNDS, WORK // max(1, len(self.tables.menu)))):
            self.random.shuffle(turns)
            prices = self._prices(fines, order)
            for b in turns:
                if self.clock.stopped or self.clock.seconds > part * self.clock.limit:
                    return
                self._decide(b, prices)
            yield
            excess = self.board.excess().each()
            fines = [np.where(e > 0, f * SHARPER, f * MILDER) for e, f in zip(excess, fines, strict=True)]
            order *= SHARPER if late(self.board, self.ahead.pairs).any() else MILDER

    def _yielded(self) -> bool:
        """Let blocks decide anew one after another until no limit is exceeded; return whether none is."""
        turns = list(self.turns)
        self.random.shuffle(turns)
        for b in turns:
            if self._holds():
                return True
            self._decide(b, self.hard)
        return self._holds()

    def _settle(self) -> None:
        """Let every block that gains by it decide anew without exceeding anything."""
        turns = sorted(self.turns, key=lambda b: (-float(np.ptp(self.lost[b])), b))
        for b in turns:
            before, old = self._value(b), (self.chosen[b], self._steps(b))
            self._decide(b, self.hard)
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
        """Let a block do what is best now."""
        part, block, systems = self.tables.parts[b], self.blocks.all[b], self._systems(b)
        stay = [self.board.idle] * len(systems)
        self._put(b, self.staying[b], stay)
        offers = Offers(self.board, part, prices, self.ahead)
        values = self.unit * self.lost[b]
        for n in range(len(systems)):
            values = values + offers.of(n)[block.columns[:, n]]
        for column in self._affordable(block, part, offers, values):
            for n, s in enumerate(systems):
                self.board.take(s, offers.step(n, int(block.columns[column, n])))
            self.chosen[b] = column
            if self.board.affordable(systems):
                return
            self._put(b, self.staying[b], stay)

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


class Owed:
    """The dates and decisions by hand that a plan must keep."""

    def __init__(self, problem: Problem) -> None:
        dues = (*problem.contract_ends, *problem.deadlines)
        self.by = {due.system: due.period for due in sorted(dues, key=lambda due: -due.period)}
        pinned = {pin.system for pin in problem.pins if pin.action != "stay"}
        self.asked = pinned | {ban.system for ban in problem.scenario.forbids if ban.action == "stay"}
        self.problem = problem

    def of(self, block: Block) -> Floats:
        """Return (combinations,) how many of them a combination breaks."""
        broken = np.zeros(len(block.columns))
        for n, menu in enumerate(block.menus):
            broken += self._broken(menu)[block.columns[:, n]]
        return broken

    def _broken(self, menu: Menu) -> Floats:
        system, last = menu.mover.id, len(self.problem.horizon)
        late = menu.periods > self.by.get(system, last)
        idle = (menu.periods == last) & (system in self.asked)
        chosen = zip(menu.acts, menu.periods.tolist(), strict=True)
        forbidden = [not self._by_hand(system, act, t) for act, t in chosen]
        found: Floats = np.asarray(late | idle, float) + np.array(forbidden)
        return found

    def _by_hand(self, system: str, act: Action, t: int) -> bool:
        p = self.problem
        for pin in (pin for pin in p.pins if pin.system == system):
            at = p.period_index(pin.period) if pin.period else None
            if act is not Action.stay and (pin.action not in (None, act) or at not in (None, t)):
                return False
        for ban in (ban for ban in p.scenario.forbids if ban.system == system and not ban.pool):
            at = p.period_index(ban.period) if ban.period else None
            if act is not Action.stay and ban.action in (None, act) and at in (None, t):
                return False
        return True


def _best(values: Floats) -> Ints:
    """Return the cheapest combinations, the best first."""
    few = np.argpartition(values, FEW)[:FEW] if len(values) > FEW else np.arange(len(values))
    found: Ints = few[np.argsort(values[few], kind="stable")]
    return found
