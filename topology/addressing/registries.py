"""The dated registry tables, and the longest match over them.

Nothing is judged by a library's built-in tables: what is shipped in ``configs/registries``
says where it was transcribed from and when, and the longest row that holds a whole prefix decides.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

import numpy as np

from inventory.loader import read_document
from inventory.model.base import Part
from inventory.resources import resource
from topology.addressing.notation import Value, plain
from topology.addressing.numbers import Ints, Numbers

SPECIAL4, SPECIAL6, UNICAST6, SPACE6 = "ipv4_special", "ipv6_special", "ipv6_unicast", "ipv6_space"
INTERFACES, CARRIERS = "ipv6_interface_ids", "carriers"
NAMES = (SPECIAL4, SPECIAL6, UNICAST6, SPACE6, INTERFACES, CARRIERS)


class RegistryRow(Part):
    """One row of a registry: a block, or a span of interface identifiers."""

    block: str = ""
    """The prefix. Example: 2001:db8::/32."""
    first: str = ""
    """First interface identifier of a span."""
    last: str = ""
    """Last interface identifier of a span."""
    name: str
    """What the registry calls it."""
    basis: str = ""
    """The document it rests on."""
    date: str = ""
    """Day or month of allocation."""
    terminated: str = ""
    """Day or month of its end."""
    status: str = ""
    """allocated or reserved."""
    reachable: bool | None = None
    """Globally reachable; empty where the registry says neither."""


class Registry(Part):
    """A registry table with the place and the day it was taken from."""

    name: str
    """Name of the registry."""
    source: str
    """Where the table was transcribed from."""
    updated: date | None = None
    """Day of the last change that the registry states."""
    snapshot: date | None = None
    """Day the table was taken."""
    rows: tuple[RegistryRow, ...]
    """The rows in the order of the registry."""

    @property
    def dated(self) -> str:
        """Day shown beside results."""
        return str(self.snapshot or self.updated or "")


@cache
def registry(name: str) -> Registry:
    """Read one shipped registry."""
    return read_document(resource("registries", f"{name}.yaml"), Registry)


@dataclass(frozen=True)
class Match:
    """A row of some registry."""

    registry: str
    row: RegistryRow
    value: Value


class Table:
    """Rows of registries, ready for the longest match."""

    def __init__(self, version: int, names: Sequence[str]) -> None:
        found = [
            Match(name, row, value)
            for name in names
            for row in registry(name).rows
            if (value := plain(row.block)) is not None and value.version == version
        ]
        self.version = version
        self.shift = 96 if version == 4 else 0
        self.rows = sorted(found, key=lambda m: (m.value.address, m.value.extent, -names.index(m.registry)))

    @cached_property
    def parents(self) -> list[int]:
        """For each row the next wider one, or -1."""
        found: list[int] = []
        open_: list[int] = []
        for index, match in enumerate(self.rows):
            while open_ and not _holds(self.rows[open_[-1]].value, match.value):
                open_.pop()
            found.append(open_[-1] if open_ else -1)
            open_.append(index)
        return found

    @cached_property
    def _segments(self) -> tuple[list[int], list[int]]:
        """Where the longest row changes: first addresses in 128 bits, and the row from there on."""
        points = {0}
        for match in self.rows:
            points |= {
                match.value.address,
                match.value.address + (1 << match.value.bits - match.value.extent),
            }
        starts = sorted(point for point in points if point < 1 << (32 if self.version == 4 else 128))
        return [start << self.shift for start in starts], [self._longest(start) for start in starts]

    def _longest(self, address: int) -> int:
        return max((i for i, m in enumerate(self.rows) if _holds(m.value, address)), default=-1)

    def find(self, value: Value) -> Match | None:
        """Return the longest row that holds a whole prefix."""
        starts, rows = self._segments
        found = rows[bisect_right(starts, value.network << self.shift) - 1]
        while found >= 0 and self.rows[found].value.extent > value.extent:
            found = self.parents[found]
        return self.rows[found] if found >= 0 else None

    def match(self, numbers: Numbers) -> Ints:
        """Return for every entry the index of the longest row that holds it whole, else -1."""
        high, low = numbers.network
        starts, rows = self._segments
        heads = np.array([start >> 64 for start in starts], np.uint64)
        found = np.array(rows, np.int64)[np.searchsorted(heads, high, "right") - 1]
        narrow = np.array([start >> 64 for start in starts if start & (1 << 64) - 1], np.uint64)
        for entry in np.flatnonzero(np.isin(high, narrow)):
            at = bisect_right(starts, int(high[entry]) << 64 | int(low[entry])) - 1
            found[entry] = rows[at]
        lengths = np.array([*(m.value.extent for m in self.rows), -1], np.int64)
        parents = np.array([*self.parents, -1], np.int64)
        while (wide := lengths[found] > numbers.length).any():
            found = np.where(wide, parents[found], found)
        return np.where(numbers.six == (self.version == 6), found, -1)


def _holds(block: Value, inner: "Value | int") -> bool:
    if isinstance(inner, Value):
        return inner.extent >= block.extent and _holds(block, inner.network)
    rest = block.bits - block.extent
    return inner >> rest == block.address >> rest


@cache
def special(version: int) -> Table:
    """Return the merged table of a version: special purpose first, then the address space."""
    return Table(version, (SPECIAL6, UNICAST6, SPACE6) if version == 6 else (SPECIAL4,))


@cache
def carriers() -> Table:
    """Return the blocks that belong to one carrier."""
    return Table(6, (CARRIERS,))
