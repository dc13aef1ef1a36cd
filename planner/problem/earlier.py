"""What an earlier plan hands down to the one that is made anew."""

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.errors import Fault, InputError, Place
from inventory.model import City
from inventory.text import _
from planner.plan import Action, Plan, Replanned
from planner.scenario import Scenario
from planner.sizing import Sizer


@dataclass(frozen=True)
class Since:
    """An earlier plan, and the first period in which it may change."""

    plan: Plan
    as_of: str
    """Example: 2027Q2."""


def earlier(since: Since, city: City, scenario: Scenario, sizer: Sizer) -> Replanned:
    """Return what an earlier plan decided, priced for change.

    Raises:
        InputError: the plan holds nothing for this city and horizon; every fault.
    """
    if faults := tuple(_faults(since, city, scenario)):
        raise InputError(faults)
    plan = since.plan
    return Replanned(
        earlier=plan.digest,
        as_of=since.as_of,
        change_penalty=int(sizer.assume("change_penalty") * 100),
        decided=plan.decided,
        blocks=plan.blocks,
    )


def _faults(since: Since, city: City, scenario: Scenario) -> Iterator[Fault]:
    plan, names = since.plan, [period.name for period in scenario.calendar]
    if not plan.found:
        message = _("the earlier plan is none: {status}").format(status=plan.status.value)
        yield _fault("no-plan", message, _("give a plan that was found"), plan.status.value)
    if plan.city != city.id:
        message = _("the earlier plan is one of {other}, not of {city}").format(other=plan.city, city=city.id)
        yield _fault("other-city", message, _("give a plan of this city"), plan.city)
    if since.as_of not in names:
        message = _("the period {period} is not in the horizon").format(period=since.as_of)
        fix = _("write one from {first} to {last}").format(first=names[0], last=names[-1])
        yield _fault("unknown-period", message, fix, since.as_of)
    for move in plan.moves:
        if move.period and move.period < names[0] and _waiting(city, move.system):
            act = _("retired") if move.action is Action.retire else _("moved")
            message = _(
                "{system} was {act} in {period}, before the horizon, but the inventory has it as it was"
            )
            message = message.format(system=move.system, act=act, period=move.period)
            yield _fault("stale-inventory", message, _("write what was done into the inventory"), move.system)


def _waiting(city: City, system: str) -> bool:
    """Whether the inventory has a system where it was before any move."""
    known = city.system.get(system)
    return known is not None and known.status != "retired" and not _there(city, known.runs_on)


def _there(city: City, pool: str) -> bool:
    return city.platform[city.pool[pool].platform].xinchuang


def _fault(code: str, message: str, fix: str, value: str) -> Fault:
    return Fault(code, Place("--from"), message, fix, value)
