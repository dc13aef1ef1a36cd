"""The demo city holds the numbers of its source and the tensions the product is about."""

import re
from collections import Counter
from pathlib import Path

import netaddr
import pytest

import inventory
from inventory.model import (
    AccessState,
    DependencyKind,
    Ipv6,
    Level,
    Order,
    OrganisationKind,
    PlatformKind,
    Role,
    SecurityService,
    Zone,
)
from inventory.units import divide

FOLDER = Path(__file__).parent.parent / "configs" / "tieling"
COUNTIES = {"银州区", "清河区", "铁岭县", "西丰县", "昌图县", "调兵山市", "开原市"}
NAMED = {"市政府网站群", "市不动产登记信息系统", "市河长制信息管理平台", "12345话务系统"}
SIDES = {"unicom", "mobile"}


@pytest.fixture(scope="module")
def city():
    return inventory.load(FOLDER)


def clouds(city):
    return [p for p in city.platforms if p.kind is PlatformKind.government_cloud]


def hosted(city, *platforms):
    own = (s for s in city.systems if not s.external)
    return [s for s in own if city.pool[s.runs_on].platform in platforms]


def on_clouds(city):
    return hosted(city, *(p.id for p in clouds(city)))


def kinds(city, kind):
    return [o for o in city.organisations if o.kind is kind]


def governments(city, level):
    return [o for o in kinds(city, OrganisationKind.government) if o.level is level]


def vertical_needs(city, kind):
    return [d for d in city.dependencies if city.system[d.provider].external and d.kind is kind]


def reached(city, kind):
    return sum(bool(o.office_system) for o in kinds(city, kind))


SEEDS = {
    "government clouds": (3, lambda c: len(clouds(c))),
    "clouds at MLPS level 3": (3, lambda c: sum(p.mlps_level == 3 for p in clouds(c))),
    "clouds with all four security services": (
        3,
        lambda c: sum(set(p.security_services) == set(SecurityService) for p in clouds(c)),
    ),
    "domestic clouds": (1, lambda c: sum(p.xinchuang for p in c.platforms)),
    "systems on the clouds": (18, lambda c: len(on_clouds(c))),
    "systems on the two side clouds": (15, lambda c: len(hosted(c, *SIDES))),
    "systems on the self-built cloud": (3, lambda c: len(hosted(c, "xinchuang"))),
    "moved systems the source names": (4, lambda c: sum(not s.inferred for s in on_clouds(c))),
    "systems chosen by inference": (14, lambda c: sum(s.inferred for s in on_clouds(c))),
    "vertical departments": (20, lambda c: len(kinds(c, OrganisationKind.vertical))),
    "external systems": (20, lambda c: sum(s.external for s in c.systems)),
    "interfaces": (77, lambda c: len(vertical_needs(c, DependencyKind.interface))),
    "table sets": (7, lambda c: len(vertical_needs(c, DependencyKind.table_set))),
    "items in all": (84, lambda c: sum(c.system[d.provider].external for d in c.dependencies)),
    "websites": (22, lambda c: len(c.websites)),
    "websites over IPv6": (22, lambda c: sum(bool(w.aaaa and w.home_ok) for w in c.websites)),
    "websites with linked pages over IPv6": (
        22,
        lambda c: sum(w.link2_rate == w.link3_rate == 10_000 for w in c.websites),
    ),
    "provinces": (1, lambda c: len(governments(c, Level.province))),
    "cities": (1, lambda c: len(governments(c, Level.city))),
    "counties": (7, lambda c: len(governments(c, Level.county))),
    "townships": (145, lambda c: len(kinds(c, OrganisationKind.township))),
    "villages": (1083, lambda c: len(kinds(c, OrganisationKind.village))),
    "county sites": (7, lambda c: sum(s.level is Level.county for s in c.sites)),
    "township sites": (145, lambda c: sum(s.level is Level.township for s in c.sites)),
    "village sites": (1083, lambda c: sum(s.level is Level.village for s in c.sites)),
    "levels": (5, lambda c: len({s.level for s in c.sites})),
    "uplink to the province": (
        1000,
        lambda c: sum(link.mbit for link in c.links if c.site[link.a].level is Level.province),
    ),
    "city departments with the office system": (103, lambda c: reached(c, OrganisationKind.department)),
    "county units with the office system": (347, lambda c: reached(c, OrganisationKind.unit)),
    "townships with the office system": (145, lambda c: reached(c, OrganisationKind.township)),
    "villages with the office system": (1083, lambda c: reached(c, OrganisationKind.village)),
    "office system in all": (1678, lambda c: sum(bool(o.office_system) for o in c.organisations)),
}


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_number_is_the_source_s(city, name):
    stated, count = SEEDS[name]
    assert count(city) == stated


