"""The extranet as columns: sites and lines as integers, never one object a row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from inventory.model import AccessState, Ipv6, Level, LinkRole

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NONE = -1
"""No parent, no line, an unknown value, an unknown bandwidth."""
LEVELS = tuple(Level)
IP_MODES = tuple(Ipv6)
ROLES = tuple(LinkRole)
STATES = tuple(AccessState)
V4_ONLY = IP_MODES.index(Ipv6.v4_only)
CITY, COUNTY = LEVELS.index(Level.city), LEVELS.index(Level.county)


def runs(keys: Ints) -> Iterator[slice]:
    """Yield each stretch of equal keys, which lie side by side."""
    cuts = np.flatnonzero(np.diff(keys)) + 1
    ends = [*cuts.tolist(), len(keys)] if len(keys) else []
    yield from (slice(start, end) for start, end in pairwise([0, *ends]))


def distinct(values: Ints) -> Ints:
    """Return the different values in order, by a sort: ``numpy.unique`` hashes and is slower."""
    ordered = np.sort(values)
    found: Ints = ordered[np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))]
    return found


@dataclass(frozen=True, eq=False)
class Sites:
    """The places, in the order of the table."""

    ids: pa.Array
    names: pa.Array
    """What people say; the id where the table says nothing."""
    level: Ints
    """Depth from the province: 0 to 4."""
    parent: Ints
    """Index of the site above, or ``NONE``; parents run in no circle."""
    organisation: Ints
    """Who is there: place in ``organisations``."""
    organisations: Sequence[str]

    def __len__(self) -> int:
        return len(self.level)


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines, in the order of the table; unknown values are ``NONE``."""

    ids: pa.Array
    names: pa.Array
    a: Ints
    """Index of one end."""
    b: Ints
    """Index of the other end."""
    mbit: Ints
    """Bandwidth, Mbit/s."""
    ip_mode: Ints
    """Place in ``IP_MODES``."""
    carrier: Ints
    """Place in ``carriers``."""
    duct: Ints
    """Place in ``ducts``."""
    role: Ints
    """Place in ``ROLES``."""
    utilisation: Ints
    """Peak use in hundredths of a per cent of the bandwidth."""
    a_device: Ints
    """Device at the end ``a``: place in ``devices``."""
    b_device: Ints
    """Device at the end ``b``."""
    carriers: Sequence[str]
    ducts: Sequence[str]
    devices: Sequence[str]

    def __len__(self) -> int:
        return len(self.a)


@dataclass(frozen=True, eq=False)
class Access:
    """Access and exit records, in the order of the table; unknown values are ``NONE``."""

    ids: pa.Array
    names: pa.Array
    organisation: Ints
    """Who applied: place in ``Sites.organisations``, beyond its end where it is at no site."""
    site: Ints
    """Index of the site it concerns."""
    state: Ints
    """Place in ``STATES``."""
    submitted: Ints
    """Day of application, counted from 1970."""
    decided: Ints
    """Day of the decision, counted from 1970."""

    def __len__(self) -> int:
        return len(self.state)


@dataclass(frozen=True, eq=False)
class Network:
    """Sites, lines and access records whose references are sound."""

    sites: Sites
    lines: Lines
    records: Access
    levelled: bool = True
    """False where no site states a level and one was assumed: rules of the five levels say nothing then."""

    @cached_property
    def tops(self) -> Bools:
        """The sites of the highest level present: what every other site must reach."""
        level = self.sites.level
        return np.asarray(level == level.min(initial=len(LEVELS)), np.bool_)

    @cached_property
    def access(self) -> Bools:
        """The places connected at a hub of their own level, such as a cloud at the city's."""
        parent, level = self.sites.parent, self.sites.level
        return np.asarray((parent != NONE) & (level[parent] == level), np.bool_)

    @cached_property
    def lower(self) -> Ints:
        """The end of each line that lies lower in the tree; ``b`` between equals."""
        level, lines = self.sites.level, self.lines
        return np.where(level[lines.a] > level[lines.b], lines.a, lines.b)

    @cached_property
    def city(self) -> Ints:
        """The uppermost city on the way up from each site, itself included, or ``NONE``."""
        return self.above(CITY)

    @cached_property
    def county(self) -> Ints:
        """The uppermost county on the way up from each site, itself included, or ``NONE``."""
        return self.above(COUNTY)

    def above(self, depth: int) -> Ints:
        """Return the uppermost site of a level on the way up from each, or ``NONE``."""
        level, parent = self.sites.level, self.sites.parent
        found = np.full(len(level), NONE, np.int64)
        active = here = np.arange(len(level))
        while len(active):
            hit = level[here] == depth
            found[active[hit]] = here[hit]
            here = parent[here]
            active, here = active[here != NONE], here[here != NONE]
        return found
