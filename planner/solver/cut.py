"""Everybody's cheapest dates at once: a minimum cut of the time-expanded graph.

A node stands for "this system is not through by the end of this period". Cutting the chain of a
system between two periods says when it goes and costs what that costs; the last link is staying.
Arcs between chains charge traffic while one is gone and the other is not; arcs nobody can cut keep
providers before consumers, groups together, and projects open until all their systems are through.
The cut is exact (Ford and Fulkerson 1956: the largest flow is the smallest cut); the flow is scipy's.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from planner.solver.blocks import Mask
from planner.solver.tables import NEVER, OLD, Floats, Ints, Tables

UNCUT, DEAREST = 2**30 - 1, 4e8
"""Capacity of an arc that is never cut, and the largest of any other: flows are 32-bit numbers."""


@dataclass(frozen=True)
class Ties:
    """What binds systems in a cut; systems by number."""

    order: Ints
    """(n, 2) consumers that cannot retire, and their providers."""
    parted: Ints
    """(n, 2) who stands at its old place and who has gone, where that puts traffic on a line."""
    together: Ints
    """(n, 2) neighbours in a group."""
    projects: tuple[tuple[int, ...], ...]
    """Systems of each project that has a weight."""


@dataclass(frozen=True)
class Split:
    """The cheapest cut."""

    value: float
    period: Ints
    """(S,) when each system goes, T where it stays."""
    open: Mask
    """(projects,) which are not covered."""
    paid: Floats
    """(S, T + 1) of what going in each period and staying cost, the part that makes up the value.

    The largest flow comes from no more than this, so whatever else a choice costs is on top of the value.
    """


class Cut:
    """The graph of a problem: its arcs are laid once, their capacities each time."""

    def __init__(self, systems: int, periods: int, by: int, ties: Ties) -> None:
        self.systems, self.periods, self.count = systems, periods, len(ties.projects)
        self.source = systems * periods
        self.size = self.source + 2 + self.count
        self._lay([*self._priced(ties), *self._uncut(ties, by)])

    def _priced(self, ties: Ties) -> list[tuple[Ints, Ints]]:
        """Return tails and heads of the arcs that have a price: chains, traffic, projects."""
        grid = self._nodes(np.arange(self.systems))
        first = np.full((self.systems, 1), self.source)
        chains = np.concatenate([first, grid], 1), np.concatenate([grid, first + 1], 1)
        traffic = self._nodes(ties.parted[:, 0]), self._nodes(ties.parted[:, 1])
        projects = self._projects()
        return [chains, traffic, (projects, np.full_like(projects, self.source + 1))]

    def _uncut(self, ties: Ties, by: int) -> list[tuple[Ints, Ints]]:
        """Return tails and heads of the arcs that are never cut."""
        grid = self._nodes(np.arange(self.systems))
        one, two = self._nodes(ties.together[:, 0]), self._nodes(ties.together[:, 1])
        owned = [(s * self.periods + by, p) for p, of in enumerate(ties.projects) for s in of]
        last, project = np.array(owned, int).reshape(-1, 2).T
        return [
            (grid[:, 1:], grid[:, :-1]),
            (self._nodes(ties.order[:, 1]), self._nodes(ties.order[:, 0])),
            (one, two),
            (two, one),
            (last, self.source + 2 + project),
        ]

    def _nodes(self, systems: Ints) -> Ints:
        """Return (n, T) of systems' nodes."""
        found: Ints = systems[:, None] * self.periods + np.arange(self.periods)
        return found

    def _projects(self) -> Ints:
        return self.source + 2 + np.arange(self.count)

    def _lay(self, arcs: list[tuple[Ints, Ints]]) -> None:
        """Find each arc's place in a matrix that holds every arc both ways."""
        tails = np.concatenate([tail.ravel() for tail, _head in arcs])
        heads = np.concatenate([head.ravel() for _tail, head in arcs])
        codes = np.concatenate([tails * self.size + heads, heads * self.size + tails])
        cells, places = np.unique(codes, return_inverse=True)
        self.place = places[: len(tails)]
        self.starts = np.searchsorted(cells // self.size, np.arange(self.size + 1)).astype(np.int32)
        self.heads = (cells % self.size).astype(np.int32)

    def least(self, cost: Floats, traffic: Floats, weight: Floats) -> Split:
        """Return the cheapest cut; its value is never above the true one (capacities are rounded down).

        Args:
            cost: (S, T + 1) of going in each period and of staying, ``NEVER`` or more where it cannot.
            traffic: (parted pairs, T) of being parted.
            weight: (projects,) of not covering one.
        """
        least = cost.min(1)
        rise = np.concatenate([(cost - least[:, None]).ravel(), traffic.ravel(), weight])
        possible = rise < NEVER / 2
        unit = min(1.0, DEAREST / max(1.0, float(rise[possible].max(initial=0.0))))
        priced = np.where(possible, np.floor(np.minimum(rise, NEVER) * unit), UNCUT)
        value, near, flow = self._cut(priced)
        split = near[: self.source].reshape(self.systems, self.periods)
        paid = least[:, None] + np.maximum(flow[: cost.size].reshape(cost.shape), 0) / unit
        return Split(value / unit + float(least.sum()), split.sum(1), near[self.source + 2 :], paid)

    def _cut(self, priced: Floats) -> tuple[int, Mask, Ints]:
        """Return the flow, (nodes,) which are on the source's side, and (arcs,) what flows along each."""
        room = np.full(len(self.place), UNCUT, float)
        room[: len(priced)] = priced
        cells = np.minimum(np.bincount(self.place, room, len(self.heads)), UNCUT).astype(np.int32)
        shape = (self.size, self.size)
        graph = csr_matrix((cells, self.heads.copy(), self.starts.copy()), shape=shape)
        flow = maximum_flow(graph, self.source, self.source + 1).flow
        left = (graph - flow).tocsr()
        left.data = (left.data > 0).astype(float)
        left.eliminate_zeros()
        near = np.zeros(self.size, bool)
        near[breadth_first_order(left, self.source, return_predecessors=False)] = True
        ends = flow.indptr[self.source : self.source + 2]
        return int(flow.data[slice(*ends)].astype(np.int64).sum()), near, flow.data[self.place]


def ties(tables: Tables, retiring: Mask, kept: Mask, projects: tuple[tuple[int, ...], ...]) -> Ties:
    """Return what binds the systems of a problem.

    Args:
        tables: the problem.
        retiring: (S,) who may retire.
        kept: (loads,) the traffic that a cut can charge, see ``chargeable``.
        projects: systems of each project with a weight.
    """
    off = tables.menus.off
    order = tables.order[~retiring[tables.order[:, 0]] & ("precedence" not in off)]
    groups = tables.problem.groups if "move_together" not in off else ()
    inside = [[tables.at[s] for s in group if s in tables.at] for group in groups]
    together = np.array([pair for group in inside for pair in pairwise(group)], int).reshape(-1, 2)
    return Ties(order, parted(tables, kept), together, projects)


def chargeable(tables: Tables, retiring: Mask) -> Mask:
    """Return (loads,) which arise exactly when one system has gone and the other has not.

    The one that goes must have a single place to go to and no way to retire.
    """
    _line, a, here, b, there, _mbit = tables.loads.T
    only = np.append(_only(tables), -1)
    sure = np.append(~retiring, False)
    last = len(tables.menu)
    one = (here == OLD) & (there != OLD) & (a < last) & sure[b] & (only[b] == there)
    two = (there == OLD) & (here != OLD) & (b < last) & sure[a] & (only[a] == here)
    found: Mask = one | two
    return found


def parted(tables: Tables, kept: Mask) -> Ints:
    """Return (loads kept, 2) who stands still and who has gone."""
    _line, a, here, b, _there, _mbit = tables.loads[kept].T
    stays, goes = np.where(here == OLD, a, b), np.where(here == OLD, b, a)
    found: Ints = np.stack([stays, goes], 1)
    return found


def _only(tables: Tables) -> NDArray[np.int64]:
    """Return (S,) the only place a system may go to, -1 where there are several."""
    first = np.searchsorted(tables.way_system, np.arange(len(tables.menu)))
    least = np.minimum.reduceat(tables.platform, first)
    most = np.maximum.reduceat(tables.platform, first)
    found: NDArray[np.int64] = np.where(least == most, least, -1)
    return found
