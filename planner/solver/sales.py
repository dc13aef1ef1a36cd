"""Blocks of capacity for sale: what orders of them bring and cost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.problem import Problem
from planner.solver.menus import Menus

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

SELDOM = 0.3
"""Part of a block beyond whole ones that a relaxation may want without one more being ordered."""


@dataclass(frozen=True)
class Sale:
    """A block; ``R`` scarce resources."""

    name: str
    pool: int
    adds: Floats
    """(R,)"""
    price: int
    """Fen, one-off, when it is ordered."""
    lead: int
    """Periods from the order until it is of use."""
    most: int


class Sales:
    """The blocks of a problem. Orders are (B, T) numbers of blocks ordered in each period."""

    def __init__(self, problem: Problem, menus: Menus, resources: list[str]) -> None:
        self.year, self.worth, self.years = np.array(menus.year), menus.worth, len(menus.parts)
        pools = {room.pool: n for n, room in enumerate(problem.rooms)}
        self.all = [
            Sale(
                purchase.block,
                pools[purchase.pool],
                np.array([purchase.adds.get(resource, 0) for resource in resources], float),
                purchase.price,
                purchase.lead,
                purchase.maximum,
            )
            for purchase in problem.purchases
        ]
        self.price = np.array([sale.price for sale in self.all], float)
        self.none: Ints = np.zeros((len(self.all), len(self.worth)), int)
        """No orders."""
        self.most = self.none.copy()
        """Everything at once."""
        self.most[:, :1] = np.array([sale.most for sale in self.all], int).reshape(-1, 1)

    def brought(self, orders: Ints, room: Floats, lack: Floats | float = 0.0) -> Floats:
        """Return (pools, R, T) of room with what orders add to it beyond what is lacking today."""
        found = room - lack
        for sale, counts in zip(self.all, orders, strict=True):
            usable = np.concatenate([np.zeros(sale.lead), np.cumsum(counts)])[: len(counts)]
            found[sale.pool] += sale.adds[:, None] * usable
        return np.maximum(found, 0)

    def paid(self, orders: Ints) -> Floats:
        """Return (fiscal years,) of one-off money, fen."""
        return np.bincount(self.year, self.price @ orders, self.years)

    def cost(self, orders: Ints) -> float:
        """Return what orders cost, discounted, fen."""
        return float(self.price @ orders @ self.worth)

    def advised(self, wanted: Floats, budget: Floats) -> Ints:
        """Return whole orders as soon as there is money for them.

        Args:
            wanted: (B,) of each in all, in part.
            budget: (fiscal years,) of one-off money, fen.
        """
        orders = self.none.copy()
        whole = np.clip(np.ceil(wanted - SELDOM), 0, self.most.sum(1))
        for b, count in enumerate(whole.astype(int).tolist()):
            for _one in range(count):
                free = (budget - self.paid(orders))[self.year] >= self.price[b]
                orders[b, free.argmax()] += free.any()
        return orders
