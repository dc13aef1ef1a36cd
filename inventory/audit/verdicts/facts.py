"""What the inventory says of a system and matters to its verdict."""

from datetime import date
from typing import Any

from inventory.audit.evidence import digest
from inventory.model import City, Declaration, Part, Status, System, UseSignal
from inventory.model.base import MonthDays

GONE = (Status.retired, Status.suspended)
"""A system in these states calls nobody."""


class Facts(Part):
    """The inventory's word on one system."""

    system: str
    status: Status
    owner: str
    machines: tuple[str, ...] = ()
    """Names by which telemetry knows its machines."""
    seasons: tuple[MonthDays, ...] = ()
    declared: Declaration | None = None
    without_signals: tuple[UseSignal, ...] = ()
    replaced_by: str | None = None
    contract_end: date | None = None
    """Last day of the project's O&M contract."""
    monthly_logins: int | None = None
    dependants: tuple[str, ...] = ()
    """Systems in operation that declare to use it."""

    @property
    def digest(self) -> str:
        """SHA-256; a field that a later version adds and leaves empty does not change it."""
        return digest(self.plain())

    def plain(self) -> dict[str, Any]:
        """Return the facts as JSON values without empty ones."""
        return self.model_dump(mode="json", exclude_defaults=True)


def judged(city: City) -> tuple[System, ...]:
    """Return the systems that are judged: the city's own that still run."""
    return tuple(s for s in city.systems if not s.external and s.status is not Status.retired)


def facts_of(city: City, system: System) -> Facts:
    """Collect the facts of a system."""
    project = city.project.get(system.project or "")
    contract = project.contract if project else None
    return Facts(
        system=system.id,
        status=system.status,
        owner=system.owner,
        machines=machines(city, system.id),
        seasons=system.seasons,
        declared=system.declared,
        without_signals=system.without_signals,
        replaced_by=system.replaced_by,
        contract_end=contract.end if contract else None,
        monthly_logins=system.monthly_logins,
        dependants=_dependants(city, system.id),
    )


def machines(city: City, system: str) -> tuple[str, ...]:
    """Return the names by which telemetry knows the machines of a system."""
    return tuple(sorted({name for w in city.workloads_of[system] for name in w.machines or (w.id,)}))


def _dependants(city: City, system: str) -> tuple[str, ...]:
    callers = {d.consumer for d in city.dependencies if d.provider == system and d.consumer != system}
    return tuple(sorted(name for name in callers if city.system[name].status not in GONE))
