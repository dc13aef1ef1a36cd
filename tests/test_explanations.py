"""Each rule as the culprit of a case without a plan: named as such, and its repair, applied, gives a plan."""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import planner
import topology
from inventory.model import Block, City
from planner import Since
from planner.plan import Plan, Status
from planner.rulebook import RULES
from planner.scenario import patched
from tests import tiny
from tests.invariants.test_random_plans import cities as random_cities
from tests.invariants.test_random_plans import scenarios as random_scenarios

SOON = {"deadlines": [{"period": "2027Q2"}]}
ONE = {"deadlines": [{"period": "2027Q2", "systems": ["a"]}]}
PINNED = {"pins": [{"system": "a", "action": "rehost", "period": "2027Q1"}]}
CLOSED = [{"start": "2027-01-05", "end": "2027-06-25", "reason": "guard"}]
ORACLE = [tiny.workload("a"), tiny.workload("b", software=["oracle"])]
WINDOWS = [tiny.workload("a"), tiny.workload("b", os="windows")]
DEAR = [tiny.tariff("t-old"), tiny.tariff("t-new", 8000)]
ENDING = tiny.platforms(contract={"end": "2027-03-31", "renewable": False})


@dataclass(frozen=True)
class Case:
    """A city and a scenario in which a rule collides with a demand, and with nothing else."""

    demand: str | None
    city: City = field(default_factory=tiny.city)
    fields: dict = field(default_factory=lambda: SOON)
    since: tuple[Plan, str] | None = None

    @property
    def scenario(self):
        return tiny.scenario(**self.fields)

    def planned(self, scenario, as_of=None):
        """The plan under a scenario, verified and explained."""
        since = Since(self.since[0], as_of or self.since[1]) if self.since else None
        graph = topology.build(self.city)
        return planner.propose(self.city, graph, scenario, since, time_limit=20, gap=0.0)


def tied(*pairs, **more):
    return [tiny.dependency(a, b, **more) for a, b in pairs]


def begun():
    """A plan in which a was to stay; made anew, nothing begins before the third quarter."""
    city = tiny.city()
    return tiny.solved(city, tiny.scenario(pins=[{"system": "a", "action": "stay"}]))


def block(**more):
    known = {"id": "more", "name": "four nodes", "pool": "kunpeng", "vcpu": 8, "price": 300_000}
    return [Block(**known | {"lead_time": 13, "maximum": 0} | more)]


