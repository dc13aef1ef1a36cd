"""What a city has decided about cases: hysteresis, terms, who may approve."""

from functools import cache
from pathlib import Path

from pydantic import Field

from inventory.audit.workdays import Term
from inventory.loader import read_document
from inventory.model import Part
from inventory.resources import resource
from inventory.store import Method


class Hysteresis(Part):
    """How often a verdict must repeat before anybody is asked."""

    times: int = Field(2, ge=1)
    """Zombie verdicts in a row."""
    apart_days: int = Field(7, ge=1)
    """Least days between two verdicts that both count."""
    basis: str = "assumption"
    """Document and clause."""


class Policy(Part):
    """How a suspected system becomes a case, and how long everybody has."""

    candidate: Hysteresis
    """When an observed system becomes a candidate."""
    answer: Term
    """The owner's time to answer."""
    urged: Term
    """The owner's time after being urged."""
    quarantine_days: int = Field(30, ge=1)
    """Days a system is switched off, and can be switched on again, before it may be retired."""
    quarantine_basis: str = "assumption"
    """Where the days come from."""
    exemption_days: int = Field(730, ge=1)
    """Longest exemption, days."""
    exemption_basis: str = "assumption"
    """Where the days come from."""
    approvers: tuple[Method, ...] = tuple(Method)
    """How an approver's name must be known: os, asserted, oidc."""


def read_policy(path: Path | None = None) -> Policy:
    """Read a policy, the shipped one unless a file is given.

    Raises:
        InputError: every fault of the file.
    """
    return read_document(path, Policy) if path else _shipped()


@cache
def _shipped() -> Policy:
    return read_document(resource("policies", "cases.yaml"), Policy)
