"""A plan made anew: the past stays, work under way goes on, and no more changes than must."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import app_cli
import inventory
import planner
import topology
from inventory import InputError, UsageError
from planner import Since, edits
from planner.plan import Plan, Status, read
from planner.scenario import Pin
from planner.verifier import faults
from tests import tiny
from tests.invariants.test_random_plans import candidates, cities, scenarios, worth

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = ("2027Q1", "2027Q2", "2027Q3", "2027Q4")


def again(plan, city, scenario, as_of, **how):
    """The plan made anew, which the second opinion must accept beside the earlier one."""
    problem = planner.formulate(city, topology.build(city), scenario, Since(plan, as_of))
    found = planner.solve(problem, time_limit=20, gap=0.0, **how)
    if found.found:
        assert faults(found, city, scenario, plan) == ()
    return found


def told(plan):
    """What a plan decides: system to action, period and pools."""
    return {m.system: (m.action.value, m.period, tuple(p.pool for p in m.placements)) for m in plan.moves}


def changed(plan):
    """The changed decisions of a plan made anew."""
    return {(c.system, c.decision) for c in plan.replanned.changed}


@pytest.fixture(scope="module")
def spread():
    """Three systems that go one after the other, two pools, and their plan."""
    city = tiny.city("abc", pools=[*tiny.pools(), tiny.hygon()])
    scenario = tiny.scenario(cutovers=1)
    return city, scenario, tiny.solved(city, scenario)


def by_period(plan, period):
    return next(m for m in plan.moves if m.period == period)


def test_nothing_changes_where_nothing_must(spread):
    city, scenario, plan = spread
    anew = again(plan, city, scenario, "2027Q2")
    assert told(anew) == told(plan)
    assert anew.replanned.changed == ()
    assert (anew.replanned.earlier, anew.replanned.as_of) == (plan.digest, "2027Q2")
    assert Plan.model_validate_json(anew.to_json()) == anew


@pytest.fixture(scope="module")
def opened(spread):
    """The plan made while the Hygon pool was closed; open, it saves each system 20,000 yuan."""
    city, scenario, _plan = spread
    return city, scenario, tiny.solved(tiny.changed(city, "pools", "hygon", vcpu=0), scenario)


def test_what_is_done_stays_where_another_place_would_be_cheaper_now(opened):
    city, scenario, plan = opened
    anew = again(plan, tiny.changed(city, "assumptions", "change_penalty", value=1), scenario, "2027Q2")
    done = by_period(plan, "2027Q1").system
    assert told(anew)[done] == told(plan)[done]
    assert changed(anew) == {(system, "placement") for system in {"a", "b", "c"} - {done}}


@pytest.mark.parametrize(("price", "changes"), [(19_000, 3), (21_000, 0)])
def test_a_decision_changes_where_that_saves_more_than_its_price(opened, price, changes):
    city, scenario, plan = opened
    priced = tiny.changed(city, "assumptions", "change_penalty", value=price)
    assert len(changed(again(plan, priced, scenario, "2027Q1"))) == changes


def test_work_under_way_keeps_its_date_unless_that_is_impossible():
    """The database change takes two quarters: it has begun when the plan is made anew."""
    city = tiny.city("a", workloads=[tiny.workload("a", software=["oracle"])])
    scenario = tiny.scenario(pins=[{"system": "a", "action": "rehost", "period": "2027Q3"}])
    plan = tiny.solved(city, scenario)
    assert plan.moves[0].work_starts == "2027Q2"
    free = tiny.changed(city, "assumptions", "change_penalty", value=0)
    anew = again(plan, free, tiny.scenario(), "2027Q3")
    assert told(anew)["a"][:2] == ("rehost", "2027Q3")
    shut = {"start": "2027-07-01", "end": "2027-09-25", "reason": "x"}
    late = again(plan, free, tiny.scenario(blackouts=[shut]), "2027Q3")
    assert told(late)["a"][:2] == ("rehost", "2027Q4")
    stage = next(s for s in late.stages if s.name == "under_way")
    assert (stage.objective, stage.bound) == (1, 1)


def test_reasons_say_what_is_settled(spread):
    city, scenario, plan = spread
    graph = topology.build(city)
    anew = planner.propose(city, graph, scenario, Since(plan, "2027Q2"), time_limit=20, gap=0.0)
    reasons = {move.period: move.reasons for move in anew.moves}
    assert reasons["2027Q1"] == ("it was done before 2027Q2",)
    assert "it was done before 2027Q2" not in reasons["2027Q2"] + reasons["2027Q3"]


def test_nothing_begins_before_the_first_open_period():
    city = tiny.city("a", workloads=[tiny.workload("a", software=["oracle"])])
    plan = tiny.solved(city, tiny.scenario(actions=("stay",)))
    soon = tiny.scenario(coverage_deadline="2027Q3")
    anew = again(plan, city, soon, "2027Q2")
    assert (anew.moves[0].work_starts, anew.moves[0].period) == ("2027Q2", "2027Q3")
    assert changed(anew) == {("a", "action")}


def test_a_past_that_the_rules_forbid_is_named_as_the_culprit(spread):
    city, scenario, plan = spread
    done = by_period(plan, "2027Q1")
    against = tiny.rescened(scenario, pins=[{"system": done.system, "action": "stay"}])
    graph = topology.build(city)
    anew = planner.propose(city, graph, against, Since(plan, "2027Q2"), time_limit=20, gap=0.0)
    assert anew.status is Status.infeasible
    assert {part.rule for part in anew.conflict} == {"pins", "past_kept"}


def test_blocks_ordered_in_the_past_stay_ordered():
    block = {"pool": "kunpeng", "vcpu": 4, "price": 100_000, "lead_time": 14, "maximum": 5}
    city = tiny.city("a", pools=tiny.pools(vcpu=2), blocks=[tiny.Block(id="more", name="more", **block)])
    plan = tiny.solved(city, tiny.scenario())
    anew = again(plan, tiny.changed(city, "pools", "kunpeng", vcpu=100), tiny.scenario(), "2027Q2")
    assert anew.blocks == plan.blocks
    forged = anew.model_copy(update={"blocks": ()})
    assert any(f.startswith("past_kept: ") for f in faults(forged, city, tiny.scenario()))


def test_who_has_arrived_by_the_inventory_is_history(spread):
    city, scenario, plan = spread
    done = by_period(plan, "2027Q1").system
    here = tiny.changed(city, "systems", done, runs_on="kunpeng")
    anew = again(plan, here, scenario, "2027Q2")
    assert told(anew)[done][0] == "stay"
    assert not changed(anew)


def test_where_everybody_has_arrived_there_is_nothing_to_start_from(spread):
    city, scenario, plan = spread
    for system in "abc":
        city = tiny.changed(city, "systems", system, runs_on="kunpeng")
    assert {action for action, *_rest in told(again(plan, city, scenario, "2027Q2")).values()} == {"stay"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"as_of": "2031Q1"}, "unknown-period"),
        ({"city": "elsewhere"}, "other-city"),
        ({"status": Status.infeasible}, "no-plan"),
        ({"start": "2028Q1"}, "stale-inventory"),
    ],
)
def test_an_earlier_plan_that_does_not_fit_is_refused_with_its_repair(spread, change, code):
    city, scenario, plan = spread
    fields = {k: v for k, v in change.items() if k in ("city", "status")}
    under = tiny.rescened(scenario, start=change.get("start", "2027Q1"))
    since = Since(plan.model_copy(update=fields), change.get("as_of", under.start))
    with pytest.raises(InputError) as refused:
        planner.formulate(city, topology.build(city), under, since)
    assert {fault.code for fault in refused.value.faults} == {code}


@pytest.mark.parametrize("field", ["earlier", "decided", "blocks", "changed", "change_penalty", "as_of"])
def test_what_a_plan_says_of_the_earlier_one_is_checked(spread, field):
    city, scenario, plan = spread
    anew = again(plan, city, scenario, "2027Q2")
    forged = {
        "earlier": "0" * 64,
        "decided": anew.replanned.decided[1:],
        "blocks": ({"block": "more", "period": "2027Q3", "count": 1},),
        "changed": ({"system": "a", "decision": "period"},),
        "change_penalty": 1,
        "as_of": "1999Q1",
    }
    data = anew.replanned.model_dump() | {field: forged[field]}
    lie = anew.model_copy(update={"replanned": type(anew.replanned).model_validate(data)})
    assert faults(lie, city, scenario, plan)


def count(before, now, systems):
    """The changed decisions of a plan, counted by hand."""
    total = 0
    for system in systems:
        (act, period, _p), (new_act, new_period, _q) = told(before)[system], told(now)[system]
        total += (act, period) != (new_act, new_period)
        total += act == new_act == "rehost" and machines(before, system) != machines(now, system)
    return total


def machines(plan, system):
    """Where the machines of a system stand."""
    move = next(m for m in plan.moves if m.system == system)
    return sorted((p.workload, p.pool, p.count) for p in move.placements)


@FEW
@given(st.data())
def test_as_few_decisions_change_as_in_the_best_of_all_plans(data):
    """Where a change costs more than anything can save, the count is the least among full coverage."""
    city = data.draw(cities("ab", most=1))
    city = tiny.changed(city, "assumptions", "change_penalty", value=10_000_000)
    scenario = data.draw(scenarios(periods=3))
    plan = tiny.solved(city, scenario)
    assume(plan.found)
    limit = data.draw(st.integers(0, 3))
    harder = tiny.rescened(scenario, cutovers=limit, pins=[], forbids=[])
    as_of = data.draw(st.sampled_from([p.name for p in scenario.calendar]))
    problem = planner.formulate(city, topology.build(city), harder, Since(plan, as_of))
    anew = planner.solve(problem, time_limit=20, gap=0.0)
    everything = candidates(problem)
    accepted = [c for c in everything if not faults(c, city, harder)]
    assert bool(accepted) == anew.found
    if accepted:
        assert faults(anew, city, harder, plan) == ()
        open_ = [m.id for m in problem.movers if not m.arrived]
        going = [d for d in problem.decided.values() if problem.under_way(d)]

        def value(one):
            late = sum(told(one)[d.system][:2] != (d.action.value, d.period) for d in going)
            return late, worth(one, problem)[0], count(plan, one, open_)

        assert value(anew) == min(map(value, accepted))
        assert len(anew.replanned.changed) == value(anew)[2]


PINS = [
    ("a=2027Q3", Pin(system="a", action="rehost", period="2027Q3")),
    ("a=2027Q3@kunpeng", Pin(system="a", action="rehost", period="2027Q3", pool="kunpeng")),
    ("a=rehost@kunpeng", Pin(system="a", action="rehost", pool="kunpeng")),
    ("a=stay", Pin(system="a", action="stay")),
    ("a=retire:2027Q2", Pin(system="a", action="retire", period="2027Q2")),
]


@pytest.mark.parametrize(("text", "pin"), PINS)
def test_a_pin_is_read_from_words(text, pin):
    assert edits.pin(text) == pin


@pytest.mark.parametrize("text", ["a", "a=", "=2027Q1", "a=2027", "a=2027Q5", "a=@kunpeng", "a=move"])
def test_words_that_are_no_pin_are_refused(text):
    with pytest.raises(UsageError):
        edits.pin(text)


def test_a_ban_may_name_a_pool_alone():
    assert edits.ban("a=@kunpeng").pool == "kunpeng"


def test_every_pin_of_a_hand_edited_plan_survives_planning_anew(spread):
    city, scenario, plan = spread
    first, last = by_period(plan, "2027Q1"), by_period(plan, "2027Q3")
    pins = [edits.pin(f"{last.system}=2027Q4@hygon"), edits.pin(f"{first.system}=stay")]
    under = edits.decided(scenario, "tiny-2027Q1", pins)
    anew = again(plan, city, under, "2027Q1")
    assert told(anew)[last.system] == ("rehost", "2027Q4", ("hygon",))
    assert told(anew)[first.system][0] == "stay"
    third = again(anew, city, planner.scenario.carried(anew.scenario), "2027Q2")
    assert told(third) == told(anew)
    assert {pin.system for pin in under.pins} == {first.system, last.system}


def edited(case, *texts):
    city, scenario, plan = case
    return edits.edited(plan, city, topology.build(city), scenario, map(edits.pin, texts))


def test_an_edit_that_breaks_nothing_is_accepted_at_once(spread):
    _city, _scenario, plan = spread
    move = by_period(plan, "2027Q3")
    edit = edited(spread, f"{move.system}=2027Q4@hygon")
    assert edit.reasons == ()
    assert edit.plan.verified
    assert told(edit.plan)[move.system] == ("rehost", "2027Q4", ("hygon",))
    assert edit.plan.ledger != plan.ledger


def test_an_edit_says_what_it_breaks(spread):
    _city, _scenario, plan = spread
    move = by_period(plan, "2027Q3")
    edit = edited(spread, f"{move.system}=2027Q2")
    assert edit.plan.verified is False
    assert [reason.split(":")[0] for reason in edit.reasons] == ["cutovers_per_period"]
    assert edited(spread, f"{move.system}=retire:2027Q3").reasons[0].startswith("retire_confirmed: ")


def test_an_edit_knows_staying_and_coming_back(spread):
    _city, _scenario, plan = spread
    move = by_period(plan, "2027Q3")
    stays = edited(spread, f"{move.system}=stay")
    assert stays.reasons == ()
    city = spread[0]
    back = edits.edited(
        stays.plan, city, topology.build(city), stays.scenario, [edits.pin(f"{move.system}=2027Q3@kunpeng")]
    )
    assert back.reasons == ()
    assert told(back.plan)[move.system] == ("rehost", "2027Q3", ("kunpeng",))


@pytest.mark.parametrize("text", ["a=2027Q3@old-x86", "a=2040Q1", "nobody=stay"])
def test_an_edit_that_no_plan_can_hold_is_refused(spread, text):
    with pytest.raises((UsageError, InputError)):
        edited(spread, text)


def test_an_edit_of_a_plan_made_anew_may_not_touch_the_past(spread):
    city, scenario, plan = spread
    anew = again(plan, city, scenario, "2027Q2")
    done = by_period(plan, "2027Q1").system
    edit = edited((city, scenario, anew), f"{done}=2027Q3")
    assert any(reason.startswith("past_kept: ") for reason in edit.reasons)
    assert edit.plan.replanned.earlier == plan.digest


@pytest.fixture
def folder(tmp_path):
    """The three systems as a city's folder with one scenario."""
    path = tmp_path / "town"
    inventory.save(tiny.city("abc", pools=[*tiny.pools(), tiny.hygon()]), path)
    (path / "scenarios").mkdir()
    (path / "scenarios" / "baseline.yaml").write_text("name: baseline\nperiods: 4\ncutovers: 1\n")
    return path


