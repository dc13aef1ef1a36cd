"""Which heading means which field, and which word which code."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from inventory.errors import Place
from inventory.loader import read_document
from inventory.loader.node import Faults, nearest
from inventory.model.base import Part
from inventory.resources import resource
from inventory.saver import write_all
from inventory.text import _
from topology.addressing.columns import Column, blank
from topology.addressing.plan import Heading

PREFIXES = ("prefix", "prefix4", "prefix6", "address")
"""Fields whose cells hold prefixes."""
_BRACKETS = re.compile(r"[(\[（【].*?[)\]）】]|[\s*_:：\-]+")


class Vocabulary(Part):
    """The shipped headings and words."""

    fields: dict[str, tuple[str, ...]]
    """Headings by field."""
    words: dict[str, dict[str, tuple[str, ...]]]
    """By field and code: the words people write for the code."""


class Headings(Part):
    """What the headings of somebody's sheets mean: a mapping kept for the next time."""

    columns: dict[str, str]
    """Heading to field; one without a field is read as always. Example: 归口处室 to owner."""


@cache
def vocabulary() -> Vocabulary:
    """Read the shipped headings and words."""
    return read_document(resource("address_headers.yaml"), Vocabulary)


def folded(text: str) -> str:
    """Return a heading without capitals, width, blanks, and what stands in brackets."""
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", text).lower())


@cache
def _aliases() -> Mapping[str, str]:
    known = {folded(word): field for field, words in vocabulary().fields.items() for word in words}
    return {folded(field): field for field in vocabulary().fields} | known


@cache
def _words(field: str) -> Mapping[str, str]:
    codes = vocabulary().words.get(field, {})
    return {folded(word): code for code, words in codes.items() for word in (code, *words)}


def remembered(mapping: Mapping[str, str] | Path | str | None) -> Mapping[str, str]:
    """Return a mapping of headings to fields, read from its file where it is one.

    Raises:
        InputError: the file is faulty, or names a field that does not exist.
    """
    if mapping is None:
        return {}
    if isinstance(mapping, Mapping):
        return {folded(heading): field for heading, field in mapping.items() if field}
    found = read_document(mapping, Headings).columns
    faults = Faults()
    for heading, field in found.items():
        if field and field not in vocabulary().fields:
            message = _("{heading}: there is no field {field!r}").format(heading=heading, field=field)
            close = nearest(field, vocabulary().fields) or ", ".join(vocabulary().fields)
            faults.add(
                "unknown-field",
                Place(Path(mapping).name),
                message,
                _("write {name}").format(name=close),
                field,
            )
    faults.stop()
    return remembered(found)


def remember(headings: Iterable[Heading], path: Path | str) -> None:
    """Write what headings were taken for as a mapping file; unknown ones with an empty field to fill in."""
    known = {heading.heading: heading.field for heading in headings}
    note = "# " + _("Heading: field. Fields are {names}.").format(names=", ".join(vocabulary().fields))
    lines = [f"  {json.dumps(h, ensure_ascii=False)}: {f or json.dumps('')}" for h, f in known.items()]
    text = "\n".join([note, "columns:", *lines]) if lines else f"{note}\ncolumns: {{}}"
    write_all({Path(path): (text + "\n").encode()})


def field_of(heading: str, own: Mapping[str, str]) -> str | None:
    """Return the field that a heading means."""
    plain = folded(heading)
    return own.get(plain) or _aliases().get(plain)


def code_of(field: str, word: str) -> str:
    """Return the code of a word in a field, or the word itself."""
    return _words(field).get(folded(word), word)


def settled(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Turn words into codes; a role written as the type, or a type as the status, is moved."""
    done = {name: _coded(name, column) for name, column in columns.items()}
    _move(done, "kind", "role")
    _move(done, "state", "kind", ("container",))
    return {name: column for name, column in done.items() if not column.silent}


def _coded(name: str, column: Column) -> Column:
    if name not in vocabulary().words:
        return column
    return column.changed(lambda word: code_of(name, word))


def _move(columns: dict[str, Column], source: str, target: str, only: tuple[str, ...] = ()) -> None:
    """Move words of one column that are words of another into it; what stands there already stays."""
    column = columns.get(source)
    if column is None:
        return
    own, other = set(_words(source).values()), _words(target)
    moved = {w: code for w in column.words if w not in own and (code := other.get(folded(w))) is not None}
    moved = {word: code for word, code in moved.items() if not only or code in only}
    if not moved:
        return
    there = columns.get(target) or blank(len(column))
    columns[target] = there.filled(column.changed(lambda word: moved.get(word, "")))
    columns[source] = column.changed(lambda word: "" if word in moved else word)
