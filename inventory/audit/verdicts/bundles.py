"""A verdict with everything it was made of in one file, which replays without lake or city."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from inventory.audit.evidence import Policy, Row, canonical, spans
from inventory.audit.telemetry import METRICS, SIGNALS, Lake, Rollups, Signals, Summaries, signals_of
from inventory.audit.telemetry.records import indexed
from inventory.audit.verdicts.judging import signals_within, window
from inventory.audit.verdicts.records import Verdict
from inventory.audit.verdicts.replaying import Inputs, again
from inventory.errors import Fault, InputError, Place
from inventory.saver import write_all
from inventory.text import _

MEMBERS = ("verdict.json", "policy.json", "buckets.csv", "signals.csv", "summaries.csv")
_BROKEN = (OSError, zipfile.BadZipFile, LookupError, ValueError, ArithmeticError, RuntimeError)
"""What reading and judging a file that is none of ours may raise; faulty values are ValueErrors."""
_MIDNIGHT = (1980, 1, 1, 0, 0, 0)
_BUCKETS = (
    "machine",
    "vcpu",
    "metric",
    "day",
    "expected",
    "observed",
    "off",
    "total",
    "peak",
    "hours",
    "histogram",
)
_SPANS = ("metric", "first", "last", "mean", "peak", "mean_of_peaks", "n")
_COUNTS = ("day", "expected", "observed", "off", "total", "peak")


def bundle(verdict: Verdict, lake: Lake, path: Path | str, policy: Policy) -> None:
    """Write verdict, rule pack, buckets and signals as a zip; the same inputs give the same bytes.

    Nothing is compressed, so that the bytes do not depend on a library's version.

    Raises:
        InputError: the lake or the rule pack is not what the verdict was made of.
    """
    days = window(verdict.as_of, policy)
    rollups = lake.rollups(verdict.facts.machines, days.first, days.as_of)
    signals = signals_within(lake.signals(), *days.numbers)
    summaries = lake.summaries()
    again(verdict, verdict.facts, Inputs(rollups, signals, summaries, policy))
    averages = spans(summaries, *days.numbers)
    texts = (
        canonical(verdict.model_dump(mode="json")),
        canonical(policy.model_dump(mode="json")),
        _csv(_BUCKETS, _bucket_rows(rollups)),
        _csv(("signal", "day", "count"), _signal_rows(signals, verdict.system)),
        _csv(("machine", *_SPANS), _span_rows(averages, verdict.facts.machines)),
    )
    write_all({Path(path): _zipped(texts)})


def replay_bundle(path: Path | str) -> Verdict:
    """Judge again from a bundle alone and return a verdict equal to the one inside.

    Raises:
        InputError: the file is no bundle, or something inside was altered.
    """
    path = Path(path)
    try:
        verdict, inputs = _unpacked(path)
        return again(verdict, verdict.facts, inputs)
    except _BROKEN as error:
        message = _("{path} is no bundle of a verdict: {error}").format(path=path.name, error=error)
        fix = _("export the verdict again")
        raise InputError([Fault("bad-bundle", Place(path.as_posix()), message, fix)]) from error


def _zipped(texts: Sequence[bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, text in zip(MEMBERS, texts, strict=True):
            entry = zipfile.ZipInfo(name, _MIDNIGHT)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, text)
    return out.getvalue()


def _unpacked(path: Path) -> tuple[Verdict, Inputs]:
    with zipfile.ZipFile(path) as archive:
        verdict, policy, buckets, signals, averages = (archive.read(name).decode() for name in MEMBERS)
    found = Verdict.model_validate(json.loads(verdict))
    rows = [
        (found.system, row["signal"], int(row["day"]), int(row["count"]) if row["count"] else None)
        for row in _read(signals)
    ]
    rollups = _rollups(_read(buckets))
    summaries = _summaries(_read(averages))
    rules = Policy.model_validate(json.loads(policy))
    if rules.digest != found.digests.policy:
        raise ValueError(_("the rule pack is another one"))
    return found, Inputs(rollups, signals_of(rows), summaries, rules)


def _read(text: str) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(text)))
    if any(None in row or None in row.values() for row in rows):
        raise ValueError(_("a row has too few or too many cells"))
    return rows


def _csv(columns: Sequence[str], rows: Iterator[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()


def _bucket_rows(rollups: Rollups) -> Iterator[Sequence[object]]:
    columns = [getattr(rollups, name).tolist() for name in ("resource", "metric", *_COUNTS)]
    for row, (resource, metric, *counts) in enumerate(zip(*columns, strict=True)):
        part = slice(rollups.start[row], rollups.start[row + 1])
        pairs = zip(rollups.bins[part].tolist(), rollups.counts[part].tolist(), strict=True)
        histogram = " ".join(f"{place}:{count}" for place, count in pairs)
        hours = rollups.hours[row].tobytes().hex()
        machine = rollups.resources[resource], int(rollups.vcpu[resource])
        yield *machine, METRICS[metric], *counts, hours, histogram


def _signal_rows(signals: Signals, system: str) -> Iterator[Sequence[object]]:
    if system in signals.systems:
        mine = signals.system == signals.systems.index(system)
        columns = [getattr(signals, name)[mine].tolist() for name in ("signal", "day", "count", "observed")]
        for signal, day, count, observed in zip(*columns, strict=True):
            yield SIGNALS[signal], day, count if observed else ""


def _span_rows(averages: Mapping[str, list[Row]], machines: Sequence[str]) -> Iterator[Sequence[object]]:
    for name in machines:
        yield from ((name, *row) for row in averages.get(name, []))


def _summaries(rows: Sequence[dict[str, str]]) -> Summaries:
    names, resource = indexed(row["machine"] for row in rows)
    metric = np.array([METRICS.index(row["metric"]) for row in rows], np.int8)
    columns = [np.array([int(row[name]) for row in rows], np.int64) for name in _SPANS[1:]]
    first, last, mean, peak, mean_of_peaks, n = columns
    days = first.astype(np.int32), last.astype(np.int32)
    return Summaries(names, resource, metric, *days, mean, peak, mean_of_peaks, n.astype(np.int32))


def _rollups(rows: Sequence[dict[str, str]]) -> Rollups:
    vcpu = {row["machine"]: int(row["vcpu"]) for row in rows}
    names = tuple(sorted(vcpu))
    place = {name: index for index, name in enumerate(names)}
    pairs = [[pair.split(":") for pair in row["histogram"].split()] for row in rows]
    flat = np.array([(int(b), int(n)) for row in pairs for b, n in row], np.int64).reshape(-1, 2)
    counts = {name: np.array([int(row[name]) for row in rows], np.int64) for name in _COUNTS}
    short = {name: counts[name].astype(np.int32) for name in ("day", "expected", "observed", "off")}
    hours = b"".join(bytes.fromhex(row["hours"]) for row in rows)
    return Rollups(
        names,
        np.array([vcpu[name] for name in names], np.int32),
        np.array([place[row["machine"]] for row in rows], np.int32),
        np.array([METRICS.index(row["metric"]) for row in rows], np.int8),
        **short,
        total=counts["total"],
        peak=counts["peak"],
        hours=np.frombuffer(hours, np.uint8).reshape(-1, 24),
        start=np.cumsum([0, *(len(row) for row in pairs)], dtype=np.int64),
        bins=flat[:, 0].astype(np.int16),
        counts=flat[:, 1].astype(np.int32),
    )
