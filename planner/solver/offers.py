"""What every choice of a block would cost now: money, tolls on what is scarce, fines for excess."""

from collections.abc import Iterator

import numpy as np

from planner.solver.board import Board, Seat, Step
from planner.solver.quotes import Prices, Quotes
from planner.solver.tables import NOWHERE, OLD, Floats, Ints, Part, Tables, lasting, onwards

ENOUGH = 1e9
"""Machines for which there is room where nothing is asked for."""


class Offers:
    """The choices of a block's systems, priced on a board on which they stay."""

    def __init__(self, board: Board, quotes: Quotes, b: int, ahead: "Ahead", thrift: float = 1.0) -> None:
        self.board, self.tables, self.prices = board, board.tables, quotes.prices
        self.part, self.crews = board.tables.parts[b], quotes.crews[b]
        self.ranking = quotes.ranking(thrift)
        tables, part = self.tables, self.part
        owners = tables.way_system[part.ways] - part.systems.start
        way = quotes.way[quotes.ways[b]] + self._ways() + self._apart(owners, tables.platform[part.ways])
        first = np.searchsorted(owners, np.arange(part.systems.stop - part.systems.start))
        move = np.minimum.reduceat(way, first)
        self.way = _first_least(way, move, owners, first) + part.ways.start
        """(systems, T) cheapest way."""
        move_late, retire_late, stay = ahead.fined(board, part, self.prices)
        move = move + quotes.move[quotes.systems[b]] + self._fined("cutovers", np.ones(1)) + move_late
        retire = quotes.retire[quotes.systems[b]] + self._retire() + retire_late
        self.costs = np.concatenate([move, retire, stay[:, None]], 1)
        """(systems, 2 T + 1) of moving and retiring in each period, and of staying."""

    def of(self, system: int) -> Floats:
        """Return (choices,) what each choice of a system's menu costs."""
        menu = self.tables.menu[self.part.systems.start + system]
        found: Floats = self.costs[system, menu.slots]
        return found

    def change(self, system: int) -> Floats:
        """Return (choices, fiscal years) of O&M against staying, at the places offered."""
        tables, menu = self.tables, self.tables.menu[self.part.systems.start + system]
        at = np.minimum(menu.periods, tables.periods - 1)
        rents = self.rents[self.way[system, at] - self.part.ways.start, at] * menu.moving
        found: Floats = menu.change + (rents - menu.rent)[:, None] * tables.due[at]
        return found

    def _ways(self) -> Floats:
        """Return (ways, T) of machines, and of fines for money and team."""
        tables, part = self.tables, self.part
        first = np.searchsorted(tables.crew_way[part.crews], np.arange(part.ways.start, part.ways.stop))
        machines, annual = self._seats()
        self.ends = [*first.tolist(), len(machines)]
        """Where the crews of each way begin and end among those of the block."""
        self.rents = np.add.reduceat(annual, first)
        """(ways, T) yearly O&M of the machines."""
        paid = self._fined("budget", tables.once[part.ways, None])[:, tables.year]
        work = self._fined("team", tables.effort[part.ways][..., None]).sum(1)
        found: Floats = np.add.reduceat(machines, first) + paid + tables.over_lead(work, part.ways)
        return found

    def _seats(self) -> tuple[Floats, Floats]:
        """Return (crews, T) of the cheapest places with room, and the yearly O&M there.

        Where there is no room, or a fine is less, a place beyond a limit is paid for.
        """
        tables, crews, of = self.tables, self.part.crews, self.ranking
        free = lasting(np.maximum(self.board.limits.rooms - self.board.used.rooms, 0))
        owners = tables.way_system[tables.crew_way[crews]]
        demand = tables.demand[crews][..., None]
        room = tables.taken_since(free[tables.pool[crews]], owners)
        fit = np.divide(room, demand, out=np.full(room.shape, ENOUGH), where=demand > 0)
        fit = np.floor(fit.min(2, initial=ENOUGH))
        ranked = np.take_along_axis(fit, of.rank[self.crews], 1) * of.open[self.crews]
        count = tables.count[crews][:, None, None]
        self.got = np.clip(count - (np.cumsum(ranked, 1) - ranked), 0, ranked)
        """(crews, P, T) machines at each place in order."""
        self.left = count[:, 0] - self.got.sum(1)
        """(crews, T) machines for which there is no room."""
        cost = (self.got * of.each[self.crews]).sum(1) + self.left * of.beyond[self.crews]
        annual = (self.got * of.annual[self.crews]).sum(1) + self.left * of.beyond_annual[self.crews]
        return cost, annual

    def _fined(self, of: str, amount: Floats) -> Floats:
        """Return the fines for using some more of something."""
        room = getattr(self.board.limits, of) - getattr(self.board.used, of)
        found: Floats = getattr(self.prices.fine, of) * (np.maximum(amount - room, 0) - np.maximum(-room, 0))
        return found

    def _apart(self, owners: Ints, places: Ints) -> Floats:
        """Return (n, T) of the traffic that systems would put on lines from then on, against staying.

        Args:
            owners: (n,) systems of the block.
            places: (n,) where they go.
        """
        tables, board, part = self.tables, self.board, self.part
        traffic = tables.traffic[part.traffic]
        if not len(traffic):
            return np.zeros((len(owners), tables.periods))
        line, own, here, other, there, mbit = traffic.T
        outside = (other < part.systems.start) | (other >= part.systems.stop)
        load = (board.where[other] == there[:, None]) * (mbit * outside)[:, None]
        mine = own == owners[:, None] + part.systems.start
        signs = mine * ((here == places[:, None]).astype(float) - (here == OLD))
        on = line == np.arange(len(board.used.lines))[:, None]
        change = (signs[:, None] * on) @ load.astype(float)
        found: Floats = onwards((self._fined("lines", change) + self.prices.toll.lines * change).sum(1))
        return found

    def _retire(self) -> Floats:
        """Return (systems, T) of fines."""
        tables, systems = self.tables, self.part.systems
        paid = self._fined("budget", tables.retire_once[systems, None])[:, tables.year]
        work = self._fined("team", tables.retire_effort[systems][..., None]).sum(1)
        everybody = np.arange(len(paid))
        found: Floats = paid + work + self._apart(everybody, np.full_like(everybody, NOWHERE))
        return found

    def free(self) -> Floats:
        """Return (pools, R, T) of room that nobody has taken."""
        found: Floats = self.board.limits.rooms - self.board.used.rooms
        return found

    def step(self, system: int, choice: int, free: Floats) -> Step:
        """Return the step of a choice; machines take the cheapest places as far as there is room.

        Args:
            system: number in the block.
            choice: number in its menu.
            free: (pools, R, T) of room; what the step needs is taken from it.
        """
        tables, s = self.tables, self.part.systems.start + system
        menu = tables.menu[s]
        t = int(menu.periods[choice])
        if not menu.moving[choice]:
            return self.board.step(s, choice)
        way, later = int(self.way[system, t]), free[:, :, int(tables.since[s, t]) :]
        room = later.min(-1)
        found = self._offered(s, choice, way, t)
        if found is None or (found.need > room).any():
            found = self.board.step(s, choice, way, tuple(self._places(way, t, room.tolist())))
        later -= found.need[:, :, None]
        return found

    def _offered(self, system: int, choice: int, way: int, t: int) -> Step | None:
        """Return the step to the places that were offered, none where there is no room for all."""
        start, crews = self._crews_of(way)
        if self.left[crews, t].any():
            return None
        got = self.got[crews, :, t].tolist()
        rank = self.ranking.rank[self.crews][crews, :, t].tolist()
        seats = (
            (start + c, place, int(count))
            for c, (places, counts) in enumerate(zip(rank, got, strict=True))
            for place, count in zip(places, counts, strict=True)
            if count
        )
        return self.board.step(system, choice, way, tuple(seats))

    def _crews_of(self, way: int) -> tuple[int, slice]:
        """Return the first crew of a way, and where its crews are among those of the block."""
        first, last = self.ends[way - self.part.ways.start : way - self.part.ways.start + 2]
        return self.part.crews.start + first, slice(first, last)

    def _places(self, way: int, t: int, free: list[list[float]]) -> Iterator[Seat]:
        """Yield crews, places and machines, each crew taking of the room what the last have left."""
        tables, of = self.tables, self.ranking
        start, crews = self._crews_of(way)
        ranked = zip(of.rank[self.crews][crews, :, t], of.open[self.crews][crews, :, t] > 0, strict=True)
        worst = of.worst[self.crews][crews, t].tolist()
        for c, (rank, opened) in enumerate(ranked, start):
            asked, pools = tables.demand[c].tolist(), tables.pool[c].tolist()
            left, here = int(tables.count[c]), dict[int, int]()
            for place in rank[opened].tolist():
                if left and (count := _fitting(free[pools[place]], asked[place], left)):
                    here[place] = _taken(free[pools[place]], asked[place], count)
                    left -= count
            if left:
                place = worst[c - start]
                here[place] = here.get(place, 0) + _taken(free[pools[place]], asked[place], left)
            yield from ((c, place, count) for place, count in here.items())


