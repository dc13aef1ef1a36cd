"""Every figure of a plan, computed in integers from whole decisions."""

from collections import Counter
from collections.abc import Iterator

from inventory.units import divide
from planner.plan import (
    Action,
    BlockOrder,
    LedgerRow,
    Move,
    Placement,
    ProjectYear,
    Usage,
)
from planner.problem import Cap, Mover, Path, Problem, Room
from planner.problem.amounts import PPM, discounts, in_period
from planner.solver.decisions import Decisions


def moves(p: Problem, chosen: Decisions) -> tuple[Move, ...]:
    """Return one move a system, in inventory order."""
    return tuple(_move(p, chosen, mover) for mover in p.movers)


def _move(p: Problem, chosen: Decisions, mover: Mover) -> Move:
    if mover.id in chosen.moved:
        t, key = chosen.moved[mover.id]
        return _rehost(p, chosen, mover, next(k for k in mover.paths if k.key == key), t)
    if mover.id in chosen.retired:
        return _retire(mover, p.periods[chosen.retired[mover.id]].name)
    return Move(
        system=mover.id,
        project=mover.project,
        action=Action.stay,
        period=None,
        om_cost_before=mover.share,
        om_cost_after=mover.share,
        one_off=0,
    )


def _retire(mover: Mover, period: str) -> Move:
    return Move(
        system=mover.id,
        project=mover.project,
        action=Action.retire,
        period=period,
        work_starts=period,
        om_cost_before=mover.share,
        om_cost_after=0,
        one_off=mover.retire_cost,
        effort=sum(mover.retire_effort.values()),
    )


def _rehost(p: Problem, chosen: Decisions, mover: Mover, path: Path, t: int) -> Move:
    placed = tuple(_placements(chosen, mover))
    price = {(o.workload, o.pool): o.om_cost for crew in mover.crews for o in crew.options}
    after = mover.kept + sum(place.count * price[place.workload, place.pool] for place in placed)
    return Move(
        system=mover.id,
        project=mover.project,
        action=Action.rehost,
        period=p.periods[t].name,
        placements=placed,
        om_cost_before=mover.share,
        om_cost_after=after,
        one_off=path.one_off,
        parallel_run=mover.parallel_run,
        effort=sum(path.effort.values()),
        adaptation=path.kind,
        work_starts=p.periods[max(0, t - path.lead + 1)].name,
    )


def _placements(chosen: Decisions, mover: Mover) -> Iterator[Placement]:
    for crew in mover.crews:
        for option in crew.options:
            if count := chosen.machines.get((crew.workload, option.pool)):
                yield Placement(
                    workload=crew.workload,
                    pool=option.pool,
                    count=count,
                    vcpu=option.vcpu,
                    memory_gib=option.memory_gib,
                    storage_gib=dict(option.storage_gib),
                )


def om_in(p: Problem, moved: dict[str, Move], mover: Mover, t: int) -> int:
    """Return a system's O&M in a period, in fen."""
    move = moved[mover.id]
    gone = move.period is not None and _index(p, move.period) <= t
    if not gone:
        return in_period(mover.share, p.periods[t].name)
    if move.action == Action.retire:
        return 0
    price = {(o.workload, o.pool): o.om_cost for crew in mover.crews for o in crew.options}
    name = p.periods[t].name
    machines = sum(n.count * in_period(price[n.workload, n.pool], name) for n in move.placements)
    return in_period(mover.kept, name) + machines


def _index(p: Problem, period: str) -> int:
    found = p.period_index(period)
    return -1 if found is None else found


def ledger(p: Problem, chosen: Decisions, made: tuple[Move, ...]) -> tuple[LedgerRow, ...]:
    """Return the money of each period, recurring, one-off and parallel running apart."""
    moved = {move.system: move for move in made}
    prices = {purchase.block: purchase.price for purchase in p.purchases}
    return tuple(
        LedgerRow(
            period=period.name,
            om_cost=sum(om_in(p, moved, mover, t) for mover in p.movers),
            one_off=sum(m.one_off for m in made if m.period == period.name),
            parallel_run=sum(m.parallel_run for m in made if m.period == period.name),
            commitment=_commitment(p, moved, t),
            blocks=sum(prices[b] * n for (b, at), n in chosen.bought.items() if at == t),
            om_cost_baseline=sum(in_period(mover.share, period.name) for mover in p.movers),
        )
        for t, period in enumerate(p.periods)
    )


def _commitment(p: Problem, moved: dict[str, Move], t: int) -> int:
    total, name = 0, p.periods[t].name
    for commitment in p.commitments:
        paid = sum(
            in_period(rent, name)
            for system, rent in commitment.rents.items()
            if moved[system].period is None or _index(p, moved[system].period or "") > t
        )
        total += max(0, commitment.due[t] - paid)
    return total


