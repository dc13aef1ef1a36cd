"""YAML, TOML and JSON into plans: records with a field of prefixes, or mappings keyed by prefix."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from inventory.errors import Place
from inventory.loader.node import Faults, Node
from inventory.loader.yamls import parse_yaml
from inventory.text import _
from topology.addressing.columns import coded
from topology.addressing.notation import with_length
from topology.addressing.plan import Plan, Source
from topology.addressing.reading.vocabulary import PREFIXES, field_of, settled

_NAMES = ("value", "name", "slug", "display", "label", "vid", "rd")
"""Keys under which interfaces put the word of a nested object."""
_KEYED = re.compile(r"[0-9A-Fa-f:.]*[:.][0-9A-Fa-f:.]*(/\S+)?", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """A prefix with what is said of it."""

    text: str
    line: int
    told: Mapping[str, str]
    damage: str = ""


def read_yaml(data: bytes, file: str, faults: Faults, own: Mapping[str, str]) -> Plan | None:
    """Read a YAML file; prefixes are told by key or by field."""
    top = parse_yaml(data, file, faults)
    return None if top is None else _plan(file, _entries(Node(top, Place(file, line=1)), own))


def read_toml(text: str, file: str, faults: Faults, own: Mapping[str, str]) -> Plan | None:
    """Read a TOML file keyed by prefix."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        message = _("not valid TOML: {problem}").format(problem=error)
        fix = _("repair the line; each prefix may head one table only")
        faults.add("toml-syntax", Place(file, line=int(found[1]) if found else 1), message, fix)
        return None
    return _plan(file, _entries(_Lines(text, file).node(data, 1), own))


def read_json(text: str, file: str, faults: Faults, own: Mapping[str, str]) -> Plan | None:
    """Read a JSON file: a list of records, or what an interface answers."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        message = _("not valid JSON: {problem}").format(problem=error.msg)
        faults.add("json-syntax", Place(file, line=error.lineno), message, _("repair the line"))
        return None
    return _plan(file, _entries(_Lines(text, file).node(data, 1), own))


class _Lines:
    """Finds the lines of keys and texts again, which the standard parsers do not tell."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.at = 0
        self.line = 1

    def node(self, value: Any, line: int) -> Node:
        """Return plain data as nodes with places."""
        place = Place(self.file, line=line)
        if isinstance(value, Mapping):
            return Node({key: self.node(item, self._line(key)) for key, item in value.items()}, place)
        if isinstance(value, list):
            return Node([self.node(item, self.line) for item in value], place)
        if isinstance(value, str):
            sayable = value.encode("utf-8", "replace").decode("utf-8")
            return Node(sayable, Place(self.file, line=self._line(value)), quoted=True)
        if value is None:
            return Node(None, place)
        return Node(str(value).lower() if isinstance(value, bool) else str(value), place)

    def _line(self, word: str) -> int:
        """Move on to the next place where a word stands, and return its line."""
        found = self.text.find(word, self.at)
        if found >= 0:
            self.line += self.text.count("\n", self.at, found)
            self.at = found
        return self.line


def _entries(node: Node, own: Mapping[str, str]) -> Iterator[Entry]:
    """Walk through a document and yield every prefix in it."""
    if isinstance(node.value, list):
        for item in node.value:
            if isinstance(item.value, str) and _KEYED.fullmatch(item.value):
                yield Entry(item.value, item.place.line or 1, {})
            else:
                yield from _entries(item, own)
    if not isinstance(node.value, dict):
        return
    heads = [(key, child) for key, child in node.value.items() if field_of(key, own) in PREFIXES]
    heads = [(key, child) for key, child in heads if not isinstance(child.value, dict | list)]
    if heads:
        yield from _record(node.value, heads, own)
        return
    for key, child in node.value.items():
        if _KEYED.fullmatch(key):
            told = child.value if isinstance(child.value, dict) else {"name": child}
            yield Entry(key, child.place.line or 1, _told(told, own))
        else:
            yield from _entries(child, own)


def _record(
    fields: Mapping[str, Node], heads: list[tuple[str, Node]], own: Mapping[str, str]
) -> Iterator[Entry]:
    told = _told(fields, own)
    mask = next((_word(node) for key, node in fields.items() if field_of(key, own) == "mask"), "")
    for key, node in heads:
        text = _word(node)
        if not text:
            continue
        kind = {"kind": "address"} if field_of(key, own) == "address" and "kind" not in told else {}
        yield Entry(with_length(text, mask), node.place.line or 1, {**told, **kind}, _damage(node))


def _damage(node: Node) -> str:
    plain = node.plain()
    if isinstance(plain, bool):
        return "boolean"
    return "number" if isinstance(plain, int | float) else ""


def _told(fields: Mapping[str, Node], own: Mapping[str, str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for key, node in fields.items():
        name, word = field_of(key, own), _word(node)
        if name is not None and name not in PREFIXES and name != "mask" and word:
            told.setdefault(name, word)
    return told


def _word(node: Node) -> str:
    """Return a value as one word: an object by its name, a list by its first item."""
    if isinstance(node.value, dict):
        named = (node.value[key] for key in _NAMES if key in node.value)
        return _word(next(named, Node(None, node.place)))
    if isinstance(node.value, list):
        return _word(node.value[0]) if node.value else ""
    return (node.value or "").strip()


def _plan(file: str, entries: Iterator[Entry]) -> Plan:
    found = list(entries)
    names = dict.fromkeys(name for entry in found for name in entry.told)
    columns = {name: coded([entry.told.get(name, "") for entry in found]) for name in names}
    lines = np.array([entry.line for entry in found], np.int64)
    damage = {row: entry.damage for row, entry in enumerate(found) if entry.damage}
    return Plan([entry.text for entry in found], settled(columns), [Source(file)], None, lines, damage)
