"""Explanations in business words: why no plan, why a system stays, why it goes late."""

from planner.explainer.conflict import Price, conflicts
from planner.explainer.reasons import reasoned
from planner.plan import Plan, Status
from planner.problem import Problem
from planner.solver import Clock, Watch

__all__ = ["Price", "explain"]


def explain(
    problem: Problem,
    plan: Plan,
    *,
    time_limit: float = 120.0,
    watch: Watch | None = None,
    price: Price | None = None,
) -> Plan:
    """Return the plan with its reasons, or an infeasible one with its conflict.

    Args:
        problem: what the plan answers.
        plan: the plan, found or not.
        time_limit: seconds for finding a conflict; what was found by then is returned.
        watch: as in ``solve``.
        price: what it costs to bring IPv6 to some platforms, for the relaxation of that rule.
    """
    if plan.found:
        return reasoned(problem, plan)
    if plan.status is Status.infeasible:
        found = conflicts(problem, Clock(time_limit, watch), price)
        return plan.model_copy(update={"conflict": found})
    return plan
