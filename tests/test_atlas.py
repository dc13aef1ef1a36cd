"""The rules on columns: the same answers as on the graph, and as brute force."""

from datetime import date

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import topology
from inventory.errors import InputError
from inventory.model import AccessRecord, AccessState, City, Level, Link, Organisation, Site
from topology import atlas, levels, paths
from topology.atlas.ipv6 import Hops
from topology.atlas.rules import tree
from topology.atlas.sweep import safe
from topology.atlas.width import bottlenecks

LEVELS = ("province", "city", "county", "township", "village")
SCALED = {rule.id for rule in atlas.rules()}


def city(sites, links):
    return City(id="x", name="x", as_of=date(2026, 1, 1), sites=tuple(sites), links=tuple(links))


@st.composite
def cities(draw):
    """Up to 12 sites of five levels, mostly a tree, with lines of all kinds between any of them."""
    count = draw(st.integers(1, 12))
    ids = [f"s{n:02}" for n in range(count)]
    sites, tree_lines = [], []
    for n, name in enumerate(ids):
        parent = draw(st.sampled_from(ids[:n])) if n and draw(st.integers(0, 9)) else None
        above = LEVELS.index(next(s.level for s in sites if s.id == parent)) if parent else -1
        level = draw(st.sampled_from([*LEVELS, *[LEVELS[min(4, above + 1)]] * 15]))
        sites.append(Site(id=name, name=name, level=level, parent=parent))
        if parent and draw(st.integers(0, 5)):
            tree_lines.append((parent, name))
    extra = st.tuples(st.sampled_from(ids), st.sampled_from(ids)).filter(lambda ends: ends[0] != ends[1])
    ends = tree_lines + (draw(st.lists(extra, max_size=6)) if count > 1 else [])
    found = city(sites, [draw(lines(n, *pair)) for n, pair in enumerate(ends)])
    homes = {site: draw(st.sampled_from([None, "o", "q"])) for site in ids}
    housed = tuple(site.model_copy(update={"organisation": homes[site.id]}) for site in sites)
    filed = tuple(draw(records(n, ids)) for n in range(draw(st.integers(0, 4))))
    bodies = tuple(Organisation(id=o, name=o, kind="department", level="city") for o in "oqz")
    return found.model_copy(update={"sites": housed, "access_records": filed, "organisations": bodies})


DAYS = (None, date(2025, 11, 30), date(2025, 12, 2), date(2025, 12, 30))


def records(n, sites):
    return st.builds(
        AccessRecord,
        id=st.just(f"r{n}"),
        name=st.just(f"record {n}"),
        organisation=st.sampled_from(["o", "q", "z"]),
        site=st.sampled_from([None, *sites]),
        state=st.sampled_from(AccessState),
        submitted=st.sampled_from(DAYS),
        decided=st.sampled_from(DAYS),
    )


def lines(n, a, b):
    return st.builds(
        Link,
        id=st.just(f"l{n:02}"),
        name=st.just(f"l{n:02}"),
        a=st.just(a),
        b=st.just(b),
        mbit=st.sampled_from([None, 10, 100, 1000]),
        ip_mode=st.sampled_from([None, "v4_only", "dual_stack", "dual_stack"]),
        carrier=st.sampled_from([None, "x", "y"]),
        duct=st.sampled_from([None, "d", "e", "f"]),
        role=st.sampled_from(["primary", "backup"]),
        utilisation=st.sampled_from([None, 0, 5000, 8000, 10_000]),
        a_device=st.sampled_from([None, "r", "t"]),
        b_device=st.sampled_from([None, "r", "t"]),
    )


def without_devices(line):
    return line.model_copy(update={"a_device": None, "b_device": None})


class Both:
    """A city as graph and as columns, and the ids behind rows."""

    def __init__(self, of):
        bare = map(without_devices, of.links)
        self.city = city((site.model_copy(update={"organisation": None}) for site in of.sites), bare)
        self.graph = topology.build(self.city)
        self.network = atlas.from_city(of)
        self.cuts = atlas.Cuts.of(self.network)
        self.site = self.network.sites.ids.to_pylist()
        self.line = self.network.lines.ids.to_pylist()

    def sites(self, rows):
        return {self.site[row] for row in np.asarray(rows).tolist()}

    def lines(self, rows):
        return {self.line[row] for row in np.asarray(rows).tolist()}


