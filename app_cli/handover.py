"""Verbs that hand the audit over: published rules side by side, evidence packs, letters."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

import inventory
from app_cli.audit import AsOf, LakePath, judged, lake_of
from app_cli.cases import StoreUrl, on_day
from app_cli.frame import As, CityPath, Output, verb, zombies
from inventory import City
from inventory.audit import cases, packs, shelf, verdicts
from inventory.audit.evidence import read_policy
from inventory.audit.telemetry import Lake
from inventory.audit.verdicts import Audit
from inventory.store import open_store
from inventory.text import N_, _
from planner.report import dossiers, evidence_pack, precision
from planner.report import zombies as tables
from planner.report.terminal import Format, deliver, say, to_json

SystemOption = Annotated[str | None, typer.Option("--system", help=N_("Only this system."))]


@verb("packs", N_("Put published rules side by side: who flags what, and who agrees."), group=zombies)
def packs_(
    city: CityPath,
    telemetry: LakePath = None,
    as_of: AsOf = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Show who flags what."""
    loaded, audit, _lake = _judged(city, telemetry, as_of)
    known = packs.read_packs()
    shown = [tables.rule_packs(known), tables.agreement(audit, known), tables.flags(audit, loaded, known)]
    value = {
        "schema": "govplan.agreement/1",
        "as_of": str(audit.as_of),
        "packs": [pack.model_dump(mode="json") for pack in known],
        "flags": audit.flags,
        "agreement": packs.agreement(audit.flags).model_dump(mode="json"),
    }
    deliver(shown, to_json(value), format, output)


@verb("pack", N_("Write the evidence pack of the whole audit, or of one case."), group=zombies)
def pack(
    city: CityPath,
    output: Annotated[Path, typer.Option("-o", "--output", help=N_("Workbook to write: FILE.xlsx."))],
    system: SystemOption = None,
    telemetry: LakePath = None,
    as_of: AsOf = None,
    store: StoreUrl = None,
) -> None:
    """Write an evidence pack."""
    loaded, audit, lake = _judged(city, telemetry, as_of)
    with open_store(store) as opened:
        found = dossiers.dossier(audit, loaded, lake, opened)
    output.parent.mkdir(parents=True, exist_ok=True)
    if system:
        evidence_pack.write_case(found, system, output)
    else:
        evidence_pack.write(found, output)
    say(_("Written: {path}").format(path=output))


@verb("letters", N_("Write notices to the owners of systems that nobody uses."), group=zombies)
def letters(
    city: CityPath,
    output: Annotated[Path, typer.Option("-o", "--output", help=N_("Folder to write."))],
    telemetry: LakePath = None,
    as_of: AsOf = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help=N_("Day on the letters; today unless given.")),
    ] = None,
    store: StoreUrl = None,
) -> None:
    """Write notices."""
    loaded, audit, _lake = _judged(city, telemetry, as_of)
    with open_store(store) as opened:
        written = dossiers.notices(audit, loaded, opened, on_day(on) or date.today(), output)
    for path in written:
        say(_("Written: {path}").format(path=path))
    if not written:
        say(_("No system is called a zombie: no letter is due."))


@verb(
    "precision",
    N_("Show how often the owners agreed, by rule, and what that says of the weights."),
    group=zombies,
)
def precision_(store: StoreUrl = None, format: As = Format.table, output: Output = None) -> None:
    """Show realised precision."""
    with open_store(store, make=False) as opened:
        known = cases.all_cases(opened)
        weights = verdicts.calibrate(shelf.answers(opened, known), read_policy())
    rules = cases.precision(known)
    value = {
        "schema": "govplan.precision/1",
        "rules": [vars(rule) for rule in rules],
        "calibration": weights.model_dump(mode="json"),
    }
    deliver([precision.calibration(weights), precision.precision(rules)], to_json(value), format, output)


def _judged(city: Path, telemetry: Path | None, as_of: datetime | None) -> tuple[City, Audit, Lake]:
    loaded, lake = inventory.load(city), lake_of(city, telemetry)
    return loaded, judged(loaded, lake, as_of), lake
