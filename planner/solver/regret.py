"""What everybody pays at some prices beyond the best that could be done at them."""

import numpy as np

from planner.solver.board import Step
from planner.solver.duals import Duals
from planner.solver.prices import Relaxation
from planner.solver.sheet import Sheet
from planner.solver.tables import Floats


class Regrets:
    """The regrets of blocks at some prices: most of what a plan costs beyond their bound."""

    def __init__(self, relaxation: Relaxation, duals: Duals) -> None:
        self.tables, self.weight = relaxation.tables, duals.weight
        self.costs = relaxation.costs(duals)
        """(S, 2, T + 1) of retiring or staying (0) and of moving (1), the cheapest way."""
        self.each, self.way = relaxation.each, relaxation.way

    def of(self, sheet: Sheet) -> Floats:
        """Return (blocks,) fen."""
        return np.array([self._of(sheet, b) for b in range(len(sheet.blocks))])

    def _of(self, sheet: Sheet, b: int) -> float:
        block, total = sheet.blocks[b], self.weight * sheet.blocks[b].lost
        for n, s in enumerate(sheet.systems(b)):
            menu = block.menus[n]
            total = total + self.costs[s, menu.moving.astype(int), menu.periods][block.columns[:, n]]
        beyond = sum(self._beyond(s, sheet.board.steps[s]) for s in sheet.systems(b))
        return float(total[sheet.chosen[b]] - total.min()) + beyond

    def _beyond(self, s: int, step: Step) -> float:
        """Return what a step costs beyond the cheapest way and places for its period."""
        if step.way is None:
            return 0.0
        tables, t = self.tables, step.period
        first, last = np.searchsorted(tables.way_system, [s, s + 1])
        found = float(self.way[step.way, t] - self.way[first:last, t].min())
        for crew, place, count in step.seats:
            found += count * float(self.each[crew, place, t] - self.each[crew, :, t].min())
        return found