def known(value):
    return None if value < 0 else int(value)


def same_single_points(both):
    cuts, single = both.cuts, paths.single_points(both.graph)
    lines = {
        both.line[row]: both.sites(cuts.forest.below(int(cuts.foot[row])))
        for row in np.flatnonzero(cuts.single)
    }
    assert lines == {line: set(below) for line, below in single.lines.items()}
    sites = {both.site[row]: both.sites(cuts.forest.below(row)[1:]) for row in np.flatnonzero(cuts.cutting)}
    assert sites == {site: set(below) for site, below in single.sites.items()}
    ducts = {both.network.lines.ducts[duct]: both.sites(lost) for duct, lost in cuts.ducts()}
    assert ducts == {duct: set(lost) for duct, lost in single.ducts.items()}
    groups = [both.sites(group) for group in cuts.groups()]
    assert groups == [set(group) for group in paths.islands(both.graph)]


def same_levels(both):
    sites = {site.id: site for site in both.city.sites}
    rows = np.flatnonzero
    assert both.sites(rows(tree.misplaced(both.network))) == {s.id for s, _p in levels.misplaced(sites)}
    assert both.sites(rows(tree.unlinked(both.network))) == {
        s.id for s in levels.unlinked(sites, both.city.links)
    }
    assert both.lines(rows(tree.skipping(both.network))) == {
        line.id for line in levels.skipping(sites, both.city.links)
    }


def same_bandwidths(both):
    found, ours = paths.bandwidths(both.graph), atlas.bandwidths(both.cuts)
    assert found == {
        site: paths.Bandwidth(known(ours.to_city[row]), known(ours.to_province[row]))
        for row, site in enumerate(both.site)
    }


def stopped(hops):
    """How many hops without IPv6 lie on the way of each site."""
    found = {}
    for hop in hops:
        for site in hop.behind:
            found[site] = found.get(site, 0) + 1
    return found


def same_hops(both):
    hops, counts = Hops.of(both.cuts), {}
    for foot in hops.foot.values():
        for site in both.sites(hops.forest.below(foot)):
            counts[site] = counts.get(site, 0) + 1
    assert counts == stopped(topology.blocking_hops(both.graph))
    firsts = sum(len(hop.first_for) for hop in topology.blocking_hops(both.graph))
    assert sum(hops.helped.values()) == firsts == len(counts)


def test_a_way_to_a_province_further_down_does_not_turn_round():
    above = {"a": None, "b": None, "c": "b", "d": "b"}
    sites = [Site(id=name, name=name, level="province", parent=up) for name, up in above.items()]
    chain = (("a", "c", None), ("c", "d", None), ("d", "b", 10))
    same_bandwidths(Both(city(sites, [Link(id=a + b, name=a, a=a, b=b, mbit=w) for a, b, w in chain])))


@settings(deadline=None, max_examples=40)
@given(cities())
def test_columns_answer_as_the_graph_does(of):
    both = Both(of)
    same_levels(both)
    same_single_points(both)
    same_bandwidths(both)
    same_hops(both)


def findings(report, *rules):
    return {(f.rule, f.subject, f.message, f.severity) for f in report.findings if f.rule in rules}


ALIKE = ("TOP-105", "TOP-106", "TOP-107", "TOP-109")
ACCESS = ("TOP-123", "TOP-124", "TOP-125")
POLICY = atlas.Policy(as_of=date(2026, 1, 1))


@settings(deadline=None, max_examples=60)
@given(cities())
def test_access_records_are_judged_alike(of):
    of = of.model_copy(update={"links": tuple(map(without_devices, of.links))})
    ours, theirs = atlas.check(atlas.from_city(of), POLICY), topology.check(of, topology.build(of))
    assert findings(ours, *ACCESS) == findings(theirs, *ACCESS)
    assert {rule: ours.checked[rule] for rule in ACCESS} == {rule: theirs.checked[rule] for rule in ACCESS}


