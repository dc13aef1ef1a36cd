"""Tables of people into plans: find the header, know the columns, keep every place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

import numpy as np

from inventory.loader.books import cell_text
from inventory.loader.tables import letters
from topology.addressing.notation import plain, with_length
from topology.addressing.plan import Plan, Source
from topology.addressing.reading.vocabulary import PREFIXES, field_of, settled

BLANK = " \t\r\n"
"""Taken off around every cell; other invisible characters are told."""
DEEPEST_HEADER = 20
"""Rows that are searched for the headings."""


class Echo(str):
    """What a cell of a merged range shows because the first one says it."""


@dataclass(frozen=True)
class Grid:
    """The filled rows of a table: their numbers, and their cells as they came."""

    file: str
    sheet: str | None
    rows: Sequence[tuple[int, Sequence[Any]]]


@dataclass
class Layout:
    """Where the table begins and what its columns hold."""

    body: int
    """Index of the first row below the header."""
    columns: dict[int, str] = field(default_factory=dict)
    headings: dict[int, str] = field(default_factory=dict)

    @property
    def prefixes(self) -> list[int]:
        """Columns that hold prefixes."""
        return [index for index, name in self.columns.items() if name in PREFIXES]

    def at(self, name: str) -> int | None:
        """Return the column of a field."""
        return next((index for index, known in self.columns.items() if known == name), None)


def read_grid(grid: Grid, own: Mapping[str, str]) -> Plan | None:
    """Read a table as a plan; ``None`` where no column holds prefixes."""
    layout = find_layout(grid, own)
    if layout is None:
        return None
    cells = [
        (row, part, text, harm)
        for part, column in enumerate(layout.prefixes)
        for row, text, harm in _taken(grid, layout, column)
    ]
    return _plan(grid, layout, sorted(cells))


def find_layout(grid: Grid, own: Mapping[str, str]) -> Layout | None:
    """Find the header: the first row with a heading of prefixes, or none at all over bare prefixes."""
    for index, (_number, cells) in enumerate(grid.rows[:DEEPEST_HEADER]):
        found = _named([_shown(cell) for cell in cells], own)
        if any(name in PREFIXES for name in found.values()):
            return _two_lines(grid, index, own) or Layout(index + 1, found, _texts(cells))
        below = _two_lines(grid, index, own)
        if below is not None and not _alone(grid, index + 1, own):
            return below
    return _headless(grid)


def _named(headings: Sequence[str], own: Mapping[str, str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for index, heading in enumerate(headings):
        name = field_of(heading, own) if heading else None
        if name is not None and name not in found.values():
            found[index] = name
    return found


def _alone(grid: Grid, index: int, own: Mapping[str, str]) -> bool:
    """Tell whether a row is a header by itself; what stands above it is a title."""
    named = _named([_shown(cell) for cell in grid.rows[index][1]], own)
    return any(name in PREFIXES for name in named.values())


def _texts(cells: Sequence[Any]) -> dict[int, str]:
    return {index: _shown(cell) for index, cell in enumerate(cells)}


def _two_lines(grid: Grid, index: int, own: Mapping[str, str]) -> Layout | None:
    """Read two rows as one header, where the second one still holds headings and no values."""
    if index + 1 >= len(grid.rows):
        return None
    upper, lower = ([_shown(cell) for cell in grid.rows[i][1]] for i in (index, index + 1))
    upper += [""] * (len(lower) - len(upper))
    if not any(field_of(cell, own) for cell in lower if cell) or any(_like(cell) for cell in lower):
        return None
    names = [_joint(above, below, own) for above, below in zip(upper, lower, strict=False)]
    found = _named(names, own)
    if not any(name in PREFIXES for name in found.values()):
        return None
    return Layout(index + 2, found, dict(enumerate(names)))


def _joint(above: str, below: str, own: Mapping[str, str]) -> str:
    """Return the heading that two cells make: both together, else the lower, else the upper."""
    both = (above + below, below, above)
    return next((text for text in both if text and field_of(text, own)), below or above)


def _like(text: str) -> bool:
    return plain(text) is not None or ("/" in text and any(digit.isdigit() for digit in text))


def _headless(grid: Grid) -> Layout | None:
    """A table without headings counts where a column of its first row is a prefix."""
    if not grid.rows:
        return None
    first = [_shown(cell) for cell in grid.rows[0][1]]
    column = next((index for index, cell in enumerate(first) if _like(cell)), None)
    return None if column is None else Layout(0, {column: "prefix"}, {})


def _taken(grid: Grid, layout: Layout, column: int) -> Iterator[tuple[int, str, str]]:
    """Yield index of the row, text and damage of every filled cell of a column."""
    mask = layout.at("mask")
    for index in range(layout.body, len(grid.rows)):
        cells = grid.rows[index][1]
        cell = cells[column] if column < len(cells) else ""
        text = _shown(cell)
        if not text or isinstance(cell, Echo) or (not text[0].isdigit() and _caption(cell, cells)):
            continue
        if mask is not None and mask < len(cells):
            text = with_length(text, _shown(cells[mask]))
        yield index, text, _damage(cell)


def _caption(cell: Any, cells: Sequence[Any]) -> bool:
    """Tell a line of prose across the table from a row: no digit, and nothing else beside it."""
    if not isinstance(cell, str) or any(letter.isdigit() or letter == ":" for letter in cell):
        return False
    return {text for other in cells if (text := _shown(other))} == {_shown(cell)}


def _shown(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.strip(BLANK)
    return cell_text(cell).strip()


def _damage(cell: Any) -> str:
    if isinstance(cell, str):
        return ""
    if isinstance(cell, bool):
        return "boolean"
    return "date" if isinstance(cell, date | time) else "number"


def _plan(grid: Grid, layout: Layout, cells: list[tuple[int, int, str, str]]) -> Plan:
    """Build the plan of cells: index of the row, part, text, damage."""
    rows = [index for index, _part, _text, _harm in cells]
    parts = [part for _index, part, _text, _harm in cells]
    columns = _told(grid, layout, rows)
    columns["kind"] = _kinds(layout, columns.get("kind"), parts)
    return Plan(
        [text for *_rest, text, _harm in cells],
        settled(columns),
        [Source(grid.file, grid.sheet, _column(grid, layout, index)) for index in layout.prefixes],
        np.array(parts, np.int64),
        np.array([grid.rows[index][0] for index in rows], np.int64),
        {entry: harm for entry, (*_rest, harm) in enumerate(cells) if harm},
    )


def _kinds(layout: Layout, stated: list[str] | None, parts: list[int]) -> list[str]:
    """Cells of a column of addresses are hosts where nothing else is said and they look so."""
    default = ["address" if layout.columns[index] == "address" else "" for index in layout.prefixes]
    return [said or default[part] for said, part in zip(stated or [""] * len(parts), parts, strict=True)]


def _told(grid: Grid, layout: Layout, rows: Sequence[int]) -> dict[str, list[str]]:
    """Return the columns beside the prefixes; all in one pass, because big tables wait for memory."""
    wanted = {name: column for column, name in layout.columns.items() if name not in (*PREFIXES, "mask")}
    found: dict[str, list[str]] = {name: [] for name in wanted}
    takers = [(column, found[name].append) for name, column in wanted.items()]
    for index in rows:
        cells = grid.rows[index][1]
        for column, take in takers:
            cell = cells[column] if column < len(cells) else ""
            take(cell.strip(BLANK) if isinstance(cell, str) else _shown(cell))
    return found


def _column(grid: Grid, layout: Layout, index: int) -> str:
    return letters(index) if grid.sheet is not None else layout.headings.get(index) or str(index + 1)
