"""Each rule of the address plan: rows that break it, and rows that just do not."""

from datetime import date

import netaddr
import pytest

from inventory.errors import InputError
from inventory.finding import Severity
from tests.sheets import TODAY, plan, said
from topology.addressing import Limits, Plan, Policy, Waiver, check, read_policy, rules
from topology.addressing.comparing import VERSIONS
from topology.addressing.notation import plain
from topology.addressing.registries import SPECIAL4, SPECIAL6, registry, special

HOST, BOX, GIVEN = {"kind": "host"}, {"kind": "container"}, {"kind": "assignment"}
LAN, LINE, LOOP = {"role": "lan"}, {"role": "p2p"}, {"role": "loopback"}
OPEN = HOST | {"public": "yes"}
A, B = {"site": "a"}, {"site": "b"}
OPEN_ZONE, VPN = {"zone": "public"}, {"zone": "dedicated", "vrf": "finance"}

CASES = {
    "V6-101": (["2001:db8:::/64"], ["2408:8000::/64"]),
    "V6-102": (["2408:8000::5/64"], [("2408:8000::5/64", HOST)]),
    "V6-103": (["2408:8000:0::/48"], ["2408:8000::/48"]),
    "V6-104": (["2408:8000::1.2.3.4"], ["64:ff9b::1.2.3.4"]),
    "V6-105": (["2408:8000::/ 64"], ["2408:8000::/64"]),
    "V6-106": (["2408：8000::/64"], ["2408:8000::/64"]),
    "V6-107": (["2408:8000::1%eth0"], ["2408:8000::1"]),
    "V6-108": (["::ffff:0:0:0/96"], ["::1:0:0:0/96"]),
    "V6-201": (["4000::/3"], ["2408::/12"]),
    "V6-202": (["2d00::/16"], ["2c0f::/16"]),
    "V6-203": (["3fff:fff::/32"], ["2001:db7::/32"]),
    "V6-204": (["fcff::/16"], ["fd00:8a3f:91c2::/48"]),
    "V6-205": (["fd10:127:17::/48"], ["fd8a:3f91:c2e7::/48"]),
    "V6-206": (["fd8a:3f91:c2e7::/47"], ["fd8a:3f91:c2e7::/48", "fd8a:3f91:c2e7:1::/64"]),
    "V6-207": (
        [("fd8a:3f91:c2e7::/48", {"zone": "internet"})],
        [("fd8a:3f91:c2e7::/48", {"zone": "public"})],
    ),
    "V6-208": (
        [("fd8a:3f91:c2e7::/48", A), ("10.0.0.0/24", A)],
        [("fd8a:3f91:c2e7::/48", A), ("10.0.0.0/24", A), ("2408:8000:1::/48", A)],
    ),
    "V6-209": (["febf::1"], ["fe7f::1"]),
    "V6-210": (["feff::/16"], ["febf::/16"]),
    "V6-211": (["ff02::1"], ["feff::1"]),
    "V6-212": (["2002:c000:204::/48"], ["2003::/18"]),
    "V6-213": (["2001:0:4136::/48"], ["2001:200::/48"]),
    "V6-214": (["2408:8000::5efe:a00:1"], ["2408:8000::5eff:a00:1"]),
    "V6-215": (["64:ff9b::a00:1"], ["64:ff9b::808:808"]),
    "V6-216": (["2001:2::/48"], ["2001:200::/48"]),
    "V6-217": (["5f00:1::/32"], [("5f00:1::/32", {"role": "srv6-locator"})]),
    "V6-219": (
        [("2409:8000:1::/48", {"carrier": "unicom"})],
        [("2408:8000:1::/48", {"carrier": "unicom"})],
    ),
    "V6-301": ([("2408:8000::/80", LAN)], [("2408:8000::/64", LAN)]),
    "V6-302": (
        [("2408:8000::/64", LINE)],
        [("2408:8000::/64", LINE), ("2408:8000::2/127", LINE), ("10.0.0.0/30", LINE)],
    ),
    "V6-303": (["2408:8000::/127"], ["2408:8000::2/127"]),
    "V6-304": ([("2408:8000::/64", HOST)], [("2408:8000::1/64", HOST)]),
    "V6-305": ([("2408:8000::fdff:ffff:ffff:ff80", HOST)], [("2408:8000::fdff:ffff:ffff:ff7f", HOST)]),
    "V6-306": ([("2408:8000::/64", LOOP)], [("2408:8000::1", LOOP), ("2408:8000::2", LOOP)]),
    "V6-307": (["2408:8000::/47"], ["2408:8000::/48"]),
    "V6-308": ([("2408:8000::/64", A)], [("2408:8000::/63", A)]),
    "V6-309": (["2408:8000::/65"], ["2408:8000::/64", "2408:8000:1::/127"]),
    "V6-311": (["2408:8000::21b:21ff:fe3a:1"], ["2408:8000::21b:21ff:ff3a:1"]),
    "V6-312": (
        [("2408:8000::53", OPEN)],
        [("2408:8000::8a3f:91c2:e7d4:19b6", OPEN), ("2408:8000::53", HOST)],
    ),
    "V6-402": (
        [("2408:8000::/48", A), ("2408:8000::/48", B)],
        [("2408:8000::/48", A), ("2408:8000::/48", B | {"vrf": "x"})],
    ),
    "V6-403": (
        [("2408:8000::/48", GIVEN), ("2408:8000:0:1::/64", GIVEN)],
        [("2408:8000::/48", BOX), ("2408:8000:0:1::/64", GIVEN), ("2408:8000:0:1::1", HOST)],
    ),
    "V6-407": (
        [("2408:8000::/40", BOX), ("2408:8000::/48", A), ("2408:8000:1::/48", B)],
        [("2408:8000::/40", BOX), ("2408:8000::/48", A), ("2408:8000:80::/48", B)],
    ),
    "V6-408": (
        [("2408:8000::/48", BOX), *((f"2408:8000:0:{n:x}00::/56", GIVEN) for n in range(255))],
        [("2408:8000::/48", BOX), *((f"2408:8000:0:{n:x}00::/56", GIVEN) for n in range(128))],
    ),
    "V6-409": (
        [("2408:8000::/48", GIVEN | {"since": "2025-01-01"})],
        [("2408:8000::/48", GIVEN | {"since": "2025-01-01", "last_seen": "2026-10-01"})],
    ),
    "V6-411": (
        [("2408:8000::/48", OPEN_ZONE), ("2408:8000:0:1::/64", VPN)],
        [("2408:8000::/48", OPEN_ZONE), ("2408:8000:0:1::/64", VPN | {"nat": "NAT-7"})],
    ),
}  # fmt: skip
TOLD = {
    "V6-201": ["4000::/3", "::1", "::/128", "200::/7", "400::/6", "e000::/4", "f800::/6"],
    "V6-202": ["2d00::/8", "2e00::/7", "3000::/5", "3ffe::/16"],
    "V6-203": ["2001:db8::/32", "3fff::/20", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"],
    "V6-209": ["fe80::/10", "fe80::1/64", "febf::1"],
    "V6-210": ["fec0::/10", "feff:ffff::/48"],
    "V6-212": ["2002::/16", "192.88.99.0/24", "192.88.99.2"],
    "V6-213": ["2001::/32", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "V6-214": ["2408:8000::5efe:a00:1", "2408:8000::200:5efe:808:808"],
    "V6-215": ["64:ff9b::a00:1", "64:ff9b::c0a8:1"],
    "V6-216": ["100::/64", "100:0:0:1::/64", "2001:2::/48", "2001:10::/28", "2001:20::/28"],
    "V6-303": ["2408:8000::/127", "2408:8000::ffff:ffff:ffff:ff80/127"],
    "V6-305": ["2408::fdff:ffff:ffff:ff80", "2408::fdff:ffff:ffff:ffff", "2408::200:5eff:fe00:0"],
    "V6-312": ["2408:8000::53", "2408:8000::192:168:1:1", "2408:8000::dead:beef:0:1"],
}
"""Values that network texts name for a rule; each is told by it."""
WELL = {
    "V6-201": ["2000::/3", "fd00::/8", "2408::/12"],
    "V6-202": ["2410::/12", "2c00::/12", "2001:200::/23", "2003::/18"],
    "V6-209": ["fe7f::1", "fec0::1"],
    "V6-215": ["64:ff9b::808:808", "64:ff9b:1::a00:1"],
    "V6-216": ["2001:3::/32", "2001:4:112::/48", "2001:200::/48"],
    "V6-303": ["2408:8000::2/127", "2408:8000::ffff:ffff:ffff:ff7e/127"],
    "V6-305": ["2408::fdff:ffff:ffff:ff7f", "2408::200:5eff:ff00:0", "2408::200:5eff:fdff:ffff"],
    "V6-312": ["2408:8000::8a3f:91c2:e7d4:19b6"],
}
"""Values beside them that a rule lets pass."""
ELSEWHERE = {"V6-218", "V6-401", "V6-404", "V6-405", "V6-406"}
"""Rules that ask a policy, a profile, a city or the day as well."""


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_catches_what_breaks_it_and_nothing_else(rule):
    bad, good = CASES[rule]
    assert said(rule, *bad)
    assert said(rule, *good) == []


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in TOLD.items() for text in texts])
def test_what_the_standards_name_is_told(rule, text):
    assert said(rule, (text, {"public": "yes"}))


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in WELL.items() for text in texts])
def test_what_stands_beside_it_is_let_pass(rule, text):
    assert said(rule, (text, {"public": "yes"})) == []


