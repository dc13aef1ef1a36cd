"""Where each workload could go, what adaptation it takes, and why a pool is ruled out."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from inventory.model import (
    ADAPTATION_KINDS,
    AdaptationKind,
    City,
    Compatibility,
    Pool,
    Role,
    Subscription,
    System,
    Workload,
    Zone,
    by_id,
    carries,
)
from inventory.text import _
from planner.problem.records import Crew, Dropped, Option, Path
from planner.scenario import Scenario
from planner.sizing import Size, Sizer

WEEKS_A_QUARTER = 13


@dataclass(frozen=True)
class Market:
    """What the target side offers: pools, compatibility rows, subscriptions, and a sizer."""

    city: City
    scenario: Scenario
    sizer: Sizer
    pools: tuple[Pool, ...]
    compatible: dict[tuple[str, str], Compatibility]
    subscriptions: dict[str, Subscription]


def market(city: City, scenario: Scenario, sizer: Sizer) -> Market:
    """Gather the pools that the scenario allows: named targets, else every Xinchuang pool."""
    pools = tuple(
        pool
        for pool in city.pools
        if city.platform[pool.platform].xinchuang and (not scenario.targets or pool.id in scenario.targets)
    )
    rows = {(row.software, row.architecture.value): row for row in city.compatibility}
    return Market(city, scenario, sizer, pools, rows, by_id(city.subscriptions))


def crews(of: Market, system: System, reach: dict[str, str]) -> tuple[tuple[Crew, ...], tuple[Dropped, ...]]:
    """Return the placements open to a system's workloads, and what was ruled out and why.

    Args:
        of: the target side.
        system: the system.
        reach: platform id to a reason why the system's partners forbid it (latency).
    """
    found, dropped = [], []
    for workload in of.city.workloads_of[system.id]:
        options = []
        for pool in of.pools:
            reason = reach.get(pool.platform) or next(_hindrances(of, system, workload, pool), None)
            option = None if reason else _option(of, system, workload, pool)
            if option is None:
                reason = reason or _("the pool has no price or storage tier for it")
                dropped.append(Dropped(workload.id, pool.id, reason))
            else:
                options.append(option)
        found.append(Crew(workload.id, workload.count, tuple(options)))
    return tuple(found), tuple(dropped)


def _hindrances(of: Market, system: System, workload: Workload, pool: Pool) -> Iterator[str]:
    level, built = _mlps(of, system), of.city.platform[pool.platform].mlps_level
    if built is not None and level > built:
        yield _("MLPS level {level} is above the platform's {built}").format(level=level, built=built)
    zone = workload.zone or of.city.pool_of(workload).zone
    if zone is not None and pool.zone is not None and zone != pool.zone:
        yield _("the pool is in zone {zone}, the workload in {wanted}").format(
            zone=_(pool.zone.value), wanted=_(zone.value)
        )
    if workload.role == Role.database and pool.zone == Zone.internet:
        yield _("a database never stands in the Internet zone")
    yield from _incompatible(of, workload, pool)


def _incompatible(of: Market, workload: Workload, pool: Pool) -> Iterator[str]:
    for software in _software(workload):
        row = of.compatible.get((software, pool.architecture or ""))
        if row and row.adaptation == "impossible":
            yield _("{software} cannot run on {architecture}").format(
                software=software, architecture=pool.architecture
            )


def _mlps(of: Market, system: System) -> int:
    return system.mlps_level if system.mlps_level is not None else int(of.sizer.assume("mlps_level"))


def _software(workload: Workload) -> tuple[str, ...]:
    return (*((workload.os,) if workload.os else ()), *workload.software)


def _option(of: Market, system: System, workload: Workload, pool: Pool) -> Option | None:
    size = of.sizer.target(workload, pool)
    rent = of.sizer.yearly(size, pool) if size else None
    if size is None or rent is None:
        return None
    return Option(
        workload=workload.id,
        pool=pool.id,
        vcpu=size.vcpu,
        memory_gib=size.memory_gib,
        storage_gib={tier.value: gib for tier, gib in size.storage_gib.items()},
        om_cost=rent + _fees(of, workload, pool, size),
        adaptation=_adaptation(of, system, workload, pool),
    )


def _fees(of: Market, workload: Workload, pool: Pool, size: Size) -> int:
    rows = (of.compatible.get((name, pool.architecture or "")) for name in _software(workload))
    fees = {row.subscription for row in rows if row and row.subscription}
    named = (of.subscriptions[fee] for fee in sorted(fees))
    return sum(fee.price * (size.vcpu if fee.per == "vcpu" else 1) for fee in named)


def _adaptation(of: Market, system: System, workload: Workload, pool: Pool) -> str:
    if system.adaptation:
        return system.adaptation.kind.value
    rows = [of.compatible.get((name, pool.architecture or "")) for name in _software(workload)]
    kinds = [row.adaptation if row else "recompile" for row in rows]
    return max(kinds, key=ADAPTATION_KINDS.index, default="rehost")


def paths(of: Market, system: System, found: tuple[Crew, ...]) -> tuple[Path, ...]:
    """Return the ways to bring a system over: per platform, by the adaptation they take.

    A heavier kind is a way of its own only where it opens pools that a lighter does not.
    """
    ways: list[Path] = []
    for platform in sorted({pool.platform for pool in of.pools}):
        pools = {pool.id for pool in of.pools if pool.platform == platform}
        seen: frozenset[tuple[str, str]] = frozenset()
        for kind in ADAPTATION_KINDS:
            open_ = _open(found, pools, kind)
            if open_ != seen and {w for w, _p in open_} == {crew.workload for crew in found}:
                ways.append(_path(of, system, platform, kind, frozenset(p for _w, p in open_)))
                seen = open_
    return tuple(ways)


def _open(found: tuple[Crew, ...], pools: set[str], kind: str) -> frozenset[tuple[str, str]]:
    options = (option for crew in found for option in crew.options if option.pool in pools)
    return frozenset((o.workload, o.pool) for o in options if carries(kind, o.adaptation))


def _path(of: Market, system: System, platform: str, kind: str, pools: frozenset[str]) -> Path:
    effort = _effort(of, system, kind)
    weeks = of.sizer.assume(f"weeks.{kind}")
    price = of.sizer.assume("person_month_price") * 100
    return Path(
        platform=platform,
        kind=kind,
        effort=_by_skill(of, kind, effort),
        lead=max(1, ceil(weeks / WEEKS_A_QUARTER)),
        one_off=int(price * effort / 100),
        pools=pools,
    )


def _effort(of: Market, system: System, kind: str) -> int:
    stated = system.adaptation.effort_base if system.adaptation else None
    return stated if stated is not None else int(of.sizer.assume(f"effort.{kind}") * 100)


def _by_skill(of: Market, kind: str, effort: int) -> dict[str, int]:
    share = of.sizer.assume("database_share") if kind == AdaptationKind.replace_db else Fraction(0)
    database = int(effort * share)
    return {"application": effort - database} | ({"database": database} if database else {})
