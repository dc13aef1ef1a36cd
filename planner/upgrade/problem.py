"""What an upgrade plan has to decide, as plain sets and integers: hops, ways and what they serve.

A system or site is ready where IPv6 is carried from its places to the city core, and gets through
to the highest level. Both are questions of reach in a network whose arcs ask for hops to be
upgraded first. What is reached without any upgrade is one with the root; what hangs off the
way to a place is cut away, so that a tree leaves one way a place.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from inventory.model import City, Criticality, Device, Ipv6, Link, System
from planner.plan import Assumed
from planner.upgrade.plan import Aim, Basis
from topology import Graph
from topology.dualstack import Ground, carries, passes
from topology.dualstack.hops import Equipment, Judge
from topology.graph import devices, links

ROOT = ""
"""Everything that IPv6 reaches today."""
TOP = "top"
ASSUMED = {"links": "ipv6_link_upgrade", "devices": "ipv6_device_upgrade"}

type Goal = tuple[str, str]
"""A root (a core or the top) and a site that must be reached from it."""


@dataclass(frozen=True)
class Candidate:
    """A hop that could be upgraded."""

    subject: str
    cost: int
    basis: Basis
    unknown: bool


@dataclass(frozen=True)
class Arc:
    """A way from one group of sites to another, open once all its hops are upgraded."""

    start: str
    end: str
    hops: frozenset[str]


@dataclass(frozen=True)
class Wanting:
    """A system or site that is not ready, what must be reached for it, and what it weighs."""

    id: str
    weight: int
    goals: tuple[Goal, ...]


@dataclass(frozen=True)
class Problem:
    """Everything the model knows."""

    city: str
    digest: str
    aim: Aim
    candidates: dict[str, Candidate]
    """By subject; only those that some way of a wanting system or site meets."""
    arcs: dict[Goal, tuple[Arc, ...]]
    """The ways to each goal that is not reached today; its node has the site's name."""
    wanting: tuple[Wanting, ...]
    before: tuple[str, ...]
    out_of_reach: tuple[str, ...]
    assumed: tuple[Assumed, ...]

    def ready(self, done: Collection[str], among: Sequence[Wanting] | None = None) -> frozenset[str]:
        """Return what is ready once some hops are upgraded, of all or of some that want to be."""
        asked = self.wanting if among is None else among
        goals = dict.fromkeys(goal for wanting in asked for goal in wanting.goals)
        reached = {goal for goal in goals if _leads(self.arcs[goal], goal[1], done)}
        return frozenset(wanting.id for wanting in asked if reached.issuperset(wanting.goals))

    def users(self) -> dict[str, tuple[Wanting, ...]]:
        """Return what each candidate could serve."""
        found: dict[str, dict[Wanting, None]] = {subject: {} for subject in self.candidates}
        for wanting in self.wanting:
            for hop in {hop for goal in wanting.goals for arc in self.arcs[goal] for hop in arc.hops}:
                found[hop][wanting] = None
        return {subject: tuple(served) for subject, served in found.items()}

    def only(self, ids: Collection[str]) -> "Problem":
        """Return the problem of some that want to be ready alone."""
        wanting = tuple(w for w in self.wanting if w.id in ids)
        goals = {goal for w in wanting for goal in w.goals}
        arcs = {goal: arcs for goal, arcs in self.arcs.items() if goal in goals}
        subjects = {hop for ways in arcs.values() for arc in ways for hop in arc.hops}
        candidates = {s: c for s, c in self.candidates.items() if s in subjects}
        return replace(self, wanting=wanting, arcs=arcs, candidates=candidates)


def formulate(city: City, graph: Graph, aim: Aim = Aim.systems) -> Problem:
    """Return the problem of a city.

    Args:
        city: the inventory.
        graph: its graph.
        aim: what is to become ready.

    Raises:
        InputError: an assumption that has to stand in for a cost is missing.
    """
    ground = Ground(city, graph)
    nets = _Nets(ground)
    wanting, before, lost = [], [], []
    for name, weight, places in _subjects(ground, aim):
        goals = nets.goals(places)
        if goals is None:
            lost.append(name)
        elif goals:
            wanting.append(Wanting(name, weight, goals))
        else:
            before.append(name)
    arcs = {goal: nets.arcs[goal] or () for w in wanting for goal in w.goals}
    subjects = sorted({hop for ways in arcs.values() for arc in ways for hop in arc.hops})
    candidates = _candidates(city, graph, subjects)
    return Problem(
        city=city.id,
        digest=city.digest,
        aim=aim,
        candidates=candidates,
        arcs=arcs,
        wanting=tuple(wanting),
        before=tuple(before),
        out_of_reach=tuple(lost),
        assumed=_assumed(city, candidates.values()),
    )


