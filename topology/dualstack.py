"""Where IPv6 stops: the hops that carry IPv4 only, and what lies behind each."""

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from inventory.model import Device, Ipv6, Link, Policy
from topology.graph import Graph, devices, links, sites
from topology.levels import tops
from topology.paths.route import Neighbours, neighbours


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


def blocking_hops(graph: Graph) -> tuple[Hop, ...]:
    """Return every hop without IPv6 that some site cannot get around, most sites first.

    A site's way to the highest level is the one with the fewest blocking hops, so that a
    site with one dual-stack way lies behind none. Unknown modes do not block.
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


def _ways(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Blocking hops between the highest level and each site, on the way with the fewest."""
    equipment = devices(graph)
    near = neighbours(links(graph))
    found: dict[str, tuple[str, ...]] = {}
    queue: list[tuple[int, str, tuple[str, ...]]] = [(0, s.id, ()) for s in tops(sites(graph).values())]
    while queue:
        _cost, site, hops = heappop(queue)
        if site not in found:
            found[site] = hops
            _expand(queue, near, equipment, site, hops)
    return found


def _expand(
    queue: list[tuple[int, str, tuple[str, ...]]],
    near: Neighbours,
    equipment: Mapping[str, Device],
    site: str,
    hops: tuple[str, ...],
) -> None:
    for other, line in near.get(site, ()):
        met = (*hops, *(hop for hop in _blockers(line, site, equipment) if hop not in hops))
        heappush(queue, (len(met), other, met))


def _blockers(line: Link, start: str, equipment: Mapping[str, Device]) -> tuple[str, ...]:
    """Hops of a line that block, in the order met when it is crossed from ``start``."""
    ends = (line.a_device, line.b_device) if line.a == start else (line.b_device, line.a_device)
    near, far = (_blocking(equipment[name]) if name else () for name in ends)
    own = (f"links/{line.id}",) if line.ip_mode is Ipv6.v4_only else ()
    return (*near, *own, *far)


def _blocking(device: Device) -> tuple[str, ...]:
    return (f"devices/{device.id}",) if device.ip_mode is Ipv6.v4_only or denies(device) else ()