@pytest.mark.parametrize("rule", CASES)
def test_a_finding_names_value_place_and_what_to_do(rule):
    rows = plan(*CASES[rule][0])
    for finding in (f for f in check(rows, Policy(), today=TODAY).findings if f.rule == rule):
        texts = {str(plain(text) or text) for text in rows.texts} | {*rows.texts}
        texts |= {rows.numbers.text(entry) for entry in range(len(rows.numbers))}
        assert any(text in finding.message for text in texts)
        assert finding.source is not None
        assert finding.fix or finding.advice


def test_a_loopback_with_the_length_of_its_subnet_is_one_address():
    (named,) = said("V6-306", ("2408:8000::1/64", LOOP))
    assert named.fix == "2408:8000::1/128"
    (network,) = said("V6-306", ("2408:8000::/64", LOOP))
    assert (network.fix, bool(network.advice)) == ("", True)


def test_every_rule_is_tested():
    between = {rule.id for rule in VERSIONS.rules}
    assert {rule.id for rule in rules()} == CASES.keys() | ELSEWHERE | between


def test_every_rule_names_its_basis_and_counts_what_it_asked():
    report = check(plan("2408:8000::/48", "10.0.0.0/8"), Policy(), today=TODAY)
    assert report.checked.keys() == {rule.id for rule in rules()} - {rule.id for rule in VERSIONS.rules}
    assert report.checked["V6-101"] == 2
    assert report.checked["V6-201"] == 1
    assert report.checked["V6-204"] == 0