def _subjects(ground: Ground, aim: Aim) -> Iterator[tuple[str, int, tuple[str | None, ...]]]:
    if aim == Aim.systems:
        yield from ((s.id, _weight(ground.city, s), ground.places(s)) for s in ground.systems)
    else:
        yield from ((site.id, 1, (site.id,)) for site in ground.city.sites)


def _weight(city: City, system: System) -> int:
    return int(city.assume(f"coverage_weight.{(system.criticality or Criticality.ordinary).value}"))


def _candidates(city: City, graph: Graph, subjects: Iterable[str]) -> dict[str, Candidate]:
    known: dict[str, Link | Device] = {f"links/{line.id}": line for line in links(graph)}
    known |= {f"devices/{name}": device for name, device in devices(graph).items()}
    return {subject: _candidate(city, subject, known[subject]) for subject in subjects}


def _candidate(city: City, subject: str, hop: Link | Device) -> Candidate:
    unknown = hop.ip_mode is None
    if hop.ip_mode in (Ipv6.dual_stack, Ipv6.v6_only):
        return Candidate(subject, 0, Basis.policy, isinstance(hop, Device) and hop.v6_policy is None)
    if hop.upgrade_cost is not None:
        return Candidate(subject, hop.upgrade_cost, Basis.stated, unknown)
    yuan = city.assume(ASSUMED[subject.partition("/")[0]])
    return Candidate(subject, round(yuan * 100), Basis.assumed, unknown)


def _assumed(city: City, candidates: Iterable[Candidate]) -> tuple[Assumed, ...]:
    used = [ASSUMED[c.subject.partition("/")[0]] for c in candidates if c.basis is Basis.assumed]
    rows = (assumption for assumption in city.assumptions if assumption.id in used)
    return tuple(
        Assumed(key=a.id, value=str(a.value), unit=a.unit, grade=a.grade, count=used.count(a.id))
        for a in rows
    )


@dataclass
class _Nets:
    """The networks of both questions, and what is left of them on the way to each site."""

    ground: Ground
    arcs: dict[Goal, tuple[Arc, ...] | None] = field(default_factory=dict)
    """None where no way leads there; empty where IPv6 is there today."""
    reached: dict[str, set[str]] = field(default_factory=dict)
    """Nodes that IPv6 reaches today, by root."""

    def goals(self, places: Iterable[str | None]) -> tuple[Goal, ...] | None:
        """Return what must be reached for some places and is not; none where no way leads there."""
        goals: list[Goal] = []
        for site in places:
            core = self.ground.core_of.get(site or "")
            if site is None or core is None:
                return None
            goals += [(core, site), (TOP, site)]
        if any(self._ways(goal) is None for goal in goals):
            return None
        return tuple(dict.fromkeys(goal for goal in goals if self._ways(goal)))

    def _ways(self, goal: Goal) -> tuple[Arc, ...] | None:
        root, site = goal
        if goal not in self.arcs:
            net = self.passing if root == TOP else self.carrying
            if root not in self.reached:
                self.reached[root] = net.reach(self.ground.edge if root == TOP else (root,))
            self.arcs[goal] = net.ways(self.reached[root], site)
        return self.arcs[goal]

    @cached_property
    def carrying(self) -> "_Net":
        """Where lines and devices carry IPv6."""
        return _Net.of(self.ground.graph, carries)

    @cached_property
    def passing(self) -> "_Net":
        """Where they let it through."""
        return _Net.of(self.ground.graph, passes)


