"""Trees as parent arrays: what lies below a site is one slice of one order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from topology.atlas.network import NONE, Bools, Ints
from topology.atlas.peel import Peeled


@dataclass(frozen=True, eq=False)
class Forest:
    """One tree or several over all sites."""

    up: Ints
    """What a site hangs on; ``NONE`` at a root."""
    via: Ints
    """Pair by which it hangs there, ``NONE`` where it is not one pair."""
    layers: tuple[Ints, ...]
    """Every site but the roots; a site comes before what it hangs on."""

    @classmethod
    def grown(cls, peeled: Peeled, core: Mapping[int, tuple[int, int]]) -> "Forest":
        """Join a tree over the core to what was peeled.

        Args:
            peeled: the outer part.
            core: what a site of the core hangs on and by which pair, upper sites first; roots are left out.
        """
        up, via = peeled.up.copy(), peeled.via.copy()
        depth: dict[int, int] = {}
        for site, (above, pair) in core.items():
            up[site], via[site] = above, pair
            depth[site] = depth.get(above, 0) + 1
        rounds: list[list[int]] = [[] for _ in range(max(depth.values(), default=0))]
        for site, deep in depth.items():
            rounds[-deep].append(site)
        return cls(up, via, (*peeled.layers, *(np.array(sites, np.int64) for sites in rounds)))

    @cached_property
    def size(self) -> Ints:
        """How many sites hang at each, itself included."""
        return self.summed(np.ones(len(self.up), np.int64))

    def summed(self, values: Ints) -> Ints:
        """Return the sum of a column over each site and all below it."""
        found = values.copy()
        for layer in self.layers:
            np.add.at(found, self.up[layer], found[layer])
        return found

    @cached_property
    def start(self) -> Ints:
        """Place of each site in ``order``."""
        family = np.argsort(self.up, kind="stable")
        sizes = self.size[family]
        before = np.cumsum(sizes) - sizes
        first = np.flatnonzero(np.diff(self.up[family], prepend=NONE - 1))
        lead = np.repeat(before[first], np.diff(np.append(first, len(family))))
        start = np.empty(len(self.up), np.int64)
        start[family] = before - lead
        for layer in reversed(self.layers):
            start[layer] += start[self.up[layer]] + 1
        return start

    @cached_property
    def order(self) -> Ints:
        """Every site before those below it, each tree in one piece."""
        found = np.empty(len(self.up), np.int64)
        found[self.start] = np.arange(len(found))
        return found

    def below(self, site: int) -> Ints:
        """Return a site and all below it."""
        found: Ints = self.order[self.start[site] : self.start[site] + self.size[site]]
        return found

    def holds(self, upper: Ints, site: Ints) -> Bools:
        """Tell of each two sites whether the second is the first or hangs below it."""
        start = self.start
        return np.asarray(
            (start[upper] <= start[site]) & (start[site] < start[upper] + self.size[upper]), np.bool_
        )

    def feet(self, pairs: int) -> Ints:
        """Return the site that hangs by each pair, ``NONE`` for a pair by which none hangs."""
        found = np.full(pairs, NONE, np.int64)
        hung = np.flatnonzero(self.via != NONE)
        found[self.via[hung]] = hung
        return found

    def handed_down(self, values: Ints) -> Ints:
        """Return what the root of each site's tree says."""
        found = values.copy()
        for layer in reversed(self.layers):
            found[layer] = found[self.up[layer]]
        return found

    @cached_property
    def root(self) -> Ints:
        """Root of each site's tree."""
        return self.handed_down(np.arange(len(self.up)))

    @cached_property
    def depth(self) -> Ints:
        """Steps from the root."""
        found = np.zeros(len(self.up), np.int64)
        for layer in reversed(self.layers):
            found[layer] = found[self.up[layer]] + 1
        return found

    def meeting(self, one: Ints, other: Ints) -> Iterable[tuple[Ints, Ints]]:
        """Climb from both of each two sites until they meet: yields which pairs step, and from where.

        The two of a pair must stand in one tree.
        """
        one, other = one.copy(), other.copy()
        active = np.flatnonzero(one != other)
        while len(active):
            deeper = self.depth[one[active]] >= self.depth[other[active]]
            for side, moving in ((one, active[deeper]), (other, active[~deeper])):
                yield moving, side[moving]
                side[moving] = self.up[side[moving]]
            active = active[one[active] != other[active]]
