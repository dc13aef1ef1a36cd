"""Headings of fields, lists and codes in the languages people write them in."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from inventory.model.base import Part
from inventory.model.city import COLLECTIONS, City
from inventory.model.fields import Shape, shapes, title
from inventory.text import LANGUAGES, _, speaking

_SHORT: Mapping[str, tuple[str, ...]] = {
    "province": ("省", "省级"),
    "city": ("市", "地市", "市级"),
    "county": ("县", "区", "县(市)区", "县级"),
    "township": ("乡", "镇", "乡(镇)", "街道", "乡级"),
    "village": ("村", "社区", "村(社区)", "村级"),
}
"""What ledgers call the levels of the extranet beside their full names."""
_TAIL = re.compile(r"\s*(\([^()]*\))?\s*\*?$")


def label(name: str, shape: Shape | None = None) -> str:
    """Return the heading of a field in the language of the context, its unit in brackets."""
    unit = _unit(shape) if shape else None
    return f"{_(title(name))}({unit})" if unit else _(title(name))


def column_label(kind: type[Part], path: tuple[str, ...]) -> str:
    """Return the heading of a column, dotted where it lies inside a part or mapping."""
    words, shape = [], Shape("part", kind)
    for step in path:
        words.append(_(title(step)) if shape.kind == "part" else _(step))
        shape = _below(shape, step)
    unit = _unit(shape)
    return ".".join(words) + (f"({unit})" if unit else "")


def column_path(
    kind: type[Part], heading: str, nearest: Callable[[str, Iterable[str]], str | None] | None = None
) -> tuple[str, ...] | None:
    """Return the field a column heading means, or None where it means none.

    English field names, English headings and Chinese headings are understood, each with
    or without its unit.

    Args:
        kind: class of the records.
        heading: what stands above the column.
        nearest: picks the known word most like an unknown one; without it none is guessed.
    """
    shape, path = Shape("part", kind), []
    for word in plain_heading(heading).split("."):
        known = _steps(shape, word.strip())
        step = known.get(word.strip())
        if step is None and nearest is not None:
            step = known.get(nearest(word, known) or "")
        if step is None:
            return None
        path.append(step)
        shape = _below(shape, step)
    return tuple(path)


def plain_heading(heading: str) -> str:
    """Return a heading without width differences, unit, star and capitals."""
    return _TAIL.sub("", unicodedata.normalize("NFKC", heading).strip()).lower()


def list_name(heading: str) -> str | None:
    """Return the list (or ``city``) that a sheet is named after, or None."""
    return spelled_lists().get(plain_heading(heading))


def spelled_lists() -> Mapping[str, str]:
    """Return every accepted spelling of the lists and ``city``, with the name it means."""
    return _spellings(("city", *COLLECTIONS))


def headings(kind: type[Part]) -> Mapping[str, str]:
    """Return every accepted spelling of the fields of a class, with the field it means."""
    return _spellings(tuple(shapes(kind)))


def vocabulary(further: Iterable[type[Part]] = ()) -> tuple[str, ...]:
    """Return every text of the model that people see: headings, codes and documentation.

    Args:
        further: documents beside the inventory whose texts count too.
    """
    texts: dict[str, None] = dict.fromkeys(title(name) for name in ("city", *COLLECTIONS))
    kinds: tuple[type[Part], ...] = (City, *COLLECTIONS.values(), *further)
    for kind in kinds:
        texts.update(dict.fromkeys(_texts(kind)))
    return tuple(texts)


def _texts(kind: type[Part]) -> list[str]:
    found: list[str] = []
    for name, shape in shapes(kind).items():
        found += [title(name), kind.model_fields[name].description or ""]
        if name in COLLECTIONS:
            continue
        for inner in (shape, shape.item, shape.key):
            if inner is not None:
                found += inner.choices
                found += _texts(inner.type) if inner.kind == "part" else []
    return [text for text in found if text]


@cache
def _spellings(names: tuple[str, ...]) -> Mapping[str, str]:
    found = {name.lower(): name for name in names}
    for tongue in reversed(LANGUAGES):
        with speaking(tongue):
            for name in names:
                found.setdefault(plain_heading(_(title(name))), name)
    return found


@cache
def spelled_codes(codes: tuple[str, ...]) -> Mapping[str, str]:
    """Return every accepted spelling of some codes, in all languages, with the code it means."""
    found = {code.lower(): code for code in codes}
    for tongue in reversed(LANGUAGES):
        with speaking(tongue):
            for code in codes:
                found.setdefault(unicodedata.normalize("NFKC", _(code)).lower(), code)
    for code in codes:
        for short in _SHORT.get(code, ()):
            found.setdefault(short, code)
    return found


def code_label(codes: tuple[str, ...], code: str) -> str:
    """Return a code in the language of the context, or the code itself where that is ambiguous."""
    return _(code) if spelled_codes(codes).get(_(code).lower()) == code else code


def _steps(shape: Shape, word: str) -> Mapping[str, str]:
    """Words that may follow at a shape, and what they mean; free keys mean themselves."""
    if shape.kind == "part":
        return headings(shape.type)
    if shape.kind != "mapping" or shape.key is None or not word:
        return {}
    return spelled_codes(shape.key.choices) if shape.key.choices else {word: word}


def _below(shape: Shape, step: str) -> Shape:
    return shapes(shape.type)[step] if shape.kind == "part" else shape.inner


def _unit(shape: Shape) -> str | None:
    inner = shape.item if shape.kind in ("mapping", "list") else shape
    return _(inner.unit.name) if inner is not None and inner.unit is not None else None
