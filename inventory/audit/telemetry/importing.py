"""Importing: a file becomes samples, signals or summaries of the lake, all of it or nothing."""

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from inventory.audit.telemetry import aside, engines, zones
from inventory.audit.telemetry.formats import FORMATS
from inventory.audit.telemetry.formats.source import Options, Source
from inventory.audit.telemetry.lake import VERSION, Lake, Manifest, as_table
from inventory.audit.telemetry.readings import REASONS, Reader, Readings, month
from inventory.audit.telemetry.records import METRICS
from inventory.audit.telemetry.rolling import STEPS
from inventory.audit.telemetry.units import spelled
from inventory.errors import UsageError
from inventory.text import _

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Imported:
    """What an import took."""

    file: str
    kind: str
    rows: int
    """Samples, signals or summaries that count."""
    rejected: int
    digest: str
    """sha256 of the file."""
    already: bool
    """Whether the lake had it before, read the same way."""
    rejects: Path | None
    """File of the rejected rows, each with its line and reason."""
    ignored: tuple[str, ...] = ()
    """Columns or metrics that were left aside."""


def import_file(
    lake: Lake,
    path: Path | str,
    kind: str | None = None,
    *,
    unit: Mapping[str, str] | None = None,
    column: Mapping[str, str] | None = None,
    zone: str | None = None,
    metric: str | None = None,
) -> Imported:
    """Import a file.

    Args:
        lake: where it goes.
        path: the file.
        kind: its format; None to recognise it.
        unit: metric (or ``ts``) to unit, where the file does not say it.
        column: role to heading, where the heading is none we know.
        zone: time zone of times that name none.
        metric: the metric of a file that holds one and does not name it.

    Raises:
        UsageError: there is no such file, kind or zone.
        InputError: the kind, a unit, a scale or a time zone cannot be told; nothing is taken.
    """
    file = Path(path)
    options = Options(dict(unit or {}), dict(column or {}), zone, metric)
    _refuse_nonsense(file, kind, options)
    digest = _file_digest(file)
    key = hashlib.sha256(f"{VERSION} {lake.zone} {digest} {kind} {_canonical(options)}".encode()).hexdigest()[
        :32
    ]
    known = next((source for source in lake.sources() if source.id == key), None)
    if known:
        return _imported(lake, file, known, already=True)
    with aside.folder(lake.path) as spill, engines.connect(spill) as db:
        source = Source(file, db, spill, options, lake.zone)
        chosen = kind or _recognised(source)
        manifest = _take(
            lake, source, chosen, Manifest(key, file.name, digest, chosen, asdict(options), 0, 0)
        )
    lake.commit(manifest)
    return _imported(lake, file, manifest, already=False)


def _refuse_nonsense(file: Path, kind: str | None, options: Options) -> None:
    if not file.is_file():
        raise UsageError(_("There is no file {path}.").format(path=file))
    if kind is not None and kind not in FORMATS:
        message = _("There is no kind {kind!r}; choose from {kinds}.")
        raise UsageError(message.format(kind=kind, kinds=", ".join(FORMATS)))
    for zone in filter(None, [options.zone]):
        zones.zone(zone)
    if options.metric and options.metric not in METRICS:
        message = _("There is no metric {metric!r}; choose from {metrics}.")
        raise UsageError(message.format(metric=options.metric, metrics=", ".join(METRICS)))


def _file_digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _canonical(options: Options) -> str:
    return json.dumps(asdict(options), sort_keys=True, ensure_ascii=False)


def _recognised(source: Source) -> str:
    for kind, known in FORMATS.items():
        if known.recognises(source):
            return kind
    message = _("the kind of the file cannot be told")
    fix = _("say it: --kind {kinds}; name headings with --column resource=HEADING --column ts=HEADING")
    raise source.refuse("unknown-kind", message, fix.format(kinds="|".join(FORMATS)))


def _imported(lake: Lake, file: Path, source: Manifest, *, already: bool) -> Imported:
    rejects = lake.file("rejected", source.id, "csv")
    return Imported(
        str(file),
        source.kind,
        source.rows,
        source.rejected,
        source.digest,
        already,
        rejects if rejects.exists() else None,
        source.ignored,
    )


