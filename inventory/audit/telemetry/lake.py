"""The lake: a folder in which every source lies once, named by the digest of what it says."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.dataset
import pyarrow.parquet

from inventory.audit.telemetry import buckets, tables
from inventory.audit.telemetry.records import Rollups, Signals, Summaries

EPOCH = date(1970, 1, 1)
ZONE = "Asia/Shanghai"
CHUNK = 256
"""Resources in a chunk of roll-ups."""
_BUCKETS_PER_GROUP = 65_536


@dataclass(frozen=True)
class Digests:
    """sha256 of what the lake knows, by resource and by system; independent of import order."""

    rollups: dict[str, str]
    """By resource."""
    signals: dict[str, str]
    """By system."""
    summaries: dict[str, str]
    """By resource."""


class Lake:
    """Telemetry of a city: samples, roll-ups, signals and summaries below one folder."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def add(self, record: Rollups | Signals | Summaries) -> str:
        """Keep a record as it is; return its digest. The same record twice is kept once."""
        kind, table = _as_table(record)
        digest = _content(table)
        target = self.path / kind / f"{digest}.parquet"
        if not target.exists():
            write_parquet(table, target)
        return digest

    def rollups(
        self, resources: Iterable[str] | None = None, first: date | None = None, last: date | None = None
    ) -> Rollups:
        """Return the roll-ups of some resources (``None``: all) from the first to the last day."""
        wanted = None if resources is None else tuple(sorted(set(resources)))
        return self._read(_condition(wanted, first, last))

    def chunks(
        self, size: int = CHUNK, first: date | None = None, last: date | None = None
    ) -> Iterator[Rollups]:
        """Yield the roll-ups of ``size`` resources after the other, in order of their names."""
        names = self.resources
        for start in range(0, len(names), size):
            yield self.rollups(names[start : start + size], first, last)

    @cached_property
    def resources(self) -> tuple[str, ...]:
        """Names of every resource with roll-ups, ascending."""
        files = self._files("rollups")
        found = [pyarrow.parquet.read_table(f, columns=["resource"])["resource"] for f in files]
        return tuple(sorted({name for column in found for name in column.unique().to_pylist()}))

    def signals(self) -> Signals:
        """Return the business signals of all sources."""
        return tables.read_signals([pyarrow.parquet.read_table(f) for f in self._files("signals")])

    def summaries(self) -> Summaries:
        """Return the second-class summaries of all sources."""
        return tables.read_summaries([pyarrow.parquet.read_table(f) for f in self._files("summaries")])

    def digests(
        self, resources: Iterable[str] | None = None, first: date | None = None, last: date | None = None
    ) -> Digests:
        """Return the digests of roll-ups in a span of days, and of all signals and summaries."""
        signals, summaries = self.signals(), self.summaries()
        return Digests(
            buckets.digests(self.rollups(resources, first, last)),
            tables.signal_digests(signals),
            tables.summary_digests(summaries),
        )

    def _files(self, kind: str) -> list[Path]:
        return sorted((self.path / kind).glob("*.parquet"))

    def _read(self, condition: Any) -> Rollups:
        files = self._files("rollups")
        if not files:
            return buckets.empty()
        parts = [pyarrow.dataset.dataset(file).to_table(filter=condition) for file in files]
        return buckets.joined([buckets.from_arrow(part) for part in parts])


def _as_table(record: Rollups | Signals | Summaries) -> tuple[str, pa.Table]:
    if isinstance(record, Rollups):
        return "rollups", buckets.to_arrow(record)
    if isinstance(record, Signals):
        return "signals", tables.signals_table(record)
    return "summaries", tables.summaries_table(record)


def _content(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _condition(resources: Sequence[str] | None, first: date | None, last: date | None) -> Any:
    field, found = pyarrow.compute.field, []
    if resources is not None:
        found.append(field("resource").isin(pa.array(resources, pa.string())))
    if first is not None:
        found.append(field("day") >= (first - EPOCH).days)
    if last is not None:
        found.append(field("day") <= (last - EPOCH).days)
    whole = None
    for part in found:
        whole = part if whole is None else whole & part
    return whole


def write_parquet(table: pa.Table, target: Path) -> None:
    """Write a table aside and move it into place: a kill leaves nothing half."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    pyarrow.parquet.write_table(table, aside, compression="zstd", row_group_size=_BUCKETS_PER_GROUP)
    aside.replace(target)
