"""The graph and the rules on it: each planted flaw is told once, with its values."""

from datetime import date

import networkx as nx
import pytest

import topology
from inventory.errors import Place
from inventory.finding import Severity
from inventory.model import City, Dependency, Device, Link, Organisation, Platform, Pool, Site, System
from inventory.model import Workload as Machines
from topology.graph import Edge, Kind, Node


def line(id, a, b, **more):
    given = {"mbit": 1000, "latency": 1000, "ip_mode": "dual_stack", "carrier": "unicom", "duct": id}
    return Link(id=id, name=id, a=a, b=b, **given | more)


def site(id, level, parent=None):
    return Site(id=id, name=id, level=level, parent=parent)


SITES = (
    site("p", "province"),
    site("c", "city", "p"),
    site("x", "city", "c"),
    site("y", "city", "c"),
    site("d", "county", "c"),
    site("t", "township", "d"),
    site("v", "village", "t"),
    site("w", "village", "t"),
)
LINES = (
    line("pc1", "p", "c"),
    line("pc2", "p", "c", carrier="mobile"),
    line("cx1", "c", "x"),
    line("cx2", "c", "x", carrier="mobile"),
    line("cy1", "c", "y"),
    line("cy2", "c", "y", carrier="mobile"),
    line("cd1", "c", "d"),
    line("cd2", "c", "d", carrier="mobile", role="backup"),
    line("dt", "d", "t", mbit=200),
    line("tv", "t", "v", mbit=50),
    line("tw", "t", "w", mbit=50),
)


def city(**more):
    """A sound city of eight sites with two clouds; ``more`` replaces whole lists."""
    given = {
        "organisations": [Organisation(id="o", name="o", kind="department", level="city")],
        "platforms": [
            Platform(id=i, name=f"Cloud {i}", kind="government_cloud", site=i, operator="o") for i in "xy"
        ],
        "pools": [Pool(id=f"pool-{i}", name=i, platform=i) for i in "xy"],
        "systems": [
            System(id=f"s{n}", name=f"System {n}", owner="o", runs_on=f"pool-{i}")
            for n, i in enumerate("xxy")
        ],
        "workloads": [Machines(id="w0", name="w0", system="s0", count=2)],
        "sites": SITES,
        "links": LINES,
    }
    return City(id="t", name="t", as_of=date(2026, 1, 1), **given | more)


def check(**more):
    given = city(**more)
    return topology.check(given, topology.build(given))


def told(report, *, but=("TOP-106", "TOP-107")):
    """Rule and subject of every finding but those that every tree has."""
    return {(f.rule, f.subject) for f in report.findings if f.rule not in but}


def changed(records, id, **fields):
    return tuple(type(r)(**dict(r) | fields) if r.id == id else r for r in records)


def need(id, consumer, provider, **more):
    return Dependency(id=id, name=id, consumer=consumer, provider=provider, kind="interface", **more)


def test_every_record_and_relation_is_in_the_graph():
    device = Device(id="r", name="r", site="d", kind="router")
    graph = topology.build(city(devices=[device], dependencies=[need("n", "s0", "s2")]))
    assert graph.number_of_nodes() == 1 + 2 + 2 + 3 + 1 + 8 + 1
    kinds = [data["kind"] for _a, _b, data in graph.edges(data=True)]
    assert {kind: kinds.count(kind) for kind in Edge} == {
        Edge.part_of: 7 + 2 + 1 + 1,
        Edge.runs_on: 3,
        Edge.owns: 3,
        Edge.operates: 2,
        Edge.present_at: 0,
        Edge.connected_at: 2,
        Edge.link: len(LINES),
        Edge.depends: 1,
    }
    assert set(graph[Node(Kind.site, "p")][Node(Kind.site, "c")]) == {"pc1", "pc2"}


def test_a_closure_goes_both_ways_and_to_the_end():
    graph = topology.build(city(dependencies=[need("a", "s0", "s1"), need("b", "s1", "s2")]))
    assert topology.closure(graph, "s1") == topology.Closure(("s2",), ("s0",))
    assert topology.closure(graph, "s0") == topology.Closure(("s1", "s2"), ())