def _take(lake: Lake, source: Source, kind: str, manifest: Manifest) -> Manifest:
    found = FORMATS[kind].read(source)
    if isinstance(found, Readings):
        return _take_readings(lake, source, found, manifest)
    record, rejected = found
    name, table = as_table(record)
    aside.write_parquet(lake.file(name, manifest.id), table)
    count = _write_rejects(lake.file("rejected", manifest.id, "csv"), rejected)
    return Manifest(**vars(manifest) | {"rows": len(table), "rejected": count})


def _take_readings(lake: Lake, source: Source, readings: Readings, manifest: Manifest) -> Manifest:
    clock = spelled(source.options.units["ts"], "ts") if "ts" in source.options.units else None
    reader = Reader(source.db, readings, source.options.zone, clock)
    _refuse_naive(source, reader)
    with aside.written(lake.file("samples", manifest.id)) as samples:
        reader.write_samples(samples, lake.zone)
        _write_series(lake, source, samples, manifest.id)
    _write_machines(lake, source, readings, manifest.id)
    rejected = _write_rejects(lake.file("rejected", manifest.id, "csv"), reader.rejected())
    rows, months = _extent(lake, source, manifest.id)
    taken = {"rows": rows, "rejected": rejected, "months": months, "ignored": readings.ignored}
    return Manifest(**vars(manifest) | taken)


def _refuse_naive(source: Source, reader: Reader) -> None:
    if source.options.zone is None and (time := reader.naive()):
        message = _("the time {time!r} names no time zone").format(time=time)
        fix = _("say which: --zone Asia/Shanghai | --zone UTC | another zone")
        raise source.refuse("no-zone", message, fix, time)


def _write_series(lake: Lake, source: Source, samples: Path, key: str) -> None:
    """Write how far apart the samples are; a time that occurs twice is made one first."""
    path = engines.literal(str(samples))
    query = STEPS.format(samples=path, month=month("day"))
    source.db.execute(f"CREATE OR REPLACE TEMP TABLE steps AS {query}")
    twice = source.db.execute("SELECT count(*) FROM steps WHERE step = 0").fetchone()
    if twice and twice[0]:
        _once(source, samples)
        source.db.execute(f"CREATE OR REPLACE TEMP TABLE steps AS {query}")
    with aside.written(lake.file("series", key)) as target:
        source.db.execute(f"COPY steps TO {engines.literal(str(target))} (FORMAT parquet)")


def _once(source: Source, samples: Path) -> None:
    path = engines.literal(str(samples))
    source.db.execute(f"""
      CREATE OR REPLACE TEMP TABLE once AS
      SELECT resource, metric, ts, max(value) AS value, max(bin) AS bin, max(day) AS day, max(hour) AS hour
      FROM read_parquet({path}) GROUP BY ALL""")
    source.db.execute(f"""
      COPY (FROM once ORDER BY {month("day")}, resource, metric, ts)
      TO {path} (FORMAT parquet, COMPRESSION zstd)""")


def _write_machines(lake: Lake, source: Source, readings: Readings, key: str) -> None:
    if readings.machines:
        table = source.db.sql(readings.machines + " ORDER BY resource").to_arrow_table()
        aside.write_parquet(lake.file("machines", key), table)


def _extent(lake: Lake, source: Source, key: str) -> tuple[int, tuple[str, ...]]:
    path = engines.literal(str(lake.file("series", key)))
    found = source.db.execute(
        f"SELECT month, sum(n) FROM read_parquet({path}) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    months = tuple(f"{1970 + month // 12:04}-{month % 12 + 1:02}-01" for month, _n in found)
    return int(sum(n for _month, n in found)), months


def _write_rejects(target: Path, rejected: Iterable[tuple[int, str, str]]) -> int:
    count = 0
    with aside.written(target) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "code", "reason", "row"))
        for line, reason, text in rejected:
            writer.writerow((line, reason, _(REASONS[reason]), text))
            count += 1
    if not count:
        target.unlink()
    return count
