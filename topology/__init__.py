"""How it hangs together: the inventory as one graph, its levels, paths and pictures."""

from topology.checks import check, rules
from topology.decommission import Checklist, Item, Standing, Topic, checklist
from topology.draw import Probe, View, draw, engine_ready, font_folder, fonts_ready, write, write_graphml
from topology.dualstack import Hop, Readiness, blocking_hops, readiness
from topology.graph import Edge, Graph, Kind, Node, build
from topology.levels import order_cycles
from topology.paths import (
    Bandwidth,
    Closure,
    LevelRow,
    PairRow,
    Route,
    SinglePoints,
    Summary,
    bandwidths,
    closure,
    islands,
    platform_route,
    single_points,
    summary,
    widest,
)

__all__ = [
    "Bandwidth",
    "Checklist",
    "Closure",
    "Edge",
    "Graph",
    "Hop",
    "Item",
    "Kind",
    "LevelRow",
    "Node",
    "PairRow",
    "Probe",
    "Readiness",
    "Route",
    "SinglePoints",
    "Standing",
    "Summary",
    "Topic",
    "View",
    "bandwidths",
    "blocking_hops",
    "build",
    "check",
    "checklist",
    "closure",
    "draw",
    "engine_ready",
    "font_folder",
    "fonts_ready",
    "islands",
    "order_cycles",
    "platform_route",
    "readiness",
    "rules",
    "single_points",
    "summary",
    "widest",
    "write",
    "write_graphml",
]
