"""Planned O&M against what was booked once the year was over."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from inventory.model import City


class PlannedYear(Protocol):
    """What a plan says of one project (or owner, or the city) and fiscal year; fen."""

    @property
    def project(self) -> str:
        """Project, owner or city, as the scope of the plan has it."""

    @property
    def year(self) -> int:
        """Fiscal year."""

    @property
    def om_cost(self) -> int:
        """Recurring O&M planned."""

    @property
    def cap(self) -> int:
        """The most that 只减不增 allows."""


@dataclass(frozen=True)
class Against:
    """One planned year beside the books; amounts in fen."""

    subject: str
    """List and id: ``projects/p-portal``, ``organisations/d-data`` or the city's id."""
    year: int
    planned: int
    cap: int
    booked: int | None
    """Audited amount; none where a project of the subject has no audited amount of that year."""

    @property
    def above_plan(self) -> int | None:
        """Booked less planned; negative where less was spent."""
        return None if self.booked is None else self.booked - self.planned

    @property
    def above_cap(self) -> int | None:
        """Booked less cap."""
        return None if self.booked is None else self.booked - self.cap


def against(city: City, planned: Iterable[PlannedYear]) -> tuple[Against, ...]:
    """Return each planned year beside the audited books."""
    return tuple(_against(city, row) for row in planned)


def _against(city: City, row: PlannedYear) -> Against:
    subject, projects = _scope(city, row.project)
    booked = [city.project[name].audited_om.get(row.year) for name in projects]
    known = [amount for amount in booked if amount is not None]
    whole = bool(known) and len(known) == len(booked)
    return Against(subject, row.year, row.om_cost, row.cap, sum(known) if whole else None)


def _scope(city: City, name: str) -> tuple[str, list[str]]:
    """Return the subject and the existing projects with systems that a planned row binds."""
    if name in city.project:
        return f"projects/{name}", [name]
    bound = [p for p in city.projects if p.existing and city.systems_of[p.id]]
    if name in city.organisation:
        return f"organisations/{name}", [p.id for p in bound if p.owner == name]
    return name, [p.id for p in bound] if name == city.id else []
