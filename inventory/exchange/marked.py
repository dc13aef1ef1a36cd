"""A faulty workbook back to its author: the same file with every fault marked where it is."""

import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from inventory.errors import Fault, Place, UsageError
from inventory.loader.tables import REMARKS
from inventory.saver import write_all
from inventory.text import _

AUTHOR = "govplan"
_RED = "FFFFC7CE"


def write_marked_copy(
    workbook: Path | str,
    faults: Iterable[Fault],
    target: Path | str,
    corrected: Mapping[Place, Sequence[str]] | None = None,
    alone: Collection[tuple[str | None, str | None]] = (),
) -> None:
    """Write a copy of a workbook with its faults: red cells, comments, a column and a sheet 错误说明.

    The original stays as it is; the marks of an earlier copy are taken out first.

    Args:
        workbook: the original.
        faults: what is marked.
        target: the copy.
        corrected: texts to write into cells; every text after the first becomes a row at the
            end of the sheet that repeats the rest of the row.
        alone: sheet and letters of the columns whose cells such a row does not repeat.

    Raises:
        UsageError: the file is no .xlsx workbook, or the copy would replace the original.
    """
    workbook, target = Path(workbook), Path(target)
    if workbook.suffix.lower() not in (".xlsx", ".xlsm"):
        raise UsageError(_("{file} cannot be marked: save it as .xlsx").format(file=workbook.name))
    if workbook.resolve() == target.resolve():
        raise UsageError(_("the marked copy needs another name than {file}").format(file=workbook.name))
    book = _opened(workbook)
    _clean(book)
    for place, texts in (corrected or {}).items():
        if place.file == workbook.name and place.sheet in book.sheetnames:
            repeated = {column for sheet, column in alone if sheet == place.sheet}
            _write(book[str(place.sheet)], place, texts, repeated)
    write_all({target: marked(book, workbook.name, faults)})


def marked(book: Any, file: str, faults: Iterable[Fault]) -> bytes:
    """Mark the faults of one file in an open workbook, and return it as it is saved."""
    by_sheet: dict[str, list[Fault]] = defaultdict(list)
    for fault in (faults := tuple(faults)):
        if Path(fault.place.file).name == file and fault.place.sheet in book.sheetnames:
            by_sheet[str(fault.place.sheet)].append(fault)
    for sheet, found in by_sheet.items():
        _mark(book[sheet], found)
    _summary(book, faults)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Any, place: Place, texts: Sequence[str], alone: Collection[str | None]) -> None:
    row, column = place.row or 1, openpyxl.utils.column_index_from_string(place.column or "A")
    _put(sheet.cell(row, column), texts[0])
    for text in texts[1:]:
        below = sheet.max_row + 1
        for cell in sheet[row]:
            if openpyxl.utils.get_column_letter(cell.column) not in alone:
                sheet.cell(below, cell.column, _shown(sheet, cell))
        _put(sheet.cell(below, column), text)


def _put(cell: Any, text: str) -> None:
    cell.value, cell.number_format = text, "@"


def _shown(sheet: Any, cell: Any) -> Any:
    """Return the value of a cell; inside a merged range that of its first cell."""
    around = next((r for r in sheet.merged_cells.ranges if cell.coordinate in r), None)
    return sheet.cell(around.min_row, around.min_col).value if around else cell.value


def _opened(workbook: Path) -> Any:
    try:
        return openpyxl.load_workbook(workbook, keep_vba=workbook.suffix.lower() == ".xlsm")
    except Exception as error:  # openpyxl lets whatever its parsers raise pass through
        message = _("{file} cannot be marked: {problem}").format(file=workbook.name, problem=error)
        raise UsageError(message) from None


def _clean(book: Any) -> None:
    if REMARKS in book.sheetnames:
        del book[REMARKS]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == AUTHOR:
                    cell.comment = None
                if cell.fill.fgColor.rgb == _RED:
                    cell.fill = PatternFill()
        if column := _remarks_column(sheet):
            sheet.delete_cols(column)


def _remarks_column(sheet: Any) -> int | None:
    header = next((row for row in sheet.iter_rows() if any(cell.value for cell in row)), ())
    return next((cell.column for cell in header if cell.value == REMARKS), None)


def _mark(sheet: Any, faults: Sequence[Fault]) -> None:
    remarks = sheet.max_column + 1
    header = next((row[0].row for row in sheet.iter_rows() if any(cell.value for cell in row)), 1)
    sheet.cell(header, remarks, REMARKS).font = Font(bold=True)
    sheet.column_dimensions[openpyxl.utils.get_column_letter(remarks)].width = 60
    by_row: dict[int, list[str]] = defaultdict(list)
    for fault in faults:
        text = f"{fault.message} → {fault.fix}"
        row = fault.place.row or header
        if row != header:
            by_row[row].append(text)
        if fault.place.column:
            _paint(sheet[f"{fault.place.column}{row}"], text)
    for row, texts in by_row.items():
        sheet.cell(row, remarks, "\n".join(texts)).fill = PatternFill("solid", _RED)


def _paint(cell: Any, text: str) -> None:
    cell.fill = PatternFill("solid", _RED)
    before = f"{cell.comment.text}\n" if cell.comment is not None else ""
    cell.comment = Comment(before + text, AUTHOR, height=120, width=320)


def _summary(book: Any, faults: Sequence[Fault]) -> None:
    sheet = book.create_sheet(REMARKS, 0)
    sheet.append([_("Place"), _("Value"), _("What is wrong"), _("Repair")])
    for fault in faults:
        sheet.append([str(fault.place), fault.value, fault.message, fault.fix])
    for column, width in zip("ABCD", (36, 24, 60, 60), strict=True):
        sheet.column_dimensions[column].width = width
        sheet[f"{column}1"].font = Font(bold=True)
    book.active = 0
