"""What the dependencies ask: order, groups, and traffic between partners that part."""

from collections.abc import Iterable, Iterator

import networkx as nx

from inventory.model import City, Dependency, Link, Order, called
from inventory.text import _
from planner.problem.records import Apart, Bond, Line
from planner.sizing import Sizer
from topology import Graph, platform_route
from topology.dualstack import Ground, Stop, Verdict, carries, passes


def order(city: City, inside: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return (consumer, provider) pairs among the systems of the plan."""
    known = set(inside)
    return tuple(
        (d.consumer, d.provider)
        for d in city.dependencies
        if d.order == Order.provider_first and {d.consumer, d.provider} <= known
    )


def groups(
    city: City, pairs: tuple[tuple[str, str], ...], inside: Iterable[str]
) -> tuple[tuple[str, ...], ...]:
    """Return the systems that go in one period: tied together, or in a cycle of precedence."""
    ties: nx.Graph[str] = nx.Graph()
    known = set(inside)
    for d in city.dependencies:
        if d.order == Order.together and {d.consumer, d.provider} <= known:
            ties.add_edge(d.consumer, d.provider)
    for cycle in nx.strongly_connected_components(nx.DiGraph(list(pairs))):
        nx.add_path(ties, sorted(cycle)) if len(cycle) > 1 else None
    return tuple(sorted(tuple(sorted(group)) for group in nx.connected_components(ties)))


def without_ipv6(city: City, graph: Graph, platforms: Iterable[str]) -> dict[str, str]:
    """Return the platforms that IPv6 is not known to reach from core and edge, and why in words."""
    ground, found = Ground(city, graph), {}
    for platform in platforms:
        site = city.platform[platform].site
        (routed, core), (reached, top) = ground.routed([site]), ground.reachable([site])
        if not routed is reached is Verdict.yes:
            stops = ground.stop(core, judge=carries), ground.stop(top, judge=passes)
            found[platform] = _stopped(city, next((stop for stop in stops if stop), None))
    return found


def _stopped(city: City, stop: Stop | None) -> str:
    if stop is None:
        return _("nobody says where it is connected")
    kind, _slash, name = stop.subject.partition("/")
    hop = next((called(row) for row in getattr(city, kind) if row.id == name), name)
    if stop.verdict is Verdict.no:
        return _("IPv6 stops at {hop}").format(hop=hop)
    return _("nobody says whether IPv6 gets through {hop}").format(hop=hop)


class Traffic:
    """Traffic of dependencies over the lines between platforms."""

    def __init__(self, city: City, graph: Graph, sizer: Sizer) -> None:
        self.city, self.graph, self.sizer = city, graph, sizer
        self._routes: dict[tuple[str, str], frozenset[str] | None] = {}
        self._delays: dict[tuple[str, str], int | None] = {}
        self._bounded: dict[str, list[tuple[str, int]]] = {}
        for d in city.dependencies:
            if d.latency is not None:
                self._bounded.setdefault(d.consumer, []).append((d.provider, d.latency))
                self._bounded.setdefault(d.provider, []).append((d.consumer, d.latency))

    def place(self, system: str) -> str:
        """Return the platform a system runs on now."""
        return self.city.pool[self.city.system[system].runs_on].platform

    def route(self, a: str, b: str) -> frozenset[str] | None:
        """Return the lines between two platforms, ``None`` where there is no way."""
        if (a, b) not in self._routes:
            found = platform_route(self.graph, a, b)
            self._routes[a, b] = None if found is None else frozenset(found.links)
        return self._routes[a, b]

    def delay(self, a: str, b: str) -> int | None:
        """Return the known delay between two platforms, microseconds one way."""
        if (a, b) not in self._delays:
            found = platform_route(self.graph, a, b)
            self._delays[a, b] = None if found is None else found.latency
        return self._delays[a, b]

    def mbit(self, dependency: Dependency) -> int:
        """Return the peak traffic of a dependency, Mbit/s; unknown traffic is assumed."""
        if dependency.mbit is not None:
            return dependency.mbit
        return int(self.sizer.assume("dependency_mbit"))

    def bonds(self, inside: Iterable[str]) -> tuple[Bond, ...]:
        """Return the dependencies between systems of the plan."""
        known = set(inside)
        pairs = (d for d in self.city.dependencies if {d.consumer, d.provider} <= known)
        return tuple(Bond(d.id, d.consumer, d.provider, self.mbit(d)) for d in pairs)

    def too_far(self, system: str, platform: str, fixed: set[str]) -> str | None:
        """Return why a platform is too far from a partner that stays, if one is."""
        for partner, limit in self._bounded.get(system, ()):
            delay = self.delay(platform, self.place(partner)) if partner in fixed else None
            if delay is not None and delay > limit:
                return _("{partner} allows {limit} ms, the way takes {delay} ms").format(
                    partner=called(self.city.system[partner]), limit=limit / 1000, delay=delay / 1000
                )
        return None

    def lines(self, reach: dict[str, tuple[str, ...]]) -> tuple[Line, ...]:
        """Return the lines that moves could fill beyond their planned peak.

        Args:
            reach: system id to the platforms it might move to (none for one that stays).
        """
        loads: dict[str, list[Apart]] = {}
        for d in self.city.dependencies:
            for apart, lines in self._aparts(d, reach):
                for link in lines:
                    loads.setdefault(link, []).append(apart)
        found = (self._line(link, loads.get(link.id, [])) for link in self.city.links)
        return tuple(line for line in found if line)

    def _aparts(
        self, d: Dependency, reach: dict[str, tuple[str, ...]]
    ) -> Iterator[tuple[Apart, frozenset[str]]]:
        a_now, b_now = self.place(d.consumer), self.place(d.provider)
        now = self.route(a_now, b_now) or frozenset()
        for a in (None, *reach.get(d.consumer, ())):
            for b in (None, *reach.get(d.provider, ())):
                if a or b:
                    extra = (self.route(a or a_now, b or b_now) or frozenset()) - now
                    yield Apart(d.id, d.consumer, a, d.provider, b, self.mbit(d)), extra

    def _line(self, link: Link, loads: list[Apart]) -> Line | None:
        if link.mbit is None or not loads:
            return None
        peak = int(link.mbit * self.sizer.assume("link_planned_peak"))
        room = max(0, peak - link.mbit * (link.utilisation or 0) // 10_000)
        worst = sum({load.bond: load.mbit for load in loads}.values())
        return Line(link.id, room, tuple(loads)) if worst > room else None
