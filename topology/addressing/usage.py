"""How much of a block is in use, counted in blocks that people hand out, never in addresses."""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from topology.addressing.numbers import Bools, Ints, Numbers
from topology.addressing.tree import Tree

Counts = NDArray[np.float64]
UNITS = (48, 56, 64)
"""Lengths that use is counted in."""


@dataclass(frozen=True)
class Use:
    """What is handed out of one block."""

    prefix: str
    row: int
    used: dict[int, int]
    """By unit (48, 56, 64): how many are handed out, wholly or in part."""
    available: dict[int, int]
    """By unit: how many the block has; units wider than the block are left out."""
    hd_ratio: float | None
    """log(used) / log(available) in the widest unit of /56 and /64 that has room (RFC 3194)."""


def handed_out(numbers: Numbers, tree: Tree, containers: Bools, entries: Bools) -> dict[int, Counts]:
    """Count the units handed out of containers.

    Args:
        numbers: the plan as integers.
        tree: its nesting.
        containers: mask of the entries that only hold others.
        entries: mask of the entries that hand space out.

    Returns:
        by unit the number of units inside each entry; all else is zero.
    """
    tops = np.flatnonzero(entries & (tree.parent >= 0) & _topmost(tree, containers))
    return {unit: _inside(tree, tops, _sizes(numbers, tree, tops, unit)) for unit in UNITS}


def _topmost(tree: Tree, containers: Bools) -> Bools:
    """Tell which entries have only containers around them, each of twins once."""
    above = tree.parent.copy()
    while (higher := (above >= 0) & containers[above]).any():
        above[higher] = tree.parent[above[higher]]
    tops: Bools = (above < 0) & ~containers & (tree.twin == np.arange(len(tree.twin)))
    return tops


def _sizes(numbers: Numbers, tree: Tree, tops: Ints, unit: int) -> Counts:
    """Return how many units each prefix takes; several inside one unit count once."""
    length = numbers.length[tops]
    sizes = np.where(length <= unit, 2.0 ** (unit - np.minimum(length, unit)), 0.0)
    narrow = np.flatnonzero(length > unit)
    if len(narrow):
        unit_of = numbers.high[tops[narrow]] >> np.uint64(64 - unit)
        order = np.lexsort((unit_of, tree.parent[tops[narrow]]))
        fresh = np.diff(unit_of[order], prepend=~unit_of[order[:1]]) != 0
        fresh |= np.diff(tree.parent[tops[narrow]][order], prepend=-1) != 0
        sizes[narrow[order[fresh]]] = 1.0
    return sizes


def _inside(tree: Tree, tops: Ints, sizes: Counts) -> Counts:
    total = np.zeros(len(tree.parent))
    above = tree.parent[tops]
    while (held := above >= 0).any():
        total += np.bincount(above[held], sizes[held], len(total))
        above = np.where(held, tree.parent[above], -1)
    return total


def hd_ratio(used: float, available: float) -> float | None:
    """Return the HD-ratio of RFC 3194, or None where a block holds one unit only."""
    return log(used) / log(available) if used >= 1 and available > 1 else None
