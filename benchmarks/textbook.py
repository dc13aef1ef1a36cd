"""The formulation a newcomer would write, in PuLP with CBC.

"Moved at" binaries only, whole machines indexed by time, precedence by a big constant
on the sum of period numbers, parted partners as products of binaries. Same problem,
same two objectives in the same order, same gap; nothing of ``planner.rules``.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import pulp

from inventory import UsageError
from planner.problem import Apart, Cap, Mover, Path, Problem
from planner.problem.amounts import PPM, discounts, in_period
from planner.solver import Decisions

YUAN = 100_000


@dataclass
class Model:
    """Variables by system, workload and pool."""

    lp: pulp.LpProblem
    at: dict[tuple[str, str, int], pulp.LpVariable] = field(default_factory=dict)
    retire: dict[tuple[str, int], pulp.LpVariable] = field(default_factory=dict)
    machines: dict[tuple[str, str, int], pulp.LpVariable] = field(default_factory=dict)
    blocks: dict[tuple[str, int], pulp.LpVariable] = field(default_factory=dict)
    short: dict[tuple[str, int], pulp.LpVariable] = field(default_factory=dict)

    def add(self, row: pulp.LpAffineExpression) -> None:
        """Add a row."""
        self.lp.addConstraint(row)

    def moved(self, mover: Mover, t: int, platform: str | None = None) -> pulp.LpAffineExpression:
        """Sum of the binaries up to a period."""
        ways = [k for k in mover.paths if mover.movable and platform in (None, k.platform)]
        return pulp.lpSum(self.at[mover.id, k.key, u] for k in ways for u in range(t + 1))

    def through(self, mover: Mover, t: int) -> pulp.LpAffineExpression:
        """Moved or retired by a period."""
        gone = [self.retire[mover.id, u] for u in range(t + 1) if (mover.id, u) in self.retire]
        return self.moved(mover, t) + pulp.lpSum(gone)


def solve(p: Problem, gap: float, limit: float) -> tuple[Decisions | None, bool]:
    """Return the decisions and whether both stages reached the gap within the limit (seconds)."""
    if p.pins or p.scenario.forbids or p.scenario.count_parallel:
        raise UsageError("the textbook model knows no pins, bans or parallel running under the cost rule")
    model = _variables(p)
    _moving(p, model)
    _placing(p, model)
    _lines(p, model)
    _money(p, model)
    uncovered = _uncovered(p, model)
    first = _run(model, uncovered, 0.999, 0.0, limit)
    if not first.has_solution:
        return None, False
    model.add(uncovered <= round(uncovered.value() or 0))
    second = _run(model, _cost(p, model), None, gap, max(1.0, limit - first.time))
    proven = first.status == second.status == pulp.LpSolveStatus.Optimal
    return (_decisions(p, model) if second.has_solution else None), proven


def _run(
    model: Model, aim: pulp.LpAffineExpression, absolute: float | None, gap: float, limit: float
) -> pulp.LpSolveStats:
    model.lp.setObjective(aim)
    solver = pulp.COIN_CMD(msg=False, timeLimit=limit, gapRel=gap, gapAbs=absolute, threads=1)  # type: ignore[no-untyped-call]
    return model.lp.solve(solver)


def _variables(p: Problem) -> Model:
    lp = pulp.LpProblem("textbook", pulp.LpMinimize)
    m = Model(lp)
    for s in p.movers:
        for t in p.horizon:
            for k in s.paths if s.movable else ():
                m.at[s.id, k.key, t] = lp.add_variable(f"x_{s.id}_{k.key}_{t}", cat="Binary")
            if s.confirmed and s.retirable and not s.arrived:
                m.retire[s.id, t] = lp.add_variable(f"q_{s.id}_{t}", cat="Binary")
            for c in s.crews if s.movable else ():
                for o in c.options:
                    name = f"y_{c.workload}_{o.pool}_{t}"
                    m.machines[c.workload, o.pool, t] = lp.add_variable(name, 0, c.count, "Integer")
    for t in p.horizon:
        for b in p.purchases:
            m.blocks[b.block, t] = lp.add_variable(f"B_{b.block}_{t}", 0, b.maximum, "Integer")
        for g in p.commitments:
            m.short[g.platform, t] = lp.add_variable(f"short_{g.platform}_{t}", 0)
    return m


def _moving(p: Problem, m: Model) -> None:
    last = len(p.horizon) - 1
    for s in p.movers:
        m.add(m.through(s, last) <= 1)
        for k in s.paths if s.movable else ():
            for t in p.horizon:
                if t + 1 < k.lead or t in s.blocked:
                    m.add(m.at[s.id, k.key, t] <= 0)
    for due in (*p.contract_ends, *p.deadlines):
        m.add(m.through(p.mover[due.system], due.period) >= 1)
    for a, b in (pair for group in p.groups for pair in pairwise(group)):
        if not p.mover[a].arrived and not p.mover[b].arrived:
            for t in p.horizon:
                m.add(m.through(p.mover[a], t) == m.through(p.mover[b], t))
    for consumer, provider in p.order:
        _after(p, m, p.mover[consumer], p.mover[provider])


def _after(p: Problem, m: Model, consumer: Mover, provider: Mover) -> None:
    if provider.arrived or not consumer.movable:
        return
    last, big = len(p.horizon) - 1, len(p.horizon)
    ways = consumer.paths
    when = pulp.lpSum(t * m.at[consumer.id, k.key, t] for k in ways for t in p.horizon)
    theirs = [(t, m.at[provider.id, k.key, t]) for k in provider.paths if provider.movable for t in p.horizon]
    theirs += [(t, m.retire[provider.id, t]) for t in p.horizon if (provider.id, t) in m.retire]
    m.add(pulp.lpSum(t * v for t, v in theirs) <= when + big * (1 - m.moved(consumer, last)))
    m.add(m.moved(consumer, last) <= m.through(provider, last))


def _placing(p: Problem, m: Model) -> None:
    for s in p.movers:
        for c in s.crews if s.movable else ():
            for t in p.horizon:
                for platform in {k.platform for k in s.paths}:
                    ways = [k for k in s.paths if k.platform == platform]
                    pools = set().union(*(k.pools for k in ways))
                    here = [m.machines[c.workload, o.pool, t] for o in c.options if o.pool in pools]
                    m.add(pulp.lpSum(here) == c.count * pulp.lpSum(m.at[s.id, k.key, t] for k in ways))
                for o in c.options:
                    ways = [k for k in s.paths if _serves(k, o.pool, o.adaptation)]
                    going = pulp.lpSum(m.at[s.id, k.key, t] for k in ways)
                    m.add(m.machines[c.workload, o.pool, t] <= c.count * going)
    for b in p.purchases:
        m.add(pulp.lpSum(m.blocks[b.block, t] for t in p.horizon) <= b.maximum)
    for room in p.rooms:
        for resource, capacity in room.capacity.items():
            for t in p.horizon:
                _fits(p, m, room.pool, resource, max(0, capacity[t] - room.used.get(resource, 0)), t)


def _serves(path: Path, pool: str, needed: str) -> bool:
    kinds = ("rehost", "recompile", "replace_db", "rewrite")
    return pool in path.pools and kinds.index(path.kind) >= kinds.index(needed)


def _fits(p: Problem, m: Model, pool: str, resource: str, free: int, t: int) -> None:
    arrived = pulp.lpSum(
        o.demand.get(resource, 0) * m.machines[c.workload, o.pool, u]
        for s in p.movers
        if s.movable
        for c in s.crews
        for o in c.options
        if o.pool == pool
        for u in range(min(t + s.overlap, len(p.horizon) - 1) + 1)
    )
    bought = pulp.lpSum(
        b.adds.get(resource, 0) * m.blocks[b.block, u]
        for b in p.purchases
        if b.pool == pool
        for u in range(t - b.lead + 1)
    )
    m.add(arrived <= free + bought)


def _lines(p: Problem, m: Model) -> None:
    for number, line in enumerate(p.lines):
        for t in p.horizon:
            loads: list[pulp.LpAffineExpression] = []
            for load in line.loads:
                both = m.lp.add_variable(f"w_{number}_{len(loads)}_{t}", cat="Binary")
                m.add(both >= _there(p, m, load, t) - 1)
                loads.append(load.mbit * both)
            m.add(pulp.lpSum(loads) <= line.room)


def _there(p: Problem, m: Model, load: Apart, t: int) -> pulp.LpAffineExpression:
    ends = ((load.a, load.a_platform), (load.b, load.b_platform))
    total = pulp.LpAffineExpression.empty()
    for system, platform in ends:
        if system not in p.mover:
            total = total + 1
        elif platform is None:
            total = total + 1 - m.through(p.mover[system], t)
        else:
            total = total + m.moved(p.mover[system], t, platform)
    return total


def _money(p: Problem, m: Model) -> None:
    for cap in p.caps:
        before = None
        for periods in p.years.values():
            spent = pulp.lpSum(_om(p, m, p.mover[s], t) for s in cap.systems if s in p.mover for t in periods)
            m.add(spent / YUAN <= _audited(p, cap, periods) / YUAN)
            if before is not None and len(periods) == 4:
                m.add(spent / YUAN <= before / YUAN)
            before = spent if len(periods) == 4 else None
    for year, budget in p.scenario.one_off_budget.items():
        m.add(pulp.lpSum(_once(p, m, t) for t in p.years.get(year, ())) / YUAN <= budget / YUAN)
    for t in p.horizon:
        if p.scenario.cutovers is not None:
            m.add(pulp.lpSum(v for (_s, _k, u), v in m.at.items() if u == t) <= p.scenario.cutovers)
        for skill, team in p.scenario.team.items():
            m.add(pulp.lpSum(_work(p, m, s, skill, t) for s in p.movers) <= team)
        for g in p.commitments:
            rents = pulp.lpSum(
                in_period(rent, p.periods[t].name) / YUAN * (1 - m.through(p.mover[s], t))
                for s, rent in g.rents.items()
            )
            m.add(m.short[g.platform, t] >= g.due[t] / YUAN - rents)


def _audited(p: Problem, cap: Cap, periods: tuple[int, ...]) -> int:
    movers = [p.mover[s] for s in cap.systems if s in p.mover]
    return sum(in_period(s.share, p.periods[t].name) for s in movers for t in periods)


def _om(p: Problem, m: Model, s: Mover, t: int) -> pulp.LpAffineExpression:
    name = p.periods[t].name
    share, kept = in_period(s.share, name), in_period(s.kept, name)
    machines = pulp.lpSum(
        in_period(o.om_cost, name) * m.machines[c.workload, o.pool, u]
        for c in (s.crews if s.movable else ())
        for o in c.options
        for u in range(t + 1)
    )
    return share * (1 - m.through(s, t)) + kept * m.moved(s, t) + machines


def _once(p: Problem, m: Model, t: int) -> pulp.LpAffineExpression:
    moves = [k.one_off * m.at[s.id, k.key, t] for s in p.movers if s.movable for k in s.paths]
    retired = [s.retire_cost * m.retire[s.id, t] for s in p.movers if (s.id, t) in m.retire]
    return pulp.lpSum(moves + retired + [b.price * m.blocks[b.block, t] for b in p.purchases])


def _work(p: Problem, m: Model, s: Mover, skill: str, t: int) -> pulp.LpAffineExpression:
    work = [
        k.effort.get(skill, 0) / k.lead * m.at[s.id, k.key, u]
        for k in (s.paths if s.movable else ())
        for u in range(t, min(t + k.lead, len(p.horizon)))
    ]
    if (s.id, t) in m.retire:
        work.append(s.retire_effort.get(skill, 0) * m.retire[s.id, t])
    return pulp.lpSum(work)


def _uncovered(p: Problem, m: Model) -> pulp.LpAffineExpression:
    left = []
    for c in p.coverage:
        covered = m.lp.add_variable(f"covered_{c.project}", cat="Binary")
        for s in c.systems:
            m.add(covered <= m.through(p.mover[s], p.coverage_by))
        left.append(c.weight * (1 - covered))
    return pulp.lpSum(left)


def _cost(p: Problem, m: Model) -> pulp.LpAffineExpression:
    worth = discounts(p.scenario.discount_rate, len(p.horizon))
    total = []
    for t in p.horizon:
        double = [s.parallel_run * m.at[s.id, k.key, t] for s in p.movers if s.movable for k in s.paths]
        fen = pulp.lpSum(_om(p, m, s, t) for s in p.movers) + _once(p, m, t) + pulp.lpSum(double)
        short = pulp.lpSum(m.short[g.platform, t] for g in p.commitments)
        total.append(worth[t] / PPM * (fen / YUAN + short))
    return pulp.lpSum(total)


def _decisions(p: Problem, m: Model) -> Decisions:
    chosen = Decisions()
    chosen.moved = {s: (t, k) for (s, k, t), v in m.at.items() if (v.varValue or 0) > 0.5}
    chosen.retired = {s: t for (s, t), v in m.retire.items() if (v.varValue or 0) > 0.5}
    for (workload, pool, _t), v in m.machines.items():
        if count := round(v.varValue or 0):
            key = (workload, pool)
            chosen.machines[key] = chosen.machines.get(key, 0) + count
    chosen.bought = {(b, t): n for (b, t), v in m.blocks.items() if (n := round(v.varValue or 0))}
    return chosen
