"""Rows read in Python, handed to SQL as the relation ``raw``."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyarrow as pa

from inventory.audit.telemetry.formats.source import Source


class Row(NamedTuple):
    """One value as the file has it."""

    line: int
    resource: str
    name: str
    part: str | None
    clock: str
    value: str
    capacity: float | None = None


_SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        *((name, pa.string()) for name in ("resource", "name", "part", "clock", "value")),
        ("capacity", pa.float64()),
    ]
)


def register(source: Source, rows: Iterable[Row]) -> None:
    """Make the relation ``raw`` of rows; none of them was taken while powered off."""
    columns = list(zip(*rows, strict=True)) or [()] * len(_SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
    source.db.register("read_rows", pa.table(arrays, schema=_SCHEMA))
    source.db.execute("CREATE OR REPLACE TEMP VIEW raw AS SELECT *, FALSE AS off FROM read_rows")


def machines(source: Source, cores: Mapping[str, float]) -> str:
    """Return SQL of the machines whose cores are known; "" when none is."""
    if not cores:
        return ""
    names = pa.array(list(cores), pa.string())
    source.db.register(
        "cores", pa.table({"resource": names, "vcpu": pa.array([int(c) for c in cores.values()], pa.int32())})
    )
    return "SELECT resource, vcpu, CAST(NULL AS INTEGER) AS memory_gib FROM cores"
