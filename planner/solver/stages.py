"""The lexicographic search: moves under way, coverage, cost, IPv6 where it is preferred, disruption."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pulp

from planner.plan import Action
from planner.problem import Problem
from planner.rules import (
    FEN_A_UNIT,
    Choices,
    choose,
    discounted_cost,
    displaced,
    disruption,
    expression,
    rows,
    uncovered,
    unready,
)
from planner.solver.blocks import Blocks
from planner.solver.counsel import TOGETHER
from planner.solver.decisions import Decisions, decided
from planner.solver.draft import Draft
from planner.solver.reach import BETTERED, SOLVED, STRICT, Ground, Reach, restore, values
from planner.solver.search import Clock, End, Outcome
from planner.solver.start import begin

SHARES = {"under_way": 0.2, "coverage": 0.55, "cost": 0.92, "ipv6": 0.95, "disruption": 1.0}
"""Part of the time limit that is used up when a stage ends at the latest."""
LAST = 0.08
"""Part of the time limit that the last stage may take where all before it together took less."""
CROSSING = 0.2
"""Part of the time limit that crossing the plan of a coverage may take."""
DRAFTING = {False: 0.5, True: 0.6}
"""Part of the time limit that a draft takes at the most, by whether it is to be the plan."""
ENOUGH = 0.2
"""Part of the time limit after which a draft that is to be crossed ends once all is covered that can be."""
PRICING = 0.06
"""Part of the time limit in which prices climb before a draft is crossed."""
CROSSED = 0.97
"""Part of the time limit until which a draft that is to be the plan is crossed."""
IDLE = {False: 6, True: 10}
"""Rounds of a draft without a better plan after which it stops, by whether it is to be the plan."""
STAGES = (
    ("under_way", displaced, True),
    ("coverage", uncovered, True),
    ("cost", discounted_cost, False),
    ("ipv6", unready, True),
    ("disruption", disruption, True),
)
"""Name, objective, and whether its value is whole."""


@dataclass
class Search:
    """What the stages brought: outcomes by stage, and the decisions of the best plan."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    decisions: Decisions | None = None


def build(problem: Problem, without: tuple[str, ...] = ()) -> Choices:
    """Return a model that holds every rule of the problem except some."""
    with uncollected():
        x = choose(problem)
        for name, row in rows(problem, x, without):
            if not row.implied:
                x.model.addConstraint(expression(row), f"{name}[{','.join(row.subject)}]")
    return x


