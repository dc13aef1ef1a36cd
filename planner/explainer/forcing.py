"""What it would cost to force a decision, and what stands in its way."""

from planner.explainer.study import Study, Trial
from planner.scenario import Pin, Scenario


def forced(of: Study, pin: Pin) -> Trial:
    """Plan with a decision forced: the difference, or the rules that make it impossible.

    Pins and bans of the same system give way to it; a pin that the inventory holds stays.

    Raises:
        InputError: the decision names what the city or the horizon does not have.
        UsageError: there is no plan for this inventory.
    """
    of.problem  # noqa: B018 - refuses a plan of another inventory before any search
    return of.otherwise(_with(of.scenario, pin))


def _with(scenario: Scenario, pin: Pin) -> Scenario:
    pins = tuple(each for each in scenario.pins if each.system != pin.system)
    bans = tuple(each for each in scenario.forbids if each.system != pin.system)
    return scenario.model_copy(update={"pins": (*pins, pin), "forbids": bans})
