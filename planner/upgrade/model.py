"""The problem as a PuLP model.

``u`` (upgraded by, binary) decides; the rest follows and is continuous: for every goal one
unit may flow from the root over arcs whose hops are upgraded, and a system is ready as far
as all its goals are reached. One unit a goal keeps the relaxation tight.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pulp

from planner.rules import FEN_A_UNIT
from planner.upgrade.problem import ROOT, Arc, Goal, Problem

Terms = list[tuple[pulp.LpVariable, float]]


@dataclass
class Choices:
    """The variables."""

    model: pulp.LpProblem
    upgraded_by: dict[str, list[pulp.LpVariable]] = field(default_factory=dict)
    """Subject to one binary a period."""
    ready_by: dict[str, list[pulp.LpVariable]] = field(default_factory=dict)
    """System or site to one share a period."""


def build(
    problem: Problem, years: Sequence[int], budgets: Mapping[int, int], required: Sequence[str] = ()
) -> Choices:
    """Return the model without an objective.

    Args:
        problem: what ``formulate`` returned.
        years: the year of each period.
        budgets: fen by year; a year that is not named has no limit.
        required: ids that must be ready at the end.
    """
    x, horizon = Choices(pulp.LpProblem("upgrade", pulp.LpMinimize)), range(len(years))
    for subject in problem.candidates:
        x.upgraded_by[subject] = [x.model.add_variable(f"u[{subject},{t}]", 0, 1, "Binary") for t in horizon]
    for wanting in problem.wanting:
        x.ready_by[wanting.id] = [x.model.add_variable(f"s[{wanting.id},{t}]", 0, 1) for t in horizon]
    for name, row in _rows(problem, x, years, budgets, required):
        x.model.addConstraint(row, name)
    return x


def _rows(
    problem: Problem, x: Choices, years: Sequence[int], budgets: Mapping[int, int], required: Sequence[str]
) -> Iterator[tuple[str, pulp.LpAffineExpression]]:
    for subject, done in x.upgraded_by.items():
        for t in range(1, len(years)):
            yield f"stays_upgraded[{subject},{t}]", done[t - 1] <= done[t]
    for goal, arcs in problem.arcs.items():
        served = [wanting.id for wanting in problem.wanting if goal in wanting.goals]
        for t in range(len(years)):
            yield from _reach(x, goal, arcs, served, t)
    for year, budget in sorted(budgets.items()):
        if year in years:
            yield f"budget[{year}]", _spent(problem, x, years, year) <= budget / FEN_A_UNIT
    for name in required:
        yield f"required[{name}]", 1 * x.ready_by[name][-1] >= 1


def _reach(
    x: Choices, goal: Goal, arcs: Sequence[Arc], served: Sequence[str], t: int
) -> Iterator[tuple[str, pulp.LpAffineExpression]]:
    label = f"{','.join(goal)},{t}"
    flow = [x.model.add_variable(f"f[{label},{n}]", 0, 1) for n in range(len(arcs))]
    through: dict[str, Terms] = {}
    for n, arc in enumerate(arcs):
        through.setdefault(arc.end, []).append((flow[n], 1))
        through.setdefault(arc.start, []).append((flow[n], -1))
        for hop in sorted(arc.hops):
            yield f"open[{label},{n},{hop}]", flow[n] <= x.upgraded_by[hop][t]
    for node in sorted(through.keys() - {ROOT, goal[1]}):
        yield f"passes_on[{label},{node}]", pulp.lpSum_vars_coefs(through[node]) == 0
    for name in served:
        yield f"reached[{name},{label}]", x.ready_by[name][t] <= pulp.lpSum_vars_coefs(through[goal[1]])


def _spent(problem: Problem, x: Choices, years: Sequence[int], year: int) -> pulp.LpAffineExpression:
    terms: Terms = []
    for subject, done in x.upgraded_by.items():
        cost = problem.candidates[subject].cost / FEN_A_UNIT
        for t, its in enumerate(years):
            if its == year:
                terms += [(done[t], cost)] + [(done[t - 1], -cost)] * (t > 0)
    return pulp.lpSum_vars_coefs(terms)


def unready(problem: Problem, x: Choices) -> pulp.LpAffineExpression:
    """Return the weight of what is not ready at the end."""
    total = sum(wanting.weight for wanting in problem.wanting)
    return total - pulp.lpSum_vars_coefs((x.ready_by[w.id][-1], w.weight) for w in problem.wanting)


def cost(problem: Problem, x: Choices) -> pulp.LpAffineExpression:
    """Return the money of all upgrades, in thousands of yuan."""
    costs = problem.candidates
    return pulp.lpSum_vars_coefs((u[-1], costs[s].cost / FEN_A_UNIT) for s, u in x.upgraded_by.items())


def waiting(problem: Problem, x: Choices) -> pulp.LpAffineExpression:
    """Return the weight of what is not ready, added up over the periods."""
    terms = [(s, w.weight) for w in problem.wanting for s in x.ready_by[w.id]]
    return sum(weight for _s, weight in terms) - pulp.lpSum_vars_coefs(terms)
