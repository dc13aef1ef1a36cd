"""How it hangs together: the inventory as one graph, its levels, paths and pictures."""

from topology.graph import Graph, build
from topology.levels import order_cycles
from topology.paths import Closure, Route, closure, platform_route

__all__ = ["Closure", "Graph", "Route", "build", "closure", "order_cycles", "platform_route"]
