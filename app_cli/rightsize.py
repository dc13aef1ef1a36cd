"""The verb on sizes: what each workload needs, what smaller machines save, and at which risk."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

import inventory
import planner
from app_cli.audit import AsOf, LakePath, lake_of
from app_cli.cases import on_day
from app_cli.frame import As, CityPath, Output, ScenarioName, verb
from inventory import City
from inventory.audit import costs, rightsizing, verdicts
from inventory.audit.rightsizing import Policy, Rightsizing, machines
from inventory.audit.telemetry import Lake, Rollups
from inventory.audit.verdicts import Verdict
from inventory.saver import file_form, modeline, write_all, yaml_text
from inventory.text import N_, _
from planner.report import cost_audit
from planner.report import rightsizing as tables
from planner.report.table import Table
from planner.report.terminal import Format, deliver, say, to_json
from planner.report.workbook import write_tables


@verb("rightsize", N_("Suggest sizes from measured use; back-test what they save and risk."))
def rightsize(
    city: CityPath,
    telemetry: LakePath = None,
    as_of: AsOf = None,
    curve: Annotated[bool, typer.Option("--curve", help=N_("Show savings against risk."))] = False,
    policy: Annotated[
        Path | None, typer.Option(help=N_("Policy file; the shipped one unless given."))
    ] = None,
    scenario: ScenarioName = "baseline",
    scenario_out: Annotated[
        Path | None, typer.Option(help=N_("Write the scenario with the measured use to this file."))
    ] = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Suggest sizes."""
    loaded, rules = inventory.load(city), rightsizing.read_policy(policy)
    lake, day = lake_of(city, telemetry), on_day(as_of) or loaded.as_of
    data = _rollups(loaded, lake, rules, day)
    if scenario_out:
        _write_scenario(loaded, data, rules, planner.read_scenario(city, scenario), scenario_out, day)
    judged = verdicts.judge(loaded, lake, day).verdicts
    if curve:
        shown, text = _curve(loaded, data, rules, judged)
    else:
        found = rightsizing.suggest(loaded, data, rules, last=day, verdicts=judged)
        shown, text = _sizes(loaded, found)
    if output and output.suffix == ".xlsx":
        write_tables(shown, output)
        say(_("Written: {path}").format(path=output))
    else:
        deliver(shown, text, format, output)


def _rollups(city: City, lake: Lake, policy: Policy, day: date) -> Rollups:
    names = {name for workload in city.workloads for name in machines(workload)}
    days = max(policy.window_days, rightsizing.SPAN)
    return rightsizing.with_sizes(city, lake.rollups(names, day - timedelta(days=days - 1), day))


def _sizes(city: City, found: Rightsizing) -> tuple[list[Table], str]:
    cuts = costs.resizing(city, rightsizing.given_back(city, found))
    start = date(found.last.year + 1, 1, 1)
    rows = costs.savings(city, cuts.rows, start)
    shown = [tables.totals(found), cost_audit.by_year(rows), tables.suggestions(found, city)]
    return shown, to_json(found.as_json())


def _curve(city: City, data: Rollups, policy: Policy, judged: Iterable[Verdict]) -> tuple[list[Table], str]:
    ladder, out = {flavour.vcpu for flavour in city.flavours}, rightsizing.left_out(city, judged)
    idle = [name for w in city.workloads if w.system in out for name in machines(w)]
    found = rightsizing.curve(data, ladder, policy, left_out=idle)
    value = {"schema": "govplan.curve/1"} | found.model_dump(mode="json")
    return [tables.curve(found)], to_json(value)


def _write_scenario(
    city: City, data: Rollups, policy: Policy, base: planner.Scenario, path: Path, day: date
) -> None:
    measured = rightsizing.usage(city, rightsizing.measure(data, policy, day))
    written = planner.extended(base, path.stem, rightsizing.overrides(measured), size_by="p995")
    planner.applied(city, written)
    text = modeline("scenario", path.parent) + yaml_text(file_form(written))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_all({path: text.encode()})
    told = _("Written: {path}, with the measured use of {measured} of {workloads} workloads")
    say(told.format(path=path, measured=len(measured), workloads=len(city.workloads)))
