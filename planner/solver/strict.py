"""The cost rule kept in full: what that adds to a bound that prices give.

At its price a project may break the cost rule, as prices only know the mean of what projects do. The
largest flow of a cut (``cut.py``) takes part of what every date costs, and what it leaves is nobody
else's: so block by block the cheapest combination is looked for that keeps the rule, and what it costs
beyond the flow comes on top of the bound. Whether machines have places at which a combination keeps the
rule is itself asked by prices: at any of them a combination that does costs no less than its systems do
one by one, less what the limit is worth; the dearest answer counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.solver.blocks import Block, Blocks
from planner.solver.menus import Menu
from planner.solver.prices import Duals, Relaxation
from planner.solver.search import Clock
from planner.solver.tables import Floats

TIMES = (0.5, 1.5, 0.0, 2.0, 0.25, 3.0, 0.75, 1.25, 5.0)
"""Times the price that the rule has in the bound."""
BEYOND = (0.3, 1.0, 0.1, 2.0, 0.6, 4.0)
"""Times the mean price by which the price of one watched sum is raised."""


@dataclass
class Combinations:
    """What the combinations of a block cost at the least."""

    menus: tuple[Menu, ...]
    first: int
    """Number of the first system."""
    columns: NDArray[np.int16]
    """(combinations, systems)."""
    caps: list[int]
    """Projects, all of whose systems are here."""
    least: Floats
    """(combinations,) fen."""

    def total(self, costs: Floats) -> Floats:
        """Return (combinations,) of (S, 2, T + 1) of costs."""
        found = np.zeros(len(self.columns))
        for n, menu in enumerate(self.menus):
            found += costs[self.first + n, menu.moving.astype(int), menu.periods][self.columns[:, n]]
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
        self.relaxation, self.duals = relaxation, duals
        self.answer = relaxation.answer(duals, uncovered)
        covers = uncovered <= relaxation.lost
        parts = zip(blocks.all, relaxation.tables.parts, strict=True)
        self.blocks = [self._combinations(block, part.systems, covers) for block, part in parts]
        self._raise(duals.rule)

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
        for rule in self._prices():
            if clock.stopped or clock.seconds >= until:
                break
            self._raise(rule)
        worth = (self.duals.rule * self.relaxation.capping.limit).sum(1)
        paid = np.repeat(self.answer.paid[:, None], 2, 1)
        return self.answer.bound + sum(
            float((block.least - block.total(paid)).min() + worth[block.caps].sum()) for block in self.blocks
        )

    def _prices(self) -> Iterator[Floats]:
        """Yield prices of the cost rule, (projects, sums)."""
        rule = self.duals.rule
        mean = float(rule[rule > 0].mean()) if (rule > 0).any() else 1.0
        yield from (times * rule for times in TIMES)
        for beyond in BEYOND:
            yield from (rule + beyond * mean * one for one in np.eye(rule.shape[1]))

    def _raise(self, rule: Floats) -> None:
        """Ask what combinations cost at other prices of the cost rule."""
        costs = self.relaxation.costs(replace(self.duals, rule=rule))
        worth = (rule * self.relaxation.capping.limit).sum(1)
        for block in self.blocks:
            if block.caps or rule is self.duals.rule:
                np.maximum(block.least, block.total(costs) - worth[block.caps].sum(), out=block.least)
