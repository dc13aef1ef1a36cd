"""National targets of IPv6, and what counts as serving: a dated policy file."""

from decimal import Decimal
from pathlib import Path
from typing import Literal

from inventory.loader import read_document
from inventory.model import Record
from inventory.model.base import BasisPoints, Count, Part
from inventory.resources import resource


class Target(Record):
    """A number that the country set itself, or reached."""

    year: Count
    """Year it is for."""
    kind: Literal["target", "actual"]
    """target where it was asked for, actual where it was measured."""
    value: Decimal
    """The number, in its unit."""
    unit: Literal["%", "million"]
    """% or million."""
    beside: Literal["websites", "portals"] | None = None
    """The city's own number to print next to it, where the inventory has one alike."""


class Targets(Part):
    """The targets, and the link rate from which a website counts as serving."""

    least_link_rate: BasisPoints
    """Second- and third-level links reachable over IPv6 that serving asks for, per cent."""
    most_degradation: BasisPoints
    """By how much a round trip over IPv6 may exceed that over IPv4, per cent of the latter."""
    targets: tuple[Target, ...]
    """Targets and measured values."""


def read_targets(path: Path | None = None) -> Targets:
    """Read the targets, by default the shipped ones.

    Raises:
        InputError: every fault of the file.
    """
    return read_document(path or resource("policies", "ipv6_targets.yaml"), Targets)
