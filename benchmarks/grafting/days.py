"""Days of machines as buckets: real ones from a file, and idle ones made of their floor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet
from numpy.typing import NDArray

from inventory.audit.telemetry import METRICS, OFF, Rollups, bin_of

type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]

DAY, ZONE = 86_400, 8 * 3600
WHOLE_DAY = 0.8
"""Days with a smaller share of the samples are not resampled."""
LEAST_DAYS = 7
"""Machines with fewer whole days are left out."""
RATES = ("disk_r_kbps", "disk_w_kbps", "net_rx_kbps", "net_tx_kbps")
BINS = 256


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples in whole units: one column a sample."""

    series: Ints
    day: Ints
    hour: Ints
    values: Ints
    """Shape (metrics, samples)."""
    off: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Days:
    """A stock of days to draw from."""

    rollups: Rollups
    """One row a metric and day; ``resource`` is the series."""
    rows: tuple[Ints, ...]
    """By series, shape (days, metrics): rows of the roll-ups."""
    vcpu: Ints
    """By series, 0 where unknown."""
    floor: tuple[Ints, ...]
    """By series, shape (metrics, samples): what the machine does at rest."""


def read_days(path: Path | str) -> Days:
    """Read real machines; every machine with at least seven whole days is a series."""
    table = pyarrow.parquet.read_table(path)
    vm = table["vm"].to_numpy()
    _names, series = np.unique(vm, return_inverse=True)
    second = table["ts"].cast("timestamp[s]").to_numpy().astype(np.int64) + ZONE
    samples = Samples(
        series.astype(np.int64),
        second // DAY,
        second % DAY // 3600,
        _values(table),
        table["mem_cap_kb"].to_numpy() <= 0,
    )
    cores = np.zeros(len(_names), np.int64)
    np.maximum.at(cores, series, np.nan_to_num(table["cores"].to_numpy()).astype(np.int64))
    return stocked(samples, cores, _interval(series, second))


def _values(table: pyarrow.Table) -> Ints:
    def column(name: str) -> Floats:
        return np.asarray(np.nan_to_num(table[name].to_numpy().astype(np.float64)).clip(0))

    share = column("mem_used_kb") / np.maximum(column("mem_cap_kb"), 1) * 10_000
    columns = [column("cpu_pct") * 100, share, *(column(name) * 1000 for name in RATES)]
    tops = (10_000, 10_000, *(2**40,) * 4)
    return np.stack([np.rint(c).clip(0, top) for c, top in zip(columns, tops, strict=True)]).astype(np.int64)


def _interval(series: Ints, second: Ints) -> int:
    order = np.lexsort((second, series))
    steps = np.diff(second[order])[np.diff(series[order]) == 0]
    return max(1, int(np.median(steps[steps > 0]))) if (steps > 0).any() else 300


def stocked(samples: Samples, vcpu: Ints, interval: int) -> Days:
    """Fold samples into days and keep the whole ones of machines with enough of them."""
    expected = max(1, round(DAY / interval))
    groups, group = np.unique(samples.series * 2**24 + samples.day, return_inverse=True)
    rollups = _rolled(samples, groups, group, expected, len(vcpu), vcpu)
    heard = rollups.observed[: len(groups)] + rollups.off[: len(groups)]
    whole = heard >= WHOLE_DAY * expected
    rows, kept = [], []
    for series in range(len(vcpu)):
        days = np.flatnonzero((groups // 2**24 == series) & whole)
        if len(days) >= LEAST_DAYS:
            rows.append(days[:, None] + np.arange(len(METRICS)) * len(groups))
            kept.append(series)
    return Days(rollups, tuple(rows), vcpu[kept], tuple(_floors(samples, kept)))


def _floors(samples: Samples, kept: Sequence[int]) -> Iterator[Ints]:
    order = np.argsort(samples.series, kind="stable")
    bounds = np.searchsorted(samples.series[order], np.arange(max(kept, default=0) + 2))
    for series in kept:
        mine = order[bounds[series] : bounds[series + 1]]
        yield _at_rest(samples.values[:, mine[~samples.off[mine]]])


def _at_rest(values: Ints) -> Ints:
    """Samples at or below the median of CPU: the machine's own floor."""
    if not values.shape[1]:
        return np.zeros((len(METRICS), 1), np.int64)
    return values[:, values[0] <= np.median(values[0])]


def _rolled(samples: Samples, groups: Ints, group: Ints, expected: int, series: int, vcpu: Ints) -> Rollups:
    """Buckets of every day: all days of the first metric, then of the second, and so on."""
    size, on = len(groups), ~samples.off
    observed = np.bincount(group[on], minlength=size).astype(np.int32)
    off = np.bincount(group[~on], minlength=size).astype(np.int32)
    parts = [_metric(m, samples.values[m][on], group[on], samples.hour[on], size) for m in METRICS_AT]
    totals, peaks, hours, lengths, bins, counts = (np.concatenate(c) for c in zip(*parts, strict=True))
    return Rollups(
        tuple(f"s{index:04d}" for index in range(series)),
        vcpu.astype(np.int32),
        np.tile(groups // 2**24, len(METRICS)).astype(np.int32),
        np.repeat(np.arange(len(METRICS)), size).astype(np.int8),
        np.tile(groups % 2**24, len(METRICS)).astype(np.int32),
        np.maximum(expected, np.tile(observed + off, len(METRICS))).astype(np.int32),
        np.tile(observed, len(METRICS)),
        np.tile(off, len(METRICS)),
        totals,
        peaks,
        hours,
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        bins.astype(np.int16),
        counts.astype(np.int32),
    )


METRICS_AT = range(len(METRICS))


def _metric(metric: int, values: Ints, group: Ints, hour: Ints, size: int) -> Sequence[NDArray[np.generic]]:
    at = bin_of(METRICS[metric], values).astype(np.int64)
    total, peak = np.zeros(size, np.int64), np.full(size, OFF, np.int64)
    np.add.at(total, group, values)
    np.maximum.at(peak, group, values)
    hours = np.zeros((size, 24), np.uint8)
    np.maximum.at(hours, (group, hour), (at + 1).astype(np.uint8))
    keys, counts = np.unique(group * BINS + at, return_counts=True)
    return total, peak, hours, np.bincount(keys // BINS, minlength=size), keys % BINS, counts
