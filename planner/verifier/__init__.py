"""The second opinion: recomputes a plan from plan, inventory and scenario in integers.

It knows neither the problem nor the rows nor the solver, so that a fault in one of
them is caught here.
"""

from inventory.model import City
from inventory.text import _
from planner.plan import Plan, RuleState
from planner.rulebook import RULES
from planner.scenario import Scenario, applied
from planner.verifier import moving, paying, placing, replanning, stated
from planner.verifier.case import Case, Reading
from planner.verifier.judges import JUDGES

__all__ = ["JUDGES", "faults", "moving", "paying", "placing", "replanning", "stated", "verify"]

TOLERANCE = 1e-6


def verify(plan: Plan, city: City, scenario: Scenario) -> Plan:
    """Return the plan with its verdict and the state of every rule.

    A plan that was not found has nothing to verify and is returned as it is; one that
    speaks of what the inventory does not have is rejected before any rule is judged.

    Args:
        plan: the plan to judge.
        city: the inventory, before the scenario's overrides.
        scenario: the scenario the plan claims to follow.
    """
    if not plan.found:
        return plan
    case = Case(plan, applied(city, scenario), scenario, city.digest)
    if any(stated.strangers(case)):
        return plan.model_copy(update={"verified": False, "rules": ()})
    readings = _readings(case)
    states = tuple(_state(name, found) for name, found in readings.items())
    verdict = not any(_broken(case, readings)) and not any(stated.misstatements(case))
    return plan.model_copy(update={"verified": verdict, "rules": states})


def faults(plan: Plan, city: City, scenario: Scenario, earlier: Plan | None = None) -> tuple[str, ...]:
    """Return every reason to reject a plan, in words; none means it is accepted.

    Args:
        plan: the plan to judge.
        city: the inventory, before the scenario's overrides.
        scenario: the scenario the plan claims to follow.
        earlier: the plan it must be planned anew from; its own word is taken unless given.
    """
    if not plan.found:
        return (_("the file holds no plan: {status}").format(status=plan.status.value),)
    case = Case(plan, applied(city, scenario), scenario, city.digest)
    if strangers := tuple(stated.strangers(case)):
        return strangers
    quoted = stated.against(case, earlier) if earlier else ()
    return (*_broken(case, _readings(case)), *stated.misstatements(case), *quoted)


def _readings(case: Case) -> dict[str, list[Reading]]:
    return {name: list(JUDGES[name](case)) for name in RULES}


def _broken(case: Case, readings: dict[str, list[Reading]]) -> list[str]:
    return [
        f"{name}: {reading.message}"
        for name in RULES
        if name not in case.scenario.rules_off
        for reading in readings[name]
        if reading.slack < -TOLERANCE
    ]


def _state(name: str, readings: list[Reading]) -> RuleState:
    tightest = min(readings, key=lambda reading: reading.slack, default=None)
    if tightest is None:
        return RuleState(rule=name, holds=True, slack=None, subject="")
    return RuleState(
        rule=name,
        holds=tightest.slack >= -TOLERANCE,
        slack=round(tightest.slack, 6),
        subject=tightest.subject,
    )
