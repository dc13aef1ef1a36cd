"""What telemetry is once it is read: integer columns, one row a resource, metric and local day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Ints = NDArray[np.int64]
type Column = NDArray[Any]

METRICS = ("cpu", "memory", "disk_read", "disk_write", "net_in", "net_out")
"""``cpu`` and ``memory`` in 1/100 % of the machine, the others in bytes per second."""
SHARES = ("cpu", "memory")
"""Metrics that are a share of the machine."""
USES = ("logins", "requests", "flows_in", "db_sessions", "dns_lookups", "messages")
"""Signals of use by people or machines."""
LIFE = ("deploys", "tickets", "content_updates", "certificate_renewals")
"""Signals that somebody still looks after a system."""
SIGNALS = (*USES, *LIFE)
OFF = -1
"""Value, and bin, of a sample taken while the machine was powered off."""
UNKNOWN = -1
"""A figure of a summary that its source does not give."""
WHOLE = 10_000
"""A share of one in steps of 1/100 %."""
SHARE_STEP = 50
"""Width of a bin of shares: half a point."""
RATE_FLOOR = 64
"""Rates below this many bytes per second fall into bin 0."""
OCTAVES = 31
"""Doublings above the floor that have eight bins each; faster rates fall into the last bin."""


@cache
def edges(metric: str) -> Ints:
    """Return the lower edges of the bins of a metric, and the upper edge of the last one.

    A value falls into bin ``b`` when ``edges[b] <= value < edges[b + 1]``. Shares have bins of
    0.5 points; rates have one bin below 64 B/s, then eight equally wide bins a doubling.
    """
    if metric in SHARES:
        found = np.arange(0, WHOLE + 2 * SHARE_STEP, SHARE_STEP, dtype=np.int64)
    else:
        eighths = [(8 + part) << (octave + 3) for octave in range(OCTAVES) for part in range(8)]
        found = np.array([0, *eighths, np.iinfo(np.int64).max], dtype=np.int64)
    found.flags.writeable = False
    return found


def bin_of(metric: str, value: Any) -> Any:
    """Return the bin of a value, or of an array of values; ``OFF`` stays ``OFF``."""
    found = np.searchsorted(edges(metric), value, side="right") - 1
    return np.minimum(found, len(edges(metric)) - 2).astype(np.int16)


@dataclass(frozen=True, eq=False)
class Rollups:
    """Histograms and counts by resource, metric and local day; sorted by these three.

    A day on which nothing was heard of a resource and metric has no row: it is missing,
    which is neither zero nor powered off.
    """

    resources: tuple[str, ...]
    """Names, ascending; ``resource`` indexes them."""
    vcpu: NDArray[np.int32]
    """By resource index; 0 is unknown."""
    resource: NDArray[np.int32]
    metric: NDArray[np.int8]
    """Index into ``METRICS``."""
    day: NDArray[np.int32]
    """Days since 1970-01-01, in the city's time zone."""
    expected: NDArray[np.int32]
    """Samples that the sampling interval promises for the day."""
    observed: NDArray[np.int32]
    off: NDArray[np.int32]
    """Samples taken while powered off; not among ``observed``, not missing either."""
    total: NDArray[np.int64]
    """Exact sum of the day's values."""
    peak: NDArray[np.int64]
    """Largest value of the day; ``OFF`` when none was observed."""
    hours: NDArray[np.uint8]
    """Shape (rows, 24): largest bin + 1 of each local hour, 0 when nothing was observed."""
    start: NDArray[np.int64]
    """Length rows + 1: where a row's histogram begins in ``bins`` and ``counts``."""
    bins: NDArray[np.int16]
    """Ascending within a row."""
    counts: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.day)

    def select(self, rows: Column) -> "Rollups":
        """Return the rows of a mask or of indices in that order; every resource keeps its index."""
        kept = np.flatnonzero(rows) if rows.dtype == np.bool_ else np.asarray(rows, np.int64)
        if len(kept) and kept[-1] - kept[0] == len(kept) - 1 and bool(np.all(np.diff(kept) == 1)):
            return self._between(int(kept[0]), int(kept[-1]) + 1)
        lengths = np.diff(self.start)[kept]
        start = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        index = np.int32 if self.start[-1] < np.iinfo(np.int32).max else np.int64
        at = np.repeat((self.start[:-1][kept] - start[:-1]).astype(index), lengths)
        at += np.arange(start[-1], dtype=index)
        by_row: dict[str, Any] = {name: getattr(self, name)[kept] for name in BY_ROW}
        histograms: dict[str, Column] = {"start": start, "bins": self.bins[at], "counts": self.counts[at]}
        return Rollups(self.resources, self.vcpu, **by_row, **histograms)

    def _between(self, first: int, last: int) -> "Rollups":
        low, high = int(self.start[first]), int(self.start[last])
        by_row: dict[str, Any] = {name: getattr(self, name)[first:last] for name in BY_ROW}
        start = self.start[first : last + 1] - low
        histograms: dict[str, Column] = {"bins": self.bins[low:high], "counts": self.counts[low:high]}
        return Rollups(self.resources, self.vcpu, **by_row, start=start, **histograms)


BY_ROW = ("resource", "metric", "day", "expected", "observed", "off", "total", "peak", "hours")
"""Columns of roll-ups that hold one entry a row."""


@dataclass(frozen=True, eq=False)
class Signals:
    """Business signals: one row a system, signal and day; a day without a row is unknown."""

    systems: tuple[str, ...]
    system: NDArray[np.int32]
    signal: NDArray[np.int8]
    """Index into ``SIGNALS``."""
    day: NDArray[np.int32]
    count: NDArray[np.int64]
    observed: NDArray[np.bool_]
    """False where the source names the day but leaves the count blank: unknown, not zero."""

    def __len__(self) -> int:
        return len(self.day)


@dataclass(frozen=True, eq=False)
class Summaries:
    """Second-class evidence: averages and peaks of a span of days.

    They bound use from above and below but say nothing about a single sample; ``UNKNOWN``
    marks a figure that the source does not give.
    """

    resources: tuple[str, ...]
    resource: NDArray[np.int32]
    metric: NDArray[np.int8]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    mean: NDArray[np.int64]
    peak: NDArray[np.int64]
    mean_of_peaks: NDArray[np.int64]
    """Mean of the daily peaks."""
    n: NDArray[np.int32]
    """Samples behind the figures; 0 when the source does not say."""

    def __len__(self) -> int:
        return len(self.first)


def indexed(names: Iterable[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Return the distinct names, ascending, and the index of each name among them."""
    texts = list(names)
    distinct = tuple(sorted(set(texts)))
    place = {name: index for index, name in enumerate(distinct)}
    return distinct, np.array([place[name] for name in texts], dtype=np.int32)


def signals_of(rows: Sequence[tuple[str, str, int, int | None]]) -> Signals:
    """Make signals of (system, signal name, day, count); a count of ``None`` is unknown."""
    ordered = sorted(rows, key=lambda row: (row[0], SIGNALS.index(row[1]), row[2]))
    systems, system = indexed(row[0] for row in ordered)
    return Signals(
        systems,
        system,
        np.array([SIGNALS.index(row[1]) for row in ordered], dtype=np.int8),
        np.array([row[2] for row in ordered], dtype=np.int32),
        np.array([row[3] or 0 for row in ordered], dtype=np.int64),
        np.array([row[3] is not None for row in ordered], dtype=np.bool_),
    )
