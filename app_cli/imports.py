"""Verbs that bring in what others measured: telemetry into a lake."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app_cli.frame import As, Output, importing, verb
from inventory import Fault, InputError, Place
from inventory.audit.telemetry import Imported, Lake, import_file
from inventory.text import N_, _
from planner.report.table import Cell, Column, Kind, Table
from planner.report.terminal import Format, deliver, progress, say, to_json

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help=N_("Exports of any known format."))]
Into = Annotated[Path, typer.Option("--into", metavar="DIR", help=N_("Folder that keeps the telemetry."))]
Units = Annotated[
    list[str] | None, typer.Option("--unit", metavar="METRIC=UNIT", help=N_("Unit of a metric; repeat it."))
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="ROLE=HEADING", help=N_("Column or label of a role; repeat it.")),
]


@verb("telemetry", N_("Take in samples, monthly tables and business signals."), group=importing)
def telemetry(
    files: Files,
    into: Into,
    kind: Annotated[str | None, typer.Option(help=N_("Format; recognised unless given."))] = None,
    unit: Units = None,
    column: Columns = None,
    metric: Annotated[str | None, typer.Option(help=N_("Metric of a file that names none."))] = None,
    zone: Annotated[str | None, typer.Option(help=N_("Time zone of times that name none."))] = None,
    city_zone: Annotated[
        str | None, typer.Option(help=N_("Time zone of the city's days; Asia/Shanghai unless given."))
    ] = None,
    clickhouse: Annotated[
        str | None, typer.Option(metavar="URL", help=N_("ClickHouse that counts; DuckDB unless given."))
    ] = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Import telemetry: each file whole or not at all, none of them twice."""
    lake = Lake(into, clickhouse, city_zone)
    units, columns = _pairs("--unit", unit or ()), _pairs("--column", column or ())
    taken: list[Imported] = []
    faults: list[Fault] = []
    for file in progress(files, _("importing")):
        try:
            done = import_file(lake, file, kind, unit=units, column=columns, zone=zone, metric=metric)
            taken.append(done)
        except InputError as error:
            faults += error.faults
    for _step in progress([lake], _("rolling up")):
        lake.roll()
    value = {"schema": "govplan.imported/1", "files": [vars(done) for done in taken]}
    deliver([_table(taken)], to_json(value), format, output)
    _tell(taken)
    if faults:
        raise InputError(faults)


def _pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    """Read options such as ``cpu=percent``; every fault at once."""
    split = [text.partition("=") for text in given]
    fix = _("write a name, an equals sign and what it is")
    faults = [
        Fault("bad-pair", Place(option), _("not a pair"), fix, "".join(parts))
        for parts in split
        if not all(part.strip() for part in parts)
    ]
    if faults:
        raise InputError(faults)
    return {name.strip(): value.strip() for name, _equals, value in split}


def _table(taken: Sequence[Imported]) -> Table:
    columns = (
        Column(_("File"), width=30),
        Column(_("Kind"), width=12),
        Column(_("Rows taken"), Kind.count, 12, total=True),
        Column(_("Rows rejected"), Kind.count, 12, total=True),
        Column(_("Rejected rows are in"), width=40),
        Column(_("Had it before"), width=10),
        Column(_("Left aside"), width=30),
    )
    return Table(_("Imported"), columns, tuple(_row(done) for done in taken))


def _row(done: Imported) -> tuple[Cell, ...]:
    known = _("yes") if done.already else _("no")
    rejects = str(done.rejects or "")
    return done.file, done.kind, done.rows, done.rejected, rejects, known, ", ".join(done.ignored)


def _tell(taken: Sequence[Imported]) -> None:
    fresh = [done for done in taken if not done.already]
    said = _("Taken: {rows} rows of {files} files; rejected: {rejected}; had before: {again} files.")
    rows, rejected = sum(done.rows for done in fresh), sum(done.rejected for done in fresh)
    say(said.format(rows=rows, files=len(fresh), rejected=rejected, again=len(taken) - len(fresh)))
