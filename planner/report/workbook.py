"""The workbook ``plan.xlsx``: one table a sheet, ready to filter and to print."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from inventory.finding import Report
from inventory.model import City
from inventory.text import _
from planner.plan import Plan
from planner.report import tables, words
from planner.report.basis import basis
from planner.report.table import Cell, Column, Kind, Table

_FORMATS: dict[Kind, dict[str, Any]] = {
    Kind.text: {"text_wrap": True},
    Kind.money: {"num_format": "#,##0.00;[Red]-#,##0.00"},
    Kind.count: {"num_format": "#,##0"},
    Kind.decimal: {"num_format": "#,##0.00"},
    Kind.share: {"num_format": "0.0%"},
    Kind.date: {"num_format": "yyyy-mm-dd", "align": "left"},
}
_HEAD = {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "text_wrap": True, "border": 1}
_A3, _A4 = 8, 9


def write(plan: Plan, report: Report, city: City, path: Path, today: date | None = None) -> None:
    """Write the workbook of a plan.

    Args:
        plan: the plan, or the conflict where there is none.
        report: findings of the inventory and the topology.
        city: the inventory the plan was computed from, for names and sizes of today.
        path: the ``.xlsx`` file to write.
        today: the date to print on it; the present day unless given.
    """
    write_tables(sheets(plan, report, city, today or date.today()), path, words.stamp(plan))


def write_tables(shown: Iterable[Table], path: Path, stamp: str = "") -> None:
    """Write tables as a workbook, one a sheet.

    Args:
        shown: the tables; the name of each is the name of its sheet, at most 31 characters.
        path: the ``.xlsx`` file to write.
        stamp: a warning above every table.
    """
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    try:
        for table in shown:
            _sheet(book, table, stamp)
    finally:
        book.close()


def sheets(plan: Plan, report: Report, city: City, today: date) -> tuple[Table, ...]:
    """Return the tables of the workbook in their order."""
    return (
        tables.summary(plan, city),
        tables.adaptation(plan, city),
        tables.waves(plan, city),
        tables.placements(plan, city),
        tables.ledger(plan),
        tables.cost_rule(plan, city),
        tables.findings(report),
        basis(plan, city, today),
    )


def _sheet(book: Any, table: Table, stamp: str) -> None:
    sheet = book.add_worksheet(table.name)
    notes = [note for note in (stamp, table.note) if note]
    for row, note in enumerate(notes):
        sheet.write_string(row, 0, note, book.add_format({"bold": note == stamp, "font_color": "#C00000"}))
    head = len(notes)
    _header(book, sheet, table, head)
    _rows(book, sheet, table, head + 1)
    _totals(book, sheet, table, head)
    sheet.freeze_panes(head + 1, min(2, len(table.columns) - 1))
    if table.rows:
        sheet.autofilter(head, 0, head + len(table.rows), len(table.columns) - 1)
    _chart(book, sheet, table, head)
    _print_setup(sheet, table, head, stamp)


def _header(book: Any, sheet: Any, table: Table, row: int) -> None:
    style = book.add_format(_HEAD)
    sheet.set_row(row, 32)
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(row, number, column.title, style)


def _rows(book: Any, sheet: Any, table: Table, first: int) -> None:
    base: dict[str, Any] = {"valign": "top", "border": 1, "border_color": "#BFBFBF"}
    styles = [book.add_format(base | _FORMATS[column.kind]) for column in table.columns]
    for number, row in enumerate(table.rows, first):
        for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            _cell(sheet, number, place, column, cell, styles[place])


def _cell(sheet: Any, row: int, place: int, column: Column, cell: Cell, style: Any) -> None:
    if cell is None:
        sheet.write_blank(row, place, None, style)
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell, style)
    elif isinstance(cell, str):
        sheet.write_string(row, place, cell, style)
    else:
        sheet.write_number(row, place, _number(column, cell), style)


def _number(column: Column, value: float) -> float:
    return value / 100 if column.kind is Kind.money else value


def _totals(book: Any, sheet: Any, table: Table, head: int) -> None:
    if not table.rows or not any(column.total for column in table.columns):
        return
    row = head + 1 + len(table.rows)
    bold: dict[str, Any] = {"bold": True, "top": 2}
    sheet.write_string(row, 0, _("Total"), book.add_format(bold))
    for place, column in enumerate(table.columns):
        if column.total:
            cells = [line[place] for line in table.rows]
            total = sum(cell for cell in cells if isinstance(cell, int | float))
            letter = xlsxwriter.utility.xl_col_to_name(place)
            formula = f"=SUM({letter}{head + 2}:{letter}{row})"
            style = book.add_format(bold | _FORMATS[column.kind])
            sheet.write_formula(row, place, formula, style, _number(column, total))


def _print_setup(sheet: Any, table: Table, head: int, stamp: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A3 if len(table.columns) > 8 else _A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.set_header(f"&L{table.name}&R{stamp}")
    sheet.set_footer("&Lgovplan&R&P / &N")


def _chart(book: Any, sheet: Any, table: Table, head: int) -> None:
    if not table.lines or not table.rows:
        return
    chart = book.add_chart({"type": "line"})
    first, last = head + 1, head + len(table.rows)
    for column in table.lines:
        chart.add_series(
            {
                "name": [table.name, head, column],
                "categories": [table.name, first, 0, last, 0],
                "values": [table.name, first, column, last, column],
            }
        )
    chart.set_title({"name": table.name})
    chart.set_y_axis({"num_format": "#,##0", "min": 0})
    chart.set_size({"width": 960, "height": 360})
    sheet.insert_chart(last + 3, 0, chart)
