"""How the best value of one objective is searched: solver, pieces and prices, by the size of the problem."""

from dataclasses import dataclass, replace
from functools import cached_property

import pulp

from planner.problem import Problem
from planner.problem.amounts import PPM
from planner.rules import FEN_A_UNIT, Choices, discounted_cost, staying
from planner.solver.blocks import Blocks
from planner.solver.decisions import decided
from planner.solver.menus import HALF_A_FEN, Menus
from planner.solver.prices import Relaxation
from planner.solver.repair import Repair
from planner.solver.search import Clock, End, Outcome, run
from planner.solver.tables import Tables

SOLVED = 300
"""Systems up to which the solver is given the whole model; beyond, its relaxation alone takes the time."""
BETTERED = ("coverage", "cost")
"""Stages whose plans are bettered piece by piece."""
PROBE = 0.15
"""Part of the time for coverage in which the solver may prove at once."""
PRICING = 0.2
"""Part of the time of a stage left for prices where the solver is not given the whole model."""
COVERED = 3_000.0
"""Thousands of yuan that a weight of coverage counts while a plan is bettered."""
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
    def _relaxation(self) -> Relaxation:
        return Relaxation(self.tables, self.blocks)

    def least_cost(self, uncovered: int, cost: float, clock: Clock) -> float:
        """Return a bound on the cost of plans that leave no more weight uncovered, thousands of yuan.

        Args:
            uncovered: the weight.
            cost: of a plan, discounted, against staying, fen.
            clock: stops the search; the first bound is found all the same.
        """
        with clock.spending("prices"):
            bound = self._relaxation.climb(uncovered, cost, clock)
        return (staying(self.problem) / PPM + bound - HALF_A_FEN) / FEN_A_UNIT


@dataclass(frozen=True)
class Reach:
    """The search of a model, objective by objective."""

    problem: Problem
    x: Choices
    ground: Ground | None
    clock: Clock
    gap: float
    drafted: bool
    """Whether the variables hold a draft, which is a plan."""

    def stage(self, name: str, aim: pulp.LpAffineExpression, seconds: float, *, whole: bool) -> Outcome:
        """Search for the least value of an objective; the variables hold the plan afterwards.

        Args:
            name: of the stage, for the watcher.
            aim: the objective.
            seconds: limit.
            whole: True where it takes whole values only.
        """
        self.x.model.setObjective(aim)
        if self.ground is None or name not in BETTERED:
            return self._solve(name, seconds, whole)
        if name == "coverage" and self.drafted and self._all_covered():
            return Outcome(End.proven, self.ground.blocks.least_uncovered)
        if len(self.problem.movers) > SOLVED:
            outcome = self._large(name, aim, seconds, whole)
        elif name == "coverage":
            outcome = self._covering(aim, seconds)
        else:
            outcome = self._solve(name, seconds, whole)
        if name == "cost" and outcome.end is End.found:
            return self._priced(outcome, aim)
        return outcome

    def _all_covered(self) -> bool:
        """Whether the draft covers all that can be covered; then the model is told so."""
        blocks = self.ground.blocks if self.ground else None
        done = decided(self.problem, self.x)
        if blocks is None or blocks.uncovered(done) > blocks.least_uncovered:
            return False
        for row in self.problem.coverage:
            self.x.covered[row.project].varValue = float(row.project not in blocks.hopeless)
        return True

    def _covering(self, aim: pulp.LpAffineExpression, seconds: float) -> Outcome:
        """Look for a proof at once; where there is none, better the plan piece by piece."""
        until = self.clock.seconds + seconds
        probed = self._solve("coverage", PROBE * seconds, whole=True)
        if probed.end in (End.proven, End.infeasible) or self.clock.stopped:
            return probed
        bettered = self._repair("coverage", aim, until)
        return replace(probed, end=End.found) if bettered else probed

    def _large(self, name: str, aim: pulp.LpAffineExpression, seconds: float, whole: bool) -> Outcome:
        """Better the plan piece by piece, and leave the bound to the prices."""
        began = self.clock.seconds
        if not self._repair(name, aim, began + (1 - PRICING) * seconds):
            return self._solve(name, seconds, whole)
        floor = self.ground.blocks.least_uncovered if self.ground and name == "coverage" else None
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

    def _repair(self, name: str, aim: pulp.LpAffineExpression, until: float) -> bool:
        """Better the plan piece by piece; where coverage comes first, its cost counts too."""
        if name == "coverage":
            self.x.model.setObjective(aim * COVERED + discounted_cost(self.problem, self.x))
        before, bettered = values(self.x), False
        if self.ground:
            with self.clock.spending("repair"):
                bettered = Repair(self.problem, self.x, self.ground.blocks).run(self.clock, until)
        if not bettered:
            restore(before)
        self.x.model.setObjective(aim)
        return bettered

    def _priced(self, outcome: Outcome, aim: pulp.LpAffineExpression) -> Outcome:
        """Return an outcome whose bound is no worse than the one that prices give."""
        if not self.ground:
            return outcome
        left = self.ground.blocks.uncovered(decided(self.problem, self.x))
        cost = (aim.value() or 0.0) * FEN_A_UNIT - staying(self.problem) / PPM
        bound = self.ground.least_cost(left, cost, self.clock)
        return replace(outcome, bound=bound if outcome.bound is None else max(bound, outcome.bound))


def values(x: Choices) -> Values:
    """Return every variable with its present value."""
    return [(variable, variable.varValue) for variable in x.model.variables()]


def restore(before: Values) -> None:
    """Give variables their earlier values back."""
    for variable, value in before:
        variable.varValue = value
