"""Dates and places of everybody at once: what is advised keeps what it must, and machines find room."""

from dataclasses import replace
from functools import partial

import numpy as np
import pulp
import pytest

import planner
import topology
from benchmarks.instances import generate
from planner.rules import FEN_A_UNIT
from planner.solver import Clock, counsel
from planner.solver.advice import Advice
from planner.solver.columns import Picks
from planner.solver.counsel import Counsel
from planner.solver.draft import Draft
from planner.solver.reach import Ground
from planner.solver.rounding import Whole
from planner.solver.scarce import Amounts
from planner.solver.seating import Seating
from planner.solver.strict import Strict

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
        self.counsel = self.crossing.counsel
        self.columns = self._picks().of(self.sheet.turns)
        self.advice = Advice(self.board, self._systems(), self.columns, self.ground.relaxation.worth)
        self.relaxed = self.advice.relaxed(self.clock, 60.0)
        self.value, self.tolls = self.advice.courses.model.objective.value(), self.advice.courses.tolls()
        self.advised = self.advice.rounded(self.relaxed, self.clock, 60.0).courses

    def _picks(self):
        return Picks(self.strict, self.board, self.crossing.allowed, self.crossing._course, lambda _b: 0.0)

    def _systems(self):
        return {b: self.sheet.systems(b) for b in self.sheet.turns}


@pytest.fixture(scope="module", params=[2, 3])
def made(request):
    return Case(request.param)


@pytest.fixture
def case(made):
    made.sheet.restore(made.draft.best)
    return made


def anew(case):
    """Counsel with a bound of its own, which it changes."""
    ground, left = case.ground, case.sheet.worth.lost
    strict = Strict(ground.relaxation, ground.blocks, case.strict.duals, left)
    strict.bound(case.clock, LONG)
    return Counsel(case.sheet, strict, case.crossing._course, case.counsel.prices, Clock(LONG, None))


def seated(case):
    seating = Seating(case.sheet, case.sheet.turns, case.advised, case.clock)
    return seating.place(60.0, case.counsel.prices)


def test_advised_dates_keep_everything_scarce(case):
    Seating(case.sheet, case.sheet.turns, case.advised, case.clock)
    excess = case.board.excess()
    assert not any(getattr(excess, of).any() for of in ("team", "cutovers", "budget", "lines"))
    assert case.sheet.holds
    assert case.sheet.worth.lost == case.draft.worth.lost
    moving = [s for s, course in case.advised.items() if course.way is not None]
    assert moving
    assert all(case.board.steps[s].period == case.advised[s].period for s in moving)


def test_what_is_advised_has_room_with_machines_in_parts(case):
    limits = case.board.limits.rooms
    taken = sum(
        column.need * round(variable.varValue)
        for b, columns in case.columns.items()
        for variable, column in zip(case.advice.chosen[b], columns, strict=False)
    )
    alone = sum(of[0].need for of in case.columns.values() if len(of) == 1)
    assert (taken + alone <= limits * (1 + 1e-6)).all()
    assert (taken > 0.9 * limits).any()


def test_a_block_may_do_what_costs_least_beyond_what_is_paid_and_what_it_does(case):
    for b, columns in case.columns.items():
        block = case.strict.blocks[b]
        choices = [tuple(course.choice for course in column.courses) for column in columns]
        assert choices[0] == tuple(case.board.steps[s].choice for s in case.sheet.systems(b))
        beyond = block.beyond(case.strict.split.paid)
        assert tuple(block.columns[beyond.argmin()].tolist()) in choices


def test_a_column_costs_what_its_block_does_and_no_less_than_the_bound_knows(case):
    """At the prices of pools no column costs less than the bound says of its combination."""
    rooms, strict = case.strict.duals.toll.rooms, case.strict
    scarce = strict.relaxation.costs(strict.duals) - strict.relaxation.costs(pools_alone(strict))
    for b, columns in case.columns.items():
        block, steps = strict.blocks[b], case.sheet.steps(b)
        assert columns[0].cost == pytest.approx(sum(step.cost for step in steps))
        for column in columns[1:]:
            choices = [course.choice for course in column.courses]
            number = int(np.flatnonzero((block.columns == choices).all(1))[0])
            least = (block.least - block.total(scarce))[number]
            assert column.cost + float((rooms * column.need).sum()) >= least - 1


