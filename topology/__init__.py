"""How it hangs together: the inventory as one graph, its levels, paths and pictures."""

from topology.checks import check, rules
from topology.graph import Graph, build
from topology.levels import order_cycles
from topology.paths import (
    Bandwidth,
    Closure,
    Route,
    SinglePoints,
    bandwidths,
    closure,
    islands,
    platform_route,
    single_points,
    widest,
)

__all__ = [
    "Bandwidth",
    "Closure",
    "Graph",
    "Route",
    "SinglePoints",
    "bandwidths",
    "build",
    "check",
    "closure",
    "islands",
    "order_cycles",
    "platform_route",
    "rules",
    "single_points",
    "widest",
]
