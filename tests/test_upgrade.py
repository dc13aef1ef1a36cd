"""Upgrades: the promise holds on the ladder, nothing cheaper does better, forged plans are caught."""

import ast
import json
import os
from datetime import date
from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import topology
from inventory.errors import InputError
from inventory.model import City, Device, Link, Organisation, Platform, Pool, Site, System, Website, Workload
from planner import upgrade
from planner.report import readiness as report
from planner.report import upgrades as tables
from planner.upgrade.model import build, cost, unready
from planner.upgrade.problem import formulate
from tests import tiny

GOLDEN = Path(__file__).parent / "golden" / "upgrade" / "model.lp"
PRICED = {1: 60_000, 2: 90_000, 3: 250_000}
WEIGHTS = {"critical": 3, "important": 2, "ordinary": 1}


def line(id, price=1, **more):
    """A line without IPv6 between the two sites its id names."""
    known = {"a": id[0], "b": id[1], "ip_mode": "v4_only", "upgrade_cost": PRICED[price], "mbit": 100}
    return Link(**{"id": id, "name": id} | known | more)


def wall(id, **more):
    known = {"site": id[1], "kind": "firewall", "ip_mode": "dual_stack", "v4_policy": "filter"}
    return Device(**{"id": id, "name": id, "v6_policy": "filter"} | known | more)


def city(lines, systems=("abc"), walls=(), **more):
    """A province ``p``, a core ``c``, places of the city, each with a cloud and a system of its name."""
    places = sorted({end for each in lines for end in (each.a, each.b)} | set("pc") | set(systems))
    grades = dict(zip("abd", WEIGHTS, strict=True))
    known = {
        "organisations": [Organisation(id="o", name="o", kind="department", level="city")],
        "sites": [
            Site(
                id=i,
                name=i,
                level="province" if i == "p" else "city",
                parent={"p": None, "c": "p"}.get(i, "c"),
            )
            for i in places
        ],
        "platforms": [Platform(id=i, name=i, kind="machine_room", site=i) for i in systems],
        "pools": [Pool(id=i, name=i, platform=i) for i in systems],
        "systems": [
            System(id=i, name=i, owner="o", runs_on=i, criticality=grades.get(i, "ordinary")) for i in systems
        ],
        "links": lines,
        "devices": walls,
        "assumptions": tiny.assumptions(),
    }
    return City(id="x", name="x", as_of=date(2026, 1, 1), **known | more)


OPEN = line("pc", ip_mode="dual_stack")


def town():
    """Two ways to ``a``, ``d`` only behind ``b``, a policy before ``b``."""
    lines = [OPEN, line("ca", 3), line("cb", 2), line("ba", 1), line("bd", 1, ip_mode=None)]
    return city(lines, "abd", [wall("fb", v6_policy="deny")])


def propose(given, budgets=(), periods=("2027", "2028"), required=()):
    return upgrade.propose(given, topology.build(given), dict(budgets), periods, required)


def subjects(plan):
    return {row.subject: row.period for row in plan.upgrades}


def test_the_cheapest_way_serves_all_and_the_promise_holds():
    plan = propose(town())
    assert subjects(plan) == dict.fromkeys(["links/ba", "links/bd", "links/cb", "devices/fb"], "2027")
    assert plan.cost == 90_000 + 60_000 + 60_000
    assert plan.gained == ("a", "b", "d")
    assert (plan.status, plan.verified, plan.left) == ("optimal", True, ())
    grown = upgrade.upgraded(town(), subjects(plan))
    assert topology.readiness(grown, topology.build(grown)).ready == {"a", "b", "d"}


