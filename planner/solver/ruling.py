"""What keeping the cost rule is worth where dates are given.

At given dates only ways and places are left: who takes a dearer one must be paid for by others of its
project. Mixed freely, that is a small linear problem a project; at the prices of its limits the dates cost
as much as at any (duality of linear programming). The solver is scipy's HiGHS.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, eye_array, hstack

from planner.solver.blocks import Mask
from planner.solver.duals import Duals
from planner.solver.prices import Relaxation
from planner.solver.tables import NEVER, Floats, Ints, Tables

BATCH = 200
"""Blocks that are asked together: a linear problem of one takes no longer for each."""
UNIT = 1e5
"""Fen of a thousand yuan: solvers like numbers near 1."""
DEAREST = 50.0
"""Fen that a fen a year is worth at the most: any price says something true, an endless one nothing exact."""
BROKEN = 1e-4
"""Thousands of yuan a year beyond a limit that are no rounding."""


@dataclass(frozen=True)
class Dates:
    """When some systems go."""

    systems: Ints
    """(n,) numbers, all systems of every project among them."""
    period: Ints
    """(n,) T where one stays."""
    moving: Mask
    """(n,)"""
    way: Ints | None = None
    """(n,) how those move who do; none where every way is open."""


@dataclass(frozen=True)
class Mixed:
    """What some systems do best at given dates, machines in parts."""

    cost: Floats
    """(n,) discounted, against staying, fen."""
    need: Floats
    """(n, pools, R, T) room for their machines."""
    kept: Mask
    """(n,) whether their projects keep the rule."""


class Mix:
    """The ways of who moves, and every place of every crew on them: the columns of the problem."""

    def __init__(self, tables: Tables, dates: Dates, way: Floats, each: Floats) -> None:
        """Lay the columns.

        Args:
            tables: of the problem.
            dates: when who goes.
            way: (W, T) of ways, ``NEVER`` or more where one cannot be.
            each: (crews, P, T) of one machine, likewise.
        """
        self.tables = tables
        at = np.full(len(tables.menu), -1)
        at[dates.systems[dates.moving]] = dates.period[dates.moving]
        when = at[tables.way_system]
        taken = when >= 0
        if dates.way is not None:
            taken &= np.isin(np.arange(len(way)), dates.way[dates.moving])
        self.ways = np.flatnonzero(taken & (way[np.arange(len(way)), when] < NEVER / 2))
        self.when = when[self.ways]
        taken = np.full(len(tables.ways), -1)
        taken[self.ways] = np.arange(len(self.ways))
        self.crews = np.flatnonzero((taken[tables.crew_way] >= 0) & (tables.count > 0))
        self.way = taken[tables.crew_way[self.crews]]
        self.seat, self.place = np.nonzero(each[self.crews, :, self.when[self.way]] < NEVER / 2)
        self.crew, self.at = self.crews[self.seat], self.when[self.way[self.seat]]
        self.system = tables.way_system[tables.crew_way[self.crew]]

    def cost(self, bare: Floats, each: Floats) -> Floats:
        """Return (columns,) of (W, T) of ways but for machines and (crews, P, T) of machines."""
        machines = each[self.crew, self.place, self.at] * self.tables.count[self.crew]
        return np.concatenate([bare[self.ways, self.when], machines])

    def need(self, machines: Floats, dates: Dates) -> Floats:
        """Return (n, pools, R, T) of room.

        Args:
            machines: (seats,) how many there are at each place.
            dates: when who goes.
        """
        tables = self.tables
        pools, resources, periods = tables.room.shape
        steps = np.zeros((len(dates.systems), pools, periods, resources))
        entered = tables.pool[self.crew, self.place], tables.since[self.system, self.at]
        taken = tables.demand[self.crew, self.place] * machines[:, None]
        np.add.at(steps, (self.owner(dates), *entered), taken)
        found: Floats = np.swapaxes(np.cumsum(steps, 2), 2, 3)
        return found

    def owner(self, dates: Dates) -> Ints:
        """Return (seats,) the position of each seat's system among those with dates."""
        at = np.zeros(len(self.tables.menu), int)
        at[dates.systems] = np.arange(len(dates.systems))
        found: Ints = at[self.system]
        return found

    def whole(self) -> tuple[csr_matrix, Floats]:
        """Return the rows that every system takes one way and every crew of it a place, and their sums."""
        ways, seats, crews = len(self.ways), len(self.seat), len(self.crews)
        systems, owner = np.unique(self.tables.way_system[self.ways], return_inverse=True)
        rows = [owner, len(systems) + np.arange(crews), len(systems) + self.seat]
        columns = [np.arange(ways), self.way, ways + np.arange(seats)]
        signs = np.repeat([1.0, -1.0, 1.0], [ways, crews, seats])
        shape = (len(systems) + crews, ways + seats)
        sums = np.repeat([1.0, 0.0], [len(systems), crews])
        return csr_matrix((signs, (np.concatenate(rows), np.concatenate(columns))), shape=shape), sums

    def rises(self, owner: Ints, watched: Floats, owners: int) -> csr_matrix:
        """Return (owners * K, columns) of what machines add to the sums that the rule watches, fen a year.

        Args:
            owner: (S,) the number of each system's project, at least ``owners`` where it has none.
            watched: (K, fiscal years).
            owners: how many projects there are.
        """
        rent = self.tables.annual[self.crew, self.place] * self.tables.count[self.crew]
        seats, sums = np.flatnonzero(owner[self.system] < owners), np.arange(len(watched))
        rises = rent[seats, None] * (self.tables.due[self.at[seats]] @ watched.T)
        rows = (owner[self.system[seats]][:, None] * len(sums) + sums).ravel()
        columns = np.repeat(len(self.ways) + seats, len(sums))
        shape = (owners * len(sums), len(self.ways) + len(self.seat))
        return csr_matrix((rises.ravel(), (rows, columns)), shape=shape)