@settings(deadline=None, max_examples=40)
@given(cities())
def test_rules_on_columns_say_what_the_rules_say(of):
    both = Both(of)
    ours, theirs = atlas.check(both.network), topology.check(both.city, both.graph)
    assert findings(ours, *ALIKE) == findings(theirs, *ALIKE)
    asked = set(ALIKE) | {
        "TOP-101",
        "TOP-102",
        "TOP-103",
        "TOP-104",
        "TOP-110",
        "TOP-111",
        "TOP-120",
        "TOP-121",
    }
    assert {rule: ours.checked[rule] for rule in asked} == {rule: theirs.checked[rule] for rule in asked}


def shallow(of):
    """The city with nothing below the counties, so that no finding speaks of a group."""
    depth = {level: min(n, 2) for n, level in enumerate(LEVELS)}
    sites = (site.model_copy(update={"level": Level(LEVELS[depth[site.level]])}) for site in of.sites)
    return of.model_copy(update={"sites": tuple(sites)})


TIES = {"TOP-113", "TOP-114"}
"""Of equally good ways another may be named."""


@settings(deadline=None, max_examples=60)
@given(cities())
def test_down_to_the_counties_every_rule_says_the_same(of):
    both = Both(shallow(of))
    ours, theirs = atlas.check(both.network, POLICY), topology.check(both.city, both.graph)
    alike = SCALED - TIES - set(ACCESS)
    assert findings(ours, *alike) == findings(theirs, *alike)
    assert {rule: ours.checked[rule] for rule in alike} == {rule: theirs.checked[rule] for rule in alike}


def test_the_demo_city_is_told_the_same(tieling):
    both = Both(tieling)
    same_single_points(both)
    same_bandwidths(both)
    same_levels(both)
    held = bottlenecks(both.cuts)
    narrow = {both.line[row]: both.sites(np.flatnonzero(held == row)) for row in set(held.tolist()) - {-1}}
    assert narrow == {line: set(below) for line, below in paths.bottlenecks(both.graph).items()}
    ours, theirs = atlas.check(both.network), topology.check(both.city, both.graph)
    alike = SCALED - {"TOP-111", "TOP-122", *ACCESS}
    assert findings(ours, *alike) == findings(theirs, *alike)
    whole = topology.check(tieling, topology.build(tieling))
    assert findings(atlas.check(both.network, atlas.Policy(as_of=tieling.as_of)), *ACCESS) == findings(
        whole, *ACCESS
    )


def lines_graph(of):
    graph = nx.MultiGraph()
    graph.add_nodes_from(site.id for site in of.sites)
    graph.add_edges_from((line.a, line.b, line.id) for line in of.links)
    return graph


class Removal:
    """Who loses the city when lines are taken out of the graph one set after the other."""

    def __init__(self, of):
        self.graph, self.of = lines_graph(of), of
        sites = {site.id: site for site in of.sites}
        self.home = {site: levels.above(sites, site, Level.city) for site in sites}
        self.before = self.losing([])

    def losing(self, lines):
        view = nx.restricted_view(self.graph, [], [(line.a, line.b, line.id) for line in lines])
        homes = self.home.items()
        return {site for site, top in homes if top is not None and not nx.has_path(view, site, top)}

    def lost(self, lines):
        return self.losing(lines) - self.before


@settings(deadline=None, max_examples=40)
@given(cities())
def test_the_sweep_is_what_removal_shows(of):
    both, removal = Both(of), Removal(of)
    level = {site.id: site.level for site in of.sites}
    lost = {line.id: removal.lost([line]) for line in of.links}
    expected = {
        line: [sum(level[site] == name for site in sites) for name in LEVELS]
        for line, sites in lost.items()
        if sites
    }
    guests = {s for s, top in removal.home.items() if top not in (None, s)} - removal.before
    assert both.sites(np.flatnonzero(safe(both.cuts))) == guests - set().union(*lost.values())
    swept = atlas.sweep(both.cuts)
    assert dict(zip((both.line[row] for row in swept.lines), swept.lost.tolist(), strict=True)) == expected


