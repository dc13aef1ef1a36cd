"""The lake: a folder in which every source lies once, named by the digest of what it says."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from inventory.audit.telemetry import aside, buckets, engines, tables
from inventory.audit.telemetry.records import Rollups, Signals, Summaries
from inventory.audit.telemetry.rolling import Month, rolled_up
from inventory.audit.telemetry.stored import Stored
from inventory.errors import UsageError
from inventory.text import _

ZONE = "Asia/Shanghai"
VERSION = 1
"""Of the meaning of what is kept; part of every name, so that a newer program rolls up anew."""
CHUNK = 256
"""Resources in a chunk of roll-ups."""
type Record = Rollups | Signals | Summaries


@dataclass(frozen=True)
class Digests:
    """sha256 of what the lake knows, by resource and by system; independent of import order."""

    rollups: dict[str, str]
    """By resource."""
    signals: dict[str, str]
    """By system."""
    summaries: dict[str, str]
    """By resource."""


@dataclass(frozen=True)
class Manifest:
    """What was taken of a source; its file is the last one written, so a kill leaves no half."""

    id: str
    """sha256 of the file and of how it was read: names everything that came of it."""
    file: str
    digest: str
    """sha256 of the file."""
    kind: str
    options: dict[str, Any]
    rows: int
    rejected: int
    months: tuple[str, ...] = ()
    """First days of the months that have samples."""
    ignored: tuple[str, ...] = field(default=())


class Lake:
    """Telemetry of a city below one folder.

    Args:
        path: the folder; made when the first source arrives.
        engine: ``clickhouse://...`` to count there; None counts with DuckDB in process.
        zone: the city's time zone, which says when a day begins; None means the zone of the
            lake as it is, Asia/Shanghai for a new one.

    Raises:
        UsageError: the lake keeps days of another zone.
    """

    def __init__(self, path: Path | str, engine: str | None = None, zone: str | None = None) -> None:
        self.path = Path(path)
        self._url = engine
        kept = self._said().get("zone")
        if kept and zone and kept != zone:
            message = _(
                "The telemetry in {path} keeps days of {kept}, not of {zone}; import it anew elsewhere."
            )
            raise UsageError(message.format(path=self.path, kept=kept, zone=zone))
        self.zone: str = kept or zone or ZONE

    def _said(self) -> dict[str, Any]:
        file = self.path / "lake.json"
        return dict(json.loads(file.read_text("utf-8"))) if file.exists() else {}

    def open_engine(self) -> engines.Engine:
        """Return the engine that counts the samples."""
        return engines.engine(self._url, self.path / "tmp")

    def begin(self) -> None:
        """Make the folder, and note the zone of its days."""
        if not self._said():
            aside.write_text(self.path / "lake.json", json.dumps({"version": VERSION, "zone": self.zone}))

    def add(self, record: Record) -> str:
        """Keep a record as it is; return its digest. The same record twice is kept once."""
        self.begin()
        kind, table = as_table(record)
        digest = _content(table)
        target = self.file(kind, _GIVEN + digest)
        if not target.exists():
            aside.write_parquet(target, table)
        return digest

    def sources(self) -> tuple[Manifest, ...]:
        """Return every source in order of its id."""
        files = sorted((self.path / "sources").glob("*.json"))
        read = [json.loads(file.read_text("utf-8")) for file in files]
        return tuple(
            Manifest(**said | {"months": tuple(said["months"]), "ignored": tuple(said["ignored"])})
            for said in read
        )

    def commit(self, manifest: Manifest) -> None:
        """Make a source count, in place of an older reading of the same file."""
        self.begin()
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
        older = [m for m in self.sources() if m.digest == manifest.digest and m.id != manifest.id]
        aside.write_text(self.path / "sources" / f"{manifest.id}.json", text)
        for source in older:
            self._forget(source.id)

    def _forget(self, source: str) -> None:
        (self.path / "sources" / f"{source}.json").unlink()
        for kind in ("samples", "series", "machines", "signals", "summaries", "rejected"):
            for file in (self.path / kind).glob(f"{source}.*"):
                file.unlink()

    def file(self, kind: str, source: str, suffix: str = "parquet") -> Path:
        """Return where something of a source lies."""
        return self.path / kind / f"{source}.{suffix}"

    def rollups(
        self, resources: Iterable[str] | None = None, first: date | None = None, last: date | None = None
    ) -> Rollups:
        """Return the roll-ups of some resources (``None``: all) from the first to the last day."""
        wanted = None if resources is None else tuple(sorted(set(resources)))
        return _read(self._stored(), wanted, first, last)

    def chunks(
        self, size: int = CHUNK, first: date | None = None, last: date | None = None
    ) -> Iterator[Rollups]:
        """Yield the roll-ups of ``size`` resources after the other, in order of their names."""
        files = self._stored()
        names = _names(files)
        for start in range(0, len(names), size):
            yield _read(files, names[start : start + size], first, last)

    @property
    def resources(self) -> tuple[str, ...]:
        """Names of every resource with roll-ups, ascending."""
        return _names(self._stored())

    def _stored(self) -> list[Stored]:
        return [Stored(path) for path in self.roll()]

    def signals(self) -> Signals:
        """Return the business signals of all sources."""
        return tables.read_signals([pyarrow.parquet.read_table(f) for f in self._live("signals")])

    def summaries(self) -> Summaries:
        """Return the second-class summaries of all sources."""
        return tables.read_summaries([pyarrow.parquet.read_table(f) for f in self._live("summaries")])

    def digests(
        self, resources: Iterable[str] | None = None, first: date | None = None, last: date | None = None
    ) -> Digests:
        """Return the digests of roll-ups in a span of days, and of all signals and summaries."""
        return Digests(
            buckets.digests(self.rollups(resources, first, last)),
            tables.signal_digests(self.signals()),
            tables.summary_digests(self.summaries()),
        )

    def _live(self, kind: str) -> list[Path]:
        """Return the files of a kind, without what a killed import left behind."""
        committed = {source.id for source in self.sources()}
        return [
            file
            for file in sorted((self.path / kind).glob("*.parquet"))
            if file.stem in committed or file.stem.startswith(_GIVEN)
        ]

    def machines(self) -> dict[str, int]:
        """Return cores by resource, where a source knows them; of two figures the larger."""
        found: dict[str, int] = {}
        for file in self._live("machines"):
            table = pyarrow.parquet.read_table(file)
            for name, vcpu in zip(table["resource"].to_pylist(), table["vcpu"].to_pylist(), strict=True):
                found[name] = max(found.get(name, 0), vcpu or 0)
        return found

    def roll(self) -> tuple[Path, ...]:
        """Roll up every month whose sources changed; return the files of the roll-ups."""
        added = sorted((self.path / "rollups").glob(f"{_GIVEN}*.parquet"))
        months = self._months()
        missing = [(path, month) for path, month in months.items() if not path.exists()]
        if missing:
            self._roll(missing)
        for stale in set((self.path / "rollups").glob("????-??-*.parquet")) - set(months):
            stale.unlink(missing_ok=True)
        return (*months, *added)

    def _months(self) -> dict[Path, Month]:
        by_month: dict[str, list[str]] = {}
        for source in self.sources():
            for month in source.months:
                by_month.setdefault(month, []).append(source.id)
        cores = _text_digest(json.dumps(self.machines(), sort_keys=True)) if by_month else ""
        found = {}
        for month, ids in sorted(by_month.items()):
            key = _text_digest(" ".join((str(VERSION), self.zone, cores, *ids)))[:16]
            samples, series = ([self.file(kind, i) for i in ids] for kind in ("samples", "series"))
            found[self.path / "rollups" / f"{month[:7]}-{key}.parquet"] = Month(
                date.fromisoformat(month), samples, series
            )
        return found

    def _roll(self, missing: Sequence[tuple[Path, Month]]) -> None:
        engine, machines = self.open_engine(), self.machines()
        with aside.folder(self.path) as spill, engines.connect(spill) as db:
            for month in (month for _path, month in missing):
                for samples in month.samples:
                    engine.keep(samples, samples.stem)
            for path, month in missing:
                found = rolled_up(month, engine, db, machines)
                aside.write_parquet(path, buckets.to_arrow(found))


_GIVEN = "given-"
"""How files of records begin that were added as they are."""


def as_table(record: Record) -> tuple[str, pa.Table]:
    """Return the kind of a record and its Arrow table."""
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


def _text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _names(files: Sequence[Stored]) -> tuple[str, ...]:
    return tuple(sorted(set().union(*(file.resources() for file in files))))


def _read(
    files: Sequence[Stored], resources: Sequence[str] | None, first: date | None, last: date | None
) -> Rollups:
    parts = [file.read(resources, first, last) for file in files]
    return buckets.joined(parts) if parts else buckets.empty()
