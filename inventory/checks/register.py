"""The register of the inventory's checks, and the questions that several of them ask."""

from collections.abc import Iterator

from inventory.finding import Register
from inventory.model import City, Platform, Status, System, Zone

REGISTER = Register()


def own(city: City) -> Iterator[System]:
    """Yield the city's own systems that are not retired: what it answers for."""
    return (s for s in city.systems if not s.external and s.status is not Status.retired)


def host(city: City, system: System) -> Platform:
    """Return the platform that a system runs on."""
    return city.platform[city.pool[system.runs_on].platform]


def zones(city: City, system: System) -> set[Zone | None]:
    """Return the zones of the pools that a system's machines run in."""
    pools = {city.pool_of(w).id for w in city.workloads_of[system.id]} or {system.runs_on}
    return {city.pool[pool].zone for pool in pools}
