"""Where the header of somebody's table is, and which column holds what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inventory.loader.books import cell_text
from topology.addressing.notation import plain
from topology.addressing.reading.vocabulary import PREFIXES, field_of

BLANK = " \t\r\n"
"""Taken off around every cell; other invisible characters are told."""
DEEPEST_HEADER = 20
"""Rows that are searched for the headings."""


Row = tuple[int, Sequence[Any]]
"""Number of a row, and its cells as they came."""


@dataclass(frozen=True)
class Grid:
    """The first filled rows of a table, among which the header is looked for."""

    rows: Sequence[Row]


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


def find_layout(grid: Grid, own: Mapping[str, str]) -> Layout | None:
    """Find the header: the first row with a heading of prefixes, or none at all over bare prefixes."""
    for index, (_number, cells) in enumerate(grid.rows[:DEEPEST_HEADER]):
        found = _named([shown(cell) for cell in cells], own)
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
    named = _named([shown(cell) for cell in grid.rows[index][1]], own)
    return any(name in PREFIXES for name in named.values())


def _texts(cells: Sequence[Any]) -> dict[int, str]:
    return {index: shown(cell) for index, cell in enumerate(cells)}


def _two_lines(grid: Grid, index: int, own: Mapping[str, str]) -> Layout | None:
    """Read two rows as one header, where the second one still holds headings and no values."""
    if index + 1 >= len(grid.rows):
        return None
    upper, lower = ([shown(cell) for cell in grid.rows[i][1]] for i in (index, index + 1))
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
    first = [shown(cell) for cell in grid.rows[0][1]]
    column = next((index for index, cell in enumerate(first) if _like(cell)), None)
    return None if column is None else Layout(0, {column: "prefix"}, {})


def shown(cell: Any) -> str:
    """Return a cell as text without the blanks around it."""
    if isinstance(cell, str):
        return cell.strip(BLANK)
    return cell_text(cell).strip()
