"""How good the ways of IPv6 are beside those of IPv4: bandwidth, and lines that can fail."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf

import networkx as nx

from inventory.model import Ipv6, Link
from topology.dualstack.ground import Ground
from topology.dualstack.hops import open_lines
from topology.graph import links
from topology.paths.reach import reached
from topology.paths.route import narrowest, neighbours

ROOT = "\0"
"""Stands for the sites of the highest level together; no site has this id."""


@dataclass(frozen=True)
class Quality:
    """What a site gets over either IP version: on the way to its city core, a core to the highest level."""

    site: str
    mbit4: int | None
    """Bandwidth of the widest way of IPv4, Mbit/s; none where it is unknown or there is none."""
    mbit6: int | None
    ways4: int
    """Ways of IPv4 that share no line; none fails with another unless they share a duct or device."""
    ways6: int
    sure: bool
    """Whether one of the ways of IPv6 is known to be open."""

    @property
    def narrower(self) -> bool:
        """Whether IPv6 gets through, but with less bandwidth."""
        return self.mbit4 is not None and self.mbit6 is not None and self.mbit6 < self.mbit4

    @property
    def fewer(self) -> bool:
        """Whether IPv6 gets through, but over fewer ways."""
        return 0 < self.ways6 < self.ways4


def qualities(ground: Ground) -> tuple[Quality, ...]:
    """Return what every site gets that has somewhere to reach, in file order.

    A line of which nobody says that it lacks IPv6 counts as open; one that carries IPv6
    only is no way for IPv4.
    """
    four = [line for line in links(ground.graph) if line.ip_mode is not Ipv6.v6_only]
    six = open_lines(ground.graph)
    cores = set(ground.core_of.values())
    known = open_lines(ground.graph, surely=True)
    both = (_beside(four, six, known, roots) for roots in (ground.edge, cores))
    found = dict(chain.from_iterable(both))
    return tuple(found[site.id] for site in ground.city.sites if site.id in found)


def _beside(
    four: Sequence[Link], six: Sequence[Link], known: Sequence[Link], roots: Collection[str]
) -> Iterator[tuple[str, Quality]]:
    ways4, ways6 = disjoint(four, roots), disjoint(six, roots)
    widths4, widths6 = narrowest(neighbours(four), roots), narrowest(neighbours(six), roots)
    sure = reached(neighbours(known), roots)
    for site in ways4.keys() | ways6.keys():
        mbit4, mbit6 = (widths[site].mbit if site in widths else None for widths in (widths4, widths6))
        ways = ways4.get(site, 0), ways6.get(site, 0)
        yield site, Quality(site, mbit4, mbit6, *ways, site in sure)


def disjoint(lines: Iterable[Link], roots: Iterable[str]) -> dict[str, int]:
    """Return over how many ways that share no line each site reaches one of the roots.

    What hangs by one neighbour is peeled off first and has the least of its parallel lines
    and its neighbour's ways; the maximum flow is asked for in the rest only.
    """
    net: nx.Graph[str] = nx.Graph((ROOT, root) for root in roots)
    for line in lines:
        parallel = net.get_edge_data(line.a, line.b, {}).get("capacity", 0)
        net.add_edge(line.a, line.b, capacity=parallel + 1)
    inside = nx.node_connected_component(net, ROOT) if ROOT in net else set()
    core = net.subgraph(inside).copy()
    above = _peeled(core)
    found: dict[str, float] = dict.fromkeys([ROOT, *net.adj.get(ROOT, ())], inf)
    found |= {site: nx.maximum_flow_value(core, site, ROOT) for site in core if site not in found}
    for site, (other, parallel) in reversed(list(above.items())):
        found[site] = min(parallel, found[other])
    return {site: int(ways) for site, ways in found.items() if ways != inf}


def _peeled(net: "nx.Graph[str]") -> Mapping[str, tuple[str, float]]:
    """Take off what hangs by one neighbour, again and again; return neighbour and lines of each."""
    above: dict[str, tuple[str, float]] = {}
    loose = [site for site in net if net.degree(site) == 1 and site != ROOT]
    while loose:
        site = loose.pop()
        ((other, data),) = net.adj[site].items()
        above[site] = other, data.get("capacity", inf)
        net.remove_node(site)
        if other != ROOT and net.degree(other) == 1:
            loose.append(other)
    return above
