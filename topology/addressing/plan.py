"""An address plan as columns: what stands in each row, and where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from inventory.errors import Place
from inventory.model import City
from inventory.text import N_, _
from topology.addressing.columns import Column, appended, blank, coded
from topology.addressing.notation import Doubt
from topology.addressing.numbers import Ints, Numbers, read_texts

FIELDS = (
    "id", "name", "kind", "role", "zone", "vrf", "site", "parent_site", "level", "region", "owner",
    "carrier", "platform", "vlan", "peer", "state", "public", "slaac", "since", "last_seen",
    "exchange", "nat", "purpose",
)  # fmt: skip
"""What a row may say beside its prefix."""
DAMAGE = {
    "number": N_("{value} is a number in the sheet, not text"),
    "boolean": N_("{value} is a truth value in the sheet, not text"),
    "date": N_("{value} is a date in the sheet, not text"),
}


@dataclass(frozen=True)
class Source:
    """One column of one file or sheet that prefixes were read from."""

    file: str
    sheet: str | None = None
    column: str | None = None
    """Letters on a sheet, the heading in a CSV file."""

    def place(self, row: int) -> Place:
        """Return the place of the prefix in a row or line."""
        if self.sheet is None and self.column is None:
            return Place(self.file, line=row)
        return Place(self.file, sheet=self.sheet, row=row, column=self.column)


@dataclass(frozen=True)
class Heading:
    """What a heading of somebody's table was taken for."""

    file: str
    sheet: str | None
    heading: str
    field: str
    """The field; empty where nobody knows the heading and its column was passed over."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Rows of an address plan; every column is as long as ``texts``."""

    texts: Sequence[str]
    """What stands in the cell of the prefix."""
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By the name of the field; a field that nobody states is left out, an unknown value is empty."""
    sources: Sequence[Source] = (Source("plan"),)
    parts: Ints | None = None
    """Index of each row's source; without it all are from the first."""
    lines: Ints | None = None
    """Line or row of each row in its source; without it they count from 1."""
    damage: Mapping[int, str] = field(default_factory=dict)
    """By index of the row: ``number``, ``boolean`` or ``date`` where the cell was no text."""
    headings: Sequence[Heading] = ()
    """What the headings of tables were taken for."""
    passed: Sequence[str] = ()
    """Files of a folder that hold no prefixes and were passed over."""

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def numbers(self) -> Numbers:
        """What the texts say, as integers."""
        numbers = read_texts(self.texts)
        if not self.damage:
            return numbers
        return replace(numbers, doubts={**numbers.doubts, **{row: self._damaged(row) for row in self.damage}})

    def _damaged(self, row: int) -> Doubt:
        message = _(DAMAGE[self.damage[row]]).format(value=self.texts[row])
        advice = _("set the column to the format Text and type the prefix again")
        return Doubt("V6-106", message, (), advice)

    def get(self, name: str, row: int) -> str:
        """Return what a row says of a field; empty where it says nothing."""
        column = self.columns.get(name)
        return column[row] if column is not None else ""

    @cached_property
    def _coded(self) -> dict[str, Column]:
        return {name: coded(column) for name, column in self.columns.items()}

    def codes(self, name: str) -> tuple[Ints, Sequence[str]]:
        """Return a column as numbers, and the words they stand for; 0 is the empty word."""
        column = self.column(name)
        return column.codes, column.words

    def column(self, name: str) -> Column:
        """Return a column; a field that nobody states is empty all the way."""
        return self._coded.get(name) or blank(len(self))

    @property
    def part(self) -> Ints:
        """Index of each row's source."""
        return np.zeros(len(self), np.int64) if self.parts is None else self.parts

    @property
    def line(self) -> Ints:
        """Line or row of each row in its source."""
        return np.arange(1, len(self) + 1) if self.lines is None else self.lines

    def place(self, row: int) -> Place:
        """Return where the prefix of a row was read."""
        source = self.sources[0 if self.parts is None else int(self.parts[row])]
        return source.place(row + 1 if self.lines is None else int(self.lines[row]))

    def where(self, row: int) -> str:
        """Return the place of a row, for a message about another row."""
        return str(self.place(row))


def from_city(city: City) -> Plan:
    """Return the address plan that an inventory holds, with the place of every row."""
    rows = city.prefixes
    kept = ("id", "name", "kind", "zone", "vrf", "site", "carrier", "purpose", "vlan")
    texts = {row.id: row.prefix for row in rows}
    columns = {name: [str(getattr(row, name) or "") for row in rows] for name in kept}
    columns["owner"] = [row.organisation or "" for row in rows]
    columns["peer"] = [texts[row.peer] if row.peer else "" for row in rows]
    places = [city.where("prefixes", row.id) or Place("prefixes") for row in rows]
    return Plan([row.prefix for row in rows], columns, *_sources(places))


def _sources(places: Sequence[Place]) -> tuple[list[Source], Ints, Ints]:
    found: dict[Source, int] = {}
    parts, lines = [], []
    for place in places:
        column = place.column if place.sheet else "prefix" if place.row else None
        parts.append(found.setdefault(Source(place.file, place.sheet, column), len(found)))
        lines.append(place.row or place.line or 0)
    return list(found), np.array(parts, np.int64), np.array(lines, np.int64)


def joined(plans: Iterable[Plan]) -> Plan:
    """Return several plans as one; a field that one of them lacks is empty there."""
    plans = [plan for plan in plans if len(plan)] or [Plan([])]
    if len(plans) == 1:
        return plans[0]
    names = [name for name in FIELDS if any(name in plan.columns for plan in plans)]
    starts = np.cumsum([0, *(len(plan) for plan in plans)]).tolist()
    behind = np.cumsum([0, *(len(plan.sources) for plan in plans)]).tolist()
    return Plan(
        [text for plan in plans for text in plan.texts],
        {name: appended(plan.column(name) for plan in plans) for name in names},
        [source for plan in plans for source in plan.sources],
        np.concatenate([plan.part + first for plan, first in zip(plans, behind, strict=False)]),
        np.concatenate([plan.line for plan in plans]),
        {
            row + first: kind
            for plan, first in zip(plans, starts, strict=False)
            for row, kind in plan.damage.items()
        },
        [heading for plan in plans for heading in plan.headings],
    )