@pytest.mark.parametrize("rule", CASES)
def test_no_rule_counts_less_than_it_finds(rule):
    report = check(plan(*CASES[rule][0]), Policy(), today=TODAY)
    found = [finding for finding in report.findings if finding.rule == rule]
    assert 0 < len(found) <= report.checked[rule]


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ("2001:db8::/ 64", "2001:db8::/64"),
        ("2001:db8::/６４", "2001:db8::/64"),
        ("2001:db8::/6_4", "2001:db8::/64"),
        ("2001:db8::/+64", "2001:db8::/64"),
        ("2001:db8::/064", "2001:db8::/64"),
        ("10.1.1.0/0.0.0.255", "10.1.1.0/24"),
        ("10.1.1.0/255.255.255.0", "10.1.1.0/24"),
        ("2001:db8::/ffff:ffff::", "2001:db8::/32"),
        ("2001：db8：：／４８", "2001:db8::/48"),
        ("2001:db8::\u00a0/48", "2001:db8::/48"),
        ("\u200b2001:db8::/48", "2001:db8::/48"),
        ("10。0。0。0/8", "10.0.0.0/8"),
        ("fe80::1%eth0/64", "fe80::1/64"),
        ("2001:DB8:FFFE::0/127", "2001:db8:fffe::/127"),
        ("2001:db8:0a::/64", "2001:db8:a::/64"),
        ("10.0.0.0-10.0.1.255", "10.0.0.0/23"),
        ("10.0.0.1～10.0.0.2", "10.0.0.1/32; 10.0.0.2/32"),
        ("10.0.0.0/24、2001:db8::/48", "10.0.0.0/24; 2001:db8::/48"),
        ("10.0.0.0/24\n10.0.1.0/24", "10.0.0.0/24; 10.0.1.0/24"),
    ],
)
def test_a_slip_of_the_keyboard_is_told_with_its_repair(text, repair):
    found = check(plan(text), Policy(state="example"), today=TODAY).findings
    assert repair in [finding.fix for finding in found]


