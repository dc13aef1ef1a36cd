"""The extranet in a few rows: reach and bandwidth by level, and the way between platforms."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median_low

from inventory.model import City, Level
from topology.graph import Graph, sites
from topology.levels import is_access_point
from topology.paths.failure import single_points
from topology.paths.reach import bandwidths, islands
from topology.paths.route import Route, platform_route
from topology.paths.traffic import traffic


@dataclass(frozen=True)
class Spread:
    """Bandwidth of some sites, Mbit/s; none where no site's is known."""

    least: int | None
    median: int | None
    """The lower one of two middle values."""


@dataclass(frozen=True)
class LevelRow:
    """The sites of one level; access points stand in a row of their own."""

    level: Level
    access_points: bool
    """True for the row of the sites connected at a hub of this level."""
    sites: int
    reached: int
    """Sites with a way to the highest level."""
    protected: int
    """Reached sites that no single line can cut off."""
    to_city: Spread
    to_province: Spread


@dataclass(frozen=True)
class PairRow:
    """Two platforms and the way between them."""

    a: str
    b: str
    route: Route | None
    dependencies: int
    """Dependencies between them, both ways."""


@dataclass(frozen=True)
class Summary:
    """What the graph comes to."""

    levels: tuple[LevelRow, ...]
    pairs: tuple[PairRow, ...]
    """Every two platforms, in file order."""
    single_lines: int
    """Lines that cut sites off when they fail alone."""
    single_sites: int
    """Sites that cut others off when they fail."""
    shared_ducts: int
    """Ducts whose lines fail together and cut sites off only then."""


def summary(city: City, graph: Graph) -> Summary:
    """Return the extranet and the ways between platforms as plain rows."""
    single = single_points(graph)
    cut = {site for below in single.lines.values() for site in below}
    return Summary(
        levels=_levels(graph, cut),
        pairs=_pairs(city, graph),
        single_lines=len(single.lines),
        single_sites=len(single.sites),
        shared_ducts=len(single.ducts),
    )


def _levels(graph: Graph, cut: set[str]) -> tuple[LevelRow, ...]:
    places, width = sites(graph), bandwidths(graph)
    lost = {site for group in islands(graph) for site in group}
    rows = []
    for level in Level:
        for access in (False, True):
            own = [s.id for s in places.values() if s.level is level and is_access_point(places, s) is access]
            if own:
                to_city = _spread([width[site].to_city for site in own])
                to_province = _spread([width[site].to_province for site in own])
                reached = [site for site in own if site not in lost]
                protected = sum(1 for site in reached if site not in cut)
                rows.append(LevelRow(level, access, len(own), len(reached), protected, to_city, to_province))
    return tuple(rows)


def _spread(widths: Sequence[int | None]) -> Spread:
    known = [width for width in widths if width is not None]
    return Spread(min(known), median_low(known)) if known else Spread(None, None)


def _pairs(city: City, graph: Graph) -> tuple[PairRow, ...]:
    needs = traffic(city)
    return tuple(
        PairRow(
            a.id,
            b.id,
            platform_route(graph, a.id, b.id),
            len(needs.get((a.id, b.id), ())) + len(needs.get((b.id, a.id), ())),
        )
        for a, b in combinations(city.platforms, 2)
    )
