"""How the best value of one objective is searched: solver, pieces and prices, by the size of the problem."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pulp

from planner.problem import Problem
from planner.problem.amounts import PPM
from planner.rules import FEN_A_UNIT, Choices, discounted_cost, staying, uncovered
from planner.solver.blocks import Blocks
from planner.solver.decisions import Decisions, decided
from planner.solver.draft import Draft
from planner.solver.menus import HALF_A_FEN, Menus
from planner.solver.prices import Duals, Goal, Relaxation
from planner.solver.repair import Repair
from planner.solver.search import Clock, End, Outcome, run
from planner.solver.start import begin
from planner.solver.tables import Tables

SOLVED = 300
"""Systems up to which the solver is given the whole model; beyond, its relaxation alone takes the time."""
BETTERED = ("coverage", "cost")
"""Stages whose plans are bettered piece by piece."""
PROBE = 0.35
"""Part of a stage's time in which the solver may prove at once."""
ENDED = (End.proven, End.infeasible)
PRICING = 0.15
"""Part of the time left for prices where the solver is not given the whole model."""
COVERED = 3_000.0
"""Thousands of yuan that a weight of coverage counts at the least while a plan is bettered."""
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

    def least_cost(self, uncovered: int, cost: float, clock: Clock, start: Duals | None = None) -> float:
        """Return a bound on the cost of plans that leave no more weight uncovered, thousands of yuan.

        Args:
            uncovered: the weight.
            cost: of a plan, discounted, against staying, fen.
            clock: stops the search; the first bound is found all the same.
            start: prices to begin with.
        """
        with clock.spending("prices"):
            goal = Goal(cost, self.covered * FEN_A_UNIT, clock.limit, uncovered)
            climb = self.relaxation.climb(goal, clock, start)
        return (staying(self.problem) / PPM + climb.bound - HALF_A_FEN) / FEN_A_UNIT


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
        outcome = (self._large if self.large else self._small)(ground, name, aim, seconds, whole)
        if name == "cost" and outcome.end is End.found:
            return self._priced(ground, outcome, aim)
        return outcome

    def _all_covered(self, blocks: Blocks) -> bool:
        """Whether the draft covers all that can be covered; then the model is told so."""
        if blocks.uncovered(decided(self.problem, self.x)) > blocks.least_uncovered:
            return False
        for row in self.problem.coverage:
            self.x.covered[row.project].varValue = float(row.project not in blocks.hopeless)
        return True

    def _small(
        self, ground: Ground, name: str, aim: pulp.LpAffineExpression, seconds: float, whole: bool
    ) -> Outcome:
        """Look for a proof while the draft goes on; where there is none, let solver and pieces race."""
        until = self.clock.seconds + seconds
        with ThreadPoolExecutor(1) as second:
            probing = second.submit(self._solve, name, PROBE * seconds, whole)
            drafted = self._drafted(until, probing)
        probed = probing.result()
        if probed.end in ENDED or self.clock.stopped:
            return probed
        if drafted and self._better(drafted, ground.blocks, name, aim):
            self._take(drafted, ground.blocks.uncovered(drafted))
        repair = self._repair(ground, name, aim)
        with self.clock.spending("repair"), ThreadPoolExecutor(1) as second:
            solving = second.submit(self._solve, name, until - self.clock.seconds, whole)
            planned = repair.run(self.clock, until, solving.done)
        solved = solving.result()
        if planned and solved.end in (End.found, End.nothing):
            solved = self._first(aim, solved, repair)
        return _with_bound(solved, probed)

    def _drafted(self, until: float, probing: Future[Outcome]) -> Decisions | None:
        """Go on with the draft until the solver has finished."""
        return self.draft.bettered(until, done=probing.done) if self.draft else None

    def _better(self, drafted: Decisions, blocks: Blocks, name: str, aim: pulp.LpAffineExpression) -> bool:
        """Whether a draft is better than what the variables hold; they may hold an earlier one."""
        value, left = aim.value(), blocks.uncovered(drafted)
        if value is None or self.draft is None:
            return True
        if name == "coverage":
            return left < value
        kept = blocks.uncovered(decided(self.problem, self.x))
        return (left, self.draft.worth.cost) < (kept, self._rise(value))

    def _take(self, drafted: Decisions, left: int) -> None:
        """Go on from a draft; nobody covers less from now on."""
        begin(self.problem, self.x, drafted)
        self.x.model.addConstraint(uncovered(self.problem, self.x) <= left)

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

    def _solve(self, name: str, seconds: float, whole: bool) -> Outcome:
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


def _with_bound(outcome: Outcome, probed: Outcome) -> Outcome:
    """Return an outcome with the better bound and the seconds of both; a plan once found stays one."""
    bounds = [bound for bound in (outcome.bound, probed.bound) if bound is not None]
    end = probed.end if outcome.end is End.nothing else outcome.end
    seconds = outcome.seconds + probed.seconds
    return replace(outcome, end=end, bound=max(bounds, default=None), seconds=seconds)


def values(x: Choices) -> Values:
    """Return every variable with its present value."""
    return [(variable, variable.varValue) for variable in x.model.variables()]


def restore(before: Values) -> None:
    """Give variables their earlier values back."""
    for variable, value in before:
        variable.varValue = value