class Ruling:
    """Prices of the cost rule at given dates, everything else at given prices."""

    def __init__(self, relaxation: Relaxation, duals: Duals) -> None:
        self.tables, self.capping = relaxation.tables, relaxation.capping
        relaxation.costs(replace(duals, rule=np.zeros_like(duals.rule)))
        self.each, self.way = relaxation.each, relaxation.way
        first = np.searchsorted(self.tables.crew_way, np.arange(len(self.tables.ways)))
        self.bare = self.way - np.add.reduceat(self.each.min(1) * self.tables.count[:, None], first)
        """(W, T) of a way but for its machines, fen."""

    def prices(self, dates: Dates) -> Floats:
        """Return (C, K) at which dates cost the most, 0 for projects of none of the systems."""
        found = np.zeros_like(self.capping.limit)
        caps = np.setdiff1d(self.capping.cap[dates.systems], [self.capping.caps])
        answer = self._answer(Mix(self.tables, dates, self.way, self.each), dates, caps)
        if answer is not None:
            found[caps] = np.clip(-answer.ineqlin.marginals, 0, DEAREST).reshape(len(caps), -1)
        return found

    def mixed(self, dates: Dates, caps: Ints) -> Mixed:
        """Return what systems do best at given dates on given ways.

        Args:
            dates: when who goes and how.
            caps: the projects that keep the rule, all of whose systems are among them.
        """
        mix, cost = Mix(self.tables, dates, self.way, self.each), self._bare(dates)
        answer = self._answer(mix, dates, caps)
        if answer is None:
            alone = np.full(len(cost), not len(mix.seat))
            return Mixed(cost, np.zeros((len(cost), *self.tables.room.shape)), alone)
        _ways, seats, over = np.split(answer.x, np.cumsum([len(mix.ways), len(mix.seat)]))
        machines = seats * self.tables.count[mix.crew]
        np.add.at(cost, mix.owner(dates), self.tables.rent[mix.crew, mix.place, mix.at] * machines)
        broken = caps[(over.reshape(len(caps), -1) > BROKEN).any(1)]
        kept = ~np.isin(self.capping.cap[dates.systems], broken)
        return Mixed(cost, mix.need(machines, dates), kept)

    def _bare(self, dates: Dates) -> Floats:
        """Return (n,) of what going costs but for machines, discounted, against staying, fen."""
        tables, systems, t = self.tables, dates.systems, np.minimum(dates.period, self.tables.periods - 1)
        moved = tables.move_cost[systems, t] + tables.once[dates.way] * tables.menus.worth[t]
        gone = np.where(dates.moving, moved, tables.retire_cost[systems, t])
        found: Floats = np.where(dates.period < tables.periods, gone, 0.0)
        return found

    def _answer(self, mix: Mix, dates: Dates, caps: Ints) -> Any:
        """Return what the solver says, none where there is nothing to ask; last come rises beyond limits."""
        if not len(mix.seat):
            return None
        owner = np.full(self.capping.caps + 1, len(caps))
        owner[caps] = np.arange(len(caps))
        limit = (self.capping.limit - self._fixed(dates))[caps].ravel() / UNIT
        rises = mix.rises(owner[self.capping.cap], self.capping.watched, len(caps)) / UNIT
        cost = np.concatenate([mix.cost(self.bare, self.each) / UNIT, np.full(len(limit), DEAREST)])
        whole, sums = mix.whole()
        kept = hstack([rises, -eye_array(len(limit))], format="csr")
        whole = hstack([whole, csr_matrix((len(sums), len(limit)))], format="csr")
        answer = linprog(cost, kept, limit, whole, sums, method="highs-ds")
        return answer if answer.status == 0 else None

    def _fixed(self, dates: Dates) -> Floats:
        """Return (C, K) of what O&M rises by but for machines, fen a year."""
        capping, t = self.capping, np.minimum(dates.period, self.tables.periods - 1)
        moved, retired = capping.moved[dates.systems, t], capping.retired[dates.systems, t]
        change = np.where(dates.moving[:, None], moved, retired)
        change[dates.period >= self.tables.periods] = 0
        found = np.zeros((capping.caps + 1, len(capping.watched)))
        np.add.at(found, capping.cap[dates.systems], change @ capping.watched.T)
        return found[:-1]
