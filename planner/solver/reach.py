"""How the best value of one objective is searched: solver, pieces and prices, by the size of the problem."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

import numpy as np
import pulp

from planner.problem import Problem
from planner.problem.amounts import PPM
from planner.rules import FEN_A_UNIT, Choices, discounted_cost, staying
from planner.solver.blocks import Blocks
from planner.solver.decisions import decided
from planner.solver.draft import Draft
from planner.solver.duals import Climb, Goal
from planner.solver.exchange import Exchange
from planner.solver.menus import HALF_A_FEN, Menus
from planner.solver.prices import Relaxation
from planner.solver.repair import Repair
from planner.solver.search import Clock, End, Outcome, run
from planner.solver.start import drafted
from planner.solver.strict import Strict
from planner.solver.tables import Tables

SOLVED = 300
"""Systems up to which the solver is given the whole model; beyond, its relaxation alone takes the time."""
BETTERED = ("coverage", "cost")
"""Stages whose plans are bettered piece by piece."""
ALONE = 0.2
"""Part of a stage's time in which the solver hears of no other plan."""
PRICING = 0.15
"""Part of the time left for prices where the solver is not given the whole model."""
COVERED = 3_000.0
"""Thousands of yuan that a weight of coverage counts at the least while a plan is bettered."""
STRICT = 0.08
"""Part of the time of prices in which the cost rule is kept in full."""
BOUNDING = 0.15
"""Part of the cost stage that prices may take to bound it beforehand."""
ONE_PERIOD, SEVERAL = 0.05, 0.3
"""Part of the work for heuristics: an assignment of one period does best with the solver's own default."""

type Values = list[tuple[pulp.LpVariable, float | None]]


class Ground:
    """What is known of a problem before it is searched."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        menus = Menus(problem)
        self.blocks = Blocks(problem, menus)
        self.tables = Tables(problem, menus, self.blocks)

    @cached_property
    def covered(self) -> float:
        """Thousands of yuan that a weight of coverage counts: no block's cost outweighs it."""
        spans = [sum(float(np.ptp(menu.cost)) for menu in block.menus) for block in self.blocks.all]
        return max(COVERED, max(spans) / FEN_A_UNIT)

    @cached_property
    def relaxation(self) -> Relaxation:
        """What prices on everything scarce make of the problem."""
        return Relaxation(self.tables, self.blocks)

    def least_cost(self, uncovered: int, cost: float, clock: Clock) -> float:
        """Return a bound on the cost of plans that leave no more weight uncovered, thousands of yuan.

        Args:
            uncovered: the weight.
            cost: of a plan, discounted, against staying, fen.
            clock: stops the search; the first bound is found all the same.
        """
        climb = self.climb(uncovered, cost, clock, (1 - STRICT) * clock.left)
        return self.bound(climb, uncovered, clock)

    def climb(
        self, uncovered: int, cost: float, clock: Clock, seconds: float, start: Climb | None = None
    ) -> Climb:
        """Return what moving prices bring, see ``least_cost``.

        Args:
            uncovered: the weight.
            cost: of a plan, discounted, against staying, fen.
            clock: stops the search.
            seconds: limit.
            start: prices to begin with.
        """
        with clock.spending("prices"):
            goal = Goal(cost, self.covered * FEN_A_UNIT, clock.seconds + seconds, uncovered)
            return self.relaxation.climb(goal, clock, start.duals if start else None)

    def bound(self, climb: Climb, uncovered: int, clock: Clock) -> float:
        """Return the bound that prices give where the cost rule is kept in full, thousands of yuan.

        Args:
            climb: the prices.
            uncovered: weight that plans in question leave uncovered at the most.
            clock: stops the search for a better bound than that of the prices.
        """
        return self.strict(climb, uncovered, clock, clock.limit)[1]

    def strict(self, climb: Climb, uncovered: float, clock: Clock, until: float) -> tuple[Strict, float]:
        """Return what blocks pay where the cost rule is kept in full, and the bound, see ``bound``.

        Args:
            climb: the prices.
            uncovered: weight that plans in question leave uncovered at the most.
            clock: stops the search for a better bound than that of the prices.
            until: its seconds after which to come to an end.
        """
        with clock.spending("prices"):
            strict = Strict(self.relaxation, self.blocks, climb.duals, uncovered)
            found = strict.bound(clock, until)
        return strict, self.stated(found)

    def stated(self, bound: float) -> float:
        """Return a bound on the cost, thousands of yuan, of one on the cost against staying, fen."""
        return (staying(self.problem) / PPM + bound - HALF_A_FEN) / FEN_A_UNIT


