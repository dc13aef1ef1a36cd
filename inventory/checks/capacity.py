"""Pools and price lists: what is full, what has no price."""

from collections import Counter
from collections.abc import Iterator

from inventory.checks.register import REGISTER
from inventory.finding import Flaw, Severity
from inventory.model import City, Pool, PriceItem, StorageTier, called
from inventory.text import N_, _, joined
from inventory.units import PERCENT, show

FULL = 10_000


@REGISTER.rule("INV-101", N_("A pool holds no more than its capacity"), Severity.error)
def within_capacity(city: City) -> Iterator[Flaw | None]:
    """Known machine sizes against known capacity, per pool and resource."""
    used = loads(city)
    for pool, resource, capacity in _capacities(city):
        load = used[pool.id, resource]
        yield None if load <= capacity else _over(pool, resource, load, capacity)


@REGISTER.rule("INV-102", N_("A pool keeps its reserve free"), Severity.warning)
def reserve_free(city: City) -> Iterator[Flaw | None]:
    """Load against capacity less the pool's own reserve; a pool past its capacity is INV-101's."""
    used = loads(city)
    for pool, resource, capacity in _capacities(city):
        load, reserve = used[pool.id, resource], pool.reserve
        if reserve is None:
            continue
        eaten = load <= capacity and load * FULL > capacity * (FULL - reserve)
        yield _eaten(pool, resource, load, capacity, reserve) if eaten else None


@REGISTER.rule("INV-103", N_("A pool in use has a tariff"), Severity.warning)
def pool_tariff(city: City) -> Iterator[Flaw | None]:
    """Pools with machines of the city, and pools of Xinchuang platforms."""
    busy = {city.pool_of(workload).id for workload in city.workloads}
    for pool in city.pools:
        if pool.id not in busy and not city.platform[pool.platform].xinchuang:
            continue
        message = _("{pool} has no tariff: what runs there costs nothing in every sum")
        advice = _("enter the tariff that {pool} charges; where nobody pays, one with the basis free")
        yield (
            None
            if pool.tariff
            else Flaw(
                f"pools/{pool.id}", message.format(pool=called(pool)), advice=advice.format(pool=called(pool))
            )
        )


@REGISTER.rule("INV-104", N_("A tariff prices everything in use under it"), Severity.error)
def tariff_items(city: City) -> Iterator[Flaw | None]:
    """vCPU, memory and every storage tier of the pools that name the tariff."""
    for tariff in city.tariffs:
        pools = [pool for pool in city.pools if pool.tariff == tariff.id]
        needed = {PriceItem.vcpu, PriceItem.memory}
        needed |= {PriceItem(tier.value) for pool in pools for tier in pool.storage_gib}
        missing = sorted(needed - tariff.prices.keys()) if pools and tariff.basis != "free" else []
        yield (
            None
            if not missing
            else Flaw(
                f"tariffs/{tariff.id}",
                _("{tariff} has no price for {items}").format(
                    tariff=called(tariff), items=joined(_(item) for item in missing)
                ),
                advice=_("enter the monthly price of each in the field prices"),
                evidence={"missing": missing, "pools": [pool.id for pool in pools]},
            )
        )


@REGISTER.rule("INV-105", N_("A tariff states its term factors"), Severity.info)
def term_prices(city: City) -> Iterator[Flaw | None]:
    """Without a factor the full monthly price counts for a yearly term."""
    for tariff in city.tariffs:
        bare = sorted(tariff.prices.keys() - tariff.term_factors.keys())
        yield (
            None
            if not bare or tariff.basis == "free"
            else Flaw(
                f"tariffs/{tariff.id}",
                _("{tariff} names no factor of a yearly term for {items}; the full price counts").format(
                    tariff=called(tariff), items=joined(_(item) for item in bare)
                ),
                advice=_("enter the factor in the field term_factors, 1 where a term earns nothing"),
                evidence={"items": bare},
            )
        )


def loads(city: City) -> Counter[tuple[str, str]]:
    """Return the load by pool and resource, from known machine sizes only."""
    used: Counter[tuple[str, str]] = Counter()
    for workload in city.workloads:
        pool = city.pool_of(workload).id
        used[pool, "vcpu"] += workload.count * (workload.vcpu or 0)
        used[pool, "memory_gib"] += workload.count * (workload.memory_gib or 0)
        for tier, gib in workload.storage_gib.items():
            used[pool, tier.value] += workload.count * gib
    return used


def _capacities(city: City) -> Iterator[tuple[Pool, str, int]]:
    for pool in city.pools:
        if pool.vcpu is not None:
            yield pool, "vcpu", pool.vcpu
        if pool.memory_gib is not None:
            yield pool, "memory_gib", pool.memory_gib
        for tier in StorageTier:
            if tier in pool.storage_gib:
                yield pool, tier.value, pool.storage_gib[tier]


def _over(pool: Pool, resource: str, load: int, capacity: int) -> Flaw:
    message = _("{pool} holds at least {load} of {resource}, its capacity is {capacity}")
    return Flaw(
        f"pools/{pool.id}",
        message.format(pool=called(pool), load=load, resource=resource, capacity=capacity),
        advice=_("check the capacity, then reclaim idle machines or extend the pool"),
        evidence={"resource": resource, "load": load, "capacity": capacity},
        identity=(resource,),
    )


def _eaten(pool: Pool, resource: str, load: int, capacity: int, reserve: int) -> Flaw:
    message = _("{pool} uses {load} of {capacity} {resource}; {reserve} % should stay free")
    return Flaw(
        f"pools/{pool.id}",
        message.format(
            pool=called(pool), load=load, capacity=capacity, resource=resource, reserve=show(PERCENT, reserve)
        ),
        advice=_("reclaim idle machines or extend the pool before anything else moves in"),
        evidence={"resource": resource, "load": load, "capacity": capacity, "reserve": reserve},
        identity=(resource,),
    )