@contextmanager
def uncollected() -> Iterator[None]:
    """Make many objects that all stay: looking for garbage among them takes two fifths of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def search(problem: Problem, clock: Clock, gap: float) -> Search:
    """Run the stages; each starts from the plan of the last and keeps what that reached.

    A problem of several periods begins with a draft, and without the choices that the rules
    between few systems rule out. One too large for a model ends with the draft, crossed, and its bounds.
    """
    waiting = sum(not mover.arrived for mover in problem.movers)
    with clock.spending("prepare"):
        ground = Ground(problem) if waiting and len(problem.horizon) > 1 else None
    found, draft = Search(), None
    large = waiting > SOLVED
    if ground and not problem.earlier:
        with clock.spending("prepare"):
            draft = Draft(ground.relaxation, ground.blocks, clock)
        with uncollected():
            enough = ENOUGH * clock.limit if large else 0.0
            found.decisions = draft.made(DRAFTING[large] * clock.limit, IDLE[large], enough)
        if large and found.decisions:
            return _as_drafted(ground, found, draft, clock)
    with clock.spending("prepare"):
        x = build(problem)
    if ground:
        _fix(x, ground.blocks)
    return _staged(Reach(problem, x, ground, clock, gap, draft if found.decisions else None), found)


def _as_drafted(ground: Ground, found: Search, draft: Draft, clock: Clock) -> Search:
    """Return a draft crossed with what prices advise, and the bound that they give.

    Prices climb before a crossing and never beside it: both are Python, and parts are crossed at the same
    time. They climb again where there is time. Where systems are too many to be advised together, the cost
    rule is kept in full only at the best prices in the end.
    """
    found.outcomes["coverage"] = Outcome(End.found, ground.blocks.least_uncovered, clock.seconds)
    left, began = ground.blocks.uncovered(found.decisions or Decisions()), clock.seconds
    climb = ground.climb(left, draft.worth.cost, clock, PRICING * clock.limit, draft.climb)
    one = len(ground.tables.menu) <= TOGETHER
    strict, bound = ground.strict(climb, left, clock, clock.seconds + one * STRICT * clock.limit)
    with uncollected():
        crossing = draft.crossing(climb, strict)
        until = (CROSSED if one else 1 - STRICT) * clock.limit
        found.decisions = draft.crossed(crossing, until) or found.decisions
    left = ground.blocks.uncovered(found.decisions or Decisions())
    with clock.spending("prices"):
        bound = max(bound, ground.stated(crossing.counsel.bound(left, clock.limit)))
    if clock.left > STRICT * clock.limit:
        seconds = (1 - STRICT) * clock.limit - clock.seconds
        climb = ground.climb(left, draft.worth.cost, clock, seconds, climb)
        bound = max(bound, ground.bound(climb, left, clock))
    found.outcomes["cost"] = Outcome(End.found, bound, clock.seconds - began)
    return found


def _fix(x: Choices, blocks: Blocks) -> None:
    for (system, _path), ats in x.moved_at.items():
        for t, at in enumerate(ats):
            if (system, Action.rehost, t) in blocks.impossible:
                at.bounds(0, 0)
    for system, ats in x.retired_at.items():
        for t, at in enumerate(ats):
            if (system, Action.retire, t) in blocks.impossible:
                at.bounds(0, 0)
    for project in blocks.hopeless:
        x.covered[project].bounds(0, 0)


def _staged(reach: Reach, found: Search) -> Search:
    problem, x, clock = reach.problem, reach.x, reach.clock
    begin(problem, x, found.decisions)
    for stage, objective, whole in STAGES:
        if stage == "ipv6" and problem.scenario.ipv6 != "prefer":
            continue
        if stage not in BETTERED and reach.large and found.outcomes:
            break
        aim = objective(problem, x)
        if not aim.items() and stage != "cost":
            continue
        _settle(x, stage)
        if stage == "cost" and reach.draft and found.decisions and not reach.large:
            _cross(reach, reach.draft, found)
        seconds = _share(problem, stage) * clock.limit - clock.seconds
        if stage == "disruption":
            seconds = min(seconds, max(LAST * clock.limit, clock.seconds))
        if found.decisions and (seconds <= 0 or clock.stopped):
            break
        before = values(x)
        outcome = reach.stage(stage, aim, seconds, whole=whole)
        if outcome.end in (End.infeasible, End.nothing):
            if not found.outcomes:
                return _without(found, outcome, stage)
            restore(before)
            break
        found.outcomes[stage] = outcome
        found.decisions = decided(problem, x)
        x.model.addConstraint(aim <= _reached(aim, whole), f"keep_{stage}")
    return found


def _cross(reach: Reach, draft: Draft, found: Search) -> None:
    """Cross the plan of a coverage that took its time: who looks for coverage cares little what it costs."""
    ground, clock, coverage = reach.ground, reach.clock, found.outcomes.get("coverage")
    if ground is None or coverage is None or coverage.seconds < LAST * clock.limit or not found.decisions:
        return
    if draft.adopt(found.decisions):
        left = ground.blocks.uncovered(found.decisions)
        climb = ground.climb(left, draft.worth.cost, clock, CROSSING * clock.limit, draft.climb)
        strict, _bound = ground.strict(climb, left, clock, clock.seconds + CROSSING * clock.limit)
        crossed = draft.crossed(draft.crossing(climb, strict), clock.seconds + CROSSING * clock.limit)
        found.decisions = crossed or found.decisions
        begin(reach.problem, reach.x, found.decisions)


def _without(found: Search, outcome: Outcome, stage: str) -> Search:
    """Return a search whose first stage brought nothing beyond a draft."""
    found.outcomes[stage] = outcome
    if outcome.end is End.infeasible:
        found.decisions = None
    return found


def _share(problem: Problem, stage: str) -> float:
    """Return a stage's share of the time; the cost may use all of it where nothing comes after."""
    more = problem.bonds or problem.scenario.ipv6 == "prefer"
    return SHARES[stage] if more or stage != "cost" else 1.0


def _settle(x: Choices, stage: str) -> None:
    """Leave the stages after the cost only what is theirs: the targets to one, the dates to the other."""
    if stage == "ipv6":
        _keep_dates(x)
    elif stage == "disruption":
        _free_dates(x)
        _keep_placements(x)


def _keep_dates(x: Choices) -> None:
    going: dict[str, list[list[pulp.LpVariable]]] = {}
    for (system, _path), ats in x.moved_at.items():
        going.setdefault(system, []).append(ats)
    for ways in going.values():
        chosen = [round(sum(at.varValue or 0 for at in ats)) for ats in zip(*ways, strict=True)]
        for at, done in ((at, done) for ats in ways for at, done in zip(ats, chosen, strict=True)):
            at.bounds(0, done)
        x.model.addConstraint(pulp.lpSum(at for ats in ways for at in ats) == sum(chosen))
    for at in (at for ats in x.retired_at.values() for at in ats):
        at.bounds(round(at.varValue or 0), round(at.varValue or 0))


def _free_dates(x: Choices) -> None:
    for at in (at for ats in (*x.moved_at.values(), *x.retired_at.values()) for at in ats):
        at.bounds(0, 1)


def _keep_placements(x: Choices) -> None:
    for machines in x.machines.values():
        machines.bounds(round(machines.varValue or 0), round(machines.varValue or 0))
    for ats in (*x.moved_at.values(), *x.retired_at.values()):
        done = round(sum(at.varValue or 0 for at in ats))
        x.model.addConstraint(pulp.lpSum(ats) == done)


def _reached(aim: pulp.LpAffineExpression, whole: bool) -> float:
    value = aim.value() or 0.0
    return round(value) if whole else value + 1 / FEN_A_UNIT
