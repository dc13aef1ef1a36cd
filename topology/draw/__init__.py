"""Pictures of the graph that stay readable: aggregated views, and drill-down into one part."""

from enum import StrEnum

from inventory.model import City
from topology.draw.clouds import clouds
from topology.draw.engine import Probe, engine_ready, font_folder, fonts_ready, render, write
from topology.draw.extranet import extranet
from topology.draw.graphml import write_graphml
from topology.draw.system import system as _system
from topology.graph import Graph

__all__ = [
    "Probe",
    "View",
    "draw",
    "engine_ready",
    "font_folder",
    "fonts_ready",
    "render",
    "write",
    "write_graphml",
]


class View(StrEnum):
    """What a picture shows."""

    clouds = "clouds"
    """Platforms with their pools and the dependencies between them."""
    extranet = "extranet"
    """Province, city and counties with their lines; one county's townships where it is named."""
    system = "system"
    """One system with its machines, pools and dependencies."""


def draw(
    city: City, graph: Graph, view: View | str, *, system: str | None = None, region: str | None = None
) -> str:
    """Return a view as DOT text.

    Args:
        city: the city.
        graph: its graph.
        view: clouds, extranet or system.
        system: id of the system of the view ``system``.
        region: id, division code or name of a county, for the view ``extranet``.

    Raises:
        ValueError: there is no such view.
        UsageError: there is no such system or county.
    """
    match View(view):
        case View.clouds:
            return clouds(city)
        case View.extranet:
            return extranet(city, graph, region)
        case View.system:
            return _system(city, graph, system)
