"""What wider lines would bring: who gains, and which line holds them back next."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from inventory.errors import Fault, InputError, Place
from inventory.model import City, Level
from inventory.text import _
from topology import Graph, build, widest
from topology.dualstack import Ground
from topology.levels import tops
from topology.paths import bottlenecks
from topology.paths.route import narrowest, net


@dataclass(frozen=True)
class Gain:
    """A site that gets more, Mbit/s."""

    site: str
    before: int
    after: int


@dataclass(frozen=True)
class Bottleneck:
    """A line that is the narrowest of the way up, for some of the sites looked at."""

    link: str
    mbit: int | None
    sites: int
    wider_below: int
    """Sites whose own line up is wider: what they paid for and do not get."""


@dataclass(frozen=True)
class Widening:
    """A line of another bandwidth, Mbit/s."""

    link: str
    before: int | None
    after: int


@dataclass(frozen=True)
class BandwidthPlan:
    """What lines of another bandwidth change on the way to the highest level."""

    lines: tuple[Widening, ...]
    gains: tuple[Gain, ...]
    """Sites that get more, in file order."""
    losses: tuple[Gain, ...]
    """Sites that get less, where a line becomes narrower."""
    levels: dict[Level, int]
    """Gaining sites by level."""
    systems: tuple[str, ...]
    """The city's own systems that have a place at a gaining site."""
    next: tuple[Bottleneck, ...]
    """What then holds back the gaining sites, or, where none gains, those behind the lines;
    most sites first."""


def what_if_bandwidth(city: City, widths: Mapping[str, int]) -> BandwidthPlan:
    """Return who gets what if lines had another bandwidth, and the next bottleneck.

    Args:
        city: the inventory.
        widths: new bandwidth of some lines by id, Mbit/s.

    Raises:
        InputError: the city has no such line; every one.
    """
    old = {line.id: line.mbit for line in city.links}
    if strangers := widths.keys() - old.keys():
        raise InputError(map(_stranger, sorted(strangers)))
    links = (line.model_copy(update={"mbit": widths.get(line.id, line.mbit)}) for line in city.links)
    changed = city.model_copy(update={"links": tuple(links)})
    graphs = build(city), build(changed)
    before, after = (_widths(graph, city) for graph in graphs)
    rows = [
        Gain(site.id, was, now)
        for site in city.sites
        if (was := before.get(site.id)) is not None and (now := after.get(site.id)) is not None
    ]
    gains = tuple(row for row in rows if row.after > row.before)
    levels = Counter(city.site[row.site].level for row in gains)
    looked_at = {row.site for row in gains} or _behind(graphs[0], city, widths)
    return BandwidthPlan(
        lines=tuple(Widening(link, old[link], mbit) for link, mbit in widths.items()),
        gains=gains,
        losses=tuple(row for row in rows if row.after < row.before),
        levels={level: levels[level] for level in Level if levels[level]},
        systems=_systems(changed, graphs[1], {row.site for row in gains}),
        next=_next(graphs[1], city, looked_at),
    )


def _stranger(link: str) -> Fault:
    message = _("there is no line {link}").format(link=link)
    return Fault("unknown-line", Place("bandwidth"), message, _("name a line by its id"), link)


def _widths(graph: Graph, city: City) -> dict[str, int | None]:
    """Return what each site gets to the highest level; to the best of several."""
    found: dict[str, int | None] = {}
    for root in tops(city.sites):
        for site, width in widest(graph, root.id).items():
            found[site] = max(width or 0, found.get(site) or 0) or None
    return found


def _behind(graph: Graph, city: City, widened: Collection[str]) -> set[str]:
    """Return the sites for which one of the lines is the narrowest, or else those at their ends."""
    lines = narrowest(net(graph).near, [root.id for root in tops(city.sites)])
    ends = {end for line in city.links if line.id in widened for end in (line.a, line.b)}
    return {site for site, line in lines.items() if line.id in widened} or ends & lines.keys()


def _next(graph: Graph, city: City, sites: set[str]) -> tuple[Bottleneck, ...]:
    lines = narrowest(net(graph).near, [root.id for root in tops(city.sites)])
    held = bottlenecks(graph)
    counted = Counter(lines[site].id for site in sites if site in lines)
    widths = {line.id: line.mbit for line in lines.values()}
    rows = (
        Bottleneck(line, widths[line], n, len(sites.intersection(held.get(line, ()))))
        for line, n in counted.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.wider_below, -row.sites, row.link)))


def _systems(city: City, graph: Graph, sites: set[str]) -> tuple[str, ...]:
    ground = Ground(city, graph)
    return tuple(system.id for system in ground.systems if sites.intersection(ground.places(system)))
