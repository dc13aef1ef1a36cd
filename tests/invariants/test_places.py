"""Machines placed once dates stand, the cost rule with a price, and room that is implied."""

from dataclasses import replace

import numpy as np
import pulp
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner
import topology
from benchmarks.instances import generate
from planner.problem.amounts import PPM
from planner.rules import FEN_A_UNIT, discounted_cost, staying
from planner.solver import Clock, build
from planner.solver.draft import Draft
from planner.solver.menus import FEN_LOST
from planner.solver.places import placed
from planner.solver.reach import Ground
from planner.solver.scarce import Amounts
from planner.solver.start import begin
from planner.solver.tables import unimplied

LONG = 600.0


@pytest.fixture(scope="module", params=[1, 2, 3])
def draft(request):
    """A plan of a generated city of twenty systems in which many move."""
    city, scenario = generate(20, 3, 12, request.param)
    problem = planner.formulate(city, topology.build(city), scenario)
    ground = Ground(problem)
    found = Draft(ground.relaxation, ground.blocks, Clock(LONG, None))
    found.made(LONG, 1)
    assert sum(step.way is not None for step in found.sheet.board.steps) >= 5
    return found


def moved(draft, steps):
    board = draft.sheet.board
    for system, step in steps.items():
        board.back(system)
        board.take(system, step)
    return board


def spread(draft):
    """Seat every machine in the dearest place there is, full or not."""
    tables, found = draft.tables, {}
    for system, step in enumerate(draft.sheet.board.steps):
        if step.way is not None:
            rents = {crew: tables.rent[crew, :, step.period] for crew, _place, _n in step.seats}
            dear = {crew: int(np.where(rent < 1e14, rent, -1).argmax()) for crew, rent in rents.items()}
            seats = tuple((crew, place, int(tables.count[crew])) for crew, place in dear.items())
            found[system] = draft.sheet.board.step(system, step.choice, step.way, seats)
    return found


def test_the_places_are_those_that_the_whole_model_finds_for_the_same_dates(draft):
    before, worth = draft.sheet.saved(), draft.sheet.worth
    board = moved(draft, spread(draft))
    found = placed(board, Clock(LONG, None), LONG)
    moved(draft, found)
    assert {s: (step.period, step.way) for s, step in found.items()} == {
        s: (step.period, step.way) for s, step in enumerate(before.steps) if step.way is not None
    }
    counts = draft.tables.count
    for step in found.values():
        for crew in {crew for crew, _place, _n in step.seats}:
            assert sum(n for c, _place, n in step.seats if c == crew) == counts[crew]
    assert draft.sheet.holds
    caps = zip(board.change, board.tables.problem.caps, strict=False)
    assert all(board.tables.menus.kept(change, cap.raised) for change, cap in caps)
    assert draft.sheet.worth.cost <= worth.cost + 1e-4 * abs(worth.cost)
    problem = draft.tables.problem
    exact = dated(problem, board.decisions())
    mine = (staying(problem) / PPM + draft.sheet.worth.cost) / FEN_A_UNIT
    assert mine == pytest.approx(exact, rel=2e-4)
    draft.sheet.restore(before)


def dated(problem, decisions):
    """Return the least cost of the whole model at the dates of a plan, thousands of yuan."""
    x = build(problem)
    begin(problem, x, decisions)
    for ats in (*x.moved_at.values(), *x.retired_at.values()):
        for at in ats:
            at.bounds(at.varValue, at.varValue)
    x.model.setObjective(discounted_cost(problem, x))
    x.model.solve(pulp.HiGHS(msg=False, threads=1, gapRel=1e-6))
    return x.model.objective.value()


def test_nobody_moving_needs_no_places():
    city, scenario = generate(4, 2, 4, 1)
    problem = planner.formulate(city, topology.build(city), scenario)
    ground = Ground(problem)
    draft = Draft(ground.relaxation, ground.blocks, Clock(LONG, None))
    assert placed(draft.sheet.board, Clock(LONG, None), LONG) == {}


def test_the_cost_rule_counts_what_the_board_counts(draft):
    board, capping = draft.sheet.board, draft.relaxation.capping
    rents = np.array(
        [sum(draft.tables.annual[crew, place] * n for crew, place, n in s.seats) for s in board.steps], float
    )
    period = np.array([step.period for step in board.steps])
    moving = np.array([step.way is not None for step in board.steps])
    exact = board.change[:-1] @ capping.watched.T
    lost = capping.limit - np.array([[cap.raised] for cap in draft.tables.problem.caps])
    assert (np.abs(capping.used(rents, period, moving) - exact) <= lost).all()
    assert (lost >= FEN_LOST).all()


@given(seed=st.integers(0, 2**32 - 1))
def test_what_the_cost_rule_charges_is_its_prices_times_what_choices_change(draft, seed):
    board, capping, random = draft.sheet.board, draft.relaxation.capping, np.random.default_rng(seed)
    prices = random.exponential(1.0, capping.limit.shape)
    charges = capping.charges(prices)
    system = np.arange(len(board.steps))
    period = random.integers(0, board.tables.periods, len(system))
    moving, rents = random.random(len(system)) < 0.5, random.integers(0, 10**7, len(system)) * 1.0
    moved = charges.moved[system, period] + rents * charges.rates[system, period]
    paid = np.where(moving, moved, charges.retired[system, period]).sum()
    assert paid == pytest.approx((prices * capping.used(rents * moving, period, moving)).sum())


@given(seed=st.integers(0, 2**32 - 1))
def test_no_prices_give_a_bound_above_a_plan(draft, seed):
    """Neither the best prices found nor any near them."""
    random, best = np.random.default_rng(seed), draft.climb.duals

    def near(prices):
        return prices * random.uniform(0.5, 2.0, prices.shape)

    toll = Amounts(*(near(prices) for prices in best.toll.each()))
    for duals in (best, replace(best, toll=toll), replace(best, rule=near(best.rule))):
        lost, cost = draft.worth
        assert draft.relaxation.answer(duals, lost).bound <= cost + 1


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=6),
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
)
def test_what_fits_the_room_that_is_not_implied_fits_all(room, arriving):
    room = np.array([room], float)
    used = np.cumsum(arriving)[: room.shape[1]]
    assert (used <= unimplied(room)[0]).all() == (used <= room[0]).all()
