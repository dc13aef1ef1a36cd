"""What is known before the solver starts: drafts are plans, and what is ruled out is in no plan."""

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import planner
from benchmarks.instances import generate
from planner.plan import Action, Status
from planner.problem.amounts import PPM
from planner.rules import FEN_A_UNIT, staying
from planner.solver import Clock, draft, drawn_up, figures, stages
from planner.solver.draft import Draft
from planner.solver.menus import Menus
from planner.solver.reach import Ground
from planner.verifier import faults
from tests import tiny
from tests.invariants.test_random_plans import FEW, MANY, candidates, choices, cities, scenarios

EASED = ("blackout", "om_cost_never_rises", "adaptation_lead_time", "pins", "ipv6_ready_target")


@MANY
@given(cities(), scenarios())
def test_a_draft_is_a_plan_and_the_same_twice(city, scenario):
    problem = tiny.problem(city, scenario)
    assume(any(not mover.arrived for mover in problem.movers))
    draft = drafted(problem)
    assert draft == drafted(problem)
    if draft:
        assert faults(drawn_up(problem, draft, Clock(60, None)), city, scenario) == ()


def drafted(problem):
    ground = Ground(problem)
    return Draft(ground.relaxation, ground.blocks, Clock(60, None)).made(60)


@settings(FEW, max_examples=40)
@given(cities("ab", most=1), scenarios(periods=3), st.sampled_from([None, *EASED]))
def test_no_plan_holds_what_is_ruled_out_and_none_is_cheaper_than_the_bound(city, scenario, off):
    """Nor where a rule is off that keeps choices from a system."""
    scenario = tiny.rescened(scenario, rules_off=[off] if off else [])
    problem = tiny.problem(city, scenario)
    assume(any(not mover.arrived for mover in problem.movers))
    ground = Ground(problem)
    assume(1 < len(list(product(*(list(choices(problem, m)) for m in problem.movers)))) < 150)
    cheapest: dict[int, int] = {}
    for plan in candidates(problem):
        if not faults(plan, city, scenario):
            decided = {(m.system, m.action, problem.period_index(m.period or "")) for m in plan.moves}
            assert not decided & ground.blocks.impossible
            left, cost = (
                figures.uncovered_weight(problem, plan.moves),
                figures.discounted(problem, plan.ledger),
            )
            assert left >= ground.blocks.least_uncovered
            cheapest[left] = min(cost, cheapest.get(left, cost))
    for left, cost in cheapest.items():
        least = ground.least_cost(left, cost - staying(problem) / PPM, Clock(60, None))
        assert cost >= least * FEN_A_UNIT


def dear(**fields):
    """A city whose new cloud costs more than the old one."""
    return tiny.city("ab", tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new", 9000)], **fields)


def test_a_move_that_only_costs_more_is_ruled_out_unless_the_rule_is_off():
    problem = tiny.problem(dear(), tiny.scenario())
    blocks = Ground(problem).blocks
    assert {(s, act) for s, act, _t in blocks.impossible} == {("a", Action.rehost), ("b", Action.rehost)}
    assert blocks.hopeless == {row.project for row in problem.coverage}
    free = Ground(tiny.problem(dear(), tiny.scenario(rules_off=["om_cost_never_rises"]))).blocks
    assert free.impossible == free.hopeless == frozenset()


@pytest.mark.xdist_group("demo")
def test_a_problem_too_large_for_a_model_ends_with_its_draft(tieling, monkeypatch, demo):
    monkeypatch.setattr(stages, "SOLVED", 0)
    problem = tiny.problem(tieling, demo.scenario)
    plan = planner.verify(planner.solve(problem, time_limit=10), tieling, demo.scenario)
    assert plan.verified
    assert plan.status is Status.feasible
    assert [stage.name for stage in plan.stages] == ["coverage", "cost"]
    assert plan.stages[0].bound <= demo.plan.stages[0].objective <= plan.stages[0].objective


@pytest.mark.parametrize(
    ("rule", "limits"),
    [
        ("blackout", {"blackouts": [{"start": "2027-01-01", "end": "2027-12-31", "reason": "x"}]}),
        ("pins", {"forbids": [{"system": "a", "pool": "kunpeng"}]}),
        ("adaptation_lead_time", {}),
    ],
)
def test_a_rule_switched_off_binds_no_menu(rule, limits):
    city = tiny.changed(tiny.city(), "assumptions", "weeks.recompile", value=20)
    kept, freed = (Menus(tiny.problem(city, tiny.scenario(**limits, rules_off=off))) for off in ([], [rule]))
    assert len(freed.of["a"].acts) > len(kept.of["a"].acts)


def test_a_line_too_full_even_if_all_stay_ends_the_draft_without_a_plan():
    city, scenario = generate(12, 2, 6, 1)
    ground = Ground(tiny.problem(city, scenario))
    assert ground.tables.line.size
    ground.tables.line[:] = -1.0
    draft = Draft(ground.relaxation, ground.blocks, Clock(60, None))
    assert draft.made(60) is None
    assert not draft.sheet.holds


def test_the_last_round_ends_in_a_plan_however_much_is_exceeded(monkeypatch):
    for name, value in {"MANY": 0, "NEARLY": -1.0, "ROUNDS": 1}.items():
        monkeypatch.setattr(draft, name, value)
    city, scenario = generate(40, 3, 12, 10)
    ground = Ground(tiny.problem(city, scenario))
    found = Draft(ground.relaxation, ground.blocks, Clock(60, None))
    staying = found.worth.lost
    found.made(60)
    assert found.worth.lost < staying / 2
