"""The way between two platforms over the lines of the extranet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import cast

from inventory.model import Link, LinkRole
from topology.graph import Graph, Kind, Node, links

UNKNOWN = -1
"""Rank of a line whose bandwidth nobody knows: below every known one."""

type Neighbours = Mapping[str, list[tuple[str, Link]]]


@dataclass(frozen=True)
class Route:
    """A way from one platform to another."""

    links: tuple[str, ...]
    """Ids of the lines in order; empty at the same site."""
    mbit: int | None
    """Narrowest line, Mbit/s; none where one is unknown or there is no line to cross."""
    latency: int | None
    """One-way delay in microseconds; none where one line's is unknown."""


@dataclass(frozen=True, eq=False)
class Net:
    """The lines by their ends."""

    near: Neighbours
    primary: Neighbours
    """The primary lines alone."""

    @classmethod
    def of(cls, lines: Iterable[Link]) -> "Net":
        """Index some lines."""
        lines = tuple(lines)
        return cls(neighbours(lines), neighbours(line for line in lines if line.role is LinkRole.primary))


def net(graph: Graph) -> Net:
    """Return the lines of a graph by their ends; indexed once a graph."""
    held = graph.graph.get("net")
    if held is None:
        held = graph.graph["net"] = Net.of(links(graph))
    return cast("Net", held)


def platform_route(graph: Graph, a: str, b: str) -> Route | None:
    """Return the way between the sites of two platforms, or none.

    Primary lines first: a backup line is used only where the primary ones leave no way.
    Among the ways left the widest wins, then the one with fewest lines, then the ids.

    Args:
        graph: the graph of the city.
        a: id of the platform to start from.
        b: id of the platform to reach.
    """
    start, end = (graph.nodes[Node(Kind.platform, name)]["record"].site for name in (a, b))
    if a == b or (start is not None and start == end):
        return Route((), None, 0)
    if start is None or end is None:
        return None
    return site_route(net(graph), start, end)


def site_route(lines: Net, start: str, end: str) -> Route | None:
    """Return the way between two different sites by the rules of ``platform_route``."""
    return _best(lines.primary, start, end) or _best(lines.near, start, end)


def _best(near: Neighbours, start: str, end: str) -> Route | None:
    least = narrowest(near, [start], until=end).get(end)
    return _measured(_shortest(near, width_of(least), start, end)) if least else None


def _shortest(near: Neighbours, width: int, start: str, end: str) -> tuple[Link, ...]:
    """Fewest lines of at least some width, then smallest ids, by layers; there must be a way."""
    layer: dict[str, tuple[Link, ...]] = {start: ()}
    seen = {start}
    while end not in layer:
        following: dict[str, tuple[Link, ...]] = {}
        for site, way in sorted(layer.items(), key=lambda item: [line.id for line in item[1]]):
            for other, line in sorted(near.get(site, ()), key=lambda pair: pair[1].id):
                if other not in seen and width_of(line) >= width:
                    following.setdefault(other, (*way, line))
        seen |= following.keys()
        layer = following
    return layer[end]


def _measured(way: tuple[Link, ...]) -> Route:
    delays = [line.latency for line in way if line.latency is not None]
    latency = sum(delays) if len(delays) == len(way) else None
    least = min(way, key=width_of)
    return Route(tuple(line.id for line in way), least.mbit, latency)


def neighbours(lines: Iterable[Link]) -> Neighbours:
    """Index lines by both ends."""
    near: defaultdict[str, list[tuple[str, Link]]] = defaultdict(list)
    for line in lines:
        near[line.a].append((line.b, line))
        near[line.b].append((line.a, line))
    return near


def narrowest(near: Neighbours, roots: Iterable[str], until: str | None = None) -> dict[str, Link]:
    """Return the narrowest line on the widest way from the roots to each site.

    Dijkstra with the narrowest line in the place of the sum; of equally narrow lines the
    one nearest to the root. The roots have no entry; the search ends at ``until``.
    """
    found: dict[str, Link | None] = {}
    turn = count()
    queue: list[tuple[float, int, str, Link | None]] = [(-inf, next(turn), root, None) for root in roots]
    while queue and until not in found:
        width, _turn, site, line = heappop(queue)
        if site in found:
            continue
        found[site] = line
        for other, step in near.get(site, ()):
            if other not in found:
                wide = line is not None and -width <= width_of(step)
                heappush(queue, (max(width, -width_of(step)), next(turn), other, line if wide else step))
    return {site: line for site, line in found.items() if line is not None}


def width_of(line: Link) -> int:
    """Return the rank of a line by bandwidth."""
    return UNKNOWN if line.mbit is None else line.mbit
