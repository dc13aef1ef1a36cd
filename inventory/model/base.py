"""What every record shares: frozen, closed, documented, and able to say where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field

from inventory.text import language
from inventory.units import GIB, MBIT, MILLISECOND, PERCENT, PERSON_MONTH, RATIO, VCPU, WEEK, YUAN


@dataclass(frozen=True)
class Ref:
    """Marks a field that holds the id of a record of another list."""

    collection: str


Fen = Annotated[int, Field(ge=0), YUAN]
"""Money in whole fen; files say yuan."""
VCpu = Annotated[int, Field(ge=0), VCPU]
GiB = Annotated[int, Field(ge=0), GIB]
Mbit = Annotated[int, Field(ge=0), MBIT]
BasisPoints = Annotated[int, Field(ge=0, le=10_000), PERCENT]
"""A share in hundredths of a per cent; files say per cent."""
Ratio = Annotated[int, Field(gt=0), RATIO]
"""A factor in ten-thousandths; files say a decimal number."""
Microseconds = Annotated[int, Field(ge=0), MILLISECOND]
Weeks = Annotated[int, Field(ge=0), WEEK]
PersonMonths = Annotated[int, Field(ge=0), PERSON_MONTH]
"""Effort in hundredths of a person-month."""
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$", max_length=80)]
Count = Annotated[int, Field(ge=0)]
MonthDays = Annotated[str, Field(pattern=r"^\d\d-\d\d/\d\d-\d\d$")]
"""A yearly span such as ``06-20/07-05``."""

OrganisationId = Annotated[str, Ref("organisations")]
ProjectId = Annotated[str, Ref("projects")]
PlatformId = Annotated[str, Ref("platforms")]
PoolId = Annotated[str, Ref("pools")]
TariffId = Annotated[str, Ref("tariffs")]
SubscriptionId = Annotated[str, Ref("subscriptions")]
SystemId = Annotated[str, Ref("systems")]
SiteId = Annotated[str, Ref("sites")]
DeviceId = Annotated[str, Ref("devices")]
PrefixId = Annotated[str, Ref("prefixes")]


class Grade(StrEnum):
    """How well a value is founded (grades of the project's domain page)."""

    official = "A"
    vendor = "B"
    reported = "C"
    assumption = "D"


class Part(BaseModel):
    """A frozen value without a life of its own, such as a contract inside a project."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a changed copy; values cached on the original are not taken over."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


class Record(Part):
    """A row of the inventory."""

    id: Identifier
    """Stable identifier, unique in its list; letters, digits, dot, dash, colon. Example: hezhang."""
    name: str = Field(min_length=1)
    """Name as people say it. Example: 市河长制信息管理平台."""
    name_en: str | None = None
    """English name, shown when the language is English."""
    source: str | None = None
    """Document and clause that the row comes from. Example: 铁岭市数据局 2024-10-30 二(二)."""
    inferred: bool = False
    """True where no source states the row and somebody concluded it."""
    grade: Grade | None = None
    """Evidence grade: A official, B vendor, C reported, D assumption."""
    note: str | None = None
    """Free remark for the next reader."""


class Contract(Part):
    """A contract with its term; amounts are yearly."""

    number: str | None = None
    """Contract number."""
    supplier: str | None = None
    """Who is paid. Example: 中国联通铁岭分公司."""
    start: date | None = None
    """First day of the term. Example: 2024-01-01."""
    end: date | None = None
    """Last day of the term. Example: 2027-12-31."""
    minimum_commitment: Fen | None = None
    """Least amount due a year up to the end, in yuan, used or not."""
    renewable: bool | None = None
    """False where nothing may run there after the end."""


class Named(Protocol):
    """Whatever has a name, and perhaps an English one."""

    @property
    def name(self) -> str:
        """Name as people say it."""

    @property
    def name_en(self) -> str | None:
        """English name."""


def called(named: Named) -> str:
    """Return the name of a record or a city in the language of the context."""
    return named.name_en if language() == "en" and named.name_en else named.name
