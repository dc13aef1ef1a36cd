"""Integer histograms of one metric over a window of days, and what can be read from them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inventory.audit.telemetry import METRICS, Rollups, edges

type Ints = NDArray[np.int64]

WHOLE = 10_000


@dataclass(frozen=True, eq=False)
class Window:
    """One metric over some days; every array is indexed by resource, then by bin."""

    metric: str
    days: int
    histogram: Ints
    observed: Ints
    expected: Ints
    """Samples the window should hold: a day without a row is expected like the fullest day."""
    off: Ints
    """Samples while powered off: neither observed nor missing."""
    seen: Ints
    """Days with at least one sample while powered on."""
    peak: Ints
    """Largest value; -1 where nothing was observed."""
    total: Ints

    @cached_property
    def coverage(self) -> Ints:
        """Observed share of the samples expected while powered on, basis points, rounded down."""
        due = self.expected - self.off
        return np.where(due > 0, np.minimum(self.observed * WHOLE // np.maximum(due, 1), WHOLE), 0)


def window(rollups: Rollups, metric: str, first: int, last: int) -> Window:
    """Add up the roll-ups of one metric from one day to another, both included.

    Args:
        rollups: histograms by resource, metric and day.
        metric: one of ``METRICS``.
        first: first day, days since 1970-01-01.
        last: last day.
    """
    at = METRICS.index(metric)
    rows = rollups.select((rollups.metric == at) & (rollups.day >= first) & (rollups.day <= last))
    size, bins = len(rows.resources), len(edges(metric)) - 1
    owner = np.repeat(rows.resource.astype(np.int64), np.diff(rows.start))
    flat = np.bincount(owner * bins + rows.bins, weights=rows.counts, minlength=size * bins)
    return Window(
        *(metric, last - first + 1, flat.astype(np.int64).reshape(size, bins)),
        observed=_sum(rows, rows.observed),
        expected=_expected(rows, last - first + 1),
        off=_sum(rows, rows.off),
        seen=_sum(rows, rows.observed > 0),
        peak=_largest(rows, rows.peak, -1),
        total=_sum(rows, rows.total),
    )


def _sum(rows: Rollups, values: NDArray[np.generic]) -> Ints:
    found = np.zeros(len(rows.resources), np.int64)
    np.add.at(found, rows.resource, values)
    return found


def _largest(rows: Rollups, values: NDArray[np.generic], least: int) -> Ints:
    found = np.full(len(rows.resources), least, np.int64)
    np.maximum.at(found, rows.resource, values)
    return found


def _expected(rows: Rollups, days: int) -> Ints:
    seen = _sum(rows, np.ones(len(rows), np.int64))
    return _sum(rows, rows.expected) + (days - seen) * _largest(rows, rows.expected, 0)


def percentile(of: Window, share: int) -> tuple[Ints, Ints]:
    """Return the nearest-rank percentile of each resource as an interval; -1 where nothing is known.

    The percentile is the smallest sample that at least ``share`` of all samples do not exceed.
    It lies in one bin; the interval is that bin, cut off at the largest value seen.

    Args:
        of: the window.
        share: basis points, 9950 for P99.5.
    """
    rank = np.maximum(1, (of.observed * share + WHOLE - 1) // WHOLE)
    place = np.argmax(np.cumsum(of.histogram, axis=1) >= rank[:, None], axis=1)
    lower, upper = edges(of.metric)[place], np.minimum(edges(of.metric)[place + 1], of.peak)
    seen = of.observed > 0
    return np.where(seen, lower, -1), np.where(seen, upper, -1)


def above(of: Window, limit: Ints) -> Ints:
    """Return how many samples may lie above a limit: those of the bin that holds it included."""
    over = edges(of.metric)[1:][None, :] > limit[:, None] + 1
    found = np.where(over, of.histogram, 0).sum(axis=1)
    return np.where(of.peak > limit, found, 0)
