"""Plans on worlds in which figures are not what they count with, and the price of a margin."""

import json

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import app_cli
import inventory
import planner
import topology
from inventory import InputError, UsageError
from inventory.text import speaking
from planner import Since, edits
from planner.plan import Plan
from planner.report import stress as tables
from planner.uncertainty import (
    ALL,
    STRESSED,
    Policy,
    cautious,
    read_policy,
    stress,
    uncertain,
    with_margin,
)
from planner.uncertainty.replay import breaches, replayed
from planner.uncertainty.worlds import sampled, world
from planner.verifier import faults
from tests import tiny
from tests.invariants.test_random_plans import cities, scenarios

FEW = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
CITY = tiny.city("ab")


def policy(**ranges):
    """A policy of ranges by kind, each low and high."""
    rows = [{"id": k, "name": k, "low": lo * 100, "high": hi * 100} for k, (lo, hi) in ranges.items()]
    return Policy.model_validate({"ranges": rows})


def kunpeng(**fields):
    """The city with the ratio of Kunpeng changed."""
    return tiny.changed(CITY, "sizing", "kunpeng", **fields)


def figures(city=CITY, rules=None, **scenario):
    return uncertain(city, tiny.scenario(**scenario), rules or read_policy())


def test_the_inventorys_own_range_goes_before_the_assumed_one():
    city = kunpeng(vcpu_ratio_low=6000, grade="C")
    ratio = next(f for f in figures(city) if f.kind == "vcpu_ratio")
    assert (ratio.low, ratio.high, ratio.worse, ratio.grade) == (750_000, 1_000_000, 750_000, "C")
    assumed = next(f for f in figures() if f.kind == "vcpu_ratio")
    assert (assumed.low, assumed.high, assumed.grade) == (850_000, 1_150_000, "D")


def test_a_systems_own_effort_is_a_figure_of_its_own():
    told = {"kind": "recompile", "effort_low": 150, "effort_base": 200, "effort_high": 500}
    city = tiny.city(systems=[tiny.system("a", adaptation=told), tiny.system("b")])
    (own,) = [f for f in figures(city) if f.collection == "systems"]
    assert (own.record, own.low, own.high, own.grade) == ("a", 750_000, 2_500_000, "D")


def test_what_the_policy_leaves_out_is_certain():
    found = figures(rules=policy(tariff=(90, 110)))
    assert [(f.kind, f.record) for f in found] == [("tariff", "t-new")]


def test_only_prices_of_the_targets_vary():
    city = tiny.city(pools=[*tiny.pools(), tiny.hygon()])
    named = [f.record for f in figures(city, targets=["hygon"]) if f.kind in ("tariff", "vcpu_ratio")]
    assert named == ["hygon", "t-hygon"]


@pytest.mark.parametrize("ends", [(110, 120), (80, 90), (0, 110)])
def test_a_range_without_what_the_plan_counts_with_is_a_fault(tmp_path, ends):
    path = tmp_path / "ranges.yaml"
    low, high = (end / 100 for end in ends)
    path.write_text(f"ranges:\n  - {{id: tariff, name: x, low: {low}, high: {high}}}\n")
    with pytest.raises(InputError) as refused:
        read_policy(path)
    assert {fault.place.file for fault in refused.value.faults} == {path.as_posix()}


def test_a_seed_gives_the_same_worlds_everywhere_and_more_worlds_begin_alike():
    found = figures(rules=policy(tariff=(90, 110), block=(100, 100), effort=(80, 150)))
    assert sampled(found, 3, 1)[0] == (1086645, 1368327, 942065, 1365938, 1009226, 992014)
    assert sampled(found, 5, 1)[:3] == sampled(found, 3, 1)
    assert sampled(found, 3, 2) != sampled(found, 3, 1)


def test_draws_stay_in_their_range_and_lean_to_the_planned_figure():
    found = figures(rules=policy(effort=(80, 150)))
    draws = [factor for factors in sampled(found, 400, 7) for factor in factors]
    assert min(draws) >= 800_000
    assert max(draws) <= 1_500_000
    assert sum(draws) / len(draws) == pytest.approx((0.8 + 1 + 1.5) / 3 * 1e6, rel=0.01)


@pytest.fixture(scope="module")
def plan():
    """Two systems on Kunpeng, at the cost of the work and with no room to spare for the team."""
    return tiny.proposed(CITY, SCENARIO)


SCENARIO = tiny.scenario(cutovers=1)
TIGHT = {"pools": {"kunpeng": {"vcpu": 16}}, "tariffs": {"t-new": {"prices": {"vcpu": 1}}}}
BAD = {
    "team_capacity": ({"team": {"application": 200}}, policy(effort=(90, 130)), "application", 60),
    "one_off_budget": ({"one_off_budget": {2027: 8_000_000}}, policy(person_month=(90, 150)), "", 4_000_000),
    "pool_capacity": ({"overrides": TIGHT}, policy(vcpu_ratio=(80, 100)), "kunpeng vcpu", 16),
    "om_cost_never_rises": ({}, policy(tariff=(100, 200)), "p-a", None),
}


