"""Bounds without a solver: prices on everything scarce, and everybody does what is cheapest then.

Lagrangian relaxation: whoever uses a pool, the team, a cutover, money or a line pays its price, whoever
raises the O&M of a project the price of its cost rule (``capping.py``), and a weight left uncovered has its
price. What is left is solved exactly by a minimum cut (``cut.py``): dates, order, groups, projects and the
traffic between who has gone and who has not. Let go of is the little that a cut cannot hold: the order of
those who may retire instead, which has a price, and traffic with several places, charged in part.
Whatever the prices, the sum less the worth of the limits is no more than the cost of any plan; prices move
against what is used too much (subgradient, steps after Polyak).
"""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix

from planner.solver.blocks import Blocks, Mask
from planner.solver.capping import Capping
from planner.solver.cut import Cut, Split, chargeable, ties
from planner.solver.duals import Answer, Climb, Duals, Goal
from planner.solver.path import Path, worth_of
from planner.solver.scarce import Amounts, limits
from planner.solver.search import Clock
from planner.solver.tables import NEVER, NOWHERE, OLD, Floats, Ints, Tables, onwards, unimplied

STEPS, FINE = 300, 1e-7
"""Steps at most, and a part of the bound that is no gain."""
LATELY, GAINED = 30, 2e-6
"""Steps after which a climb stops that has gained less: a part of what everybody costs."""
SHORTEST = 1e-3
"""Length of a step at which to stop."""
ROUGHLY = 0.03
"""When to stop where prices only lead a draft."""
SPAN = 0.01
"""Part of what everybody costs that a bound is thought to miss at the most."""
AHEAD = 3.0
"""Systems gone before their provider that weigh as much as a limit used twice over."""
SMOOTH = 0.15
"""Weight of the newest answer in how often a pair was seen apart."""
FORGET = 0.93
"""Part of what was seen before that still counts when an answer is added."""
GUESSES = (0.0, 0.03, 0.1, 0.3, 1.0)
"""Parts of a weight's price that a climb may begin with."""
RULE = {
    "rooms": "pool_capacity",
    "team": "team_capacity",
    "cutovers": "cutovers_per_period",
    "budget": "one_off_budget",
    "lines": "link_capacity",
}


