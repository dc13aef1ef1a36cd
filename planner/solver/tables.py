"""A problem as arrays: what every choice of every system costs and takes.

Systems stand block by block, their ways (paths) system by system, their crews way by way, so
that all of a block are slices. ``S`` systems, ``W`` ways, ``C`` crews with up to ``P`` places,
``T`` periods, ``R`` scarce resources, ``K`` skills, ``L`` lines. A system without a way has one
that is never ready, and a way without machines an empty crew.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from planner.problem import Crew, Option, Path, Problem
from planner.problem.amounts import quarters
from planner.rules.rents import rents as rents_of
from planner.solver.blocks import Block, Blocks
from planner.solver.menus import Menus
from planner.solver.sales import Sales

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

NEVER = 1e15
"""Fen that no plan pays, for what cannot be."""
OLD, NOWHERE = 0, -1
"""The places of a system that has not moved, and of one that has been retired."""


@dataclass(frozen=True)
class Part:
    """Where the systems, ways and crews of a block stand."""

    systems: slice
    ways: slice
    crews: slice
    traffic: slice


class Tables:
    """The arrays of a problem."""

    def __init__(self, problem: Problem, menus: Menus, blocks: Blocks) -> None:
        self.problem, self.menus = problem, menus
        self.periods = len(problem.horizon)
        self.quarter = np.array([int(period.name[-1]) - 1 for period in problem.periods])
        self.menu = [menu for block in blocks.all for menu in block.menus]
        self.at = {menu.mover.id: s for s, menu in enumerate(self.menu)}
        known = [(self.at[a], self.at[b]) for a, b in problem.order if a in self.at and b in self.at]
        self.order: Ints = np.array(known, np.int64).reshape(-1, 2)
        """(pairs, 2) consumers and the providers that they wait for."""
        self._systems()
        self._ways()
        self._crews()
        self.sales = Sales(problem, menus, self.resources)
        self._limits()
        self._lines()
        self.parts = list(self._parts(blocks.all))

    def _rents(self, annual: Iterable[int]) -> Floats:
        """Return (amounts, periods) of yearly amounts by period, discounted."""
        table = np.array([quarters(amount) for amount in annual], float).reshape(-1, 4)
        found: Floats = table[:, self.quarter] * self.menus.worth
        return found

    def _systems(self) -> None:
        movers, worth = [menu.mover for menu in self.menu], self.menus.worth
        share = self._rents(mover.share for mover in movers)
        parallel = np.array([mover.parallel_run for mover in movers], float)
        self.move_cost = onwards(self._rents(m.kept for m in movers) - share) + parallel[:, None] * worth
        """(S, T) of a move, but for its way and rents."""
        self.retire_once = np.array([mover.retire_cost for mover in movers], float)
        self.retire_cost = onwards(-share) + self.retire_once[:, None] * worth
        self.skills = sorted(self.problem.scenario.team)
        self.retire_effort = np.array(
            [[mover.retire_effort.get(skill, 0) for skill in self.skills] for mover in movers], float
        ).reshape(len(movers), len(self.skills))
        overlap = np.array([mover.overlap for mover in movers], int)
        self.since = np.maximum(np.arange(self.periods) - overlap[:, None], 0)
        """(S, T) first period in which a move of period t takes room."""
        self.prompt = bool((self.since == np.arange(self.periods)).all())

    def _ways(self) -> None:
        self.ways: list[tuple[int, Path | None]] = []
        for s, menu in enumerate(self.menu):
            self.ways += [(s, path) for path in self.menus.ways[menu.mover.id]] or [(s, None)]
        paths = [path for _s, path in self.ways]
        self.way_system = np.array([s for s, _path in self.ways], int)
        self.once = np.array([path.one_off if path else 0 for path in paths], float)
        self.lead = np.array([path.lead if path else 1 for path in paths], int)
        self.starts = np.maximum(np.arange(self.periods) - self.lead[:, None] + 1, 0)
        """(W, T) first period of the work on a move."""
        self.effort = np.array(
            [[path.effort.get(k, 0) / path.lead if path else 0 for k in self.skills] for path in paths], float
        ).reshape(len(paths), len(self.skills))
        """(W, K) hundredths of person-months in each of the lead periods."""
        platforms = sorted({path.platform for path in paths if path})
        self.place_of = {platform: n + 1 for n, platform in enumerate(platforms)}
        self.platform = np.array([self.place_of[path.platform] if path else OLD for path in paths], int)
        ready = [
            [path is not None and self.menus.in_time(path, t) for t in self.problem.horizon] for path in paths
        ]
        self.unready = np.where(np.array(ready, bool).reshape(-1, self.periods), 0.0, NEVER)

    def _crews(self) -> None:
        self.seats: list[tuple[Crew | None, list[Option]]] = []
        crew_way = []
        for w, (s, path) in enumerate(self.ways):
            mover = self.menu[s].mover
            crews = mover.crews if path else ()
            self.seats += [(c, self.menus.places(mover, c, path)) for c in crews if path] or [(None, [])]
            crew_way += [w] * max(1, len(crews))
        self.crew_way = np.array(crew_way, int)
        self.count = np.array([crew.count if crew else 0 for crew, _options in self.seats], float)
        self.resources = self._scarce()
        shape = (len(self.seats), max((len(options) for _crew, options in self.seats), default=0) or 1)
        self.rent = np.full((*shape, self.periods), NEVER)
        self.annual, self.pool = np.zeros(shape, np.int64), np.zeros(shape, int)
        self.quartered = np.zeros((*shape, 4))
        """(C, P, 4) O&M of one machine in each quarter of a year as the cost rule counts it, fen."""
        self.ahead = np.zeros(shape)
        """(C, P) fen of one machine that a rise into a year in part may exceed what is counted."""
        self.demand = np.full((*shape, len(self.resources)), NEVER)
        self._fill()

    def _fill(self) -> None:
        pools = {room.pool: n for n, room in enumerate(self.problem.rooms)}
        places = [(c, n, o) for c, (_crew, os) in enumerate(self.seats) for n, o in enumerate(os)]
        rents = onwards(self._rents(option.om_cost for _c, _n, option in places))
        charged = [rents_of(menu.mover) for menu in self.menu]
        for (c, n, option), rent in zip(places, rents, strict=True):
            self.rent[c, n], self.annual[c, n], self.pool[c, n] = rent, option.om_cost, pools[option.pool]
            of, key = charged[self.way_system[self.crew_way[c]]], (option.workload, option.pool)
            self.quartered[c, n], self.ahead[c, n] = of.quarters[key], of.ahead[key]
            self.demand[c, n] = [option.demand.get(resource, 0) for resource in self.resources]
        for c, (crew, _options) in enumerate(self.seats):
            if crew is None:
                self.rent[c, 0], self.demand[c, 0] = 0, 0

    def _scarce(self) -> list[str]:
        """Return the resources that all machines together could use up in some pool."""
        most: dict[str, int] = defaultdict(int)
        for mover in (menu.mover for menu in self.menu):
            for crew in mover.crews:
                for resource in {r for option in crew.options for r in option.demand}:
                    most[resource] += crew.count * max(o.demand.get(resource, 0) for o in crew.options)
        rooms = [(r, room, a) for room in self.problem.rooms for r, a in room.capacity.items()]
        return sorted({r for r, room, amount in rooms if min(amount) - room.used.get(r, 0) < most[r]})

    def _limits(self) -> None:
        p, last = self.problem, self.periods
        self.room = np.full((len(p.rooms), len(self.resources), last), NEVER)
        self.lack = np.zeros_like(self.room)
        """(pools, R, T) of what a pool carries today beyond what it has."""
        for n, room in enumerate(p.rooms):
            for r, resource in enumerate(self.resources):
                if resource in room.capacity:
                    amount = np.array(room.capacity[resource]) - room.used.get(resource, 0)
                    self.room[n, r], self.lack[n, r] = np.maximum(amount, 0), np.maximum(-amount, 0)
        growing = {sale.pool for sale in self.sales.all}
        for n in set(range(len(p.rooms))) - growing:
            self.room[n] = unimplied(self.room[n])
        self._close()
        self.team = np.array([[p.scenario.team[skill]] * last for skill in self.skills], float).reshape(
            -1, last
        )
        cutovers = p.scenario.cutovers
        self.cutovers = np.full(last, NEVER if cutovers is None else cutovers)
        self.budget = np.array([p.scenario.one_off_budget.get(year, NEVER) for year in p.years], float)
        self.year = np.array(self.menus.year)
        self._yearly()
        self.due = self.menus.by_year(np.triu(np.full((last, last), 0.25)))
        """(T, fiscal years) how much of a yearly amount due from a period on each year shows, annualised."""
        self.line = np.array([[line.room] * last for line in p.lines], float).reshape(-1, last)

    def _close(self) -> None:
        """Close places from which on not even everything for sale makes lasting room for a machine."""
        most = lasting(self.sales.brought(self.sales.most, self.room, self.lack))
        for r in () if "pool_capacity" in self.menus.off else range(len(self.resources)):
            demand = self.demand[..., r]
            free = self.taken_since(most[:, r][self.pool], self.way_system[self.crew_way])
            self.rent[free < demand[..., None]] = NEVER
            least = demand.min(initial=NEVER, where=demand > 0)
            self.room[:, r][most[:, r] < least] = NEVER

    def _yearly(self) -> None:
        """Say what every move changes in each fiscal year, annualised, every rate split by itself."""
        last = self.periods
        quarter = np.arange(4)[:, None] == self.quarter
        later = np.triu(np.ones((last, last)))
        self.spread = self.menus.by_year(quarter[:, None, :] * later)
        """(4, T, fiscal years) what each year shows of a quarter of a rate that is due from a period on."""
        whole = self.menus.whole
        self.partly = np.array([n > 0 and whole[n - 1] and not whole[n] for n in range(len(whole))], float)
        """(fiscal years,) which are held in part and follow a whole one."""
        movers = [menu.mover for menu in self.menu]
        rises = [np.subtract(quarters(mover.kept), quarters(mover.share)) for mover in movers]
        parallel = [self.menus.parallel(mover) for mover in movers]
        self.settled = np.tensordot(np.reshape(rises, (-1, 4)), self.spread, 1) + np.array(parallel)
        """(S, T, fiscal years) of a move against staying, but for its machines."""

    def dues(self, crew: int | Ints, place: int | Ints, t: int) -> Floats:
        """Return (..., fiscal years) of one machine from a period on, annualised as the rule counts it."""
        ahead = np.multiply.outer(self.ahead[crew, place], self.partly)
        found: Floats = self.quartered[crew, place] @ self.spread[:, t] + ahead
        return found

    def _lines(self) -> None:
        """List the traffic; who never moves stands behind the last system."""
        last = len(self.menu)
        rows = [
            (n, *self._end(load.a, load.a_platform), *self._end(load.b, load.b_platform), load.mbit)
            for n, line in enumerate(self.problem.lines)
            for load in line.loads
        ]
        self.loads: Ints = np.array([row for row in rows if None not in row], np.int64).reshape(-1, 6)
        """(loads, 6) line, system, its place, partner, its place, Mbit/s."""
        old = (self.loads[:, 2] == OLD) & (self.loads[:, 4] == OLD)
        self.standing = np.bincount(
            self.loads[old, 0], self.loads[old, 5].astype(float), minlength=len(self.problem.lines)
        )
        """(L,) Mbit/s between systems that have not moved."""
        ends = np.concatenate([self.loads, self.loads[:, [0, 3, 4, 1, 2, 5]]])
        ends = ends[ends[:, 1] < last]
        self.traffic: Ints = ends[np.argsort(ends[:, 1], kind="stable")]
        """The same from each end that may move, by system."""
        parts = np.searchsorted(self.traffic[:, 1], np.arange(last + 1))
        self.traffic_of = [self.traffic[a:b].T for a, b in pairwise(parts)]

    def _end(self, system: str, platform: str | None) -> tuple[int, int | None]:
        return self.at.get(system, len(self.menu)), self.place(platform)

    def place(self, platform: str | None) -> int | None:
        """Return the number of a place; none where nobody goes."""
        return OLD if platform is None else self.place_of.get(platform)

    def _parts(self, blocks: list[Block]) -> Iterator[Part]:
        first = 0
        for block in blocks:
            systems = slice(first, first + len(block.menus))
            ways = _within(self.way_system, systems)
            traffic = _within(self.traffic[:, 1], systems)
            yield Part(systems, ways, _within(self.crew_way, ways), traffic)
            first = systems.stop

    def taken_since(self, amounts: Floats, systems: Ints) -> Floats:
        """Return (N, ..., T) of amounts from the period on in which a move of each period takes room.

        Args:
            amounts: (N, ..., T).
            systems: (N,) whose they are.
        """
        if self.prompt:
            return amounts
        since = self.since[systems].reshape(-1, *[1] * (amounts.ndim - 2), self.periods)
        return np.take_along_axis(amounts, since, -1)

    def over_lead(self, dues: Floats, ways: slice | Ints = slice(None)) -> Floats:
        """Return (W, T) of what is due in each period for work over the lead time of a move.

        Args:
            dues: (W, T) of work in each period.
            ways: which ways.
        """
        sums = np.concatenate([np.zeros((len(dues), 1)), np.cumsum(dues, 1)], 1)
        found: Floats = sums[:, 1:] - sums[np.arange(len(dues))[:, None], self.starts[ways]]
        return found


def onwards(amounts: Floats) -> Floats:
    """Return the sums from each period to the end, (..., T) of (..., T)."""
    found: Floats = np.cumsum(amounts[..., ::-1], -1)[..., ::-1]
    return found


def lasting(room: Floats) -> Floats:
    """Return (..., T) of what there is from each period to the end: what is in a pool stays there."""
    found: Floats = np.minimum.accumulate(room[..., ::-1], -1)[..., ::-1]
    return found


def unimplied(room: Floats) -> Floats:
    """Return (R, T) with no limit where a later one is as low: what is in a pool stays there."""
    later = np.concatenate([lasting(room)[:, 1:], np.full((len(room), 1), NEVER)], 1)
    found: Floats = np.where(later <= room, NEVER, room)
    return found


def _within(owners: Ints, of: slice) -> slice:
    first, last = np.searchsorted(owners, [of.start, of.stop])
    return slice(int(first), int(last))
