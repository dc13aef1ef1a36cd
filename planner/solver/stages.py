"""The lexicographic search: moves under way, coverage, cost, IPv6 where it is preferred, disruption."""

from dataclasses import dataclass, field, replace

import pulp

from planner.plan import Action
from planner.problem import Problem
from planner.problem.amounts import PPM
from planner.rules import (
    FEN_A_UNIT,
    Choices,
    choose,
    discounted_cost,
    displaced,
    disruption,
    expression,
    rows,
    staying,
    uncovered,
    unready,
)
from planner.solver.decisions import Decisions
from planner.solver.draft import Draft
from planner.solver.menus import Menus
from planner.solver.search import Clock, End, Outcome, run
from planner.solver.start import begin

LARGEST = 2_500
"""Systems up to which the whole problem is given to the solver."""
SHARES = {"under_way": 0.2, "coverage": 0.35, "cost": 0.85, "ipv6": 0.9, "disruption": 1.0}
"""Part of the time limit that is used up when a stage ends at the latest."""
ONE_PERIOD, SEVERAL = 0.05, 0.3
"""Part of the work for heuristics: an assignment of one period does best with the solver's own default."""
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
    x = choose(problem)
    for name, row in rows(problem, x, without):
        if not row.implied:
            x.model.addConstraint(expression(row), f"{name}[{','.join(row.subject)}]")
    return x


def search(problem: Problem, clock: Clock, gap: float) -> Search:
    """Run the stages; each starts from the plan of the last and keeps what that reached.

    A problem of several periods begins with a draft, and without the choices that the cost
    rule alone rules out. One too large for a model ends with the draft and its plain bounds.
    """
    menus = Menus(problem) if len(problem.horizon) > 1 else None
    found = Search(decisions=_draft(problem, menus, clock) if menus else None)
    if menus and found.decisions and len(menus.of) > LARGEST:
        return _as_drafted(problem, menus, found, clock)
    x = build(problem)
    if menus:
        _fix(x, menus)
    found = _staged(problem, x, found, clock, gap)
    return _lifted(problem, menus, found) if menus and found.decisions else found


def _draft(problem: Problem, menus: Menus, clock: Clock) -> Decisions | None:
    """Return a first plan; a plan made anew starts from the earlier one instead."""
    decisions = None if problem.earlier else Draft(problem, menus).made()
    clock.first_plan = clock.seconds if decisions else None
    return decisions


def _as_drafted(problem: Problem, menus: Menus, found: Search, clock: Clock) -> Search:
    """Return a draft with the bounds that need no solver."""
    left = menus.uncovered(found.decisions or Decisions())
    found.outcomes["coverage"] = Outcome(End.found, _floor(problem, menus, "coverage", left), clock.seconds)
    found.outcomes["cost"] = Outcome(End.found, _floor(problem, menus, "cost", left))
    return found


def _floor(problem: Problem, menus: Menus, stage: str, uncovered: int) -> float | None:
    """Return a bound that needs no solver, on plans that leave no more weight uncovered."""
    if stage == "coverage":
        return sum(row.weight for row in problem.coverage if row.project in menus.hopeless)
    if stage == "cost":
        return (staying(problem) / PPM + menus.least_cost(uncovered)) / FEN_A_UNIT
    return None


def _lifted(problem: Problem, menus: Menus, found: Search) -> Search:
    """Return a search whose bounds are no worse than those that need no solver."""
    left = menus.uncovered(found.decisions or Decisions())
    for stage, outcome in found.outcomes.items():
        floor = _floor(problem, menus, stage, left)
        if floor is not None and floor > (outcome.bound or 0):
            found.outcomes[stage] = replace(outcome, bound=floor)
    return found


def _fix(x: Choices, menus: Menus) -> None:
    for (system, _path), ats in x.moved_at.items():
        for t, at in enumerate(ats):
            if (system, Action.rehost, t) in menus.impossible:
                at.bounds(0, 0)
    for system, ats in x.retired_at.items():
        for t, at in enumerate(ats):
            if (system, Action.retire, t) in menus.impossible:
                at.bounds(0, 0)
    for project in menus.hopeless:
        x.covered[project].bounds(0, 0)


def _staged(problem: Problem, x: Choices, found: Search, clock: Clock, gap: float) -> Search:
    started = begin(problem, x, found.decisions)
    for stage, objective, whole in STAGES:
        if stage == "ipv6" and problem.scenario.ipv6 != "prefer":
            continue
        aim = objective(problem, x)
        if not aim.items() and stage != "cost":
            continue
        x.model.setObjective(aim)
        _settle(x, stage)
        seconds = _share(problem, stage) * clock.limit - clock.seconds
        if found.decisions and (seconds <= 0 or clock.stopped):
            break
        before = _values(x)
        warm = started or found.decisions is not None
        how = {"gap": gap, "effort": ONE_PERIOD if len(problem.horizon) == 1 else SEVERAL}
        outcome = run(x.model, clock, stage, seconds=seconds, whole=whole, warm=warm, **how)
        if outcome.end in (End.infeasible, End.nothing):
            if not found.outcomes:
                return _without(problem, found, outcome, stage)
            _restore(x, before)
            break
        found.outcomes[stage] = outcome
        found.decisions = _decisions(problem, x)
        x.model.addConstraint(aim <= _reached(aim, whole), f"keep_{stage}")
    return found


def _without(problem: Problem, found: Search, outcome: Outcome, stage: str) -> Search:
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


def _values(x: Choices) -> list[tuple[pulp.LpVariable, float | None]]:
    return [(variable, variable.varValue) for variable in x.model.variables()]


def _restore(x: Choices, values: list[tuple[pulp.LpVariable, float | None]]) -> None:
    for variable, value in values:
        variable.varValue = value


def _decisions(problem: Problem, x: Choices) -> Decisions:
    chosen = Decisions()
    for (system, path), ats in x.moved_at.items():
        for t, z in enumerate(ats):
            if (z.varValue or 0) > 0.5:
                chosen.moved[system] = (t, path)
    for system, ats in x.retired_at.items():
        for t, q in enumerate(ats):
            if (q.varValue or 0) > 0.5:
                chosen.retired[system] = t
    gone = {crew.workload for m in problem.movers if m.id in chosen.moved for crew in m.crews}
    for (workload, pool), y in x.machines.items():
        if workload in gone and round(y.varValue or 0):
            chosen.machines[workload, pool] = round(y.varValue or 0)
    for block, ats in x.bought.items():
        chosen.bought |= {(block, t): n for t, b in enumerate(ats) if (n := round(b.varValue or 0))}
    return chosen