def pools_alone(strict):
    """The prices of a bound, but for everything scarce beside pools, and the cost rule's own."""
    duals = strict.duals
    none = [np.zeros_like(of) for of in duals.toll.each()[1:]]
    return replace(strict.relaxation.free(), toll=Amounts(duals.toll.rooms, *none), rule=duals.rule)


def test_the_relaxation_is_no_cheaper_than_the_bound_and_its_tolls_are_of_what_is_full(case):
    assert case.relaxed.whole.count(True) > 0.5 * len(case.relaxed.whole)
    worth = case.ground.relaxation.worth / FEN_A_UNIT
    assert case.strict.reached / FEN_A_UNIT <= case.value - worth
    board = case.board
    Seating(case.sheet, case.sheet.turns, case.advised, case.clock).place(60.0, case.counsel.prices)
    pairs = zip(case.tolls.each(), board.used.each(), board.limits.each(), strict=True)
    assert all((toll >= 0).all() for toll in case.tolls.each())
    assert not any(toll[used < 0.5 * limit].any() for toll, used, limit in pairs)
    assert case.tolls.rooms.any()


def test_prices_that_the_advice_corrects_raise_the_bound_and_stay_below_the_plan(case):
    of, before = anew(case), case.strict.reached
    of.run(case.crossing._allowed, 60.0, lambda: None)
    assert of.times
    assert before < of.reached <= case.sheet.worth.cost
    assert of.bound(case.sheet.worth.lost, LONG) == of.reached


def test_many_are_advised_group_by_group_those_together_who_wait_for_each_other(case, monkeypatch):
    monkeypatch.setattr(counsel, "TOGETHER", 40)
    of = anew(case)
    first, second = of._groups(), of._groups()
    assert sorted(b for group in first for b in group) == sorted(case.sheet.turns)
    assert sorted(map(sorted, first)) != sorted(map(sorted, second))
    group_of = {s: n for n, group in enumerate(first) for b in group for s in case.sheet.systems(b)}
    apart = [group_of[a] != group_of[b] for a, b in case.board.tables.order.tolist()]
    assert len(apart) > 5
    assert sum(apart) < len(apart) / 2
    for b in case.sheet.turns:
        case.sheet.stay(b)
    before = case.sheet.worth
    of.run(partial(case.crossing._allowed, covering=True), 20.0, lambda: None)
    assert case.sheet.worth.lost < before.lost
    assert of.bound(case.sheet.worth.lost, LONG) <= case.sheet.worth.cost
    assert case.sheet.holds
    assert case.board.sound


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


def test_who_finds_no_place_decides_anew(case, monkeypatch):
    """Where the relaxation has no time nobody has places: blocks decide one after another."""
    monkeypatch.setattr(Whole, "relaxed", lambda *_given: None)
    seated(case)
    assert not case.board.excess().rooms.any()
    assert case.board.sound
    assert any(step.way is not None for step in case.board.steps)


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
    assert model.relaxed(spare, Clock(LONG, None), 10.0).whole == whole


def test_what_is_spared_in_the_relaxation_is_there_for_what_is_rounded():
    model = knapsack(10)
    relaxed = model.relaxed(1.0, Clock(LONG, None), 10.0)
    assert relaxed.whole == [True, False]
    assert relaxed.rounded(Clock(LONG, None), 1e-6)
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
    assert whole.relaxed(0.0, Clock(LONG, None), 10.0).rounded(Clock(LONG, None), 1e-6)
    assert [round(v.varValue) for v in (one, a, b)] == [0, 1, 1]
