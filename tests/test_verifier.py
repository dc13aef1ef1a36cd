"""The second opinion: for each rule a plan that breaks it alone, and every forged figure."""

from datetime import date

import pytest

from planner import verify
from planner.plan import Action, Plan, Replanned
from planner.rulebook import RULES
from planner.verifier import faults
from tests import tiny

CHEAP = {"audited_om": {2025: 960_000}}
"""No more than the rent, so that a dearer pool breaks the cost rule."""
ENDED = {"end": date(2027, 6, 30), "renewable": False}
GUARANTEED = {"end": date(2029, 12, 31), "minimum_commitment": 1_000_000}
BLACKOUT = {"start": date(2027, 1, 1), "end": date(2027, 3, 25), "reason": "x"}


def redone(plan: Plan, name: str, **fields) -> Plan:
    """The plan with some fields of one move changed."""
    moves = (m.model_copy(update=fields) if m.system == name else m for m in plan.moves)
    return plan.model_copy(update={"moves": tuple(moves)})


def replaced(plan: Plan, name: str, **fields) -> Plan:
    """The plan with some fields of a system's first placement changed."""
    move = next(m for m in plan.moves if m.system == name)
    placements = (move.placements[0].model_copy(update=fields), *move.placements[1:])
    return redone(plan, name, placements=placements)


def relisted(plan: Plan, field: str, index: int, **fields) -> Plan:
    """The plan with some fields of one row of a list changed."""
    rows = list(getattr(plan, field))
    rows[index] = rows[index].model_copy(update=fields)
    return plan.model_copy(update={field: tuple(rows)})


def late(plan):
    return redone(plan, "b", period="2027Q3")


def with_first(plan):
    return redone(plan, "b", period=next(m.period for m in plan.moves if m.system == "a"))


def to_kunpeng(plan):
    name = next(m.system for m in plan.moves if m.placements[0].pool == "hygon")
    return redone(replaced(plan, name, pool="kunpeng"), name, adaptation="recompile")


def retired(plan):
    return redone(plan, "b", action=Action.retire, placements=(), adaptation=None)


def anew(plan, earlier):
    """The plan as if it had been planned anew from another, once the first quarter was over."""
    told = {"earlier": earlier.digest, "as_of": "2027Q2", "change_penalty": 2_000_000}
    told |= {"decided": earlier.decided, "blocks": earlier.blocks}
    return plan.model_copy(update={"replanned": Replanned.model_validate(told)})


def both(**lists):
    """A city with two domestic pools of the same size."""
    vcpu = lists.pop("vcpu", 100)
    return tiny.city("ab", pools=[*tiny.pools(vcpu=vcpu), tiny.hygon(vcpu=vcpu)], **lists)


def ashore_or_not():
    """A city with a domestic cloud that IPv6 reaches and one of which nobody knows."""
    cloud, beach = tiny.island()
    return tiny.city(platforms=[*tiny.platforms(), cloud], pools=[*tiny.pools(), beach])


BROKEN = {
    "one_action": (tiny.city(), {}, lambda p: p.model_copy(update={"moves": p.moves[:1]})),
    "whole_placement": (tiny.city(), {}, lambda p: replaced(p, "b", count=1)),
    "pool_capacity": (both(vcpu=8), {}, to_kunpeng),
    "om_cost_never_rises": (
        both(
            projects=[tiny.project("a"), tiny.project("b", **CHEAP)],
            tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new"), tiny.tariff("t-hygon", 9000)],
        ),
        {},
        lambda p: replaced(p, "b", pool="hygon"),
    ),
    "adaptation_lead_time": (
        tiny.city(workloads=[tiny.workload("a"), tiny.workload("b", software=["oracle"])]),
        {},
        lambda p: redone(p, "b", period="2027Q1"),
    ),
    "team_capacity": (tiny.city(), {"team": {"application": 200}}, with_first),
    "cutovers_per_period": (tiny.city(), {"cutovers": 1}, with_first),
    "blackout": (tiny.city(), {"blackouts": [BLACKOUT]}, lambda p: redone(p, "b", period="2027Q1")),
    "precedence": (tiny.city(dependencies=[tiny.dependency("a", "b", order="provider_first")]), {}, late),
    "move_together": (tiny.city(dependencies=[tiny.dependency("a", "b", order="together")]), {}, late),
    "one_off_budget": (
        tiny.city(),
        {"periods": 8, "one_off_budget": {2027: 4_000_000, 2028: 4_000_000}},
        lambda p: redone(redone(p, "a", period="2027Q4"), "b", period="2027Q4"),
    ),
    "link_capacity": (tiny.city(dependencies=[tiny.dependency("a", "b", mbit=80)]), {}, late),
    "ipv6_ready_target": (
        ashore_or_not(),
        {"ipv6": "require"},
        lambda p: replaced(p, "b", pool="island-hygon"),
    ),
    "minimum_commitment": (
        tiny.city(platforms=tiny.platforms(contract=GUARANTEED)),
        {},
        lambda p: relisted(p, "ledger", 0, commitment=0),
    ),
    "contract_end": (tiny.city(platforms=tiny.platforms(contract=ENDED)), {}, late),
    "deadline": (tiny.city(), {"deadlines": [{"period": "2027Q2"}]}, late),
    "pins": (tiny.city(), {"pins": [{"system": "b", "action": "rehost", "period": "2027Q2"}]}, late),
    "past_kept": (tiny.city(), {}, lambda p: anew(late(p), p)),
    "retire_confirmed": (tiny.city(), {}, retired),
}
"""Rule to a city, scenario fields, and the change of the plan that breaks the rule alone."""