@pytest.mark.parametrize(
    "text", ["2001:db8::/129", "10.0.0.0/33", "010.1.1.1", "1", "True", "", "a:b", "10.1.1"]
)
def test_what_a_person_must_decide_has_no_mechanical_repair(text):
    (finding,) = check(plan(text), Policy(), today=TODAY).findings
    assert finding.severity is Severity.error
    assert finding.fix == ""
    assert finding.advice


def test_a_row_at_fault_is_judged_as_repaired_and_tells_its_place():
    found = said("V6-403", ("2408:8000::/ 48", GIVEN), ("2408:8000:0:1::/64", GIVEN))
    assert "plan:1" in found[0].message
    assert found[0].source.line == 2


def test_a_network_with_host_bits_is_repaired_only_where_its_kind_is_stated():
    (loose,) = said("V6-102", "2408:8000::5/64")
    (typed,) = said("V6-102", ("2408:8000::5/64", GIVEN))
    assert (loose.fix, typed.fix) == ("", "2408:8000::/64")
    assert "2408:8000::/64" in loose.advice


def test_an_example_tells_of_its_documentation_block_once():
    rows = ["2001:db8::/48", "2001:db8:1::/48", "192.0.2.0/24", "2408:8000::/48"]
    (found,) = said("V6-203", *rows, policy=Policy(state="example"))
    assert (found.subject, found.severity) == ("blocks/documentation", Severity.warning)
    assert found.evidence["blocks"] == {"2001:db8::/32": 2, "192.0.2.0/24": 1}
    assert len(said("V6-203", *rows)) == 3
    assert len(said("V6-203", *((row, {"state": "example"}) for row in rows))) == 1
    assert len(said("V6-203", (rows[0], {"state": "example"}), *rows[1:])) == 3


def test_the_registry_tables_grow_old():
    taken = registry(SPECIAL6).snapshot
    limit = Policy(limits=Limits(snapshot_months=3))
    later = date(taken.year, taken.month + 4, 1)
    assert said("V6-218", "10.0.0.0/8", policy=limit, today=later)
    assert said("V6-218", "10.0.0.0/8", policy=limit, today=date(taken.year, taken.month + 3, 1)) == []


def test_what_is_held_is_what_the_policy_says():
    held = Policy(allocations=("2408:8000:100::/40",))
    assert [f.subject for f in said("V6-401", "2408:8000:1ff::/48", "2408:8000:200::/48", policy=held)] == [
        "prefixes/2408:8000:200::/48"
    ]
    assert said("V6-401", "2408:8000:200::/48", "10.0.0.0/8") == []