def _fitting(free: list[float], demand: list[float], most: int) -> int:
    """Return how many machines fit, at most some."""
    return min([most, *(int(max(f, 0) // d) for f, d in zip(free, demand, strict=True) if d)])


def _taken(free: list[float], demand: list[float], count: int) -> int:
    """Take room for some machines and return how many."""
    for r, amount in enumerate(demand):
        free[r] -= amount * count
    return count


def _first_least(way: Floats, least: Floats, owners: Ints, first: Ints) -> Ints:
    """Return (systems, T) the first way that costs the least."""
    hit = np.where(way == least[owners], np.arange(len(way))[:, None], len(way))
    found: Ints = np.minimum.reduceat(hit, first)
    return found


class Ahead:
    """Who waits for a provider of another block."""

    def __init__(self, tables: Tables) -> None:
        home = np.repeat(
            np.arange(len(tables.parts)), [p.systems.stop - p.systems.start for p in tables.parts]
        )
        self.pairs = tables.order[home[tables.order[:, 0]] != home[tables.order[:, 1]]]
        """(pairs, 2) consumer and provider."""
        self.of: dict[int, list[tuple[int, int]]] = {}
        for consumer, provider in self.pairs.tolist():
            for system in (consumer, provider):
                self.of.setdefault(system, []).append((consumer, provider))

    def fined(self, board: Board, part: Part, prices: Prices) -> tuple[Floats, Floats, Floats]:
        """Return (systems, T), (systems, T), (systems,) of fines for moving, retiring and staying."""
        size, last = part.systems.stop - part.systems.start, board.tables.periods
        move, retire, stay = np.zeros((size, last)), np.zeros((size, last)), np.zeros(size)
        grid = np.arange(last)
        for n in range(size):
            for consumer, provider in self.of.get(part.systems.start + n, ()):
                if consumer == part.systems.start + n:
                    move[n] += prices.order * np.maximum(board.through[provider] - grid, 0)
                    continue
                if board.moved[consumer] < last:
                    waits = prices.behind * np.maximum(grid - board.moved[consumer], 0)
                    move[n] += waits
                    retire[n] += waits
                    stay[n] += prices.behind * (last - board.moved[consumer])
        return move, retire, stay
