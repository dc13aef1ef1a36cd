"""Plans bettered without the whole model: what a board counts, what a piece may change, what prices say."""

from random import Random

import numpy as np
import pulp
import pytest

import planner
import topology
from benchmarks.instances import generate
from planner.plan import Status
from planner.problem.amounts import PPM
from planner.rules import FEN_A_UNIT, discounted_cost, staying, uncovered
from planner.solver import Clock, blocks, build, drawn_up, figures, reach, stages
from planner.solver.board import Board
from planner.solver.decisions import decided
from planner.solver.draft import Draft
from planner.solver.pieces import Standing
from planner.solver.reach import Ground
from planner.solver.repair import Repair
from planner.solver.start import begin
from planner.verifier import faults

LONG = 600.0


@pytest.fixture(scope="module", params=[1, 2])
def case(request):
    """A generated city of twelve systems with every kind of limit, and its problem."""
    city, scenario = generate(12, 2, 6, request.param)
    return city, scenario, planner.formulate(city, topology.build(city), scenario)


def drafted(problem):
    ground = Ground(problem)
    draft = Draft(ground.relaxation, ground.blocks, Clock(LONG, None))
    return draft, draft.made(LONG)


def test_a_board_counts_the_same_whatever_the_order_and_nothing_once_all_is_undone(case):
    draft, _decisions = drafted(case[2])
    steps = dict(enumerate(draft.sheet.board.steps))
    boards = [Board(draft.tables), Board(draft.tables)]
    empty = [used.copy() for used in boards[0].used.each()]
    for seed, board in enumerate(boards):
        for system in Random(seed).sample(sorted(steps), len(steps)):
            board.take(system, steps[system])
    for one, two in zip(*(board.used.each() for board in boards), strict=True):
        assert np.allclose(one, two)
    assert np.allclose(boards[0].change, draft.sheet.board.change)
    for system in steps:
        boards[0].back(system)
    assert all(np.allclose(a, b) for a, b in zip(boards[0].used.each(), empty, strict=True))
    assert boards[0].decisions() == Board(draft.tables).decisions()


def test_a_draft_costs_and_covers_what_its_plan_says(case):
    city, scenario, problem = case
    draft, decisions = drafted(problem)
    plan = drawn_up(problem, decisions, Clock(LONG, None))
    assert faults(plan, city, scenario) == ()
    assert figures.uncovered_weight(problem, plan.moves) == draft.worth.lost
    assert figures.discounted(problem, plan.ledger) == pytest.approx(
        staying(problem) / PPM + draft.worth.cost
    )


def test_blocks_too_large_to_be_looked_at_are_taken_apart_and_bound_all_the_same(case, monkeypatch):
    city, scenario, problem = case
    whole = planner.solve(problem, time_limit=60, gap=0.0)
    monkeypatch.setattr(blocks, "MOST_COMBINATIONS", 60)
    ground = Ground(problem)
    assert {block.whole for block in ground.blocks.all} == {True, False}
    _draft, decisions = drafted(problem)
    assert faults(drawn_up(problem, decisions, Clock(LONG, None)), city, scenario) == ()
    lost, cost = whole.stages[0].objective, whole.stages[1].objective
    assert ground.blocks.least_uncovered <= lost
    target = cost - staying(problem) / PPM
    assert ground.least_cost(int(lost), target, Clock(LONG, None)) * FEN_A_UNIT <= cost


def model(problem, decisions, weight=3_000.0):
    x = build(problem)
    begin(problem, x, decisions)
    x.model.setObjective(uncovered(problem, x) * weight + discounted_cost(problem, x))
    return x


def test_a_piece_keeps_every_row_and_what_stands(case):
    _draft, decisions = drafted(case[2])
    standing = Standing(model(case[2], decisions).model)
    assert standing.complete(LONG)
    before, old = float(standing.cost @ standing.values), standing.values.copy()
    free = np.arange(len(old)) % 3 != 0
    outcome = standing.plan(free, 0.0, LONG)
    assert outcome.gain >= 0
    assert before - float(standing.cost @ standing.values) == pytest.approx(outcome.gain)
    assert np.array_equal(standing.values[~free], old[~free])
    activity = standing.matrix @ standing.values
    assert (activity >= standing.least - 1e-5).all()
    assert (activity <= standing.most + 1e-5).all()


