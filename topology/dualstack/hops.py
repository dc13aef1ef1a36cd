"""Where IPv6 stops: the hops that do not let it through, and what lies behind each."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple, cast

from inventory.model import Device, DeviceKind, Ipv6, Link, Policy
from topology.dualstack.verdict import Verdict, some
from topology.graph import Graph, devices, links, sites
from topology.levels import tops
from topology.paths import cuts
from topology.paths.route import net

GUARDS = (DeviceKind.firewall, DeviceKind.gap)
"""Kinds of device that have a policy whether or not somebody wrote it down."""


class Met(NamedTuple):
    """A hop on a way that stops IPv6, or of which nobody says that it does not."""

    subject: str
    """Its id, prefixed by its list: ``links/city-county-3``."""
    verdict: Verdict
    """no or unknown."""


type Way = tuple[Met, ...]
type Judge = Callable[[Device | Link], Verdict]


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


def carries(hop: Device | Link) -> Verdict:
    """Whether a line or device carries IPv6, whatever its policy."""
    if hop.ip_mode is None:
        return Verdict.unknown
    return Verdict.no if hop.ip_mode is Ipv6.v4_only else Verdict.yes


def passes(hop: Device | Link) -> Verdict:
    """Whether IPv6 gets through a line or device: it carries it, and no policy denies it."""
    carried = carries(hop)
    if isinstance(hop, Link) or carried is Verdict.no:
        return carried
    if denies(hop):
        return Verdict.no
    silent = hop.v6_policy is None and (hop.v4_policy is not None or hop.kind in GUARDS)
    return Verdict.unknown if silent else carried


def blocking_hops(graph: Graph) -> tuple[Hop, ...]:
    """Return every hop without IPv6 that some site cannot get around, most sites first.

    A site's way to the highest level is the one with the fewest blocking hops, so that a
    site with one dual-stack way lies behind none. Unknown modes do not block. A firewall
    that no line names is taken to guard its whole site.
    """
    behind: dict[str, list[str]] = {}
    first: dict[str, list[str]] = {}
    for site, way in ways(graph, (site.id for site in tops(sites(graph).values())), passes).items():
        hops = [met.subject for met in way if met.verdict is Verdict.no]
        for hop in hops:
            behind.setdefault(hop, []).append(site)
        if hops:
            first.setdefault(hops[0], []).append(site)
    found = (Hop(hop, tuple(sorted(s)), tuple(sorted(first.get(hop, ())))) for hop, s in behind.items())
    return tuple(sorted(found, key=lambda hop: (-len(hop.behind), hop.subject)))


def fragile_lines(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return the lines whose failure alone stops IPv6 but not IPv4, with the sites behind them."""
    roots = [site.id for site in tops(sites(graph).values())]
    passing = open_lines(graph)
    safe = cuts(links(graph), roots).lines
    return {line: below for line, below in cuts(passing, roots).lines.items() if line not in safe}


def open_lines(graph: Graph, *, surely: bool = False) -> list[Link]:
    """Return the lines that IPv6 may use: neither they nor a device at their ends stops it.

    Args:
        graph: the graph of a city.
        surely: leave out those of which nobody says that they let it through.
    """
    equipment = Equipment.of(graph, passes)
    crossed = ((line, equipment.met(line, line.a, line.b)) for line in links(graph))
    bad = (Verdict.no, Verdict.unknown) if surely else (Verdict.no,)
    return [line for line, met in crossed if all(hop.verdict not in bad for hop in met)]


def ways(
    graph: Graph, roots: Iterable[str], judge: Judge, within: Container[str] | None = None
) -> dict[str, Way]:
    """Return the hops between some roots and each site that do not surely let IPv6 through.

    A site's way is the one with the fewest that stop it, then the fewest unknown ones: it
    is empty exactly where some way is known to be open, and holds no stopping hop exactly
    where some way may be. Hops are told in order from the root; ``within`` bounds the search.
    """
    equipment = Equipment.of(graph, judge)
    near = net(graph).near
    found: dict[str, Way] = {}
    queue: list[tuple[int, int, str, Way]] = [(0, 0, root, ()) for root in roots]
    while queue:
        _blocked, _unknown, site, way = heappop(queue)
        if site in found:
            continue
        found[site] = way
        for other, line in near.get(site, ()):
            if other not in found and (within is None or other in within):
                met = (*way, *(hop for hop in equipment.met(line, site, other) if hop not in way))
                blocked = sum(hop.verdict is Verdict.no for hop in met)
                heappush(queue, (blocked, len(met) - blocked, other, met))
    return found


@dataclass(frozen=True)
class Equipment:
    """The devices in the way: those a line names, and the firewalls that guard a whole site."""

    devices: Mapping[str, Device]
    guards: Mapping[str, tuple[str, ...]]
    """Firewalls that no line names, by site."""
    judge: Judge

    @classmethod
    def of(cls, graph: Graph, judge: Judge) -> "Equipment":
        """Return the devices of a graph, read once; a firewall that no line names guards its site."""
        held = graph.graph.setdefault("equipment", {})
        if judge not in held:
            held[judge] = cls._read(graph, judge)
        return cast("Equipment", held[judge])

    @classmethod
    def _read(cls, graph: Graph, judge: Judge) -> "Equipment":
        named = {device for line in links(graph) for device in (line.a_device, line.b_device)}
        walls: dict[str, tuple[str, ...]] = {}
        for device in devices(graph).values():
            if device.kind is DeviceKind.firewall and device.id not in named:
                walls[device.site] = (*walls.get(device.site, ()), device.id)
        return cls(devices(graph), walls, judge)

    def met(self, line: Link, start: str, end: str) -> Way:
        """Return the hops that do not surely let through, in the order met when a line is crossed."""
        ends = (line.a_device, line.b_device) if line.a == start else (line.b_device, line.a_device)
        near, far = (((f"devices/{name}", self.judge(self.devices[name])),) if name else () for name in ends)
        own = (f"links/{line.id}", self.judge(line))
        hops = (Met(*hop) for hop in (*near, own, *far, *self._guard(end)))
        return tuple(hop for hop in hops if hop.verdict is not Verdict.yes)

    def _guard(self, site: str) -> Iterable[tuple[str, Verdict]]:
        walls = {name: self.judge(self.devices[name]) for name in self.guards.get(site, ())}
        least = some(walls.values())
        return [(f"devices/{name}", verdict) for name, verdict in walls.items() if verdict is least]
