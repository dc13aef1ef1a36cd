"""What the ladder and its rules read off a city and its graph, worked out once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from netaddr import AddrFormatError, IPAddress, IPNetwork

from inventory.model import City, Level, Link, Prefix, Site, Status, System, Website, Workload, Zone
from topology.dualstack.hops import Judge, Met, Way, carries, passes, ways
from topology.dualstack.verdict import Verdict
from topology.graph import Graph
from topology.levels import above, is_access_point, tops
from topology.paths import hanging

type Reading = tuple[Verdict, Way]


class Block(NamedTuple):
    """A prefix as numbers."""

    version: int
    first: int
    last: int

    def holds(self, other: "Block") -> bool:
        """Whether another block lies inside this one."""
        return self.version == other.version and self.first <= other.first and other.last <= self.last


@dataclass(frozen=True)
class Stop:
    """The first hop on a way up that does not surely let IPv6 through, and what stands behind it."""

    subject: str
    """Its id, prefixed by its list: ``links/city-county-3``."""
    verdict: Verdict
    """no where it stops IPv6, unknown where nobody says."""
    sites: int
    systems: int
    organisations: int
    villages: int


@dataclass(frozen=True, eq=False)
class Ground:
    """A city and its graph, indexed for questions about IPv6."""

    city: City
    graph: Graph

    @cached_property
    def systems(self) -> tuple[System, ...]:
        """The city's own systems that are not retired, in file order."""
        return tuple(s for s in self.city.systems if not s.external and s.status is not Status.retired)

    @cached_property
    def websites_of(self) -> dict[str, tuple[Website, ...]]:
        """Websites by the system that serves them."""
        found: dict[str, tuple[Website, ...]] = {}
        for website in self.city.websites:
            if website.system:
                found[website.system] = (*found.get(website.system, ()), website)
        return found

    @cached_property
    def prefixes_at(self) -> dict[str, tuple[tuple[Prefix, Block], ...]]:
        """Readable rows of the address plan by site, or by organisation where no site is named."""
        found: dict[str, list[tuple[Prefix, Block]]] = {}
        for row in self.city.prefixes:
            block, place = block_of(row.prefix), f"sites/{row.site}" if row.site else f"of/{row.organisation}"
            if block:
                found.setdefault(place, []).append((row, block))
        return {place: tuple(rows) for place, rows in found.items()}

    def planned(self, site: str | None, owner: str | None, zone: Zone | None) -> Verdict:
        """Whether the plan holds IPv6 for a place: no where it has rows for it, but none of IPv6."""
        places = [f"sites/{site}"] * (site is not None) + [f"of/{owner}"] * (owner is not None)
        rows = [row for place in places for row in self.prefixes_at.get(place, ())]
        if not rows:
            return Verdict.unknown
        fitting = (block for row, block in rows if None in (zone, row.zone) or row.zone is zone)
        return Verdict.yes if any(block.version == 6 for block in fitting) else Verdict.no

    @cached_property
    def core_of(self) -> dict[str, str]:
        """The city core above each site; a site above the cities is its own core."""
        found = {}
        for site in self.city.sites:
            core = site.id if site.level is Level.province else above(self.city.site, site.id, Level.city)
            if core is not None:
                found[site.id] = core
        return found

    @cached_property
    def to_core(self) -> dict[str, Way]:
        """What does not surely carry IPv6 between each site and its city core."""
        cores = {core: self._from_core(core, below) for core, below in self._below.items()}
        return {site: cores[core][site] for site, core in self.core_of.items() if site in cores[core]}

    def _from_core(self, core: str, below: set[str]) -> dict[str, Way]:
        """Search among the sites below a core alone where no other line leads out and back in."""
        return ways(self.graph, [core], carries, None if core in self._crossed else below)

    @cached_property
    def _below(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for site, core in self.core_of.items():
            found.setdefault(core, set()).add(site)
        return found

    @cached_property
    def _crossed(self) -> set[str]:
        """Cores of which some site other than the core itself has a line to a site of another."""
        core = self.core_of
        ends = ((a, b) for line in self.city.links for a, b in ((line.a, line.b), (line.b, line.a)))
        return {core[a] for a, b in ends if a in core and core[a] != core.get(b) and core[a] != a}

    @cached_property
    def edge(self) -> tuple[str, ...]:
        """The sites of the highest level, without places that are connected at one of them."""
        found = tops(self.city.sites)
        return tuple(site.id for site in found if not is_access_point(self.city.site, site))

    @cached_property
    def to_top(self) -> dict[str, Way]:
        """What does not surely let IPv6 through between each site and the highest level."""
        return ways(self.graph, self.edge, passes)

    def routed(self, sites: Iterable[str | None]) -> Reading:
        """Whether IPv6 is carried from all of some sites to the core; the worst way."""
        return _worst(self.to_core, sites)

    def reachable(self, sites: Iterable[str | None]) -> Reading:
        """Whether IPv6 gets from all of some sites to the highest level; the worst way."""
        return _worst(self.to_top, sites)

    @cached_property
    def _behind_core(self) -> dict[str, list[str]]:
        return _behind(self.to_core)

    @cached_property
    def _behind_top(self) -> dict[str, list[str]]:
        return _behind(self.to_top)

    def stop(self, way: Way, *, judge: Judge) -> Stop | None:
        """Return the hop of a way that is met first from below: one that stops IPv6 before unknown ones."""
        stopping = [met for met in way if met.verdict is Verdict.no] or way
        if not stopping:
            return None
        key = judge is carries, stopping[-1]
        if key not in self._stops:
            self._stops[key] = self._stop(*key)
        return self._stops[key]

    @cached_property
    def _stops(self) -> dict[tuple[bool, Met], Stop]:
        return {}

    def _stop(self, core: bool, hop: Met) -> Stop:
        behind = (self._behind_core if core else self._behind_top)[hop.subject]
        what = hanging(self.graph, behind)
        villages = what.levels.get(Level.village, 0)
        return Stop(hop.subject, hop.verdict, len(behind), what.systems, what.organisations, villages)

    def county(self, site: str) -> str | None:
        """Return the county a site belongs to."""
        return above(self.city.site, site, Level.county)

    def places(self, system: System) -> tuple[str | None, ...]:
        """Return the sites that a system's machines are connected at."""
        return self.sites_of(self.city.workloads_of[system.id]) or (self._site(system.runs_on),)

    def sites_of(self, workloads: Iterable[Workload]) -> tuple[str | None, ...]:
        """Return the sites that some workloads are connected at; none stands for an unknown one."""
        return tuple(dict.fromkeys(self._site(self.city.pool_of(workload).id) for workload in workloads))

    def _site(self, pool: str) -> str | None:
        return self.city.platform[self.city.pool[pool].platform].site


def _worst(ways: dict[str, Way], sites: Iterable[str | None]) -> Reading:
    readings = [_reading(ways, site) for site in sites]
    order = (Verdict.no, Verdict.unknown, Verdict.yes)
    return min(readings, key=lambda reading: order.index(reading[0]), default=(Verdict.unknown, ()))


def _reading(ways: dict[str, Way], site: str | None) -> Reading:
    way = ways.get(site or "")
    if way is None:
        return Verdict.unknown, ()
    if any(met.verdict is Verdict.no for met in way):
        return Verdict.no, way
    return (Verdict.unknown if way else Verdict.yes), way


def _behind(ways: dict[str, Way]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for site, way in ways.items():
        for met in way:
            found.setdefault(met.subject, []).append(site)
    return found


@lru_cache(1 << 16)
def block_of(text: str) -> Block | None:
    """Read a prefix; none where it is not one."""
    try:
        net = IPNetwork(text)
    except (AddrFormatError, ValueError):
        return None
    return Block(net.version, net.first, net.last)


def versions(workload: Workload) -> Iterator[int]:
    """Yield 4 or 6 for each readable address of a workload."""
    for text in workload.addresses:
        try:
            yield IPAddress(text).version
        except (AddrFormatError, ValueError):
            continue


def lower(city: City, line: Link) -> Site:
    """Return the end of a line that lies lower in the tree; ``b`` between equals."""
    a, b = city.site[line.a], city.site[line.b]
    return a if a.level.depth > b.level.depth else b
