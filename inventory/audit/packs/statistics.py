"""What a rule looks at, made of integer buckets: a value, or the interval it must lie in."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from inventory.audit.evidence import Flags, Ints, histograms, span
from inventory.audit.packs.records import Condition
from inventory.audit.telemetry import METRICS, Rollups, edges

PAIRS = {"network": ("net_in", "net_out"), "disk": ("disk_read", "disk_write")}
"""Metrics that add two directions."""

_HIGHEST = 2**48
"""Stands for the upper edge of the last bin, which has none."""


@dataclass(frozen=True, eq=False)
class Interval:
    """A statistic by resource: at least ``low`` and at most ``high``, both over ``scale``."""

    low: Ints
    high: Ints
    scale: Ints
    """What both are to be divided by; 0 where nothing was observed."""
    days: Ints
    """Days observed."""


@dataclass(eq=False)
class Slab:
    """The buckets of some resources up to a day, cut to each window only once."""

    rollups: Rollups
    last: int
    """Last day, since 1970-01-01."""
    cuts: dict[int, tuple[Rollups, Ints]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many resources the index knows."""
        return len(self.rollups.resources)

    def cut(self, days: int) -> tuple[Rollups, Ints]:
        """Return the buckets of the last days, and their histograms by resource and metric."""
        if days not in self.cuts:
            part = span(self.rollups, self.last - days + 1, self.last)
            some = histograms(part, part.resource.astype(np.int64))
            counts = np.zeros((self.size, *some.shape[1:]), np.int64)
            counts[: len(some)] = some
            self.cuts[days] = part, counts
        return self.cuts[days]

    def off(self, days: int) -> Flags:
        """Say which resources were switched off the whole window."""
        part, _counts = self.cut(days)
        rows = np.arange(len(part))
        on, off = (_summed(self, part, rows, c.astype(np.int64)) for c in (part.observed, part.off))
        return np.asarray((on == 0) & (off > 0))


def interval(slab: Slab, condition: Condition, days: int) -> Interval:
    """Return the statistic of a condition over the last days."""
    names = PAIRS.get(condition.metric, (condition.metric,))
    found = [_single(slab, condition, METRICS.index(name), days) for name in names]
    return found[0] if len(found) == 1 else _added(condition, found)


def _added(condition: Condition, parts: Sequence[Interval]) -> Interval:
    """Both directions together; of quantiles and peaks only bounds are known."""
    a, b = parts
    days, scale = np.minimum(a.days, b.days), a.scale * b.scale
    if condition.statistic == "mean":
        both = a.low * b.scale + b.low * a.scale
        return Interval(both, both, scale, days)
    return Interval(np.maximum(a.low, b.low), a.high + b.high, scale, days)


def _single(slab: Slab, condition: Condition, metric: int, days: int) -> Interval:
    part, counts = slab.cut(days)
    rows = np.flatnonzero((part.metric == metric) & (part.observed > 0))
    seen = _summed(slab, part, rows, np.ones(len(rows), np.int64))
    if condition.statistic == "percentile":
        return _percentile(counts[:, metric], METRICS[metric], condition.percentile or 100, seen)
    if condition.statistic == "mean":
        total, n = (_summed(slab, part, rows, c[rows].astype(np.int64)) for c in (part.total, part.observed))
        return Interval(total, total, n, seen)
    if condition.statistic == "maximum":
        peak = np.full(slab.size, -1, np.int64)
        np.maximum.at(peak, part.resource[rows], part.peak[rows])
        return Interval(peak, peak, (seen > 0).astype(np.int64), seen)
    peaks = _summed(slab, part, rows, part.peak[rows])
    return Interval(peaks, peaks, seen, seen)


def _summed(slab: Slab, part: Rollups, rows: Ints, values: Ints) -> Ints:
    """Sums by resource, exact; rows lie together by resource."""
    upto = np.concatenate(([0], np.cumsum(values)))
    bounds = np.searchsorted(part.resource[rows], np.arange(slab.size + 1))
    return np.asarray(upto[bounds[1:]] - upto[bounds[:-1]])


def _percentile(counts: Ints, metric: str, percentile: int, days: Ints) -> Interval:
    """The bin of the smallest value that so many per cent of the samples do not exceed."""
    limits = edges(metric)
    upto = np.cumsum(counts[:, : len(limits) - 1], axis=1)
    n = upto[:, -1]
    at = np.argmax(100 * upto >= percentile * n[:, None], axis=1)
    high = np.minimum(limits[at + 1] - 1, _HIGHEST)
    return Interval(limits[at], high, (n > 0).astype(np.int64), days)


def quiet_days(slab: Slab, condition: Condition, days: int) -> tuple[Ints, Ints]:
    """Return on how many days the daily mean lies at or below the threshold, and days observed."""
    part, _counts = slab.cut(days)
    names = PAIRS.get(condition.metric, (condition.metric,))
    means = [np.full((slab.size, days), -1, np.int64) for _name in names]
    for mean, name in zip(means, names, strict=True):
        rows = np.flatnonzero((part.metric == METRICS.index(name)) & (part.observed > 0))
        where = part.resource[rows], part.day[rows] - (slab.last - days + 1)
        mean[where] = -(-part.total[rows] // part.observed[rows])
    seen = np.logical_and.reduce([mean >= 0 for mean in means])
    low = seen & (np.sum(means, axis=0) <= (condition.at_most or 0))
    return low.sum(axis=1), seen.sum(axis=1)
