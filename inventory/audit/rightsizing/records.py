"""What right-sizing says of each workload, as frozen records with a JSON form."""

from datetime import date
from enum import StrEnum
from typing import Any, Literal

from inventory.model.base import Part


class Kind(StrEnum):
    """What is suggested for a workload."""

    down = "down"
    up = "up"
    keep = "keep"
    unknown = "unknown"
    left_out = "left_out"


class Reading(Part):
    """A statistic known to lie in an interval; the upper edge is what counts."""

    low: int
    """Lower edge, basis points of the machine."""
    high: int
    """Upper edge, basis points of the machine."""
    coverage: int
    """Share of the expected samples that were observed, basis points."""
    observed: int
    """Samples behind it."""
    machine: str
    """The machine with the highest upper edge: it decides for all of its kind."""


class Target(Part):
    """The vCPU one machine needs on another processor, as a range."""

    cpu_family: str
    low: int
    """With the most favourable ratio of the range."""
    base: int
    high: int
    """With the least favourable ratio of the range."""
    ratio_low: int
    """Work of one of its vCPU against one of today's, ten-thousandths."""
    ratio: int
    ratio_high: int
    source: str
    """Source of the ratio, or ``assumption``."""


class Suggestion(Part):
    """What one workload needs."""

    workload: str
    system: str
    kind: Kind
    size_class: str
    """Name of its class of headroom."""
    count: int
    """Machines of the workload."""
    vcpu: int | None
    """vCPU of one machine today."""
    memory_gib: int | None
    vcpu_needed: int | None = None
    """vCPU for the percentile with headroom, before the ladder."""
    memory_needed: int | None = None
    vcpu_to: int | None = None
    """vCPU of the suggested size."""
    memory_to: int | None = None
    cpu: Reading | None = None
    memory: Reading | None = None
    saving: int | None = None
    """Fen a year at list price for all machines; negative for a larger size, none without a price."""
    reason: str
    """Why, in words."""
    targets: tuple[Target, ...] = ()
    """Sizes on the processors of the Xinchuang pools."""

    @property
    def given_back(self) -> tuple[int, int]:
        """What one machine gives back, vCPU and GiB; zeros unless it gets smaller."""
        if self.kind is not Kind.down or self.vcpu is None or self.memory_gib is None:
            return 0, 0
        return self.vcpu - (self.vcpu_to or 0), self.memory_gib - (self.memory_to or 0)


class Digests(Part):
    """What the suggestions were computed from."""

    inventory: str
    policy: str
    buckets: str
    """SHA-256 over the roll-ups of the machines looked at."""


class Rightsizing(Part):
    """Suggestions for every workload of the city's own living systems."""

    schema_name: Literal["govplan.rightsizing/1"] = "govplan.rightsizing/1"
    city: str
    first: date
    """First day of the window."""
    last: date
    """Last day of the window."""
    percentile: int
    """Basis points; 9950 is P99.5."""
    digests: Digests
    suggestions: tuple[Suggestion, ...]

    @property
    def smaller(self) -> tuple[Suggestion, ...]:
        """The suggestions that give something back."""
        return tuple(s for s in self.suggestions if s.kind is Kind.down)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values in the shape ``govplan.rightsizing/1``."""
        value = self.model_dump(mode="json")
        return {"schema": value.pop("schema_name")} | value
