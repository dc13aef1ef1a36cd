"""Verbs on what there is and how it hangs together: init, check, topology, draw, schema."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

import inventory
import topology
from app_cli.frame import As, CityPath, Fail, FailOn, Output, verb
from inventory import City, Fault, InputError, Report, Severity, UsageError, exchange
from inventory.model import Part
from inventory.text import N_, _
from planner import Scenario
from planner.report import tables, words
from planner.report.table import Table
from planner.report.terminal import Format, deliver, say, to_json
from planner.scenario import read_city
from topology.addressing import Policy
from topology.draw import View, write_graphml
from topology.draw import draw as drawn
from topology.draw import write as write_picture


@verb("init", N_("Make a new city: a copy of the demo folder, or an empty workbook."))
def init(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help=N_("Folder to make."))] = None,
    xlsx: Annotated[Path | None, typer.Option(help=N_("Workbook to make."))] = None,
) -> None:
    """Make a new city."""
    if (folder is None) == (xlsx is None):
        raise UsageError(_("Name a folder, or a workbook with --xlsx FILE."))
    if folder:
        exchange.copy_demo(folder)
    elif xlsx:
        exchange.write_template(xlsx)
    say(_("Written: {path}").format(path=folder or xlsx))


@verb("check", N_("Check a city: every fault of its files, then every finding."))
def check(
    city: CityPath, fail_on: Fail = FailOn.never, format: As = Format.table, output: Output = None
) -> None:
    """Check a city."""
    try:
        loaded = read_city(city)
    except InputError as error:
        _mark(city, error.faults, output)
        raise
    deliver_findings(findings_of(loaded), fail_on, format, output)


@verb("draw", N_("Draw a city: its clouds, its extranet, or one system."))
def draw(
    city: CityPath,
    output: Annotated[
        Path, typer.Option("-o", "--output", help=N_("Picture: svg, png, pdf, dot or graphml."))
    ],
    view: Annotated[View, typer.Option(help=N_("What to draw."))] = View.clouds,
    system: Annotated[str | None, typer.Option(help=N_("System of the view system."))] = None,
    region: Annotated[str | None, typer.Option(help=N_("County of the view extranet."))] = None,
) -> None:
    """Draw a city."""
    loaded = inventory.load(city)
    graph = topology.build(loaded)
    if output.suffix == ".graphml":
        write_graphml(graph, output)
    else:
        write_picture(drawn(loaded, graph, view, system=system, region=region), output)
    say(_("Written: {path}").format(path=output))


@verb("schema", N_("Print the JSON Schema of a file kind, or write all of them."))
def schema(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help=N_("Kind of file; all unless given."))
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help=N_("Folder to write."))] = None,
) -> None:
    """Show or write the schemas."""
    documents: dict[str, type[Part]] = {"scenario": Scenario, "ipv6": Policy}
    if output:
        exchange.write_schemas(output, documents)
        say(_("Written: {path}").format(path=output))
        return
    found = exchange.schemas(documents)
    if name and name not in found:
        raise UsageError(
            _("There is no schema {name}; choose from {names}").format(
                name=name, names=words.joined([*found])
            )
        )
    sys.stdout.write(to_json(found[name] if name else found))


def _mark(city: Path, faults: Sequence[Fault], output: Path | None) -> None:
    folder = city if city.is_dir() else city.parent
    for book in sorted({folder / fault.place.file for fault in faults if fault.place.sheet}):
        target = output or book.with_suffix(".marked.xlsx")
        exchange.write_marked_copy(book, faults, target)
        say(_("Marked copy: {path}").format(path=target))


def findings_of(city: City) -> Report:
    """Return what the inventory and the topology have to say."""
    return inventory.check(city) + topology.check(city, topology.build(city))


def count_findings(report: Report) -> None:
    """Say how many findings of each severity there are."""
    counts = {s: sum(f.severity is s for f in report.findings) for s in Severity}
    say(_("Findings: {error} errors, {warning} warnings, {info} remarks").format(**counts))


def deliver_findings(
    report: Report,
    fail_on: FailOn,
    format: Format,
    output: Path | None,
    about: Sequence[Table] = (),
    value: Mapping[str, Any] | None = None,
) -> None:
    """Print findings below what they are about, and exit as ``--fail-on`` says.

    Args:
        report: the findings.
        fail_on: severity from which the exit code is 1.
        format: table, json or csv.
        output: file to write instead of stdout.
        about: tables to show above the findings.
        value: JSON of what the findings are about; they are added to it.
    """
    text = to_json(report.as_json() | dict(value or {}))
    deliver([*about, tables.findings(report)], text, format, output)
    conclude(report, fail_on)


def conclude(report: Report, fail_on: FailOn) -> NoReturn:
    """Count the findings and exit as ``--fail-on`` says."""
    count_findings(report)
    failed = fail_on is not FailOn.never and report.at_least(Severity(fail_on.value))
    raise typer.Exit(1 if failed else 0)