def test_each_upgrade_says_what_its_cost_rests_on():
    silent = town().links[4].model_copy(update={"upgrade_cost": None})
    given = town().model_copy(update={"links": (*town().links[:4], silent)})
    rows = {row.subject: row for row in propose(given).upgrades}
    assert (rows["devices/fb"].basis, rows["devices/fb"].cost) == ("policy", 0)
    assert (rows["links/cb"].basis, rows["links/cb"].unknown) == ("stated", False)
    assert (rows["links/bd"].basis, rows["links/bd"].unknown, rows["links/bd"].cost) == (
        "assumed",
        True,
        600_000,
    )
    (assumed,) = propose(given).assumptions
    assert (assumed.key, assumed.count) == ("ipv6_link_upgrade", 1)


def test_a_year_holds_its_budget_and_weight_goes_first():
    plan = propose(town(), {2027: 149_999, 2028: 60_000})
    assert [(row.year, row.cost) for row in plan.spent] == [(2027, 90_000), (2028, 60_000)]
    assert [row.ids for row in plan.promised] == [("b",), ("a",)]
    assert (plan.left, plan.verified) == (("d",), True)


def test_required_systems_come_before_weight():
    plan = propose(town(), {2027: 150_000}, ["2027"], ["d"])
    assert (plan.gained, plan.left) == (("b", "d"), ("a",))


def test_where_money_does_not_suffice_the_least_sum_is_told():
    plan = propose(town(), {2027: 149_999}, ["2027"], ["a"])
    assert (plan.status, plan.found, plan.required_cost) == ("infeasible", False, 150_000)
    assert upgrade.faults(plan, town())


def test_a_system_in_two_places_needs_both():
    given = city([OPEN, line("ca"), line("cb", 2)], "ab")
    both = [Workload(id=i, name=i, system="a", pool=i) for i in "ab"]
    given = given.model_copy(update={"systems": given.systems[:1], "workloads": tuple(both)})
    plan = propose(given)
    assert (set(subjects(plan)), plan.gained, plan.verified) == ({"links/ca", "links/cb"}, ("a",), True)
    assert propose(given, {2027: 149_999}, ["2027"]).upgrades == ()


def test_a_system_without_a_way_is_out_of_reach():
    given = city([OPEN, line("ca")], "ab")
    plan = propose(given)
    assert (plan.gained, plan.out_of_reach) == (("a",), ("b",))
    assert propose(given, required=["b"]).status == "infeasible"


def test_a_ready_city_needs_nothing():
    plan = propose(city([OPEN, line("ca", ip_mode="dual_stack")], "a"))
    assert (plan.status, plan.upgrades, plan.before, plan.verified) == ("optimal", (), ("a",), True)


@pytest.mark.parametrize(
    ("periods", "required", "codes"),
    [
        (["soon"], [], ["bad-period"]),
        (["2028", "2027"], ["z"], ["unknown-id", "bad-periods"]),
        ([], [], ["bad-periods"]),
    ],
)
def test_every_fault_of_the_call_is_told_at_once(periods, required, codes):
    with pytest.raises(InputError) as told:
        propose(town(), {}, periods, required)
    assert [fault.code for fault in told.value.faults] == codes


def forged():
    plan = propose(town(), {2027: 200_000, 2028: 60_000})
    first, second = plan.promised
    dear = plan.upgrades[-1].model_copy(update={"cost": 1})
    early = first.model_copy(update={"ids": (*first.ids, *second.ids)})
    late = first.model_copy(update={"ids": ()})
    more = second.model_copy(update={"ids": (*second.ids, *first.ids)})
    money = plan.spent[0].model_copy(update={"cost": 0})
    return plan, {
        "cost": {"upgrades": (*plan.upgrades[:-1], dear)},
        "missing upgrade": {"upgrades": plan.upgrades[:-1]},
        "twice": {"upgrades": (*plan.upgrades, plan.upgrades[0])},
        "stranger": {"upgrades": (plan.upgrades[0].model_copy(update={"subject": "links/zz"}),)},
        "promise too early": {"promised": (early, second.model_copy(update={"ids": ()}))},
        "promise too late": {"promised": (late, more)},
        "budget": {"budgets": {2027: 1}},
        "money": {"spent": (money, *plan.spent[1:])},
        "inventory": {"inventory": "0"},
        "period": {"promised": (first, second.model_copy(update={"period": "2030"}))},
        "required": {"required": ("nobody",)},
        "basis": {"upgrades": tuple(row.model_copy(update={"basis": "assumed"}) for row in plan.upgrades)},
        "today": {"before": ("a",)},
    }


