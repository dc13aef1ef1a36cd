"""Who answers: owners, their contacts, operators."""

from collections.abc import Iterator

from inventory.checks.register import REGISTER, own
from inventory.finding import Flaw, Severity
from inventory.model import City, OrganisationKind, PlatformKind, called
from inventory.text import N_, _

STRANGERS = (OrganisationKind.operator, OrganisationKind.vertical)


@REGISTER.rule("INV-501", N_("Somebody can be asked about every system"), Severity.warning)
def contact(city: City) -> Iterator[Flaw | None]:
    """Owners of the city's own systems, each once."""
    owned: dict[str, list[str]] = {}
    for system in own(city):
        owned.setdefault(system.owner, []).append(system.id)
    for owner, systems in owned.items():
        unit = city.organisation[owner]
        message = _("{unit} owns {count} systems and names no contact")
        yield (
            None
            if unit.contact
            else Flaw(
                f"organisations/{owner}",
                message.format(unit=called(unit), count=len(systems)),
                advice=_("enter the office that answers for them"),
                evidence={"systems": systems},
            )
        )


@REGISTER.rule("INV-502", N_("The city's own systems belong to its own units"), Severity.error)
def owner_kind(city: City) -> Iterator[Flaw | None]:
    """An operator runs a system and a vertical department builds it; neither answers for the city's."""
    for system in own(city):
        owner = city.organisation[system.owner]
        message = _("{system} is the city's own, but its owner {owner} is of the kind {kind}")
        yield (
            None
            if owner.kind not in STRANGERS
            else Flaw(
                f"systems/{system.id}",
                message.format(system=called(system), owner=called(owner), kind=_(owner.kind.value)),
                advice=_("name the unit that answers for it, or mark the system as external"),
                evidence={"owner": owner.id, "kind": owner.kind.value},
            )
        )


@REGISTER.rule("INV-503", N_("A system and its project belong to one unit"), Severity.info)
def one_unit(city: City) -> Iterator[Flaw | None]:
    """Own systems with a project."""
    for system in own(city):
        if system.project is None:
            continue
        project = city.project[system.project]
        units = [called(city.organisation[record.owner]) for record in (system, project)]
        message = _("{system} belongs to {unit}, its project {project} to {other}")
        yield (
            None
            if system.owner == project.owner
            else Flaw(
                f"systems/{system.id}",
                message.format(system=called(system), unit=units[0], project=called(project), other=units[1]),
                advice=_("settle which of the two signs the adaptation plan"),
                evidence={"system": system.owner, "project": project.owner},
            )
        )


@REGISTER.rule("INV-504", N_("A platform's operator is known"), Severity.warning)
def operator(city: City) -> Iterator[Flaw | None]:
    """Government clouds and machine rooms."""
    for platform in city.platforms:
        if platform.kind is PlatformKind.external:
            continue
        message = _("nobody is named as the operator of {platform}")
        yield (
            None
            if platform.operator
            else Flaw(
                f"platforms/{platform.id}",
                message.format(platform=called(platform)),
                advice=_("enter who runs it"),
            )
        )
