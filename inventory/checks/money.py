"""Projects and contracts: what the books show against 只减不增, and what they lack."""

from collections.abc import Iterator
from itertools import pairwise

from inventory.checks.register import REGISTER, own
from inventory.finding import Flaw, Severity
from inventory.model import City, Contract, Platform, Project, called
from inventory.model.fields import title
from inventory.model.people import ONLY_DOWN
from inventory.text import N_, _, joined
from inventory.units import YUAN, show


@REGISTER.rule(
    "INV-201", N_("A project's O&M never rose between audited years"), Severity.error, basis=ONLY_DOWN
)
def never_rose(city: City) -> Iterator[Flaw | None]:
    """Every pair of neighbouring audited years of an existing project."""
    for project in city.projects:
        books = sorted(project.audited_om.items())
        if not project.existing:
            continue
        for (before, was), (year, now) in pairwise(books):
            yield None if now <= was else _rose(project, before, was, year, now)


def _rose(project: Project, before: int, was: int, year: int, now: int) -> Flaw:
    message = _("{project}: audited O&M rose from {was} CNY in {before} to {now} CNY in {year}")
    return Flaw(
        f"projects/{project.id}",
        message.format(
            project=called(project), was=show(YUAN, was), before=before, now=show(YUAN, now), year=year
        ),
        advice=_("ask the responsible unit for the ground, or correct the books before they set a cap"),
        evidence={"from": was, "to": now, "rise": now - was},
        identity=(str(year),),
    )


@REGISTER.rule("INV-202", N_("An existing project has audited O&M"), Severity.warning, basis=ONLY_DOWN)
def audited(city: City) -> Iterator[Flaw | None]:
    """Without an audited year the cap is an assumption."""
    for project in city.projects:
        if not project.existing:
            continue
        message = _("{project} has no audited O&M: its cap rests on an assumption")
        yield (
            None
            if project.audited_om
            else Flaw(
                f"projects/{project.id}",
                message.format(project=called(project)),
                advice=_("enter the audited amount of the last full year in audited_om"),
            )
        )


@REGISTER.rule("INV-203", N_("The audited books reach the last full year"), Severity.warning, basis=ONLY_DOWN)
def books_current(city: City) -> Iterator[Flaw | None]:
    """The cap is the last full audited year, so an older one caps too high or too low."""
    due = city.as_of.year - 1
    for project in city.projects:
        if not project.existing or not project.audited_om:
            continue
        last = max(project.audited_om)
        message = _("{project}: the last audited year is {last}, {due} is missing")
        yield (
            None
            if last >= due
            else Flaw(
                f"projects/{project.id}",
                message.format(project=called(project), last=last, due=due),
                advice=_("enter the audited amount of {due}").format(due=due),
                evidence={"last": last, "due": due},
            )
        )


@REGISTER.rule("INV-204", N_("A project owns a system"), Severity.warning)
def project_systems(city: City) -> Iterator[Flaw | None]:
    """A project without a system has a budget for nothing the inventory knows."""
    for project in city.projects:
        message = _("{project} owns no system of the inventory")
        yield (
            None
            if city.systems_of[project.id]
            else Flaw(
                f"projects/{project.id}",
                message.format(project=called(project)),
                advice=_("name the project in the systems it pays for, or close it"),
            )
        )


@REGISTER.rule("INV-205", N_("A system belongs to a project"), Severity.warning, basis=ONLY_DOWN)
def system_project(city: City) -> Iterator[Flaw | None]:
    """The cost rule binds projects: a system outside escapes it."""
    for system in own(city):
        message = _("{system} belongs to no project: the cost rule does not reach it")
        yield (
            None
            if system.project
            else Flaw(
                f"systems/{system.id}",
                message.format(system=called(system)),
                advice=_("name the project that pays for it"),
            )
        )


@REGISTER.rule("INV-206", N_("Booked O&M of the systems fits the project's audited O&M"), Severity.warning)
def booked_shares(city: City) -> Iterator[Flaw | None]:
    """Projects with an audited year and at least one system with booked O&M."""
    for project in city.projects:
        booked = [s.om_cost for s in city.systems_of[project.id] if s.om_cost is not None]
        if not booked or not project.audited_om:
            continue
        year = max(project.audited_om)
        total, audited = sum(booked), project.audited_om[year]
        message = _("{project}: its systems book {total} CNY a year, audited were {audited} CNY in {year}")
        yield (
            None
            if total <= audited
            else Flaw(
                f"projects/{project.id}",
                message.format(
                    project=called(project), total=show(YUAN, total), audited=show(YUAN, audited), year=year
                ),
                advice=_("correct the shares in om_cost so that they add up to the audited amount"),
                evidence={"booked": total, "audited": audited},
            )
        )


@REGISTER.rule("INV-207", N_("An existing project names its approval and its budget line"), Severity.info)
def approval(city: City) -> Iterator[Flaw | None]:
    """What an auditor asks for first."""
    for project in city.projects:
        if not project.existing:
            continue
        fields = ("approval_document", "budget_line")
        missing = [field for field in fields if getattr(project, field) is None]
        message = _("{project} lacks {fields}")
        yield (
            None
            if not missing
            else Flaw(
                f"projects/{project.id}",
                message.format(project=called(project), fields=joined(_(title(field)) for field in missing)),
                advice=_("enter them from the approval file"),
                evidence={"missing": missing},
            )
        )


@REGISTER.rule("INV-211", N_("A contract has not run out"), Severity.error)
def contract_end(city: City) -> Iterator[Flaw | None]:
    """Contracts with a known end, on the day of the inventory."""
    for subject, record, contract in _contracts(city):
        if contract.end is None:
            continue
        days = (city.as_of - contract.end).days
        message = _("the contract of {name} ended on {end}, {days} days before {day}")
        yield (
            None
            if days <= 0
            else Flaw(
                subject,
                message.format(name=called(record), end=contract.end, days=days, day=city.as_of),
                advice=_("enter the contract in force; without one, stop or tender the service"),
                evidence={"end": contract.end.isoformat(), "days": days},
            )
        )


@REGISTER.rule("INV-212", N_("A contract ends after it starts"), Severity.error)
def contract_order(city: City) -> Iterator[Flaw | None]:
    """Contracts with both days known."""
    for subject, record, contract in _contracts(city):
        if contract.start is None or contract.end is None:
            continue
        message = _("the contract of {name} starts on {start} and ends on {end}")
        yield (
            None
            if contract.start <= contract.end
            else Flaw(
                subject,
                message.format(name=called(record), start=contract.start, end=contract.end),
                advice=_("correct one of the two days"),
            )
        )


@REGISTER.rule("INV-213", N_("A minimum commitment has an end"), Severity.warning)
def commitment_end(city: City) -> Iterator[Flaw | None]:
    """A commitment without an end would be due for ever."""
    for subject, record, contract in _contracts(city):
        if not contract.minimum_commitment:
            continue
        message = _("{name} commits to {amount} CNY a year without an end")
        yield (
            None
            if contract.end
            else Flaw(
                subject,
                message.format(name=called(record), amount=show(YUAN, contract.minimum_commitment)),
                advice=_("enter the last day of the contract"),
            )
        )


def _contracts(city: City) -> Iterator[tuple[str, Project | Platform, Contract]]:
    for project in city.projects:
        if project.contract:
            yield f"projects/{project.id}", project, project.contract
    for platform in city.platforms:
        if platform.contract:
            yield f"platforms/{platform.id}", platform, platform.contract
