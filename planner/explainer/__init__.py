"""Explanations in business words: why no plan, why a system stays, why it goes late."""

from inventory.model import City
from planner.explainer.conflict import conflicts
from planner.explainer.forcing import forced
from planner.explainer.margins import Margin, margins
from planner.explainer.places import Place, places
from planner.explainer.pricing import Price, prices
from planner.explainer.reasons import reasoned
from planner.explainer.standing import Tight, chosen
from planner.explainer.study import Difference, Study, Trial
from planner.plan import Plan, Status
from planner.problem import Problem
from planner.solver import Clock, Watch

__all__ = [
    "Difference",
    "Margin",
    "Place",
    "Price",
    "Study",
    "Tight",
    "Trial",
    "chosen",
    "explain",
    "forced",
    "margins",
    "places",
    "prices",
]


def explain(
    problem: Problem,
    plan: Plan,
    *,
    time_limit: float = 120.0,
    city: City | None = None,
    watch: Watch | None = None,
) -> Plan:
    """Return the plan with its reasons, or an infeasible one with its conflict.

    Args:
        problem: what the plan answers.
        plan: the plan, found or not.
        time_limit: seconds for finding a conflict; what was found by then is returned.
        city: the inventory as the scenario changes it; with it each relaxation says exactly
            what to write where.
        watch: as in ``solve``.
    """
    if plan.found:
        return reasoned(problem, plan)
    if plan.status is Status.infeasible:
        found = conflicts(problem, Clock(time_limit, watch), city)
        return plan.model_copy(update={"conflict": found})
    return plan
