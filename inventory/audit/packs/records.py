"""A published rule as data: where it stands, what it looks at, from which value on it flags."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from inventory.audit.evidence import digest
from inventory.model import Part
from inventory.text import N_


class State(StrEnum):
    """What a rule says of a resource or system."""

    flagged = N_("flagged")
    clear = N_("not flagged")
    undetermined = N_("undetermined")


Statistic = Literal["mean", "maximum", "percentile", "mean_of_daily_peaks", "days_with_mean", "active_days"]
Metric = Literal[
    "cpu",
    "memory",
    "disk_read",
    "disk_write",
    "net_in",
    "net_out",
    "network",
    "disk",
    "logins",
    "requests",
    "use",
    "life",
]


class Condition(Part):
    """One threshold of a rule."""

    metric: Metric
    """A metric, network or disk (both directions together), a signal, or use and life (any signal)."""
    statistic: Statistic
    """What is made of the window's values."""
    percentile: int | None = None
    """Which percentile, per cent."""
    at_most: int | None = None
    """Flags at this value and below; basis points, bytes a second, or days."""
    below: int | None = None
    """Flags below this value."""
    milli_vcpu: int | None = None
    """Flags below this absolute use of CPU, thousandths of a vCPU."""
    days: int | None = None
    """On how many days the daily mean must lie that low."""
    window_days: int | None = None
    """Window, where it differs from the rule's."""
    criterion: str | None = None
    """Which criterion of the document this stands for."""
    unsourced: bool = False
    """True where the document states no such number and somebody chose it."""
    note: str | None = None
    """Where the condition differs from the source's words."""


class Pack(Part):
    """A published definition of an unused or idle resource."""

    id: str
    """Short name. Example: aws-trusted-advisor."""
    title: str
    """Name as its publisher says it."""
    source: str
    """Who publishes it."""
    document: str | None = None
    """Document number or page."""
    clause: str | None = None
    """Clause of the document."""
    url: str | None = None
    """Address of the text."""
    effective: date | None = None
    """First day the rule holds; empty where the publisher states none."""
    level: Literal["resource", "system"] = "resource"
    """Whether it judges machines or systems."""
    window_days: int = Field(gt=0)
    """Days up to the day of the audit that it looks at."""
    least_days: int = Field(1, gt=0)
    """Observed days without which it says nothing."""
    combine: Literal["all", "any"] = "all"
    """Whether all conditions must hold or any."""
    off_is_idle: bool = False
    """True where a machine that was off the whole window is flagged."""
    conditions: tuple[Condition, ...]
    """The thresholds."""
    unmeasured: tuple[str, ...] = ()
    """Parts of the rule that telemetry cannot answer and that are left out."""
    note: str | None = None
    """Remark for the reader."""

    @property
    def unsourced(self) -> bool:
        """True where at least one number rests on no document."""
        return any(condition.unsourced for condition in self.conditions)

    @property
    def digest(self) -> str:
        """SHA-256 of the pack's value."""
        return digest(self.model_dump(mode="json"))
