"""The upgrade plan as a frozen value that round-trips through JSON (``govplan.upgrade/1``)."""

from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inventory.errors import Fault, InputError, Place
from inventory.text import N_, _
from inventory.wording import sentences
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


class Aim(StrEnum):
    """What is to become ready."""

    systems = N_("systems")
    """The city's own systems, weighted by criticality."""
    sites = N_("sites")
    """The sites of the extranet, each as much as another."""


class Ready(_Part):
    """Systems or sites that become ready in a period."""

    period: str
    ids: tuple[str, ...]


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
    aim: Aim = Aim.systems
    periods: tuple[str, ...]
    budgets: dict[int, int]
    """Fen by year; a year that is not named has no limit."""
    required: tuple[str, ...] = ()
    """Systems or sites that must be ready at the end."""
    upgrades: tuple[Upgrade, ...] = ()
    before: tuple[str, ...] = ()
    """Systems or sites ready today; so below."""
    promised: tuple[Ready, ...] = ()
    """What becomes ready, by period."""
    left: tuple[str, ...] = ()
    """What money could make ready, but this plan does not."""
    out_of_reach: tuple[str, ...] = ()
    """What no upgrade helps: the place or any line there is unknown."""
    spent: tuple[Spent, ...] = ()
    assumptions: tuple[Assumed, ...] = ()
    required_cost: int | None = None
    """Where the budgets do not suffice: the least money for what is required, fen."""
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
        """What becomes ready, in order of the periods."""
        return tuple(chain.from_iterable(row.ids for row in self.promised))

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
        told = sentences(error) if isinstance(error, ValidationError) else [str(error)]
        fix = _("name an upgrade plan written by govplan")
        raise InputError(Fault("bad-plan", Place(str(path)), each, fix) for each in told) from error
