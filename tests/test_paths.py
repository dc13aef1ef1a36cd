"""Routes, bandwidths and single points of failure, against brute force."""

from datetime import date
from itertools import permutations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

import topology
from inventory.model import City, Link, Platform, Site
from topology.paths import Net, cuts, hanging, islands, single_points, site_route, widest

DAY = date(2026, 1, 1)
LEVELS = ("province", "city", "county", "township")


def chain(*lines: Link, platforms: tuple[Platform, ...] = ()) -> topology.Graph:
    """Province p, city c, county d, township t, joined by what the test says."""
    sites = [
        Site(id=i, name=i, level=level, parent=parent)
        for i, level, parent in zip("pcdt", LEVELS, (None, "p", "c", "d"), strict=True)
    ]
    city = City(id="x", name="x", as_of=DAY, sites=tuple(sites), links=lines, platforms=platforms)
    return topology.build(city)


def line(id: str, ends: str, mbit: int | None = 100, **more) -> Link:
    return Link(id=id, name=id, a=ends[0], b=ends[1], mbit=mbit, **more)


def cloud(id: str, site: str | None) -> Platform:
    return Platform(id=id, name=id, kind="government_cloud", site=site)


@st.composite
def networks(draw):
    """Up to 6 sites and 9 lines, parallel ones and unknown bandwidths among them."""
    count = draw(st.integers(2, 6))
    pair = st.lists(st.sampled_from("abcdef"[:count]), min_size=2, max_size=2, unique=True).map("".join)
    width = st.sampled_from([None, 1, 2, 3])
    rows = draw(st.lists(st.tuples(pair, width), max_size=9))
    return "abcdef"[:count], [line(f"l{n}", ends, mbit) for n, (ends, mbit) in enumerate(rows)]


def multigraph(nodes, lines):
    graph = nx.MultiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((x.a, x.b, x.id) for x in lines)
    return graph


def lost(graph, root):
    return set(graph) - nx.node_connected_component(graph, root)


@given(networks())
def test_single_points_are_what_removal_shows(network):
    nodes, lines = network
    graph = multigraph(nodes, lines)
    before = lost(graph, "a")
    bridges, sites = {}, {}
    for x in lines:
        if cut := lost(nx.restricted_view(graph, [], [(x.a, x.b, x.id)]), "a") - before:
            bridges[x.id] = cut
    for node in nodes[1:]:
        if cut := lost(nx.restricted_view(graph, [node], []), "a") - before - {node}:
            sites[node] = cut
    found = cuts(lines, ["a"])
    assert {k: set(v) for k, v in found.lines.items()} == bridges
    assert {k: set(v) for k, v in found.sites.items() if k != "a"} == sites


def ways(lines, start, end):
    """Every simple way between two nodes as tuples of lines."""
    found = []
    for length in range(1, len(lines) + 1):
        for way in permutations(lines, length):
            here, seen = start, {start}
            for x in way:
                here = x.b if x.a == here else x.a if x.b == here else None
                if here is None or here in seen:
                    break
                seen.add(here)
            else:
                if here == end:
                    found.append(way)
        if length == 5:
            break
    return found


def rank(way):
    narrowest = min(-1 if x.mbit is None else x.mbit for x in way)
    return -narrowest, len(way), tuple(x.id for x in way)


@given(networks().filter(lambda network: len(network[1]) <= 6))
def test_a_route_is_the_widest_then_shortest_way(network):
    nodes, lines = network
    every = ways(lines, "a", nodes[-1])
    route = site_route(Net.of(lines), "a", nodes[-1])
    if not every:
        assert route is None
        return
    best = min(every, key=rank)
    narrowest = -rank(best)[0]
    assert route is not None
    assert route.links == tuple(x.id for x in best)
    assert route.mbit == (None if narrowest < 0 else narrowest)


def test_a_backup_line_serves_only_where_no_primary_line_does():
    main = line("m", "pc", 100, latency=2000)
    spare = line("s", "pc", 900, role="backup", latency=1000)
    a, b = cloud("a", "p"), cloud("b", "c")
    assert topology.platform_route(chain(main, spare, platforms=(a, b)), "a", "b") == topology.Route(
        ("m",), 100, 2000
    )
    assert topology.platform_route(chain(spare, platforms=(a, b)), "a", "b").links == ("s",)


def test_a_route_at_one_place_needs_no_line_and_an_unconnected_platform_has_none():
    graph = chain(line("m", "pc"), platforms=(cloud("a", "p"), cloud("b", "p"), cloud("n", None)))
    assert topology.platform_route(graph, "a", "b") == topology.Route((), None, 0)
    assert topology.platform_route(graph, "a", "n") is None
    assert topology.platform_route(graph, "n", "n") == topology.Route((), None, 0)


def test_an_unknown_line_makes_the_sum_unknown_and_not_zero():
    graph = chain(
        line("m", "pc", None), line("n", "cd", 10, latency=5), platforms=(cloud("a", "p"), cloud("b", "d"))
    )
    assert topology.platform_route(graph, "a", "b") == topology.Route(("m", "n"), None, None)
    assert widest(graph, "p") == {"c": None, "d": None}


def test_what_a_site_gets_is_the_narrowest_line_of_its_widest_way():
    graph = chain(line("m", "pc", 1000), line("n", "cd", 50), line("o", "cd", 200), line("q", "dt", 500))
    assert widest(graph, "p") == {"c": 1000, "d": 200, "t": 200}
    assert topology.bandwidths(graph)["t"] == topology.Bandwidth(200, 200)
    assert topology.bandwidths(graph)["p"] == topology.Bandwidth(None, None)


def test_two_lines_are_no_single_point_but_their_duct_is():
    dual = chain(line("m", "pc"), line("n", "cd", duct="x"), line("o", "cd", duct="x"), line("q", "dt"))
    found = single_points(dual)
    assert found.lines == {"m": ("c", "d", "t"), "q": ("t",)}
    assert found.sites == {"p": ("c", "d", "t"), "c": ("d", "t"), "d": ("t",)}
    assert found.ducts == {"x": ("d", "t")}


def test_islands_and_what_a_group_of_sites_carries():
    graph = chain(line("m", "pc"), line("q", "dt"))
    assert islands(graph) == (("d", "t"),)
    assert hanging(graph, ["d", "t"]).levels == {"county": 1, "township": 1}


@given(networks(), st.lists(st.sampled_from("xy"), min_size=9, max_size=9))
def test_a_duct_takes_what_its_lines_take_together_but_not_alone(network, ducts):
    nodes, lines = network
    sites = [Site(id=i, name=i, level="province" if i == "a" else "city") for i in nodes]
    laid = [Link(**dict(x) | {"duct": duct}) for x, duct in zip(lines, ducts, strict=False)]
    found = single_points(topology.build(City(id="x", name="x", as_of=DAY, sites=sites, links=laid)))
    graph = multigraph(nodes, laid)
    before = lost(graph, "a")
    for duct in "xy":
        group = [x for x in laid if x.duct == duct]
        cut = lost(nx.restricted_view(graph, [], [(x.a, x.b, x.id) for x in group]), "a") - before
        alone = {site for x in group for site in found.lines.get(x.id, ())}
        assert set(found.ducts.get(duct, ())) == cut - alone
