"""Bounds that keep the cost rule in full, beside plans and the prices they come from."""

from dataclasses import replace

import numpy as np
import pytest

import planner
import topology
from benchmarks.instances import generate
from planner.problem.amounts import PPM
from planner.rules import FEN_A_UNIT, staying
from planner.solver import Clock
from planner.solver.board import Board
from planner.solver.draft import Draft
from planner.solver.reach import Ground
from planner.solver.strict import Strict
from planner.solver.tables import NEVER

LONG = 600.0


class Case:
    """A small generated city with the cheapest plan of those that leave no more uncovered."""

    def __init__(self, seed):
        city, scenario = generate(12, 2, 6, seed)
        self.problem = planner.formulate(city, topology.build(city), scenario)
        self.plan = planner.solve(self.problem, time_limit=60, gap=0.0)
        coverage, cost = self.plan.stages[:2]
        self.left, self.cost = int(coverage.objective), cost.objective - staying(self.problem) / PPM
        self.ground = Ground(self.problem)
        self.clock = Clock(LONG, None)

    def strict(self, duals):
        return Strict(self.ground.relaxation, self.ground.blocks, duals, self.left)


@pytest.fixture(params=[1, 2, 3, 5], scope="module")
def case(request):
    return Case(request.param)


def test_a_strict_bound_is_between_that_of_the_prices_and_the_cheapest_plan(case):
    climb = case.ground.climb(case.left, case.cost, case.clock, 5.0)
    found = case.strict(climb.duals).bound(case.clock, LONG)
    assert climb.bound - 1 <= found <= case.cost + 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_strict_bound_is_one_at_any_prices(case, seed):
    """Even at prices drawn by chance, where flows and prices have little to do with the plan."""
    random, relaxation = np.random.default_rng(seed), case.ground.relaxation
    climb = case.ground.climb(case.left, case.cost, case.clock, 1.0)
    duals = climb.duals
    for toll in duals.toll.each():
        toll *= random.uniform(0, 2, toll.shape)
    duals.rule = duals.rule * random.uniform(0, 3, duals.rule.shape)
    plain = relaxation.answer(duals, case.left).bound
    found = case.strict(duals).bound(case.clock, LONG)
    assert plain - 1 <= found <= case.cost + 1


@pytest.mark.parametrize("seed", [1, 2])
def test_tolls_of_every_limit_on_a_board_give_a_bound_where_capacity_is_for_sale(seed):
    """A pool that grows has limits on a board in periods in which the relaxation knows none."""
    city, scenario = generate(12, 2, 6, seed, blocks=True)
    problem = planner.formulate(city, topology.build(city), scenario)
    coverage, cost = planner.solve(problem, time_limit=60, gap=0.0).stages[:2]
    ground, clock = Ground(problem), Clock(LONG, None)
    rise = cost.objective - staying(problem) / PPM
    climb = ground.climb(int(coverage.objective), rise, clock, 1.0)
    strict = Strict(ground.relaxation, ground.blocks, climb.duals, coverage.objective)
    board, random, more = Board(ground.tables), np.random.default_rng(seed), 0
    for part in (1.0, 0.1, 0.01):
        limited = board.limits.rooms < NEVER / 2
        rooms = random.uniform(0, part * 1e6, limited.shape) * limited
        known = ground.relaxation.known(replace(climb.duals.toll, rooms=rooms))
        more += int((rooms[..., :-1] > known.rooms[..., :-1]).any())
        strict.turn(replace(climb.duals, toll=known))
        assert strict.bound(clock, LONG) <= rise + 1
    assert more


def test_no_time_leaves_the_bound_of_the_prices(case):
    climb = case.ground.climb(case.left, case.cost, case.clock, 1.0)
    assert case.strict(climb.duals).bound(case.clock, 0.0) >= climb.bound - 1


def test_keeping_the_rule_in_full_raises_bounds():
    city, scenario = generate(200, 4, 12, 1)
    ground, clock = Ground(planner.formulate(city, topology.build(city), scenario)), Clock(LONG, None)
    draft = Draft(ground.relaxation, ground.blocks, clock)
    draft.made(LONG, 1)
    left = int(draft.worth.lost)
    climb = ground.climb(left, draft.worth.cost, clock, 5.0)
    strict = Strict(ground.relaxation, ground.blocks, climb.duals, left)
    assert climb.bound + FEN_A_UNIT < strict.bound(clock, LONG) <= draft.worth.cost


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_other_price_of_the_rule_makes_dates_dearer_than_their_own(case, seed):
    """What dates cost at the prices asked for them is the most that any prices say."""
    climb = case.ground.climb(case.left, case.cost, case.clock, 1.0)
    strict, random = case.strict(climb.duals), np.random.default_rng(seed)
    blocks = [block for block in strict.blocks if block.caps]
    for block in blocks:
        block.cheapest = int(random.integers(len(block.columns)))
    own = strict._asked(blocks)
    asked = cost(strict, blocks, own)
    for _try in range(20):
        other = np.maximum(own + random.normal(0, 1, own.shape) * random.integers(0, 2, own.shape), 0)
        assert (cost(strict, blocks, other) <= asked + 1).all()


def cost(strict, blocks, rule):
    """Return (blocks,) of what the cheapest combinations cost at prices of the rule, fen."""
    costs = strict.relaxation.costs(replace(strict.duals, rule=rule))
    return np.array([block.total(costs)[block.cheapest] - strict._worth(block, rule) for block in blocks])


def test_rounds_raise_the_bound_and_offers_are_what_blocks_do_not_need(case):
    climb = case.ground.climb(case.left, case.cost, case.clock, 1.0)
    strict = case.strict(climb.duals)
    first = strict._judged()
    for block in strict.blocks:
        beyond = block.beyond(strict.offers)
        assert beyond.min() >= block.beyond(strict.split.paid).min() - 1
    assert first - 1 <= strict.bound(case.clock, LONG) <= case.cost + 1


def test_rounds_end_where_staying_costs_nothing(case):
    """No gain is then too small a part of it."""
    climb = case.ground.climb(case.left, case.cost, case.clock, 1.0)
    strict = case.strict(climb.duals)
    worth, strict.relaxation.worth = strict.relaxation.worth, 0.0
    try:
        assert strict.bound(case.clock, LONG) <= case.cost + 1
    finally:
        strict.relaxation.worth = worth
