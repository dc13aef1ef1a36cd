"""The rules beside the ladder: what breaks each, and what just does not."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import topology
from inventory.model import System
from tests.test_dualstack import changed, city, device, line, machines, prefix, website
from topology import dualstack
from topology.dualstack.pairs import BY_NAME, BY_PEER, BY_PLACE, BY_VLAN, pairs
from topology.dualstack.quality import disjoint


def told(rule, **lists):
    """The findings of one rule and how many subjects it examined."""
    given = city(**lists)
    report = dualstack.check(given, topology.build(given))
    return [f for f in report.findings if f.rule == rule], report.checked[rule]


FIREWALL = {"kind": "firewall", "v4_policy": "filter", "v6_policy": "filter"}
REAL = {"workloads": [machines(addresses=["10.0.0.1", "2408:8000::1"])]}
WIDE = [*changed("cx", mbit=50), line("wide", a="c", b="x", mbit=900, ip_mode="v4_only")]


@pytest.mark.parametrize(
    ("rule", "wrong", "sound", "subject"),
    [
        ("DS-501", {"prefixes": [prefix("four", "10.0.0.0/24")]}, {}, "prefixes/four"),
        (
            "DS-501",
            {"prefixes": [prefix("six", "2001:db8::/64"), prefix("four", "10.0.0.0/24", vrf="r")]},
            {"prefixes": [prefix("six", "2001:db8::/64", vrf="r"), prefix("four", "10.0.0.0/24", vrf="r")]},
            "prefixes/four",
        ),
        (
            "DS-502",
            {"prefixes": [*city().prefixes, *(prefix(p, f"10.{p}.0.0/24", purpose=p) for p in "12")]},
            {"prefixes": [*city().prefixes, *(prefix(p, f"10.{p}.0.0/24", purpose="1") for p in "12")]},
            "prefixes/six",
        ),
        (
            "DS-502",
            {
                "prefixes": [
                    prefix("six", "2001:db8::/64"),
                    prefix("four", "10.0.0.0/24", peer="old"),
                    prefix("old", "10.1.0.0/24"),
                ]
            },
            {
                "prefixes": [
                    prefix("six", "2001:db8::/64", peer="four"),
                    prefix("four", "10.0.0.0/24", peer="six"),
                ]
            },
            "prefixes/four",
        ),
        (
            "DS-502",
            {
                "prefixes": [
                    prefix("six", "2001:db8::/64"),
                    prefix("a", "10.0.0.0/24", peer="six"),
                    prefix("b", "2001:db8:1::/64", peer="a"),
                ]
            },
            {
                "prefixes": [
                    prefix("six", "2001:db8::/64"),
                    prefix("a", "10.0.0.0/24"),
                    prefix("b", "2001:db8:1::/64", peer="a"),
                ]
            },
            "prefixes/b",
        ),
        ("DS-503", {"workloads": [machines(count=2)]}, {}, "workloads/m"),
        ("DS-503", {"workloads": [machines(addresses=["2001:db8::1"])]}, {}, "workloads/m"),
        ("DS-504", {"links": changed("cx", ip_mode="v4_only")}, {}, "links/cx"),
        (
            "DS-504",
            {"links": changed("pc", ip_mode=None)},
            {"links": changed("cd", ip_mode=None)},
            "links/pc",
        ),
        (
            "DS-504",
            {"devices": [device("f", "x", **FIREWALL | {"v6_policy": "deny"})]},
            {"devices": [device("f", "x", **FIREWALL)]},
            "devices/f",
        ),
        ("DS-505", {"workloads": [machines(addresses=["10.0.0.1"])]}, REAL, "websites/w"),
        (
            "DS-505",
            {"workloads": [machines(addresses=["fd00::1"])]},
            {"workloads": [machines(addresses=["fd00::1", "2408:8000::1"])]},
            "websites/w",
        ),
        (
            "DS-505",
            REAL | {"websites": [website(aaaa=False)]},
            REAL | {"websites": [website(aaaa=None)]},
            "websites/w",
        ),
        (
            "DS-505",
            REAL | {"websites": [website(home_ok=False)]},
            REAL | {"websites": [website(home_ok=None)]},
            "websites/w",
        ),
        ("DS-505", {}, {"workloads": [machines(addresses=["2001:db8::1", "2408:8000::1"])]}, "websites/w"),
        (
            "DS-506",
            {"devices": [device("f", "x", **FIREWALL | {"v6_policy": "allow"})]},
            {"devices": [device("f", "x", **FIREWALL)]},
            "devices/f",
        ),
        (
            "DS-506",
            {"devices": [device("f", "x", **FIREWALL | {"v6_policy": None})]},
            {"devices": [device("f", "x", **FIREWALL | {"v6_policy": "deny"})]},
            "devices/f",
        ),
        (
            "DS-506",
            {"devices": [device("f", "x", **FIREWALL | {"v4_policy": "deny", "v6_policy": "allow"})]},
            {"devices": [device("f", "x", **FIREWALL | {"v4_policy": "deny"})]},
            "devices/f",
        ),
        ("DS-507", {"links": WIDE}, {}, "sites/x"),
        (
            "DS-507",
            {"links": [*city().links, line("cx2", b="x", ip_mode="v4_only")]},
            {"links": [*city().links, line("cx2", b="x"), line("cx3", b="x", ip_mode="v6_only")]},
            "sites/x",
        ),
        ("DS-508", {"websites": [website(aaaa=None)]}, None, "systems/s"),
        (
            "DS-509",
            {"devices": [device("r", "x", ip_mode=None)]},
            {"devices": [device("r", "x")]},
            "devices/r",
        ),
        ("DS-510", {"links": changed("cx", ip_mode="v4_only")}, {"links": WIDE}, "sites/x"),
        (
            "DS-511",
            {"prefixes": [prefix("six", "2001:db8::/64", carrier="mobile")]},
            {"prefixes": [prefix("six", "2001:db8::/64", carrier="unicom")]},
            "prefixes/six",
        ),
        (
            "DS-512",
            {
                "prefixes": [
                    prefix("t", "2001:db8:1::/48", site="d"),
                    prefix("v", "2001:db8:2::/56", site="v"),
                ]
            },
            {
                "prefixes": [
                    prefix("t", "2001:db8:1::/48", site="d"),
                    prefix("v", "2001:db8:1:ff00::/56", site="v"),
                ]
            },
            "sites/d",
        ),
        (
            "DS-512",
            {"prefixes": [prefix("c", "2001:db8::/40", site="c"), prefix("d", "2001:db9::/48", site="d")]},
            {
                "prefixes": [
                    prefix("c", "2001:db8::/40", site="c"),
                    prefix("d", "2001:db9::/48", site="d", zone="internet"),
                ]
            },
            "prefixes/d",
        ),
        (
            "DS-512",
            {"prefixes": [prefix("c", "2001:db8::/40", site="c"), prefix("d", "2001:db9::/64", site="d")]},
            {"prefixes": [prefix("c", "2001:db8::/40", site="c"), prefix("d", "2001:db9::/127", site="d")]},
            "prefixes/d",
        ),
        (
            "DS-513",
            {"websites": [website(v4_delay=10_000, v6_delay=11_001)]},
            {"websites": [website(v4_delay=10_000, v6_delay=11_000)]},
            "websites/w",
        ),
    ],
)
def test_a_rule_tells_what_breaks_it_and_not_what_just_does_not(rule, wrong, sound, subject):
    found, _examined = told(rule, **wrong)
    assert [finding.subject for finding in found] == [subject]
    assert all(finding.message and finding.advice for finding in found)
    if sound is not None:
        assert told(rule, **sound)[0] == []


def test_a_system_on_the_top_is_told_of_no_step():
    alone = [machines(), machines("n", addresses=["2001:db8::2"])]
    assert told("DS-508", workloads=alone) == ([], 1)


def test_sites_below_the_counties_are_told_together_and_counted_apart():
    rows = [prefix(f"six-{site}", f"2001:db8:{n}::/64", site=site) for n, site in enumerate("tdv")]
    lines = [line(x.id, ip_mode="v4_only") if x.id in ("dt", "tv") else x for x in city().links]
    (finding,), examined = told("DS-510", links=lines, prefixes=rows)
    assert (finding.subject, finding.evidence["sites"], examined) == ("sites/d", ["t", "v"], 3)


def test_pairs_say_by_which_key_they_match():
    rows = [prefix("six", "2001:db8::/64"), prefix("six-b", "2001:db8:1::/64", name="b")]
    rows += [prefix("four", "10.0.0.0/24"), prefix("four-b", "10.0.1.0/24", name="b")]
    found = {pair.four.id: (pair.six.id, pair.key) for pair in dualstack.pairs(city(prefixes=rows))}
    assert found == {
        "four": ("six", "site, zone and VRF"),
        "four-b": ("six-b", "site, zone, VRF and name"),
    }


def test_rules_are_numbered_and_founded():
    ids = [int(rule.id.removeprefix("DS-")) for rule in dualstack.rules()]
    assert ids == list(range(501, 514))
    assert all(rule.basis for rule in dualstack.rules())


def test_the_first_hop_of_systems_tells_what_stands_behind_it():
    inner = System(id="n", name="n", owner="o", runs_on="pool", public=False)
    given = {"links": changed("cx", ip_mode="v4_only")}
    (found,), examined = told("DS-504", **given, systems=[city().systems[0], inner])
    assert (found.severity, examined) == ("error", 2)
    assert found.message == (
        "IPv6 of 2 systems stops at cx on the way to the city core, among them s; "
        "behind it: 1 sites, 2 systems, 0 organisations, 0 villages"
    )
    assert found.evidence["stopped"] == ["n", "s"]
    assert told("DS-504", **given, systems=[inner], workloads=[], websites=[])[0][0].severity == "warning"


def test_space_for_documentation_is_told_once_and_no_error_where_all_is_an_example():
    (found,), examined = told("DS-505")
    assert (found.severity, examined) == ("info", 1)
    other = website(id="v", domain="v.example", system=None)
    (found,), examined = told("DS-505", websites=[website(), other])
    assert (found.severity, found.evidence["websites"], examined) == ("error", ["w"], 2)


def test_a_poorer_way_is_told_in_mbits_and_lines():
    (found,), _examined = told("DS-507", links=WIDE)
    assert found.message == (
        "x: IPv6 gets 50 Mbit/s on its best way, IPv4 900, x: IPv6 has 1 ways without a common line, IPv4 2"
    )
    assert (found.evidence["ipv4"], found.evidence["ipv6"]) == (
        {"mbit": 900, "ways": 2},
        {"mbit": 50, "ways": 1},
    )


def test_a_way_counts_as_open_but_not_as_sure_where_nobody_says_so():
    given = city(links=changed("cx", ip_mode=None))
    found = {q.site: q for q in dualstack.qualities(dualstack.Ground(given, topology.build(given)))}
    assert [(found[site].ways6, found[site].sure) for site in "xd"] == [(1, False), (1, True)]


@given(st.lists(st.lists(st.sampled_from("pqabcd"), min_size=2, max_size=2, unique=True), max_size=8))
def test_ways_without_a_common_line_are_as_many_as_lines_that_must_fail(pairs):
    lines = [line(f"l{n}", a=a, b=b) for n, (a, b) in enumerate(pairs)]
    found = disjoint(lines, "pq")
    for site in "abcd":
        assert found.get(site, 0) == next(
            n
            for n in range(len(lines) + 1)
            if any(not connected(left, site) for left in combinations(lines, len(lines) - n))
        )


def connected(lines, site):
    """Whether some lines lead from a site to one of the roots."""
    seen = {site}
    for _each in lines:
        seen |= {end for each in lines for end in (each.a, each.b) if seen & {each.a, each.b}}
    return bool(seen & set("pq"))


def test_a_partner_is_told_by_its_name_then_vlan_then_name_then_place():
    six = [
        prefix("far", "2001:db8:1::/64", site="d"),
        prefix("vlan", "2001:db8:2::/64", vlan=7),
        prefix("same", "2001:db8:3::/64"),
        prefix("here", "2001:db8:4::/64", kind="container"),
    ]
    four = [
        prefix("a", "10.0.0.0/24", peer="far", vlan=7),
        prefix("b", "10.0.1.0/24", vlan=7),
        prefix("same4", "10.0.2.0/24", name="same", vlan=8),
        prefix("c", "10.0.3.0/24", kind="container"),
        prefix("d", "10.0.4.0/24", site="d", zone="internet"),
    ]
    found = [
        (pair.four.id, pair.six and pair.six.id, pair.key) for pair in pairs(city(prefixes=[*six, *four]))
    ]
    assert found == [
        ("a", "far", BY_PEER),
        ("b", "vlan", BY_VLAN),
        ("same4", "same", BY_NAME),
        ("c", "here", BY_PLACE),
        ("d", None, None),
    ]
    backward = city(
        prefixes=[prefix("six", "2001:db8::/64", site="d", peer="four"), prefix("four", "10.0.0.0/24")]
    )
    assert [pair.key for pair in pairs(backward)] == [BY_PEER]
