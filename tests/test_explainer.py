"""Why there is no plan, and why a system stays or waits."""

import re
from dataclasses import replace

import pytest

from inventory.model import called
from planner import explain
from planner.explainer.elastic import Elastic
from planner.plan import Status
from planner.rulebook import RULES
from planner.solver import Clock
from tests import tiny

SOON = {"deadlines": [{"period": "2027Q2"}]}


def explained(city, scenario):
    """The explanation of a case that has no plan."""
    problem = tiny.problem(city, scenario)
    plan = explain(problem, tiny.solved(city, scenario))
    assert plan.status is Status.infeasible
    return {conflict.rule: conflict for conflict in plan.conflict}


ORACLE = tiny.city(workloads=[tiny.workload("a"), tiny.workload("b", software=["oracle"])])
BLACKOUT = [{"start": "2027-01-05", "end": "2027-06-25", "reason": "x"}]


def mend(rule, amount, subjects, city, scenario):
    """The case with the printed relaxation applied."""
    fields = {}
    if rule == "team_capacity":
        fields = {"team": {k: v + round(amount * 100) for k, v in scenario.team.items()}}
    if rule == "cutovers_per_period":
        fields = {"cutovers": scenario.cutovers + round(amount)}
    if rule == "one_off_budget":
        fields = {"one_off_budget": {y: v + round(amount * 100) for y, v in scenario.one_off_budget.items()}}
    if rule == "deadline":
        index = [period.name for period in scenario.calendar]
        due = index[index.index("2027Q2") + round(amount / len(subjects))]
        fields = {"deadlines": [{"period": due}]}
    if rule == "pool_capacity":
        city = tiny.changed(city, "pools", "kunpeng", vcpu=city.pool["kunpeng"].vcpu + round(amount))
    if rule == "link_capacity":
        city = tiny.changed(city, "links", "line", mbit=round((70 + amount) / 0.7) + 1)
    return city, tiny.rescened(scenario, **fields)


