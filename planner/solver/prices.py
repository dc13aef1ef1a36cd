"""Bounds without a solver: prices on everything scarce, and each block does what is cheapest for it.

Lagrangian relaxation: whoever uses a pool, the team, a cutover, money or a line pays its price, who
goes before a provider pays too, and a weight left uncovered has its price. The blocks fall apart and
are solved exactly by looking at all their combinations, the cost rule included. Whatever the prices,
the sum less the worth of the limits is no more than the cost of any plan; prices move against what
is used too much (subgradient, steps after Polyak).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

from planner.solver.blocks import Blocks
from planner.solver.board import Amounts, limits
from planner.solver.offers import Ahead
from planner.solver.search import Clock
from planner.solver.tables import NEVER, OLD, Floats, Ints, Tables, onwards

STEPS, FINE = 200, 1e-7
"""Steps at most, and a part of the bound that is no gain."""
PATIENCE, SHORTER, SHORTEST = 5, 0.7, 1e-3
"""Steps without a better bound after which steps become shorter, how much, and when to stop."""
AHEAD = 3.0
"""Systems gone before their provider that weigh as much as a limit used twice over."""
INERTIA = 0.35
"""Part of the last direction kept in the next."""
SMOOTH = 0.15
"""Weight of the newest answer in how often a pair was seen apart."""
RULE = {
    "rooms": "pool_capacity",
    "team": "team_capacity",
    "cutovers": "cutovers_per_period",
    "budget": "one_off_budget",
    "lines": "link_capacity",
}


@dataclass
class Duals:
    """The prices: of scarce things by unit, of haste by pair and period, of weight left uncovered."""

    toll: Amounts
    haste: Floats
    """(pairs, T)."""
    weight: float
    apart: Floats
    """(loads, T) how far a pair's traffic is charged, 0 to 1."""


@dataclass
class Answer:
    """What the blocks do at some prices."""

    bound: float
    used: Amounts
    haste: Floats
    lost: float
    seen: Floats
    """(loads, T) whether a pair is apart."""


@dataclass
class Path:
    """The way of the prices: direction and length of the steps."""

    length: float = 1.0
    idle: int = 0
    back: bool = False
    """Whether to go on from the best prices so far."""
    direction: list[Floats] | None = None

    def learn(self, better: bool) -> None:
        """Shorten the steps once several in a row brought nothing."""
        self.idle = 0 if better else self.idle + 1
        self.back = self.idle >= PATIENCE
        if self.back:
            self.length, self.idle, self.direction = self.length * SHORTER, 0, None

    def step(self, slopes: list[Floats], missing: float) -> list[Floats]:
        """Return the moves of all prices, in widths of their limits."""
        if self.direction is None:
            self.direction = slopes
        else:
            pairs = zip(slopes, self.direction, strict=True)
            self.direction = [(1 - INERTIA) * slope + INERTIA * old for slope, old in pairs]
        norm = sum(float((slope**2).sum()) for slope in self.direction)
        return [self.length * missing / max(norm, 1e-12) * slope for slope in self.direction]


