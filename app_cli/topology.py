"""The verb topology: how a city or a large extranet hangs together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

import inventory
import topology
from app_cli.city import deliver_findings
from app_cli.frame import As, Fail, FailOn, Output, verb
from inventory import UsageError
from inventory.text import N_, _
from planner.plan import Plan
from planner.plan import read as read_plan
from planner.report import extranet
from planner.report.table import Table
from planner.report.terminal import Format, say
from planner.scenario import applied as with_overrides
from planner.scenario import read_scenario
from topology import atlas
from topology.atlas import Changes, Difference, State
from topology.draw import write_graphml

Extranet = Annotated[
    list[Path],
    typer.Argument(
        metavar="CITY...", help=N_("A city; or tables of sites and lines, their folder, or GraphML.")
    ),
]


Old = Annotated[
    list[Path] | None,
    typer.Option("--against", help=N_("Earlier state to compare with; repeat it for tables.")),
]
Set = Annotated[list[str] | None, typer.Option("--set", help=N_("What if: a field, as links.L.mbit=1000."))]
Add = Annotated[
    list[str] | None, typer.Option("--add", help=N_("What if: a record, as links.L:a=S,b=T,mbit=1000."))
]
Remove = Annotated[
    list[str] | None, typer.Option("--remove", help=N_("What if: without a line or device, as links.L."))
]
Scenario = Annotated[str | None, typer.Option("--scenario", help=N_("What if: with a scenario's overrides."))]
PlanFile = Annotated[Path | None, typer.Option("--plan", help=N_("Plan whose load on the lines is shown."))]
Every = Annotated[bool, typer.Option("--sites", help=N_("What every site really gets."))]
Fails = Annotated[bool, typer.Option("--failures", help=N_("Who loses the city when something fails."))]


@verb("topology", N_("Check how a city or a large extranet hangs together."))
def topology_(
    city: Extranet,
    sites: Every = False,
    failures: Fails = False,
    against: Old = None,
    set: Set = None,
    add: Add = None,
    remove: Remove = None,
    scenario: Scenario = None,
    plan: PlanFile = None,
    fail_on: Fail = FailOn.never,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Check the topology."""
    base = read_state(city)
    state = _changed(base, city[0], atlas.read_changes(set or (), add or (), remove or ()), scenario)
    if output and output.suffix == ".graphml":
        _write(state, output)
        return
    earlier = read_state(against) if against else base
    shown = _about(state)
    value: dict[str, Any] = {}
    if sites:
        _join(shown, value, "sites", [extranet.sites(state)], extranet.sites_as_json(state))
    if failures:
        _join(shown, value, "failures", *_failures(state))
    if plan:
        _join(shown, value, "load", *_load(state, read_plan(plan)))
    if earlier is not state:
        found = Difference(earlier, state)
        _join(shown, value, "difference", extranet.differences.tables(found), found.as_json())
    deliver_findings(state.report, fail_on, format, output, shown, value)


def read_state(paths: Sequence[Path]) -> State:
    """Read a city, or the tables of a network."""
    if atlas.is_network(paths):
        return State.of_network(atlas.read(*paths))
    return State.of_city(inventory.load(paths[0]))


def _changed(base: State, path: Path, changes: Changes, scenario: str | None) -> State:
    """Return the state as it would be; the state itself where nothing is asked."""
    if not changes and scenario is None:
        return base
    if base.city is None:
        raise UsageError(_("What-ifs need a city; compare changed tables with --against."))
    city = base.city
    if scenario is not None:
        city = with_overrides(city, read_scenario(path, scenario))
    return State.of_city(atlas.applied(city, changes))


def _failures(state: State) -> tuple[list[Table], object]:
    found = extranet.failures.worst(state)
    return [extranet.failures.ranking(state, found)], extranet.failures.as_json(state, found)


def _load(state: State, plan: Plan) -> tuple[list[Table], object]:
    if state.city is None or state.graph is None:
        raise UsageError(_("The load of a plan needs a city, not tables."))
    found = extranet.load.forecast(plan, state.city, state.graph)
    return extranet.load.tables(found, state.city), extranet.load.as_json(found)


def _join(
    shown: list[Table], value: dict[str, Any], name: str, tables: Sequence[Table], told: object
) -> None:
    shown += tables
    value[name] = told


def _about(state: State) -> list[Table]:
    asked = topology.rules() if state.city else atlas.rules()
    tables = [extranet.levels(state.summary), extranet.weak(state.cuts), extranet.rules(state.report, asked)]
    return [*tables, extranet.ways(state.summary, state.city)] if state.city else tables


def _write(state: State, path: Path) -> None:
    if state.graph is not None:
        write_graphml(state.graph, path)
    else:
        atlas.write_graphml(state.network, path)
    say(_("Written: {path}").format(path=path))
