"""What a plan states, compared with what follows from its decisions."""

from collections.abc import Iterator
from typing import Any

from inventory.text import _
from planner.plan import Action, Move
from planner.verifier.case import Case, quarter
from planner.verifier.paying import blocks, commitment, om_cost, one_off, parallel_run, subjects, yearly
from planner.verifier.placing import capacity, used


def misstatements(case: Case) -> Iterator[str]:
    """Yield every stated figure that is wrong, in words."""
    yield from _frame(case)
    for move in case.plan.moves:
        if move.system in case.city.system:
            yield from _move(case, move)
    yield from _ledger(case)
    yield from _projects(case)
    yield from _usage(case)


def _differ(what: str, stated: Any, found: Any) -> Iterator[str]:
    if stated != found:
        yield _("{what}: stated {stated}, recomputed {found}").format(what=what, stated=stated, found=found)


def _frame(case: Case) -> Iterator[str]:
    plan = case.plan
    yield from _differ("periods", plan.periods, tuple(p.name for p in case.calendar))
    yield from _differ("digests.inventory", plan.digests.inventory, case.city.digest)
    yield from _differ("digests.scenario", plan.digests.scenario, case.scenario.digest)
    known = {block.id: block for block in case.city.blocks}
    for order in plan.blocks:
        bought = sum(o.count for o in plan.blocks if o.block == order.block)
        if order.block not in known or order.period not in case.index or order.count < 1:
            yield _("block order {block} in {period} cannot be").format(
                block=order.block, period=order.period
            )
        elif bought > known[order.block].maximum:
            yield _("block {block} is bought {count} times").format(block=order.block, count=bought)


def _move(case: Case, move: Move) -> Iterator[str]:
    share = case.share[move.system]
    yield from _differ(f"{move.system}.om_cost_before", move.om_cost_before, share)
    yield from _differ(f"{move.system}.om_cost_after", move.om_cost_after, _after(case, move, share))
    yield from _differ(f"{move.system}.one_off", move.one_off, one_off(case, move))
    double = parallel_run(case, move.system) if move.action == Action.rehost else 0
    yield from _differ(f"{move.system}.parallel_run", move.parallel_run, double)
    effort = 0 if move.action == Action.stay else sum(case.effort(move).values())
    yield from _differ(f"{move.system}.effort", move.effort, effort)
    yield from _differ(f"{move.system}.project", move.project, case.city.system[move.system].project)


def _after(case: Case, move: Move, share: int) -> int:
    if move.action == Action.stay:
        return share
    if move.action == Action.retire:
        return 0
    return share - case.rent(move.system) + sum(p.count * (case.running(p) or 0) for p in move.placements)


def _ledger(case: Case) -> Iterator[str]:
    yield from _differ("ledger", len(case.plan.ledger), len(case.calendar))
    for t, row in enumerate(case.plan.ledger[: len(case.calendar)]):
        going = [m for m in case.plan.moves if m.period == row.period and m.system in case.city.system]
        found = {
            "period": case.calendar[t].name,
            "om_cost": sum(om_cost(case, s.id, t) for s in case.systems),
            "one_off": sum(one_off(case, m) for m in going),
            "parallel_run": sum(parallel_run(case, m.system) for m in going if m.action == Action.rehost),
            "commitment": commitment(case, t),
            "blocks": blocks(case, row.period),
            "om_cost_baseline": sum(quarter(case.share[s.id], case.calendar[t].name) for s in case.systems),
        }
        for name, value in found.items():
            yield from _differ(f"ledger {row.period} {name}", getattr(row, name), value)


def _projects(case: Case) -> Iterator[str]:
    stated = {(row.project, row.year): (row.om_cost, row.cap) for row in case.plan.projects}
    found = {}
    for name, systems, limit in subjects(case):
        for year in dict.fromkeys(p.fiscal_year for p in case.calendar):
            spent, whole = yearly(case, systems, year)
            found[name, year] = (spent, limit)
            limit = min(limit, spent) if whole else limit
    for key in sorted(stated.keys() | found.keys()):
        yield from _differ(f"projects {key[0]} {key[1]}", stated.get(key), found.get(key))


def _usage(case: Case) -> Iterator[str]:
    pools = {pool.id: pool for pool in case.targets}
    for row in case.plan.usage:
        pool = pools.get(row.pool)
        if pool is None or row.period not in case.index:
            yield from _differ(f"usage {row.pool} {row.period}", row.used, None)
        else:
            total = {"vcpu": pool.vcpu, "memory_gib": pool.memory_gib}.get(row.resource)
            tiers = {tier.value: gib for tier, gib in pool.storage_gib.items()}
            t = case.index[row.period]
            offer = capacity(case, pool, row.resource, total or tiers.get(row.resource, 0), t)
            what = f"usage {row.pool} {row.resource} {row.period}"
            yield from _differ(what, (row.used, row.capacity), (used(case, pool, row.resource, t), offer))
