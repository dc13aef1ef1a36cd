"""What to do: which system moves where and when, proven, verified and explained."""

from inventory import City
from planner.explainer import explain
from planner.plan import Plan
from planner.problem import Problem, Since, formulate
from planner.scenario import Scenario, applied, extended, read_scenario
from planner.solver import Tick, Watch, solve
from planner.verifier import verify
from topology import Graph

__all__ = [
    "Plan",
    "Problem",
    "Scenario",
    "Since",
    "Tick",
    "Watch",
    "applied",
    "explain",
    "extended",
    "formulate",
    "propose",
    "read_scenario",
    "solve",
    "verify",
]


def propose(
    city: City,
    graph: Graph,
    scenario: Scenario,
    since: Since | None = None,
    *,
    time_limit: float = 60.0,
    gap: float = 0.001,
    watch: Watch | None = None,
) -> Plan:
    """Formulate, solve, verify and explain: a plan to show, or why there is none.

    Args:
        city: the inventory, before the scenario's overrides.
        graph: its topology.
        scenario: what may be decided within which limits.
        since: the plan to keep to, and from when on it may change.
        time_limit: seconds for the search; the explanation of a conflict comes on top.
        gap: relative gap asked for in the cost stage.
        watch: called during the search; returning ``False`` stops it and keeps the best.

    Raises:
        InputError: the scenario or the earlier plan does not fit the city.
        SolverError: the solver broke down.
    """
    problem = formulate(city, graph, scenario, since)
    plan = solve(problem, time_limit=time_limit, gap=gap, watch=watch)

    return explain(problem, verify(plan, city, scenario), city=applied(city, scenario), watch=watch)
