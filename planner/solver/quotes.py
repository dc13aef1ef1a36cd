"""What choices cost at some prices whoever else is there: worked out at once for many blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

import numpy as np

from planner.solver.capping import Charges
from planner.solver.scarce import Amounts
from planner.solver.tables import Floats, Ints, Tables, onwards

BATCH = 500
"""Blocks that quotes are worked out for at once."""


@dataclass(frozen=True)
class Prices:
    """What a unit costs that is used, and one that is used beyond the limit, fen."""

    toll: Amounts
    fine: Amounts
    order: float
    """For each period a system goes before its provider."""
    behind: float
    """For each period a system lets a consumer go before it."""
    rule: Charges
    """What the cost rule of its project costs a system."""


@dataclass(frozen=True)
class Ranking:
    """The places of some crews, the cheapest first, for a move in each period."""

    rank: Ints
    """(C, P, T) numbers of places."""
    each: Floats
    """(C, P, T) what a machine costs there, fen."""
    annual: Floats
    """(C, P, T) its yearly O&M, fen."""
    open: Floats
    """(C, P, T) 0 where a machine goes rather beyond a limit, otherwise 1."""
    worst: Ints
    """(C, T) the place where that is cheapest."""
    beyond: Floats
    """(C, T) what a machine costs there, the fine included, fen."""
    beyond_annual: Floats
    """(C, T)."""


class Quotes:
    """What the choices of some blocks cost at some prices, but for fines that depend on others."""

    def __init__(self, tables: Tables, prices: Prices, blocks: Sequence[int]) -> None:
        self.tables, self.prices = tables, prices
        parts = [tables.parts[b] for b in blocks]
        self.crews, self._crew = _rows(blocks, [part.crews for part in parts])
        self.ways, self._way = _rows(blocks, [part.ways for part in parts])
        self.systems, self._system = _rows(blocks, [part.systems for part in parts])
        self._owner = tables.way_system[tables.crew_way[self._crew]]
        self._rankings: dict[float, Ranking] = {}
        self.way, self.move, self.retire = self._ways(), self._moves(), self._retired()

    def _ways(self) -> Floats:
        """Return (W, T) of a way but for its machines."""
        tables, toll, ways = self.tables, self.prices.toll, self._way
        paid = tables.once[ways, None] * (tables.menus.worth + toll.budget[tables.year])
        dues = np.einsum("wk,kt->wt", tables.effort[ways], toll.team)
        found: Floats = paid + tables.over_lead(dues, ways) + tables.unready[ways]
        return found

    def _moves(self) -> Floats:
        """Return (S, T) of a move but for its way."""
        moved = self.prices.rule.moved[self._system]
        found: Floats = self.tables.move_cost[self._system] + self.prices.toll.cutovers + moved
        return found

    def _retired(self) -> Floats:
        """Return (S, T)."""
        tables, toll, systems = self.tables, self.prices.toll, self._system
        paid = tables.retire_once[systems, None] * toll.budget[tables.year]
        work = tables.retire_effort[systems] @ toll.team
        found: Floats = tables.retire_cost[systems] + paid + work + self.prices.rule.retired[systems]
        return found

    def ranking(self, thrift: float) -> Ranking:
        """Return the places in the order in which they are taken.

        Args:
            thrift: times its rent by which a place is judged: the more, the sooner the cost rule holds.
        """
        if thrift not in self._rankings:
            self._rankings[thrift] = self._ranked(thrift)
        return self._rankings[thrift]

    def _ranked(self, thrift: float) -> Ranking:
        tables, crews = self.tables, self._crew
        fines = np.maximum.accumulate(self.prices.fine.rooms[..., ::-1], -1)[..., ::-1]
        rates = self.prices.rule.rates[self._owner][:, None]
        annual = np.broadcast_to(tables.annual[crews][..., None].astype(float), tables.rent[crews].shape)
        each = tables.rent[crews] + self._charged(onwards(self.prices.toll.rooms)) + annual * rates
        dear, more = each + (thrift - 1) * tables.rent[crews], self._charged(fines)
        worst = (dear + more).argmin(1)[:, None]
        limit = np.take_along_axis(dear + more, worst, 1)
        rank = np.argsort(dear, 1, kind="stable")
        return Ranking(
            rank,
            np.take_along_axis(each, rank, 1),
            np.take_along_axis(annual, rank, 1),
            np.take_along_axis((dear <= limit).astype(float), rank, 1),
            worst[:, 0],
            np.take_along_axis(each + more, worst, 1)[:, 0],
            np.take_along_axis(annual, worst, 1)[:, 0],
        )

    def _charged(self, prices: Floats) -> Floats:
        """Return (C, P, T) of prices of room, due from the period on in which a move takes it."""
        tables, total = self.tables, np.zeros(1)
        for r in range(len(tables.resources)):
            each = tables.taken_since(prices[:, r][tables.pool[self._crew]], self._owner)
            total = total + each * tables.demand[self._crew][..., r, None]
        return np.broadcast_to(total, tables.rent[self._crew].shape)


def quoted(tables: Tables, prices: Prices, blocks: Sequence[int]) -> Iterator[tuple[int, Quotes]]:
    """Yield each block with what its choices cost at some prices."""
    for batch in batched(blocks, BATCH):
        quotes = Quotes(tables, prices, batch)
        yield from ((b, quotes) for b in batch)


def _rows(blocks: Sequence[int], parts: list[slice]) -> tuple[dict[int, slice], Ints]:
    """Return where the rows of each block are, and the rows."""
    ends = np.cumsum([0, *(part.stop - part.start for part in parts)]).tolist()
    rows = [np.arange(part.start, part.stop) for part in parts] or [np.zeros(0, int)]
    return dict(zip(blocks, map(slice, ends, ends[1:]), strict=True)), np.concatenate(rows)
