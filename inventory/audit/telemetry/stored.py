"""Files of roll-ups: only the row groups are read that hold the machines and days asked for."""

import bisect
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet

from inventory.audit.telemetry import buckets
from inventory.audit.telemetry.records import Rollups
from inventory.audit.telemetry.zones import EPOCH


class Stored:
    """One Parquet file of roll-ups, sorted by resource, metric and day."""

    def __init__(self, path: Path) -> None:
        self._file = pyarrow.parquet.ParquetFile(path, read_dictionary=["resource"], memory_map=True)
        groups = [self._file.metadata.row_group(index) for index in range(self._file.num_row_groups)]
        column = {name: index for index, name in enumerate(self._file.schema_arrow.names)}
        self._names = [_bounds(group, column["resource"]) for group in groups]
        self._days = [_bounds(group, column["day"]) for group in groups]

    def resources(self) -> set[str]:
        """Return the names of its machines."""
        if not self._file.num_row_groups:
            return set()
        column = self._file.read(columns=["resource"])["resource"]
        return {name for chunk in column.chunks for name in chunk.dictionary.to_pylist()}

    def read(self, resources: Sequence[str] | None, first: date | None, last: date | None) -> Rollups:
        """Return its rows of some machines, names ascending, and of a span of days."""
        days = _number(first, 0), _number(last, np.iinfo(np.int32).max)
        groups = [
            index
            for index, (names, inside) in enumerate(zip(self._names, self._days, strict=True))
            if _meets(resources, names) and inside[0] <= days[1] and inside[1] >= days[0]
        ]
        if not groups:
            return buckets.empty()
        found = buckets.from_arrow(self._file.read_row_groups(groups))
        return _trimmed(found, resources, days)


def _bounds(group: pyarrow.parquet.RowGroupMetaData, column: int) -> tuple[Any, Any]:
    known = group.column(column).statistics
    return known.min, known.max


def _meets(resources: Sequence[str] | None, names: tuple[str, str]) -> bool:
    """Say whether some of the machines, names ascending, lie between two names."""
    if resources is None:
        return True
    at = bisect.bisect_left(resources, names[0])
    return at < len(resources) and resources[at] <= names[1]


def _number(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else (day - EPOCH).days


def _trimmed(found: Rollups, resources: Sequence[str] | None, days: tuple[int, int]) -> Rollups:
    inside = (found.day >= days[0]) & (found.day <= days[1])
    if resources is not None:
        wanted = np.isin(np.array(found.resources), np.array(resources))
        inside &= wanted[found.resource]
    return found if inside.all() else buckets.compact(found.select(inside))
