"""The cost rule of every project with a price: what a fen of O&M a year costs whoever is watched."""

from dataclasses import dataclass

import numpy as np

from planner.solver.blocks import Mask
from planner.solver.menus import FEN_LOST
from planner.solver.tables import Floats, Ints, Tables

WIDTH = 0.05
"""Part of the O&M of a project by which its rise is measured."""


@dataclass(frozen=True)
class Charges:
    """What the rule costs at some prices, fen; (S, T) by period from which on it is due."""

    rates: Floats
    """A fen of yearly rent."""
    moved: Floats
    """Moving, but for rents."""
    retired: Floats


class Capping:
    """What every choice changes in the O&M of its project, and what that may be.

    ``C`` projects with a cap, ``K`` sums of fiscal years that the rule watches, ``Y`` fiscal years.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables, menus = tables, tables.menus
        caps = tables.problem.caps if "om_cost_never_rises" not in menus.off else ()
        self.caps, at = len(caps), tables.at
        home = {at[s]: c for c, cap in enumerate(caps) for s in cap.systems if s in at}
        self.cap = np.array([home.get(s, len(caps)) for s in range(len(tables.menu))], int)
        """(S,) the project of each system, C where it has none."""
        self.watched = np.array(menus.watched())
        """(K, Y)."""
        self.moved, self.retired = self._rises()
        crews = np.bincount(tables.way_system[tables.crew_way], tables.count, len(tables.menu))
        shares = np.array([menu.mover.share for menu in tables.menu], float)
        self.width = np.maximum(WIDTH * self._sum(shares)[:-1, None], 1.0)
        """(C, 1) fen a year."""
        raised = np.array([cap.raised for cap in caps], float).reshape(-1, 1)
        lost = FEN_LOST * self._sum(crews + 1.0)[:-1, None]
        self.limit = np.repeat(raised + lost, len(self.watched), 1)
        """(C, K) fen a year."""

    def _rises(self) -> tuple[Floats, Floats]:
        """Return (S, T, Y) of moving but for the machines' rent, and of retiring, fen a year."""
        tables = self.tables
        shape = (len(tables.menu), tables.periods, self.watched.shape[1])
        moved, retired = np.zeros(shape), np.zeros(shape)
        for s, menu in enumerate(tables.menu):
            going = menu.periods < tables.periods
            for found, which in ((moved, menu.moving), (retired, going & ~menu.moving)):
                t = menu.periods[which]
                found[s, t] = menu.change[which] - menu.rent[which, None] * tables.due[t]
        return moved, retired

    def _sum(self, amounts: Floats) -> Floats:
        """Return the sums by project, (C + 1, ...) of (S, ...)."""
        found = np.zeros((self.caps + 1, *amounts.shape[1:]))
        np.add.at(found, self.cap, amounts)
        return found

    def charges(self, prices: Floats) -> Charges:
        """Return what everybody's choices cost at prices of (C, K)."""
        rates = (self._years(prices) @ self.tables.due.T)[self.cap]
        years = self._years(prices)[self.cap]
        rises = (np.einsum("sty,sy->st", rises, years) for rises in (self.moved, self.retired))
        return Charges(rates, *rises)

    def _years(self, prices: Floats) -> Floats:
        """Return (C + 1, Y)."""
        found: Floats = np.concatenate([prices @ self.watched, np.zeros((1, self.watched.shape[1]))])
        return found

    def used(self, rents: Floats, period: Ints, moving: Mask) -> Floats:
        """Return (C, K) of what choices change.

        Args:
            rents: (S,) yearly rent of the machines of who moves.
            period: (S,) when, T for never.
            moving: (S,) who moves.
        """
        t = np.minimum(period, self.tables.periods - 1)
        system = np.arange(len(period))
        moved = self.moved[system, t] + rents[:, None] * self.tables.due[t]
        change = np.where(moving[:, None], moved, self.retired[system, t])
        change[period >= self.tables.periods] = 0
        found: Floats = self._sum(change)[:-1] @ self.watched.T
        return found
