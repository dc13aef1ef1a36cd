"""What is scarce: room in pools, the team, cutovers, one-off money and lines."""

from dataclasses import dataclass

import numpy as np

from planner.solver.tables import Floats, Tables


@dataclass
class Amounts:
    """Something about each scarce thing: what is used of it, what there is, what a unit costs."""

    rooms: Floats
    """(pools, R, T)."""
    team: Floats
    """(K, T) hundredths of person-months."""
    cutovers: Floats
    """(T,)."""
    budget: Floats
    """(fiscal years,) fen."""
    lines: Floats
    """(L, T) Mbit/s."""

    def each(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return the arrays in order."""
        return self.rooms, self.team, self.cutovers, self.budget, self.lines

    def times(self, factor: float) -> "Amounts":
        """Return a part of each."""
        return Amounts(*(of * factor for of in self.each()))


def limits(tables: Tables) -> Amounts:
    """Return what there is of everything scarce."""
    return Amounts(tables.room, tables.team, tables.cutovers, tables.budget, tables.line)


def nothing(tables: Tables) -> Amounts:
    """Return nothing of everything scarce."""
    return Amounts(*(np.zeros_like(limit, float) for limit in limits(tables).each()))


def in_a_row(amounts: Amounts) -> tuple[Floats, Amounts]:
    """Return a copy as one vector, and the same as parts of that vector."""
    row = np.concatenate([part.ravel() for part in amounts.each()]).astype(float)
    ends = np.cumsum([part.size for part in amounts.each()])
    parts = zip(np.split(row, ends[:-1]), amounts.each(), strict=True)
    return row, Amounts(*(of.reshape(part.shape) for of, part in parts))
