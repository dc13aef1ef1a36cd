"""What the checks share: the register, and one look at the graph that each may use."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import repeat

from inventory.finding import Flaw, Register
from inventory.model import City, Dependency, Level, Link, Site, called
from inventory.text import N_, _, joined
from topology.dualstack import Hop, blocking_hops
from topology.graph import Graph, sites
from topology.levels import above
from topology.paths import Route, SinglePoints, hanging, platform_route, single_points, traffic

REGISTER = Register()
FIVE_LEVELS = "铁岭市数据局 2024-10-30: 省、市、县、乡(镇)、村五级联通"
REDUNDANCY = N_("GB/T 22239-2019, level 3: redundant lines; two carriers as in the Guizhou extranet tender")
WORK_POINTS = N_("2025 IPv6 work points (2025-05-20)")
GRACE = 30
"""Assumption: days from a decision on an application until its line must be there, or gone."""
SHOWN = 20
"""How many ids a finding on a group lists."""

_COUNTED = {
    Level.province: N_("provinces: {n}"),
    Level.city: N_("cities: {n}"),
    Level.county: N_("counties: {n}"),
    Level.township: N_("townships: {n}"),
    Level.village: N_("villages: {n}"),
}
_OTHERS = {
    "access_points": N_("access points: {n}"),
    "organisations": N_("organisations: {n}"),
    "systems": N_("systems: {n}"),
}


@dataclass(frozen=True, eq=False)
class Survey:
    """The city, its graph, and what several checks read off it, worked out once."""

    city: City
    graph: Graph

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Sites by id."""
        return sites(self.graph)

    @cached_property
    def links(self) -> dict[str, Link]:
        """Lines by id."""
        return {line.id: line for line in self.city.links}

    @cached_property
    def single(self) -> SinglePoints:
        """Single points of failure."""
        return single_points(self.graph)

    @cached_property
    def hops(self) -> dict[str, Hop]:
        """Hops without IPv6 by subject."""
        return {hop.subject: hop for hop in blocking_hops(self.graph)}

    @cached_property
    def peak(self) -> Decimal:
        """Share of a line's bandwidth that its peak may reach."""
        known = {assumed.id: assumed.value for assumed in self.city.assumptions}
        return known.get("link_planned_peak", Decimal("0.70"))

    @cached_property
    def grace(self) -> int:
        """Days from a decision on an application until its line must be there, or gone."""
        known = {assumed.id: assumed.value for assumed in self.city.assumptions}
        return int(known.get("access_grace_days", GRACE))

    @cached_property
    def routes(self) -> dict[tuple[str, str], Route | None]:
        """The way between the platforms of every pair that has a dependency."""
        return {pair: platform_route(self.graph, *pair) for pair in self.traffic}

    @cached_property
    def traffic(self) -> dict[tuple[str, str], tuple[Dependency, ...]]:
        """Dependencies between platforms, by consumer's and provider's."""
        return traffic(self.city)

    def place(self, site: str) -> str:
        """Return the name of a site."""
        return called(self.sites[site])

    def line(self, line: Link) -> str:
        """Return a line in words: its name and its two ends."""
        return _("{name} ({a} to {b})").format(name=called(line), a=self.place(line.a), b=self.place(line.b))

    def lower(self, line: Link) -> Site:
        """Return the end of a line that lies lower in the tree; ``b`` between equals."""
        a, b = self.sites[line.a], self.sites[line.b]
        return a if a.level.depth > b.level.depth else b

    def carries(self, at: Iterable[str]) -> tuple[str, dict[str, int]]:
        """Return what hangs at some sites, in words and as evidence."""
        found = hanging(self.graph, at)
        return counted(found.levels, {key: getattr(found, key) for key in _OTHERS})

    def grouped(self, links: Iterable[Link]) -> dict[str, tuple[Link, ...]]:
        """Group lines into subjects: each down to the counties alone, those below by county."""
        found: dict[str, list[Link]] = {}
        for link in links:
            lower = self.lower(link)
            county = above(self.sites, lower.id, Level.county)
            alone = lower.level.depth <= Level.county.depth or county is None
            found.setdefault(f"links/{link.id}" if alone else f"sites/{county}", []).append(link)
        return {subject: tuple(group) for subject, group in found.items()}


def counted(levels: Mapping[Level, int], others: Mapping[str, int]) -> tuple[str, dict[str, int]]:
    """Return counts of sites by level and of other things in words and as evidence."""
    parts = [_(_COUNTED[level]).format(n=n) for level, n in levels.items()]
    parts += [_(_OTHERS[key]).format(n=n) for key, n in others.items() if n]
    return joined(parts), {level.value: n for level, n in levels.items()} | dict(others)


def each[T](items: Iterable[T], faulty: Callable[[T], Flaw | None]) -> Iterator[Flaw | None]:
    """Examine one item at a time."""
    return map(faulty, items)


def in_groups(
    survey: Survey,
    links: Iterable[Link],
    bad: Callable[[Link], bool],
    told: Callable[[str, tuple[Link, ...]], Flaw],
) -> Iterator[Flaw | None]:
    """Examine lines one by one, but tell of those below the counties county by county."""
    examined = tuple(links)
    groups = survey.grouped(link for link in examined if bad(link))
    yield from (told(subject, group) for subject, group in groups.items())
    yield from repeat(None, len(examined) - len(groups))


def ids(records: Iterable[str]) -> list[str]:
    """Return the first ids of a group, for evidence."""
    return sorted(records)[:SHOWN]
