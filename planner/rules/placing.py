"""Rules on where machines stand and what the lines carry."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from pulp import LpVariable

from inventory.model import carries
from planner.problem import Apart, Crew, Mover, Option, Path, Problem, Room
from planner.rules.choices import Choices, Terms
from planner.rules.rows import Row, negative, rows_of


@rows_of("whole_placement")
def whole_placement(p: Problem, x: Choices) -> Iterator[Row]:
    """Every machine of a moved system has a place that its path may use."""
    for mover in p.movers:
        for crew in mover.crews if mover.movable else ():
            for option in crew.options if len(p.horizon) > 1 else ():
                key = (crew.workload, option.pool)
                terms = [(Y, 1.0) for Y in x.share[key]] + [(x.machines[key], -1.0)]
                yield Row(key, terms, "==", 0, (mover.id,), elastic=False)
            openings = list(_openings(mover, crew))
            for t in p.horizon:
                for name, options, paths, sense in openings:
                    terms = [(x.share[crew.workload, option.pool][t], 1.0) for option in options]
                    terms += [(x.moved_at[mover.id, k.key][t], -float(crew.count)) for k in paths]
                    subject = (crew.workload, name, str(t))
                    yield Row(subject, terms, sense, 0, (mover.id,), t, elastic=False)


type _Opening = tuple[str, list[Option], list[Path], Literal["==", "<="]]


def _openings(mover: Mover, crew: Crew) -> Iterator[_Opening]:
    """Yield what is open to which paths: a platform's pools to all that lead there.

    A pool that asks for a heavier adaptation is open only to paths that pay for it.
    """
    for platform in sorted({path.platform for path in mover.paths}):
        paths = [path for path in mover.paths if path.platform == platform]
        pools = frozenset[str]().union(*(path.pools for path in paths))
        yield platform, [option for option in crew.options if option.pool in pools], paths, "=="
        for option in crew.options if len(paths) > 1 else ():
            allowed = [k for k in paths if option.pool in k.pools and carries(k.kind, option.adaptation)]
            if allowed and len(allowed) < len(paths):
                yield option.pool, [option], allowed, "<="


@rows_of("pool_capacity")
def pool_capacity(p: Problem, x: Choices) -> Iterator[Row]:
    """What has arrived by a period (or runs in parallel) fits the pool with its blocks.

    Nothing leaves a pool: what fits it later fits before, unless it grows in between.
    """
    for purchase in p.purchases:
        total: Terms = [(b, 1.0) for b in x.bought[purchase.block]]
        yield Row((purchase.block,), total, "<=", purchase.maximum, elastic=False)
    arriving = _arriving(p, x)
    for room in p.rooms:
        for resource in room.capacity:
            if found := arriving.get((room.pool, resource)):
                for t in p.horizon:
                    yield _room_row(p, x, room, resource, found, t)


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
    for t, arrived in enumerate(x.share[key]):
        of.first_counted[max(0, t - overlap)].append((arrived, float(amount)))


def _room_row(p: Problem, x: Choices, room: Room, resource: str, arriving: _Arriving, t: int) -> Row:
    last, free = t == p.horizon[-1], _free(room, resource, t)
    terms = list(arriving.in_the_end if last else chain(*arriving.first_counted[: t + 1]))
    implied = not last and free >= _free(room, resource, t + 1)
    for purchase in p.purchases:
        if purchase.pool == room.pool and (adds := purchase.adds.get(resource)):
            usable = max(0, t - purchase.lead + 1)
            implied = implied and t + 1 < purchase.lead
            terms += [(B, -float(adds)) for B in x.bought[purchase.block][:usable] if free >= 0]
    name = (room.pool, resource, p.periods[t].name)
    lever = f"{room.pool} {resource}"
    return Row(name, terms, "<=", max(free, 0), (), t, lever=lever, implied=implied)


def _free(room: Room, resource: str, t: int) -> int:
    return room.capacity[resource][t] - room.used.get(resource, 0)


@rows_of("link_capacity")
def link_capacity(p: Problem, x: Choices) -> Iterator[Row]:
    """Traffic of parted partners stays in the room of every line on its way."""
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
    """Return terms and constant of "the system is at that place in period t"."""
    return (negative(x.moved(system, t)), 1) if platform is None else (x.moved(system, t, platform), 0)