def test_a_sound_city_has_only_the_facts_of_a_tree():
    report = check()
    assert told(report) == set()
    assert report.checked["TOP-101"] == len(SITES)
    assert report.checked["TOP-110"] == len(LINES)
    facts = {(f.rule, f.subject): f.evidence for f in report.findings}
    assert facts["TOP-106", "sites/d"] | {"sites": 0} == {
        "township": 1,
        "village": 2,
        "access_points": 0,
        "organisations": 0,
        "systems": 0,
        "sites": 0,
    }
    assert facts["TOP-107", "sites/c"]["systems"] == 3
    assert facts["TOP-107", "sites/c"]["access_points"] == 2


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ({"sites": changed(SITES, "t", parent="c")}, {("TOP-101", "sites/t"), ("TOP-102", "sites/t")}),
        ({"links": (*LINES, line("pt", "p", "t"))}, {("TOP-103", "links/pt")}),
        ({"links": LINES[:-1]}, {("TOP-102", "sites/w"), ("TOP-104", "sites/w")}),
        (
            {"links": tuple(x for x in LINES if x.id != "cd2")},
            {("TOP-105", "links/cd1"), ("TOP-109", "sites/d")},
        ),
        (
            {"links": changed(changed(LINES, "cd1", duct="q"), "cd2", duct="q")},
            {("TOP-108", "links/cd1"), ("TOP-109", "sites/d")},
        ),
        ({"links": changed(LINES, "cd2", carrier="unicom")}, {("TOP-109", "sites/d")}),
        ({"links": changed(LINES, "cd2", carrier=None)}, {("TOP-109", "sites/d")}),
        ({"links": changed(LINES, "pc1", mbit=None)}, {("TOP-110", "links/pc1")}),
        (
            {"links": changed(changed(LINES, "tv", mbit=None), "tw", mbit=None)},
            {("TOP-110", "sites/d")},
        ),
        ({"links": changed(LINES, "dt", utilisation=7001)}, {("TOP-111", "links/dt")}),
        ({"links": changed(LINES, "dt", mbit=20)}, {("TOP-113", "links/dt")}),
        ({"links": changed(LINES, "dt", ip_mode="v4_only")}, {("TOP-114", "links/dt")}),
        (
            {"links": changed(changed(LINES, "tv", ip_mode="v4_only"), "tw", ip_mode="v4_only")},
            {("TOP-114", "sites/d")},
        ),
        ({"links": changed(LINES, "cd2", ip_mode="v4_only")}, {("TOP-120", "links/cd1")}),
        ({"links": changed(LINES, "dt", ip_mode=None)}, {("TOP-121", "sites/d")}),
        (
            {"links": changed(changed(LINES, "cd2", mbit=300), "cd1", utilisation=3010)},
            {("TOP-122", "links/cd1")},
        ),
        (
            {"devices": [Device(id="f", name="f", site="d", kind="firewall", ip_mode="v4_only")]},
            {("TOP-114", "devices/f")},
        ),
        (
            {
                "devices": [
                    Device(id="f", name="f", site="d", kind="firewall", v4_policy="filter", v6_policy="deny")
                ]
            },
            {("TOP-115", "devices/f")},
        ),
        (
            {"platforms": [Platform(id=i, name=i, kind="machine_room") for i in "xy"]},
            {("TOP-117", "platforms/x"), ("TOP-117", "platforms/y")},
        ),
    ],
)
def test_a_planted_flaw_is_told_and_nothing_else(lists, expected):
    assert told(check(**lists)) == expected


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ([need("n", "s0", "s2", mbit=701)], {("TOP-112", "links/cx1"), ("TOP-112", "links/cy1")}),
        ([need("n", "s0", "s2", mbit=700)], set()),
        ([need("n", "s0", "s1", mbit=9000)], set()),
        ([need("n", "s0", "s2", latency=1999)], {("TOP-119", "dependencies/n")}),
        ([need("n", "s0", "s2", latency=2000)], set()),
        (
            [
                need("n", "s0", "s1", order="provider_first"),
                need("m", "s1", "s0", order="provider_first"),
            ],
            {("TOP-116", "systems/s0")},
        ),
    ],
)
def test_dependencies_meet_the_lines(needs, expected):
    assert told(check(dependencies=needs)) == expected


