"""The cost rule kept in full: what that adds to a bound that prices give.

At its price a project may break the cost rule, as prices only know the mean of what projects do. The
largest flow of a cut (``cut.py``) takes part of what every date costs, and what it leaves is nobody
else's: so block by block the cheapest combination is looked for that keeps the rule, and what it costs
beyond the flow comes on top of the bound. Two things raise it further, and nothing lowers it. Whether
machines have places at which a combination keeps the rule is asked by prices as well: whichever is the
cheapest of a block is asked at its own (``ruling.py``), and every combination costs the most that any
price said. And what dates cost a block beyond its cheapest combination it does not need: offered to the
next flow, it makes dates dear there that no combination of the block wants (as in block coordinate ascent
on a Lagrangian decomposition).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.solver.blocks import Block, Blocks
from planner.solver.duals import Duals
from planner.solver.menus import Menu
from planner.solver.prices import Relaxation
from planner.solver.ruling import BATCH, Dates, Ruling
from planner.solver.search import Clock
from planner.solver.tables import NEVER, Floats, Ints

GAINED, A_FEN = 2e-6, 1.0
"""Part of what everybody costs that a round must raise the bound by for another to follow, at least a fen."""
TWICE = 2
"""Times that what a block does not need is offered in equal parts: a part may be more than a date can use."""


@dataclass
class Combinations:
    """What the combinations of a block cost at the least."""

    menus: tuple[Menu, ...]
    first: int
    """Number of the first system."""
    columns: NDArray[np.integer[Any]]
    """(combinations, systems)."""
    caps: list[int]
    """Projects, all of whose systems are here."""
    least: Floats
    """(combinations,) fen."""
    cheapest: int = 0
    """Number of a combination."""
    asked: set[int] = field(default_factory=set)
    """Combinations whose own prices of the rule are known."""

    def forget(self) -> None:
        """Know nothing of what combinations cost."""
        self.least.fill(-np.inf)
        self.asked.clear()

    @property
    def systems(self) -> slice:
        """Their numbers."""
        return slice(self.first, self.first + len(self.menus))

    @property
    def periods(self) -> Ints:
        """(systems,) of the cheapest combination."""
        pairs = zip(self.menus, self.columns[self.cheapest], strict=True)
        return np.array([menu.periods[n] for menu, n in pairs])

    def total(self, costs: Floats) -> Floats:
        """Return (combinations,) of (S, 2, T + 1) of costs."""
        found = np.zeros(len(self.columns))
        for n, menu in enumerate(self.menus):
            found += costs[self.first + n, menu.moving.astype(int), menu.periods][self.columns[:, n]]
        return found

    def beyond(self, paid: Floats) -> Floats:
        """Return (combinations,) of what they cost beyond (S, T + 1) that is paid for dates."""
        found = self.least.copy()
        for n, menu in enumerate(self.menus):
            found -= paid[self.first + n, menu.periods][self.columns[:, n]]
        return found

    def spare(self, beyond: Floats, dates: int) -> Floats:
        """Return (systems, dates) of what every date costs beyond the cheapest, endless where none has it.

        In equal parts, so that no combination is left with less than nothing.

        Args:
            beyond: (combinations,) of what they cost, 0 at the least.
            dates: how many there are, staying among them.
        """
        found = np.zeros((len(self.menus), dates))
        for _time in range(TWICE if len(self.menus) > 1 else 1):
            parts = np.stack([self._least(beyond, n, dates) for n in range(len(found))]) / len(found)
            for n, menu in enumerate(self.menus):
                beyond = beyond - parts[n, menu.periods][self.columns[:, n]]
            found += parts
        return found

    def _least(self, beyond: Floats, n: int, dates: int) -> Floats:
        """Return (dates,) the least of combinations in which a system goes then, endless where in none."""
        found = np.full(dates, np.inf)
        np.minimum.at(found, self.menus[n].periods[self.columns[:, n]], beyond)
        return found


class Strict:
    """What every block must pay beyond the flow of a cut."""

    def __init__(self, relaxation: Relaxation, blocks: Blocks, duals: Duals, uncovered: float) -> None:
        """Begin with what prices know.

        Args:
            relaxation: of the problem.
            blocks: of the problem.
            duals: the prices.
            uncovered: weight that plans in question leave uncovered at the most.
        """
        self.relaxation, self.uncovered = relaxation, uncovered
        covers = uncovered <= relaxation.lost
        parts = zip(blocks.all, relaxation.tables.parts, strict=True)
        self.blocks = [self._combinations(block, part.systems, covers) for block, part in parts]
        self.turn(duals)

    def turn(self, duals: Duals) -> None:
        """Go over to other prices, and forget what was known at those before."""
        relaxation, self.duals = self.relaxation, duals
        self.reached = -np.inf
        """The bound once it was asked for."""
        self.ruling = Ruling(relaxation, duals)
        answer = relaxation.answer(duals, self.uncovered)
        self.split, self.beside = answer.split, answer.bound - answer.split.value
        costs = relaxation.costs(duals).min(1)
        rise = costs - costs.min(1, keepdims=True)
        self.most = float(rise[costs < NEVER / 2].max(initial=0.0))
        """What a date is offered for at the most in a round, fen: flows know large numbers less exactly."""
        for block in self.blocks:
            block.forget()
        self._raise(self.blocks, duals.rule)

    def _combinations(self, block: Block, systems: slice, covers: bool) -> Combinations:
        columns, capping = block.columns, self.relaxation.capping
        if covers and block.lost.any():
            columns = columns[block.lost <= block.lost.min()]
        own = set(capping.cap[systems].tolist()) - {capping.caps}
        least = np.full(len(columns), -np.inf)
        return Combinations(block.menus, systems.start, columns, sorted(own) if block.whole else [], least)

    def bound(self, clock: Clock, until: float) -> float:
        """Return a bound on the cost against staying, fen, no lower than that of the prices.

        Args:
            clock: of the search.
            until: its seconds after which to come to an end.
        """
        best, found = -np.inf, self._judged()
        enough = max(A_FEN, GAINED * self.relaxation.worth)
        while found > best + enough and clock.seconds < until and not clock.stopped:
            best = found
            new = [block for block in self.blocks if block.caps and block.cheapest not in block.asked]
            self._raise(new, self._asked(new))
            self.split = self.relaxation.split(self.duals, self.offers)
            found = self._judged()
        self.reached = max(self.reached, best, found)
        return self.reached

    def _judged(self) -> float:
        """Return the bound; note what is cheapest in every block, and what dates may be offered for."""
        paid, found = self.split.paid, self.beside + self.split.value
        self.offers = paid.copy()
        for block in self.blocks:
            beyond = block.beyond(paid)
            block.cheapest = int(beyond.argmin())
            least = float(beyond[block.cheapest])
            if (block.periods != self.split.period[block.systems]).any():
                spare = block.spare(beyond - least, paid.shape[1])
                self.offers[block.systems] += np.where(np.isinf(spare), NEVER, np.minimum(spare, self.most))
            found += least + self._worth(block, self.duals.rule)
        return found

    def _worth(self, block: Combinations, rule: Floats) -> float:
        """Return what the limits of a block's projects are worth."""
        return float((rule * self.relaxation.capping.limit)[block.caps].sum())

    def _asked(self, blocks: list[Combinations]) -> Floats:
        """Return (C, K) of prices of the rule at which the cheapest combinations cost the most."""
        rule = np.zeros_like(self.duals.rule)
        for some in batched(blocks, BATCH, strict=False):
            rule += self.ruling.prices(_dates(some))
        for block in blocks:
            block.asked.add(block.cheapest)
        return rule

    def _raise(self, blocks: list[Combinations], rule: Floats) -> None:
        """Note what combinations cost at other prices of the cost rule."""
        costs = self.relaxation.costs(replace(self.duals, rule=rule))
        for block in blocks:
            np.maximum(block.least, block.total(costs) - self._worth(block, rule), out=block.least)


def _dates(blocks: Sequence[Combinations]) -> Dates:
    """Return when the systems go in the cheapest combinations."""
    systems = np.concatenate([np.arange(block.first, block.first + len(block.menus)) for block in blocks])
    choices = [
        (menu.periods[n], menu.moving[n])
        for block in blocks
        for menu, n in zip(block.menus, block.columns[block.cheapest], strict=True)
    ]
    period, moving = zip(*choices, strict=True)
    return Dates(systems, np.array(period), np.array(moving))