class Relaxation:
    """The relaxation of a problem."""

    def __init__(self, tables: Tables, blocks: Blocks) -> None:
        self.tables = tables
        self.shape = len(tables.menu), tables.periods
        off = tables.menus.off
        self.limits = replace(limits(tables), rooms=np.array([unimplied(room) for room in tables.room]))
        self.worth = float(-tables.retire_cost.min(1, initial=0.0).sum())
        """About what staying costs, fen."""
        self.priced = [rule not in off for rule in RULE.values()]
        self.capping = Capping(tables)
        self.open = self._open(blocks)
        """(S, 2, T + 1) whether a system may retire or stay (0) or move (1) when."""
        retiring = self.open[:, 0, :-1].any(1)
        self.pairs = tables.order[retiring[tables.order[:, 0]] & ("precedence" not in off)]
        """(pairs, 2) of those who may retire instead of waiting, and their providers."""
        self._loads(retiring)
        rows = [row for row in tables.problem.coverage if row.project not in blocks.hopeless]
        self.weights = np.array([row.weight for row in rows], float)
        self.lost = float(blocks.least_uncovered)
        projects = tuple(tuple(tables.at[s] for s in row.systems) for row in rows)
        by = tables.problem.coverage_by
        self.cut = Cut(*self.shape, by, ties(tables, retiring, self.kept, projects))

    def _open(self, blocks: Blocks) -> Mask:
        found = np.zeros((self.shape[0], 2, self.shape[1] + 1), bool)
        for block, part in zip(blocks.all, self.tables.parts, strict=True):
            for n, s in enumerate(range(part.systems.start, part.systems.stop)):
                menu, used = block.menus[n], np.unique(block.columns[:, n])
                found[s, menu.moving[used].astype(int), menu.periods[used]] = True
        return found

    def _loads(self, retiring: Mask) -> None:
        """Say what goers pay of the traffic: charged where a way leads, spared where they were."""
        tables, last = self.tables, self.shape[0]
        self.loads = tables.loads
        self.kept = chargeable(tables, retiring)
        _line, a, here, b, there, _mbit = self.loads.T
        self.alone = ((a == last) & (here == OLD)) | ((b == last) & (there == OLD))
        first = np.searchsorted(tables.way_system, np.arange(last + 1)).tolist()
        charged = [
            (int(place == tables.platform[w]) - int(place == OLD), w, n)
            for n, (_line, a, here, b, there, _mbit) in enumerate(self.loads.tolist())
            for s, place in ((a, here), (b, there))
            for w in (range(first[s], first[s + 1]) if s < last else ())
        ]
        signs, ways, loads = np.array(charged, np.int64).reshape(-1, 3).T
        self.charged = csr_matrix((signs, (ways, loads)), shape=(len(tables.ways), len(self.loads)))
        ends = np.concatenate([np.stack([a, here], 1), np.stack([b, there], 1)])
        left, numbers = (ends[:, 1] == OLD) & (ends[:, 0] < last), np.tile(np.arange(len(self.loads)), 2)
        spared = -np.ones(np.count_nonzero(left)), (ends[left, 0], numbers[left])
        self.spared = csr_matrix(spared, shape=(last, len(self.loads)))

    def free(self) -> Duals:
        """Return prices of nothing."""
        toll = Amounts(*(np.zeros_like(limit) for limit in self.limits.each()))
        periods = self.shape[1]
        apart = np.zeros((len(self.loads), periods))
        haste, rule = np.zeros((len(self.pairs), periods)), np.zeros_like(self.capping.limit)
        return Duals(toll, haste, 0.0, self._charged(apart), rule)

    def known(self, toll: Amounts) -> Amounts:
        """Return tolls of what has a limit here: a bound knows what that is worth.

        What is in a pool stays there. So a toll of a period whose limit a later one implies goes to that.

        Args:
            toll: of everything that has a limit on a board, where orders may have been placed.
        """
        rooms, kept = np.zeros_like(toll.rooms), np.zeros(toll.rooms.shape[:2])
        for t in range(self.shape[1]):
            kept = kept + toll.rooms[..., t]
            limited = self.limits.rooms[..., t] < NEVER / 2
            rooms[..., t], kept = np.where(limited, kept, 0.0), np.where(limited, 0.0, kept)
        return replace(toll, rooms=rooms)

    def _charged(self, apart: Floats) -> Floats:
        """Return how far traffic is charged outside the cut: in full where the partner never moves."""
        found: Floats = np.where(self.alone[:, None], 1.0, np.where(self.kept[:, None], 0.0, apart))
        return found

    def answer(self, duals: Duals, uncovered: float) -> Answer:
        """Return what everybody does at some prices, and the bound that follows.

        Args:
            duals: the prices.
            uncovered: weight that plans in question leave uncovered at the most.
        """
        costs, spared = self._costs(duals)
        split = self.split(duals, costs.min(1))
        system = np.arange(len(costs))
        moving = costs[system, 1, split.period] < costs[system, 0, split.period]
        used, haste, seen, rule = self._used(split.period, moving)
        bought, orders = self._buy(duals, used)
        lost = self.lost + float(self.weights[split.open].sum())
        worth = sum(
            float((toll * np.where(limit < NEVER, limit, 0)).sum())
            for toll, limit in zip(duals.toll.each(), self.limits.each(), strict=True)
        )
        worth += float((duals.rule * self.capping.limit).sum())
        bound = split.value + spared + bought - worth + duals.weight * (self.lost - uncovered)
        return Answer(bound, split.period, moving, used, haste, lost, seen, rule, orders, split)

    def split(self, duals: Duals, costs: Floats) -> Split:
        """Return the cheapest dates, with what traffic and projects cost at some prices.

        Args:
            duals: the prices.
            costs: (S, T + 1) of going in each period and of staying, fen.
        """
        traffic = duals.toll.lines[self.loads[self.kept, 0]] * self.loads[self.kept, 5, None]
        return self.cut.least(costs, traffic, duals.weight * self.weights)

    def costs(self, duals: Duals) -> Floats:
        """Return (S, 2, T + 1) of retiring or staying (0) and of moving (1), ``NEVER`` where it cannot be."""
        return self._costs(duals)[0]

    def _costs(self, duals: Duals) -> tuple[Floats, float]:
        """Return what choices cost, and what staying costs everybody."""
        move, retire, spared = self.values(duals)
        costs = np.stack([retire, move], 1)
        costs = np.concatenate([costs, np.zeros((*costs.shape[:2], 1))], -1)
        return np.where(self.open, costs, NEVER), spared

    def _buy(self, duals: Duals, used: Amounts) -> tuple[float, Ints]:
        """Order each block of capacity in full where its price pays; return what that costs, 0 or less."""
        tables, total, orders = self.tables, 0.0, self.tables.sales.none.copy()
        for sale, counts in zip(tables.sales.all, orders, strict=True):
            saved = onwards((duals.toll.rooms[sale.pool] * sale.adds[:, None]).sum(0))
            saved = np.append(saved, np.zeros(sale.lead))[sale.lead :][: tables.periods]
            cost = sale.price * (tables.menus.worth + duals.toll.budget[tables.year]) - saved
            t = int(cost.argmin())
            if cost[t] < 0:
                total += float(cost[t]) * sale.most
                counts[t] = sale.most
        used.rooms[:] -= tables.sales.brought(orders, np.zeros_like(used.rooms))
        used.budget[:] += tables.sales.paid(orders)
        return total, orders

    def values(self, duals: Duals) -> tuple[Floats, Floats, float]:
        """Return (S, T) of moving, (S, T) of retiring, and what staying costs everybody."""
        tables, toll = self.tables, duals.toll
        tolls = onwards(toll.rooms)
        rule = self.capping.charges(duals.rule)
        owners = tables.way_system[tables.crew_way]
        rates = rule.rates[owners]
        self.each = tables.rent + tables.annual[..., None] * rates[:, None]
        for r in range(len(tables.resources)):
            demand = np.minimum(tables.demand[..., r], 1e9)[..., None]
            self.each = self.each + tables.taken_since(tolls[:, r][tables.pool], owners) * demand
        first = np.searchsorted(tables.crew_way, np.arange(len(tables.ways)))
        way = np.add.reduceat(self.each.min(1) * tables.count[:, None], first)
        way += tables.once[:, None] * (tables.menus.worth + toll.budget[tables.year])
        way += tables.over_lead(tables.effort @ toll.team) + tables.unready
        charge, spared = self._charge(duals)
        charge = onwards(charge)
        self.way = way + self.charged @ charge
        move = np.minimum.reduceat(self.way, np.searchsorted(tables.way_system, np.arange(len(tables.menu))))
        move += tables.move_cost + toll.cutovers + rule.moved
        retire = tables.retire_cost + tables.retire_once[:, None] * toll.budget[tables.year]
        retire = retire + tables.retire_effort @ toll.team + rule.retired + self.spared @ charge
        hurry = onwards(duals.haste)
        np.add.at(move, self.pairs[:, 0], hurry)
        np.add.at(move, self.pairs[:, 1], -hurry)
        np.add.at(retire, self.pairs[:, 1], -hurry)
        return move, retire, spared

    def _charge(self, duals: Duals) -> tuple[Floats, float]:
        """Return (loads, T) of what pairs pay for being apart, and what they pay where all stay."""
        charge = duals.toll.lines[self.loads[:, 0]] * duals.apart * self.loads[:, 5, None]
        old = (self.loads[:, 2] == OLD).astype(int) + (self.loads[:, 4] == OLD)
        return charge, float((charge.sum(1) * (old - 1)).sum())

    def _used(self, period: Ints, moving: Mask) -> tuple[Amounts, Floats, Floats, Floats]:
        """Return what choices use, how hasty pairs are, and which traffic they put on lines."""
        tables, last = self.tables, self.tables.periods
        t = np.minimum(period, last - 1)
        used = Amounts(*(np.zeros_like(limit) for limit in self.limits.each()))
        ways = self._cheapest(t)
        rents = self._room(used, ways[moving], t)
        self._work_done(used, ways[moving], t[moving])
        self._retired(used, np.flatnonzero(~moving & (period < last)), t)
        through = np.arange(last) >= period[:, None]
        moved = through & moving[:, None]
        haste = moved[self.pairs[:, 0]].astype(float) - through[self.pairs[:, 1]]
        gone = np.where(moving, tables.platform[ways], NOWHERE)[:, None]
        where = np.where(through, gone, OLD)
        seen = self._traffic(used, np.concatenate([where, np.full((1, last), OLD)]))
        return used, haste, seen, self.capping.used(rents, period, moving)

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

    def _room(self, used: Amounts, ways: Ints, t: Ints) -> Floats:
        """Take the room of the machines; return (S,) their yearly rent."""
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
        rents = tables.annual[crews, place] * tables.count[crews]
        found: Floats = np.bincount(system, rents, len(tables.menu))
        return found

    def climb(self, goal: Goal, clock: Clock, start: Duals | None = None) -> Climb:
        """Return the best bound that moving prices finds on the cost against staying, fen.

        Args:
            goal: what is asked of the plans in question.
            clock: stops the search; the first bound is found all the same.
            start: prices to begin with.
        """
        duals, path, bounds = self._start(goal, start), Path(), list[float]()
        orders = np.zeros(self.tables.sales.none.shape)
        best = Climb(-np.inf, duals, np.zeros((self.shape[0], 2, self.shape[1] + 1)), orders)
        for step in range(STEPS):
            found = self.answer(duals, goal.uncovered)
            self._see(best, found)
            path.learn(better := found.bound > best.bound + FINE * abs(best.bound) or not step)
            if better:
                best.bound, best.duals = found.bound, duals
            if (
                path.length < (ROUGHLY if goal.fixed else SHORTEST)
                or clock.seconds >= goal.until
                or clock.stopped
            ):
                break
            if best.bound >= goal.target - FINE * abs(goal.target) or self._settled(bounds, best.bound):
                break
            if path.back:
                found = self.answer(duals := best.duals, goal.uncovered)
            duals = self._moved(duals, found, goal, path)
        return best

    def _settled(self, bounds: list[float], bound: float) -> bool:
        """Note the best bound so far; return whether it is about what it was some steps ago."""
        bounds.append(bound)
        return len(bounds) > LATELY and bound - bounds[-LATELY] < GAINED * self.worth

    def _start(self, goal: Goal, start: Duals | None) -> Duals:
        """Return prices to begin with, and the best first price of a weight."""
        duals = start or self.free()
        if goal.fixed:
            return replace(duals, weight=goal.weight)
        guesses = [duals, *(replace(duals, weight=goal.weight * part) for part in GUESSES)]
        return max(guesses, key=lambda guess: self.answer(guess, goal.uncovered).bound)

    def _see(self, best: Climb, found: Answer) -> None:
        best.often *= FORGET
        best.orders *= FORGET
        best.often[np.arange(len(best.often)), found.moving.astype(int), found.period] += 1
        best.orders += found.orders

    def _moved(self, duals: Duals, found: Answer, goal: Goal, path: Path) -> Duals:
        """Return prices a step further against what is used too much."""
        most = self.limits.each()
        room = self.tables.sales.brought(self.tables.sales.most, self.limits.rooms)
        wide = [room, *most[1:]]
        widths = [np.where(limit < NEVER, np.maximum(limit, 1), np.inf) for limit in wide]
        used = zip(self.priced, found.used.each(), most, widths, strict=True)
        slopes = [(have - limit) / width if on else np.zeros_like(limit) for on, have, limit, width in used]
        missed = 0.0 if goal.fixed else (found.lost - goal.uncovered) / max(goal.uncovered, 1.0)
        over = (found.rule - self.capping.limit) / self.capping.width
        slopes += [found.haste / AHEAD, np.array(missed), over]
        prices = [*duals.toll.each(), duals.haste, np.array(duals.weight), duals.rule]
        widths += [np.array(AHEAD), np.array(max(goal.uncovered, 1.0)), self.capping.width]
        open_ = [
            np.where((price <= 0) & (slope < 0), 0.0, slope)
            for price, slope in zip(prices, slopes, strict=True)
        ]
        missing = min(goal.target - found.bound, SPAN * self.worth)
        worth = [worth_of(price, width) for price, width in zip(prices, widths, strict=True)]
        moves = path.step(open_, worth, max(missing, 0.0))
        new = [np.maximum(0, p + move / w) for p, move, w in zip(prices, moves, widths, strict=True)]
        apart = (1 - SMOOTH) * duals.apart + SMOOTH * found.seen
        return Duals(Amounts(*new[:5]), new[5], float(new[6]), self._charged(apart), new[7])
