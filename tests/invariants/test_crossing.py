"""Plans crossed with what prices advise: small models beside the board, and what they lead to."""

import numpy as np
import pytest

import planner
import topology
from benchmarks.instances import generate
from planner.solver import Clock, crossing, drawn_up
from planner.solver.counsel import Counsel
from planner.solver.courses import Courses
from planner.solver.crossing import Crossing, Placed, _reserved
from planner.solver.draft import Draft
from planner.solver.reach import Ground
from planner.solver.regret import Regrets
from planner.solver.scarce import Amounts, nothing
from planner.solver.strict import Strict

LONG = 600.0


class Case:
    """A first plan of a generated city of thirty systems, and its crossing."""

    def __init__(self, seed):
        self.city, self.scenario = generate(30, 3, 12, seed)
        self.problem = planner.formulate(self.city, topology.build(self.city), self.scenario)
        self.ground = Ground(self.problem)
        self.clock = Clock(LONG, None)
        self.draft = Draft(self.ground.relaxation, self.ground.blocks, self.clock)
        self.draft.made(LONG, 1)
        self.sheet, self.board = self.draft.sheet, self.draft.sheet.board
        left = int(self.draft.worth.lost)
        climb = self.ground.climb(left, self.draft.worth.cost, self.clock, 1.0)
        self.crossing = self.draft.crossing(climb, self.ground.strict(climb, left, self.clock, LONG)[0])

    def again(self, climb):
        """Return the crossing of what is on the sheet now."""
        strict = Strict(self.ground.relaxation, self.ground.blocks, climb.duals, self.sheet.worth.lost)
        return Crossing(self.sheet, strict, climb, self.crossing.counsel.prices, self.clock)

    @property
    def everybody(self):
        return [s for b in self.sheet.turns for s in self.sheet.systems(b)]


@pytest.fixture(params=[1, 2, 3])
def case(request):
    return Case(request.param)


def standing(model):
    """Give the variables the values that what everybody does comes to; nothing more is covered."""
    model.begin()
    for each in model.model.variables():
        if each.name[0] == "c":
            each.varValue = 0


def test_what_everybody_does_is_a_solution_that_costs_what_the_board_says(case):
    courses = case.crossing._courses(case.everybody, None)
    assert sum(len(each) > 1 for each in courses.values()) >= 5
    alone = {s: each[:1] for s, each in courses.items()}
    model = Placed(case.board, alone, nothing(case.draft.tables), 0.0, 0.0)
    standing(model)
    assert all(constraint.valid(1e-6) for constraint in model.model.constraints())
    cost = sum(case.board.steps[s].cost for s in case.everybody) / 100_000
    assert model.model.objective.value() == pytest.approx(cost, abs=1e-6)


def test_a_course_that_breaks_a_limit_is_no_solution(case):
    """Everybody at once in the first period that is open to them: too many cutovers for the model."""
    tables = case.draft.tables
    hasty = {}
    for s in case.everybody:
        going = [c for c in case.crossing.allowed[s] if tables.menu[s].moving[c]]
        hasty[s] = [case.crossing._course(s, going[0])] if going else [case.crossing._course(s, 0)]
    periods = np.array([each[0].period for each in hasty.values()])
    most = int(case.scenario.cutovers or 0)
    assert np.bincount(periods, minlength=13)[:12].max() > most
    model = Courses(case.board, {s: [*each, case.crossing._course(s, 0)] for s, each in hasty.items()})
    for s, go in model.go.items():
        if go[0] is not None:
            go[0].varValue, go[1].varValue = float(hasty[s][0].way is not None), 0.0
    assert not all(constraint.valid(1e-6) for constraint in model.model.constraints())


def test_crossing_loses_nothing_and_ends_in_a_plan(case, monkeypatch):
    monkeypatch.setattr(crossing, "TOGETHER", {True: 15, False: 15})
    before = case.sheet.worth
    found = case.draft.crossed(case.crossing, case.clock.seconds + 50)
    assert case.draft.worth <= before
    plan = planner.verify(drawn_up(case.problem, found, case.clock), case.city, case.scenario)
    assert plan.verified
    assert case.ground.blocks.uncovered(found) <= before.lost


def test_crossing_finds_a_better_plan(case):
    """A first plan goes at the wrong time, or covers less than it could."""
    before = case.draft.worth
    case.draft.crossed(case.crossing, case.clock.seconds + 50)
    after = case.draft.worth
    assert after.lost < before.lost or before.cost - after.cost > 1_000_000


def test_crossing_covers_what_stayed(case):
    for b in case.sheet.turns:
        case.sheet.stay(b)
    lost = case.sheet.worth.lost
    climb = case.ground.climb(case.ground.blocks.least_uncovered, 0.0, case.clock, 1.0)
    again = case.again(climb)
    again.run(case.clock.seconds + 5, lambda: None)
    assert case.sheet.worth.lost < lost
    assert case.sheet.holds
    assert case.board.sound


@pytest.mark.parametrize(("helps", "gap"), [(True, 0.15 * 0.002), (False, 2e-3)])
def test_a_plan_that_follows_advice_is_crossed_the_finer_the_less_is_left_to_gain(helps, gap, monkeypatch):
    case, gaps = Case(1), []

    def run(counsel, *_given):
        counsel.reached = better.worth.cost - 0.002 * case.ground.relaxation.worth
        if helps:
            case.sheet.restore(better)

    def steps(_model, _clock, _seconds, gap):
        gaps.append(gap)

    better = case.sheet.saved()
    for b in case.sheet.turns:
        case.sheet.stay(b)
    monkeypatch.setattr(Counsel, "run", run)
    monkeypatch.setattr(Placed, "steps", steps)
    case.crossing.run(LONG, lambda: None)
    assert gaps[0] == pytest.approx(gap)


