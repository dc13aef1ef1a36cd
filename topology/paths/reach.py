"""Who is reached, and how wide the way up really is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory.model import Level, Link, Site
from topology.graph import Graph, sites
from topology.levels import above, tops
from topology.paths.route import Neighbours, narrowest, net


@dataclass(frozen=True)
class Bandwidth:
    """What a site really gets, Mbit/s; none where unknown, unreached, or its own place."""

    to_city: int | None
    to_province: int | None


def widest(graph: Graph, to: str) -> dict[str, int | None]:
    """Return the bandwidth of the widest way from each site to one site, Mbit/s.

    Args:
        graph: the graph of the city.
        to: id of the site to reach; it has no entry itself.

    Returns:
        One entry a site that has a way; none as value where every way has a line of
        unknown bandwidth.
    """
    return _known(net(graph).near, to)


def bandwidths(graph: Graph) -> dict[str, Bandwidth]:
    """Return what every site gets up to its city and up to its province."""
    places = sites(graph)
    near = net(graph).near
    city = _upward(places, near, Level.city)
    province = _upward(places, near, Level.province)
    return {site: Bandwidth(city.get(site), province.get(site)) for site in places}


def _upward(places: Mapping[str, Site], near: Neighbours, level: Level) -> dict[str, int | None]:
    of = {site: above(places, site, level) for site in places}
    reached = {root: _known(near, root) for root in {root for root in of.values() if root is not None}}
    return {site: reached[root].get(site) for site, root in of.items() if root is not None}


def _known(near: Neighbours, root: str) -> dict[str, int | None]:
    return {site: line.mbit for site, line in narrowest(near, [root]).items()}


def islands(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """Return the groups of sites that no line joins to the highest level, in file order."""
    places = sites(graph)
    near = net(graph).near
    seen = reached(near, [site.id for site in tops(places.values())])
    groups = []
    for site in places:
        if site not in seen:
            group = reached(near, [site])
            seen |= group
            groups.append(tuple(s for s in places if s in group))
    return tuple(groups)


def reached(near: Neighbours, roots: Iterable[str], without: frozenset[str] = frozenset()) -> set[str]:
    """Return the sites that have a way to a root, not over the lines named in ``without``."""
    seen = set(roots)
    queue = list(seen)
    while queue:
        for other, line in near.get(queue.pop(), ()):
            if other not in seen and line.id not in without:
                seen.add(other)
                queue.append(other)
    return seen


def lines_by_duct(lines: Iterable[Link]) -> dict[str, tuple[Link, ...]]:
    """Group the lines that name a duct by it."""
    found: dict[str, list[Link]] = {}
    for line in lines:
        if line.duct is not None:
            found.setdefault(line.duct, []).append(line)
    return {duct: tuple(group) for duct, group in found.items()}


def bottlenecks(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return the lines that hold back wider ones below them, with the sites held back.

    A site is held back where the narrowest line of its widest way up to the highest
    level is narrower than the site's own line up, and is not that line itself.
    """
    places = sites(graph)
    near = net(graph).near
    held: dict[str, list[str]] = {}
    for site, line in narrowest(near, [root.id for root in tops(places.values())]).items():
        up = (step for other, step in near[site] if places[other].level.depth <= places[site].level.depth)
        own = max((step.mbit or 0 for step in up), default=0)
        if site not in (line.a, line.b) and line.mbit is not None and line.mbit < own:
            held.setdefault(line.id, []).append(site)
    return {line: tuple(group) for line, group in held.items()}