GROUPS = {
    atlas.Failing.line: lambda line: {line.id},
    atlas.Failing.device: lambda line: {line.a_device, line.b_device} - {None},
    atlas.Failing.carrier: lambda line: {line.carrier} - {None},
    atlas.Failing.duct: lambda line: {line.duct} - {None},
}


@settings(deadline=None, max_examples=60)
@given(cities(), st.sampled_from([*GROUPS]))
def test_whatever_fails_costs_what_removal_shows(of, kind):
    both, removal = Both(of), Removal(of)
    expected = {}
    for name in {name for line in of.links for name in GROUPS[kind](line)}:
        failing = [line for line in of.links if name in GROUPS[kind](line)]
        if lost := removal.lost(failing):
            expected[name] = ({line.id for line in failing}, lost)
    found = atlas.failures(both.cuts, kind, most=99)
    assert {one.name: (both.lines(one.lines), both.sites(one.lost)) for one in found} == expected
    assert [len(one.lost) for one in found] == sorted(
        (len(lost) for _l, lost in expected.values()), reverse=True
    )
    worst = atlas.failures(both.cuts, kind, most=2)
    assert [len(one.lost) for one in worst] == [len(one.lost) for one in found[:2]]


@settings(deadline=None, max_examples=40)
@given(cities())
def test_weak_points_are_those_of_networkx(of):
    both = Both(of)
    graph = lines_graph(of)
    weak = atlas.weak_points(both.cuts)
    apart = nx.number_connected_components(graph)
    bridges = {
        key
        for a, b, key in graph.edges(keys=True)
        if nx.number_connected_components(nx.restricted_view(graph, [], [(a, b, key)])) > apart
    }
    assert both.lines(np.flatnonzero(weak.lines)) == bridges
    pairs, simple = both.cuts.pairs, nx.Graph(graph)
    ends = zip(pairs.u[weak.bridges], pairs.v[weak.bridges], strict=True)
    assert {frozenset(both.sites(pair)) for pair in ends} == {frozenset(pair) for pair in nx.bridges(simple)}
    assert both.sites(np.flatnonzero(weak.sites)) == set(nx.articulation_points(nx.Graph(graph)))


def test_two_lines_to_one_parent_fail_only_by_their_duct():
    sites = [Site(id="p", name="p", level="province"), Site(id="c", name="c", level="city", parent="p")]
    both = Both(city(sites, [Link(id=i, name=i, a="p", b="c", duct="d") for i in "xy"]))
    assert not both.cuts.single.any()
    assert both.network.lines.ducts == ["d"]
    assert [lost.tolist() for _duct, lost in both.cuts.ducts()] == [[1]]


SITES = {"id": ["p", "c"], "level": ["province", "city"], "parent": [None, "p"]}
LINES = {"id": ["x"], "a": ["p"], "b": ["c"], "mbit": [100], "utilisation": [50.5], "role": ["backup"]}


def faults(sites, lines):
    with pytest.raises(InputError) as caught:
        atlas.build(pa.table(SITES | sites), pa.table(LINES | lines))
    return [(fault.code, fault.place.row, fault.place.column) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("sites", "lines", "code", "row", "column"),
    [
        ({"id": ["p", "p"]}, {"b": ["p"]}, "repeated-id", 3, "id"),
        ({"id": ["p", "c d"]}, {"b": ["p"]}, "bad-id", 3, "id"),
        ({"level": ["province", "town"]}, {}, "bad-choice", 3, "level"),
        ({"level": ["province", None]}, {}, "missing-value", 3, "level"),
        ({"parent": [None, "q"]}, {}, "unknown-reference", 3, "parent"),
        ({"parent": ["c", "p"]}, {}, "parent-circle", 2, "id"),
        ({"colour": ["red", "red"]}, {}, "unknown-header", None, "colour"),
        ({}, {"b": ["q"]}, "unknown-reference", 2, "b"),
        ({}, {"a": [None]}, "unknown-reference", 2, "a"),
        ({}, {"mbit": ["much"]}, "not-a-number", 2, "mbit"),
        ({}, {"utilisation": [101]}, "out-of-range", 2, "utilisation"),
        ({}, {"mbit": [-1]}, "out-of-range", 2, "mbit"),
    ],
)
def test_a_fault_of_a_table_is_told_with_its_place(sites, lines, code, row, column):
    assert (code, row, column) in faults(sites, lines)