def test_steps_that_make_no_plan_are_undone(case):
    before, worth = list(case.board.steps), case.sheet.worth
    busy = next(s for s in case.everybody if case.board.steps[s].way is not None)
    block = next(b for b in case.sheet.turns if busy in case.sheet.systems(b))
    dear = {s: case.board.steps[s] for s in case.sheet.systems(block)}
    case.draft.tables.room[:] = 0
    assert not case.sheet.follow(dear, case.board.orders)
    assert case.board.steps == before
    assert case.sheet.worth == worth


def test_who_gains_least_goes_back_where_not_all_fits(case):
    """One cutover less than what is to be done needs: one block does not do it, the others do."""
    sheet, board = case.sheet, case.board
    busy = int(board.used.cutovers.argmax())
    doing = {b: sheet.doing(b) for b in sheet.turns}
    steps = {s: board.steps[s] for s in case.everybody}
    for b in sheet.turns:
        sheet.stay(b)
    case.draft.tables.cutovers[busy] = (
        sum(step.way is not None and step.period == busy for step in steps.values()) - 1
    )
    board.order(board.orders)
    assert sheet.follow(steps, board.orders)
    assert sheet.holds
    assert board.used.cutovers[busy] <= board.limits.cutovers[busy]
    assert sum(sheet.doing(b) != doing[b] for b in sheet.turns) == 1


def test_parts_crossed_at_the_same_time_share_what_is_free(case):
    free = case.board.free()
    first = _reserved(free, None)
    granted = Amounts(*(of - kept for of, kept in zip(free.each(), first.each(), strict=True)))
    second = _reserved(free, granted)
    assert not any(kept.any() for kept in _reserved(free, None, alone=True).each())
    for of, kept, other in zip(free.each(), first.each(), second.each(), strict=True):
        assert (kept >= 0).all()
        assert (other <= of).all()
        assert ((of - kept) + (of - other) <= of).all()


def test_at_no_prices_regret_is_money_beyond_the_cheapest_that_a_block_could_do(case):
    relaxation = case.ground.relaxation
    regret = Regrets(relaxation, relaxation.free()).of(case.sheet)
    assert regret.max() > 0
    for b, block in enumerate(case.sheet.blocks):
        least = sum(menu.cost[block.columns[:, n]] for n, menu in enumerate(block.menus)).min()
        assert regret[b] == pytest.approx(case.sheet.value(b).cost - least, abs=100)


def test_nobody_regrets_less_than_nothing_at_any_prices(case):
    regret = case.crossing.regrets.of(case.sheet)
    assert regret.min() > -1
    assert regret.sum() > 0


def test_without_advice_those_come_first_who_regret_most(case, monkeypatch):
    monkeypatch.setattr(crossing, "TOGETHER", {True: 4, False: 4})
    regret = case.crossing.regrets.of(case.sheet)
    parts = list(case.crossing._parts(None))
    dearest = case.sheet.systems(max(case.sheet.turns, key=lambda b: regret[b]))
    assert set(dearest) <= parts[0]
    assert len(set().union(*parts)) == sum(len(part) for part in parts)
    whole = [set(case.sheet.systems(b)) for b in case.sheet.turns]
    assert all(block <= part or not block & part for block in whole for part in parts)


def test_time_over_means_no_crossing(case):
    before = case.sheet.worth
    told = []
    case.crossing.run(case.clock.seconds - 1, lambda: told.append(case.sheet.worth))
    assert not told
    assert case.sheet.worth == before


def test_a_draft_goes_on_from_what_was_decided_elsewhere(case):
    ground = Ground(case.problem)
    draft = Draft(ground.relaxation, ground.blocks, case.clock)
    decided = case.sheet.board.decisions()
    assert draft.adopt(decided)
    assert draft.sheet.board.decisions() == decided
    assert draft.worth.lost == case.draft.worth.lost
    assert draft.worth.cost == pytest.approx(case.draft.worth.cost)


def test_a_draft_does_not_go_on_from_what_is_no_plan(case):
    decided = case.sheet.board.decisions()
    draft = Draft(case.ground.relaxation, case.ground.blocks, case.clock)
    draft.tables.room[:] = 0
    draft.sheet.board.order(draft.sheet.board.orders)
    assert decided.moved
    assert not draft.adopt(decided)
    assert not draft.sheet.board.decisions().moved


def test_crossing_may_leave_another_project_uncovered(case):
    """While not all is covered, what is covered may change, but never grow less."""
    block = max(case.sheet.turns, key=lambda b: case.sheet.lost[b].max())
    case.sheet.stay(block)
    lost = case.sheet.worth.lost
    assert lost > case.ground.relaxation.lost
    again = case.again(case.crossing.climb)
    free = [len(choices) for choices in again.allowed]
    case.ground.relaxation.lost = lost
    tied = case.again(again.climb).allowed
    assert sum(len(choices) for choices in tied) < sum(free)
    again.run(case.clock.seconds + 3, lambda: None)
    assert case.sheet.worth.lost <= lost