def test_without_allocations_the_widest_containers_count_and_all_outside_is_told_once():
    box = ("2408:8000::/32", BOX | {"zone": "public"})
    (found,) = said("V6-401", box, ("2408:8000:1::/48", VPN), "2408:8001::/48", "2409::/48", "10.0.0.0/8")
    assert (found.subject, found.severity) == ("prefixes/2408:8001::/48", Severity.warning)
    assert found.evidence["rows"] == [2, 3]
    report = check(plan(box, "8.8.8.0/24"), Policy(), today=TODAY)
    assert report.checked["V6-401"] == 1


def test_private_space_may_stand_in_tables_that_exchange_nothing():
    rows = [("10.0.0.0/8", OPEN_ZONE), ("10.1.0.0/16", VPN)]
    assert said("V6-411", *rows) == []
    told = ("10.200.0.0/16", OPEN_ZONE | {"exchange": "dedicated/finance"})
    (found,) = said("V6-411", *rows, told)
    assert (found.subject, found.severity) == ("prefixes/10.1.0.0/16@dedicated/finance", Severity.error)
    assert "plan:1" in found.message
    assert said("V6-411", rows[0], ("10.1.0.0/16", VPN | {"exchange": "public"})) == []


def test_the_policy_records_what_passes_between_tables():
    rows = [("10.0.0.0/8", OPEN_ZONE), ("10.1.0.0/16", VPN), ("10.2.0.0/16", VPN)]
    told = {"between": ("dedicated/finance", "public"), "record": "JH-17"}
    for field in ("nat", "prefixes"):
        policy = Policy(exchanges=({**told, field: ("10.1.0.0/16",)},))
        assert [f.subject for f in said("V6-411", *rows, policy=policy)] == [
            "prefixes/10.2.0.0/16@dedicated/finance"
        ]
    other = Policy(exchanges=(told | {"between": ("internet", "public")},))
    assert said("V6-411", *rows, policy=other) == []


def test_unique_space_in_two_tables_is_a_crossing_whatever_they_exchange():
    rows = [("2408:8000::/48", GIVEN | OPEN_ZONE), ("2408:8000::/48", GIVEN | VPN)]
    (found,) = said("V6-411", *rows)
    assert found.severity is Severity.warning
    assert said("V6-411", (rows[0][0], BOX | OPEN_ZONE), rows[1]) == []
    (untold,) = said("V6-411", (rows[0][0], GIVEN), rows[1])
    assert (untold.severity, untold.subject) == (Severity.info, "prefixes/2408:8000::/48")


def test_anycast_is_no_duplicate_and_one_owner_is_a_warning():
    anycast = A | {"role": "anycast"}
    assert said("V6-402", ("10.0.0.1", anycast), ("10.0.0.1", B | {"role": "anycast"})) == []
    (twice,) = said("V6-402", ("10.0.0.0/8", A), ("10.0.0.0/8", A))
    (two,) = said("V6-402", ("10.0.0.0/8", A), ("10.0.0.0/8", B))
    assert (twice.severity, two.severity) == (Severity.warning, Severity.error)
    assert "plan:1" in two.message


def test_rows_without_a_type_are_told_once_a_routing_table():
    found = said("V6-403", "10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16", ("10.0.0.0/9", {"vrf": "x"}))
    assert [finding.severity for finding in found] == [Severity.info]
    assert "2" in found[0].message


def test_versions_share_leading_bits_but_no_tree():
    assert said("V6-403", ("36.8.0.0/16", GIVEN), ("2408::/32", GIVEN)) == []


def test_loopbacks_are_gathered_in_one_subnet():
    (found,) = said("V6-306", ("2408:8000::1", LOOP), ("2408:8000:1::1", LOOP))
    assert found.severity is Severity.info