def test_the_counties_and_the_named_systems_are_the_source_s(city):
    counties = {o.name.removesuffix("人民政府") for o in governments(city, Level.county)}
    assert counties == COUNTIES
    assert {s.name for s in on_clouds(city) if not s.inferred} == NAMED


def test_every_row_of_the_clouds_and_lists_says_where_it_comes_from(city):
    for name in ("organisations", "platforms", "systems", "sites", "links", "websites", "dependencies"):
        silent = [r.id for r in getattr(city, name) if not r.source and not r.inferred]
        assert [name, *[i for i in silent if not i.startswith("op-")]] == [name]


@pytest.mark.parametrize(
    ("system", "figures"),
    [
        ("exchange", ("7548", "1697", "1120")),
        ("seal", ("184", "331", "309", "766", "98.59", "182")),
        ("services", ("6470", "4733", "1178", "168", "11.5", "120", "77%", "90.37", "150", "35", "135")),
        ("oa", ("103", "347", "145", "1083")),
        ("yinzhou", ("872", "7个", "2202", "716", "1486")),
    ],
)
def test_a_figure_without_a_field_stands_in_the_note(city, system, figures):
    assert [f for f in figures if f not in city.system[system].note] == []


def test_what_is_inferred_is_graded_as_an_assumption_or_better_founded(city):
    lists = ("organisations", "systems", "sites", "links", "platforms", "pools", "projects", "tariffs")
    assert [r.id for name in lists for r in getattr(city, name) if r.inferred and not r.grade] == []


def test_the_machines_are_about_250_in_about_100_groups(city):
    assert 235 <= sum(w.count for w in city.workloads) <= 265
    assert 90 <= len(city.workloads) <= 130


def test_external_systems_have_neither_machines_nor_projects(city):
    external = [s for s in city.systems if s.external]
    assert all(s.project is None and not city.workloads_of[s.id] for s in external)


def test_at_least_twelve_systems_are_in_machine_rooms(city):
    rooms = [p.id for p in city.platforms if p.kind is PlatformKind.machine_room]
    assert len(hosted(city, *rooms)) >= 12


def test_addresses_come_from_documentation_and_internal_blocks(city):
    allowed = netaddr.IPSet(
        ["2001:db8::/32", "3fff::/20", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "10.0.0.0/8"]
    )
    texts = [p.prefix for p in city.prefixes] + [a for w in city.workloads for a in w.addresses]
    assert [t for t in texts if netaddr.IPNetwork(t) not in allowed] == []


def test_no_database_stands_in_the_internet_zone(city):
    found = {city.pool_of(w).zone for w in city.workloads if w.role is Role.database}
    assert Zone.internet not in found


def test_prices_are_the_ones_of_the_lists(city):
    x86, kunpeng, hygon = (city.tariff[t] for t in ("unicom-list", "xc-kunpeng", "xc-hygon"))
    assert (x86.prices["vcpu"], x86.term_factors["vcpu"], x86.prices["memory"]) == (4600, 8000, 1700)
    assert (kunpeng.prices["vcpu"], kunpeng.term_factors["vcpu"], kunpeng.prices["memory"]) == (
        5200,
        9500,
        1500,
    )
    assert (hygon.prices["vcpu"], hygon.term_factors["vcpu"], hygon.prices["memory"]) == (4500, 9500, 1600)