@pytest.mark.parametrize("rule", BAD)
def test_each_rule_breaks_by_its_own_uncertainty_and_names_who_asks_for_more(rule):
    fields, rules, subject, lack = BAD[rule]
    under = tiny.rescened(SCENARIO, **fields)
    found = stress(tiny.proposed(CITY, under), CITY, under, rules, worlds=30)
    broken = {rate.rule: rate for rate in found.rates if not rate.worst}
    assert set(broken) == {rule, ALL}
    assert broken[rule].held < 30
    assert broken[rule].lower <= broken[rule].rate <= broken[rule].upper
    first = next(breach for breach in found.corner if breach.subject == subject)
    assert lack in (None, first.lack)
    assert set(first.culprits) <= {"a", "b"}
    assert {blame.id for blame in found.blames} == {"a", "b"}
    assert {each.kind: each.broken for each in found.alone} == {rules.ranges[0].id: (rule,)}
    assert found.money.worst >= found.money.high >= found.money.middle >= found.money.low


def test_a_plan_whose_figures_are_certain_breaks_nowhere(plan):
    found = stress(plan, CITY, SCENARIO, policy(), worlds=200)
    assert [(rate.rule, rate.held, rate.lower, rate.worst) for rate in found.rates] == [
        (name, 200, 0.9851, True) for name in (*STRESSED, ALL)
    ]
    assert (found.blames, found.corner, found.alone) == ((), (), ())
    spent = sum(r.om_cost + r.one_off + r.parallel_run + r.commitment + r.blocks for r in plan.ledger)
    assert set(vars(found.money).values()) == {spent}


def test_a_rule_switched_off_is_not_asked():
    under = tiny.rescened(SCENARIO, rules_off=["om_cost_never_rises"])
    found = stress(tiny.proposed(CITY, under), CITY, under, policy(tariff=(100, 200)), worlds=5)
    assert [rate.rule for rate in found.rates] == [*STRESSED[1:], ALL]
    assert all(rate.worst for rate in found.rates)


def test_the_same_question_has_the_same_answer(plan):
    one, two = (stress(plan, CITY, SCENARIO, read_policy(), worlds=20, seed=3) for _turn in range(2))
    assert one == two


def test_a_plan_of_another_city_is_refused(plan):
    with pytest.raises(UsageError, match="b-app"):
        stress(plan, tiny.city("a"), SCENARIO, read_policy(), worlds=1)
    lost = Plan.model_validate(plan.model_dump() | {"status": "infeasible"})
    with pytest.raises(UsageError):
        stress(lost, CITY, SCENARIO, read_policy(), worlds=1)


@FEW
@given(of=cities(), under=scenarios(), seed=st.integers(0, 99))
def test_what_breaks_is_what_the_second_opinion_rejects(of, under, seed):
    """The same decisions drawn up in the world by the solver's arithmetic are the oracle."""
    plan = tiny.solved(of, under, time_limit=5, gap=0.05)
    assume(plan.found)
    found = figures(of, policy(**dict.fromkeys(("vcpu_ratio", "effort", "tariff", "block"), (40, 250))))
    there = world(of, found, sampled(found, 1, seed)[0])
    reasons = edits.edited(plan, there, topology.build(there), under, ()).reasons
    rejected = {reason.split(":")[0] for reason in reasons}
    case, planned = replayed(plan, there, under), replayed(plan, of, under)
    assert {breach.rule for breach in breaches(case, planned)} == rejected & set(STRESSED)


def test_no_margin_changes_nothing_of_the_scenario():
    assert cautious(CITY, SCENARIO, read_policy(), 0).overrides == {}


def test_a_margin_is_a_reviewable_diff_of_the_scenario():
    under = tiny.rescened(SCENARIO, overrides={"pools": {"kunpeng": {"vcpu": 90}}})
    found = cautious(CITY, under, policy(vcpu_ratio=(80, 100), tariff=(90, 110)), 0.5)
    assert found.overrides == {
        "pools": {"kunpeng": {"vcpu": 90}},
        "sizing": {"kunpeng": {"vcpu_ratio": 0.72}},
        "tariffs": {"t-new": {"prices": {"vcpu": 52.5, "memory": 10.5, "sas": 0.42}}},
    }


def margin(of, under, rules, share, worlds=20):
    plan = tiny.proposed(of, under)
    before = stress(plan, of, under, rules, worlds=worlds)
    return before, with_margin(plan, before, of, topology.build(of), under, rules, share, gap=0.0)


@pytest.mark.parametrize("rule", BAD)
def test_a_full_margin_holds_in_every_world_and_shows_its_price(rule):
    fields, rules, _subject, _lack = BAD[rule]
    under = tiny.rescened(SCENARIO, **fields)
    before, found = margin(CITY, under, rules, 1)
    assert not before.rates[-1].worst
    assert [(rate.rate, rate.worst) for rate in found.stress.rates] == [(1, True)] * 5
    assert faults(found.plan, CITY, under) == ()
    price = {row.key: row.more for row in found.price}
    assert price["uncovered"] > 0
    assert price["moved"] < 0


