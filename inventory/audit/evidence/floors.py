"""The noise floor of a machine: what it does although nobody uses it."""

import numpy as np
from numpy.typing import NDArray

from inventory.audit.evidence.policy import Policy
from inventory.audit.telemetry import METRICS, Rollups, edges

type Ints = NDArray[np.int64]

WORK = ("cpu", "disk_read", "disk_write", "net_in", "net_out")
"""Metrics whose level tells work from rest; a working set stays large at rest."""
BINS = 256
"""At least as many as any metric has."""
_CPU_STEP = 50
"""Floor of the floor where the number of vCPU is unknown: one bin."""


def histograms(rollups: Rollups, resource: Ints) -> Ints:
    """Return the counts by bin over all days, shape (resources, metrics, bins).

    Args:
        rollups: the buckets.
        resource: index of the resource of each row, counted from 0 within this slab.
    """
    lengths = np.diff(rollups.start)
    series = resource * len(METRICS) + rollups.metric
    keys = np.repeat(series, lengths) * BINS + rollups.bins[rollups.start[0] : rollups.start[-1]]
    size = (int(resource.max(initial=-1)) + 1) * len(METRICS) * BINS
    counts = rollups.counts[rollups.start[0] : rollups.start[-1]]
    return np.bincount(keys, counts, size).astype(np.int64).reshape(-1, len(METRICS), BINS)


def floors(counts: Ints, vcpu: Ints, metric: str, policy: Policy) -> Ints:
    """Return the level of each resource above which a value of a metric counts as work.

    The level is the median plus the larger of six median absolute deviations and a published
    minimum, and never above a ceiling: a machine that works all the time does not rest.
    Values stand for their bins by the lower edge.

    Args:
        counts: histograms of the metric, shape (resources, bins).
        vcpu: cores by resource, 0 where unknown.
        metric: one of ``WORK``.
        policy: multiples, minima and ceilings.
    """
    lower = edges(metric)[:-1]
    median = lower[_middle(counts[:, : len(lower)])]
    away = np.abs(lower[None, :] - median[:, None])
    order = np.argsort(away, axis=1, kind="stable")
    ranked = np.take_along_axis(counts[:, : len(lower)], order, axis=1)
    spread = np.take_along_axis(away, np.take_along_axis(order, _middle(ranked)[:, None], 1), 1)[:, 0]
    margin = np.maximum(policy["floor_mads"] * spread, _least(metric, vcpu, policy))
    return np.asarray(np.minimum(median + margin, policy[f"ceiling.{metric.split('_')[0]}"]))


def _middle(counts: Ints) -> Ints:
    """Position of the median by row; 0 for a row without counts."""
    upto = np.cumsum(counts, axis=1)
    return np.argmax(2 * upto >= upto[:, -1:], axis=1)


def _least(metric: str, vcpu: Ints, policy: Policy) -> Ints:
    if metric != "cpu":
        key = metric if metric.startswith("net") else "disk"
        return np.full(len(vcpu), policy[f"floor.{key}"])
    share = -(-policy["floor.cpu"] * 10 // np.maximum(vcpu, 1))
    return np.where(vcpu > 0, share, _CPU_STEP)
