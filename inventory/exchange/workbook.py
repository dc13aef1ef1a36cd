"""The inventory as a workbook that people fill in: an empty template, or a whole city."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from inventory.exchange.columns import Column, columns
from inventory.loader.books import CODES, INSTRUCTIONS
from inventory.loader.folder import HEAD
from inventory.model import COLLECTIONS, City, Part
from inventory.model.fields import Shape, title
from inventory.model.labels import code_label, column_label
from inventory.saver import cells, city_fields, file_form, write_all
from inventory.text import N_, _

VERSION = "1"
"""Version of the template."""
SPARE = 500
"""Rows below the data that get drop-downs too."""
_FORMATS = {
    "header": {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "top"},
    "required": {"bold": True, "bg_color": "#FFE699", "border": 1, "text_wrap": True, "valign": "top"},
    "text": {"num_format": "@"},
    "date": {"num_format": "yyyy-mm-dd"},
    "title": {"bold": True, "font_size": 14},
    "prose": {"text_wrap": True, "valign": "top"},
}
_ADVICE = (
    N_("One sheet is one list; one row is one record. Do not rename sheets or headings."),
    N_("Yellow columns are required. An empty cell means unknown, never zero."),
    N_("The id is short and stable: letters, digits, dot, dash, colon. Other sheets point at it."),
    N_("Units stand in the headings; a cell may also name its own, such as 3.5 万元 or 16 GiB."),
    N_("Separate several values in a cell with a semicolon."),
    N_("Columns with codes have drop-downs; the first row explains each column when you select a cell."),
)


def write_template(path: Path | str, years: Sequence[int] = ()) -> None:
    """Write an empty workbook with one sheet a list.

    Args:
        path: the file.
        years: years of the columns by year; empty means the last three full years.
    """
    this = date.today().year
    _write(Path(path), {}, {}, years or range(this - 3, this))


def write_workbook(city: City, path: Path | str) -> None:
    """Write a whole city as a workbook that ``inventory.load`` reads back."""
    rows = {name: [cells(file_form(r)) for r in getattr(city, name)] for name in COLLECTIONS}
    years = sorted({year for project in city.projects for year in project.audited_om})
    _write(Path(path), cells(city_fields(city)), rows, years or [city.as_of.year - 1])


Cells = Mapping[tuple[str, ...], Any]


def _write(path: Path, head: Cells, rows: Mapping[str, Sequence[Cells]], years: Sequence[int]) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        pen = _Pen(book)
        pen.instructions()
        pen.sheet("city", City, columns(City, years, HEAD), [head] if head else [])
        for name, kind in COLLECTIONS.items():
            pen.sheet(name, kind, columns(kind, years), rows.get(name, ()))
        pen.codes()
    write_all({path: out.getvalue()})


@dataclass
class _Pen:
    """Writes the sheets of one workbook."""

    book: Any
    ranges: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Choices to the range of the code sheet that lists them."""

    def __post_init__(self) -> None:
        self.formats = {name: self.book.add_format(style) for name, style in _FORMATS.items()}

    def instructions(self) -> None:
        sheet = self.book.add_worksheet(INSTRUCTIONS)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 90)
        sheet.write(0, 0, _("How to fill in this workbook"), self.formats["title"])
        sheet.write(0, 1, _("Template version {version}").format(version=VERSION))
        for row, advice in enumerate(_ADVICE, 1):
            sheet.write(row, 0, row)
            sheet.write(row, 1, _(advice), self.formats["prose"])
        for row, name in enumerate(COLLECTIONS, len(_ADVICE) + 2):
            sheet.write(row, 0, _(title(name)))
            sheet.write(row, 1, _(str(City.model_fields[name].description)), self.formats["prose"])

    def sheet(self, name: str, kind: type[Part], fields: Sequence[Column], rows: Sequence[Cells]) -> None:
        sheet = self.book.add_worksheet(_(title(name)))
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 32)
        for index, column in enumerate(fields):
            self._column(sheet, index, kind, column, len(rows) + SPARE)
        for number, row in enumerate(rows, 1):
            for index, column in enumerate(fields):
                if column.path in row:
                    self._cell(sheet, number, index, column.shape, row[column.path])
        if fields:
            sheet.autofilter(0, 0, len(rows), len(fields) - 1)

    def codes(self) -> None:
        sheet = self.book.add_worksheet(CODES)
        for index, choices in enumerate(self.ranges):
            sheet.write_column(0, index, choices)
        sheet.hide()

    def _column(self, sheet: Any, index: int, kind: type[Part], column: Column, last: int) -> None:
        heading = column_label(kind, column.path)
        style = self.formats["required" if column.required else "header"]
        sheet.write_string(0, index, heading, style)
        free = column.shape.kind == "scalar" and column.shape.type is str
        width = min(32, max(10, 2 + sum(1 + (ord(letter) > 255) for letter in heading)))
        sheet.set_column(index, index, width, self.formats["text"] if free else None)
        hint = {"input_title": heading[:32], "input_message": _(column.meaning)[:255]}
        choices = _choices(column.shape)
        rule = {"validate": "list", "source": self._range(choices)} if choices else {"validate": "any"}
        sheet.data_validation(1, index, last, index, rule | hint)

    def _range(self, choices: tuple[str, ...]) -> str:
        column = xlsxwriter.utility.xl_col_to_name(len(self.ranges), col_abs=True)
        return self.ranges.setdefault(choices, f"='{CODES}'!{column}$1:{column}${len(choices)}")

    def _cell(self, sheet: Any, row: int, column: int, shape: Shape, value: Any) -> None:
        if isinstance(value, bool):
            sheet.write_string(row, column, _yes_no()[not value])
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, column, value)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self.formats["date"])
        elif shape.choices:
            sheet.write_string(row, column, code_label(shape.choices, value))
        else:
            sheet.write_string(row, column, str(value))


def _choices(shape: Shape) -> tuple[str, ...]:
    if shape.kind == "scalar" and shape.type is bool:
        return _yes_no()
    return tuple(code_label(shape.choices, code) for code in shape.choices) if shape.kind == "scalar" else ()


def _yes_no() -> tuple[str, str]:
    return _("yes"), _("no")