@FEW
@given(of=cities(), under=scenarios())
def test_what_holds_in_the_worst_corner_holds_in_every_world(of, under):
    rules = policy(effort=(80, 150), person_month=(90, 120), tariff=(90, 110), block=(90, 130))
    plan = tiny.solved(of, under, time_limit=5, gap=0.05)
    assume(plan.found)
    found = stress(plan, of, under, rules, worlds=10)
    worst = {rate.rule: rate.worst for rate in found.rates}
    assert all(rate.rate == 1 for rate in found.rates if worst[rate.rule])


def test_a_margin_nobody_can_keep_is_told_as_a_conflict():
    under = tiny.rescened(SCENARIO, team={"application": 200}, deadlines=[{"period": "2027Q4"}])
    _before, found = margin(CITY, under, policy(effort=(90, 900)), 1)
    assert (found.stress, found.price) == (None, ())
    assert "team_capacity" in {part.rule for part in found.cautious.conflict}
    assert found.as_json()["stress"] is None


def test_a_plan_made_anew_takes_no_margin(plan):
    since = Since(plan, "2027Q2")
    anew = planner.propose(CITY, topology.build(CITY), SCENARIO, since, time_limit=20, gap=0.0)
    before = stress(anew, CITY, SCENARIO, read_policy(), worlds=2)
    with pytest.raises(UsageError, match="made anew"):
        with_margin(anew, before, CITY, topology.build(CITY), SCENARIO, read_policy(), 0.5)


def test_the_tables_name_systems_rules_and_what_is_lacking():
    under = tiny.rescened(SCENARIO, **BAD["team_capacity"][0])
    before, found = margin(CITY, under, BAD["team_capacity"][1], 1)
    with speaking("en"):
        shown = {table.name: table for table in tables.tables(before, CITY, found)}
        parts = [row[3] for row in shown["Who breaks first"].rows]
        assert sum(parts) == pytest.approx(1)
    assert shown["The worst corner"].rows[0][:4] == (
        "Team capacity",
        "application",
        "2027Q1",
        "0.60 person-months",
    )
    rates = shown["How often the rules hold"].rows
    assert (rates[-1][0], rates[-1][4], rates[-1][-1]) == ("all of them", "BROKEN", "holds")
    assert shown["One uncertainty at a time"].rows[0][:2] == ("adaptation effort", "Team capacity")
    assert {row[4] for row in shown["What was varied"].rows} == {"D"}
    assert "What the margin costs" in shown


@pytest.fixture
def files(tmp_path, plan):
    """The city's folder and the plan's file."""
    folder, path = tmp_path / "town", tmp_path / "plan.json"
    inventory.save(CITY, folder)
    path.write_text(plan.to_json(), encoding="utf-8")
    return [str(path), str(folder), "--lang", "en"]


def test_the_verb_prints_rates_and_the_price_of_a_margin(files, tmp_path, capsys):
    made = tmp_path / "careful.json"
    words = ["stress", *files, "--worlds", "10", "--margin", "0.1", "--write-plan", str(made)]
    assert app_cli.main([*words, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["worlds"]) == ("govplan.stress/1", 10)
    assert told["margin"]["price"]["cost"].keys() == {"without", "with", "more"}
    assert app_cli.main(["verify", str(made), files[1], "--lang", "en"]) == 0
    assert app_cli.main(["stress", *files, "--worlds", "2"]) == 0
    assert "How often the rules hold" in capsys.readouterr().out


def test_the_margins_scenario_plans_like_any_other(files, tmp_path, capsys):
    """A margin nobody can keep: the conflict is told, and its scenario can be looked at."""
    ranges, written = tmp_path / "ranges.yaml", tmp_path / "careful.yaml"
    ranges.write_text("ranges:\n  - {id: effort, name: x, low: 1, high: 2}\n")
    under = tiny.rescened(SCENARIO, team={"application": 200}, deadlines=[{"period": "2027Q4"}])
    plan = tmp_path / "bound.json"
    plan.write_text(tiny.proposed(CITY, under).to_json(), encoding="utf-8")
    words = ["stress", str(plan), files[1], "--worlds", "2", "--ranges", str(ranges), "--lang", "en"]
    assert app_cli.main([*words, "--margin", "1", "--write-scenario", str(written)]) == 3
    assert "No plan with this margin" in capsys.readouterr().err
    found = planner.read_scenario(tmp_path, str(written))
    assert found.overrides["assumptions"]["effort.recompile"] == {"value": 4}
    assert found.team == {"application": 200}


def test_the_verb_refuses_what_does_not_fit(files, tmp_path, capsys):
    other = tmp_path / "other"
    inventory.save(tiny.city("a"), other)
    assert app_cli.main(["stress", files[0], str(other), "--lang", "en"]) == 2
    assert "b-app" in capsys.readouterr().err
    assert app_cli.main(["stress", *files, "--write-plan", str(tmp_path / "x.json")]) == 2
    assert "--margin" in capsys.readouterr().err
