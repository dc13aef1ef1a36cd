"""The way between two platforms over the lines of the extranet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import inf

from inventory.model import Link, LinkRole
from topology.graph import Graph, links, platforms

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


def platform_route(graph: Graph, a: str, b: str) -> Route | None:
    """Return the way between the sites of two platforms, or none.

    Primary lines first: a backup line is used only where the primary ones leave no way.
    Among the ways left the widest wins, then the one with fewest lines, then the ids.

    Args:
        graph: the graph of the city.
        a: id of the platform to start from.
        b: id of the platform to reach.
    """
    start, end = (platforms(graph)[name].site for name in (a, b))
    if a == b or (start is not None and start == end):
        return Route((), None, 0)
    if start is None or end is None:
        return None
    return site_route(links(graph), start, end)


def site_route(lines: Iterable[Link], start: str, end: str) -> Route | None:
    """Return the way between two sites by the rules of ``platform_route``."""
    lines = tuple(lines)
    primary = tuple(line for line in lines if line.role is LinkRole.primary)
    return _best(primary, start, end) or _best(lines, start, end)


def _best(lines: tuple[Link, ...], start: str, end: str) -> Route | None:
    least = narrowest(neighbours(lines), [start]).get(end)
    if least is None:
        return None
    wide = neighbours(line for line in lines if width_of(line) >= width_of(least))
    return _measured(_shortest(wide, start, end))


def _shortest(near: Neighbours, start: str, end: str) -> tuple[Link, ...]:
    """Fewest lines, then smallest ids, by layers; there must be a way."""
    layer: dict[str, tuple[Link, ...]] = {start: ()}
    seen = {start}
    while end not in layer:
        following: dict[str, tuple[Link, ...]] = {}
        for site, way in sorted(layer.items(), key=lambda item: [line.id for line in item[1]]):
            for other, line in sorted(near.get(site, ()), key=lambda pair: pair[1].id):
                if other not in seen:
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


def narrowest(near: Neighbours, roots: Iterable[str]) -> dict[str, Link]:
    """Return the narrowest line on the widest way from the roots to each site.

    Dijkstra with the narrowest line in the place of the sum; of equally narrow lines the
    one nearest to the root. The roots have no entry.
    """
    found: dict[str, Link | None] = {}
    turn = count()
    queue: list[tuple[float, int, str, Link | None]] = [(-inf, next(turn), root, None) for root in roots]
    while queue:
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
