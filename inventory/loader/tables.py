"""Tables: every row becomes one mapping, each cell with its place."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from inventory.errors import Place
from inventory.loader.node import Faults, Node, nearest
from inventory.loader.records import describe
from inventory.model import Part
from inventory.model.labels import column_path
from inventory.text import _

REMARKS = "错误说明"
"""Heading of the column that a marked copy adds; never read."""
Column = tuple[str, ...]
"""Path of the field that a column holds."""


class Row(NamedTuple):
    """One row as text."""

    number: int
    cells: Sequence[str]

    def text(self, index: int) -> str:
        """Return a cell without the blanks around it; cells beyond the end are empty."""
        return self.cells[index].strip() if index < len(self.cells) else ""


@dataclass(frozen=True)
class Rows:
    """What a source says of one list, and the columns whose fault is already noted."""

    nodes: Sequence[Node]
    excused: frozenset[Column] = frozenset()


@dataclass
class Table:
    """A table being read: where it stands, and what its columns mean."""

    file: str
    sheet: str | None
    kind: type[Part]
    faults: Faults
    header: Row = field(default_factory=lambda: Row(0, ()))
    columns: dict[int, Column] = field(default_factory=dict)
    excused: set[Column] = field(default_factory=set)

    def place(self, row: int, index: int) -> Place:
        """Return the place of a cell: letters on a sheet, the heading in a CSV file."""
        if self.sheet is not None:
            return Place(self.file, sheet=self.sheet, row=row, column=letters(index))
        return Place(self.file, row=row, column=self.header.text(index) or str(index + 1))


def read_csv(data: bytes, file: str, kind: type[Part], faults: Faults) -> Rows | None:
    """Read a CSV file as a list of records."""
    rows = csv_rows(data, file, faults)
    return None if rows is None else read_table(Table(file, None, kind, faults), rows)


def csv_rows(data: bytes, file: str, faults: Faults) -> list[Row] | None:
    """Read the rows of a CSV file: UTF-8 with or without BOM, or GB18030."""
    text = decoded(data)
    if text is None:
        message = _("the file is neither UTF-8 nor GB18030")
        faults.add("bad-encoding", Place(file), message, _("save the file as UTF-8 CSV"))
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(_rows(reader))
    except csv.Error as error:
        message = _("not a valid CSV table: {problem}").format(problem=error)
        place = Place(file, row=reader.line_num)
        faults.add("csv-syntax", place, message, _("check quotes and separators of the line"))
        return None


def read_table(table: Table, rows: Sequence[Row]) -> Rows:
    """Read rows below their header; blank rows are passed over."""
    filled = [row for row in rows if any(cell.strip() for cell in row.cells)]
    if not filled:
        return Rows([])
    table.header = filled[0]
    _read_header(table, filled[1:])
    _note_missing_columns(table)
    return Rows([_node(table, row) for row in filled[1:]], frozenset(table.excused))


def letters(column: int) -> str:
    """Return the letters of a column counted from 0: A, B, ... Z, AA."""
    high, low = divmod(column, 26)
    return (letters(high - 1) if high else "") + chr(65 + low)


def _rows(reader: Any) -> Iterator[Row]:
    first = 1
    for cells in reader:
        yield Row(first, cells)
        first = reader.line_num + 1


def decoded(data: bytes) -> str | None:
    """Return the text of a file in UTF-8, with or without BOM, or GB18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _read_header(table: Table, body: Sequence[Row]) -> None:
    for index in range(len(table.header.cells)):
        heading = table.header.text(index)
        used = heading or any(row.text(index) for row in body)
        if not used or heading == REMARKS:
            continue
        path = column_path(table.kind, heading)
        if path is None:
            _note_unknown(table, index, heading)
        elif path in table.columns.values():
            _note_repeated(table, index, path)
        else:
            table.columns[index] = path


def _note_unknown(table: Table, index: int, heading: str) -> None:
    close = column_path(table.kind, heading, nearest)
    if close:
        table.excused.add(close)
    fix = _("write {name}").format(name=".".join(close or ()))
    fix = fix if close else _("remove the column or name a field")
    message = _("the heading {heading!r} names no field").format(heading=heading)
    table.faults.add("unknown-header", table.place(table.header.number, index), message, fix, heading)


def _note_repeated(table: Table, index: int, path: Column) -> None:
    first = next(n for n, known in table.columns.items() if known == path)
    heading, row = table.header.text(index), table.header.number
    message = _("the column {heading!r} means the same as {place}").format(
        heading=heading, place=table.place(row, first)
    )
    table.faults.add("repeated-header", table.place(row, index), message, _("keep one of the two"), heading)


def _note_missing_columns(table: Table) -> None:
    """A required column that is not there is one fault, not one a row."""
    required = {name for name, info in table.kind.model_fields.items() if info.is_required()}
    for name in sorted(required - {path[0] for path in (*table.columns.values(), *table.excused)}):
        message = _("the column {name!r} is missing").format(name=name)
        fix = _("add {field}: {meaning}").format(field=name, meaning=describe(table.kind, (name,)))
        place = table.place(table.header.number, len(table.header.cells))
        table.faults.add("missing-column", place, message, fix)
        table.excused.add((name,))


def _node(table: Table, row: Row) -> Node:
    width = len(table.header.cells)
    if any(cell.strip() for cell in row.cells[width:]):
        message = _("the row has more cells than the header")
        fix = _("quote the cell that contains a comma, or remove the last cells")
        table.faults.add("extra-cells", table.place(row.number, width), message, fix, row.cells[width])
    root = Node({}, Place(table.file, sheet=table.sheet, row=row.number))
    for index, path in table.columns.items():
        text = row.text(index)
        if text or (len(path) == 1 and table.kind.model_fields[path[0]].is_required()):
            _plant(root, path, Node(text or None, table.place(row.number, index)))
    return root


def _plant(root: Node, path: Column, leaf: Node) -> None:
    fields = root.value
    for step in path[:-1]:
        assert isinstance(fields, dict)  # noqa: S101 - planted below
        fields = fields.setdefault(step, Node({}, leaf.place)).value
    if isinstance(fields, dict):
        fields[path[-1]] = leaf