PLAN, FORGED = forged()


def test_the_plan_before_forging_is_accepted():
    assert (upgrade.faults(PLAN, town()), PLAN.found) == ((), True)


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_plan_is_rejected(name):
    bad = PLAN.model_copy(update=FORGED[name])
    assert upgrade.faults(bad, town())
    assert upgrade.verify(bad, town()).verified is False


def test_a_plan_survives_json(tmp_path):
    file = tmp_path / "upgrade.json"
    file.write_text(PLAN.to_json())
    assert upgrade.read(file) == PLAN
    assert PLAN.to_json().startswith('{\n "schema": "govplan.upgrade/1"')
    file.write_text("{}")
    with pytest.raises(InputError):
        upgrade.read(file)


def test_the_same_input_gives_the_same_plan():
    again = propose(town(), {2027: 200_000, 2028: 60_000})
    assert (again.upgrades, again.promised) == (PLAN.upgrades, PLAN.promised)


def test_the_second_opinion_knows_neither_problem_nor_model():
    tree = ast.parse(Path(upgrade.verify.__code__.co_filename).read_text())
    known = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert known.isdisjoint(f"planner.upgrade.{name}" for name in ("problem", "model", "search", "propose"))


def test_the_rows_of_the_model(tmp_path):
    problem = formulate(town(), topology.build(town()))
    x = build(problem, [2027, 2028], {2027: 100_000}, ["d"])
    x.model.setObjective(unready(problem, x) + cost(problem, x))
    x.model.writeLP(str(tmp_path / "model.lp"))
    text = (tmp_path / "model.lp").read_text()
    if os.environ.get("GOVPLAN_WRITE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


@st.composite
def towns(draw):
    """A core and three places, up to five lines in three states, a firewall, two prices."""
    pairs = st.sampled_from(["ca", "cb", "cd", "ab", "bd", "ad", "pc", "pa"])
    ids = draw(st.lists(pairs, min_size=2, max_size=5, unique=True))
    mode = st.sampled_from(["v4_only", "v4_only", None, "dual_stack"])
    lines = [line(i, draw(st.sampled_from([1, 2, 3])), ip_mode=draw(mode)) for i in ids]
    shut = {"v6_policy": draw(st.sampled_from(["deny", "filter", None]))}
    return city(lines, "abd", [wall("fa", **shut)])


def outcomes(given):
    """Cost and weight of every set of upgrades, judged on the ladder alone."""
    costs = {f"links/{each.id}": each.upgrade_cost for each in given.links if each.ip_mode != "dual_stack"}
    costs |= {"devices/fa": 0}
    sets = chain.from_iterable(combinations(costs, n) for n in range(len(costs) + 1))
    for chosen in sets:
        grown = upgrade.upgraded(given, chosen)
        ready = topology.readiness(grown, topology.build(grown)).ready
        yield sum(costs[s] for s in chosen), sum(WEIGHTS[given.system[s].criticality] for s in ready)


@settings(max_examples=25, deadline=None)
@given(towns(), st.sampled_from([0, 60_000, 150_000, 250_000, 1_000_000]))
def test_no_set_of_upgrades_does_better(given, budget):
    plan = propose(given, {2027: budget}, ["2027"])
    every = list(outcomes(given))
    best = max(weight for money, weight in every if money <= budget)
    least = min(money for money, weight in every if weight == best)
    ready = [*plan.before, *plan.gained]
    assert sum(WEIGHTS[given.system[s].criticality] for s in ready) == best
    assert (plan.cost, plan.verified, plan.status) == (least, True, "optimal")


@settings(max_examples=40, deadline=None)
@given(towns(), st.lists(st.sampled_from([0, 60_000, 100_000, 200_000]), min_size=2, max_size=2))
def test_the_promise_holds_period_by_period(given, budgets):
    plan = propose(given, dict(zip((2027, 2028), budgets, strict=True)))
    done, due = set(), set(plan.before)
    for promise in plan.promised:
        done |= {row.subject for row in plan.upgrades if row.period == promise.period}
        due |= set(promise.ids)
        grown = upgrade.upgraded(given, done)
        assert topology.readiness(grown, topology.build(grown)).ready == due
    assert all(row.cost <= row.budget for row in plan.spent)


@settings(max_examples=15, deadline=None)
@given(towns())
def test_the_curve_holds_every_undominated_sum(given):
    every = list(outcomes(given))
    now = max(weight for money, weight in every if money == 0)
    front = {weight: min(m for m, w in every if w >= weight) for _m, weight in every if weight >= now}
    expected = {money: max(w for w, m in front.items() if m == money) for money in front.values()}
    today = topology.readiness(given, topology.build(given)).ready
    base = sum(WEIGHTS[given.system[s].criticality] for s in today)
    points = upgrade.curve(given, topology.build(given))
    assert {point.cost: point.weight + base for point in points} == expected
    assert [point.cost for point in points] == sorted(expected)
    assert all(point.proven and point.verified for point in points)


@pytest.mark.xdist_group("demo")
def test_the_promise_of_the_demo_holds(tieling):
    graph = topology.build(tieling)
    plan = upgrade.propose(tieling, graph, {2027: 1_500_000, 2028: 4_000_000}, ["2027", "2028"])
    assert plan.verified
    grown = upgrade.upgraded(tieling, subjects(plan))
    assert topology.readiness(grown, topology.build(grown)).ready == {*plan.before, *plan.gained}
    assert {"wenhua", "lvyou", "nongchan", "nongji"} <= set(plan.gained)
    costs = [point.cost for point in upgrade.curve(tieling, graph)]
    assert costs == sorted(set(costs))
    assert costs[-1] == plan.cost


@pytest.mark.xdist_group("demo")
def test_sites_of_the_demo_can_be_the_aim(tieling):
    graph = topology.build(tieling)
    plan = upgrade.propose(tieling, graph, {2027: 3_000_000}, ["2027"], aim=upgrade.Aim.sites)
    assert (plan.verified, plan.status) == (True, "optimal")
    assert plan.cost <= 3_000_000
    assert 100 < len(plan.gained) < len(plan.gained) + len(plan.left)
    points = upgrade.curve(tieling, graph, aim=upgrade.Aim.sites, most=4)
    assert 2 <= len(points) <= 5
    assert [(p.cost, p.ready) for p in points] == sorted({(p.cost, p.ready) for p in points})
    assert points[-1].ready == len(tieling.sites) - len(plan.out_of_reach)


def test_a_wider_line_shows_who_gains_and_what_is_next():
    lines = [line("pc", mbit=300), line("ca", mbit=1000), line("cb", mbit=500), line("bd", mbit=2000)]
    found = upgrade.what_if_bandwidth(city(lines, "abd"), {"pc": 1000})
    gains = {row.site: (row.before, row.after) for row in found.gains}
    assert gains == {"a": (300, 1000), "b": (300, 500), "c": (300, 1000), "d": (300, 500)}
    assert (found.systems, found.losses, found.levels) == (("a", "b", "d"), (), {"city": 4})
    assert [(row.link, row.sites, row.wider_below) for row in found.next] == [("cb", 2, 1), ("pc", 2, 0)]


def test_where_nobody_gains_the_real_bottleneck_is_told():
    lines = [line("pc", mbit=100), line("ca", mbit=300)]
    found = upgrade.what_if_bandwidth(city(lines, "a"), {"ca": 1000})
    assert (found.gains, [row.link for row in found.next]) == ((), ["pc"])
    assert [row.site for row in upgrade.what_if_bandwidth(city(lines, "a"), {"pc": 50}).losses] == ["a", "c"]
    with pytest.raises(InputError) as told:
        upgrade.what_if_bandwidth(city(lines, "a"), {"zz": 1, "pc": 1, "yy": 1})
    assert [fault.value for fault in told.value.faults] == ["yy", "zz"]


def test_two_lines_together_bring_what_neither_brings_alone():
    lines = [line("pc", mbit=300), line("ca", mbit=300)]
    alone = [upgrade.what_if_bandwidth(city(lines, "a"), {name: 1000}).gains for name in ("pc", "ca")]
    both = upgrade.what_if_bandwidth(city(lines, "a"), {"pc": 1000, "ca": 1000})
    assert [[row.site for row in gains] for gains in (*alone, both.gains)] == [["c"], [], ["a", "c"]]
    assert [(row.link, row.before, row.after) for row in both.lines] == [("pc", 300, 1000), ("ca", 300, 1000)]


def test_tables_show_readiness_upgrades_and_curve():
    given = town()
    graph = topology.build(given)
    found = topology.readiness(given, graph)
    shown = {table.name: table for table in (*report.tables(found, given), report.hops(given, graph))}
    assert all(len(row) == len(table.columns) for table in shown.values() for row in table.rows)
    (row,) = (row for row in shown["IPv6 readiness of systems"].rows if row[0] == "d")
    assert row[-10:] == ("cb", 2, 2, 0, 0, "fb", 2, 2, 0, 0)
    assert [row[0] for row in shown["Hops that stop IPv6"].rows][:2] == ["devices/fb", "links/cb"]
    plan = propose(given, {2027: 150_000}, ["2027"])
    upgrades, promises = tables.upgrades(plan, given), tables.promises(plan, given)
    assert [row[3] for row in upgrades.rows] == [0, 60_000, 90_000]
    assert [row[1:] for row in promises.rows] == [(0, ""), (2, "a, b"), (1, "d"), (0, "")]
    points = upgrade.curve(given, graph)
    assert [row[:2] for row in tables.curve(points, given).rows] == [(p.cost, p.ready) for p in points]


def test_readiness_is_plain_json():
    given = town()
    text = json.dumps(report.as_json(topology.readiness(given, topology.build(given))))
    shape = json.loads(text)
    assert shape["schema"] == "govplan.readiness/1"
    assert shape["systems"][0]["blocking"] == "planned"
    assert {group["id"] for group in shape["groups"]["levels"]} == {"province", "city"}


def test_tables_of_a_wider_line():
    lines = [line("pc", mbit=300), line("ca", mbit=1000)]
    given = city(lines, "a")
    narrow, gains = tables.bandwidth(upgrade.what_if_bandwidth(given, {"pc": 1000}), given)
    assert [row[3:] for row in gains.rows] == [(300, 1000), (300, 1000)]
    assert narrow.rows == (("pc", "pc", 1000, 2, 0),)


def test_the_citys_own_number_stands_in_per_cent_beside_the_national_one():
    websites = [
        Website(id=i, name=i, domain=f"{i}.example", organisation="o", aaaa=i != "c", home_ok=True)
        for i in "abc"
    ]
    given = city([OPEN, line("ca", ip_mode="dual_stack")], "a", websites=websites)
    rows = report.targets(topology.readiness(given, topology.build(given))).rows
    assert rows[0][5] == "0 %: 0 of 3, 3 unknown"
    whole = [w.model_copy(update={"link2_rate": 10_000, "link3_rate": 10_000}) for w in websites[:2]]
    better = given.model_copy(update={"websites": (*whole, websites[2])})
    rows = report.targets(topology.readiness(better, topology.build(better))).rows
    assert rows[0][5] == "66.67 %: 2 of 3, 1 unknown"
    assert rows[2][5] == "not measured here"