def project_years(p: Problem, made: tuple[Move, ...]) -> tuple[ProjectYear, ...]:
    """Return each subject of the cost rule with its yearly O&M and cap."""
    moved = {move.system: move for move in made}
    return tuple(row for cap in p.caps for row in _years(p, moved, cap))


def _years(p: Problem, moved: dict[str, Move], cap: Cap) -> Iterator[ProjectYear]:
    """Yield a subject's years; of a year in part, the change against staying is annualised."""
    members, limit = [p.mover[s] for s in cap.systems if s in p.mover], cap.audited
    for year, periods in p.years.items():
        change = sum(_change(p, moved, mover, periods) for mover in members)
        spent = sum(m.share for m in members) + divide(change * 4, len(periods))
        most = limit + cap.raised
        yield ProjectYear(project=cap.name, year=year, om_cost=spent, cap=most, assumed=cap.assumed)
        limit = min(cap.audited, spent) if len(periods) == 4 else limit


def _change(p: Problem, moved: dict[str, Move], mover: Mover, periods: tuple[int, ...]) -> int:
    """Return what a system costs in some periods beyond staying as it is."""
    move = moved[mover.id]
    extra = sum(om_in(p, moved, mover, t) - in_period(mover.share, p.periods[t].name) for t in periods)
    counted = p.scenario.count_parallel and move.period and _index(p, move.period) in periods
    return extra + (move.parallel_run if counted else 0)


def usage(p: Problem, chosen: Decisions, made: tuple[Move, ...]) -> tuple[Usage, ...]:
    """Return the load of each target pool by resource and period."""
    grown = _grown(p, made)
    return tuple(row for room in p.rooms for row in _room_usage(p, chosen, grown, room))


def _grown(p: Problem, made: tuple[Move, ...]) -> Counter[tuple[str, str, int]]:
    """Return what each pool takes on, by resource and first period, parallel running included."""
    found: Counter[tuple[str, str, int]] = Counter()
    for move in made:
        if move.action == Action.rehost:
            first = max(0, _index(p, move.period or "") - p.mover[move.system].overlap)
            for n in move.placements:
                sizes = {"vcpu": n.vcpu, "memory_gib": n.memory_gib, **n.storage_gib}
                for resource, amount in sizes.items():
                    found[n.pool, resource, first] += amount * n.count
    return found


def _room_usage(
    p: Problem, chosen: Decisions, grown: Counter[tuple[str, str, int]], room: Room
) -> Iterator[Usage]:
    for resource, capacity in room.capacity.items():
        used = room.used.get(resource, 0)
        for t, period in enumerate(p.periods):
            used += grown[room.pool, resource, t]
            bought = sum(
                purchase.adds.get(resource, 0) * chosen.bought.get((purchase.block, at), 0)
                for purchase in p.purchases
                if purchase.pool == room.pool
                for at in range(t - purchase.lead + 1)
            )
            yield Usage(
                pool=room.pool,
                period=period.name,
                resource=resource,
                used=used,
                capacity=capacity[t] + bought,
            )


def orders(p: Problem, chosen: Decisions) -> tuple[BlockOrder, ...]:
    """Return the blocks bought."""
    return tuple(
        BlockOrder(block=block, period=p.periods[t].name, count=count)
        for (block, t), count in sorted(chosen.bought.items())
    )


def discounted(p: Problem, rows: tuple[LedgerRow, ...]) -> float:
    """Return the discounted total of a ledger, in fen."""
    worth = discounts(p.scenario.discount_rate, len(p.horizon))
    sums = (r.om_cost + r.one_off + r.parallel_run + r.commitment + r.blocks for r in rows)
    return sum(amount * w for amount, w in zip(sums, worth, strict=True)) / PPM


def parted_quarters(p: Problem, made: tuple[Move, ...]) -> int:
    """Return the quarters that dependent systems spend apart, one gone and the other not."""
    gone = {m.system: len(p.horizon) if m.period is None else _index(p, m.period) for m in made}
    open_ = {m.id for m in p.movers if not m.arrived and (m.movable or m.retirable)}
    pairs = (b for b in p.bonds if {b.consumer, b.provider} <= open_)
    return sum(abs(gone[bond.consumer] - gone[bond.provider]) for bond in pairs)


def uncovered_weight(p: Problem, made: tuple[Move, ...]) -> int:
    """Return the weight of existing projects not through by the coverage deadline."""
    through = {m.system for m in made if m.period and _index(p, m.period) <= p.coverage_by}
    return sum(c.weight for c in p.coverage if not set(c.systems) <= through)


def unready(p: Problem, made: tuple[Move, ...]) -> int:
    """Return how many systems end up where IPv6 is not known to get from end to end."""
    closed = {room.pool for room in p.rooms if room.platform in p.without_ipv6}
    return sum(any(place.pool in closed for place in move.placements) for move in made)
