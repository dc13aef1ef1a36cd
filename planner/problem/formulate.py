"""``formulate``: the one way from a city and a scenario to a problem."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from math import ceil

from inventory.model import Block, City, Platform, Pool, Record, Status, System, Workload, called
from inventory.text import N_
from inventory.units import divide
from planner.plan import Assumed
from planner.problem import costs, network, options
from planner.problem.amounts import in_period
from planner.problem.earlier import Since, earlier
from planner.problem.options import WEEKS_A_QUARTER, Market, market
from planner.problem.records import Commitment, Due, Mover, Path, Problem, Purchase, Room
from planner.scenario import ActionName, Deadline, Period, Pin, Scenario, applied
from planner.sizing import Sizer
from topology import Graph, build

WEEKS_A_YEAR = 52


def formulate(city: City, graph: Graph, scenario: Scenario, since: Since | None = None) -> Problem:
    """Return the planning problem of a city under a scenario.

    Args:
        city: the inventory, before the scenario's overrides.
        graph: its topology, for the ways between platforms.
        scenario: what may be decided within which limits.
        since: the plan to keep to, and from when on it may change.

    Raises:
        InputError: the scenario or the earlier plan does not fit the city.
    """
    digest, given = city.digest, city
    city = applied(given, scenario)
    graph = graph if city is given else build(city)
    sizer = Sizer(city, rightsize=scenario.rightsize, size_by=scenario.size_by)
    side = market(city, scenario, sizer)
    traffic = network.Traffic(city, graph, sizer)
    rent = costs.rents(city, sizer)
    share = costs.shares(city, rent)
    movers = _movers(side, traffic, rent, share)
    inside = [mover.id for mover in movers]
    pairs = network.order(city, inside)
    return Problem(
        city=city.id,
        digest=digest,
        names=_names(city),
        scenario=scenario,
        movers=movers,
        rooms=tuple(_room(city, scenario, pool, sizer) for pool in side.pools),
        purchases=tuple(_purchase(b) for b in city.blocks if b.pool in {p.id for p in side.pools}),
        caps=costs.caps(city, scenario, share),
        coverage=costs.coverage(city, {m.id: m.arrived for m in movers}, sizer),
        order=pairs,
        groups=network.groups(city, pairs, inside),
        bonds=traffic.bonds(inside),
        lines=traffic.lines({m.id: tuple(sorted({p.platform for p in m.paths})) for m in movers}),
        without_ipv6=_without_ipv6(side, graph),
        commitments=_commitments(city, scenario, movers),
        contract_ends=_contract_ends(city, scenario, movers),
        deadlines=_deadlines(city, scenario, movers),
        pins=scenario.pins + tuple(_pins(city)),
        person_month_price=int(sizer.assume("person_month_price") * 100),
        earlier=earlier(since, city, scenario, sizer) if since else None,
        assumed=_assumed(city, sizer),
    )


def _without_ipv6(side: Market, graph: Graph) -> dict[str, str]:
    if side.scenario.ipv6 == "ignore":
        return {}
    return network.without_ipv6(side.city, graph, sorted({pool.platform for pool in side.pools}))


def _names(city: City) -> dict[str, str]:
    """Return names by id for explanations; systems come last, so theirs win."""
    owners, places = city.organisations, (*city.links, *city.pools, *city.platforms)
    records: tuple[Record, ...] = (*owners, *places, *city.projects, *city.workloads, *city.systems)
    return {city.id: called(city)} | {record.id: called(record) for record in records}


def _movers(
    side: Market, traffic: network.Traffic, rent: dict[str, int], share: dict[str, int]
) -> tuple[Mover, ...]:
    city = side.city
    fixed = {s.id for s in city.systems if s.external}
    found = []
    for system in city.systems:
        if not system.external and system.status != Status.retired:
            here = city.platform[city.pool[system.runs_on].platform]
            mover = _mover(side, system, here, min(rent[system.id], share[system.id]), share[system.id])
            if not here.xinchuang:
                mover = _with_ways(side, traffic, system, mover, fixed)
            found.append(mover)
    return tuple(found)


def _mover(side: Market, system: System, here: Platform, rent: int, share: int) -> Mover:
    effort = int(side.sizer.assume("effort.retire") * 100)
    weeks = side.sizer.assume("parallel_weeks")
    scenario = side.scenario
    return Mover(
        id=system.id,
        project=system.project,
        platform=here.id,
        arrived=here.xinchuang,
        share=share,
        rent=rent,
        parallel_run=divide(rent * weeks, WEEKS_A_YEAR),
        overlap=int(weeks // WEEKS_A_QUARTER),
        paths=(),
        crews=(),
        confirmed=system.zombie is not None,
        retire_cost=int(side.sizer.assume("person_month_price") * effort),
        retire_effort={"application": effort},
        blocked=_blocked(side, system),
        retirable="retire" in scenario.actions,
        may_move="rehost" in scenario.actions,
    )


def _with_ways(
    side: Market, traffic: network.Traffic, system: System, mover: Mover, fixed: set[str]
) -> Mover:
    platforms = {pool.platform for pool in side.pools}
    far = {p: r for p in sorted(platforms) if (r := traffic.too_far(system.id, p, fixed))}
    crews, dropped = options.crews(side, system, far)
    ways: tuple[Path, ...] = options.paths(side, system, crews)
    return replace(mover, crews=crews, dropped=dropped, paths=ways)


def _add(room: dict[str, int], sizer: Sizer, workload: Workload) -> None:
    for resource, amount in sizer.present(workload).demand().items():
        room[resource] = room.get(resource, 0) + amount * workload.count


def _room(city: City, scenario: Scenario, pool: Pool, sizer: Sizer) -> Room:
    reserve = scenario.reserve if scenario.reserve is not None else pool.reserve
    kept = reserve if reserve is not None else int(sizer.assume("reserve") * 10_000)
    total = {"vcpu": pool.vcpu, "memory_gib": pool.memory_gib}
    total |= {tier.value: gib for tier, gib in pool.storage_gib.items()}
    opens = pool.available_from or date.min
    used: dict[str, int] = {}
    for workload in city.workloads:
        if city.pool_of(workload).id == pool.id and city.system[workload.system].status != Status.retired:
            _add(used, sizer, workload)
    capacity = {
        resource: tuple(_offer(amount, kept, opens, p) for p in scenario.calendar)
        for resource, amount in total.items()
        if amount is not None
    }
    return Room(pool.id, pool.platform, capacity, used)


def _offer(amount: int, reserve: int, opens: date, period: Period) -> int:
    return amount * (10_000 - reserve) // 10_000 if opens <= period.start else 0


def _purchase(block: Block) -> Purchase:
    adds = {"vcpu": block.vcpu, "memory_gib": block.memory_gib}
    adds |= {tier.value: gib for tier, gib in block.storage_gib.items()}
    lead = ceil(block.lead_time / WEEKS_A_QUARTER)
    return Purchase(
        block.id, block.pool, {r: n for r, n in adds.items() if n}, block.price, lead, block.maximum
    )


def _blocked(side: Market, system: System) -> frozenset[int]:
    """Return the periods that leave fewer consecutive free days than a cutover needs."""
    needed = int(side.sizer.assume("free_days"))
    spans = tuple(
        (b.start, b.end) for b in side.scenario.blackouts if not b.systems or system.id in b.systems
    )
    return _too_short(side.scenario.calendar, spans, system.busy, needed)


@lru_cache(maxsize=4096)
def _too_short(
    calendar: tuple[Period, ...], spans: tuple[tuple[date, date], ...], busy: tuple[str, ...], needed: int
) -> frozenset[int]:
    free = (_longest_free(period, [*spans, *_busy(busy, period)]) for period in calendar)
    return frozenset(t for t, days in enumerate(free) if days < needed)


def _busy(spans: tuple[str, ...], period: Period) -> list[tuple[date, date]]:
    return [
        (_day(year, span[:5]), _day(year + (span[6:] < span[:5]), span[6:]))
        for span in spans
        for year in (period.fiscal_year - 1, period.fiscal_year)
    ]


def _day(year: int, month_day: str) -> date:
    month, day = (int(part) for part in month_day.split("-"))
    return date(year, month, min(day, 28) if month == 2 else day)


def _longest_free(period: Period, spans: list[tuple[date, date]]) -> int:
    longest, free_from = 0, period.start
    for start, end in sorted(spans):
        if start <= period.end and end >= period.start:
            longest = max(longest, (start - free_from).days)
            free_from = max(free_from, end + timedelta(days=1))
    return max(longest, (period.end - free_from).days + 1)


def _commitments(city: City, scenario: Scenario, movers: tuple[Mover, ...]) -> tuple[Commitment, ...]:
    found = []
    for platform in city.platforms:
        contract = platform.contract
        if contract and contract.minimum_commitment and contract.end:
            due = tuple(
                in_period(contract.minimum_commitment, p.name) if p.start <= contract.end else 0
                for p in scenario.calendar
            )
            rents = {m.id: m.rent for m in movers if m.platform == platform.id}
            found.append(Commitment(platform.id, due, rents))
    return tuple(found)


def _contract_ends(city: City, scenario: Scenario, movers: tuple[Mover, ...]) -> tuple[Due, ...]:
    return tuple(
        Due(mover.id, t, platform.id)
        for platform in city.platforms
        if platform.contract and platform.contract.end and platform.contract.renewable is False
        for t, period in enumerate(scenario.calendar)
        if period.start <= platform.contract.end <= period.end
        for mover in movers
        if mover.platform == platform.id and mover.paths
    )


def _bound_by(deadline: Deadline, mover: Mover, built: set[str]) -> bool:
    """A named system is bound whatever it takes; a general deadline binds who can go at all."""
    if deadline.systems:
        return mover.id in deadline.systems
    return mover.id in built and bool(mover.paths or mover.confirmed)


def _deadlines(city: City, scenario: Scenario, movers: tuple[Mover, ...]) -> tuple[Due, ...]:
    built = {s.id for p in city.projects if p.existing for s in city.systems_of[p.id]}
    index = {p.name: t for t, p in enumerate(scenario.calendar)}
    return tuple(
        Due(mover.id, index[deadline.period], deadline.period)
        for deadline in scenario.deadlines
        if deadline.period in index
        for mover in movers
        if not mover.arrived and _bound_by(deadline, mover, built)
    )


def _pins(city: City) -> Iterator[Pin]:
    for system in city.systems:
        if system.pin:
            action: ActionName = system.pin.action  # type: ignore[assignment]
            yield Pin(system=system.id, action=action, reason=system.pin.reason)


def _assumed(city: City, sizer: Sizer) -> tuple[Assumed, ...]:
    rows = {row.id: row for row in city.assumptions}
    found = [
        Assumed(key=key, value=str(rows[key].value), unit=rows[key].unit, grade=rows[key].grade, count=count)
        for key, count in sorted(sizer.assumed.items())
    ]
    unaudited = sum(p.existing and not p.audited_om for p in city.projects)
    if unaudited:
        found.append(Assumed(key="audited_om", value=N_("rent"), unit="CNY", grade="D", count=unaudited))
    return tuple(found)
