"""Ways over the extranet: between platforms, up to the city and the province, and what cuts them."""

from topology.paths.closure import Closure, closure
from topology.paths.route import Route, platform_route

__all__ = ["Closure", "Route", "closure", "platform_route"]
