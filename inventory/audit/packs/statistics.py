"""What a rule looks at, made of integer buckets: a value, or the interval it must lie in."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inventory.audit.evidence import Flags, Ints, histograms
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
    """The buckets of some resources up to a day; histograms are added up only where asked for."""

    rollups: Rollups
    last: int
    """Last day, since 1970-01-01."""
    added: dict[int, Ints] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many resources the index knows."""
        return len(self.rollups.resources)

    def rows(self, days: int, metric: int | None = None) -> Ints:
        """Return the rows of the last days, of one metric if given."""
        inside = (self.rollups.day > self.last - days) & (self.rollups.day <= self.last)
        return np.flatnonzero(inside if metric is None else inside & (self.rollups.metric == metric))

    def histograms(self, days: int) -> Ints:
        """Return the counts by resource, metric and bin over the last days."""
        if days not in self.added:
            part = self.rollups.select(self.rows(days))
            some = histograms(part, part.resource.astype(np.int64))
            counts = np.zeros((self.size, *some.shape[1:]), np.int64)
            counts[: len(some)] = some
            self.added[days] = counts
        return self.added[days]

    def off(self, days: int) -> Flags:
        """Say which resources were switched off the whole window."""
        rows = self.rows(days)
        on, off = (self.summed(rows, c[rows]) for c in (self.rollups.observed, self.rollups.off))
        return np.asarray((on == 0) & (off > 0))

    def summed(self, rows: Ints, values: Ints | NDArray[np.int32]) -> Ints:
        """Return sums by resource, exact; rows lie together by resource."""
        upto = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
        bounds = np.searchsorted(self.rollups.resource[rows], np.arange(self.size + 1))
        return np.asarray(upto[bounds[1:]] - upto[bounds[:-1]])


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
    of = slab.rollups
    rows = slab.rows(days, metric)
    rows = rows[of.observed[rows] > 0]
    seen = slab.summed(rows, np.ones(len(rows), np.int64))
    if condition.statistic == "percentile":
        counts = slab.histograms(days)[:, metric]
        return _percentile(counts, METRICS[metric], condition.percentile or 100, seen)
    if condition.statistic == "mean":
        total, n = slab.summed(rows, of.total[rows]), slab.summed(rows, of.observed[rows])
        return Interval(total, total, n, seen)
    if condition.statistic == "maximum":
        peak = np.full(slab.size, -1, np.int64)
        np.maximum.at(peak, of.resource[rows], of.peak[rows])
        return Interval(peak, peak, (seen > 0).astype(np.int64), seen)
    peaks = slab.summed(rows, of.peak[rows])
    return Interval(peaks, peaks, seen, seen)


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
    part = slab.rollups
    names = PAIRS.get(condition.metric, (condition.metric,))
    means = [np.full((slab.size, days), -1, np.int64) for _name in names]
    for mean, name in zip(means, names, strict=True):
        rows = slab.rows(days, METRICS.index(name))
        rows = rows[part.observed[rows] > 0]
        where = part.resource[rows], part.day[rows] - (slab.last - days + 1)
        mean[where] = -(-part.total[rows] // part.observed[rows])
    seen = np.logical_and.reduce([mean >= 0 for mean in means])
    low = seen & (np.sum(means, axis=0) <= (condition.at_most or 0))
    return low.sum(axis=1), seen.sum(axis=1)
