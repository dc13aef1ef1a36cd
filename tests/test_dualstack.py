"""The ladder of readiness: three-valued answers, the hop that blocks, and the rules beside it."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import topology
from inventory.errors import InputError
from inventory.model import (
    City,
    Device,
    Link,
    Organisation,
    Platform,
    Pool,
    Prefix,
    Site,
    Status,
    System,
    Website,
)
from inventory.model import Workload as Machines
from topology.dualstack import Step, Verdict, passes, read_targets
from topology.dualstack.hops import ways

LEVELS = {"p": "province", "c": "city", "x": "city", "d": "county", "t": "township", "v": "village"}
ABOVE = {"c": "p", "x": "c", "d": "c", "t": "d", "v": "t"}
YES, NO, UNKNOWN, NOT = Verdict


def line(id, **more):
    ends = {"a": id[0], "b": id[1], "ip_mode": "dual_stack", "mbit": 100, "carrier": "unicom"}
    return Link(**{"id": id, "name": id} | ends | more)


def device(id, site, **more):
    known = {"kind": "router", "ip_mode": "dual_stack", "v4_policy": "allow", "v6_policy": "allow"}
    return Device(**{"id": id, "name": id, "site": site} | known | more)


def machines(id="m", **more):
    known = {"system": "s", "role": "web", "addresses": ["10.0.0.1", "2001:db8::1"]}
    return Machines(**{"id": id, "name": id} | known | more)


def prefix(id, text, **more):
    known = {"prefix": text, "site": "x", "zone": "public", "kind": "assignment"}
    return Prefix(**{"id": id, "name": id} | known | more)


def website(**more):
    known = {"domain": "w.example", "organisation": "o", "system": "s"}
    known |= {"aaaa": True, "home_ok": True, "link2_rate": 10_000, "link3_rate": 9_000}
    return Website(**{"id": "w", "name": "w"} | known | more)


def city(**lists):
    """A public system in a cloud at ``x``, dual-stack all the way, and a county below."""
    known = {
        "organisations": [Organisation(id="o", name="o", kind="government", level="city")],
        "platforms": [Platform(id="cloud", name="cloud", kind="government_cloud", site="x")],
        "pools": [Pool(id="pool", name="pool", platform="cloud", zone="public")],
        "systems": [System(id="s", name="s", owner="o", runs_on="pool", public=True)],
        "workloads": [machines()],
        "websites": [website()],
        "sites": [Site(id=i, name=i, level=level, parent=ABOVE.get(i)) for i, level in LEVELS.items()],
        "links": [line(name) for name in ("pc", "cx", "cd", "dt", "tv")],
        "prefixes": [prefix("six", "2001:db8::/64"), prefix("four", "10.0.0.0/24")],
    }
    return City(id="x", name="x", as_of=date(2026, 1, 1), **known | lists)


def ready(**lists):
    given = city(**lists)
    return topology.readiness(given, topology.build(given))


def steps(**lists):
    """The answers of the one system, as letters in the order of the ladder."""
    (row,) = ready(**lists).systems
    return "".join(verdict.value[0] if verdict is not NOT else "-" for verdict in row.steps.values())


def changed(id, **more):
    """The lines, one of them changed."""
    return [line(each.id, **more) if each.id == id else each for each in city().links]


def test_a_system_at_the_top_but_for_single_stack():
    (row,) = ready().systems
    assert (row.rung, row.blocking, row.ready) == (Step.serving, Step.single_stack, True)
    assert row.to_core is row.to_province is None
    assert row.machines == (1, 1)
    assert steps(workloads=[machines(), machines("n", addresses=["2001:db8::2"])]) == "yyyyyyy"


@pytest.mark.parametrize(
    ("lists", "letters"),
    [
        ({}, "yyyyyyu"),
        ({"prefixes": []}, "uyyyyyu"),
        ({"prefixes": [prefix("four", "10.0.0.0/24")]}, "nyyyyyu"),
        ({"prefixes": [prefix("six", "2001:db8::/64", zone="internet")]}, "nyyyyyu"),
        ({"prefixes": [prefix("six", "2001:db8::/64", site=None, organisation="o")]}, "yyyyyyu"),
        ({"prefixes": [prefix("six", "no prefix")]}, "uyyyyyu"),
        ({"workloads": []}, "yuyyyyu"),
        ({"workloads": [machines(addresses=[])]}, "yuyyyyu"),
        ({"workloads": [machines(addresses=["10.0.0.1"])]}, "ynyyyyn"),
        ({"workloads": [machines(count=2)]}, "ynyyyyu"),
        ({"links": changed("cx", ip_mode="v4_only")}, "yynnyyu"),
        ({"links": changed("cx", ip_mode=None)}, "yyuuyyu"),
        ({"links": changed("pc", ip_mode="v4_only")}, "yyynyyu"),
        ({"links": changed("tv", ip_mode="v4_only")}, "yyyyyyu"),
        ({"links": [line("pc")]}, "yyuuyyu"),
        ({"devices": [device("f", "x", kind="firewall", v6_policy="deny")]}, "yyynyyu"),
        ({"devices": [device("f", "x", kind="firewall", v4_policy="deny", v6_policy="deny")]}, "yyyyyyu"),
        ({"devices": [device("f", "x", kind="firewall", v6_policy=None)]}, "yyyuyyu"),
        ({"devices": [device("f", "x", kind="firewall", ip_mode="v4_only")]}, "yynnyyu"),
        ({"websites": [website(aaaa=None)]}, "yyyyuyu"),
        ({"websites": [website(aaaa=False)]}, "yyyynyu"),
        ({"websites": [website(home_ok=False)]}, "yyyyynu"),
        ({"websites": [website(link3_rate=8_999)]}, "yyyyynu"),
        ({"websites": [website(link3_rate=None)]}, "yyyyyuu"),
        ({"websites": []}, "yyyyuuu"),
        ({"websites": [], "systems": [city().systems[0].model_copy(update={"public": False})]}, "yyyy--u"),
        ({"platforms": [city().platforms[0].model_copy(update={"site": None})]}, "uyuuyyu"),
    ],
)
def test_each_step_has_its_own_cause_and_unknown_is_not_no(lists, letters):
    assert steps(**lists) == letters


def test_without_a_province_the_city_core_is_the_edge():
    sites = [site.model_copy(update={"parent": None} if site.id == "c" else {}) for site in city().sites[1:]]
    lines = [line(name, ip_mode="v4_only" if name == "cx" else "dual_stack") for name in ("cx", "cd")]
    assert steps(sites=sites, links=lines) == "yynnyyu"
    assert steps(sites=sites, links=[*lines[1:], line("cx")]) == "yyyyyyu"


def test_a_step_that_does_not_apply_is_passed_over():
    internal = city().systems[0].model_copy(update={"public": False})
    (row,) = ready(websites=[], systems=[internal]).systems
    assert (row.rung, row.blocking) == (Step.reachable, Step.single_stack)


def test_retired_systems_and_those_of_others_are_not_counted():
    gone = [
        city().systems[0].model_copy(update=change)
        for change in ({"status": Status.retired}, {"external": True})
    ]
    assert [ready(systems=[system]).systems for system in gone] == [(), ()]


def test_a_website_counts_the_machines_that_face_its_users():
    inner = machines("n", role="database", addresses=["10.0.0.2"])
    found = ready(workloads=[machines(), inner])
    assert found.systems[0].steps[Step.addressed] is NO
    assert found.websites[0].rung is Step.serving


def test_an_answer_over_ipv6_fills_in_what_is_unknown_but_not_what_is_denied():
    lost = ready(websites=[website(system=None)]).websites[0]
    assert [lost.steps[step] for step in (Step.planned, Step.reachable)] == [YES, YES]
    assert ready(websites=[website(system=None, home_ok=None)]).websites[0].blocking is Step.planned
    shut = ready(links=changed("cx", ip_mode="v4_only")).websites[0]
    assert (shut.blocking, shut.to_core.subject) == (Step.routed, "links/cx")


def test_the_first_hop_from_below_is_named_with_what_stands_behind_it():
    lines = [line(x.id, ip_mode="v4_only") if x.id in ("pc", "dt") else x for x in city().links]
    found = ready(links=lines, platforms=[Platform(id="cloud", name="cloud", kind="machine_room", site="v")])
    (row,) = found.systems
    assert (row.to_core.subject, row.to_core.verdict) == ("links/dt", NO)
    assert (row.to_province.subject, row.to_province.sites) == ("links/dt", 2)
    assert (row.to_province.villages, row.to_province.systems) == (1, 1)
    above = ready(links=lines).systems[0].to_province
    assert (above.subject, above.sites, above.systems, above.villages) == ("links/pc", 5, 1, 1)


def test_a_hop_that_stops_is_told_before_one_that_is_unknown():
    lines = [line(x.id, ip_mode={"cx": None, "pc": "v4_only"}.get(x.id, "dual_stack")) for x in city().links]
    assert ready(links=lines).systems[0].to_province.subject == "links/pc"


def test_groups_count_sites_systems_and_websites():
    found = ready(links=changed("dt", ip_mode=None))
    (county,) = found.counties
    assert (county.id, county.of) == ("d", 3)
    share = county.steps[Step.routed]
    assert (share.yes, share.no, share.unknown, share.of) == (1, 0, 2, 3)
    assert found.publishers == ()
    (published,) = ready(
        sites=[*city().sites, Site(id="u", name="u", level="township", parent="d", organisation="o")]
    ).publishers
    assert (published.id, published.of, published.steps[Step.serving].yes) == ("d", 1, 1)
    assert [group.id for group in found.levels] == ["province", "city", "county", "township", "village"]
    assert [(group.id, group.of) for group in found.platforms] == [("cloud", 1)]
    assert {group.id: group.steps[Step.serving].yes for group in found.whole} == {"systems": 1, "websites": 1}


def test_national_targets_stand_beside_the_citys_number():
    beside = {row.target.id: row.own for row in ready().targets}
    assert (beside["portals-2022"].yes, beside["portals-2022"].of, beside["fixed-2025"]) == (1, 1, None)
    assert all(target.source and target.grade for target in read_targets().targets)


def test_a_faulty_target_is_refused_with_its_place(tmp_path):
    file = tmp_path / "targets.yaml"
    file.write_text("least_link_rate: 900\ntargets: []\n")
    with pytest.raises(InputError) as told:
        read_targets(file)
    assert told.value.faults[0].place.line == 1


@st.composite
def nets(draw):
    """Up to five sites and six lines in three states, some through a device."""
    pairs = st.lists(st.sampled_from("pabcd"), min_size=2, max_size=2, unique=True).map("".join)
    mode = st.sampled_from([None, "v4_only", "dual_stack", "dual_stack"])
    rows = draw(st.lists(st.tuples(pairs, mode, st.booleans()), max_size=6))
    walls = [device(f"f{site}", site, ip_mode=draw(mode)) for site in "pabcd"]
    lines = [
        line(f"l{n}", a=ends[0], b=ends[1], ip_mode=mode, b_device=f"f{ends[1]}" if named else None)
        for n, (ends, mode, named) in enumerate(rows)
    ]
    return lines, walls


def judged(lines, walls, site):
    """The best of all simple ways from the root, by their worst hop; none where there is no way."""
    modes = {wall.id: wall.ip_mode for wall in walls}
    answers = set()
    for length in range(1, len(lines) + 1):
        for way in permutations(lines, length):
            here, seen = "p", {"p"}
            for x in way:
                here = x.b if x.a == here else x.a if x.b == here else None
                if here is None or here in seen:
                    break
                seen.add(here)
            else:
                if here == site:
                    met = {x.ip_mode for x in way} | {modes[x.b_device] for x in way if x.b_device}
                    answers.add(NO if "v4_only" in met else UNKNOWN if None in met else YES)
    return next((verdict for verdict in (YES, UNKNOWN, NO) if verdict in answers), None)


@given(nets())
def test_a_way_is_judged_as_the_best_of_all_ways(net):
    lines, walls = net
    sites = [Site(id=i, name=i, level="province" if i == "p" else "city") for i in "pabcd"]
    graph = topology.build(
        City(id="x", name="x", as_of=date(2026, 1, 1), sites=sites, links=lines, devices=walls)
    )
    found = ways(graph, ["p"], passes)
    for site in "abcd":
        met = {hop.verdict for hop in found.get(site, ())}
        verdict = NO if NO in met else UNKNOWN if met else YES
        assert (verdict if site in found else None) == judged(lines, walls, site)