CASES = {
    "pool_capacity": Case("deadline", tiny.city(pools=tiny.pools(vcpu=12))),
    "om_cost_never_rises": Case("deadline", tiny.city(tariffs=DEAR)),
    "adaptation_lead_time": Case(
        "deadline", tiny.city(workloads=ORACLE), {"deadlines": [{"period": "2027Q1"}]}
    ),
    "team_capacity": Case("deadline", tiny.city("abc"), SOON | {"team": {"application": 200}}),
    "cutovers_per_period": Case("deadline", tiny.city("abc"), SOON | {"cutovers": 1}),
    "blackout": Case("deadline", fields=SOON | {"blackouts": CLOSED}),
    "precedence": Case(
        "deadline",
        tiny.city(workloads=WINDOWS, dependencies=tied("ab", order="provider_first")),
        ONE,
    ),
    "move_together": Case(
        "deadline", tiny.city(workloads=WINDOWS, dependencies=tied("ab", order="together")), ONE
    ),
    "one_off_budget": Case("deadline", fields=SOON | {"one_off_budget": {2027: 5_000_000}}),
    "link_capacity": Case("deadline", tiny.city(workloads=WINDOWS, dependencies=tied("ab", mbit=90)), ONE),
    "ipv6_ready_target": Case("deadline", tiny.city(**tiny.province()), SOON | {"ipv6": "require"}),
    "contract_end": Case("adaptation_lead_time", tiny.city(platforms=ENDING, workloads=ORACLE), {}),
    "deadline": Case(
        None, tiny.city(workloads=WINDOWS), {"deadlines": [{"period": "2027Q2", "systems": ["b"]}]}
    ),
    "pins": Case(None, fields={"pins": [{"system": "a", "action": "retire"}]}),
    "past_kept": Case("deadline", fields=ONE, since=(begun(), "2027Q3")),
}
"""Every rule that can give, beside the demand it collides with; alone where it asks for the impossible."""
FURTHER = {
    "storage": ("pool_capacity", Case("deadline", tiny.city(pools=tiny.pools(storage_gib={"sas": 300})))),
    "reserve": (
        "pool_capacity",
        Case("deadline", tiny.city(pools=tiny.pools(vcpu=17)), SOON | {"reserve": 3000}),
    ),
    "a pool that opens late": (
        "pool_capacity",
        Case("deadline", tiny.city(pools=tiny.pools(vcpu=8, available_from="2027-07-01"))),
    ),
    "a block": ("pool_capacity", Case("deadline", tiny.city(pools=tiny.pools(vcpu=12), blocks=block()))),
    "a block that comes too late": (
        "pool_capacity",
        Case("deadline", tiny.city(pools=tiny.pools(vcpu=12), blocks=block(lead_time=60))),
    ),
    "the cap of all": (
        "om_cost_never_rises",
        Case("deadline", tiny.city(tariffs=DEAR), SOON | {"scope": "city"}),
    ),
    "the cap of an owner": (
        "om_cost_never_rises",
        Case("deadline", tiny.city(tariffs=DEAR), SOON | {"scope": "owner", "caps_raised": {"bureau": 100}}),
    ),
    "busy days": (
        "blackout",
        Case("deadline", tiny.city(systems=[tiny.system("a", busy=["01-05/06-25"]), tiny.system("b")])),
    ),
    "a blackout of one": (
        "blackout",
        Case("deadline", fields=SOON | {"blackouts": [CLOSED[0] | {"systems": ["a"]}]}),
    ),
    "a cycle": (
        "move_together",
        Case(
            "deadline",
            tiny.city(
                "abc",
                workloads=[tiny.workload("a"), tiny.workload("b"), tiny.workload("c", os="windows")],
                dependencies=tied("ab", "bc", "ca", order="together"),
            ),
            {"deadlines": [{"period": "2027Q2", "systems": ["a", "b"]}]},
        ),
    ),
    "a line in use": (
        "link_capacity",
        Case(
            "deadline",
            tiny.changed(
                tiny.city(workloads=WINDOWS, dependencies=tied("ab", mbit=33)),
                "links",
                "line",
                utilisation=4500,
            ),
            ONE,
        ),
    ),
    "a ban": ("pins", Case("deadline", fields=SOON | {"forbids": [{"system": "a", "action": "rehost"}]})),
    "a banned pool": (
        "pins",
        Case("deadline", fields=SOON | {"forbids": [{"system": "a", "pool": "kunpeng"}]}),
    ),
    "a pin of the inventory": (
        "pins",
        Case(
            "deadline",
            tiny.city(systems=[tiny.system("a", pin={"action": "stay", "reason": "x"}), tiny.system("b")]),
        ),
    ),
    "a contract without end": (
        "contract_end",
        Case("pins", tiny.city(platforms=ENDING), {"pins": [{"system": "a", "action": "stay"}]}),
    ),
    "a pin against a limit": ("team_capacity", Case("pins", fields=PINNED | {"team": {"application": 100}})),
}
EVERY = {name: (name, case) for name, case in CASES.items()} | FURTHER


def test_every_rule_that_can_give_has_its_case():
    assert CASES.keys() == {name for name, rule in RULES.items() if not rule.fixed}


@pytest.mark.parametrize("name", EVERY)
def test_the_culprit_is_named_and_its_repair_applied_gives_a_plan(name):
    rule, case = EVERY[name]
    plan = case.planned(case.scenario)
    assert plan.status is Status.infeasible
    assert {conflict.rule for conflict in plan.conflict} == {rule, case.demand} - {None}
    for conflict in Plan.model_validate_json(plan.to_json()).conflict:
        change, as_of = conflict.relaxation.change, conflict.relaxation.as_of
        assert change or as_of
        mended = case.planned(patched(case.scenario, change), as_of)
        assert mended.found, conflict
        assert mended.verified, conflict


def told(rule, case):
    """The words, the price and the change of a rule's repair."""
    plan = case.planned(case.scenario)
    found = next(c.relaxation for c in plan.conflict if c.rule == rule)
    return found.what, found.cost, found.change