CULPRITS = {
    "adaptation_lead_time": (ORACLE, {"deadlines": [{"period": "2027Q1"}]}),
    "team_capacity": (tiny.city("abc"), SOON | {"team": {"application": 200}}),
    "cutovers_per_period": (tiny.city("abc"), SOON | {"cutovers": 1}),
    "one_off_budget": (tiny.city(), SOON | {"one_off_budget": {2027: 5_000_000}}),
    "pool_capacity": (tiny.city(pools=tiny.pools(vcpu=12)), SOON),
    "om_cost_never_rises": (tiny.city(tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new", 8000)]), SOON),
    "blackout": (tiny.city(), SOON | {"blackouts": BLACKOUT}),
    "precedence": (
        tiny.city(
            workloads=[tiny.workload("a"), tiny.workload("b", os="windows")],
            dependencies=[tiny.dependency("a", "b", order="provider_first")],
        ),
        {"deadlines": [{"period": "2027Q2", "systems": ["a"]}]},
    ),
    "move_together": (
        tiny.city(
            workloads=[tiny.workload("a"), tiny.workload("b", os="windows")],
            dependencies=[tiny.dependency("a", "b", order="together")],
        ),
        {"deadlines": [{"period": "2027Q2", "systems": ["a"]}]},
    ),
    "link_capacity": (
        tiny.city(
            workloads=[tiny.workload("a"), tiny.workload("b", os="windows")],
            dependencies=[tiny.dependency("a", "b", mbit=90)],
        ),
        {"deadlines": [{"period": "2027Q2", "systems": ["a"]}]},
    ),
    "ipv6_ready_target": (tiny.city(**tiny.province()), SOON | {"ipv6": "require"}),
    "pins": (tiny.city(), SOON | {"pins": [{"system": "a", "action": "stay"}]}),
}
"""The limit that a deadline collides with, and a case in which it is the only one."""


@pytest.mark.parametrize("rule", CULPRITS)
def test_a_deadline_collides_with_one_rule(rule):
    city, fields = CULPRITS[rule]
    assert explained(city, tiny.scenario(**fields)).keys() == {"deadline", rule}


LEFT = tiny.platforms(contract={"end": "2027-06-30", "renewable": False})
PINNED = {"pins": [{"system": "a", "action": "rehost", "period": "2027Q1"}]}


@pytest.mark.parametrize(
    ("demand", "limit", "city", "fields"),
    [
        ("pins", "blackout", tiny.city(), PINNED | {"blackouts": BLACKOUT}),
        ("pins", "cutovers_per_period", tiny.city(), PINNED | {"cutovers": 0}),
        ("pins", "team_capacity", tiny.city(), PINNED | {"team": {"application": 100}}),
        ("pins", "ipv6_ready_target", tiny.city(**tiny.province()), PINNED | {"ipv6": "require"}),
        ("contract_end", "pool_capacity", tiny.city(platforms=LEFT, pools=tiny.pools(vcpu=8)), {}),
        ("contract_end", "one_off_budget", tiny.city(platforms=LEFT), {"one_off_budget": {2027: 0}}),
    ],
)
def test_other_demands_collide_too(demand, limit, city, fields):
    found = explained(city, tiny.scenario(**fields))
    assert found.keys() == {demand, limit}
    assert "a" in found[demand].subjects or "b" in found[demand].subjects


def test_a_pin_that_nobody_may_keep_names_only_the_pin():
    found = explained(tiny.city(), tiny.scenario(pins=[{"system": "a", "action": "retire"}]))
    assert found.keys() == {"pins"}


@pytest.mark.parametrize("rule", CULPRITS)
def test_the_rule_left_out_makes_a_plan(rule):
    city, fields = CULPRITS[rule]
    assert tiny.solved(city, tiny.scenario(**fields, rules_off=[rule])).found


MENDED = ("team_capacity", "cutovers_per_period", "one_off_budget", "pool_capacity", "link_capacity")


@pytest.mark.parametrize("rule", MENDED)
def test_the_printed_relaxation_makes_a_plan_and_less_does_not(rule):
    city, fields = CULPRITS[rule]
    scenario = tiny.scenario(**fields)
    found = explained(city, scenario)[rule]
    amount = found.relaxation.amount
    assert amount > 0
    assert tiny.solved(*mend(rule, amount, found.subjects, city, scenario)).found
    less = mend(rule, amount * 0.4, found.subjects, city, scenario)
    assert tiny.solved(*less).status is Status.infeasible


@pytest.mark.parametrize("rule", ["team_capacity", "cutovers_per_period", "blackout"])
def test_the_deadline_put_off_as_printed_makes_a_plan(rule):
    city, fields = CULPRITS[rule]
    scenario = tiny.scenario(**fields)
    found = explained(city, scenario)["deadline"]
    assert tiny.solved(*mend("deadline", found.relaxation.amount, found.subjects, city, scenario)).found


@pytest.mark.parametrize(("rule", "names"), [("pins", "a"), ("blackout", "a; b"), ("move_together", "a")])
def test_a_waiver_names_the_systems_it_is_for(rule, names):
    city, fields = CULPRITS[rule]
    relaxation = explained(city, tiny.scenario(**fields))[rule].relaxation
    assert relaxation.what.startswith(f"waive it for: {names}")
    assert relaxation.amount == len(names.split("; "))


def test_amounts_by_hand():
    """Each case's shortage, reckoned from the tiny city's numbers."""
    expected = {
        "team_capacity": (
            2,
            4_000_000,
        ),  # one more recompilation in the quarter that needs it, 2 x 20,000 yuan
        "cutovers_per_period": (1, None),
        "one_off_budget": (30_000, 3_000_000),  # 2 x 40,000 yuan against 50,000
        "pool_capacity": (4, None),  # 4 machines of 4 vCPU against 12
        "om_cost_never_rises": (1440, 144_000),  # each 960 yuan a year more, three quarters of 2027
        "link_capacity": (20, None),  # 90 Mbit/s against 70 % of 100
        "adaptation_lead_time": (1, None),
    }
    for rule, (amount, cost) in expected.items():
        city, fields = CULPRITS[rule]
        relaxation = explained(city, tiny.scenario(**fields))[rule].relaxation
        assert (relaxation.amount, relaxation.cost) == (amount, cost), rule


def test_two_collisions_are_both_told():
    """A small team and a small pool: neither alone would do."""
    city = tiny.city("abc", pools=tiny.pools(vcpu=16))
    found = explained(city, tiny.scenario(**SOON, team={"application": 200}))
    assert found.keys() == {"deadline", "team_capacity", "pool_capacity"}
    assert all(c.relaxation and c.subjects for c in found.values())
    assert "not enough alone" in found["team_capacity"].relaxation.what
    assert "not enough alone" not in found["deadline"].relaxation.what


def reasons(city, **fields):
    """System to the reasons of its move."""
    plan = tiny.proposed(city, tiny.scenario(**fields))
    assert plan.verified
    return {m.system: " / ".join(m.reasons) for m in plan.moves}


WINDOWS = [tiny.workload("a", os="windows"), tiny.workload("b")]


@pytest.mark.parametrize(
    ("city", "fields", "system", "said"),
    [
        (tiny.city(systems=[tiny.system("a", runs_on="kunpeng"), tiny.system("b")]), {}, "a", "already"),
        (tiny.city(), {"pins": [{"system": "a", "action": "stay", "reason": "court"}]}, "a", "court"),
        (tiny.city(), {"actions": ("stay",)}, "a", "no moves"),
        (tiny.city(workloads=WINDOWS), {}, "a", "windows cannot run on aarch64"),
        (tiny.city(systems=[tiny.system("a", mlps_level=4), tiny.system("b")]), {}, "a", "4 is above"),
        (tiny.city(tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new", 8000)]), {}, "a", "960 above"),
        (
            tiny.city(workloads=WINDOWS, dependencies=[tiny.dependency("b", "a", order="provider_first")]),
            {},
            "b",
            "depends on a",
        ),
        (
            tiny.city(workloads=WINDOWS, dependencies=[tiny.dependency("b", "a", order="together")]),
            {},
            "b",
            "together with a",
        ),
        (tiny.city(projects=[]), {}, "a", "covers no further project"),
    ],
)
def test_who_stays_is_told_why(city, fields, system, said):
    assert said in reasons(city, **fields)[system]


NEW = tiny.city(
    projects=[tiny.project(name, existing=False) for name in "ab"],
    tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new", 8000)],
)
"""New projects, whose cost may rise."""


@pytest.mark.parametrize(
    ("city", "fields", "said"),
    [
        (tiny.city(), {"cutovers": 1}, "all their cutovers: 2027Q1"),
        (tiny.city(), {"team": {"application": 200}}, "application team is full in 2027Q1"),
        (tiny.city(), {"blackouts": [BLACKOUT[0] | {"end": "2027-03-28"}]}, "1 earlier quarters are blocked"),
        (tiny.city(tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new", 6000)]), {}, "saves only 960 yuan"),
        (NEW, {"deadlines": [{"period": "2027Q3", "systems": ["a"]}]}, "later is cheaper"),
    ],
)
def test_who_waits_is_told_why(city, fields, said):
    assert said in " / ".join(reasons(city, **fields).values())


@pytest.mark.xdist_group("demo")
def test_the_early_deadline_of_the_demo_city_is_explained(early):
    plan = early.plan
    assert plan.status is Status.infeasible
    found = {conflict.rule: conflict for conflict in plan.conflict}
    assert "deadline" in found
    assert len(found) >= 3
    for conflict in plan.conflict:
        assert conflict.rule in RULES
        assert conflict.subjects
        assert conflict.relaxation.amount > 0
        assert set(conflict.periods) <= set(plan.periods)
    assert set(found["deadline"].subjects) <= early.city.system.keys()
    assert "2027Q2" in found["deadline"].periods
    assert plan.model_validate_json(plan.to_json()) == plan


@pytest.mark.xdist_group("demo")
def test_the_deadlines_put_off_as_printed_free_the_demo_city(early):
    """A system put off beyond the horizon has no deadline left."""
    relaxation = next(c.relaxation for c in early.plan.conflict if c.rule == "deadline")
    assert "not enough alone" not in relaxation.what
    ids = {called(system): system.id for system in early.city.systems}
    told = re.findall(r"([^;:]+?) \+(\d+)", relaxation.what.partition(": ")[2])
    late = {ids[name.strip()]: int(count) for name, count in told}
    assert sum(late.values()) == relaxation.amount
    periods = early.plan.periods
    due = {system: periods.index("2027Q2") + count for system, count in late.items()}
    bound = [s.id for s in early.city.systems if s.id not in late]
    problem = tiny.problem(early.city, early.scenario)
    on_time = tuple(d for d in problem.deadlines if d.system in bound)
    put_off = tuple(
        replace(d, period=due[d.system])
        for d in problem.deadlines
        if due.get(d.system, len(periods)) < len(periods)
    )
    assert Elastic(replace(problem, deadlines=on_time + put_off)).possible((), Clock(30, None))
    assert not Elastic(problem).possible((), Clock(30, None))


def test_bringing_ipv6_to_the_target_is_priced_by_its_upgrades():
    scenario = tiny.scenario(**SOON, ipv6="require")
    (told,) = (
        c for c in tiny.proposed(tiny.city(**tiny.province()), scenario).conflict if c.rule != "deadline"
    )
    assert (told.rule, set(told.subjects)) == ("ipv6_ready_target", {"a", "b"})
    assert told.relaxation.what == "bring IPv6 from end to end to: new (upgrade s-new)"
    assert (told.relaxation.amount, told.relaxation.cost) == (1, 90_000)
    assert tiny.proposed(tiny.city(**tiny.province(ip_mode="dual_stack")), scenario).verified


def test_nobody_can_price_a_platform_of_which_the_place_is_unknown():
    nowhere = [p.model_copy(update={"site": None}) for p in tiny.platforms()]
    plan = tiny.proposed(tiny.city(platforms=nowhere), tiny.scenario(**SOON, ipv6="require"))
    assert [c.relaxation.cost for c in plan.conflict if c.rule == "ipv6_ready_target"] == [None]


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("v4_only", "IPv6 does not get to new from end to end: IPv6 stops at s-new"),
        (None, "IPv6 does not get to new from end to end: nobody says whether IPv6 gets through s-new"),
    ],
)
def test_a_system_that_stays_for_want_of_ipv6_says_so(mode, reason):
    city = tiny.city(**tiny.province(ip_mode=mode))
    plan = tiny.proposed(city, tiny.scenario(ipv6="require"))
    assert [(m.action, m.reasons) for m in plan.moves] == [("stay", (reason,))] * 2
    assert reason not in str(tiny.proposed(city, tiny.scenario(ipv6="prefer")).moves)
