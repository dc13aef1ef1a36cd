"""Single points of failure, and what hangs below each."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from inventory.model import Level, Link
from topology.graph import Graph, links, platforms, pools, sites, systems
from topology.levels import is_access_point, tops
from topology.paths.reach import lines_by_duct, reached
from topology.paths.route import Neighbours, neighbours, net

type Sites = tuple[str, ...]

_TOP = ""
"""A site above all, joined to every site of the highest level; no id is empty."""


@dataclass(frozen=True)
class SinglePoints:
    """What cuts sites off from the highest level when it fails alone."""

    lines: dict[str, Sites]
    """Line to the sites behind it; one of two parallel lines is none."""
    sites: dict[str, Sites]
    """Site to the sites behind it, itself not counted."""
    ducts: dict[str, Sites]
    """Duct to the sites that lose their last way only when all its lines fail together."""


@dataclass(frozen=True)
class Hanging:
    """What a group of sites carries."""

    levels: dict[Level, int]
    """How many sites of each level, highest level first; access points not counted."""
    access_points: int
    """Sites connected at a hub of their own level."""
    organisations: int
    """Bodies present at the sites."""
    systems: int
    """Systems on platforms that are connected at the sites."""


def single_points(graph: Graph) -> SinglePoints:
    """Return every line, site and duct whose failure cuts sites off."""
    lines = links(graph)
    roots = [site.id for site in tops(sites(graph).values())]
    found = cuts(lines, roots)
    ducts = _ducts(net(graph).near, lines, roots, found.lines)
    return SinglePoints(found.lines, found.sites, ducts)


def cuts(lines: Iterable[Link], roots: Sequence[str]) -> SinglePoints:
    """Return bridges and cut sites seen from ``roots``, without ducts; one depth-first pass."""
    near = neighbours([*lines, *(Link(id=f"top:{root}", name=root, a=_TOP, b=root) for root in roots)])
    walk = _Walk(near)
    found = SinglePoints({}, {}, {})
    for site in reversed(walk.order[1:]):
        line, parent = walk.via[site]
        low = walk.settle(site, line, parent)
        below = walk.below(site)
        if low > walk.enter[parent] and parent != _TOP:
            found.lines[line.id] = below
        if low >= walk.enter[parent] and parent != _TOP:
            found.sites[parent] = found.sites.get(parent, ()) + below
    return found


@dataclass
class _Walk:
    """A depth-first tree from the top: preorder, the line to the parent, lowest reach, size."""

    near: Neighbours
    order: list[str] = field(default_factory=list)
    enter: dict[str, int] = field(default_factory=dict)
    via: dict[str, tuple[Link, str]] = field(default_factory=dict)
    low: dict[str, int] = field(default_factory=dict)
    size: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        stack: list[tuple[str, tuple[Link, str] | None]] = [(_TOP, None)]
        while stack:
            site, via = stack.pop()
            if site in self.enter:
                continue
            self.enter[site] = len(self.order)
            self.order.append(site)
            if via:
                self.via[site] = via
            new = (pair for pair in self.near.get(site, ()) if pair[0] not in self.enter)
            stack += ((other, (line, site)) for other, line in new)
        self.low.update(self.enter)

    def settle(self, site: str, line: Link, parent: str) -> int:
        """Fix how high ``site`` and all below it reach without ``line``; children come first."""
        reach = (self.enter[other] for other, other_line in self.near[site] if other_line is not line)
        self.low[site] = min((self.low[site], *reach))
        self.low[parent] = min(self.low[parent], self.low[site])
        self.size[site] += 1
        self.size[parent] += self.size[site]
        return self.low[site]

    def below(self, site: str) -> Sites:
        """Return a site and those below it in the tree."""
        start = self.enter[site]
        return tuple(self.order[start : start + self.size[site]])


def _ducts(
    near: Neighbours, lines: Iterable[Link], roots: Sequence[str], alone: dict[str, Sites]
) -> dict[str, Sites]:
    """Only two lines or more that are no single points can do together what neither does alone."""
    everyone = reached(near, roots)
    found = {}
    for duct, group in lines_by_duct(lines).items():
        names = frozenset(line.id for line in group)
        if len(names - alone.keys()) > 1:
            lost = everyone - reached(near, roots, without=names)
            lost -= {site for name in names for site in alone.get(name, ())}
            if lost:
                found[duct] = tuple(sorted(lost))
    return found


def hanging(graph: Graph, at: Iterable[str]) -> Hanging:
    """Count what a group of sites carries."""
    places, here = sites(graph), set(at)
    hubs = [places[site] for site in here if not is_access_point(places, places[site])]
    levels = Counter(site.level for site in hubs)
    bodies = {places[site].organisation for site in here} - {None}
    clouds = {name for name, platform in platforms(graph).items() if platform.site in here}
    homes = {name for name, pool in pools(graph).items() if pool.platform in clouds}
    count = sum(1 for system in systems(graph).values() if system.runs_on in homes)
    counted = {level: levels[level] for level in Level if levels[level]}
    return Hanging(counted, len(here) - len(hubs), len(bodies), count)
