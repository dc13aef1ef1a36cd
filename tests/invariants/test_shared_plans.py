"""The solver and another search that tell each other their plans."""

import numpy as np
import pytest

import planner
import topology
from benchmarks.instances import generate
from inventory.errors import SolverError
from planner.problem.amounts import PPM
from planner.rules import FEN_A_UNIT, discounted_cost, staying
from planner.solver import Clock, build
from planner.solver.exchange import Exchange
from planner.solver.pieces import Standing
from planner.solver.reach import Reach
from planner.solver.search import End, run

LONG = 600.0


class Case:
    """A model of the cost, the plan in which all stay, and a proven plan."""

    def __init__(self):
        city, scenario = generate(16, 2, 8, 2)
        self.problem = planner.formulate(city, topology.build(city), scenario)
        self.x = build(self.problem)
        self.aim = discounted_cost(self.problem, self.x)
        self.x.model.setObjective(self.aim)
        self.outcome = run(self.x.model, Clock(LONG, None), "cost", seconds=LONG)
        self.best = self.aim.value()
        self.standing = Standing(self.x.model)
        self.values = self.standing.values.copy()

    def partner(self, opens=0.0, least=-np.inf, enough=-np.inf):
        return Exchange(self.standing, self.aim, Clock(LONG, None), opens, least, enough)


@pytest.fixture(scope="module")
def case():
    found = Case()
    assert found.outcome.end is End.proven
    assert found.best < staying(found.problem) / PPM / FEN_A_UNIT - 1
    return found


def test_a_plan_is_worth_what_the_objective_says(case):
    assert case.partner().value(case.values) == pytest.approx(case.best, abs=1e-6)


def test_a_better_plan_is_told_once_and_a_worse_one_never(case):
    partner = case.partner()
    assert partner.better(np.inf) is None
    partner.offer(case.values)
    assert partner.better(case.best - 1) is None
    partner.offer(case.values)
    assert partner.better(np.inf) is not None
    partner.offer(case.values)
    np.testing.assert_array_equal(partner.better(case.best + 1), case.values)
    assert partner.better(case.best + 1) is None


def test_nothing_is_told_before_the_solver_has_had_its_time(case):
    partner = case.partner(opens=LONG)
    partner.offer(case.values)
    assert partner.better(np.inf) is None


def test_the_solver_tells_what_it_finds(case):
    partner = case.partner()
    for variable in case.x.model.variables():
        variable.varValue = None
    run(case.x.model, Clock(LONG, None), "cost", seconds=LONG, partner=partner)
    told = partner.taken()
    assert partner.taken() is None
    assert partner.value(told) == pytest.approx(case.best, rel=2e-6)
    activity = case.standing.matrix @ told
    assert (activity <= case.standing.most + 1e-5).all()
    assert (activity >= case.standing.least - 1e-5).all()


def test_a_plan_than_which_none_is_better_ends_the_search(case):
    partner = case.partner(least=case.best + 1e-6)
    assert not partner.over
    partner.offer(case.values)
    assert partner.over
    for variable in case.x.model.variables():
        variable.varValue = None
    stopped = run(case.x.model, Clock(LONG, None), "cost", seconds=LONG, partner=partner)
    assert stopped.end in (End.found, End.nothing)


def test_a_plan_that_is_good_enough_ends_the_search_once_the_solver_has_had_its_time(case):
    for opens, over in ((0.0, True), (LONG, False)):
        partner = case.partner(opens=opens, enough=case.best + 1)
        assert not partner.over
        partner.offer(case.values)
        assert partner.over is over
        partner.found(case.values)
        assert partner.over
    worse = case.partner(enough=case.best - 1)
    worse.found(case.values)
    assert not worse.over


def test_the_cost_is_searched_until_a_plan_is_near_enough_to_the_bound_of_prices(case, monkeypatch):
    def cost(gap):
        plan = planner.solve(case.problem, time_limit=60, gap=gap)
        return next(stage for stage in plan.stages if stage.name == "cost")

    least = cost(0.0)
    assert least.gap < 1e-6
    monkeypatch.setattr(Reach, "_floor", lambda *_given: least.objective / FEN_A_UNIT)
    near = cost(0.02)
    assert near.proven
    assert near.bound == pytest.approx(least.objective, rel=1e-9)
    assert near.objective <= 1.02 * least.objective
    monkeypatch.setattr(Reach, "_floor", lambda *_given: 2 * least.objective / FEN_A_UNIT)
    with pytest.raises(SolverError, match="above the plan"):
        cost(0.02)


def test_the_solver_takes_a_plan_it_is_told(case):
    """Every plan that it finds without being told is worse: a search of no node and no heuristics."""
    told = []

    class Teller(Exchange):
        def better(self, known):
            found = super().better(known)
            told.extend([] if found is None else [known])
            return found

    partner = Teller(case.standing, case.aim, Clock(LONG, None), 0.0, -np.inf)
    partner.offer(case.values)
    for variable in case.x.model.variables():
        variable.varValue = None
    outcome = run(case.x.model, Clock(LONG, None), "cost", seconds=LONG, partner=partner, effort=0.0)
    assert told
    assert outcome.end is End.proven
    assert case.aim.value() == pytest.approx(case.best, rel=2e-6)
