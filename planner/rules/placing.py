"""Rules on where machines stand and what the lines carry."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from pulp import LpVariable

from inventory.model import carries
from planner.problem import Apart, Crew, Mover, Option, Problem, Room
from planner.rules.choices import FEN_A_SURPLUS, Choices, Terms
from planner.rules.rents import open_pools
from planner.rules.room import free, implied
from planner.rules.rows import Row, negative, rows_of, scaled


@rows_of("whole_placement")
def whole_placement(p: Problem, x: Choices) -> Iterator[Row]:
    """Every machine of a moved system has a place that its path may use, and is paid for there."""
    for mover in p.movers:
        if mover.movable:
            for crew in mover.crews:
                yield from _placed(p, x, mover, crew)
                yield from _arriving_at(p, x, mover, crew)
            yield from _surplus(p, x, mover)


def _placed(p: Problem, x: Choices, mover: Mover, crew: Crew) -> Iterator[Row]:
    """Yield where the machines of a workload are in the end: all on the platform, none in a closed pool."""
    for platform, by in x.onto(mover.id):
        pools = open_pools(mover)[platform]
        terms: Terms = [(x.machines[crew.workload, o.pool], 1.0) for o in crew.options if o.pool in pools]
        terms.append((by[-1], -float(crew.count)))
        yield Row((crew.workload, platform), terms, "==", 0, (mover.id,), elastic=False)
        paths = [path for path in mover.paths if path.platform == platform]
        for option in (o for o in crew.options if o.pool in pools and len(paths) > 1):
            allowed = [k for k in paths if option.pool in k.pools and carries(k.kind, option.adaptation)]
            if allowed and len(allowed) < len(paths):
                terms = [(x.machines[crew.workload, option.pool], 1.0)]
                terms += [(z, -float(crew.count)) for k in allowed for z in x.moved_at[mover.id, k.key]]
                subject = (crew.workload, option.pool, "kind")
                yield Row(subject, terms, "<=", 0, (mover.id,), elastic=False)


def _arriving_at(p: Problem, x: Choices, mover: Mover, crew: Crew) -> Iterator[Row]:
    """Yield when the machines of a workload arrive where that matters: with the cutover of their system."""
    for option in crew.options:
        key = (crew.workload, option.pool)
        if key in x.share:
            terms: Terms = [(Y, 1.0) for Y in x.share[key]] + [(x.machines[key], -1.0)]
            yield Row((*key, "arriving"), terms, "==", 0, (mover.id,), elastic=False)
    for platform, pools in open_pools(mover).items():
        timed = [o for o in crew.options if o.pool in pools and (crew.workload, o.pool) in x.share]
        for t in p.horizon if timed else ():
            terms = [(x.share[crew.workload, option.pool][t], 1.0) for option in timed]
            ats = (x.moved_at[mover.id, k.key][t] for k in mover.paths if k.platform == platform)
            terms += [(z, -float(crew.count)) for z in ats]
            yield Row((crew.workload, platform, str(t)), terms, "<=", 0, (mover.id,), t, elastic=False)


def _surplus(p: Problem, x: Choices, mover: Mover) -> Iterator[Row]:
    """Yield what dearer places cost: all of it in the period of the cutover."""
    rents, surplus = x.rents[mover.id], x.surplus.get(mover.id)
    if not surplus or not rents.most:
        return
    beyond: Terms = [(x.machines[key], -float(fen)) for key, fen in rents.beyond.items() if fen]
    terms = [(u, 1.0) for u in surplus] + scaled(beyond, FEN_A_SURPLUS)
    yield Row((mover.id, "dearer"), terms, "==", 0, (mover.id,), elastic=False)
    for t, u in enumerate(surplus):
        going = [(z, -rents.most / FEN_A_SURPLUS * f) for z, f in x.moves(mover.id, t)]
        subject = (mover.id, "dearer", p.periods[t].name)
        yield Row(subject, [(u, 1.0), *going], "<=", 0, (mover.id,), t, elastic=False)


@rows_of("pool_capacity")
def pool_capacity(p: Problem, x: Choices) -> Iterator[Row]:
    """What has arrived by a period (or runs in parallel) fits the pool with its blocks.

    Nothing leaves a pool: what fits it later fits before, unless it grows in between. A pool that
    carries more than it has today may stay so; who enters waits until blocks have made up for that.
    """
    for purchase in p.purchases:
        total: Terms = [(b, 1.0) for b in x.bought[purchase.block]]
        yield Row((purchase.block,), total, "<=", purchase.maximum, elastic=False)
    arriving = _arriving(p, x)
    for room in p.rooms:
        for resource in room.capacity:
            if found := arriving.get((room.pool, resource)):
                periods = p.horizon if any(found.first_counted) else p.horizon[-1:]
                for t in periods:
                    yield from _room_rows(p, x, room, resource, found, t)


@dataclass
class _Arriving:
    """Demand on one resource of one pool."""

    first_counted: list[Terms]
    """By period, of the machines that stand or run in parallel from then on."""
    in_the_end: Terms = field(default_factory=list)


def _arriving(p: Problem, x: Choices) -> dict[tuple[str, str], _Arriving]:
    found: dict[tuple[str, str], _Arriving] = {}
    for mover in p.movers:
        for crew in mover.crews if mover.movable else ():
            for option in crew.options:
                for resource, amount in option.demand.items():
                    if amount:
                        if (option.pool, resource) not in found:
                            found[option.pool, resource] = _Arriving([[] for _t in p.horizon])
                        _arrive(x, found[option.pool, resource], option, amount, mover.overlap)
    return found


def _arrive(x: Choices, of: _Arriving, option: Option, amount: int, overlap: int) -> None:
    key = (option.workload, option.pool)
    of.in_the_end.append((x.machines[key], float(amount)))
    for t, arrived in enumerate(x.share.get(key, ())):
        of.first_counted[max(0, t - overlap)].append((arrived, float(amount)))


def _room_rows(
    p: Problem, x: Choices, room: Room, resource: str, arriving: _Arriving, t: int
) -> Iterator[Row]:
    left, name = free(room, resource, t), (room.pool, resource, p.periods[t].name)
    load = list(arriving.in_the_end if t == p.horizon[-1] else chain(*arriving.first_counted[: t + 1]))
    grown: Terms = []
    for purchase in p.purchases:
        if purchase.pool == room.pool and (adds := purchase.adds.get(resource)):
            usable = max(0, t - purchase.lead + 1)
            grown += [(B, -float(adds)) for B in x.bought[purchase.block][:usable]]
    said = implied(p, room, resource, t)
    if left < 0 and grown and not said:
        entered = x.model.add_variable(f"g[{','.join(name)}]", 0, 1, "Binary")
        most = sum(amount * (variable.upBound or 0) for variable, amount in load)
        yield Row((*name, "entered"), [*load, (entered, -most)], "<=", 0, (), t, elastic=False)
        grown.append((entered, -float(left)))
    lever = f"{room.pool} {resource}"
    yield Row(name, load + grown, "<=", max(left, 0), (), t, lever=lever, implied=said)


@rows_of("link_capacity")
def link_capacity(p: Problem, x: Choices) -> Iterator[Row]:
    """Traffic of parted partners stays in the room of every line on its way; who is retired has none."""
    for line in p.lines:
        for t in p.horizon:
            terms = []
            for load in line.loads:
                variable, rows = _apart(p, x, load, t)
                terms.append((variable, float(load.mbit)))
                yield from rows
            yield Row((line.link, p.periods[t].name), terms, "<=", line.room, (), t, lever=line.link)


@rows_of("ipv6_ready_target")
def ipv6_ready_target(p: Problem, x: Choices) -> Iterator[Row]:
    """``m[s,p,T] = 0`` for platforms that IPv6 is not known to reach, where that is required."""
    for mover in p.movers if p.scenario.ipv6 == "require" else ():
        for platform in sorted({path.platform for path in mover.paths} & p.without_ipv6.keys()):
            if terms := x.moved(mover.id, p.horizon[-1], platform):
                yield Row((mover.id, platform), terms, "<=", 0, (mover.id,), lever=platform)


def apart_name(load: Apart, t: int) -> str:
    """Return the name of the share of a pair of places in force in a period."""
    return f"w[{load.bond},{load.a_platform},{load.b_platform},{t}]"


def _apart(p: Problem, x: Choices, load: Apart, t: int) -> tuple[LpVariable, tuple[Row, ...]]:
    """Return the share of a pair of places in force, and the row that raises it."""
    name = apart_name(load, t)
    fresh = (name, t) not in x.apart
    variable = x.apart.setdefault((name, t), x.model.add_variable(name, 0, 1)) if fresh else x.apart[name, t]
    if not fresh:
        return variable, ()
    a, a_missing = _there(x, load.a, load.a_platform, t)
    b, b_missing = _there(x, load.b, load.b_platform, t)
    terms = [(variable, 1.0), *negative(a), *negative(b)]
    row = Row((name,), terms, ">=", a_missing + b_missing - 1, (load.a, load.b), t, elastic=False)
    return variable, (row,)


def _there(x: Choices, system: str, platform: str | None, t: int) -> tuple[Terms, int]:
    """Return terms and constant of "the system is at that place in period t"; who is retired is nowhere."""
    return (negative(x.through(system, t)), 1) if platform is None else (x.moved(system, t, platform), 0)