@pytest.fixture
def run(capsys):
    """Run a command line in English; return its exit code, stdout and stderr."""

    def call(*words):
        capsys.readouterr()
        code = app_cli.main([*map(str, words), "--lang", "en"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return call


def test_the_verbs_plan_anew_and_verify(run, folder, tmp_path):
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert run("plan", folder, "-o", first)[0] == 0
    late = by_period(read(first), "2027Q3").system
    how = ("--from", first, "--as-of", "2027Q2", "--pin", f"{late}=2027Q4", "--ban", f"{late}=@kunpeng")
    code, out, _err = run("plan", folder, *how)
    assert code == 0
    assert "1 since 2027Q2 (each counts as 20,000.00 CNY)" in out
    assert run("plan", folder, *how, "--change-penalty", "100", "-o", second)[0] == 0
    anew = read(second)
    assert (anew.scenario["name"], anew.replanned.change_penalty) == ("baseline-2027Q2", 10_000)
    assert changed(anew) == {(late, "period")}
    assert run("verify", second, folder, "--from", first)[0] == 0
    assert run("verify", second, folder, "--from", second)[0] == 1


def test_what_a_pin_breaks_is_told_before_the_search(run, folder, tmp_path):
    first = tmp_path / "first.json"
    run("plan", folder, "-o", first)
    late = by_period(read(first), "2027Q3").system
    _code, _out, err = run("plan", folder, "--from", first, "--pin", f"{late}=2027Q2")
    assert "The earlier plan with your pins alone: cutovers_per_period: 2 cutovers in 2027Q2" in err


@pytest.mark.parametrize("words", [["--as-of", "2027Q2"], ["--pin", "a=soon"], ["--pin", "nobody=stay"]])
def test_bad_wishes_are_bad_input(run, folder, words):
    code, _out, err = run("plan", folder, *words)
    assert code == 2
    assert err
