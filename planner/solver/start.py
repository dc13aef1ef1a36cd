"""An earlier plan or a draft as the place where the search starts."""

from collections.abc import Iterator

import pulp

from planner.plan import Action, Decided
from planner.problem import Problem
from planner.rules import Choices
from planner.solver.decisions import Decisions


def begin(problem: Problem, x: Choices, draft: Decisions | None = None) -> bool:
    """Set every whole variable to what the earlier plan or a draft decided; return whether there was any."""
    decided = list(drafted(x, draft) if draft else _decided(problem, x))
    whole = list(_whole(x)) if draft or problem.earlier else []
    for variable in x.model.variables() if whole else ():
        variable.varValue = None
    for variable in whole:
        variable.setInitialValue(0)
    for variable, value in decided:
        variable.setInitialValue(value)
    return bool(whole)


def drafted(x: Choices, draft: Decisions) -> Iterator[tuple[pulp.LpVariable, int]]:
    """Yield the whole variables that a draft decides, with their values."""
    for system, (t, path) in draft.moved.items():
        yield x.moved_at[system, path][t], 1
    for system, t in draft.retired.items():
        yield x.retired_at[system][t], 1
    for key, count in draft.machines.items():
        yield x.machines[key], count
    for (block, t), count in draft.bought.items():
        yield x.bought[block][t], count


def _whole(x: Choices) -> Iterator[pulp.LpVariable]:
    yield from x.machines.values()
    for ats in (*x.moved_at.values(), *x.retired_at.values(), *x.bought.values()):
        yield from ats


def _decided(p: Problem, x: Choices) -> Iterator[tuple[pulp.LpVariable, int]]:
    for decided in p.decided.values():
        at = p.period_index(decided.period) if decided.period else None
        if at is not None and decided.action is Action.retire and decided.system in x.retired_at:
            yield x.retired_at[decided.system][at], 1
        elif at is not None and (key := _path(p, decided)) in x.moved_at:
            yield x.moved_at[key][at], 1
            yield from _placed(x, decided)
    for order in p.earlier.blocks if p.earlier else ():
        at = p.period_index(order.period)
        if at is not None and order.block in x.bought:
            yield x.bought[order.block][at], order.count


def _placed(x: Choices, decided: Decided) -> Iterator[tuple[pulp.LpVariable, int]]:
    for workload, pools in decided.machines.items():
        for pool, count in pools.items():
            if (workload, pool) in x.machines:
                yield x.machines[workload, pool], min(count, int(x.machines[workload, pool].upBound or 0))


def _path(p: Problem, decided: Decided) -> tuple[str, str]:
    pools = {pool for places in decided.machines.values() for pool in places}
    platforms = sorted({room.platform for room in p.rooms if room.pool in pools})
    return decided.system, f"{''.join(platforms)}.{decided.adaptation}"
