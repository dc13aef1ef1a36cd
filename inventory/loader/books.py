"""Workbooks: which sheets they have, and their cells as text."""

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from inventory.errors import Fault, Place
from inventory.loader.node import Faults, nearest
from inventory.loader.tables import REMARKS, Row, Rows, Table, read_table
from inventory.model import Part
from inventory.model.labels import list_name, plain_heading, spelled_lists
from inventory.text import _

INSTRUCTIONS = "填写说明"
CODES = "字典"
ASIDE = (INSTRUCTIONS, CODES, REMARKS)
"""Sheets of the template that hold no records."""
LARGEST = 400_000_000
"""Most bytes a workbook may unpack to."""


def open_book(path: Path, file: str, faults: Faults) -> CalamineWorkbook | None:
    """Open a workbook, or note why it cannot be opened."""
    try:
        if zipfile.is_zipfile(path):
            _refuse_bomb(path)
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        faults.found.append(_unreadable(Place(file), error))
        return None


def _unreadable(place: Place, error: Exception) -> Fault:
    message = _("not a readable workbook: {problem}").format(problem=error)
    return Fault("bad-workbook", place, message, _("save it as .xlsx without a password"))


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


def read_sheet(book: CalamineWorkbook, name: str, file: str, kind: type[Part], faults: Faults) -> Rows | None:
    """Read a sheet of a workbook, or note why it cannot be read."""
    try:
        found = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, ValueError) as error:
        faults.found.append(_unreadable(Place(file, sheet=name), error))
        return None
    rows = [Row(number, [cell_text(cell) for cell in cells]) for number, cells in enumerate(found, 1)]
    return read_table(Table(file, name, kind, faults), rows)


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


def cell_text(cell: Any) -> str:
    """Return what a cell shows: whole numbers without a point, days without a time."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
