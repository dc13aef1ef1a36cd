"""Dates and places of everybody at once: what is advised keeps what it must, and machines find room."""

import numpy as np
import pulp
import pytest

import planner
import topology
from benchmarks.instances import generate
from planner.solver import Clock
from planner.solver.advice import Picks
from planner.solver.draft import Draft
from planner.solver.reach import Ground
from planner.solver.rounding import Whole
from planner.solver.seating import Seating

LONG = 600.0
pytestmark = pytest.mark.xdist_group("advice")


class Case:
    """A plan of a generated city that covers all it can, and what its prices advise."""

    def __init__(self, seed):
        city, scenario = generate(120, 4, 12, seed)
        self.ground = Ground(planner.formulate(city, topology.build(city), scenario))
        self.clock = Clock(LONG, None)
        self.draft = Draft(self.ground.relaxation, self.ground.blocks, self.clock)
        self.draft.made(LONG, 1)
        left = int(self.draft.worth.lost)
        assert left == self.ground.blocks.least_uncovered
        climb = self.ground.climb(left, self.draft.worth.cost, self.clock, 2.0)
        self.strict, self.bound = self.ground.strict(climb, left, self.clock, LONG)
        self.crossing = self.draft.crossing(climb, self.strict)
        self.sheet, self.board = self.draft.sheet, self.draft.sheet.board
        self.advised = self.crossing._advised(60.0)


@pytest.fixture(scope="module", params=[2, 3])
def made(request):
    return Case(request.param)


@pytest.fixture
def case(made):
    made.sheet.restore(made.draft.best)
    return made


def seated(case):
    seating = Seating(case.sheet, case.advised, case.clock)
    return seating.place(60.0, case.crossing.prices)


def test_advised_dates_keep_everything_scarce_but_pools(case):
    Seating(case.sheet, case.advised, case.clock)
    excess = case.board.excess()
    assert not any(getattr(excess, of).any() for of in ("team", "cutovers", "budget", "lines"))
    assert case.sheet.holds
    assert case.sheet.worth.lost == case.draft.worth.lost
    moving = [s for s, course in case.advised.items() if course.way is not None]
    assert moving
    assert all(case.board.steps[s].period == case.advised[s].period for s in moving)


def test_a_block_may_do_what_costs_least_beyond_what_is_paid_and_what_it_does(case):
    picks = Picks(case.strict, case.board, case.crossing.allowed, case.crossing._course)
    for b in case.sheet.turns:
        picked, block = picks.of(b), case.strict.blocks[b]
        choices = [tuple(course.choice for course in courses) for courses in picked.courses]
        assert tuple(case.board.steps[s].choice for s in picked.systems) in choices
        beyond = block.beyond(case.strict.split.paid)
        assert tuple(block.columns[beyond.argmin()].tolist()) in choices


def test_everybody_at_once_is_a_plan_no_dearer_than_the_draft_and_no_cheaper_than_the_bound(case):
    seated(case)
    assert case.sheet.holds
    assert case.board.sound
    assert case.sheet.worth.lost == case.draft.worth.lost
    assert case.sheet.worth.cost < case.draft.best.worth.cost
    assert case.ground.stated(case.sheet.worth.cost) >= case.bound
    for s, step in enumerate(case.board.steps):
        if step.way is not None:
            counts = np.bincount([c for c, _p, _n in step.seats], [n for _c, _p, n in step.seats])
            crews = np.flatnonzero(case.board.tables.crew_way == step.way)
            assert counts[crews].tolist() == case.board.tables.count[crews].tolist(), s


def test_only_rooms_that_are_full_are_worth_something(case):
    worth = seated(case)
    board = case.board
    free = board.limits.rooms - board.used.rooms
    assert (worth >= 0).all()
    wide = free > 0.2 * board.limits.rooms
    assert not worth[wide].any()


def test_who_finds_no_place_in_time_decides_anew(case):
    """Without time for the relaxation nobody has places: blocks decide one after another."""
    seating = Seating(case.sheet, case.advised, case.clock)
    worth = seating.place(0.0, case.crossing.prices)
    assert worth is None or worth.any()
    assert not case.board.excess().rooms.any()
    assert case.board.sound


def knapsack(most):
    """Two groups of two things: 3 + 3 and 2 + 2 of a limit, all worth taking."""
    model = pulp.LpProblem("knapsack", pulp.LpMinimize)
    groups = [[model.add_variable(f"x[{g},{n}]", 0, 1, "Integer") for n in range(2)] for g in range(2)]
    spare = model.add_variable("spare", 0, 0)
    (a, b), (c, d) = groups
    model.addConstraint(3 * a + 3 * b + 2 * c + 2 * d + spare <= most)
    model.setObjective(-9 * a - 9 * b - 2 * c - 2 * d + 1000)
    return Whole(model, groups, spare)


@pytest.mark.parametrize(("most", "spare", "whole"), [(10, 0, [True, True]), (9, 0, [True, False])])
def test_groups_are_whole_where_all_their_numbers_are(most, spare, whole):
    model = knapsack(most)
    assert model.relaxed(spare, Clock(LONG, None), 10.0) == whole


def test_what_is_spared_in_the_relaxation_is_there_for_what_is_rounded():
    model = knapsack(10)
    assert model.relaxed(1.0, Clock(LONG, None), 10.0) == [True, False]
    assert model.rounded(1.0, Clock(LONG, None), 1e-6)
    values = [round(variable.varValue) for group in model.groups for variable in group]
    assert values == [1, 1, 1, 1]
    assert all((v.lowBound, v.upBound) == (0, 1) for group in model.groups for v in group)
    assert model.spare.upBound == 0


def test_where_nothing_is_found_beside_what_is_whole_what_was_done_before_may_be_done():
    """The relaxation takes a whole thing beside which the rest of the sum cannot be whole."""
    model = pulp.LpProblem("pair", pulp.LpMinimize)
    one, a, b = (model.add_variable(name, 0, 1, "Integer") for name in ("one", "a", "b"))
    spare = model.add_variable("spare", 0, 0)
    model.addConstraint(one + 2 * a + 2 * b == 4)
    model.setObjective(-10 * one + a + b + 100)
    for variable, value in ((one, 0), (a, 1), (b, 1)):
        variable.setInitialValue(value)
    whole = Whole(model, [[one], [a, b]], spare)
    assert whole.rounded(0.0, Clock(LONG, None), 1e-6)
    assert [round(v.varValue) for v in (one, a, b)] == [0, 1, 1]
