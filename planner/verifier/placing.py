"""Judges of where machines stand and what the lines carry."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from math import ceil

from inventory.model import ADAPTATION_KINDS, Block, Link, Pool, System, Workload, carries
from inventory.text import _
from planner.plan import Action, Move, Placement
from planner.verifier.case import Case, Reading
from planner.verifier.judges import judge


@judge("whole_placement")
def whole_placement(case: Case) -> Iterator[Reading]:
    """Every machine stands in a pool that may take it, at the size it needs, on one platform."""
    for move in case.plan.moves:
        if move.action == Action.rehost and move.system in case.city.system:
            system = case.city.system[move.system]
            for workload in case.city.workloads_of[system.id]:
                placed = sum(p.count for p in move.placements if p.workload == workload.id and p.count > 0)
                message = _("{workload}: {placed} of {count} machines are placed").format(
                    workload=workload.id, placed=placed, count=workload.count
                )
                yield Reading(workload.id, -abs(workload.count - placed), message)
            for place in move.placements:
                reason = _misplaced(case, system, move, place)
                message = _("{workload} in {pool}: {reason}").format(
                    workload=place.workload, pool=place.pool, reason=reason
                )
                yield Reading(place.workload, -1 if reason else 0, message)
            yield _one_platform(case, move)


def _misplaced(case: Case, system: System, move: Move, place: Placement) -> str | None:
    pool = next((p for p in case.targets if p.id == place.pool), None)
    workload = next((w for w in case.city.workloads_of[system.id] if w.id == place.workload), None)
    if pool is None or workload is None or place.count < 1:
        return _("no such workload of the system, no allowed pool, or no machine")
    if obstacle := case.unfit(system, workload, pool):
        return _("the pool may not take it ({obstacle})").format(obstacle=_(obstacle))
    if not _carried(case, system, workload, pool, move):
        return _("it needs a heavier adaptation than {kind}").format(kind=move.adaptation)
    return _wrong_size(case, workload, pool, place)


def _carried(case: Case, system: System, workload: Workload, pool: Pool, move: Move) -> bool:
    needed = case.adaptation(system, workload, pool)
    return move.adaptation in ADAPTATION_KINDS and carries(move.adaptation, needed)


def _wrong_size(case: Case, workload: Workload, pool: Pool, place: Placement) -> str | None:
    size = case.sizer.target(workload, pool)
    wanted = size.demand() if size else {}
    given = {"vcpu": place.vcpu, "memory_gib": place.memory_gib, **place.storage_gib}
    if wanted == given:
        return None
    return _("stated size {given}, needed {wanted}").format(given=given, wanted=wanted)


def _one_platform(case: Case, move: Move) -> Reading:
    platforms = {case.city.pool[p.pool].platform for p in move.placements if p.pool in case.city.pool}
    message = _("{system} is spread over several platforms").format(system=move.system)
    return Reading(move.system, 1 - len(platforms), message)


@judge("pool_capacity")
def pool_capacity(case: Case) -> Iterator[Reading]:
    """Load of each target pool, resource and period against its capacity and blocks."""
    for pool in case.targets:
        for resource, total in offer(pool).items():
            for t in range(len(case.calendar)):
                load, room = used(case, pool, resource, t), capacity(case, pool, resource, total, t)
                message = _("{pool} carries {load} of {room} {resource} in {period}").format(
                    pool=pool.id, load=load, room=room, resource=resource, period=case.calendar[t].name
                )
                grown = load > used(case, pool, resource, -1)
                yield Reading(pool.id, room - load if grown or room >= load else 0, message)


def offer(pool: Pool) -> dict[str, int]:
    """Return what a pool has of each resource whose amount is known, reserve included."""
    found = {"vcpu": pool.vcpu, "memory_gib": pool.memory_gib}
    found |= {tier.value: gib for tier, gib in pool.storage_gib.items()}
    return {resource: total for resource, total in found.items() if total is not None}


def used(case: Case, pool: Pool, resource: str, t: int) -> int:
    """Return what a pool carries in a period; ``t = -1`` is today."""
    today = case.present.get((pool.id, resource), 0)
    arrived = case.arriving.get((pool.id, resource), {}) if t >= 0 else {}
    return today + sum(amount for first, amount in arrived.items() if first <= t)


def capacity(case: Case, pool: Pool, resource: str, total: int, t: int) -> int:
    """Return what a pool offers in a period: total less reserve, plus blocks in use."""
    kept = case.scenario.reserve if case.scenario.reserve is not None else pool.reserve
    if kept is None:
        kept = int(Fraction(case.city.assume("reserve")) * 10_000)
    opened = (pool.available_from or date.min) <= case.calendar[t].start
    own = total * (10_000 - kept) // 10_000 if opened else 0
    return own + sum(
        adds(block, resource) * order.count
        for order in case.plan.blocks
        for block in case.city.blocks
        if block.id == order.block and block.pool == pool.id and ready(case, block, order.period) <= t
    )


def adds(block: Block, resource: str) -> int:
    """Return what a block adds of a resource."""
    sizes = {"vcpu": block.vcpu, "memory_gib": block.memory_gib}
    sizes |= {tier.value: gib for tier, gib in block.storage_gib.items()}
    return sizes.get(resource, 0)


def ready(case: Case, block: Block, period: str) -> int:
    """Return the first period in which an ordered block is of use."""
    return case.index.get(period, len(case.calendar)) + ceil(block.lead_time / 13)


@judge("link_capacity")
def link_capacity(case: Case) -> Iterator[Reading]:
    """Present load plus the traffic of parted partners on each line, against its planned peak."""
    added = _added(case)
    for link in case.city.links:
        for t, period in enumerate(case.calendar):
            if link.mbit is not None and (extra := added.get((link.id, t), 0)) > 0:
                room = _room(case, link)
                message = _("{link} takes {extra} Mbit/s more in {period}, its room is {room}").format(
                    link=link.id, extra=extra, period=period.name, room=room
                )
                yield Reading(link.id, room - extra, message)


@judge("ipv6_ready_target")
def ipv6_ready_target(case: Case) -> Iterator[Reading]:
    """Where it is required, no system goes where IPv6 is not known to get from end to end."""
    for move, _at in case.moved() if case.scenario.ipv6 == "require" else ():
        message = _("{system} goes where IPv6 is not known to get from core and Internet edge")
        yield Reading(move.system, -case.misses_ipv6(move), message.format(system=move.system))


def _room(case: Case, link: Link) -> int:
    mbit = link.mbit or 0
    peak = int(mbit * Fraction(case.city.assume("link_planned_peak")))
    return max(0, peak - mbit * (link.utilisation or 0) // 10_000)


def _added(case: Case) -> dict[tuple[str, int], int]:
    """Return the change of traffic on each line and period against today, Mbit/s.

    Nobody talks with a system that has been retired.
    """
    found: dict[tuple[str, int], int] = {}
    for d in case.city.dependencies:
        mbit = d.mbit if d.mbit is not None else int(case.city.assume("dependency_mbit"))
        before = _lines(case, case.platform_of(d.consumer), case.platform_of(d.provider))
        for periods in _stretches(case, d.consumer, d.provider):
            after = _lines(case, _place(case, d.consumer, periods[0]), _place(case, d.provider, periods[0]))
            for link in before ^ after:
                more = mbit if link in after else -mbit
                for t in periods:
                    found[link, t] = found.get((link, t), 0) + more
    return found


def _stretches(case: Case, *systems: str) -> Iterator[range]:
    """Yield the stretches of periods in which none of some systems moves."""
    starts = sorted({0, *(at for s in systems if (at := case.when(s)) is not None)})
    for start, end in zip(starts, [*starts[1:], len(case.calendar)], strict=True):
        yield range(start, end)


def _place(case: Case, system: str, t: int) -> str | None:
    """Return the platform of a system in a period, none once it has been retired."""
    move = case.move.get(system)
    if move is None or not case.gone(system, t):
        return case.platform_of(system)
    return case.city.pool[move.placements[0].pool].platform if move.placements else None


def _lines(case: Case, a: str | None, b: str | None) -> set[str]:
    way = case.route(a, b) if a and b and a != b else None
    return set(way.links) if way else set()
