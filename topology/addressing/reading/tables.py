"""Rows below a header into the columns of a plan, some thousands at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from itertools import batched, chain, islice, zip_longest
from typing import Any

import numpy as np

from inventory.loader.tables import REMARKS, letters
from topology.addressing.columns import Column, Numbering, blank
from topology.addressing.notation import with_length
from topology.addressing.numbers import Ints
from topology.addressing.plan import Heading, Plan, Source
from topology.addressing.reading.headers import BLANK, DEEPEST_HEADER, Grid, Layout, Row, find_layout, shown
from topology.addressing.reading.vocabulary import PREFIXES, settled

CHUNK = 128
"""Rows that are turned into columns at once: so few that they stay in the processor's cache."""
Chunk = tuple[Ints, Sequence[Sequence[Any]], Sequence[Sequence[Any]]]
"""Some rows: their numbers, the cells of each, and the same by column."""
Cells = tuple[list[int], list[int], list[str]]
"""Filled cells of some rows: index of the row, number of the column of prefixes, text."""


class Echo(str):
    """What a cell of a merged range shows because the first one says it."""


def read_table(file: str, sheet: str | None, rows: Iterable[Row], own: Mapping[str, str]) -> Plan | None:
    """Read a table as a plan; ``None`` where no column holds prefixes.

    Args:
        file: name of the file.
        sheet: name of the sheet; None for a CSV file, whose cells are all texts.
        rows: the rows in their order.
        own: what headings mean beside the shipped ones.
    """
    rows = iter(rows)
    first = filled(rows)
    layout = find_layout(Grid(first), own)
    if layout is None:
        return None
    return Body(file, sheet, layout).plan(_chunks(chain(first[layout.body :], rows)))


def numbered(reader: Any) -> Iterator[Row]:
    """Yield the rows of a CSV reader with the lines they begin in."""
    first = 1
    for cells in reader:
        yield first, cells
        first = reader.line_num + 1


def filled(rows: Iterator[Row]) -> list[Row]:
    """Take the first rows that hold anything: those among which the header stands."""
    return list(islice((row for row in rows if any(map(shown, row[1]))), DEEPEST_HEADER + 1))


def _chunks(rows: Iterable[Row]) -> Iterator[Chunk]:
    for chunk in batched(rows, CHUNK, strict=False):
        numbers, cells = zip(*chunk, strict=True)
        yield np.array(numbers, np.int64), cells, list(zip_longest(*cells, fillvalue=""))


@dataclass
class _Told:
    """A column beside the prefixes as it grows."""

    index: int
    numbering: Numbering = field(default_factory=Numbering)
    codes: list[Ints] = field(default_factory=list)

    @property
    def column(self) -> Column:
        """What was told, without the blanks around the words."""
        whole = Column(list(self.numbering), _joint(self.codes))
        return whole.changed(lambda word: word.strip(BLANK))


class Body:
    """Takes the rows below a header in and becomes a plan."""

    def __init__(self, file: str, sheet: str | None, layout: Layout) -> None:
        self.file, self.sheet, self.layout = file, sheet, layout
        aside = (*PREFIXES, "mask")
        self.told = {name: _Told(index) for index, name in layout.columns.items() if name not in aside}
        self.texts: list[str] = []
        self.parts: list[Ints] = []
        self.lines: list[Ints] = []
        self.damage: dict[int, str] = {}

    def plan(self, chunks: Iterable[Chunk]) -> Plan:
        """Return the plan of all rows."""
        for numbers, rows, columns in chunks:
            self._take(numbers, rows, columns)
        parts = _joint(self.parts)
        told = {name: one.column for name, one in self.told.items()}
        told["kind"] = self._kinds(told.get("kind") or blank(len(parts)), parts)
        sources = [Source(self.file, self.sheet, self._name(index)) for index in self.layout.prefixes]
        lines = _joint(self.lines)
        return Plan(self.texts, settled(told), sources, parts, lines, self.damage, self._headings())

    def _take(self, numbers: Ints, rows: Sequence[Sequence[Any]], columns: Sequence[Sequence[Any]]) -> None:
        kept, parts, texts = self._prefixes(rows, columns)
        if self.sheet is not None:
            self._note_damage(kept, parts, columns)
        self.texts += texts
        self.parts.append(np.array(parts, np.int64))
        chosen = np.array(kept, np.int64)
        self.lines.append(numbers[chosen])
        for told in self.told.values():
            words = columns[told.index] if told.index < len(columns) else ("",) * len(numbers)
            codes = told.numbering.codes(words if self.sheet is None else [*map(shown, words)])
            told.codes.append(codes[chosen])

    def _prefixes(self, rows: Sequence[Sequence[Any]], columns: Sequence[Sequence[Any]]) -> Cells:
        """Return the filled cells of every column of prefixes, row by row."""
        mask, cells = self.layout.at("mask"), []
        for part, index in enumerate(self.layout.prefixes):
            column = columns[index] if index < len(columns) else ()
            texts = [cell.strip(BLANK) if type(cell) is str else _own(cell) for cell in column]
            kept = [
                row
                for row, text in enumerate(texts)
                if text[:1].isdigit() or (text and not _caption(column[row], rows[row]))
            ]
            if mask is not None and mask < len(columns):
                texts = [*map(with_length, texts, map(shown, columns[mask]))]
            cells.append((kept, [part] * len(kept), [texts[row] for row in kept]))
        return cells[0] if len(cells) == 1 else _by_row(cells)

    def _note_damage(
        self, kept: Sequence[int], parts: Sequence[int], columns: Sequence[Sequence[Any]]
    ) -> None:
        prefixes = self.layout.prefixes
        for entry, (row, part) in enumerate(zip(kept, parts, strict=True), len(self.texts)):
            cell = columns[prefixes[part]][row]
            if not isinstance(cell, str):
                self.damage[entry] = _damage(cell)

    def _kinds(self, stated: Column, parts: Ints) -> Column:
        """Cells of a column of addresses are hosts where nothing else is said and they look so."""
        headed = [self.layout.columns[index] == "address" for index in self.layout.prefixes]
        return stated.filled(Column(["", "address"], np.array(headed, np.int64)[parts]))

    def _name(self, index: int) -> str:
        if self.sheet is not None:
            return letters(index)
        return self.layout.headings.get(index) or str(index + 1)

    def _headings(self) -> list[Heading]:
        headings = ((index, text) for index, text in self.layout.headings.items() if text and text != REMARKS)
        known = self.layout.columns
        return [Heading(self.file, self.sheet, text, known.get(index, "")) for index, text in headings]


def _joint(arrays: Sequence[Ints]) -> Ints:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)


def _by_row(cells: Sequence[Cells]) -> Cells:
    """Put the cells of several columns into the order of the rows."""
    found = sorted(cell for kept in cells for cell in zip(*kept, strict=True))
    rows, parts, texts = zip(*found, strict=True) if found else ((), (), ())
    return list(rows), list(parts), list(texts)


def _own(cell: Any) -> str:
    """Return what a cell itself says; one of a merged range repeats another."""
    return "" if isinstance(cell, Echo) else shown(cell)


def _caption(cell: Any, cells: Sequence[Any]) -> bool:
    """Tell a line of prose across the table from a row: no digit, and nothing else beside it."""
    if not isinstance(cell, str) or any(letter.isdigit() or letter == ":" for letter in cell):
        return False
    return {text for other in cells if (text := shown(other))} == {shown(cell)}


def _damage(cell: Any) -> str:
    if isinstance(cell, bool):
        return "boolean"
    return "date" if isinstance(cell, date | time) else "number"
