"""Courses, and the blocks of capacity that are ordered for them."""

import numpy as np
import pulp

from planner.rules import FEN_A_UNIT
from planner.solver.courses import Courses, Scarce, Sum
from planner.solver.sales import Sale
from planner.solver.tables import NEVER, Floats, Ints

type Row = tuple[int, int, int]
"""Pool, resource and period."""


class Ordering(Courses):
    """A model of courses and orders; ``bill`` is what the orders cost, thousands of yuan."""

    def _used(self) -> dict[Scarce, Sum]:
        """Return what is used, the blocks of capacity that are ordered included."""
        found, sales = super()._used(), self.tables.sales
        self.before = self.board.orders
        self.ordered = list(map(self._orders, sales.all, self.before.tolist()))
        self.entered: list[pulp.LpVariable] = []
        """Whether anybody is in a pool that is overfull today."""
        self.bill = Sum({})
        for year, paid in enumerate(sales.paid(self.board.orders).tolist()):
            found["budget", (year,)].constant -= paid
        for sale, ats in zip(sales.all, self.ordered, strict=True):
            for t, variable in enumerate(ats):
                found["budget", (int(self.tables.year[t]),)].add(variable, sale.price)
                self.bill.add(variable, sale.price * float(sales.worth[t]) / FEN_A_UNIT)
        return found

    def _orders(self, sale: Sale, now: list[int]) -> list[pulp.LpVariable]:
        """Make the numbers of blocks ordered in each period, starting from what is ordered now."""
        horizon = range(self.tables.periods)
        found = [self.model.add_variable(f"B[{sale.name},{t}]", 0, sale.most, "Integer") for t in horizon]
        self.model.addConstraint(pulp.lpSum(found) <= sale.most)
        for variable, count in zip(found, now, strict=True):
            variable.setInitialValue(count)
        return found

    def supply(self, filled: dict[Row, Sum]) -> Floats:
        """Return (pools, R, T) of room that is left by others, and take from what fills it what orders bring.

        Args:
            filled: by row what those in the model take; one that is missing is added empty.
        """
        own = self.board.room_of(self.courses)
        others = self.board.used.rooms - own
        left = self.tables.room - others - self.reserved.rooms
        for row in zip(*np.nonzero(self.tables.lack), strict=True):
            if others[row]:
                left[row] -= self.tables.lack[row]
            elif row in filled:
                self._enter(row, filled[row], float(left[row]), begun=bool(own[row]))
        for sale, ats in zip(self.tables.sales.all, self.ordered, strict=True):
            for r, t in np.argwhere(left[sale.pool] < NEVER / 2).tolist():
                for at in ats[: max(0, t - sale.lead + 1)]:
                    filled[sale.pool, r, t].add(at, -float(sale.adds[r]))
        return left

    def _enter(self, row: Row, load: Sum, left: float, *, begun: bool) -> None:
        """Keep who enters a pool that is overfull today waiting until orders have made up for that."""
        entered = self.model.add_variable(f"g[{','.join(map(str, row))}]", 0, 1, "Integer")
        entered.setInitialValue(int(begun))
        self.entered.append(entered)
        most = sum(amount * (variable.upBound or 0) for variable, amount in load.terms.items())
        self.keep(Sum({**load.terms, entered: left - most}), left)
        load.add(entered, float(self.tables.lack[row]))

    def orders(self) -> Ints:
        """Return (B, T) of blocks ordered now, changed as what was found changes them where that can be.

        Another part may have cancelled the same block since, or ordered the last one.
        """
        sales = self.tables.sales
        found = sales.none.copy()
        for counts, ats in zip(found, self.ordered, strict=True):
            counts[:] = [round(variable.varValue or 0) for variable in ats]
        changed = np.maximum(found - self.before + self.board.orders, 0)
        possible = changed.sum(1) <= sales.most.sum(1)
        return np.where(possible[:, None], changed, self.board.orders)