def test_pieces_better_a_plan_into_a_plan(case):
    city, scenario, problem = case
    draft, decisions = drafted(problem)
    ground, x = Ground(problem), model(problem, decisions)
    repair = Repair(problem, x, ground.blocks)
    assert repair.run(Clock(LONG, None), 2.0)
    repair.standing.hand_back()
    plan = drawn_up(problem, decided(problem, x), Clock(LONG, None))
    assert faults(plan, city, scenario) == ()
    lost = figures.uncovered_weight(problem, plan.moves)
    assert lost <= draft.worth.lost
    if lost == draft.worth.lost:
        assert figures.discounted(problem, plan.ledger) <= staying(problem) / PPM + draft.worth.cost + 1


def test_covering_a_project_outweighs_what_its_block_costs(case, monkeypatch):
    monkeypatch.setattr(reach, "COVERED", 0.0)
    ground = Ground(case[2])
    for block in ground.blocks.all:
        costs = [menu.cost[block.columns[:, n]] for n, menu in enumerate(block.menus)]
        assert np.ptp(np.sum(costs, 0)) <= ground.covered * FEN_A_UNIT + 1


def test_a_model_without_a_plan_has_no_pieces():
    empty = pulp.LpProblem("empty", pulp.LpMinimize)
    x = empty.add_variable("x", 0, 1, "Integer")
    empty.setObjective(x)
    empty.addConstraint(x >= 1)
    assert not Standing(empty).complete(LONG)


def test_prices_bound_what_the_solver_proves(case):
    problem = case[2]
    plan = planner.solve(problem, time_limit=60, gap=0.0)
    assert plan.status is Status.optimal
    left = figures.uncovered_weight(problem, plan.moves)
    cost = figures.discounted(problem, plan.ledger)
    ground = Ground(problem)
    free = ground.least_cost(left, cost - staying(problem) / PPM, Clock(0.0, None)) * FEN_A_UNIT
    best = ground.least_cost(left, cost - staying(problem) / PPM, Clock(LONG, None)) * FEN_A_UNIT
    assert free <= best <= cost
    assert ground.blocks.least_uncovered <= left


def test_a_problem_too_large_for_the_solver_is_planned_by_pieces_and_bounded_by_prices(case, monkeypatch):
    city, scenario, problem = case
    proven = planner.solve(problem, time_limit=60, gap=0.0)
    monkeypatch.setattr(reach, "SOLVED", 0)
    plan = planner.verify(planner.solve(problem, time_limit=4), city, scenario)
    assert plan.verified
    assert plan.spent.keys() >= {"repair", "prices"}
    by_name = {stage.name: stage for stage in plan.stages}
    assert by_name["coverage"].bound <= proven.stages[0].objective <= by_name["coverage"].objective
    if by_name["coverage"].objective == proven.stages[0].objective:
        assert by_name["cost"].bound <= proven.stages[1].objective <= by_name["cost"].objective + 1


def test_prices_bound_plans_that_buy_capacity(monkeypatch):
    city, scenario = generate(12, 2, 6, 3, blocks=True)
    problem = planner.formulate(city, topology.build(city), scenario)
    assert problem.purchases
    proven = planner.solve(problem, time_limit=60, gap=0.0)
    monkeypatch.setattr(stages, "SOLVED", 0)
    plan = planner.verify(planner.solve(problem, time_limit=10), city, scenario)
    assert plan.verified
    assert plan.stages[0].bound <= proven.stages[0].objective
    left = proven.stages[0].objective
    bound = Ground(problem).least_cost(int(left), 0.0, Clock(LONG, None)) * FEN_A_UNIT
    assert bound <= proven.stages[1].objective
