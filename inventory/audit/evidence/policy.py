"""The numbers behind the verdicts, each with its source or marked as an assumption."""

import hashlib
import json
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from inventory.errors import Fault, InputError, Place
from inventory.loader import read_document
from inventory.model import Grade, Part, Record
from inventory.resources import resource
from inventory.text import _


class Setting(Record):
    """One number of the policy."""

    value: int
    """The number, whole."""
    unit: str
    """What it counts. Example: days."""

    @property
    def assumed(self) -> bool:
        """True where nobody published it."""
        return self.grade in (None, Grade.assumption)


class Policy(Part):
    """Every number that a verdict depends on."""

    id: str
    """Name of the policy. Example: shipped."""
    version: str
    """Version of the numbers."""
    effective: date
    """First day it holds."""
    settings: tuple[Setting, ...]
    """The numbers."""

    def __getitem__(self, key: str) -> int:
        """Return a number.

        Raises:
            InputError: the policy lacks it.
        """
        if key not in self._values:
            message = _("the policy {policy} lacks {key}").format(policy=self.id, key=key)
            fix = _("add a row with this id; the shipped zombies.yaml has one")
            raise InputError([Fault("missing-setting", Place("settings"), message, fix, key)])
        return self._values[key]

    @cached_property
    def _values(self) -> dict[str, int]:
        return {row.id: row.value for row in self.settings}

    @property
    def assumptions(self) -> tuple[Setting, ...]:
        """The rows that rest on no source."""
        return tuple(row for row in self.settings if row.assumed)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the policy's value."""
        return digest(self.model_dump(mode="json"))


def read_policy(path: Path | str | None = None) -> Policy:
    """Read a policy; without a path the shipped one.

    Raises:
        InputError: every fault of the document.
        UsageError: there is no such file.
    """
    return read_document(path or resource("policies", "zombies.yaml"), Policy)


def canonical(value: Any) -> bytes:
    """Return plain JSON values as the one text that digests are taken of."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """Return SHA-256 of plain JSON values."""
    return hashlib.sha256(canonical(value)).hexdigest()
