"""How ready a city is for IPv6: every system, website and site, and what it comes to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from inventory.model import City, Level, Site
from topology.dualstack.ground import Ground
from topology.dualstack.ladder import Row, Step, system_row, website_row
from topology.dualstack.targets import Target, Targets, read_targets
from topology.dualstack.verdict import Verdict
from topology.graph import Graph

SITE_STEPS = (Step.planned, Step.routed, Step.reachable)
WHOLE = Step.serving
"""The step that national targets for websites speak of."""


@dataclass(frozen=True)
class SiteRow:
    """What the network does for one site."""

    site: str
    county: str | None
    steps: dict[Step, Verdict]
    """planned, routed and reachable."""


@dataclass(frozen=True)
class Share:
    """Answers counted; those to whom the question does not apply are left out."""

    yes: int
    no: int
    unknown: int

    @property
    def of(self) -> int:
        """The denominator."""
        return self.yes + self.no + self.unknown

    @classmethod
    def count(cls, verdicts: Iterable[Verdict]) -> "Share":
        """Count some answers."""
        found = list(verdicts)
        return cls(*(found.count(verdict) for verdict in (Verdict.yes, Verdict.no, Verdict.unknown)))


@dataclass(frozen=True)
class Group:
    """A group of sites, systems or websites, with its answers by step."""

    id: str
    """Level, county site or platform."""
    of: int
    """Members."""
    steps: dict[Step, Share]


@dataclass(frozen=True)
class Beside:
    """A national target beside the city's own number."""

    target: Target
    own: Share | None
    """none where the inventory measures nothing alike."""


@dataclass(frozen=True)
class Readiness:
    """How far IPv6 has come."""

    systems: tuple[Row, ...]
    """The city's own systems that are not retired, in file order."""
    websites: tuple[Row, ...]
    sites: tuple[SiteRow, ...]
    levels: tuple[Group, ...]
    """Sites by level."""
    counties: tuple[Group, ...]
    """Sites at and below each county."""
    publishers: tuple[Group, ...]
    """Websites by the county of the unit that publishes them; others are left out."""
    platforms: tuple[Group, ...]
    """Systems by the platform they run on."""
    whole: tuple[Group, ...]
    """All systems and all websites."""
    targets: tuple[Beside, ...]

    @property
    def ready(self) -> frozenset[str]:
        """Systems for which IPv6 is known to get through from end to end, by id."""
        return frozenset(row.id for row in self.systems if row.ready)

    @property
    def ready_sites(self) -> frozenset[str]:
        """Sites that IPv6 is known to reach from end to end, by id."""
        ends = Step.routed, Step.reachable
        return frozenset(r.site for r in self.sites if all(r.steps[end] is Verdict.yes for end in ends))


def readiness(city: City, graph: Graph, targets: Targets | None = None) -> Readiness:
    """Put every system and website on the ladder and sum up; unknown stays unknown.

    Args:
        city: the inventory.
        graph: its graph.
        targets: national targets and the link rate that serving asks for; the shipped ones
            by default.
    """
    ground, aims = Ground(city, graph), targets or read_targets()
    systems = tuple(system_row(ground, system, aims.least_link_rate) for system in ground.systems)
    websites = tuple(website_row(ground, site, aims.least_link_rate) for site in city.websites)
    places = tuple(_site_row(ground, site) for site in city.sites)
    return Readiness(
        systems=systems,
        websites=websites,
        sites=places,
        levels=_groups(places, SITE_STEPS, lambda row: city.site[row.site].level, tuple(Level)),
        counties=_groups(places, SITE_STEPS, lambda row: row.county, _counties(city)),
        publishers=_groups(websites, Step, _publisher(ground), _counties(city)),
        platforms=_groups(systems, Step, lambda row: _platform(city, row), tuple(city.platform)),
        whole=(_group("systems", systems, Step), _group("websites", websites, Step)),
        targets=tuple(Beside(target, _own(city, websites, target)) for target in aims.targets),
    )


def _site_row(ground: Ground, site: Site) -> SiteRow:
    planned = ground.planned(site.id, site.organisation, None)
    verdicts = planned, ground.routed([site.id])[0], ground.reachable([site.id])[0]
    return SiteRow(site.id, ground.county(site.id), dict(zip(SITE_STEPS, verdicts, strict=True)))


def _publisher(ground: Ground) -> Callable[[Row], str | None]:
    """Return how to tell the county of a website, by the site of the unit that publishes it."""
    places = {site.organisation: site.id for site in reversed(ground.city.sites) if site.organisation}
    homes = {website.id: places.get(website.organisation) for website in ground.city.websites}

    def county(row: Row) -> str | None:
        home = homes[row.id]
        return ground.county(home) if home else None

    return county


def _counties(city: City) -> tuple[str, ...]:
    return tuple(site.id for site in city.sites if site.level is Level.county)


def _platform(city: City, row: Row) -> str:
    return city.pool[city.system[row.id].runs_on].platform


def _groups[R: Row | SiteRow](
    rows: Iterable[R], steps: Iterable[Step], key: Callable[[R], str | None], order: Iterable[str]
) -> tuple[Group, ...]:
    members: dict[str | None, list[R]] = {}
    for row in rows:
        members.setdefault(key(row), []).append(row)
    chosen = tuple(steps)
    return tuple(_group(name, members[name], chosen) for name in order if name in members)


def _group(name: str, rows: Iterable[Row | SiteRow], steps: Iterable[Step]) -> Group:
    answers: list[Mapping[Step, Verdict]] = [row.steps for row in rows]
    return Group(name, len(answers), {s: Share.count(a[s] for a in answers) for s in steps})


def _own(city: City, websites: Iterable[Row], target: Target) -> Share | None:
    """Return the city's websites that serve over IPv6: all, or those of governments."""
    if target.beside is None:
        return None
    of = {website.id: city.organisation[website.organisation] for website in city.websites}
    return Share.count(
        row.steps[WHOLE] for row in websites if target.beside == "websites" or of[row.id].kind == "government"
    )
