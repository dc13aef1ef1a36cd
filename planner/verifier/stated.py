"""What a plan states, compared with what follows from its decisions."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from inventory.model import ADAPTATION_KINDS
from inventory.text import _
from planner.plan import Action, Move, Plan
from planner.verifier.aims import discounted, reached
from planner.verifier.case import Case, quarter
from planner.verifier.moving import tied
from planner.verifier.paying import (
    blocks,
    commitment,
    one_off,
    parallel_run,
    subjects,
    unaudited_subjects,
    years,
)
from planner.verifier.placing import capacity, offer, used
from planner.verifier.replanning import changes


def strangers(case: Case) -> Iterator[str]:
    """Yield, in words, every id of the plan that the inventory does not know."""
    for move in case.plan.moves:
        if move.system not in case.city.system:
            yield _("unknown system {name!r}").format(name=move.system)
        if move.action == Action.rehost and move.adaptation not in ADAPTATION_KINDS:
            yield _("{system}: unknown adaptation {name!r}").format(system=move.system, name=move.adaptation)
        for place in move.placements:
            if place.workload not in case.workload:
                yield _("unknown workload {name!r}").format(name=place.workload)
            if place.pool not in case.city.pool:
                yield _("unknown pool {name!r}").format(name=place.pool)


def misstatements(case: Case) -> Iterator[str]:
    """Yield every stated figure that is wrong, in words."""
    yield from _frame(case)
    for move in case.plan.moves:
        if move.system in case.city.system:
            yield from _move(case, move)
    yield from _ledger(case)
    yield from _projects(case)
    yield from _usage(case)
    yield from _stages(case)
    yield from _replanned(case)


def _differ(what: str, stated: Any, found: Any) -> Iterator[str]:
    if stated != found:
        yield _("{what}: stated {stated}, recomputed {found}").format(what=what, stated=stated, found=found)


def _frame(case: Case) -> Iterator[str]:
    plan = case.plan
    yield from _differ("city", plan.city, case.city.id)
    yield from _differ("scenario", plan.scenario, case.scenario.model_dump(mode="json"))
    yield from _differ("for_study_only", plan.for_study_only, case.scenario.legal_off)
    yield from _differ("groups", plan.groups, tuple(sorted(tuple(sorted(group)) for group in tied(case))))
    yield from _differ("periods", plan.periods, tuple(p.name for p in case.calendar))
    yield from _differ("digests.inventory", plan.digests.inventory, case.inventory)
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
    yield from _differ(f"{move.system}.work_starts", move.work_starts, _starts(case, move))
    if move.action != Action.rehost:
        yield from _differ(f"{move.system}.adaptation", move.adaptation, None)


def _starts(case: Case, move: Move) -> str | None:
    """Return the first period of a move's work."""
    at = case.when(move.system)
    if move.action != Action.rehost or at is None:
        return move.period
    return case.calendar[max(0, at + 1 - case.lead(move.adaptation or ""))].name


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
            "om_cost": sum(case.om_costs(s.id)[t] for s in case.systems),
            "one_off": sum(one_off(case, m) for m in going),
            "parallel_run": sum(parallel_run(case, m.system) for m in going if m.action == Action.rehost),
            "commitment": commitment(case, t),
            "blocks": blocks(case, row.period),
            "om_cost_baseline": sum(quarter(case.share[s.id], case.calendar[t].name) for s in case.systems),
        }
        for name, value in found.items():
            yield from _differ(f"ledger {row.period} {name}", getattr(row, name), value)


def _projects(case: Case) -> Iterator[str]:
    stated = {(row.project, row.year): (row.om_cost, row.cap, row.assumed) for row in case.plan.projects}
    unaudited = set(unaudited_subjects(case))
    found = {}
    for name, systems, audited in subjects(case):
        for year, spent, limit in years(case, name, systems, audited):
            found[name, year] = (spent, limit, name in unaudited)
    for key in sorted(stated.keys() | found.keys()):
        yield from _differ(f"projects {key[0]} {key[1]}", stated.get(key), found.get(key))
    yield from _differ("projects", len(case.plan.projects), len(found))


def _usage(case: Case) -> Iterator[str]:
    stated = Counter((row.pool, row.resource, row.period, row.used, row.capacity) for row in case.plan.usage)
    found = Counter(
        (pool.id, resource, period, used(case, pool, resource, t), capacity(case, pool, resource, total, t))
        for pool in case.targets
        for resource, total in offer(pool).items()
        for period, t in case.index.items()
    )
    for pool, resource, period, *figures in stated - found:
        yield from _differ(f"usage {pool} {resource} {period}", figures, None)
    for pool, resource, period, *figures in found - stated:
        yield from _differ(f"usage {pool} {resource} {period}", None, figures)


def _stages(case: Case) -> Iterator[str]:
    """Compare what each stage claims to reach; a bound is the solver's word, a gap follows from both."""
    value = reached(case)
    for stage in case.plan.stages:
        off = abs(stage.objective - value.get(stage.name, math.inf))
        if off > 1:
            yield from _differ(f"stages {stage.name}", stage.objective, value.get(stage.name))
        if not _near(stage.gap, abs(stage.objective - stage.bound) / max(abs(stage.bound), 1)):
            yield _("stages {name}: the gap does not follow from value and bound").format(name=stage.name)
    yield from _gaps(case)


def _gaps(case: Case) -> Iterator[str]:
    """Compare the plan's gaps with its cost stage."""
    cost = next((stage for stage in case.plan.stages if stage.name == "cost"), None)
    yield from _differ("gap", case.plan.gap, cost.gap if cost else None)
    if cost:
        names = [period.name for period in case.calendar]
        staying = [sum(quarter(case.share[s.id], name) for s in case.systems) for name in names]
        saving = discounted(case, staying) - cost.bound
        found = (cost.objective - cost.bound) / saving if saving > 0 else None
        if not _near(case.plan.gap_of_saving, found):
            yield from _differ("gap_of_saving", case.plan.gap_of_saving, found)


def _replanned(case: Case) -> Iterator[str]:
    """Compare the list of changed decisions and their price."""
    if told := case.plan.replanned:
        stated = sorted((row.system, row.decision) for row in told.changed)
        yield from _differ("replanned.changed", stated, sorted(changes(case)))
        price = int(case.city.assume("change_penalty") * 100)
        yield from _differ("replanned.change_penalty", told.change_penalty, price)
        if told.as_of not in case.index:
            yield from _differ("replanned.as_of", told.as_of, None)


def against(case: Case, earlier: Plan) -> Iterator[str]:
    """Yield, in words, where the plan misquotes the one it was planned anew from."""
    told = case.plan.replanned
    yield from _differ("replanned.earlier", told and told.earlier, earlier.digest)
    yield from _differ("replanned.decided", told and told.decided, earlier.decided)
    yield from _differ("replanned.blocks", told and told.blocks, earlier.blocks)


def _near(stated: float | None, found: float | None) -> bool:
    if stated is None or found is None:
        return stated is found
    return math.isclose(stated, found, rel_tol=1e-6, abs_tol=1e-9)
