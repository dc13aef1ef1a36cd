"""What every choice of a block would cost now: money, tolls on what is scarce, fines for excess."""

from dataclasses import dataclass

import numpy as np

from planner.plan import Action
from planner.solver.board import Amounts, Board, Step
from planner.solver.capping import Charges
from planner.solver.tables import Floats, Ints, Part, Tables, onwards

ENOUGH = 1e9
"""Machines for which there is room where nothing is asked for."""


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


class Offers:
    """The choices of a block's systems, priced on a board on which they stay."""

    def __init__(self, board: Board, part: Part, prices: Prices, ahead: "Ahead", thrift: float = 1.0) -> None:
        self.board, self.tables, self.part, self.prices = board, board.tables, part, prices
        self.thrift = thrift
        """Times its rent by which a place is judged: the more, the sooner the cost rule holds."""
        fines = prices.fine.rooms[..., ::-1]
        self.fines = np.maximum.accumulate(fines, -1)[..., ::-1]
        """(pools, R, T) of a machine that finds no room from a period on."""
        owners = self.tables.way_system[part.ways] - part.systems.start
        way = self._ways() + self._apart(owners)
        first = np.searchsorted(owners, np.arange(part.systems.stop - part.systems.start))
        move = np.minimum.reduceat(way, first)
        self.way = _first_least(way, move, owners, first) + part.ways.start
        """(systems, T) cheapest way."""
        late = ahead.fined(board, part, prices)
        ruled = prices.rule.moved[part.systems]
        self.move = move + self.tables.move_cost[part.systems] + self._cutover() + late[0] + ruled
        self.retire = self._retire() + late[1] + prices.rule.retired[part.systems]
        self.stay = late[2]

    def of(self, system: int) -> Floats:
        """Return (choices,) what each choice of a system's menu costs."""
        menu = self.tables.menu[self.part.systems.start + system]
        last = self.tables.periods - 1
        at = np.minimum(menu.periods, last)
        going = np.where(menu.moving, self.move[system, at], self.retire[system, at])
        found: Floats = np.where(menu.periods > last, self.stay[system], going)
        return found

    def change(self, system: int) -> Floats:
        """Return (choices, fiscal years) of O&M against staying, at the places offered."""
        tables, menu = self.tables, self.tables.menu[self.part.systems.start + system]
        at = np.minimum(menu.periods, tables.periods - 1)
        rents = self.rents[self.way[system, at] - self.part.ways.start, at] * menu.moving
        found: Floats = menu.change + (rents - menu.rent)[:, None] * tables.due[at]
        return found

    def _ways(self) -> Floats:
        """Return (ways, T) of machines, one-off money and team."""
        tables, part = self.tables, self.part
        first = np.searchsorted(tables.crew_way[part.crews], np.arange(part.ways.start, part.ways.stop))
        seats = np.add.reduceat(self._seats(), first)
        self.rents = np.add.reduceat(self.annual, first)
        """(ways, T) yearly O&M of the machines."""
        once = tables.once[part.ways, None]
        paid = once * tables.menus.worth + self._dues("budget", once)[:, tables.year]
        found: Floats = seats + paid + self._work() + tables.unready[part.ways]
        return found

    def _seats(self) -> Floats:
        """Return (crews, T) of the cheapest places with room; where the fine is less, that is paid."""
        tables, crews, board = self.tables, self.part.crews, self.board
        since = tables.since[tables.way_system[tables.crew_way[crews]]][:, None, None, :]
        free = np.maximum(board.limits.rooms - board.used.rooms, 0)
        free = np.minimum.accumulate(free[..., ::-1], -1)[..., ::-1]
        demand, pool = tables.demand[crews][..., None], tables.pool[crews]
        room = np.take_along_axis(free[pool], since, -1)
        fit = np.floor(np.divide(room, demand, out=np.full(room.shape, ENOUGH), where=demand > 0))
        toll = np.take_along_axis(onwards(self.prices.toll.rooms)[pool], since, -1)
        fine = np.take_along_axis(self.fines[pool], since, -1)
        rates = self.prices.rule.rates[tables.way_system[tables.crew_way[crews]]][:, None]
        each = tables.rent[crews] + (toll * demand).sum(2) + tables.annual[crews][..., None] * rates
        dear, more = each + (self.thrift - 1) * tables.rent[crews], (fine * demand).sum(2)
        worst = (dear + more).argmin(1)[:, None]
        limit = np.take_along_axis(dear + more, worst, 1)
        fit = np.where(dear <= limit, fit.min(2, initial=ENOUGH), 0)
        ranks = np.argsort(dear, 1, kind="stable")
        count = tables.count[crews][:, None, None]
        ranked = np.take_along_axis(fit, ranks, 1)
        got = np.clip(count - (np.cumsum(ranked, 1) - ranked), 0, ranked)
        left = count[:, 0] - got.sum(1)
        annual = np.broadcast_to(tables.annual[crews][..., None], each.shape)
        self.annual = (got * np.take_along_axis(annual, ranks, 1)).sum(1)
        """(crews, T) yearly O&M."""
        self.annual = self.annual + left * np.take_along_axis(annual, worst, 1)[:, 0]
        beyond = np.take_along_axis(each + more, worst, 1)[:, 0]
        found: Floats = (got * np.take_along_axis(each, ranks, 1)).sum(1) + left * beyond
        return found

    def _work(self) -> Floats:
        """Return (ways, T) of the team's months over the lead time."""
        tables, ways = self.tables, self.part.ways
        effort = tables.effort[ways]
        dues = self._dues("team", effort[..., None]).sum(1)
        sums = np.concatenate([np.zeros((len(dues), 1)), np.cumsum(dues, 1)], 1)
        first = np.maximum(np.arange(tables.periods) - tables.lead[ways, None] + 1, 0)
        found: Floats = sums[:, 1:] - np.take_along_axis(sums, first, 1)
        return found

    def _dues(self, of: str, amount: Floats) -> Floats:
        """Return toll and fine of using some more of something."""
        board, prices = self.board, self.prices
        used, limit = getattr(board.used, of), getattr(board.limits, of)
        over = np.maximum(used + amount - limit, 0) - np.maximum(used - limit, 0)
        found: Floats = getattr(prices.toll, of) * amount + getattr(prices.fine, of) * over
        return found

    def _cutover(self) -> Floats:
        return self._dues("cutovers", np.ones(1))

    def _apart(self, owners: Ints) -> Floats:
        """Return (ways, T) of the traffic a system would put on lines from its move on, against staying."""
        tables, board, part = self.tables, self.board, self.part
        found = np.zeros((len(owners), tables.periods))
        traffic = tables.traffic[part.traffic]
        if not len(traffic):
            return found
        line, own, here, other, there, mbit = traffic.T
        outside = (other < part.systems.start) | (other >= part.systems.stop)
        load = (board.where[other] == there[:, None]) * (mbit * outside)[:, None]
        for w, owner in enumerate(owners):
            mine = own == owner + part.systems.start
            platform = tables.platform[part.ways.start + w]
            change = np.zeros_like(board.used.lines)
            np.add.at(change, line, load * (mine * ((here == platform).astype(int) - (here == 0)))[:, None])
            found[w] = onwards(self._dues("lines", change).sum(0))
        return found

    def _retire(self) -> Floats:
        """Return (systems, T)."""
        tables, systems = self.tables, self.part.systems
        once = tables.retire_once[systems, None]
        work = self._dues("team", tables.retire_effort[systems][..., None]).sum(1)
        found: Floats = tables.retire_cost[systems] + self._dues("budget", once)[:, tables.year] + work
        return found

    def step(self, system: int, choice: int) -> Step:
        """Return the step of a choice; machines take the cheapest places as far as there is room."""
        tables, s = self.tables, self.part.systems.start + system
        menu = tables.menu[s]
        t = int(menu.periods[choice])
        if menu.acts[choice] is not Action.rehost:
            return Step(choice, t)
        way = int(self.way[system, t])
        return Step(choice, t, way, tuple(self._places(way, t, int(tables.since[s, t]))))

    def _places(self, way: int, t: int, since: int) -> list[tuple[int, int, int]]:
        """Return crews, places and machines, the cheapest places first."""
        tables, found = self.tables, []
        crews = slice(*np.searchsorted(tables.crew_way, [way, way + 1]))
        free = (self.board.limits.rooms - self.board.used.rooms)[:, :, since:].min(-1).tolist()
        demand, pool = tables.demand[crews], tables.pool[crews]
        each = tables.rent[crews, :, t] + (self.prices.toll.rooms[:, :, since:].sum(-1)[pool] * demand).sum(
            -1
        )
        each = each + (self.thrift - 1) * tables.rent[crews, :, t]
        each = each + tables.annual[crews] * self.prices.rule.rates[tables.way_system[way], t]
        dearer = each + (self.fines[pool, :, since] * demand).sum(-1)
        beyond, limit = dearer.argmin(-1).tolist(), dearer.min(-1).tolist()
        ranks = np.argsort(each, 1, kind="stable").tolist()
        for c, (asked, pools) in enumerate(zip(demand.tolist(), pool.tolist(), strict=True)):
            left, here = int(tables.count[crews.start + c]), dict[int, int]()
            for place in (p for p in ranks[c] if each[c, p] <= limit[c]):
                if left and (count := _fitting(free[pools[place]], asked[place], left)):
                    here[place] = _taken(free[pools[place]], asked[place], count)
                    left -= count
            if left:
                place = beyond[c]
                here[place] = here.get(place, 0) + _taken(free[pools[place]], asked[place], left)
            found += [(crews.start + c, place, count) for place, count in here.items()]
        return found


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