@pytest.mark.parametrize(
    ("name", "what", "cost"),
    [
        (
            "pool_capacity",
            "pool kunpeng lacks 4 vCPU in 2027Q1–2027Q4: kunpeng with 16 vCPU in all",
            None,
        ),
        (
            "a block",
            "pool kunpeng lacks 4 vCPU in 2027Q1–2027Q4: 1 more four nodes (3,000 yuan) makes it fit",
            300_000,
        ),
        ("blackout", "waive it for: a; b (a is cut over in 2027Q1", None),
        ("cutovers_per_period", "allow 1 more cutovers a quarter; or move ", None),
        ("contract_end", "extend the contract of old to 2027-06-30", None),
        ("a contract without end", "renew the contract of old", None),
        ("past_kept", "plan anew as of 2027Q2, which opens 2027Q2 again", None),
        ("link_capacity", "widen lines, in Mbit/s: line +20 (line from 100 to 129 Mbit/s)", None),
        ("adaptation_lead_time", "shorten the adaptation, in quarters: b +1 (replace_db in 13 weeks", None),
    ],
)
def test_the_repair_in_words(name, what, cost):
    rule, case = EVERY[name]
    said, price, _change = told(rule, case)
    assert said.startswith(what)
    assert price == cost


def test_a_cap_raised_stamps_the_plan():
    case = CASES["om_cost_never_rises"]
    _what, cost, change = told("om_cost_never_rises", case)
    assert (cost, change) == (144_000, {"caps_raised": {"p-a": 720, "p-b": 720}})
    mended = case.planned(patched(case.scenario, change))
    assert mended.for_study_only == ("om_cost_never_rises",)
    less = {"caps_raised": {"p-a": 720, "p-b": 719}}
    assert case.planned(patched(case.scenario, less)).status is Status.infeasible


def enough(plan):
    """The changes that are enough: each alone, or those that go together."""
    said = [
        c.relaxation for c in plan.conflict if c.relaxation and (c.relaxation.change or c.relaxation.as_of)
    ]
    sure = [relaxation for relaxation in said if "brings other collisions" not in relaxation.what]
    together = [relaxation for relaxation in sure if "together with" in relaxation.what]
    alone = [r for r in sure if "not enough alone" not in r.what and r not in together]
    return [[relaxation] for relaxation in alone] + ([together] if together else [])


def test_where_no_change_is_enough_alone_some_are_together():
    """A retirement that nobody may decide, and a contract that ends before the work can be done."""
    pins = [{"system": "a", "action": "retire"}]
    case = Case(None, tiny.city(platforms=ENDING, workloads=ORACLE), {"pins": pins})
    plan = case.planned(case.scenario)
    assert {c.rule for c in plan.conflict} == {"pins", "contract_end", "adaptation_lead_time"}
    (together,) = enough(plan)
    assert len(together) == 2
    mended = case.scenario
    for relaxation in together:
        assert not case.planned(mended).found
        mended = patched(mended, relaxation.change)
    assert case.planned(mended).verified


def test_haste_takes_more_hands():
    """3 person-months on the database, in one quarter instead of two, by a team of 2."""
    city = tiny.city("a", workloads=[tiny.workload("a", software=["oracle"])])
    case = Case(
        "deadline", city, {"deadlines": [{"period": "2027Q1"}], "team": {"application": 200, "database": 200}}
    )
    what, _cost, change = told("adaptation_lead_time", case)
    assert "with database +1.0 person-months a quarter" in what
    assert change["team"] == {"application": 2, "database": 3}
    assert case.planned(patched(case.scenario, change)).verified


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random_cities(), random_scenarios(), st.booleans())
def test_whatever_is_said_to_be_enough_is_enough(city, scenario, all_of_them):
    first = scenario.calendar[0].name
    deadline = {"period": first} | ({} if all_of_them else {"systems": ["a", "b"]})
    pin = {"system": "b", "action": "rehost", "period": scenario.calendar[-1].name}
    hard = tiny.rescened(scenario, deadlines=[deadline], pins=[pin])
    plan = tiny.proposed(city, hard)
    assume(plan.status is Status.infeasible)
    assert plan.conflict
    for changes in enough(plan):
        mended = hard
        for relaxation in changes:
            mended = patched(mended, relaxation.change)
        found = tiny.proposed(city, mended)
        assert found.verified, changes
