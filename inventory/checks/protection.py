"""MLPS levels, security services and data grades against where things run."""

from collections.abc import Iterator

from inventory.checks.register import REGISTER, host, own
from inventory.finding import Flaw, Severity
from inventory.model import City, DataGrade, PlatformKind, SecurityService, called
from inventory.text import N_, _

HOSTING = "GB/T 22239-2019, cloud extension: no application above the platform's level"
SERVICES = "铁岭市数据局 2024-10-30 二(二): 抗DDOS、防火墙、堡垒机、数据库审计"
DOMESTIC = (DataGrade.important, DataGrade.core)


@REGISTER.rule(
    "INV-301", N_("A system's MLPS level is not above its platform's"), Severity.error, basis=HOSTING
)
def hosted_level(city: City) -> Iterator[Flaw | None]:
    """Own systems whose level and whose platform's level are known."""
    for system in own(city):
        platform = host(city, system)
        if system.mlps_level is None or platform.mlps_level is None:
            continue
        message = _("{system} is graded at MLPS level {level}, {platform} is built to level {built}")
        yield (
            None
            if system.mlps_level <= platform.mlps_level
            else Flaw(
                f"systems/{system.id}",
                message.format(
                    system=called(system),
                    level=system.mlps_level,
                    platform=called(platform),
                    built=platform.mlps_level,
                ),
                advice=_("move it to a platform of its level, raise the platform, or correct the grading"),
                evidence={"system": system.mlps_level, "platform": platform.mlps_level},
            )
        )


@REGISTER.rule("INV-302", N_("A system's MLPS level is known"), Severity.warning)
def graded(city: City) -> Iterator[Flaw | None]:
    """Own systems; an assumption stands in where the level is unknown."""
    for system in own(city):
        message = _("the MLPS level of {system} is unknown; an assumption stands in")
        yield (
            None
            if system.mlps_level is not None
            else Flaw(
                f"systems/{system.id}",
                message.format(system=called(system)),
                advice=_("enter the level from the filing certificate"),
            )
        )


@REGISTER.rule("INV-303", N_("A government cloud states its MLPS level"), Severity.warning, basis=HOSTING)
def cloud_level(city: City) -> Iterator[Flaw | None]:
    """Without it nobody can say what may run there."""
    for platform in city.platforms:
        if platform.kind is not PlatformKind.government_cloud:
            continue
        message = _("the MLPS level of {platform} is unknown")
        yield (
            None
            if platform.mlps_level is not None
            else Flaw(
                f"platforms/{platform.id}",
                message.format(platform=called(platform)),
                advice=_("enter the level from its assessment report"),
            )
        )


@REGISTER.rule(
    "INV-304", N_("A government cloud offers every security service"), Severity.error, basis=SERVICES
)
def cloud_services(city: City) -> Iterator[Flaw | None]:
    """Each of the four services on each government cloud."""
    for platform in city.platforms:
        if platform.kind is not PlatformKind.government_cloud:
            continue
        for service in SecurityService:
            message = _("{platform} offers no {service}")
            yield (
                None
                if service in platform.security_services
                else Flaw(
                    f"platforms/{platform.id}",
                    message.format(platform=called(platform), service=service.value),
                    advice=_("procure the service, or enter it in security_services where it exists"),
                    identity=(service.value,),
                )
            )


@REGISTER.rule("INV-305", N_("Core and important data stay on the Xinchuang cloud"), Severity.warning)
def domestic_data(city: City) -> Iterator[Flaw | None]:
    """Own systems whose data are graded important or core."""
    for system in own(city):
        if system.data_grade not in DOMESTIC:
            continue
        platform = host(city, system)
        message = _("{system} holds {grade} data on {platform}, outside the Xinchuang cloud")
        yield (
            None
            if platform.xinchuang
            else Flaw(
                f"systems/{system.id}",
                message.format(
                    system=called(system), grade=_(system.data_grade.value), platform=called(platform)
                ),
                advice=_("give it an early place in the plan, or correct the data grade"),
                evidence={"grade": system.data_grade.value, "platform": platform.id},
            )
        )


@REGISTER.rule("INV-306", N_("A system's data are graded"), Severity.info)
def data_graded(city: City) -> Iterator[Flaw | None]:
    """Own systems."""
    for system in own(city):
        message = _("the data of {system} have no grade")
        yield (
            None
            if system.data_grade
            else Flaw(
                f"systems/{system.id}",
                message.format(system=called(system)),
                advice=_("have the unit grade its data: open, internal, sensitive, important or core"),
            )
        )
