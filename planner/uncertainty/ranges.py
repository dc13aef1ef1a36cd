"""Which figures are uncertain, and how far each may lie from what the plan counts with.

A figure for which the inventory itself gives a range keeps that one; for all others the
policy's factors stand in, which are assumptions and labelled so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from inventory import City
from inventory.loader import read_document
from inventory.model import Part, Pool, Record, SizingRatio, System
from inventory.model.base import Grade
from inventory.resources import resource
from inventory.units import RATIO
from planner.scenario import Scenario

ONE = 1_000_000
"""The factor of what the plan counts with: factors are parts per million."""
Kind = Literal["vcpu_ratio", "effort", "person_month", "tariff", "subscription", "block"]
WORSE_LOW = "vcpu_ratio"
"""The kind whose low end is the bad one; of all others the high end is."""


class Range(Record):
    """How far figures of a kind may lie from what the plan counts with."""

    id: Kind
    """vcpu_ratio, effort, person_month, tariff, subscription or block."""
    low: Annotated[int, Field(gt=0, le=10_000), RATIO]
    """Least factor, at most 1. Example: 0.9."""
    high: Annotated[int, Field(ge=10_000), RATIO]
    """Largest factor, at least 1. Example: 1.2."""


class Policy(Part):
    """The ranges that stand in where the inventory gives none; a kind left out is certain."""

    ranges: tuple[Range, ...]
    """One range a kind."""


@dataclass(frozen=True)
class Uncertain:
    """One uncertain figure of the inventory, with its range as factors in parts per million."""

    kind: Kind
    collection: str
    """List of the inventory. Example: sizing."""
    record: str
    """Id of the record. Example: kunpeng."""
    low: int
    high: int
    grade: Grade
    """Evidence grade of the range; D is an assumption, as is what bears no grade."""

    @property
    def worse(self) -> int:
        """The end that makes the plan dearer, larger or longer."""
        return self.low if self.kind == WORSE_LOW else self.high


def read_policy(path: Path | None = None) -> Policy:
    """Read a policy of ranges, the shipped one unless a file is given.

    Raises:
        InputError: every fault of the file.
        UsageError: there is no such file.
    """
    return read_document(path or resource("policies", "uncertainty.yaml"), Policy)


def uncertain(city: City, scenario: Scenario, policy: Policy) -> tuple[Uncertain, ...]:
    """Return the uncertain figures that a plan of a scenario may rest on, in a fixed order.

    Args:
        city: the inventory with the scenario's overrides applied.
        scenario: says which pools are targets.
        policy: the ranges that stand in.
    """
    return (
        *_ratios(city, scenario, policy),
        *_efforts(city, policy),
        *_of(policy, "person_month", "assumptions", ("person_month_price",)),
        *_of(policy, "tariff", "tariffs", sorted({p.tariff for p in _targets(city, scenario) if p.tariff})),
        *_of(policy, "subscription", "subscriptions", [fee.id for fee in city.subscriptions]),
        *_of(policy, "block", "blocks", [block.id for block in city.blocks]),
    )


def _targets(city: City, scenario: Scenario) -> list[Pool]:
    named = scenario.targets
    pools = (pool for pool in city.pools if city.platform[pool.platform].xinchuang)
    return [pool for pool in pools if not named or pool.id in named]


def _range(policy: Policy, kind: Kind) -> Range | None:
    return next((row for row in policy.ranges if row.id == kind), None)


def _of(policy: Policy, kind: Kind, collection: str, records: Sequence[str]) -> Iterator[Uncertain]:
    """Yield one uncertain figure a record, by the policy's range of the kind."""
    if row := _range(policy, kind):
        for record in records:
            yield Uncertain(
                kind, collection, record, row.low * 100, row.high * 100, row.grade or Grade.assumption
            )


def _ratios(city: City, scenario: Scenario, policy: Policy) -> Iterator[Uncertain]:
    families = {pool.cpu_family for pool in _targets(city, scenario)}
    for row in city.sizing:
        if row.cpu_family in families:
            ends = _own(row.vcpu_ratio_low, row.vcpu_ratio, row.vcpu_ratio_high)
            yield from _figure(policy, "vcpu_ratio", "sizing", row, ends)


def _efforts(city: City, policy: Policy) -> Iterator[Uncertain]:
    kinds = [row.id for row in city.assumptions if row.id.startswith("effort.")]
    yield from _of(policy, "effort", "assumptions", kinds)
    for system in city.systems:
        told = system.adaptation
        if told and told.effort_base:
            ends = _own(told.effort_low, told.effort_base, told.effort_high)
            yield from _figure(policy, "effort", "systems", system, ends)


def _own(low: int | None, planned: int, high: int | None) -> tuple[int, int] | None:
    """Return the inventory's own range as factors, if it gives one; it includes the planned figure."""
    if low is None and high is None:
        return None
    ends = [end for end in (low, planned, high) if end is not None]
    return min(ends) * ONE // planned, -(-max(ends) * ONE // planned)


def _figure(
    policy: Policy,
    kind: Kind,
    collection: str,
    record: SizingRatio | System,
    own: tuple[int, int] | None,
) -> Iterator[Uncertain]:
    if own:
        yield Uncertain(kind, collection, record.id, *own, record.grade or Grade.assumption)
    else:
        yield from _of(policy, kind, collection, (record.id,))
