"""Zones, and the three platforms that every system connects to."""

from collections.abc import Iterator

from inventory.checks.register import REGISTER, own, zones
from inventory.finding import Flaw, Severity
from inventory.model import City, Connections, Role, System, Zone, called
from inventory.text import N_, _

OBLIGATORY = "铁岭市政务信息化项目管理暂行办法: 对接共享交换、公共数据开放、一体化政务服务三平台"
PLATFORMS = {
    "exchange": N_("data sharing and exchange platform"),
    "open_data": N_("public open-data platform"),
    "services": N_("integrated services platform"),
}


@REGISTER.rule("INV-311", N_("No database stands in the Internet zone"), Severity.error)
def database_zone(city: City) -> Iterator[Flaw | None]:
    """Database workloads, by the zone of their pool and the zone they ask for."""
    for workload in city.workloads:
        if workload.role is not Role.database:
            continue
        pool = city.pool_of(workload)
        message = _("{workload} is a database in the Internet zone ({pool})")
        yield (
            None
            if Zone.internet not in (pool.zone, workload.zone)
            else Flaw(
                f"workloads/{workload.id}",
                message.format(workload=called(workload), pool=called(pool)),
                advice=_("move it to the public zone and reach it through the isolation gap"),
                evidence={"pool": pool.id},
            )
        )


@REGISTER.rule("INV-312", N_("A system for citizens has machines in the Internet zone"), Severity.warning)
def public_front(city: City) -> Iterator[Flaw | None]:
    """Own systems marked public."""
    for system in own(city):
        if not system.public:
            continue
        found = zones(city, system)
        message = _("{system} serves citizens but has no machine in the Internet zone")
        yield (
            None
            if Zone.internet in found
            else Flaw(
                f"systems/{system.id}",
                message.format(system=called(system)),
                advice=_("enter its front end, or say where citizens really reach it"),
                evidence={"zones": sorted(zone.value for zone in found if zone)},
            )
        )


@REGISTER.rule(
    "INV-321", N_("A system is connected to the three platforms"), Severity.warning, basis=OBLIGATORY
)
def connected(city: City) -> Iterator[Flaw | None]:
    """Own systems times three platforms; unknown is told apart from missing."""
    for system in own(city):
        links = system.connections or Connections()
        for field, platform in PLATFORMS.items():
            state = getattr(links, field)
            yield None if state else _unlinked(system, field, platform, state)


def _unlinked(system: System, field: str, platform: str, state: bool | None) -> Flaw:
    missing = _("{system} is not connected to the {platform}")
    unknown = _("whether {system} is connected to the {platform} is unknown")
    return Flaw(
        f"systems/{system.id}",
        (unknown if state is None else missing).format(system=called(system), platform=_(platform)),
        advice=_("enter connections.{field}, or plan the connection together with the move").format(
            field=field
        ),
        evidence={"connection": field, "state": state},
        identity=(field,),
        severity=Severity.info if state is None else None,
    )
