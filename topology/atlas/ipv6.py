"""Where IPv6 stops on the lines of a large network; devices are not in its tables."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from topology.atlas.core import below_top, cheapest, pairs_in
from topology.atlas.failure import Cuts
from topology.atlas.forest import Forest
from topology.atlas.network import NONE, V4_ONLY, Bools, Ints

BLOCKED = 1 << 32
"""Cost of a line without IPv6 against 1 for a line of which nobody states it."""


@dataclass(frozen=True, eq=False)
class Hops:
    """The ways up with the fewest lines that stop IPv6."""

    forest: Forest
    line: Ints
    """Line of the step above each site, or ``NONE``."""
    blocking: Bools
    """Sites whose step up carries IPv4 only."""
    first: Ints
    """The stopping line that each site meets first, seen from the highest level, or ``NONE``."""

    @classmethod
    def of(cls, cuts: Cuts) -> "Hops":
        """Find the ways; unknown modes do not stop IPv6, but known ones are preferred."""
        mode = cuts.network.lines.ip_mode
        cost = np.where(mode == V4_ONLY, BLOCKED, np.where(mode == NONE, 1, 0))
        best = cuts.pairs.best(-cost)
        costs = {pair: int(cost[best[pair]]) for pair in pairs_in(cuts.core)}
        forest = Forest.grown(cuts.peeled, below_top(cheapest(cuts.core, costs | {NONE: 0})))
        line = np.full(len(forest.up), NONE, np.int64)
        stepped = np.flatnonzero((forest.via != NONE) & cuts.reached)
        line[stepped] = best[forest.via[stepped]]
        blocking = np.zeros(len(line), np.bool_)
        blocking[stepped] = mode[line[stepped]] == V4_ONLY
        first = np.where(blocking, line, NONE)
        for layer in reversed(forest.layers):
            above = first[forest.up[layer]]
            first[layer] = np.where(above != NONE, above, first[layer])
        return cls(forest, line, blocking, first)

    @cached_property
    def foot(self) -> dict[int, int]:
        """The site below each stopping line; all behind the line hang at it."""
        sites = np.flatnonzero(self.blocking)
        return dict(zip(self.line[sites].tolist(), sites.tolist(), strict=True))

    @cached_property
    def helped(self) -> dict[int, int]:
        """How many sites meet each stopping line first: repairing it helps these at once."""
        lines, counts = np.unique(self.first[self.first != NONE], return_counts=True)
        return dict(zip(lines.tolist(), counts.tolist(), strict=True))


def fragile(cuts: Cuts) -> tuple[Bools, Cuts]:
    """Return the lines whose failure alone stops IPv6 but not IPv4, and the cuts of IPv6."""
    mode = cuts.network.lines.ip_mode
    open_ = Cuts.of(cuts.network, np.asarray(mode != V4_ONLY, np.bool_))
    return np.asarray(open_.single & ~cuts.single, np.bool_), open_
