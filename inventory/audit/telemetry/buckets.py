"""Buckets: counts by bin become roll-ups, roll-ups become Arrow tables and digests."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from inventory.audit.telemetry.records import BY_ROW, OFF, Column, Rollups
from inventory.audit.telemetry.tables import little_endian


@dataclass(frozen=True, eq=False)
class Counts:
    """What SQL counts: one row a resource, metric, day and bin, in this order."""

    resources: tuple[str, ...]
    resource: NDArray[np.int32]
    metric: NDArray[np.int8]
    day: NDArray[np.int32]
    bin: NDArray[np.int16]
    """``OFF`` counts samples taken while powered off."""
    n: NDArray[np.int64]
    total: NDArray[np.int64]
    peak: NDArray[np.int64]
    hours: NDArray[np.int32]
    """Bit ``h`` is set when a value of the bin was seen in local hour ``h``."""


def folded(
    counts: Counts, vcpu: Mapping[str, int], expected: Mapping[tuple[int, int], int] | Column
) -> Rollups:
    """Fold counts by bin into one row a resource, metric and day.

    Args:
        counts: sorted counts.
        vcpu: cores by resource name, where known.
        expected: samples promised a day, by (resource index, metric index), or one entry a row.
            A day with more samples than promised promises what it has.
    """
    first = _starts(counts)
    on = counts.bin != OFF
    resource, metric = counts.resource[first], counts.metric[first]
    observed = _summed(np.where(on, counts.n, 0), first)
    off = _summed(np.where(on, 0, counts.n), first)
    promised = _promised(expected, resource, metric)
    lengths = _summed(on.astype(np.int64), first)
    return Rollups(
        counts.resources,
        np.array([vcpu.get(name, 0) for name in counts.resources], dtype=np.int32),
        resource,
        metric,
        counts.day[first],
        np.maximum(promised, observed + off).astype(np.int32),
        observed.astype(np.int32),
        off.astype(np.int32),
        _summed(np.where(on, counts.total, 0), first),
        _largest(np.where(on, counts.peak, OFF), first),
        _hours(counts, first),
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        counts.bin[on],
        counts.n[on].astype(np.int32),
    )


def _starts(counts: Counts) -> NDArray[np.int64]:
    changed = np.ones(len(counts.day), dtype=np.bool_)
    keys = (counts.resource, counts.metric, counts.day)
    changed[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.flatnonzero(changed)


def _summed(values: Column, first: Column) -> NDArray[np.int64]:
    return np.add.reduceat(values, first) if len(first) else np.zeros(0, np.int64)


def _largest(values: Column, first: Column) -> Column:
    return np.maximum.reduceat(values, first) if len(first) else values[:0]


def _promised(expected: Mapping[tuple[int, int], int] | Column, resource: Column, metric: Column) -> Column:
    if not isinstance(expected, Mapping):
        return np.asarray(expected)
    table = np.zeros((int(resource.max(initial=0)) + 1, 128), dtype=np.int64)
    for (row, column), value in expected.items():
        table[row, column] = value
    return np.asarray(table[resource, metric])


def _hours(counts: Counts, first: Column) -> NDArray[np.uint8]:
    found = np.zeros((len(first), 24), dtype=np.uint8)
    level = (counts.bin + 1).astype(np.uint8)
    for hour in range(24):
        seen = (counts.hours >> hour) & 1
        found[:, hour] = _largest(level * seen.astype(np.uint8), first)
    return found


def joined(parts: Sequence[Rollups]) -> Rollups:
    """Join roll-ups into one, sorted; resources merge by name.

    Of two rows of one resource, metric and day the one with more samples holds, then the one
    with the larger sum, so that the order of the parts has no part in it.
    """
    names = tuple(sorted({name for part in parts for name in part.resources}))
    place = {name: index for index, name in enumerate(names)}
    vcpu = np.zeros(len(names), dtype=np.int32)
    moved = []
    for part in parts:
        at = np.array([place[name] for name in part.resources], dtype=np.int32)
        np.maximum.at(vcpu, at, part.vcpu)
        moved.append(at[part.resource])
    columns = {name: np.concatenate([getattr(p, name) for p in parts]) for name in BY_ROW[1:]}
    lengths = np.concatenate([np.diff(part.start) for part in parts])
    whole = Rollups(
        names,
        vcpu,
        np.concatenate(moved),
        **columns,
        start=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        bins=np.concatenate([part.bins for part in parts]),
        counts=np.concatenate([part.counts for part in parts]),
    )
    return _sorted(whole)


def _sorted(rollups: Rollups) -> Rollups:
    key = (rollups.resource.astype(np.int64) * 128 + rollups.metric) * 2**24 + rollups.day
    if bool(np.all(key[1:] > key[:-1])):
        return rollups
    order = np.argsort(key, kind="stable")
    if bool(np.all(np.diff(key[order]) > 0)):
        return rollups.select(order)
    seen = rollups.observed.astype(np.int64) + rollups.off
    order = np.lexsort((-rollups.total, -seen, key))
    first = np.diff(key[order], prepend=-1) > 0
    return rollups.select(order[first])


def compact(rollups: Rollups) -> Rollups:
    """Return roll-ups without the names of machines that have no row."""
    kept, index = np.unique(rollups.resource, return_inverse=True)
    names = tuple(rollups.resources[int(row)] for row in kept)
    return replace(rollups, resources=names, vcpu=rollups.vcpu[kept], resource=index.astype(np.int32))


def empty() -> Rollups:
    """Return roll-ups without a row."""
    no = np.zeros(0, dtype=np.int64)
    counts = Counts((), *(no.astype(t) for t in ("i4", "i1", "i4", "i2", "i8", "i8", "i8", "i4")))
    return folded(counts, {}, no)


def to_arrow(rollups: Rollups) -> pa.Table:
    """Return roll-ups as an Arrow table, one row a bucket; histograms are little-endian bytes."""
    names = pa.array(rollups.resources, pa.string())
    rows = len(rollups)
    hours = pa.py_buffer(np.ascontiguousarray(rollups.hours))
    return pa.table(
        {
            "resource": pa.DictionaryArray.from_arrays(pa.array(rollups.resource), names),
            "vcpu": pa.array(rollups.vcpu[rollups.resource]),
            **{name: pa.array(getattr(rollups, name)) for name in BY_ROW[1:-1]},
            "hours": pa.FixedSizeBinaryArray.from_buffers(pa.binary(24), rows, [None, hours]),
            "bins": _packed(rollups.start, rollups.bins),
            "counts": _packed(rollups.start, rollups.counts),
        }
    )


def _packed(start: Column, values: Column) -> pa.Array:
    offsets = pa.py_buffer(start.astype(np.int64) * values.itemsize)
    return pa.Array.from_buffers(
        pa.large_binary(), len(start) - 1, [None, offsets, pa.py_buffer(little_endian(values))]
    )


def from_arrow(table: pa.Table) -> Rollups:
    """Read what ``to_arrow`` wrote: rows sorted by resource, metric and day."""
    if not len(table):
        return empty()
    table = table.unify_dictionaries().combine_chunks()
    coded = table["resource"].combine_chunks()
    first, index = np.unique(coded.indices.to_numpy(), return_index=True)
    order = np.argsort(index)
    place = np.zeros(len(coded.dictionary), dtype=np.int32)
    place[first[order]] = np.arange(len(order), dtype=np.int32)
    start, bins = _unpacked(table["bins"], "<i2")
    return Rollups(
        tuple(coded.dictionary.take(pa.array(first[order])).to_pylist()),
        table["vcpu"].to_numpy()[index[order]],
        place[coded.indices.to_numpy()],
        **{name: table[name].to_numpy() for name in BY_ROW[1:-1]},
        hours=_bytes(table["hours"].combine_chunks(), 24),
        start=start,
        bins=bins,
        counts=_unpacked(table["counts"], "<i4")[1],
    )


def _unpacked(column: pa.ChunkedArray, dtype: str) -> tuple[Column, Column]:
    whole = column.combine_chunks()
    _validity, offsets, data = whole.buffers()
    at = np.frombuffer(offsets, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    values = np.frombuffer(data or b"", np.uint8)[at[0] : at[-1]].view(dtype)
    return (at - at[0]) // values.itemsize, values


def _bytes(whole: pa.Array, width: int) -> NDArray[np.uint8]:
    data = np.frombuffer(whole.buffers()[1], np.uint8)
    return data[whole.offset * width : (whole.offset + len(whole)) * width].reshape(-1, width)


def digests(rollups: Rollups) -> dict[str, str]:
    """Return sha256 by resource over the canonical bytes of its buckets.

    The bytes are the little-endian columns of the resource's rows, in their order; neither
    the name nor where or in which order the samples were read has a part in them.
    """
    bounds = np.searchsorted(rollups.resource, np.arange(len(rollups.resources) + 1))
    return {
        name: _digest(rollups, int(bounds[index]), int(bounds[index + 1]))
        for index, name in enumerate(rollups.resources)
    }


def _digest(rollups: Rollups, first: int, last: int) -> str:
    found = hashlib.sha256()
    low, high = rollups.start[first], rollups.start[last]
    columns = [getattr(rollups, name)[first:last] for name in BY_ROW[1:]]
    columns.append(np.diff(rollups.start[first : last + 1]))
    for column in (*columns, rollups.bins[low:high], rollups.counts[low:high]):
        found.update(little_endian(column))
    return found.hexdigest()
