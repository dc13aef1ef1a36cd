"""What would be if something were otherwise: planned again and set against the plan there is."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from inventory import City, UsageError
from inventory.text import _
from planner.explainer.conflict import conflicts
from planner.explainer.standing import Tight, tight
from planner.plan import Move, Plan, Stage, Status
from planner.problem import Problem, formulate
from planner.scenario import Scenario, applied, carried
from planner.solver import Clock, Watch, solve
from planner.verifier import verify
from topology import Graph


@dataclass(frozen=True)
class Difference:
    """By how much another plan differs from the one there is."""

    cost: int
    """Discounted money over the horizon, fen; positive where the other costs more."""
    least: int | None
    """The same between the true optima at least, by the proven bounds of both; none where the
    search broke off before it said anything."""
    most: int | None
    """And at most."""
    uncovered: int
    """Weight of projects not covered; positive where the other covers less."""
    distinguishable: bool
    """Whether the proven bounds of coverage or cost tell the two plans apart."""
    changed: tuple[str, ...]
    """Systems that do something else, at another time or elsewhere."""
    tight: tuple[Tight, ...] = ()
    """What takes nothing more in the other plan, but still does in the one there is."""


@dataclass(frozen=True)
class Trial:
    """Another scenario with its plan and the difference, or with the conflict that rules it out.

    Neither where the time ended before the cost of a plan was known.
    """

    plan: Plan
    difference: Difference | None


@dataclass(frozen=True)
class Study:
    """A plan that was found, with what it was made of and how long a new search may take."""

    plan: Plan
    city: City
    graph: Graph
    time_limit: float = 20.0
    gap: float = 0.001
    watch: Watch | None = field(default=None, compare=False)

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that the plan carries."""
        return carried(self.plan.scenario)

    @cached_property
    def problem(self) -> Problem:
        """The problem that the plan answers.

        Raises:
            UsageError: there is no plan, or it answers another inventory, or has no cost yet.
        """
        if not self.plan.found:
            raise UsageError(_("there is no plan to ask about: {status}").format(status=self.plan.status))
        if self.plan.digests.inventory != self.city.digest:
            raise UsageError(_("the plan was computed from another inventory: plan again"))
        if not _priced(self.plan):
            raise UsageError(_("the search for the plan ended before its cost: plan again with more time"))
        return self.formulated(self.scenario)

    @cached_property
    def tight(self) -> tuple[Tight, ...]:
        """What takes nothing more in the plan."""
        return tuple(tight(self.problem, self.plan))

    def formulated(self, scenario: Scenario) -> Problem:
        """Return the problem under another scenario, planned anew from the same earlier plan if any."""
        return replace(formulate(self.city, self.graph, scenario), earlier=self.plan.replanned)

    def otherwise(self, scenario: Scenario, *, looser: bool = False) -> Trial:
        """Plan under another scenario and set the result against the plan there is.

        Args:
            scenario: what is asked for instead.
            looser: True where it allows all that the plan's own allows, so that the plan
                itself stands in where nothing better is found in time.

        Raises:
            InputError: the scenario does not fit the city.
            SolverError: the solver broke down.
        """
        problem = self.formulated(scenario)
        found = solve(problem, time_limit=self.time_limit, gap=self.gap, watch=self.watch)
        if found.status is Status.infeasible:
            clock = Clock(self.time_limit, self.watch)
            found = found.model_copy(
                update={"conflict": conflicts(problem, clock, applied(self.city, scenario))}
            )
        if not _priced(found):
            return Trial(found, None)
        found = verify(found, self.city, scenario)
        if looser and _rank(found) > _rank(self.plan):
            return Trial(found, _none(difference(self.plan, found)))
        now = {(each.rule, each.subject) for each in self.tight}
        fresh = (each for each in tight(problem, found) if (each.rule, each.subject) not in now)
        return Trial(found, replace(difference(self.plan, found), tight=tuple(fresh)))


def _priced(plan: Plan) -> bool:
    """Whether a search came as far as the cost, so that its plan can be compared."""
    return any(stage.name == "cost" for stage in plan.stages)


def _rank(plan: Plan) -> tuple[float, float]:
    return _stage(plan, "coverage").objective, _stage(plan, "cost").objective


def _none(of: Difference) -> Difference:
    """Return the difference where the plan there is stands in for a worse one: nothing, to be sure."""
    fresh = replace(of, cost=0, uncovered=0, distinguishable=False, changed=())
    return replace(fresh, least=None, most=None) if of.uncovered else fresh


def difference(plan: Plan, other: Plan) -> Difference:
    """Return by how much another plan for the same city and horizon differs."""
    before = {move.system: _decision(move) for move in plan.moves}
    (low, more, high), covering = _between(plan, other, "cost"), _between(plan, other, "coverage")
    return Difference(
        cost=round(more),
        least=round(low),
        most=round(high),
        uncovered=round(covering[1]),
        distinguishable=not (low <= 0 <= high if covering[1] == 0 else covering[0] <= 0 <= covering[2]),
        changed=tuple(move.system for move in other.moves if before.get(move.system) != _decision(move)),
    )


def _between(plan: Plan, other: Plan, stage: str) -> tuple[float, float, float]:
    """Return by how much another plan is more in a stage: at least, as found, at most."""
    mine, theirs = _stage(plan, stage), _stage(other, stage)
    found = theirs.objective - mine.objective
    return theirs.bound - mine.objective, found, theirs.objective - mine.bound


def _stage(plan: Plan, name: str) -> Stage:
    nothing = Stage(name=name, objective=0, bound=0, gap=0)
    return next((stage for stage in plan.stages if stage.name == name), nothing)


def _decision(move: Move) -> tuple[object, ...]:
    return move.action, move.period, {(place.workload, place.pool): place.count for place in move.placements}
