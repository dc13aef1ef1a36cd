"""Decisions by hand: read, kept as pins, and judged at once without a search."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from inventory import City, UsageError
from inventory.model import carries
from inventory.text import _
from planner.explainer import chosen
from planner.plan import Plan
from planner.problem import Crew, Mover, Option, Path, Problem, formulate
from planner.scenario import Forbid, Pin, Scenario
from planner.solver import Clock, Decisions, drawn_up
from planner.verifier import faults, verify
from topology import Graph

_PIN = re.compile(
    r"(?P<system>[^=]+)=(?P<action>stay|retire|rehost)?:?(?P<period>\d{4}Q[1-4])?(?:@(?P<pool>.+))?"
)


@dataclass(frozen=True)
class Edit:
    """A plan changed by hand, with its verdict."""

    plan: Plan
    """The plan with every figure anew; its rules say how each stands now."""
    reasons: tuple[str, ...]
    """Why the second opinion rejects it, in words; none means it is accepted."""
    scenario: Scenario
    """The scenario with the pins that keep the edit."""


def pin(text: str) -> Pin:
    """Read ``SYSTEM=PERIOD``, ``SYSTEM=stay``, ``SYSTEM=retire:PERIOD``, a move with ``@POOL``.

    Raises:
        UsageError: it is none of these.
    """
    found = _parts(text)
    if not {"action", "period"} & found.keys():
        raise UsageError(_("{text}: a pin names a period, stay, retire or rehost").format(text=text))
    return Pin.model_validate({"action": "rehost"} | found)


def ban(text: str) -> Forbid:
    """Read ``SYSTEM=PERIOD``, ``SYSTEM=retire``, ``SYSTEM=@POOL``: what a system must not do.

    Raises:
        UsageError: it is none of these.
    """
    return Forbid.model_validate(_parts(text))


def _parts(text: str) -> dict[str, str]:
    found = _PIN.fullmatch(text)
    if found is None or not any(found[part] for part in ("action", "period", "pool")):
        known = "SYSTEM=2027Q3, SYSTEM=2027Q3@POOL, SYSTEM=stay, SYSTEM=retire:2027Q3"
        raise UsageError(_("{text} is no decision; write one of: {known}").format(text=text, known=known))
    return {key: value for key, value in found.groupdict().items() if value}


def decided(scenario: Scenario, name: str, pins: Iterable[Pin], bans: Iterable[Forbid] = ()) -> Scenario:
    """Return the scenario under a name with pins and bans added; a new pin replaces a system's old one."""
    new, further = tuple(pins), tuple(bans)
    named = {each.system for each in new}
    kept = tuple(old for old in scenario.pins if old.system not in named)
    fields = {"name": name, "pins": (*kept, *new), "forbids": (*scenario.forbids, *further)}
    return Scenario.model_validate(scenario.model_dump() | fields)


def edited(plan: Plan, city: City, graph: Graph, scenario: Scenario, pins: Iterable[Pin]) -> Edit:
    """Return a plan with some decisions made by hand, judged at once.

    Nothing is searched: all other decisions stay, every figure is computed anew, and the
    second opinion says what the edit breaks. The blocks bought stay as they are.

    Args:
        plan: a plan that was found.
        city: the inventory, before the scenario's overrides.
        graph: its topology.
        scenario: the scenario of the plan.
        pins: the decisions, each with a period where the system does not move yet.

    Raises:
        InputError: the scenario does not fit the city.
        UsageError: a decision cannot be written as a plan at all; the reason is told.
    """
    fresh = tuple(pins)
    under = decided(scenario, scenario.name, fresh)
    problem = replace(formulate(city, graph, under), earlier=plan.replanned)
    decisions = chosen(problem, plan)
    for each in fresh:
        _decide(problem, decisions, each)
    made = drawn_up(problem, decisions, Clock(0, None))
    return Edit(verify(made, city, under), faults(made, city, under), under)


def _decide(problem: Problem, chosen: Decisions, wish: Pin) -> None:
    mover = problem.mover.get(wish.system)
    if mover is None or mover.arrived:
        raise UsageError(_("{system} has nothing left to decide").format(system=wish.system))
    before = chosen.moved.pop(mover.id, None)
    retired = chosen.retired.pop(mover.id, None)
    if wish.action == "stay":
        return
    at = problem.period_index(wish.period) if wish.period else (before[0] if before else retired)
    if at is None:
        raise UsageError(_("{system}: name a period of the horizon").format(system=wish.system))
    if wish.action == "retire":
        chosen.retired[mover.id] = at
    else:
        chosen.moved[mover.id] = at, _placed(chosen, mover, wish, before)


def _placed(chosen: Decisions, mover: Mover, wish: Pin, before: tuple[int, str] | None) -> str:
    """Set the machines of a move down and return its path; without a pool they stay where they were."""
    if before and not wish.pool:
        return before[1]
    ways = [(path, _options(mover, path, wish.pool)) for path in mover.paths]
    open_ = [(path, options) for path, options in ways if all(options)]
    if not open_:
        raise UsageError(_closed(mover, wish))
    path, options = min(open_, key=lambda way: _price(mover, *way))
    for crew, option in zip(mover.crews, options, strict=True):
        for key in [key for key in chosen.machines if key[0] == crew.workload]:
            del chosen.machines[key]
        if option:
            chosen.machines[crew.workload, option.pool] = crew.count
    return path.key


def _options(mover: Mover, path: Path, pool: str | None) -> list[Option | None]:
    return [min(_open(crew, path, pool), key=lambda o: o.om_cost, default=None) for crew in mover.crews]


def _open(crew: Crew, path: Path, pool: str | None) -> list[Option]:
    able = [o for o in crew.options if carries(path.kind, o.adaptation)]
    return [o for o in able if o.pool in path.pools and pool in (None, o.pool)]


def _price(mover: Mover, path: Path, options: list[Option | None]) -> int:
    machines = zip(mover.crews, options, strict=True)
    return path.one_off + sum(crew.count * option.om_cost for crew, option in machines if option)


def _closed(mover: Mover, wish: Pin) -> str:
    reasons = dict.fromkeys(d.reason for d in mover.dropped if wish.pool in (None, d.pool))
    text = _("{system} cannot go to {pool}: {reason}")
    reason = "; ".join(reasons) or _("no way leads there")
    return text.format(system=mover.id, pool=wish.pool or "—", reason=reason)