def yearly(tariff, vcpu, memory):
    items = {"vcpu": vcpu, "memory": memory}
    return divide(sum(n * tariff.prices[i] * 12 * tariff.term_factors[i] for i, n in items.items()), 10_000)


def test_a_machine_of_the_same_size_costs_more_on_the_domestic_cloud(city):
    old, *new = (yearly(city.tariff[t], 4, 16) for t in ("unicom-list", "xc-kunpeng", "xc-hygon"))
    assert [round(100 * price / old) for price in new] == [117, 114]


def test_some_systems_cannot_move(city):
    assert [s.id for s in city.systems if s.mlps_level == 4] == ["guoku"]
    closed = {w.system for w in city.workloads if "closed-binary-windows" in w.software}
    assert "shuiqing" in closed
    impossible = {r.architecture for r in city.compatibility if r.software == "closed-binary-windows"}
    assert all(
        r.adaptation == "impossible" for r in city.compatibility if r.software == "closed-binary-windows"
    )
    assert {"x86_64", "aarch64"} <= impossible


def test_two_cycles_a_pair_and_a_tight_line_are_planted(city):
    needs = {(d.consumer, d.provider): d.order for d in city.dependencies}
    first = {pair for pair, order in needs.items() if order is Order.provider_first}
    assert {("hotline", "chengyun"), ("chengyun", "hotline")} <= first
    assert {("tongguan", "yingji"), ("yingji", "anquan"), ("anquan", "tongguan")} <= first
    assert needs["wangqian", "estate"] is Order.together
    line = next(link for link in city.links if link.b == "site-room-water")
    split = sum(d.mbit for d in city.dependencies if d.provider == "shuiqing")
    assert line.mbit == 100
    assert split > 70


def test_three_zombies_are_confirmed_and_others_only_look_dead(city):
    assert {s.id for s in city.systems if s.zombie} == {"lvyou", "oldoa", "zhaoshang"}
    found = inventory.check(city).findings
    assert {f.subject for f in found if f.rule == "INV-411"} == {"systems/nongchan", "systems/renda"}


def test_the_books_hold_rises_and_gaps(city):
    found = Counter(f.rule for f in inventory.check(city).findings)
    assert found["INV-201"] == 2
    assert found["INV-202"] == 2


def test_a_share_of_the_fields_is_unknown(city):
    own = [s for s in city.systems if not s.external]
    assert 0 < sum(s.mlps_level is None for s in own) < len(own) / 4
    assert 0 < sum(w.usage is None for w in city.workloads) < len(city.workloads) / 4
    assert any(d.mbit is None for d in city.dependencies)


def test_some_hops_lack_ipv6(city):
    assert any(link.ip_mode is Ipv6.v4_only for link in city.links)
    assert any(d.ip_mode is Ipv6.v4_only for d in city.devices)
    assert any(d.v6_policy == "deny" for d in city.devices)


def test_access_records_stand_in_several_states(city):
    assert len({r.state for r in city.access_records} & set(AccessState)) >= 8


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.yaml")), ids=lambda p: p.name)
def test_a_yaml_file_opens_with_its_schema(path):
    schema = "scenario" if path.parent.name == "scenarios" else r"\w+"
    first = path.read_text().splitlines()[0]
    assert re.fullmatch(rf"# yaml-language-server: \$schema=(\.\./)+schema/{schema}\.schema\.json", first)


def test_the_policies_know_all_software_on_every_target(city):
    known = {(row.software, row.architecture) for row in city.compatibility}
    targets = {p.architecture for p in city.pools if city.platform[p.platform].xinchuang}
    used = {name for w in city.workloads for name in (*w.software, w.os) if name}
    assert {(name, target) for name in used for target in targets} <= known


def test_the_target_offers_three_pools_one_of_them_later(city):
    pools = {p.id: p for p in city.pools if p.platform == "xinchuang"}
    assert set(pools) == {"kunpeng-a", "hygon-a", "kunpeng-i"}
    assert pools["hygon-a"].available_from > city.as_of
    assert 2 <= sum(block.pool in pools for block in city.blocks) <= 3