def broken_rules(told):
    return {fault.split(":")[0] for fault in told} & RULES.keys()


def test_every_rule_is_broken_once():
    assert BROKEN.keys() == RULES.keys()


@pytest.mark.parametrize("rule", RULES)
def test_a_plan_that_breaks_one_rule_is_caught(rule):
    city, fields, change = BROKEN[rule]
    scenario = tiny.scenario(**fields)
    plan = tiny.solved(city, scenario)
    assert faults(plan, city, scenario) == ()
    assert broken_rules(faults(change(plan), city, scenario)) == {rule}
    judged = verify(change(plan), city, scenario)
    assert judged.verified is False
    assert {state.rule for state in judged.rules if not state.holds} == {rule}


@pytest.mark.parametrize("rule", [name for name, rule in RULES.items() if not rule.fixed])
def test_a_rule_switched_off_is_not_held_against_a_plan(rule):
    city, fields, change = BROKEN[rule]
    scenario = tiny.scenario(**fields, rules_off=[rule])
    assert not broken_rules(faults(change(tiny.solved(city, tiny.scenario(**fields))), city, scenario))


@pytest.fixture(scope="module")
def case():
    """A plan in which something happens of every kind, with its city and scenario."""
    city, scenario = tiny.telling()
    city = tiny.changed(city, "pools", "hygon", vcpu=0)
    city = tiny.changed(city, "pools", "kunpeng", vcpu=8)
    plan = tiny.solved(city, scenario)
    assert {m.action for m in plan.moves} == {Action.rehost, Action.retire}
    assert plan.blocks
    assert any(row.commitment for row in plan.ledger)
    return plan, city, scenario


def leaves(value, path=()):
    """Every path to a number, a text or null inside JSON data."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def forged(data, path, value):
    """The data with one leaf changed."""
    if not path:
        return f"{value or ''}x" if value is None or isinstance(value, str) else value + 1
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = forged(data[path[0]], path[1:], value)
    return copy


JUDGED = ("moves", "projects", "ledger", "blocks", "usage", "periods", "digests", "city", "groups")
JUDGED += ("scenario", "for_study_only", "gap", "gap_of_saving")


@pytest.mark.parametrize("stage", range(3))
@pytest.mark.parametrize("field", ["objective", "bound", "gap", "name"])
def test_what_a_stage_claims_is_checked(case, stage, field):
    """A bound is the solver's word, but the gap must follow from it."""
    plan, city, scenario = case
    value = getattr(plan.stages[stage], field)
    forgery = value + "x" if field == "name" else value - 2
    assert faults(relisted(plan, "stages", stage, **{field: forgery}), city, scenario)


def test_every_stated_figure_is_checked(case):
    plan, city, scenario = case
    assert faults(plan, city, scenario) == ()
    data = plan.model_dump(mode="json", by_alias=True)
    unseen = []
    for path, value in leaves({field: data[field] for field in JUDGED}):
        try:
            changed = Plan.model_validate(forged(data, path, value))
        except ValueError:
            continue
        if not faults(changed, city, scenario):
            unseen.append(path)
    assert unseen == []


@pytest.mark.parametrize("field", ["moves", "projects", "ledger", "blocks", "usage", "groups"])
def test_a_row_left_out_or_told_twice_is_caught(case, field):
    plan, city, scenario = case
    rows = getattr(plan, field)
    assert rows
    for n in range(len(rows)):
        for some in (rows[:n] + rows[n + 1 :], (*rows, rows[n])):
            assert faults(plan.model_copy(update={field: some}), city, scenario), (field, n, len(some))


