"""Verbs on what to do: plan, verify, explain, compare, demo."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

import inventory
import planner
import topology
from app_cli.city import count_findings, findings_of
from app_cli.frame import As, CityPath, Gap, Output, PlanPath, ScenarioName, TimeLimit, verb
from app_cli.replanning import AsOf, Bans, From, Order, Penalty, Pins, order, proposed, warn
from inventory import City
from inventory.resources import resource
from inventory.text import N_, _
from planner import Scenario, verifier
from planner.compare import compare as compared
from planner.plan import Plan, Status, read
from planner.report import comparison, tables, words, workbook
from planner.report import write as write_report
from planner.report.schedule import scenario_of
from planner.report.table import Table
from planner.report.terminal import Format, deliver, say, show, to_json, watching
from planner.scenario import names as scenarios_of
from planner.solver import Form, write_model

WriteLp = Annotated[
    Path | None, typer.Option(help=N_("LP file to write the model of the cost stage to, to solve elsewhere."))
]
WriteMps = Annotated[Path | None, typer.Option(help=N_("The same as an MPS file."))]


Earlier = Annotated[
    Path | None,
    typer.Option("--from", metavar="PLAN", help=N_("Plan it was planned anew from, to compare with.")),
]


@verb("plan", N_("Plan the migration of a city under a scenario."))
def plan(
    city: CityPath,
    scenario: ScenarioName = "",
    from_: From = None,
    as_of: AsOf = "",
    pin: Pins = None,
    ban: Bans = None,
    change_penalty: Penalty = None,
    time_limit: TimeLimit = 60,
    gap: Gap = 0.001,
    write_lp: WriteLp = None,
    write_mps: WriteMps = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Plan a migration."""
    wanted = order(city, scenario, from_, as_of, pin or (), ban or (), change_penalty)
    warn(wanted, pin or ())
    with watching(time_limit) as watch:
        loaded, found = wanted.city, proposed(wanted, time_limit, gap, watch)
    _write_models(wanted, found, write_lp, write_mps)
    if output and output.suffix == ".xlsx":
        workbook.write(found, findings_of(loaded), loaded, output)
        say(_("Written: {path}").format(path=output))
    else:
        waves = [tables.waves(found, loaded)] if found.found else []
        changed = [_changes(wanted, found)] if wanted.since and found.found else []
        deliver([tables.summary(found, loaded), *changed, *waves], found.to_json() + "\n", format, output)
    _conclude(found, loaded, told=format is Format.table and output is None)


@verb("verify", N_("Judge a plan a second time, from the plan, the city and the scenario alone."))
def verify(
    path: PlanPath,
    city: CityPath,
    scenario: ScenarioName = "",
    from_: Earlier = None,
    format: As = Format.table,
) -> None:
    """Verify a plan."""
    found, loaded, earlier = read(path), inventory.load(city), read(from_) if from_ else None
    reasons = verifier.faults(found, loaded, _scenario_of(found, city, scenario), earlier)
    verdict = {"schema": "govplan.verdict/1", "accepted": not reasons, "reasons": list(reasons)}
    told = tables.texts(_("Verdict"), (_("Reasons"),), [(r,) for r in reasons] or [(_("none: accepted"),)])
    deliver([told], to_json(verdict), format)
    say(_("Plan rejected.") if reasons else _("Plan accepted."))
    raise typer.Exit(1 if reasons else 0)


@verb("compare", N_("Compare two plans: systems, periods, pools, money, risk, scenarios."))
def compare(
    a: PlanPath,
    b: PlanPath,
    city: Annotated[
        Path | None, typer.Option(help=N_("City of the plans, for names instead of ids."))
    ] = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Compare two plans."""
    found, known = compared(read(a), read(b)), inventory.load(city) if city else None
    shown = [comparison.sums(found), *comparison.details(found, known), comparison.changes(found, known)]
    deliver(shown, to_json(found.as_json()), format, output)
    if format is Format.table and output is None and found.scenario_diff:
        sys.stdout.write(found.scenario_diff + "\n")


@verb("demo", N_("Run the demo: check and plan a city, print the summary, write the report."))
def demo(
    city: Annotated[
        Path | None, typer.Argument(metavar="CITY", help=N_("A city; the demo unless given."))
    ] = None,
    scenario: ScenarioName = "baseline",
    time_limit: TimeLimit = 40,
    gap: Gap = 0.001,
    output: Annotated[Path, typer.Option("-o", "--output", help=N_("Folder to write."))] = Path("out"),
) -> None:
    """Run the main job end to end."""
    folder = city or resource("tieling")
    loaded, found = _propose(folder, scenario, time_limit, gap)
    findings = findings_of(loaded)
    write_report(found, findings, output, loaded)
    show(tables.summary(found, loaded))
    count_findings(findings)
    say(_("Written: {path}").format(path=output))
    _conclude(found, loaded)


def _propose(folder: Path, scenario: str, time_limit: float, gap: float) -> tuple[City, Plan]:
    loaded = inventory.load(folder)
    wanted = planner.read_scenario(folder, scenario)
    with watching(time_limit) as watch:
        graph = topology.build(loaded)
        return loaded, planner.propose(loaded, graph, wanted, time_limit=time_limit, gap=gap, watch=watch)


def _changes(wanted: Order, plan: Plan) -> Table:
    earlier = wanted.since.plan if wanted.since else plan
    named = replace(compared(earlier, plan), names=(_("earlier plan"), _("new plan")))
    return comparison.changes(named, wanted.city)


def _write_models(wanted: Order, plan: Plan, lp: Path | None, mps: Path | None) -> None:
    if lp or mps:
        city = wanted.city
        problem = planner.formulate(city, topology.build(city), wanted.scenario, wanted.since)
        files: tuple[tuple[Path | None, Form], ...] = ((lp, "lp"), (mps, "mps"))
        for path, form in files:
            if path:
                write_model(problem, plan, path, form)
                say(_("Written: {path}").format(path=path))


def _conclude(plan: Plan, city: City, *, told: bool = True) -> None:
    for part in () if told else plan.conflict:
        say(f"{words.rule(part.rule)}: {words.conflict(part, city)}")
    if plan.status is Status.unknown:
        say(_("No plan within the time limit; give more time with --time-limit."))
        raise typer.Exit(4)
    if plan.status is Status.infeasible:
        raise typer.Exit(3)
    if plan.verified is False:
        say(_("The second opinion rejects this plan."))
        raise typer.Exit(1)


def _scenario_of(plan: Plan, city: Path, name: str) -> Scenario:
    wanted = name or str(plan.scenario.get("name"))
    if name or wanted in scenarios_of(city):
        return planner.read_scenario(city, wanted)
    say(_("The city has no scenario {name}; the plan is judged by the one inside it.").format(name=wanted))
    return scenario_of(plan)
