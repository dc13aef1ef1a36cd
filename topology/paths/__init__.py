"""Ways over the extranet: between platforms, up to the city and the province, and what cuts them."""

from topology.paths.closure import Closure, closure
from topology.paths.failure import Hanging, SinglePoints, cuts, hanging, single_points
from topology.paths.load import Detour, Load, detours, loads
from topology.paths.reach import Bandwidth, bandwidths, bottlenecks, islands, widest
from topology.paths.route import Net, Route, platform_route, site_route
from topology.paths.summary import LevelRow, PairRow, Spread, Summary, summary
from topology.paths.traffic import home, traffic

__all__ = [
    "Bandwidth",
    "Closure",
    "Detour",
    "Hanging",
    "LevelRow",
    "Load",
    "Net",
    "PairRow",
    "Route",
    "SinglePoints",
    "Spread",
    "Summary",
    "bandwidths",
    "bottlenecks",
    "closure",
    "cuts",
    "detours",
    "hanging",
    "home",
    "islands",
    "loads",
    "platform_route",
    "single_points",
    "site_route",
    "summary",
    "traffic",
    "widest",
]
