"""The whole inventory of a city as one frozen value."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from pydantic import Field

from inventory.errors import Fault, InputError, Place
from inventory.model.base import Part, Record
from inventory.model.clouds import (
    Assumption,
    Block,
    Compatibility,
    Flavour,
    Platform,
    Pool,
    SizingRatio,
    Subscription,
    Tariff,
)
from inventory.model.network import AccessRecord, Device, Link, Prefix, Site, Website
from inventory.model.people import Organisation, Project
from inventory.model.systems import Dependency, System, Workload
from inventory.text import _


class City(Part):
    """Everything there is: one tuple of records a list, in file order."""

    id: str
    """Identifier of the city. Example: tieling."""
    name: str
    """Name. Example: 铁岭市."""
    name_en: str | None = None
    """English name."""
    as_of: date
    """The day the inventory describes."""
    note: str | None = None
    """Where the inventory comes from and what is invented in it."""

    organisations: tuple[Organisation, ...] = ()
    """Organisations."""
    projects: tuple[Project, ...] = ()
    """Projects, which the cost rule binds."""
    platforms: tuple[Platform, ...] = ()
    """Clouds, machine rooms and external places."""
    pools: tuple[Pool, ...] = ()
    """Resource pools."""
    blocks: tuple[Block, ...] = ()
    """Purchasable extensions."""
    tariffs: tuple[Tariff, ...] = ()
    """Price lists."""
    subscriptions: tuple[Subscription, ...] = ()
    """Recurring fees of target software."""
    systems: tuple[System, ...] = ()
    """Information systems."""
    workloads: tuple[Workload, ...] = ()
    """Groups of identical machines."""
    dependencies: tuple[Dependency, ...] = ()
    """Which system uses which."""
    sites: tuple[Site, ...] = ()
    """Extranet sites."""
    devices: tuple[Device, ...] = ()
    """Network devices."""
    links: tuple[Link, ...] = ()
    """Lines."""
    prefixes: tuple[Prefix, ...] = ()
    """Address plan."""
    websites: tuple[Website, ...] = ()
    """Websites."""
    access_records: tuple[AccessRecord, ...] = ()
    """Access and exit records."""
    compatibility: tuple[Compatibility, ...] = ()
    """What becomes of source software on a target architecture."""
    sizing: tuple[SizingRatio, ...] = ()
    """Performance ratios by CPU family."""
    flavours: tuple[Flavour, ...] = ()
    """Flavour ladder."""
    assumptions: tuple[Assumption, ...] = ()
    """Numbers that stand in where the inventory is silent."""

    places: Mapping[tuple[str, str], Place] = Field(default_factory=dict, exclude=True, repr=False)
    """Where each record was read, by list name and id; no part of the city's value."""

    def where(self, collection: str, record: str) -> Place | None:
        """Return where a record was read, if it came from a file."""
        return self.places.get((collection, record))

    def assume(self, key: str) -> Decimal:
        """Return the value of an assumption.

        Raises:
            InputError: the city's own list of assumptions does not name it.
        """
        if key not in self._assumptions:
            message = _("the assumption {key} is missing").format(key=key)
            fix = _("add it to the list, or leave the list out to use the shipped one")
            raise InputError([Fault("missing-assumption", Place("assumptions"), message, fix, key)])
        return self._assumptions[key].value

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the inventory's value, whatever files it came from."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def _assumptions(self) -> dict[str, Assumption]:
        return by_id(self.assumptions)

    @cached_property
    def system(self) -> dict[str, System]:
        """Systems by id."""
        return by_id(self.systems)

    @cached_property
    def project(self) -> dict[str, Project]:
        """Projects by id."""
        return by_id(self.projects)

    @cached_property
    def platform(self) -> dict[str, Platform]:
        """Platforms by id."""
        return by_id(self.platforms)

    @cached_property
    def pool(self) -> dict[str, Pool]:
        """Pools by id."""
        return by_id(self.pools)

    @cached_property
    def tariff(self) -> dict[str, Tariff]:
        """Tariffs by id."""
        return by_id(self.tariffs)

    @cached_property
    def organisation(self) -> dict[str, Organisation]:
        """Organisations by id."""
        return by_id(self.organisations)

    @cached_property
    def site(self) -> dict[str, Site]:
        """Sites by id."""
        return by_id(self.sites)

    @cached_property
    def workloads_of(self) -> dict[str, tuple[Workload, ...]]:
        """Workloads by system id; every system has an entry."""
        return _grouped(self.workloads, "system", self.system)

    @cached_property
    def systems_of(self) -> dict[str, tuple[System, ...]]:
        """Systems by project id; every project has an entry."""
        return _grouped(self.systems, "project", self.project)

    def pool_of(self, workload: Workload) -> Pool:
        """Return the pool a workload runs in now."""
        return self.pool[workload.pool or self.system[workload.system].runs_on]


COLLECTIONS: Mapping[str, type[Record]] = {
    name: info.annotation.__args__[0]  # type: ignore[union-attr]
    for name, info in City.model_fields.items()
    if getattr(info.annotation, "__origin__", None) is tuple
}
"""List name to record class, in reading order."""


def by_id[R: Record](records: Sequence[R]) -> dict[str, R]:
    """Index records by id."""
    return {record.id: record for record in records}


def _grouped(records: Sequence[Any], key: str, groups: Mapping[str, object]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {group: [] for group in groups}
    for record in records:
        found.setdefault(getattr(record, key) or "", []).append(record)
    return {group: tuple(members) for group, members in found.items()}