@dataclass(frozen=True)
class _Net:
    """One network, contracted: sites joined by open lines are one node, named by one of them."""

    node: Mapping[str, str]
    into: Mapping[str, Sequence[Arc]]
    """Arcs by the node they lead to."""
    free: Mapping[str, Collection[str]]
    """Nodes that are reached from a node over open arcs."""

    @classmethod
    def of(cls, graph: Graph, judge: Judge) -> "_Net":
        """Contract what is open both ways already."""
        equipment, crossings = Equipment.of(graph, judge), []
        for line in links(graph):
            for start, end in ((line.a, line.b), (line.b, line.a)):
                hops = frozenset(met.subject for met in equipment.met(line, start, end))
                crossings.append(Arc(start, end, hops))
        node = _joined(crossings)
        moved = {Arc(node[a.start], node[a.end], a.hops) for a in crossings if node[a.start] != node[a.end]}
        into, free = defaultdict(list), defaultdict(list)
        for arc in _undominated(moved):
            into[arc.end].append(arc)
            if not arc.hops:
                free[arc.start].append(arc.end)
        return cls(node, into, free)

    def reach(self, roots: Iterable[str]) -> set[str]:
        """Return the nodes that are reached today."""
        return _reach(self.free, {self.node.get(root, root) for root in roots})

    def ways(self, reached: Collection[str], site: str) -> tuple[Arc, ...] | None:
        """Return the arcs on ways to a site: none at all where it is reached, None where none lead there."""
        here = self.node.get(site, site)
        if here in reached:
            return ()
        names = {here: site}
        arcs = [
            Arc(ROOT if arc.start in reached else arc.start, names.get(node, node), arc.hops)
            for node in self._feeding(reached, here)
            for arc in self.into.get(node, ())
            if arc.start != here
        ]
        left = _peeled(_undominated(arcs), {ROOT, site})
        return tuple(left) if _leads(left, site, None) else None

    def _feeding(self, reached: Collection[str], here: str) -> list[str]:
        """Return the nodes from which some way leads to a node, without those reached today."""
        seen = {here: None}
        queue = [here]
        while queue:
            starts = (arc.start for arc in self.into.get(queue.pop(), ()))
            new = dict.fromkeys(node for node in starts if node not in reached and node not in seen)
            seen |= new
            queue += new
        return list(seen)


def _joined(crossings: Sequence[Arc]) -> dict[str, str]:
    """Name the node of every site that has a line: one for all that are open to each other both ways."""
    free: dict[str, set[str]] = defaultdict(set)
    for arc in crossings:
        if not arc.hops:
            free[arc.start].add(arc.end)
    both = {a: {b for b in others if b in free and a in free[b]} for a, others in free.items()}
    node: dict[str, str] = {}
    for arc in crossings:
        if arc.start not in node:
            node.update(dict.fromkeys(_reach(both, [arc.start]), arc.start))
    return node


def _reach(near: Mapping[str, Collection[str]], starts: Iterable[str]) -> set[str]:
    seen = set(starts)
    queue = list(seen)
    while queue:
        new = set(near.get(queue.pop(), ())) - seen
        seen |= new
        queue += new
    return seen


def _undominated(arcs: Iterable[Arc]) -> Iterator[Arc]:
    """Drop arcs that ask for more than another one between the same nodes."""
    between: dict[tuple[str, str], list[Arc]] = defaultdict(list)
    for arc in sorted(arcs, key=lambda arc: (arc.start, arc.end, len(arc.hops), sorted(arc.hops))):
        rivals = between[arc.start, arc.end]
        if not any(rival.hops <= arc.hops for rival in rivals):
            rivals.append(arc)
            yield arc


def _peeled(arcs: Iterable[Arc], ends: Collection[str]) -> list[Arc]:
    """Cut away what hangs by one node, again and again: no way between the ends leads through it."""
    left = list(arcs)
    while True:
        near: dict[str, set[str]] = defaultdict(set)
        for arc in left:
            near[arc.start].add(arc.end)
            near[arc.end].add(arc.start)
        loose = {node for node, others in near.items() if len(others) == 1 and node not in ends}
        if not loose:
            return left
        left = [arc for arc in left if loose.isdisjoint((arc.start, arc.end))]


def _leads(arcs: Iterable[Arc], site: str, done: Collection[str] | None) -> bool:
    """Whether some way leads to a site once some hops are upgraded, or all of them."""
    near: dict[str, set[str]] = defaultdict(set)
    for arc in arcs:
        if done is None or arc.hops.issubset(done):
            near[arc.start].add(arc.end)
    return site in _reach(near, [ROOT])
