"""A report table: typed columns and rows, the same for terminal, workbook and web."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from enum import Enum

from planner.report.words import yuan

Cell = str | int | float | date | None


class Kind(Enum):
    """What a column holds; money is whole fen, a share is a fraction of one."""

    text = "text"
    money = "money"
    count = "count"
    decimal = "decimal"
    share = "share"
    date = "date"


@dataclass(frozen=True)
class Column:
    """A column: its heading, what it holds, its width in characters."""

    title: str
    kind: Kind = Kind.text
    width: int = 12
    total: bool = False
    """Whether a last row adds it up."""
    brief: bool = True
    """Whether a terminal shows it; files show every column."""


@dataclass(frozen=True)
class Table:
    """Rows under typed columns; money cells are whole fen."""

    name: str
    """Heading, and name of the sheet."""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    """One line above the table."""
    lines: tuple[int, ...] = ()
    """Columns that a workbook also draws as lines over the first column."""


def shown(column: Column, cell: Cell) -> str:
    """Return a cell as text: money in yuan, shares in per cent."""
    if cell is None:
        return ""
    if column.kind is Kind.money:
        return yuan(int(str(cell)))
    if column.kind is Kind.share and isinstance(cell, int | float):
        return f"{cell:.1%}"
    return str(cell)


def to_csv(table: Table) -> str:
    """Return a table as CSV: plain numbers, money in yuan with two decimals."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.title for column in table.columns])
    for row in table.rows:
        writer.writerow([_plain(c, v) for c, v in zip(table.columns, row, strict=True)])
    return out.getvalue()


def _plain(column: Column, cell: Cell) -> str:
    if column.kind is Kind.share:
        return "" if cell is None else str(cell)
    text = shown(column, cell)
    return text.replace(",", "") if column.kind is Kind.money else text
