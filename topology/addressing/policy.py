"""What an organisation may decide about the checker: severities, limits, allocations, waivers."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import field_validator

from inventory.finding import Severity
from inventory.loader import read_document
from inventory.model.base import Count, Part, Ratio
from inventory.resources import resource
from inventory.text import _
from topology.addressing.notation import plain


class Waiver(Part):
    """Leave to break a rule for a while."""

    rule: str
    """Id of the rule. Example: V6-307."""
    subject: str = ""
    """The prefix or row it is for; empty means every one. Example: prefixes/2001:db8::/33."""
    reason: str
    """Why it is borne."""
    owner: str
    """Who answers for it."""
    expires: date
    """Last day it holds. Example: 2027-06-30."""


class Exchange(Part):
    """A record that two routing tables exchange routes."""

    between: tuple[str, str]
    """The two tables: a zone, a VRF, or both with a slash. Example: [public, dedicated/finance]."""
    record: str
    """Number or name of the record. Example: JH-2026-017."""
    prefixes: tuple[str, ...] = ()
    """Blocks that are handed over as they are."""
    nat: tuple[str, ...] = ()
    """Blocks that are translated on the way."""

    @field_validator("prefixes", "nat")
    @classmethod
    def _readable(cls, blocks: tuple[str, ...]) -> tuple[str, ...]:
        return _sound(blocks)


class Limits(Part):
    """Numbers that the rules compare with."""

    snapshot_months: Count = 12
    """Oldest registry table that is not reported, months."""
    most_routes: Count = 8
    """Most routes that a site and all below it may need at its uplink."""
    hd_ratio: Ratio = 9400
    """HD-ratio from which a block counts as full."""
    idle_months: Count = 12
    """Months without use after which an assignment is reported."""
    crowded_share: Ratio = 5000
    """Share of a block in use up to which taken neighbours are reported."""


CITY_FILE = "ipv6.yaml"
"""File of a city's folder that holds its own settings."""


class Policy(Part):
    """Settings of the address-plan checker; a city brings its own as ``ipv6.yaml`` in its folder."""

    state: Literal["production", "example"] = "production"
    """example: documentation blocks are expected, one finding tells of them."""
    severities: dict[str, Severity] = {}
    """Severity by rule id where it differs from the shipped one: error, warning or info."""
    allocations: tuple[str, ...] = ()
    """Blocks that the organisation holds; of a version without any, the plan's own containers count."""
    exchanges: tuple[Exchange, ...] = ()
    """Routing tables that exchange routes, and what passes between them."""
    limits: Limits = Limits()
    """Numbers that the rules compare with."""
    waivers: tuple[Waiver, ...] = ()
    """Breaches that somebody answers for."""

    @field_validator("allocations")
    @classmethod
    def _readable(cls, blocks: tuple[str, ...]) -> tuple[str, ...]:
        return _sound(blocks)


def _sound(blocks: tuple[str, ...]) -> tuple[str, ...]:
    for block in blocks:
        if plain(block) is None:
            raise ValueError(_("{value} is no prefix").format(value=block))
    return blocks


def read_policy(path: Path | str | None = None) -> Policy:
    """Read a policy file, that of a city's folder, or the shipped one.

    Raises:
        InputError: every fault of the file.
        UsageError: there is no such file.
    """
    return read_document(policy_file(path), Policy)


def policy_file(path: Path | str | None) -> Path:
    """Return the file that holds the settings: of a city's folder its own, where it has one."""
    if path and not Path(path).is_dir():
        return Path(path)
    own = Path(path) / CITY_FILE if path else None
    return own if own and own.is_file() else resource("policies", "ipv6.yaml")
