"""Values as they were written, each with its place: what every file is turned into first."""

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from inventory.errors import Fault, InputError, Place

_WHOLE = re.compile(r"[-+]?(0|[1-9]\d{0,30})")
_REAL = re.compile(r"[-+]?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOTHING = ("", "~", "null", "Null", "NULL")

Value = str | None | dict[str, "Node"] | list["Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """Text, nothing, a mapping or a list. Text keeps the spelling of the file."""

    value: Value
    place: Place
    quoted: bool = False
    """True for text in quotes, which is text and nothing else."""

    def at(self, path: Iterable[Any]) -> "Node":
        """Follow keys and indexes as far as they lead."""
        node = self
        for step in path:
            match node.value, step:
                case dict() as fields, _ if str(step) in fields:
                    node = fields[str(step)]
                case list() as items, int() if step < len(items):
                    node = items[step]
                case _:
                    return node
        return node

    def plain(self) -> Any:
        """Return Python values by the scalars of YAML 1.2: no octals, no base 60, no yes and no."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value if self.quoted or self.value is None else scalar(self.value)


def scalar(text: str) -> str | int | float | bool | None:
    """Read unquoted text as a YAML 1.2 scalar; a number with a leading zero stays text."""
    if text in _NOTHING:
        return None
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _REAL.fullmatch(text) and math.isfinite(value := float(text)):
        return value
    return text


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like a name, if any is like it."""
    found = difflib.get_close_matches(name, list(known), 1, 0.6)
    return found[0] if found else None


class Faults:
    """The faults found so far; reading goes on, so that people see all of them at once."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, code: str, place: Place, message: str, fix: str, value: object = "") -> None:
        """Note a fault."""
        self.found.append(Fault(code, place, message, fix, "" if value is None else str(value)))

    def stop(self) -> None:
        """Raise every fault in reading order.

        Raises:
            InputError: there are faults.
        """
        if not self.found:
            return
        files = list(dict.fromkeys(fault.place.file for fault in self.found))
        raise InputError(sorted(dict.fromkeys(self.found), key=lambda f: _position(files, f.place)))


def _position(files: list[str], place: Place) -> tuple[int, str, int]:
    return files.index(place.file), place.sheet or "", place.line or place.row or 0