def test_no_way_between_platforms_is_one_finding_a_pair():
    lines = tuple(x for x in LINES if x.b != "y")
    needs = [need("n", "s0", "s2"), need("m", "s1", "s2")]
    found = [f for f in check(links=lines, dependencies=needs).findings if f.rule == "TOP-118"]
    assert [(f.subject, f.evidence) for f in found] == [
        ("platforms/x", {"to": "y", "dependencies": ["m", "n"]})
    ]


def test_a_full_line_and_an_overbooked_one_are_errors():
    full = check(links=changed(LINES, "dt", utilisation=10_000))
    booked = check(dependencies=[need("n", "s0", "s2", mbit=1001)])
    assert {f.rule for f in (full + booked).at_least(Severity.error)} == {"TOP-111", "TOP-112"}


def test_a_hop_behind_a_hop_says_so():
    lines = changed(changed(LINES, "dt", ip_mode="v4_only"), "tv", ip_mode="v4_only")
    given = city(links=lines)
    first, second = topology.blocking_hops(topology.build(given))
    assert (first.subject, first.behind, first.first_for) == ("links/dt", ("t", "v", "w"), ("t", "v", "w"))
    assert (second.subject, second.behind, second.first_for) == ("links/tv", ("v",), ())


def test_two_firewalls_side_by_side_block_only_together():
    walls = [
        Device(id="f", name="f", site="d", kind="firewall", ip_mode="v4_only"),
        Device(id="g", name="g", site="d", kind="firewall", ip_mode="dual_stack"),
    ]
    assert told(check(devices=walls)) == set()


def test_a_finding_knows_its_place_and_keeps_its_id():
    place = Place("links.csv", 9)
    lines = changed(LINES, "pc1", mbit=None)
    one, two = check(links=lines), check(links=lines, places={("links", "pc1"): place})
    assert [f.source for f in two.findings if f.rule == "TOP-110"] == [place]
    assert [f.id for f in one.findings] == [f.id for f in two.findings]


def test_rules_are_numbered_and_founded():
    ids = [rule.id for rule in topology.rules()]
    assert ids == [f"TOP-{n}" for n in range(101, 101 + len(ids))]
    assert all(rule.basis for rule in topology.rules())


def test_a_summary_counts_levels_and_pairs():
    given = city(dependencies=[need("n", "s0", "s2"), need("m", "s2", "s0")])
    found = topology.summary(given, topology.build(given))
    assert [(r.level, r.access_points, r.sites, r.reached, r.protected) for r in found.levels] == [
        ("province", False, 1, 1, 1),
        ("city", False, 1, 1, 1),
        ("city", True, 2, 2, 2),
        ("county", False, 1, 1, 1),
        ("township", False, 1, 1, 0),
        ("village", False, 2, 2, 0),
    ]
    assert (found.levels[-1].to_city.least, found.levels[-1].to_province.median) == (50, 50)
    assert found.pairs == (topology.PairRow("x", "y", topology.Route(("cx1", "cy1"), 1000, 2000), 2),)
    assert (found.single_lines, found.shared_ducts) == (3, 0)


def test_graphml_reads_back_whole(tmp_path):
    given = city(dependencies=[need("n", "s0", "s2", mbit=3)])
    graph = topology.build(given)
    topology.write_graphml(graph, tmp_path / "t.graphml")
    read = nx.read_graphml(tmp_path / "t.graphml", force_multigraph=True)
    assert set(read) == {str(node) for node in graph}
    assert read.number_of_edges() == graph.number_of_edges()
    assert read.edges["system/s0", "system/s2", "n"]["mbit"] == 3
    assert read.nodes["site/d"]["level"] == "county"
