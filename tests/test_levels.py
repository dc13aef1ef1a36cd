"""The five-level tree and the cycles of moving dates."""

from datetime import date

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from inventory.model import City, Dependency, Level, Link, Site
from topology.levels import above, lineage, misplaced, order_cycles, skipping, tops, unlinked


def site(id, level, parent=None):
    return Site(id=id, name=id, level=level, parent=parent)


def need(n, ends, order="provider_first"):
    return Dependency(id=f"n{n}", name="n", consumer=ends[0], provider=ends[1], kind="interface", order=order)


def city(*needs):
    return City(id="x", name="x", as_of=date(2026, 1, 1), dependencies=needs)


TREE = {
    s.id: s
    for s in (
        site("p", "province"),
        site("c", "city", "p"),
        site("d", "county", "c"),
        site("v", "village", "d"),
        site("t", "township"),
    )
}


def test_a_site_hangs_below_one_of_the_level_above():
    assert [(s.id, parent and parent.id) for s, parent in misplaced(TREE)] == [("v", "d"), ("t", None)]
    assert [s.id for s in tops(TREE.values())] == ["p"]


def test_a_tree_that_begins_at_the_city_is_whole():
    part = {"c": site("c", "city"), "d": site("d", "county", "c")}
    assert list(misplaced(part)) == []


def test_every_parent_needs_a_line_and_a_line_joins_neighbouring_levels():
    lines = [Link(id="1", name="1", a="p", b="c"), Link(id="2", name="2", a="v", b="p")]
    assert [s.id for s in unlinked(TREE, lines)] == ["d", "v"]
    assert [x.id for x in skipping(TREE, lines)] == ["2"]


def test_the_way_up_ends_at_a_cycle():
    ring = {"a": site("a", "county", "b"), "b": site("b", "city", "a")}
    assert [s.id for s in lineage(ring, "a")] == ["a", "b"]
    assert above(ring, "a", Level.province) is None
    assert above(TREE, "v", Level.city) == "c"


def test_only_ordered_dependencies_make_a_cycle():
    needs = [need(1, "ab"), need(2, "ba"), need(3, "cd"), need(4, "dc", "any"), need(5, "ee")]
    assert order_cycles(city(*needs)) == (("a", "b"),)


@given(st.lists(st.lists(st.sampled_from("abcde"), min_size=2, max_size=2, unique=True), max_size=12))
def test_members_of_a_cycle_reach_each_other(pairs):
    reach = nx.transitive_closure(nx.DiGraph(pairs)) if pairs else nx.DiGraph()
    together = {frozenset(x for x in reach if reach.has_edge(x, y) and reach.has_edge(y, x)) for y in reach}
    found = order_cycles(city(*(need(n, pair) for n, pair in enumerate(pairs))))
    assert {frozenset(group) for group in found} == {g for g in together if len(g) > 1}
