"""How a plan stands to the rows of the model: which of them take nothing more."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pulp

from planner.plan import Action, Move, Plan
from planner.problem import Problem
from planner.rules import Choices, Row, Terms, choose, rows
from planner.solver import Decisions

COSTS = "om_cost_never_rises"
RESOURCES = (
    "pool_capacity",
    "team_capacity",
    "cutovers_per_period",
    "one_off_budget",
    "link_capacity",
    COSTS,
)
"""Rules that share something out, so that a little more of it can be worth something."""
NOTHING = 1e-6


@dataclass(frozen=True)
class Tight:
    """A limit that takes nothing more."""

    rule: str
    subject: tuple[str, ...]
    """Who or what, and when, as in the name of the row."""
    period: int | None
    left: float
    """What is left, in the rule's unit: less than anything that could still be put there needs."""


def chosen(problem: Problem, plan: Plan) -> Decisions:
    """Return a plan as whole decisions; what the problem does not know is left out."""
    decisions = Decisions()
    for move in plan.moves:
        at = problem.period_index(move.period) if move.period else None
        if move.system in problem.mover and at is not None:
            _take(problem, decisions, move, at)
    for order in plan.blocks:
        at = problem.period_index(order.period)
        if at is not None:
            decisions.bought[order.block, at] = order.count
    return decisions


def _take(problem: Problem, decisions: Decisions, move: Move, at: int) -> None:
    if move.action is Action.retire:
        decisions.retired[move.system] = at
        return
    platform = {room.pool: room.platform for room in problem.rooms}
    decisions.moved[move.system] = at, f"{platform[move.placements[0].pool]}.{move.adaptation}"
    decisions.machines |= {(place.workload, place.pool): place.count for place in move.placements}


def tight(problem: Problem, plan: Plan) -> Iterator[Tight]:
    """Yield every limit on a resource that takes nothing more.

    A row counts as tight where whatever could still be added to it, the smallest of it,
    needs more than is left; a limit that nothing could be added to binds nobody. A cap on
    O&M is tight where nothing at all is left.
    """
    x = choose(problem, by_period=True)
    every = rows(problem, x)
    closed = {v.name for _name, row in every if _closes(row) for v, _factor in row.terms}
    _fill(problem, x, chosen(problem, plan))
    for name, row in every:
        if name in RESOURCES and not row.elastic:
            _raise(row)
    for name, row in every:
        if name in RESOURCES and row.elastic and (found := _tight(name, row, closed)):
            yield found


def _closes(row: Row) -> bool:
    """Whether a row leaves none of its variables anything but zero."""
    return row.sense == "<=" and row.right == 0 and all(factor > 0 for _variable, factor in row.terms)


def _tight(name: str, row: Row, closed: Collection[str]) -> Tight | None:
    left = row.right - sum((variable.varValue or 0.0) * factor for variable, factor in row.terms)
    open_ = [(variable, factor) for variable, factor in row.terms if variable.name not in closed]
    binds = left < NOTHING and _audited(row) if name == COSTS else left < _least(open_) - NOTHING
    return Tight(name, row.subject, row.period, round(max(0.0, left) * row.worth, 6)) if binds else None


def _audited(row: Row) -> bool:
    """Whether a row compares with the audited year, and something is done about it at all."""
    return row.subject[1].isdigit() and any(variable.varValue for variable, _factor in row.terms)


def _least(terms: Terms) -> float:
    """Return the least that any thing which is not there yet would take; 0 where there is none."""
    there = {_thing(variable) for variable, _factor in terms if variable.varValue}
    return min((f for variable, f in terms if f > 0 and _thing(variable) not in there), default=0.0)


def _thing(variable: pulp.LpVariable) -> str:
    """Return what a variable stands for, whatever the period: its name less a number at the end."""
    return re.sub(r",\d+\]$", "", str(variable.name))


def _fill(problem: Problem, x: Choices, decisions: Decisions) -> None:
    """Give the variables the values that decisions come to."""
    for variables in (*x.moved_at.values(), *x.moved_by.values(), *x.retired_at.values()):
        _set(variables, 0, len(variables), 0)
    last = len(problem.horizon)
    for system, (at, path) in decisions.moved.items():
        platform = path.rpartition(".")[0]
        _set(x.moved_at.get((system, path), []), at, at + 1)
        _set(x.moved_by.get((system, platform), []), at, last)
        for crew in problem.mover[system].crews:
            for key in ((crew.workload, option.pool) for option in crew.options):
                _set(x.share.get(key, []), at, at + 1, decisions.machines.get(key, 0))
                _set([x.machines[key]], 0, 1, decisions.machines.get(key, 0))
    for system, at in decisions.retired.items():
        _set(x.retired_at.get(system, []), at, at + 1)
        _set(x.retired_by.get(system, []), at, last)
    for (block, at), count in decisions.bought.items():
        _set(x.bought.get(block, []), at, at + 1, count)


def _set(variables: list[pulp.LpVariable], first: int, last: int, value: int = 1) -> None:
    for variable in variables[first:last]:
        variable.varValue = value


def _raise(row: Row) -> None:
    """Raise the share of a pair of places to what its row asks; the row's first term is that share."""
    if row.sense == ">=":
        given = sum((variable.varValue or 0.0) * factor for variable, factor in row.terms[1:])
        row.terms[0][0].varValue = max(0.0, row.right - given)
