"""The right-sizing policy: a percentile, headroom by class, and the policies of the curve."""

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from inventory.loader import read_document
from inventory.model import Record, Role, Workload
from inventory.model.base import BasisPoints, GiB, Part, Ratio, VCpu
from inventory.resources import resource

WHOLE = 10_000


class SizeClass(Record):
    """A class of workloads and the headroom it gets."""

    roles: tuple[Role, ...]
    """Roles of workloads that belong to it."""
    cpu_headroom: BasisPoints
    """CPU kept free above the percentile, per cent of it."""
    memory_headroom: BasisPoints
    """Memory kept free above the largest working set, per cent of it."""


class CurvePolicy(Record):
    """One way to size, for the savings-risk curve: statistic x factor / target."""

    statistic: Literal["max", "mean", "percentile"]
    """max, mean or percentile of the CPU samples."""
    percentile: BasisPoints = WHOLE
    """Which percentile, per cent. Example: 99.5."""
    factor: Ratio = WHOLE
    """What the statistic is multiplied by. Example: 1.2."""
    target: Ratio = WHOLE
    """Utilisation aimed at, by which it is divided. Example: 0.7."""


class Policy(Part):
    """How machines are sized, what must be observed first, and what the curve compares."""

    percentile: BasisPoints
    """Percentile of the CPU samples, per cent. Example: 99.5."""
    source: str | None = None
    """Where the numbers come from."""
    window_days: int = Field(gt=0)
    """Days looked at, the last one included."""
    least_coverage: BasisPoints
    """Share of the expected samples that must have been observed, per cent."""
    least_days: int = Field(ge=1)
    """Days on which a machine must have been seen running."""
    least_vcpu: VCpu
    """No machine gets fewer vCPU."""
    least_memory_gib: GiB
    """No machine gets less memory."""
    classes: tuple[SizeClass, ...] = Field(min_length=1)
    """Headroom by class; the last class takes every role that no class names."""
    saturated_share: BasisPoints
    """Share of time above the new size from which a machine counts as saturated, per cent."""
    curve: tuple[CurvePolicy, ...]
    """Policies compared by back-testing."""

    def size_class(self, workload: Workload) -> SizeClass:
        """Return the class of a workload."""
        named = (c for c in self.classes if workload.role in c.roles)
        return next(named, self.classes[-1])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the policy's value."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def read_policy(path: Path | None = None) -> Policy:
    """Read a right-sizing policy, by default the shipped one.

    Raises:
        InputError: every fault of the file.
    """
    return read_document(path or resource("policies", "rightsizing.yaml"), Policy)
