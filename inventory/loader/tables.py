"""Tables: a CSV file or a sheet becomes one mapping a row, each cell with its place."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from inventory.errors import Place
from inventory.loader.node import Faults, Node, nearest
from inventory.loader.records import describe
from inventory.model import Part
from inventory.model.labels import column_path, headings, list_name, plain_heading, spelled_lists
from inventory.text import _

REMARKS = "错误说明"
"""Heading of the column that a marked copy adds; never read."""
ASIDE = ("填写说明", "字典")
"""Sheets of the template that hold no records."""
LARGEST = 400_000_000
"""Most bytes a workbook may unpack to."""


@dataclass(frozen=True)
class Row:
    """One row as text, and where its cells are."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Rows:
    """What a source says of one list, and the columns whose fault is already noted."""

    nodes: Sequence[Node]
    excused: frozenset[tuple[str, ...]] = frozenset()


def read_csv(data: bytes, file: str, kind: type[Part], faults: Faults) -> Rows | None:
    """Read a CSV file: UTF-8 with or without BOM, or GB18030."""
    text = _decoded(data)
    if text is None:
        message = _("the file is neither UTF-8 nor GB18030")
        faults.add("bad-encoding", Place(file), message, _("save the file as UTF-8 CSV"))
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [Row(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        message = _("not a valid CSV table: {problem}").format(problem=error)
        place = Place(file, row=reader.line_num)
        faults.add("csv-syntax", place, message, _("check quotes and separators of the line"))
        return None
    return _table(rows, partial(_csv_place, file, rows), kind, faults)


def read_sheet(book: CalamineWorkbook, name: str, file: str, kind: type[Part], faults: Faults) -> Rows:
    """Read a sheet of a workbook."""
    found = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    rows = [Row(number, [_text(cell) for cell in cells]) for number, cells in enumerate(found, 1)]
    return _table(rows, partial(_sheet_place, file, name), kind, faults)


def open_book(path: Path, file: str, faults: Faults) -> CalamineWorkbook | None:
    """Open a workbook, or note why it cannot be opened."""
    try:
        if zipfile.is_zipfile(path):
            _refuse_bomb(path)
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        message = _("not a readable workbook: {problem}").format(problem=error)
        faults.add("bad-workbook", Place(file), message, _("save it as .xlsx without a password"))
        return None


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
    if size > LARGEST:
        raise ValueError(_("it unpacks to {size} MB").format(size=size // 1_000_000))


def pick_sheet(
    book: CalamineWorkbook, wanted: str, collection: str, file: str, place: Place, faults: Faults
) -> str:
    """Return the sheet asked for, else the one named after the list, else the only one; "" if none."""
    names = book.sheet_names
    if wanted in names:
        return wanted
    named = [name for name in names if list_name(name) == collection]
    if not wanted and (named or len(names) == 1):
        return (named or names)[0]
    message = _("{file} has no sheet {sheet!r}").format(file=file, sheet=wanted or collection)
    close = nearest(wanted or collection, names) or ", ".join(names)
    faults.add(
        "missing-sheet",
        place,
        message,
        _("name a sheet that is there: {sheets}").format(sheets=close),
        wanted,
    )
    return ""


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _csv_place(file: str, rows: Sequence[Row], number: int, column: int) -> Place:
    header = next((row.cells for row in rows if any(row.cells)), [])
    name = header[column].strip() if column < len(header) else str(column + 1)
    return Place(file, row=number, column=name)


def _sheet_place(file: str, sheet: str, number: int, column: int) -> Place:
    return Place(file, sheet=sheet, row=number, column=letters(column))


def letters(column: int) -> str:
    """Return the letters of a column counted from 0: A, B, ... Z, AA."""
    high, low = divmod(column, 26)
    return (letters(high - 1) if high else "") + chr(65 + low)


def _table(rows: Sequence[Row], place: Any, kind: type[Part], faults: Faults) -> Rows:
    filled = [row for row in rows if any(cell.strip() for cell in row.cells)]
    if not filled:
        return Rows([])
    header, body = filled[0], filled[1:]
    columns, excused = _columns(header, body, place, kind, faults)
    excused |= _missing_columns(header, columns, place, kind, excused, faults)
    nodes = [_node(row, columns, len(header.cells), place, faults) for row in body]
    return Rows(nodes, frozenset(excused))


def _columns(
    header: Row, body: Sequence[Row], place: Any, kind: type[Part], faults: Faults
) -> tuple[dict[int, tuple[str, ...]], set[tuple[str, ...]]]:
    columns: dict[int, tuple[str, ...]] = {}
    excused: set[tuple[str, ...]] = set()
    for index, heading in enumerate(header.cells):
        used = heading.strip() or any(len(r.cells) > index and r.cells[index].strip() for r in body)
        if not used or heading.strip() == REMARKS:
            continue
        path = column_path(kind, heading)
        if path is None:
            close = headings(kind).get(nearest(heading.strip().lower(), headings(kind)) or "")
            excused |= {(close,)} if close else set()
            _unknown_heading(heading, close, place(header.number, index), kind, faults)
        elif path in columns.values():
            first = next(n for n, p in columns.items() if p == path)
            message = _("the column {heading!r} stands twice, first in {place}").format(
                heading=heading, place=place(header.number, first)
            )
            faults.add(
                "repeated-header", place(header.number, index), message, _("keep one of the two"), heading
            )
        else:
            columns[index] = path
    return columns, excused


def _unknown_heading(heading: str, close: str | None, place: Place, kind: type[Part], faults: Faults) -> None:
    message = _("the heading {heading!r} names no field").format(heading=heading)
    fix = _("write {name}").format(name=close) if close else _("remove the column or name a field")
    faults.add("unknown-header", place, message, fix, heading)


def _missing_columns(
    header: Row,
    columns: dict[int, tuple[str, ...]],
    place: Any,
    kind: type[Part],
    excused: set[tuple[str, ...]],
    faults: Faults,
) -> set[tuple[str, ...]]:
    required = {name for name, info in kind.model_fields.items() if info.is_required()}
    lacking = sorted(required - {path[0] for path in (*columns.values(), *excused)})
    for name in lacking:
        message = _("the column {name!r} is missing").format(name=name)
        fix = _("add {field}: {meaning}").format(field=name, meaning=describe(kind, (name,)))
        faults.add("missing-column", place(header.number, len(header.cells)), message, fix)
    return {(name,) for name in lacking}


def _node(row: Row, columns: dict[int, tuple[str, ...]], width: int, place: Any, faults: Faults) -> Node:
    if any(cell.strip() for cell in row.cells[width:]):
        message = _("the row has more cells than the header")
        fix = _("quote the cell that contains a comma, or remove the last cells")
        faults.add("extra-cells", place(row.number, width), message, fix, row.cells[width])
    spot = place(row.number, 0)
    root = Node({}, Place(spot.file, sheet=spot.sheet, row=row.number))
    for index, path in columns.items():
        text = row.cells[index].strip() if index < len(row.cells) else ""
        _plant(root, path, Node(text or None, place(row.number, index)))
    return root


def _plant(root: Node, path: tuple[str, ...], leaf: Node) -> None:
    at = root.value
    for step in path[:-1]:
        assert isinstance(at, dict)  # noqa: S101 - planted below
        if leaf.value is None and step not in at:
            return
        at = at.setdefault(step, Node({}, leaf.place)).value
    if isinstance(at, dict):
        at[path[-1]] = leaf


def sheet_lists(book: CalamineWorkbook, file: str, faults: Faults) -> dict[str, str]:
    """Return list name (or ``city``) to sheet; a sheet that is named after neither is a fault."""
    found: dict[str, str] = {}
    for sheet in book.sheet_names:
        name = list_name(sheet)
        if name is not None and name not in found:
            found[name] = sheet
        elif sheet not in ASIDE:
            close = nearest(plain_heading(sheet), spelled_lists())
            fix = _("name it {name}, or remove it").format(name=close) if close else _("remove it")
            message = _("the sheet {sheet!r} is named after no list, or stands twice").format(sheet=sheet)
            faults.add("unknown-list", Place(file, sheet=sheet), message, fix, sheet)
    return found
