"""The verb stress: a plan on worlds in which its figures are not what it counts with."""

from pathlib import Path
from typing import Annotated

import typer

import inventory
import topology
from app_cli.frame import As, CityPath, Gap, Output, PlanPath, TimeLimit, verb
from inventory import City, UsageError
from inventory.saver import file_form, modeline, write_all, yaml_text
from inventory.text import N_, _
from planner.plan import Plan, Status, read
from planner.report import stress as tables
from planner.report import words
from planner.report.schedule import scenario_of
from planner.report.terminal import Format, counting, deliver, say, to_json, watching
from planner.uncertainty import Margin, Policy, Stress, read_policy, with_margin
from planner.uncertainty import stress as stressed

Worlds = Annotated[int, typer.Option(min=1, help=N_("How many worlds to replay the plan on."))]
Seed = Annotated[int, typer.Option(min=0, help=N_("Names the worlds; a seed gives the same everywhere."))]
Ranges = Annotated[
    Path | None, typer.Option(help=N_("File of ranges; the shipped assumptions unless given."))
]
Share = Annotated[
    float | None,
    typer.Option(
        "--margin",
        min=0,
        max=1,
        help=N_("Also plan with a margin: this share of the way to every bad end, 1 being the worst corner."),
    ),
]
Written = Annotated[Path | None, typer.Option(help=N_("Write the plan with the margin to this file."))]
Cautious = Annotated[
    Path | None, typer.Option(help=N_("Write the scenario with the margin's figures to this file."))
]


@verb("stress", N_("Replay a plan on sampled worlds and the worst corner; price a safety margin."))
def stress(
    path: PlanPath,
    city: CityPath,
    worlds: Worlds = 200,
    seed: Seed = 1,
    ranges: Ranges = None,
    margin: Share = None,
    write_plan: Written = None,
    write_scenario: Cautious = None,
    time_limit: TimeLimit = 60,
    gap: Gap = 0.001,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Stress a plan."""
    if (write_plan or write_scenario) and margin is None:
        raise UsageError(_("--write-plan and --write-scenario speak of a margin: ask for one with --margin"))
    plan, loaded, policy = read(path), inventory.load(city), read_policy(ranges)
    _warn(plan, loaded)
    with counting(_("replaying")) as told:
        found = stressed(plan, loaded, scenario_of(plan), policy, worlds=worlds, seed=seed, told=told)
    careful = None if margin is None else _careful(plan, found, loaded, policy, margin, time_limit, gap)
    value = found.as_json() | ({"margin": careful.as_json()} if careful else {})
    deliver(tables.tables(found, loaded, careful), to_json(value), format, output)
    if careful:
        _write(careful, write_plan, write_scenario)
        _conclude(careful, loaded)


def _warn(plan: Plan, city: City) -> None:
    if plan.digests.inventory != city.digest:
        say(_("The inventory has changed since the plan was made; it is replayed on what there is now."))


def _careful(
    plan: Plan, found: Stress, city: City, policy: Policy, share: float, time_limit: float, gap: float
) -> Margin:
    graph, scenario = topology.build(city), scenario_of(plan)
    with watching(time_limit) as watch:
        asked = (plan, found, city, graph, scenario, policy, share)
        return with_margin(*asked, time_limit=time_limit, gap=gap, watch=watch)


def _write(margin: Margin, plan: Path | None, scenario: Path | None) -> None:
    if scenario:
        text = modeline("scenario", scenario.parent) + yaml_text(file_form(scenario_of(margin.cautious)))
        write_all({scenario: text.encode()})
        say(_("Written: {path}").format(path=scenario))
    if plan and margin.plan.found:
        write_all({plan: margin.plan.to_json().encode()})
        say(_("Written: {path}").format(path=plan))


def _conclude(margin: Margin, city: City) -> None:
    for part in margin.cautious.conflict:
        say(f"{words.rule(part.rule)}: {words.conflict(part, city)}")
    if not margin.cautious.found:
        say(_("No plan with this margin; ask for less."))
        raise typer.Exit(3 if margin.cautious.status is Status.infeasible else 4)