@dataclass(frozen=True)
class Reach:
    """The search of a model, objective by objective."""

    problem: Problem
    x: Choices
    ground: Ground | None
    clock: Clock
    gap: float
    draft: Draft | None
    """What the variables hold at first; none where that is no plan."""

    @property
    def large(self) -> bool:
        """Whether the solver is not given the whole model."""
        return self.ground is not None and len(self.problem.movers) > SOLVED

    def stage(self, name: str, aim: pulp.LpAffineExpression, seconds: float, *, whole: bool) -> Outcome:
        """Search for the least value of an objective; the variables hold the plan afterwards.

        Args:
            name: of the stage, for the watcher.
            aim: the objective.
            seconds: limit.
            whole: True where it takes whole values only.
        """
        self.x.model.setObjective(aim)
        ground = self.ground
        if ground is None or name not in BETTERED:
            return self._solve(name, seconds, whole)
        if name == "coverage" and self.draft and self._all_covered(ground.blocks):
            return Outcome(End.proven, ground.blocks.least_uncovered)
        if name == "cost" and not self.large:
            return self._least_cost(ground, aim, seconds)
        outcome = (self._large if self.large else self._small)(ground, name, aim, seconds, whole)
        if name == "coverage" and outcome.end is End.found and self._all_covered(ground.blocks):
            return replace(outcome, end=End.proven, bound=ground.blocks.least_uncovered)
        if name == "cost" and outcome.end is End.found:
            return self._priced(ground, outcome, aim)
        return outcome

    def _least_cost(self, ground: Ground, aim: pulp.LpAffineExpression, seconds: float) -> Outcome:
        """Search for the least cost until a plan is as near to the bound that prices give as is asked for."""
        until = self.clock.seconds + seconds
        floor = self._floor(ground, aim, BOUNDING * seconds)
        enough = floor * (1 + self.gap)
        outcome = self._small(ground, "cost", aim, until - self.clock.seconds, False, enough)
        value = aim.value()
        if outcome.end is not End.found or value is None:
            return outcome
        bound = max(floor, -inf if outcome.bound is None else outcome.bound)
        return replace(outcome, bound=bound, end=End.proven if value <= enough else End.found)

    def _floor(self, ground: Ground, aim: pulp.LpAffineExpression, seconds: float) -> float:
        """Return the bound of prices on plans that cover as much as the one at hand, if there is one."""
        value, draft, until = aim.value(), self.draft, self.clock.seconds + seconds
        if value is None and draft is None:
            return -inf
        cost = draft.worth.cost if draft and value is None else self._rise(value or 0.0)
        left = ground.blocks.uncovered(decided(self.problem, self.x))
        climb = ground.climb(left, cost, self.clock, seconds, draft.climb if draft else None)
        return ground.strict(climb, left, self.clock, until)[1]

    def _all_covered(self, blocks: Blocks) -> bool:
        """Whether the draft covers all that can be covered; then the model is told so."""
        if blocks.uncovered(decided(self.problem, self.x)) > blocks.least_uncovered:
            return False
        for row in self.problem.coverage:
            self.x.covered[row.project].varValue = float(row.project not in blocks.hopeless)
        return True

    def _small(
        self,
        ground: Ground,
        name: str,
        aim: pulp.LpAffineExpression,
        seconds: float,
        whole: bool,
        enough: float = -inf,
    ) -> Outcome:
        """Let the solver look for a proof, and beside it draft and pieces for plans; they tell each other."""
        until = self.clock.seconds + seconds
        repair = self._repair(ground, name, aim)
        opens, least = self.clock.seconds + ALONE * seconds, -inf
        if name == "coverage":
            least = float(ground.blocks.least_uncovered)
        partner = Exchange(repair.standing, aim, self.clock, opens, least, enough)
        with ThreadPoolExecutor(1) as second:
            solving = second.submit(self._solve, name, seconds, whole, partner)
            if name == "coverage" and self.draft:
                self._drafted(self.draft, repair, until, lambda: solving.done() or partner.over)
            with self.clock.spending("repair"):
                planned = repair.run(self.clock, until, solving.done, partner)
        solved = solving.result()
        if planned and solved.end in (End.found, End.nothing):
            solved = self._first(aim, solved, repair)
        return solved

    def _drafted(self, draft: Draft, repair: Repair, until: float, over: Callable[[], bool]) -> None:
        """Go on with the draft until all is covered that can be; pieces begin with it where it is better."""
        least = repair.blocks.least_uncovered
        if found := draft.bettered(until, done=lambda: over() or draft.worth.lost <= least):
            repair.standing.turn(drafted(self.x, found), max(1.0, until - self.clock.seconds))

    def _rise(self, value: float) -> float:
        """Return a cost against staying, fen, of thousands of yuan."""
        return value * FEN_A_UNIT - staying(self.problem) / PPM

    def _first(self, aim: pulp.LpAffineExpression, solved: Outcome, repair: Repair) -> Outcome:
        """Leave the better of two plans in the variables: the one they hold or the one of the pieces."""
        theirs, before = aim.value(), values(self.x)
        repair.standing.hand_back()
        if theirs is not None and theirs < (aim.value() or 0.0):
            restore(before)
        return replace(solved, end=End.found)

    def _large(
        self, ground: Ground, name: str, aim: pulp.LpAffineExpression, seconds: float, whole: bool
    ) -> Outcome:
        """Better the plan piece by piece, and leave the bound to the prices.

        The pieces of the first of the two stages look at the cost, too, and take the time of both.
        """
        began = self.clock.seconds
        if aim.value() is None:
            repair = self._repair(ground, name, aim)
            with self.clock.spending("repair"):
                planned = repair.run(self.clock, (1 - PRICING) * self.clock.limit)
            if not planned:
                return self._solve(name, seconds, whole)
            repair.standing.hand_back()
        floor = ground.blocks.least_uncovered if name == "coverage" else None
        return Outcome(End.found, floor, self.clock.seconds - began)

    def _solve(self, name: str, seconds: float, whole: bool, partner: Exchange | None = None) -> Outcome:
        effort = ONE_PERIOD if len(self.problem.horizon) == 1 else SEVERAL
        before = values(self.x)
        outcome = run(
            self.x.model,
            self.clock,
            name,
            seconds=seconds,
            gap=self.gap,
            whole=whole,
            warm=True,
            effort=effort,
            partner=partner,
        )
        if outcome.end is End.nothing:
            restore(before)
        return outcome

    def _repair(self, ground: Ground, name: str, aim: pulp.LpAffineExpression) -> Repair:
        """Return the pieces of the plan at hand; where coverage comes first, its cost counts too."""
        if name == "coverage":
            self.x.model.setObjective(aim * ground.covered + discounted_cost(self.problem, self.x))
        found = Repair(self.problem, self.x, ground.blocks)
        self.x.model.setObjective(aim)
        return found

    def _priced(self, ground: Ground, outcome: Outcome, aim: pulp.LpAffineExpression) -> Outcome:
        """Return an outcome whose bound is no worse than the one that prices give."""
        left = ground.blocks.uncovered(decided(self.problem, self.x))
        bound = ground.least_cost(left, self._rise(aim.value() or 0.0), self.clock)
        return replace(outcome, bound=bound if outcome.bound is None else max(bound, outcome.bound))


def values(x: Choices) -> Values:
    """Return every variable with its present value."""
    return [(variable, variable.varValue) for variable in x.model.variables()]


def restore(before: Values) -> None:
    """Give variables their earlier values back."""
    for variable, value in before:
        variable.varValue = value
