"""Which prefix lies inside which: one sort, one sweep with a stack."""

from dataclasses import dataclass

import numpy as np

from topology.addressing.numbers import Bools, Ints, Words, last_words


@dataclass(frozen=True, eq=False)
class Tree:
    """The nesting of prefixes; every array is by entry."""

    parent: Ints
    """The narrowest other prefix that holds this one, or -1; twins have the same parent."""
    twin: Ints
    """The first entry with exactly this prefix; the entry itself where it stands first."""
    order: Ints
    """Entries from the first address to the last, wide before narrow."""

    def children(self) -> tuple[Ints, Ints]:
        """Return the entries that have a parent, grouped by it, and where each group starts."""
        inner = np.flatnonzero((self.parent >= 0) & (self.twin == np.arange(len(self.twin))))
        inner = inner[np.argsort(self.parent[inner], kind="stable")]
        starts = np.flatnonzero(np.diff(self.parent[inner], prepend=-1))
        return inner, starts


def grow(group: Ints, first: tuple[Words, Words], length: Ints) -> Tree:
    """Find the parent and the twin of every prefix.

    Args:
        group: only prefixes of one group (routing table and version) are compared.
        first: first address of each prefix as two words.
        length: prefix length in the left-aligned 128 bits.
    """
    order = np.lexsort((length, first[1], first[0], group))
    keys = [column[order] for column in (group, first[0], first[1], length)]
    same = _same_as_before(keys)
    last = [word[order] for word in last_words(first, length)]
    above = _sweep(
        keys[0].tolist(), keys[1].tolist(), keys[2].tolist(), last[0].tolist(), last[1].tolist(), same
    )
    lead = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
    parent, twin = np.full(len(order), -1, np.int64), np.empty(len(order), np.int64)
    places = np.array(above, np.int64)[lead] if len(order) else lead
    parent[order] = np.where(places >= 0, order[places], -1)
    twin[order] = order[lead]
    return Tree(parent, twin, order)


def _same_as_before(keys: list[np.ndarray]) -> Bools:
    same = np.zeros(len(keys[0]), np.bool_)
    if len(same) > 1:
        same[1:] = np.logical_and.reduce([column[1:] == column[:-1] for column in keys])
    return same


def _sweep(
    group: list[int], high: list[int], low: list[int], end_high: list[int], end_low: list[int], same: Bools
) -> list[int]:
    """Return the parent of each sorted prefix by its place in the order, or -1."""
    parents: list[int] = []
    open_: list[int] = []
    for place, twin in enumerate(same.tolist()):
        if twin:
            parents.append(-1)
            continue
        g, h, l = group[place], high[place], low[place]  # noqa: E741 - low word
        while open_:
            top = open_[-1]
            if group[top] == g and (h < end_high[top] or (h == end_high[top] and l <= end_low[top])):
                break
            open_.pop()
        parents.append(open_[-1] if open_ else -1)
        open_.append(place)
    return parents