class Relaxation:
    """The relaxation of a problem."""

    def __init__(self, tables: Tables, blocks: Blocks) -> None:
        self.tables, self.blocks = tables, blocks
        menus = tables.menu
        self.first = np.concatenate([[0], np.cumsum([len(menu.acts) for menu in menus])]).astype(int)
        self.system = np.repeat(np.arange(len(menus)), np.diff(self.first))
        self.period = np.concatenate([menu.periods for menu in menus])
        self.at = np.minimum(self.period, tables.periods - 1)
        self.moving = np.concatenate([menu.moving for menu in menus])
        self.retiring = ~self.moving & (self.period < tables.periods)
        self.columns = [
            block.columns + self.first[part.systems.start : part.systems.stop]
            for block, part in zip(blocks.all, tables.parts, strict=True)
        ]
        off = tables.menus.off
        names = [name for name, rule in RULE.items() if rule not in off]
        self.limits = limits(tables)
        self.priced = [name in names for name in RULE]
        self._pairs()
        self._loads()

    def _pairs(self) -> None:
        pairs = Ahead(self.tables).pairs
        self.pairs = pairs if "precedence" not in self.tables.menus.off else pairs[:0]

    def _loads(self) -> None:
        """Say what a way pays of the traffic: charged where it goes, spared where it was."""
        tables, last = self.tables, len(self.tables.menu)
        self.loads = tables.loads
        first = np.searchsorted(tables.way_system, np.arange(last + 1)).tolist()
        charged = [
            (int(place == tables.platform[w]) - int(place == OLD), w, n)
            for n, (_line, a, here, b, there, _mbit) in enumerate(self.loads.tolist())
            for s, place in ((a, here), (b, there))
            for w in (range(first[s], first[s + 1]) if s < last else ())
        ]
        signs, ways, loads = np.array(charged, np.int64).reshape(-1, 3).T
        self.charged = csr_matrix((signs, (ways, loads)), shape=(len(tables.ways), len(self.loads)))

    def free(self) -> Duals:
        """Return prices of nothing."""
        toll = Amounts(*(np.zeros_like(limit) for limit in self.limits.each()))
        shape = (len(self.loads), self.tables.periods)
        return Duals(toll, np.zeros((len(self.pairs), self.tables.periods)), 0.0, np.zeros(shape))

    def answer(self, duals: Duals, uncovered: float) -> Answer:
        """Return what every block does at some prices, and the bound that follows.

        Args:
            duals: the prices.
            uncovered: weight that plans in question leave uncovered at the most.
        """
        values, spared = self._values(duals)
        picked, least, lost = np.zeros(len(self.tables.menu), int), 0.0, 0.0
        for block, part, columns in zip(self.blocks.all, self.tables.parts, self.columns, strict=True):
            total = values[columns].sum(1) + duals.weight * block.lost
            best = int(total.argmin())
            least, lost = least + float(total[best]), lost + float(block.lost[best])
            picked[part.systems] = columns[best]
        used, haste, seen = self._used(picked)
        bought = self._buy(duals, used)
        worth = sum(
            float((toll * np.where(limit < NEVER, limit, 0)).sum())
            for toll, limit in zip(duals.toll.each(), self.limits.each(), strict=True)
        )
        bound = least + spared + bought - worth - duals.weight * uncovered
        return Answer(bound, used, haste, lost, seen)

    def _buy(self, duals: Duals, used: Amounts) -> float:
        """Buy each block of capacity in full where its price pays; return what that costs, 0 or less."""
        tables, total = self.tables, 0.0
        pools = {room.pool: n for n, room in enumerate(tables.problem.rooms)}
        for purchase in tables.problem.purchases:
            n = pools[purchase.pool]
            adds = np.array([purchase.adds.get(resource, 0) for resource in tables.resources], float)
            saved = onwards((duals.toll.rooms[n] * adds[:, None]).sum(0))
            saved = np.append(saved, np.zeros(purchase.lead))[purchase.lead :][: tables.periods]
            cost = purchase.price * (tables.menus.worth + duals.toll.budget[tables.year]) - saved
            t = int(cost.argmin())
            if cost[t] < 0:
                total += float(cost[t]) * purchase.maximum
                used.rooms[n, :, t + purchase.lead :] -= adds[:, None] * purchase.maximum
                used.budget[tables.year[t]] += purchase.price * purchase.maximum
        return total

    def _values(self, duals: Duals) -> tuple[Floats, float]:
        """Return (choices of all systems,) what each costs, and what staying costs everybody."""
        tables, toll = self.tables, duals.toll
        tolls = onwards(toll.rooms)
        self.each = tables.rent.copy()
        for r in range(len(tables.resources)):
            self.each = (
                self.each
                + self._since(tolls[:, r][tables.pool]) * np.minimum(tables.demand[..., r], 1e9)[..., None]
            )
        first = np.searchsorted(tables.crew_way, np.arange(len(tables.ways)))
        way = np.add.reduceat(self.each.min(1) * tables.count[:, None], first)
        way += tables.once[:, None] * (tables.menus.worth + toll.budget[tables.year])
        way += self._work(toll.team) + tables.unready
        charge, spared = self._charge(duals)
        self.way = way + self.charged @ onwards(charge)
        move = np.minimum.reduceat(self.way, np.searchsorted(tables.way_system, np.arange(len(tables.menu))))
        move += tables.move_cost + toll.cutovers
        retire = tables.retire_cost + tables.retire_once[:, None] * toll.budget[tables.year]
        retire = retire + tables.retire_effort @ toll.team
        hurry = onwards(duals.haste)
        np.add.at(move, self.pairs[:, 0], hurry)
        np.add.at(move, self.pairs[:, 1], -hurry)
        np.add.at(retire, self.pairs[:, 1], -hurry)
        chosen = np.where(self.moving, move[self.system, self.at], retire[self.system, self.at])
        return np.where(self.period < tables.periods, chosen, 0.0), spared

    def _since(self, tolls: Floats) -> Floats:
        """Return (C, P, T) of tolls from the period on in which a move of each period takes room."""
        tables = self.tables
        if (tables.since == np.arange(tables.periods)).all():
            return tolls
        since = tables.since[tables.way_system[tables.crew_way]][:, None, :]
        return np.take_along_axis(tolls, since, -1)

    def _work(self, toll: Floats) -> Floats:
        tables = self.tables
        sums = np.concatenate([np.zeros((len(toll), 1)), np.cumsum(toll, 1)], 1)
        start = np.maximum(np.arange(tables.periods) - tables.lead[:, None] + 1, 0)
        found = np.zeros((len(tables.ways), tables.periods))
        for k in range(len(toll)):
            found += tables.effort[:, k, None] * (sums[k, 1:] - sums[k][start])
        return found

    def _charge(self, duals: Duals) -> tuple[Floats, float]:
        """Return (loads, T) of what pairs pay for being apart, and what they pay where all stay."""
        charge = duals.toll.lines[self.loads[:, 0]] * duals.apart * self.loads[:, 5, None]
        old = (self.loads[:, 2] == OLD).astype(int) + (self.loads[:, 4] == OLD)
        return charge, float((charge.sum(1) * (old - 1)).sum())

    def _used(self, picked: Ints) -> tuple[Amounts, Floats, Floats]:
        """Return what choices use, how hasty pairs are, and which traffic they put on lines."""
        tables, last = self.tables, self.tables.periods
        period, moving = self.period[picked], self.moving[picked]
        t = np.minimum(period, last - 1)
        used = Amounts(*(np.zeros_like(limit) for limit in self.limits.each()))
        ways = self._cheapest(t)
        self._room(used, ways[moving], t)
        self._work_done(used, ways[moving], t[moving])
        self._retired(used, np.flatnonzero(self.retiring[picked]), t)
        through = np.arange(last) >= period[:, None]
        moved = through & moving[:, None]
        haste = moved[self.pairs[:, 0]].astype(float) - through[self.pairs[:, 1]]
        where = np.where(moved, tables.platform[ways][:, None], OLD)
        return used, haste, self._traffic(used, np.concatenate([where, np.full((1, last), OLD)]))

    def _cheapest(self, t: Ints) -> Ints:
        """Return (systems,) the cheapest way of each at its period."""
        tables = self.tables
        cost = self.way[np.arange(len(tables.ways)), t[tables.way_system]]
        order = np.lexsort((cost, tables.way_system))
        found: Ints = order[np.searchsorted(tables.way_system, np.arange(len(tables.menu)))]
        return found

    def _work_done(self, used: Amounts, ways: Ints, t: Ints) -> None:
        tables = self.tables
        steps = np.zeros((tables.periods + 1, len(tables.skills)))
        np.add.at(steps, np.maximum(t - tables.lead[ways] + 1, 0), tables.effort[ways])
        np.add.at(steps, t + 1, -tables.effort[ways])
        used.team[:] = np.cumsum(steps, 0)[:-1].T
        np.add.at(used.cutovers, t, 1.0)
        np.add.at(used.budget, tables.year[t], tables.once[ways])

    def _retired(self, used: Amounts, systems: Ints, t: Ints) -> None:
        np.add.at(used.team.T, t[systems], self.tables.retire_effort[systems])
        np.add.at(used.budget, self.tables.year[t[systems]], self.tables.retire_once[systems])

    def _traffic(self, used: Amounts, where: Ints) -> Floats:
        line, a, here, b, there, mbit = self.loads.T
        seen = (where[a] == here[:, None]) & (where[b] == there[:, None])
        np.add.at(used.lines, line, seen * mbit[:, None])
        found: Floats = seen.astype(float)
        return found

    def _room(self, used: Amounts, ways: Ints, t: Ints) -> None:
        tables = self.tables
        going = np.zeros(len(tables.ways), bool)
        going[ways] = True
        crews = np.flatnonzero(going[tables.crew_way] & (tables.count > 0))
        system = tables.way_system[tables.crew_way[crews]]
        place = self.each[crews, :, t[system]].argmin(1)
        taken = tables.demand[crews, place] * tables.count[crews, None]
        steps = np.zeros_like(used.rooms)
        for r in range(len(tables.resources)):
            entered = (tables.pool[crews, place], tables.since[system, t[system]])
            np.add.at(steps[:, r], entered, taken[:, r])
        used.rooms[:] = np.cumsum(steps, -1)

    def climb(self, uncovered: float, target: float, clock: Clock) -> float:
        """Return the best bound that moving prices finds on the cost against staying, fen.

        Args:
            uncovered: weight that plans in question leave uncovered at the most.
            target: what the bound cannot exceed: the cost of such a plan.
            clock: stops the search; the first bound is found all the same.
        """
        best, kept, path = -np.inf, self._start(uncovered), Path()
        duals = kept
        for step in range(STEPS):
            found = self.answer(duals, uncovered)
            path.learn(better := found.bound > best + FINE * abs(best) or not step)
            if better:
                best, kept = found.bound, duals
            if path.length < SHORTEST or clock.left <= 0 or clock.stopped:
                break
            if path.back:
                found = self.answer(duals := kept, uncovered)
            duals = self._moved(duals, found, uncovered, path, max(target - found.bound, 0.0))
        return best

    def _start(self, uncovered: float) -> Duals:
        start = self.free()
        start.weight = self._weight(uncovered)
        return start

    def _moved(self, duals: Duals, found: Answer, uncovered: float, path: "Path", missing: float) -> Duals:
        """Return prices a step further against what is used too much."""
        most = self.limits.each()
        widths = [np.where(limit < NEVER, np.maximum(limit, 1), np.inf) for limit in most]
        used = zip(self.priced, found.used.each(), most, widths, strict=True)
        slopes = [(have - limit) / width if on else np.zeros_like(limit) for on, have, limit, width in used]
        slopes += [found.haste / AHEAD, np.array((found.lost - uncovered) / max(uncovered, 1.0))]
        prices = [*duals.toll.each(), duals.haste, np.array(duals.weight)]
        widths += [np.array(AHEAD), np.array(max(uncovered, 1.0))]
        open_ = [
            np.where((price <= 0) & (slope < 0), 0.0, slope)
            for price, slope in zip(prices, slopes, strict=True)
        ]
        moves = path.step(open_, missing)
        new = [np.maximum(0, p + move / w) for p, move, w in zip(prices, moves, widths, strict=True)]
        apart = (1 - SMOOTH) * duals.apart + SMOOTH * found.seen
        return Duals(Amounts(*new[:5]), new[5], float(new[6]), apart)

    def _weight(self, uncovered: float) -> float:
        """Return the price of weight left uncovered that gives the best bound while all else is free."""
        values, _spared = self._values(self.free())
        levels = []
        for block, columns in zip(self.blocks.all, self.columns, strict=True):
            total = values[columns].sum(1)
            found = {float(lost): float(total[block.lost == lost].min()) for lost in np.unique(block.lost)}
            levels.append(sorted(found.items()))
        prices = sorted({(a[1] - b[1]) / (b[0] - a[0]) for rows in levels for a, b in pairwise(rows)} | {0.0})

        def bound(price: float) -> float:
            return sum(min(cost + price * lost for lost, cost in rows) for rows in levels) - price * uncovered

        return max((p for p in prices if p >= 0), key=bound)
