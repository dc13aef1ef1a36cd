"""Pairs of joined sites, and the leaves on one pair peeled off round by round.

What is left is the core: a few thousand of 700,000 sites in a tree with backup lines.
Several lines between the same sites are one pair, so that a leaf with two lines to one
parent is peeled too; whether a line fails alone is told by the number of lines of its pair.
"""

from dataclasses import dataclass

import numpy as np

from topology.atlas.network import NONE, Bools, Ints, Lines, distinct


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every two sites that some of the lines join."""

    u: Ints
    """The end with the smaller index."""
    v: Ints
    count: Ints
    """How many lines join the two."""
    of: Ints
    """Pair of each line; ``NONE`` for a line that is left out or joins a site to itself."""

    @classmethod
    def of_lines(cls, lines: Lines, among: Bools | None = None) -> "Pairs":
        """Pair the lines up, only some of them if asked."""
        low, high = np.minimum(lines.a, lines.b), np.maximum(lines.a, lines.b)
        used = low != high if among is None else among & (low != high)
        chosen = np.flatnonzero(used)
        keys = low[chosen] * (high.max(initial=0) + 1) + high[chosen]
        _keys, first, inverse, count = np.unique(
            keys, return_index=True, return_inverse=True, return_counts=True
        )
        of = np.full(len(lines), NONE, np.int64)
        of[chosen] = inverse
        return cls(low[chosen[first]], high[chosen[first]], count.astype(np.int64), of)

    def best(self, *worth: Ints) -> Ints:
        """Return the line of each pair that is worth most, by several keys; the first of equals."""
        order = np.lexsort((np.arange(len(self.of)), *(-key for key in reversed(worth)), self.of))
        order = order[self.of[order] != NONE]
        found: Ints = order[np.flatnonzero(np.diff(self.of[order], prepend=NONE))]
        return found


@dataclass(frozen=True, eq=False)
class Peeled:
    """The trees that hang on the core."""

    up: Ints
    """What a peeled site hangs on; ``NONE`` for the others."""
    via: Ints
    """Pair by which it hangs there."""
    layers: tuple[Ints, ...]
    """The peeled sites round by round: a site comes before what it hangs on."""


def peel(pairs: Pairs, keep: Bools) -> Peeled:
    """Take off the sites joined to one other only, again and again.

    Args:
        pairs: what is joined.
        keep: sites that stay whatever hangs on them.
    """
    size, ends = len(keep), np.concatenate((pairs.u, pairs.v))
    degree = np.bincount(ends, minlength=size)
    near = _sums(ends, np.concatenate((pairs.v, pairs.u)), size)
    joint = _sums(ends, np.tile(np.arange(len(pairs.u)), 2), size)
    up, via = np.full(size, NONE, np.int64), np.full(size, NONE, np.int64)
    layers = []
    leaves = np.flatnonzero((degree == 1) & ~keep)
    while len(leaves):
        mutual = (degree[near[leaves]] == 1) & ~keep[near[leaves]]
        leaves = leaves[~mutual | (leaves > near[leaves])]
        other, pair = near[leaves], joint[leaves]
        up[leaves], via[leaves], degree[leaves] = other, pair, 0
        layers.append(leaves)
        for column, gone in ((degree, np.ones(len(leaves), np.int64)), (near, leaves), (joint, pair)):
            np.subtract.at(column, other, gone)
        other = distinct(other)
        leaves = other[(degree[other] == 1) & ~keep[other]]
    return Peeled(up, via, tuple(layers))


def _sums(ends: Ints, values: Ints, size: int) -> Ints:
    """Sum what lies at each end: the sum over one neighbour is that neighbour."""
    found = np.zeros(size, np.int64)
    np.add.at(found, ends, values)
    return found
