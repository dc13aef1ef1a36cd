"""The verb that lists what must be settled before a system is switched off."""

from datetime import datetime
from typing import Annotated

import typer

import inventory
import topology
from app_cli.frame import As, CityPath, Output, verb, zombies
from inventory.text import N_
from planner.report import decommission
from planner.report.terminal import Format, deliver, to_json


@verb("checklist", N_("List what must be settled before a system is switched off."), group=zombies)
def checklist(
    city: CityPath,
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help=N_("Id of the system."))],
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on", formats=["%Y-%m-%d"], help=N_("Day it is switched off; the city's unless given.")
        ),
    ] = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """List what must be settled."""
    loaded = inventory.load(city)
    found = topology.checklist(loaded, topology.build(loaded), system, on.date() if on else None)
    deliver([decommission.table(found, loaded)], to_json(found.as_json()), format, output)
