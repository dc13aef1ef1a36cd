"""Ids of hundreds of thousands of rows: which are taken twice, and which row a text names."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from topology.atlas.network import NONE, Bools, Ints

LONGEST = 80
"""Most characters of an id; further ones do not count in its sum."""


class Directory:
    """Rows by id; one dictionary over the ids and over all columns that name them."""

    def __init__(self, ids: pa.Array, columns: Mapping[tuple[str, str], pa.Array]) -> None:
        whole = pa.concat_arrays([ids, *columns.values()]).dictionary_encode()
        ends = np.cumsum([len(ids), *map(len, columns.values())])
        own, *others = np.split(codes_of(whole), ends[:-1])
        self._row = np.full(len(whole.dictionary) + 1, NONE, np.int64)
        known = np.flatnonzero(own != NONE)[::-1]
        self._row[own[known]] = known
        self._columns = dict(zip(columns, others, strict=True))
        self.first: Bools = np.asarray(self._row[own] == np.arange(len(own)), np.bool_)
        """The rows that are the first with their id."""

    def rows(self, column: tuple[str, str]) -> Ints:
        """Return the rows that a column names, ``NONE`` where it names none."""
        found: Ints = self._row[self._columns[column]]
        return found


def first_of(ids: pa.Array) -> Bools:
    """Tell which rows are the first with their id."""
    if surely_unique(ids):
        return np.ones(len(ids), np.bool_)
    return Directory(ids, {}).first


def surely_unique(ids: pa.Array) -> bool:
    """Whether sums over the bytes of the ids all differ: then so do the ids, by a sort instead of a hash."""
    if not len(ids) or ids.null_count:
        return False
    offsets = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + len(ids) + 1]
    length = np.diff(offsets)
    if not length.all():
        return False
    data = np.frombuffer(ids.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    start = offsets[:-1] - offsets[0]
    place = np.arange(len(data), dtype=np.int32) - np.repeat(start, length)
    weight = np.random.default_rng(0).integers(1, 1 << 63, LONGEST, dtype=np.uint64)
    sums = np.sort(np.add.reduceat(data * weight[np.minimum(place, LONGEST - 1)], start))
    return bool((sums[1:] != sums[:-1]).all())


def codes_of(coded: pa.Array) -> Ints:
    """Return the codes of a dictionary column, ``NONE`` where it says nothing."""
    indices = coded.indices
    if indices.null_count:
        indices = pc.fill_null(indices, NONE)
    return np.asarray(indices.to_numpy(zero_copy_only=False), np.int64)
