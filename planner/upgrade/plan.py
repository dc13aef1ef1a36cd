"""The upgrade plan as a frozen value that round-trips through JSON (``govplan.upgrade/1``)."""

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inventory.errors import Fault, InputError, Place
from inventory.text import N_, _
from planner.plan import Assumed, Stage, Status


class Basis(StrEnum):
    """Where the cost of an upgrade comes from."""

    stated = N_("stated")
    """The inventory says it."""
    assumed = N_("assumed")
    """An assumption stands in."""
    policy = N_("policy")
    """Only rules change, no equipment is bought: no cost."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Upgrade(_Part):
    """A line or device that is made to let IPv6 through."""

    subject: str
    """Its id, prefixed by its list: ``links/city-county-3``."""
    period: str
    """Period in which it is done."""
    cost: int
    """Fen, once."""
    basis: Basis
    unknown: bool
    """True where nobody says that it lacks IPv6: ask first, the money may not be needed."""


class Ready(_Part):
    """Systems that become ready in a period."""

    period: str
    systems: tuple[str, ...]


class Spent(_Part):
    """Money of a year."""

    year: int
    cost: int
    """Fen."""
    budget: int | None
    """Fen; none where the year has no limit."""


class UpgradePlan(_Part):
    """Which lines and devices are upgraded when, and what is promised for it."""

    schema_: Literal["govplan.upgrade/1"] = Field("govplan.upgrade/1", alias="schema")
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    status: Status
    stages: tuple[Stage, ...] = ()
    seconds: float = 0.0
    inventory: str
    """Digest of the inventory it was computed from."""
    program: str
    """Version of govplan."""
    city: str
    periods: tuple[str, ...]
    budgets: dict[int, int]
    """Fen by year; a year that is not named has no limit."""
    required: tuple[str, ...] = ()
    """Systems that must be ready at the end."""
    upgrades: tuple[Upgrade, ...] = ()
    before: tuple[str, ...] = ()
    """Systems ready today."""
    promised: tuple[Ready, ...] = ()
    """Systems that become ready, by period."""
    left: tuple[str, ...] = ()
    """Systems that money could make ready, but this plan does not."""
    out_of_reach: tuple[str, ...] = ()
    """Systems that no upgrade helps: their place or any line there is unknown."""
    spent: tuple[Spent, ...] = ()
    assumptions: tuple[Assumed, ...] = ()
    required_cost: int | None = None
    """Where the budgets do not suffice: the least money for the required systems, fen."""
    verified: bool | None = None
    """Whether the second opinion accepted it."""

    @property
    def found(self) -> bool:
        """Whether there is a plan to show."""
        return self.status in (Status.optimal, Status.feasible)

    @property
    def cost(self) -> int:
        """Money of all upgrades, fen."""
        return sum(upgrade.cost for upgrade in self.upgrades)

    @property
    def gained(self) -> tuple[str, ...]:
        """Systems that become ready, in order of the periods."""
        return tuple(system for row in self.promised for system in row.systems)

    def to_json(self) -> str:
        """Return the plan as JSON text."""
        return self.model_dump_json(indent=1)


def read(path: Path) -> UpgradePlan:
    """Read an upgrade plan from a JSON file.

    Raises:
        InputError: the file is missing, no JSON, or not an upgrade plan.
    """
    try:
        return UpgradePlan.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        told = str(error).splitlines()[0]
        fix = _("name an upgrade plan written by govplan")
        raise InputError([Fault("bad-plan", Place(str(path)), told, fix)]) from error