def first_rehost(plan, several=False):
    """A system that is rehosted, with more than one machine where asked."""
    moves = (m for m in plan.moves if m.action == Action.rehost and m.period != plan.periods[-1])
    return next(m for m in moves if not several or m.placements[0].count > 1)


def without_move(plan):
    gone = first_rehost(plan).system
    return plan.model_copy(update={"moves": tuple(m for m in plan.moves if m.system != gone)})


def moved_on(plan):
    move = first_rehost(plan)
    following = plan.periods[plan.periods.index(move.period) + 1]
    return redone(plan, move.system, period=following, work_starts=following)


def told_twice(plan):
    return plan.model_copy(update={"moves": (*plan.moves, first_rehost(plan))})


def cheaper(plan):
    move = first_rehost(plan)
    return redone(plan, move.system, om_cost_after=move.om_cost_after - 1)


def smaller(plan):
    move = first_rehost(plan)
    return replaced(plan, move.system, vcpu=move.placements[0].vcpu // 2)


def fewer(plan):
    move = first_rehost(plan, several=True)
    return replaced(plan, move.system, count=move.placements[0].count - 1)


def in_pool(pool):
    """A change that sets a system of another pool down in this one."""

    def change(plan):
        others = (m for m in plan.moves if m.placements and m.placements[0].pool != pool)
        return replaced(plan, next(others).system, pool=pool)

    return change


FORGED = {
    "cost of a move": cheaper,
    "cost of a period": lambda p: relisted(p, "ledger", 5, om_cost=p.ledger[5].om_cost - 1),
    "one-off of a period": lambda p: relisted(p, "ledger", 0, one_off=0, parallel_run=0),
    "cost of a project": lambda p: relisted(p, "projects", 0, om_cost=p.projects[0].om_cost - 1),
    "cap of a project": lambda p: relisted(p, "projects", 0, cap=p.projects[0].cap + 1),
    "size": smaller,
    "number of machines": fewer,
    "missing move": without_move,
    "moved period": moved_on,
    "move told twice": told_twice,
    "pool of another zone": in_pool("kunpeng-i"),
    "pool of an old cloud": in_pool("unicom-x86"),
    "pool that nobody knows": in_pool("kunpeng-z"),
    "workload that nobody knows": lambda p: replaced(p, first_rehost(p).system, workload="w"),
    "system that nobody knows": lambda p: redone(p, first_rehost(p).system, system="s"),
    "adaptation that nobody knows": lambda p: redone(p, first_rehost(p).system, adaptation="magic"),
    "digest of the inventory": lambda p: p.model_copy(
        update={"digests": p.digests.model_copy(update={"inventory": "0" * 64})}
    ),
    "digest of the scenario": lambda p: p.model_copy(
        update={"digests": p.digests.model_copy(update={"scenario": "0" * 64})}
    ),
    "blocks never paid": lambda p: p.model_copy(update={"blocks": ()}),
}


@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_plan_of_the_demo_city_is_rejected(forgery, demo):
    plan = FORGED[forgery](demo.plan)
    assert plan != demo.plan
    assert faults(plan, demo.city, demo.scenario)
    assert verify(plan, demo.city, demo.scenario).verified is False


@pytest.mark.xdist_group("demo")
def test_the_demo_plan_belongs_to_its_scenario_alone(demo):
    other = tiny.rescened(demo.scenario, discount_rate=400)
    assert faults(demo.plan, demo.city, demo.scenario) == ()
    assert any("digests.scenario" in fault for fault in faults(demo.plan, demo.city, other))


def test_a_file_without_a_plan_is_no_plan():
    plan = tiny.solved(tiny.city(pools=tiny.pools(vcpu=0)), tiny.scenario(deadlines=[{"period": "2027Q2"}]))
    assert len(faults(plan, tiny.city(), tiny.scenario())) == 1
    assert verify(plan, tiny.city(), tiny.scenario()) == plan


def test_traffic_ends_with_the_system_that_is_retired_and_not_before():
    """A line too small for parted partners: fine once one of them is retired, broken while it stays."""
    signed = {"document": "x", "date": "2026-05-01", "by": "x"}
    systems = [tiny.system("a"), tiny.system("b", zombie=signed)]
    city = tiny.city(systems=systems, dependencies=[tiny.dependency("a", "b", mbit=80)])
    plan = tiny.proposed(city, tiny.scenario())
    gone = {move.system: move for move in plan.moves}
    assert gone["b"].action is Action.retire
    assert not broken_rules(faults(plan, city, tiny.scenario()))
    after = plan.periods[plan.periods.index(gone["a"].period) + 1]
    late_one = redone(plan, "b", period=after)
    assert "link_capacity" in broken_rules(faults(late_one, city, tiny.scenario()))
