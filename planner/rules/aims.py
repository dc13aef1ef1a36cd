"""The objectives, in order: moves under way, coverage by the deadline, discounted cost, IPv6, disruption."""

import pulp

from planner.problem import Problem
from planner.problem.amounts import PPM, discounts, in_period
from planner.rules.choices import Choices, Terms
from planner.rules.paying import om_change, one_off
from planner.rules.replanning import change_cost
from planner.rules.rows import FEN_A_UNIT, scaled

AIMS = ("under_way", "coverage", "cost", "ipv6", "disruption")


def uncovered(p: Problem, x: Choices) -> pulp.LpAffineExpression:
    """Weight of the existing projects not through by the coverage deadline (minimised)."""
    for project in p.coverage:
        for system in project.systems:
            through = pulp.lpSum_vars_coefs(x.through(system, p.coverage_by))
            x.model.addConstraint(
                x.covered[project.project] <= through, f"covered_{project.project}_{system}"
            )
    weight = sum(project.weight for project in p.coverage)
    return weight - pulp.lpSum_vars_coefs((x.covered[c.project], c.weight) for c in p.coverage)


def discounted_cost(p: Problem, x: Choices) -> pulp.LpAffineExpression:
    """Discounted total cost over the horizon and the price of changes, in thousands of yuan.

    What prices may be counted too high is taken off, so that a bound on this is one on the cost.
    """
    worth = dict(enumerate(discounts(p.scenario.discount_rate, len(p.horizon))))
    terms = [term for mover in p.movers for term in om_change(p, x, mover, worth)]
    for t, weight in worth.items():
        terms += [(v, c * weight) for v, c in _paid_once(p, x, t)]
    terms = scaled(terms, PPM * FEN_A_UNIT)
    terms += [(short[t], weight / PPM) for short in x.short.values() for t, weight in worth.items()]
    rounded = len(p.years) * sum(rents.rounded for rents in x.rents.values())
    cost = pulp.lpSum_vars_coefs(terms) + (staying(p) / PPM - rounded) / FEN_A_UNIT
    return cost + change_cost(p, x) if p.earlier else cost


def _paid_once(p: Problem, x: Choices, t: int) -> Terms:
    terms = one_off(p, x, t)
    for mover in p.movers:
        if mover.parallel_run:
            terms += [(z, f * mover.parallel_run) for z, f in x.moves(mover.id, t)]
    return terms


def staying(p: Problem) -> int:
    """Discounted O&M if everything stays, in fen x ppm."""
    worth = discounts(p.scenario.discount_rate, len(p.horizon))
    return sum(in_period(m.share, p.periods[t].name) * worth[t] for m in p.movers for t in p.horizon)


def unready(p: Problem, x: Choices) -> pulp.LpAffineExpression:
    """Systems that end up where IPv6 is not known to get from end to end (minimised).

    Asked for only where the scenario prefers ready targets, after the cost and among plans
    that cover as much, cost no fen more and move the same systems in the same periods: what
    it changes is where they go.
    """
    last = p.horizon[-1]
    terms = [term for m in p.movers for to in p.without_ipv6 for term in x.moved(m.id, last, to)]
    return pulp.lpSum_vars_coefs(terms)


def disruption(p: Problem, x: Choices) -> pulp.LpAffineExpression:
    """Quarters that dependent systems spend parted, one only moved (minimised)."""
    parted: Terms = []
    for bond in p.bonds:
        for t in p.horizon:
            a, b = x.through(bond.consumer, t), x.through(bond.provider, t)
            if a and b:
                d = x.model.add_variable(f"d[{bond.id},{t}]", 0, 1)
                x.model.addConstraint(pulp.lpSum_vars_coefs(a) - pulp.lpSum_vars_coefs(b) <= d)
                x.model.addConstraint(pulp.lpSum_vars_coefs(b) - pulp.lpSum_vars_coefs(a) <= d)
                parted.append((d, 1.0))
    return pulp.lpSum_vars_coefs(parted)
