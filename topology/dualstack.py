"""Where IPv6 stops: the hops that carry IPv4 only, and what lies behind each."""

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from inventory.model import Device, DeviceKind, Ipv6, Link, Policy
from topology.graph import Graph, devices, links, sites
from topology.levels import tops
from topology.paths import cuts
from topology.paths.route import net


@dataclass(frozen=True)
class Hop:
    """A line or device that does not let IPv6 through."""

    subject: str
    """Its id, prefixed by its list: ``links/city-county-3``."""
    behind: tuple[str, ...]
    """Sites whose way with the fewest such hops crosses it, by id."""
    first_for: tuple[str, ...]
    """Those of them that meet it first, seen from the highest level: repairing it helps
    these at once, the others only after the hops before it."""


def denies(device: Device) -> bool:
    """Whether a device denies IPv6 where it lets IPv4 through."""
    return device.v6_policy is Policy.deny and device.v4_policy is not Policy.deny


def blocks(device: Device) -> bool:
    """Whether IPv6 ends at a device."""
    return device.ip_mode is Ipv6.v4_only or denies(device)


def blocking_hops(graph: Graph) -> tuple[Hop, ...]:
    """Return every hop without IPv6 that some site cannot get around, most sites first.

    A site's way to the highest level is the one with the fewest blocking hops, so that a
    site with one dual-stack way lies behind none. Unknown modes do not block. A firewall
    that no line names is taken to guard its whole site.
    """
    behind: dict[str, list[str]] = {}
    first: dict[str, list[str]] = {}
    for site, hops in _ways(graph).items():
        for hop in dict.fromkeys(hops):
            behind.setdefault(hop, []).append(site)
        if hops:
            first.setdefault(hops[0], []).append(site)
    found = (Hop(hop, tuple(sorted(s)), tuple(sorted(first.get(hop, ())))) for hop, s in behind.items())
    return tuple(sorted(found, key=lambda hop: (-len(hop.behind), hop.subject)))


def fragile_lines(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return the lines whose failure alone stops IPv6 but not IPv4, with the sites behind them."""
    equipment, roots = _Equipment.of(graph), [site.id for site in tops(sites(graph).values())]
    passing = [line for line in links(graph) if not equipment.met(line, line.a, line.b)]
    safe = cuts(links(graph), roots).lines
    return {line: below for line, below in cuts(passing, roots).lines.items() if line not in safe}


def _ways(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Blocking hops between the highest level and each site, on the way with the fewest."""
    equipment = _Equipment.of(graph)
    near = net(graph).near
    found: dict[str, tuple[str, ...]] = {}
    queue: list[tuple[int, str, tuple[str, ...]]] = [(0, s.id, ()) for s in tops(sites(graph).values())]
    while queue:
        _cost, site, hops = heappop(queue)
        if site in found:
            continue
        found[site] = hops
        for other, line in near.get(site, ()):
            if other not in found:
                met = (*hops, *(hop for hop in equipment.met(line, site, other) if hop not in hops))
                heappush(queue, (len(met), other, met))
    return found


@dataclass(frozen=True)
class _Equipment:
    """The devices in the way: those a line names, and the firewalls that guard a whole site."""

    devices: Mapping[str, Device]
    guards: Mapping[str, tuple[str, ...]]
    """Blocking hops at a site whatever the line."""

    @classmethod
    def of(cls, graph: Graph) -> "_Equipment":
        """Read the devices; a firewall that no line names guards its site, two of them in parallel."""
        named = {device for line in links(graph) for device in (line.a_device, line.b_device)}
        walls: dict[str, list[Device]] = {}
        for device in devices(graph).values():
            if device.kind is DeviceKind.firewall and device.id not in named:
                walls.setdefault(device.site, []).append(device)
        shut = {site: group for site, group in walls.items() if all(map(blocks, group))}
        return cls(devices(graph), {site: tuple(f"devices/{d.id}" for d in g) for site, g in shut.items()})

    def met(self, line: Link, start: str, end: str) -> tuple[str, ...]:
        """Return the hops that block, in the order met when a line is crossed."""
        ends = (line.a_device, line.b_device) if line.a == start else (line.b_device, line.a_device)
        near, far = ((f"devices/{name}",) if name and blocks(self.devices[name]) else () for name in ends)
        own = (f"links/{line.id}",) if line.ip_mode is Ipv6.v4_only else ()
        return (*near, *own, *far, *self.guards.get(end, ()))