@pytest.mark.parametrize(
    ("rows", "severity"),
    [
        ([("2408:8000::/80", LAN)], Severity.warning),
        ([("2408:8000::/80", {"slaac": "yes"})], Severity.error),
    ],
)
def test_a_subnet_that_configures_itself_must_be_a_64(rows, severity):
    assert [finding.severity for finding in said("V6-301", *rows)] == [severity]


def test_a_block_that_nothing_surrounds_may_have_come_so():
    (alone,) = said("V6-307", "2408:8000::/31")
    (_outer, inner) = sorted(
        said("V6-307", "2408:8000::/31", "2408:8000::/33"), key=lambda f: f.severity.rank
    )[::-1]
    assert (alone.severity, inner.severity) == (Severity.info, Severity.warning)


@pytest.mark.parametrize(
    ("row", "finds"),
    [
        (("2408:8000::/40", {"role": "nat64"}), 0),
        (("2408:8000::/44", {"role": "nat64"}), 1),
        (("2408:8000:0:0:1::/96", {"role": "nat64"}), 0),
        (("2408:8000:0:0:100::/96", {"role": "nat64"}), 1),
    ],
)
def test_a_translators_prefix_has_its_form(row, finds):
    assert len(said("V6-215", row)) == finds


@pytest.mark.parametrize("version", [4, 6])
def test_every_registry_row_is_its_own_longest_match(version):
    table = registry(SPECIAL4 if version == 4 else SPECIAL6)
    for row in table.rows:
        assert special(version).find(plain(row.block)).row is row


DIFFERS = {"192.88.99.2/32", "100:0:0:1::/64", "2001:1::3/128", "3fff::/20", "5f00::/16", "192.88.99.0/24"}
"""Rows that netaddr judges otherwise: a library update is noticed here."""


def test_the_library_still_differs_where_it_did():
    rows = [row for name in (SPECIAL4, SPECIAL6) for row in registry(name).rows]
    judged = {row.block: netaddr.IPNetwork(row.block).ip.is_global() for row in rows}
    assert {row.block for row in rows if bool(row.reachable) is not judged[row.block]} == DIFFERS


def test_a_policy_decides_severity_and_waivers():
    rows = ["2d00::/16"]
    policy = Policy(severities={"V6-202": "warning"})
    assert [f.severity for f in said("V6-202", *rows, policy=policy)] == [Severity.warning]
    waiver = Waiver(rule="V6-202", reason="lab", owner="net", expires=date(2026, 12, 1))
    (waived,) = said("V6-202", *rows, policy=Policy(waivers=(waiver,)))
    assert (waived.severity, waived.evidence["waiver"]["owner"]) == (Severity.info, "net")
    (over,) = said("V6-202", *rows, policy=Policy(waivers=(waiver,)), today=date(2026, 12, 2))
    assert over.severity is Severity.error


def test_a_faulty_policy_is_told_whole(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(
        "severities: {V6-999: info}\nwaivers: [{rule: V7, reason: a, owner: b, expires: 2026-01-01}]\n"
    )
    with pytest.raises(InputError) as error:
        read_policy(path)
    assert [fault.value for fault in error.value.faults] == ["V6-999", "V7"]
    path.write_text("allocations: [10.0.0.0/33]\n")
    with pytest.raises(InputError, match="allocations"):
        read_policy(path)
    assert read_policy().limits.hd_ratio == 9400


def test_findings_keep_their_ids_when_rows_move():
    one = check(Plan(["10.0.0.0/8", "2D00::/16"]), Policy(), today=TODAY)
    two = check(Plan(["172.16.0.0/12", "10.0.0.0/8", "2D00::/16"]), Policy(), today=TODAY)
    assert {f.id for f in one.findings} == {f.id for f in two.findings}


def test_twin_rows_have_findings_of_their_own():
    found = check(Plan(["2D00::/16"] * 3), Policy(), today=TODAY).findings
    assert len({finding.id for finding in found}) == len(found)
