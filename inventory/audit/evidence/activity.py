"""On which days a machine worked: hours above its noise floor, fixed-time jobs left out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inventory.audit.evidence.floors import WORK, Ints, floors, histograms
from inventory.audit.evidence.policy import Policy
from inventory.audit.telemetry import METRICS, Rollups, edges

type Flags = NDArray[np.bool_]
type Bits = NDArray[np.uint8]

SLAB = 256
"""Resources that are spread out at once."""
HOURS = 24


@dataclass(frozen=True, eq=False)
class Activity:
    """Days of work by resource and metric of ``WORK``; day 0 is the first of the window."""

    resources: tuple[str, ...]
    hours: Bits
    """Shape (resources, metrics, days, 3): a bit for each hour above the floor outside fixed-time jobs."""
    known: Flags
    """Shape (resources, metrics, days): enough samples were observed, or the machine was off."""
    floor: Ints
    """Shape (resources, metrics): level above which a value counts."""
    jobs: Flags
    """Shape (resources, metrics, 24): hours masked as fixed-time jobs."""
    masked: Ints
    """Shape (resources, metrics): days on which such a job ran."""

    @property
    def active(self) -> Flags:
        """Days with an hour of work, shape (resources, metrics, days)."""
        return np.asarray(self.hours.any(axis=3))

    def place(self) -> dict[str, int]:
        """Return the row of each resource."""
        return {name: row for row, name in enumerate(self.resources)}


def activity(chunks: Iterable[Rollups], first: int, last: int, policy: Policy) -> Activity:
    """Return the days of work between two days (since 1970-01-01, both included)."""
    parts = [part for chunk in chunks for part in _slabs(chunk, first, last, policy)]
    return _together(parts, last - first + 1)


def span(rollups: Rollups, first: int, last: int) -> Rollups:
    """Return the rows of a span of days, both included."""
    inside = (rollups.day >= first) & (rollups.day <= last)
    return rollups if bool(inside.all()) else rollups.select(inside)


def _slabs(rollups: Rollups, first: int, last: int, policy: Policy) -> Iterator[Activity]:
    rollups = span(rollups, first, last)
    here = np.unique(rollups.resource)
    for at in range(0, len(here), SLAB):
        names = here[at : at + SLAB]
        low, high = np.searchsorted(rollups.resource, [names[0], names[-1] + 1])
        slab = rollups if len(here) <= SLAB else rollups.select(np.arange(low, high))
        yield _slab(slab, names, (first, last), policy)


def _slab(rollups: Rollups, here: NDArray[np.int32], window: tuple[int, int], policy: Policy) -> Activity:
    resource = np.searchsorted(here, rollups.resource)
    counts, vcpu = histograms(rollups, resource), rollups.vcpu[here].astype(np.int64)
    parts = [
        _metric(rollups, resource, counts[:, METRICS.index(metric)], vcpu, window, metric, policy)
        for metric in WORK
    ]
    names = tuple(rollups.resources[index] for index in here)
    return Activity(names, *(np.stack(column, axis=1) for column in zip(*parts, strict=True)))


def _metric(
    rollups: Rollups,
    resource: Ints,
    counts: Ints,
    vcpu: Ints,
    window: tuple[int, int],
    metric: str,
    policy: Policy,
) -> tuple[Bits, Flags, Ints, Flags, Ints]:
    """Columns of ``Activity`` for one metric."""
    rows = np.flatnonzero(rollups.metric == METRICS.index(metric))
    where = resource[rows], rollups.day[rows] - window[0]
    shape = len(vcpu), window[1] - window[0] + 1
    floor = floors(counts, vcpu, metric, policy)
    bar = np.searchsorted(edges(metric), floor, side="right")
    busy = np.zeros((*shape, HOURS), dtype=np.bool_)
    busy[where] = rollups.hours[rows] > bar[resource[rows], None]
    known = np.zeros(shape, dtype=np.bool_)
    seen = rollups.observed[rows].astype(np.int64) + rollups.off[rows]
    known[where] = seen * 10_000 >= rollups.expected[rows].astype(np.int64) * policy["day_share"]
    jobs = _jobs(busy, known, policy)
    masked = (busy & jobs[:, None, :]).any(axis=2).sum(axis=1)
    return np.packbits(busy & ~jobs[:, None, :], axis=2), known, floor, jobs, masked


def _jobs(busy: Flags, known: Flags, policy: Policy) -> Flags:
    """Hours of the day that are busy on most days, if they are few enough to be a job."""
    days = known.sum(axis=1)[:, None]
    often = (busy.sum(axis=1) * 10_000 >= days * policy["mask_share"]) & (days > 0)
    return often & (often.sum(axis=1) <= policy["mask_hours"])[:, None]


def _together(parts: Sequence[Activity], days: int) -> Activity:
    if not parts:
        none = np.zeros((0, len(WORK), days), dtype=np.bool_)
        levels = np.zeros((0, len(WORK)), dtype=np.int64)
        bits = np.zeros((*none.shape, HOURS // 8), dtype=np.uint8)
        return Activity((), bits, none, levels, np.zeros((0, len(WORK), HOURS), np.bool_), levels)
    columns = ("hours", "known", "floor", "jobs", "masked")
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
    return Activity(tuple(name for part in parts for name in part.resources), **joined)