def test_of_many_rows_with_one_fault_twenty_are_named():
    many = {"id": [f"s{n}" for n in range(50)], "level": ["city"] * 50, "parent": ["q"] * 50}
    found = faults(many, {"a": ["s1"], "b": ["s2"]})
    assert len(found) == 21


def test_csv_and_parquet_say_the_same(tmp_path):
    sites, lines = tmp_path / "sites.csv", tmp_path / "links.csv"
    sites.write_text("\ufeffID,Level,Parent\np,province,\n007,市,p\n", "utf-8")
    lines.write_text("id,a,b,mbit,utilisation\nx,p,007,1 Gbit/s,50.5\n", "utf-8")
    network = atlas.read(sites, lines)
    assert network.sites.ids.to_pylist() == ["p", "007"]
    assert (network.sites.level.tolist(), network.sites.parent.tolist()) == ([0, 1], [-1, 0])
    assert (network.lines.mbit.tolist(), network.lines.utilisation.tolist()) == ([1000], [5050])
    pa.parquet.write_table(
        pa.table({"id": ["p", "c"], "level": ["province", "city"]}), tmp_path / "s.parquet"
    )
    pa.parquet.write_table(pa.table(LINES), tmp_path / "l.parquet")
    network = atlas.read(tmp_path / "s.parquet", tmp_path / "l.parquet")
    assert (network.lines.mbit.tolist(), network.lines.utilisation.tolist()) == ([100], [5050])
    assert network.lines.role.tolist() == [1]


def test_a_file_that_is_no_table_is_refused(tmp_path):
    (tmp_path / "s.parquet").write_text("x")
    with pytest.raises(InputError) as caught:
        atlas.read(tmp_path / "s.parquet", tmp_path / "none.csv")
    assert [fault.code for fault in caught.value.faults] == ["unreadable-file"] * 2


ZOO = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="label" attr.type="string" for="node" id="n"/>
  <key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="s"/>
  <graph edgedefault="undirected">
    <node id="0"><data key="n">Hub</data></node><node id="1"/><node id="2"/><node id="3"/><node id="4"/>
    <edge source="0" target="1"><data key="s">1000000000.0</data></edge>
    <edge source="1" target="2"/><edge source="2" target="0"/>
    <edge source="0" target="3"/><edge source="3" target="4"/><edge source="3" target="4"/>
  </graph>
</graphml>"""


def test_graphml_of_the_topology_zoo(tmp_path):
    path = tmp_path / "zoo.graphml"
    path.write_text(ZOO)
    network = atlas.read_graphml(path)
    weak = atlas.weak_points(atlas.Cuts.of(network))
    assert (network.lines.a[weak.lines].tolist(), network.lines.b[weak.lines].tolist()) == ([0], [3])
    assert np.count_nonzero(weak.bridges) == 2
    assert np.flatnonzero(weak.sites).tolist() == [0, 3]
    assert network.lines.mbit.tolist()[0] == 1000
    assert network.sites.names[0].as_py() == "Hub"


def test_our_own_graphml_comes_back(tieling, tmp_path):
    topology.write_graphml(topology.build(tieling), tmp_path / "city.graphml")
    back, direct = atlas.read_graphml(tmp_path / "city.graphml"), atlas.from_city(tieling)
    assert back.sites.ids.equals(direct.sites.ids)
    assert (back.sites.parent == direct.sites.parent).all()
    assert sorted(back.lines.ids.to_pylist()) == sorted(direct.lines.ids.to_pylist())
    assert sorted(back.lines.utilisation.tolist()) == sorted(direct.lines.utilisation.tolist())


def test_broken_graphml_is_refused(tmp_path):
    (tmp_path / "x.graphml").write_text("<graphml>")
    with pytest.raises(InputError):
        atlas.read_graphml(tmp_path / "x.graphml")
