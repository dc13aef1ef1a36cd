"""Milestones of a move: the latest days on which each stage may begin and still keep its period."""

from dataclasses import dataclass
from datetime import date, timedelta

from inventory.model import City, System
from planner.plan import Action, Move, Plan
from planner.scenario import Period, Scenario, carried


@dataclass(frozen=True)
class Milestones:
    """Latest days of a move; unknown where the city assumes no duration. A retirement is not tested."""

    work: date | None
    """First day of the period in which adaptation begins."""
    test: date | None
    parallel: date | None
    cutover: date | None
    """Day by which the old system is switched off."""
    release: date | None
    """Day by which the old resources are given back."""


def scenario_of(plan: Plan) -> Scenario:
    """Return the scenario a plan carries."""
    return carried(plan.scenario)


def periods(plan: Plan) -> dict[str, Period]:
    """Return the planning periods of a plan by name."""
    return {period.name: period for period in scenario_of(plan).calendar}


def milestones(move: Move, plan: Plan, city: City) -> Milestones:
    """Return the latest days of a move's stages, counted back from its cutover."""
    calendar = periods(plan)
    if move.period is None or move.period not in calendar:
        return Milestones(None, None, None, None, None)
    cutover = last_free_day(calendar[move.period], scenario_of(plan), city.system.get(move.system))
    work = calendar.get(move.work_starts or "")
    parallel = None if move.action is Action.retire else _shift(cutover, city, -1, "parallel_weeks")
    return Milestones(
        work=work.start if work else None,
        test=_shift(parallel, city, -1, "data_weeks", "test_weeks"),
        parallel=parallel,
        cutover=cutover,
        release=_shift(cutover, city, 1, "observe_weeks", "release_weeks"),
    )


def last_free_day(period: Period, scenario: Scenario, system: System | None) -> date | None:
    """Return the last day of a period on which a system may be cut over, if there is one."""
    days = (period.end - timedelta(days=n) for n in range(period.days))
    return next((day for day in days if not _blocked(day, scenario, system)), None)


def _blocked(day: date, scenario: Scenario, system: System | None) -> bool:
    spans = system.busy if system else ()
    named = system.id if system else ""
    return any(_within(day, span) for span in spans) or any(
        b.start <= day <= b.end and (not b.systems or named in b.systems) for b in scenario.blackouts
    )


def _within(day: date, span: str) -> bool:
    first, last = span.split("/")
    now = f"{day:%m-%d}"
    return first <= now <= last if first <= last else now >= first or now <= last


def _shift(day: date | None, city: City, sign: int, *keys: str) -> date | None:
    known = {a.id: a.value for a in city.assumptions}
    if day is None or not all(key in known for key in keys):
        return None
    return day + sign * timedelta(days=int(7 * sum(known[key] for key in keys)))
