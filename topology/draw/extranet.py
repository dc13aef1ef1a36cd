"""The extranet: hubs and access points with their lines; townships and villages as counts."""

from collections import Counter
from collections.abc import Iterable

import graphviz

from inventory.errors import UsageError
from inventory.model import City, Level, Site, called
from inventory.text import _
from topology.draw.style import CLOUD, PLACE, RED, colour_of, label, line_attributes, picture, wrap
from topology.graph import Graph, links, sites
from topology.levels import above, is_access_point, lineage

_COLOURS = {Level.province: RED + "33", Level.city: CLOUD, Level.county: PLACE, Level.township: "#ffffff"}


def extranet(city: City, graph: Graph, region: str | None) -> str:
    """Draw the sites down to the counties, or one county with its townships.

    Args:
        city: the city.
        graph: its graph.
        region: id, division code or name of a county to look into.

    Raises:
        UsageError: there is no such county.
    """
    places = sites(graph)
    if region is None:
        title = _("Extranet of {city}").format(city=called(city))
        return _drawn(city, graph, title, [s for s in places.values() if s.level.depth <= Level.county.depth])
    county = _county(places.values(), region)
    inside = [s for s in places.values() if above(places, s.id, Level.county) == county.id]
    towns = [site for site in inside if site.level.depth <= Level.township.depth]
    return _drawn(city, graph, called(county), [*lineage(places, county.id)[1:2], *towns])


def _county(places: Iterable[Site], region: str) -> Site:
    counties = [site for site in places if site.level is Level.county]
    for county in counties:
        if region in (county.id, county.region, county.name, county.name_en):
            return county
    known = ", ".join(f"{county.id} ({called(county)})" for county in counties)
    raise UsageError(
        _("there is no county {region!r}; choose one of: {known}").format(region=region, known=known)
    )


def _drawn(city: City, graph: Graph, title: str, shown: list[Site]) -> str:
    image = picture(f"{title}\n" + _("(dashed: backup line; red: IPv4 only)"), apart=2.5)
    below, names = _counts(graph), {site.id for site in shown}
    fan = Counter(a for a, _b in {(line.a, line.b) for line in links(graph) if line.b in names})
    for site in shown:
        _site(image, city, graph, site, below[site.id], fan[site.id] * 0.75)
    for line in links(graph):
        if line.a in names and line.b in names:
            image.edge(line.a, line.b, **line_attributes(line))
    return str(image.source)


def _counts(graph: Graph) -> dict[str, Counter[Level]]:
    places = sites(graph)
    found: dict[str, Counter[Level]] = {site: Counter() for site in places}
    for site in places.values():
        for upper in lineage(places, site.id)[1:]:
            found[upper.id][site.level] += 1
    return found


def _site(
    image: graphviz.Digraph, city: City, graph: Graph, site: Site, below: Counter[Level], height: float
) -> None:
    """A hub is drawn as tall as its lines need to leave it side by side."""
    clouds = [platform for platform in city.platforms if platform.site == site.id]
    colour = colour_of(clouds[0]) if clouds and is_access_point(sites(graph), site) else _COLOURS[site.level]
    homes = {pool.id for pool in city.pools for platform in clouds if pool.platform == platform.id}
    count = sum(1 for system in city.systems if system.runs_on in homes)
    lines = [
        wrap(called(site)),
        _("townships: {n}").format(n=below[Level.township]) if below[Level.township] else "",
        _("villages: {n}").format(n=below[Level.village]) if below[Level.village] else "",
        _("systems: {n}").format(n=count) if count else "",
    ]
    image.node(site.id, label(*lines), fillcolor=colour, height=str(height))
