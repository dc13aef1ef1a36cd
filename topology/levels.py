"""Order among sites and systems: the five-level tree, and cycles of moving dates."""

from collections.abc import Iterable, Iterator, Mapping

import networkx as nx

from inventory.model import City, Level, Link, Order, Site


def tops(sites: Iterable[Site]) -> tuple[Site, ...]:
    """Return the sites of the highest level present: what every other site must reach."""
    sites = tuple(sites)
    highest = min((site.level.depth for site in sites), default=0)
    return tuple(site for site in sites if site.level.depth == highest)


def lineage(sites: Mapping[str, Site], site: str) -> tuple[Site, ...]:
    """Return a site and those above it, lowest first; a cycle of parents ends the way."""
    way: dict[str, Site] = {}
    here: str | None = site
    while here is not None and here not in way:
        way[here] = sites[here]
        here = sites[here].parent
    return tuple(way.values())


def above(sites: Mapping[str, Site], site: str, level: Level) -> str | None:
    """Return the uppermost site of a level on the way up from a site, itself included."""
    way = [above.id for above in lineage(sites, site) if above.level is level]
    return way[-1] if way else None


def is_access_point(sites: Mapping[str, Site], site: Site) -> bool:
    """Whether a site is a place connected at a hub of its own level, such as a cloud at the city's."""
    return site.parent is not None and sites[site.parent].level is site.level


def misplaced(sites: Mapping[str, Site]) -> Iterator[tuple[Site, Site | None]]:
    """Yield each site that hangs below nothing or below a wrong level, with its parent.

    The parent is one level up, so that depth equals level; an access point, below which
    nothing hangs, may be connected at its own level. Sites of the highest level present
    need no parent.
    """
    roots = {site.id for site in tops(sites.values()) if site.parent is None}
    hubs = {site.parent for site in sites.values()}
    for site in sites.values():
        parent = sites[site.parent] if site.parent else None
        step = site.level.depth - parent.level.depth if parent else None
        if site.id not in roots and step != 1 and (step != 0 or site.id in hubs):
            yield site, parent


def unlinked(sites: Mapping[str, Site], links: Iterable[Link]) -> Iterator[Site]:
    """Yield each site without a line of its own to its parent."""
    joined = {frozenset((line.a, line.b)) for line in links}
    for site in sites.values():
        if site.parent is not None and frozenset((site.id, site.parent)) not in joined:
            yield site


def skipping(sites: Mapping[str, Site], links: Iterable[Link]) -> Iterator[Link]:
    """Yield each line whose ends lie more than one level apart."""
    for line in links:
        if abs(sites[line.a].level.depth - sites[line.b].level.depth) > 1:
            yield line


def order_cycles(city: City) -> tuple[tuple[str, ...], ...]:
    """Return the groups of systems that each must move no later than the others.

    Strongly connected components over dependencies whose provider moves first; the
    systems of one group can only move together. Groups and members by id.
    """
    first = nx.DiGraph((d.consumer, d.provider) for d in city.dependencies if d.order is Order.provider_first)
    groups = (tuple(sorted(group)) for group in nx.strongly_connected_components(first) if len(group) > 1)
    return tuple(sorted(groups))
