"""The verb topology: how a city or a large extranet hangs together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import inventory
from app_cli.city import deliver_findings
from app_cli.frame import As, Fail, FailOn, Output, verb
from inventory.text import N_, _
from planner.report import extranet
from planner.report.table import Table
from planner.report.terminal import Format, say
from topology import atlas
from topology.atlas import State
from topology.draw import write_graphml

Extranet = Annotated[
    list[Path],
    typer.Argument(
        metavar="CITY...", help=N_("A city; or tables of sites and lines, their folder, or GraphML.")
    ),
]


@verb("topology", N_("Check how a city or a large extranet hangs together."))
def topology_(
    city: Extranet, fail_on: Fail = FailOn.never, format: As = Format.table, output: Output = None
) -> None:
    """Check the topology."""
    state = read_state(city)
    if output and output.suffix == ".graphml":
        _write(state, output)
        return
    deliver_findings(state.report, fail_on, format, output, _about(state))


def read_state(paths: Sequence[Path]) -> State:
    """Read a city, or the tables of a network."""
    if atlas.is_network(paths):
        return State.of_network(atlas.read(*paths))
    return State.of_city(inventory.load(paths[0]))


def _about(state: State) -> list[Table]:
    tables = [extranet.levels(state.summary), extranet.weak(state.cuts)]
    return [*tables, extranet.ways(state.summary, state.city)] if state.city else tables


def _write(state: State, path: Path) -> None:
    if state.graph is not None:
        write_graphml(state.graph, path)
    else:
        atlas.write_graphml(state.network, path)
    say(_("Written: {path}").format(path=path))
