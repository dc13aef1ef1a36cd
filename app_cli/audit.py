"""Verbs on systems that nobody uses: judge a city, replay a verdict, compare audits, hand evidence over."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

import inventory
from app_cli.cases import StoreUrl, on_day
from app_cli.frame import As, CityPath, Output, verb, zombies
from inventory import City, InputError, UsageError
from inventory.audit import shelf, verdicts
from inventory.audit.evidence import Policy
from inventory.audit.telemetry import Lake
from inventory.audit.verdicts import Audit, Kind, Verdict
from inventory.errors import Fault
from inventory.loader import read_document
from inventory.store import Identity, open_store
from inventory.text import N_, _, joined
from planner.report import journal
from planner.report import zombies as tables
from planner.report.terminal import Format, deliver, say, to_json, working

LakePath = Annotated[
    Path | None,
    typer.Option("--telemetry", metavar="DIR", help=N_("Telemetry; CITY/telemetry unless given.")),
]


AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help=N_("Day of the verdicts; the city's unless given.")),
]


VerdictName = Annotated[
    str, typer.Argument(metavar="VERDICT", help=N_("Id or system of a noted verdict, or a bundle."))
]


CityFolder = Annotated[
    Path | None, typer.Option("--city", help=N_("City; the one the verdict was made from unless given."))
]


@verb("judge", N_("Judge which systems nobody uses, and note it for the cases."), group=zombies)
def judge(
    city: CityPath,
    telemetry: LakePath = None,
    as_of: AsOf = None,
    policy: Annotated[Path | None, typer.Option(help=N_("Rule pack; the shipped one unless given."))] = None,
    note: Annotated[bool, typer.Option("--note/--no-note", help=N_("Note the audit in the store."))] = True,
    store: StoreUrl = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Judge a city."""
    loaded, lake = inventory.load(city), lake_of(city, telemetry)
    audit = judged(loaded, lake, as_of, policy)
    deliver([tables.verdicts(audit, loaded)], to_json(audit.model_dump(mode="json")), format, output)
    say(summary(audit))
    if note:
        with open_store(store) as opened:
            shelf.note(opened, audit, Identity.of_os(), _folder(city), lake.path)
            say(journal.anchor(opened.head()))


@verb(
    "explain", N_("Judge a verdict again from its inputs; exit 1 where one of them changed."), group=zombies
)
def explain(
    verdict: VerdictName,
    city: CityFolder = None,
    telemetry: LakePath = None,
    store: StoreUrl = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Explain a verdict."""
    try:
        fresh, loaded = _replayed(verdict, city, telemetry, store)
    except InputError as error:
        _refuse(error.faults)
        raise
    shown = [tables.masked([fresh], loaded), tables.reasons(fresh, loaded), tables.evidence(fresh)]
    deliver(shown, to_json(fresh.model_dump(mode="json")), format, output)
    told = _("{id}: {verdict}. Judged again from the same inputs: identical to the last bit.")
    say(told.format(id=fresh.id, verdict=tables.verdict(fresh)))


@verb("bundle", N_("Write a verdict with everything it was made of into one file."), group=zombies)
def bundle(
    verdict: VerdictName,
    output: Annotated[Path, typer.Option("-o", "--output", help=N_("Bundle to write: FILE.zip."))],
    telemetry: LakePath = None,
    store: StoreUrl = None,
) -> None:
    """Export a verdict."""
    with open_store(store, make=False) as opened:
        kept, found = shelf.find(opened, verdict)
    lake = Lake(_known(telemetry or kept.telemetry, "--telemetry"))
    verdicts.bundle(found, lake, output, kept.audit.policy)
    say(_("Written: {path}").format(path=output))


@verb("compare", N_("Compare two audits: new, fixed, still there."), group=zombies)
def compare(
    old: Annotated[str, typer.Argument(metavar="OLD", help=N_("Audit: a file, or the day of a noted one."))],
    new: Annotated[str, typer.Argument(metavar="NEW", help=N_("Audit: a file, or the day of a noted one."))],
    city: CityFolder = None,
    store: StoreUrl = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Compare two audits."""
    before, after = _audit(old, store), _audit(new, store)
    if before.city != after.city:
        told = _("{old} is an audit of {a}, {new} of {b}: compare audits of one city")
        raise UsageError(told.format(old=old, a=before.city, new=new, b=after.city))
    shown = tables.changes(before, after, inventory.load(city) if city else None)
    rows = [
        dict(zip(("change", "system", "name", "old", "new", "why"), row, strict=True)) for row in shown.rows
    ]
    deliver([shown], to_json({"schema": "govplan.changes/1", "changes": rows}), format, output)


def judged(city: City, lake: Lake, as_of: datetime | None, policy: Path | None = None) -> Audit:
    """Judge a city as of a day, its own unless given, and show that work goes on."""
    rules = read_document(policy, Policy) if policy else None
    with working(_("judging")):
        return verdicts.judge(city, lake, on_day(as_of) or city.as_of, rules)


def lake_of(city: Path, given: Path | None) -> Lake:
    """Return the telemetry of a city: the folder given, else the one beside its files.

    Raises:
        UsageError: there is no such folder.
    """
    folder = given or _folder(city) / "telemetry"
    if not folder.is_dir():
        told = _("there is no telemetry in {folder}: name it with --telemetry DIR, or import some first")
        raise UsageError(told.format(folder=folder))
    return Lake(folder)


def summary(audit: Audit) -> str:
    """Return how many systems got which verdict."""
    counts = Counter(verdict.kind for verdict in audit.verdicts)
    told = joined(f"{_(kind.value)} {counts[kind]}" for kind in Kind if counts[kind])
    return _("{n} systems as of {day}: {told}").format(n=len(audit.verdicts), day=audit.as_of, told=told)


def _folder(city: Path) -> Path:
    return city if city.is_dir() else city.parent


def _known(folder: Path | None, option: str) -> Path:
    if folder is None:
        told = _("the store does not say where the verdict was made from: name it with {option}")
        raise UsageError(told.format(option=option))
    return folder


def _replayed(
    name: str, city: Path | None, telemetry: Path | None, store: str | None
) -> tuple[Verdict, City | None]:
    if name.endswith(".zip"):
        return verdicts.replay_bundle(name), inventory.load(city) if city else None
    with open_store(store, make=False) as opened:
        kept, found = shelf.find(opened, name)
    loaded = inventory.load(_known(city or kept.folder, "--city"))
    lake = Lake(_known(telemetry or kept.telemetry, "--telemetry"))
    return verdicts.replay(found, lake, loaded, kept.audit.policy), loaded


def _refuse(faults: Sequence[Fault]) -> None:
    """Exit 1 where the only trouble is that an input is not what it was."""
    if all(fault.code == "changed-input" for fault in faults):
        for fault in faults:
            say(str(fault))
        say(_("Not replayed: {n} inputs changed.").format(n=len(faults)))
        raise typer.Exit(1)


def _audit(name: str, store: str | None) -> Audit:
    path = Path(name)
    if path.is_file():
        return shelf.read(path)
    with open_store(store, make=False) as opened:
        known = {kept.audit.as_of.isoformat(): kept.audit for kept in reversed([*shelf.audits(opened)])}
    if name not in known:
        told = _("there is no audit {name}: name a file, or one of the days {days}")
        raise UsageError(told.format(name=name, days=joined(known) or _("none")))
    return known[name]
