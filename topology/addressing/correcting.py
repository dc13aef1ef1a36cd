"""A plan back to its author: the same file with what could be repaired repaired, the rest marked."""

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import openpyxl

from inventory.errors import Fault, Place
from inventory.exchange.marked import marked, write_marked_copy
from inventory.finding import Finding, Report
from inventory.loader.node import Faults
from inventory.loader.tables import REMARKS, Row, csv_rows, letters
from inventory.saver import write_all
from inventory.text import _
from topology.addressing.fixes import corrections, fixed
from topology.addressing.plan import FIELDS, Plan

MARKABLE = (".xlsx", ".xlsm")
Texts = Mapping[Place, Sequence[str]]


def write_corrected(plan: Plan, report: Report, source: Path | str, target: Path | str) -> None:
    """Write a corrected copy of one file that a plan was read from.

    A workbook keeps its layout, a CSV file its columns; each gets a column 错误说明, and a workbook
    red cells, comments and a sheet of all findings too. Anything else becomes a workbook of one
    sheet. What had a mechanical repair reads without that finding afterwards.

    Args:
        plan: the plan as it was read.
        report: what the check found.
        source: the file; findings of other files are passed over.
        target: the copy, another file than the original.

    Raises:
        UsageError: the workbook cannot be opened, or the copy would replace the original.
    """
    source, target = Path(source), Path(target)
    found = [f for f in report.findings if f.source is not None and f.source.file == source.name]
    texts = {plan.place(row): new for row, new in corrections(plan, found).items()}
    if source.suffix.lower() in MARKABLE:
        alone = {(s.sheet, s.column) for s in plan.sources if s.file == source.name}
        write_marked_copy(source, [_fault(f) for f in found], target, texts, alone)
    elif source.suffix.lower() == ".csv":
        headings = {s.column or "" for s in plan.sources if s.file == source.name}
        write_all({target: _csv(source, found, texts, headings)})
    else:
        write_all({target: _workbook(plan, report, source.name, target.name)})


def _fault(finding: Finding) -> Fault:
    """Return a finding as a mark; a repaired one says what was done."""
    done = _("corrected: {was} became {now}").format(was=finding.evidence.get("value"), now=finding.fix)
    repair = done if "write" in finding.evidence else finding.advice
    place = finding.source or Place("")
    return Fault(finding.rule, place, finding.message, repair, str(finding.evidence.get("value", "")))


def _csv(source: Path, found: Sequence[Finding], texts: Texts, prefixes: Collection[str]) -> bytes:
    faults = Faults()
    rows = csv_rows(source.read_bytes(), source.name, faults) or []
    faults.stop()
    remarks: dict[int, list[str]] = defaultdict(list)
    for finding in found:
        fault = _fault(finding)
        remarks[fault.place.row or 0].append(f"{fault.message} → {fault.fix}")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    headings = _headings(rows, prefixes)
    for row in rows:
        for cells in _rewritten(row, headings, texts):
            head = bool(headings) and row.number == rows[0].number
            writer.writerow([*cells, REMARKS if head else "\n".join(remarks[row.number])])
    return out.getvalue().encode("utf-8-sig")


def _headings(rows: Sequence[Row], wanted: Collection[str]) -> dict[str, int]:
    """Return the column of each heading of prefixes."""
    found: dict[str, int] = {}
    for row in reversed(rows[:20]):
        found |= {cell.strip(): n for n, cell in enumerate(row.cells) if cell.strip() in wanted}
    return found


def _rewritten(row: Row, headings: Mapping[str, int], texts: Texts) -> list[list[str]]:
    """Return a row with its corrected cells, once for each of several values."""
    copies = [list(row.cells)]
    for place, new in texts.items():
        if place.row == row.number and place.column is not None:
            index = headings[place.column] if place.column in headings else int(place.column) - 1
            copies[0][index] = new[0]
            for text in new[1:]:
                copies.append(list(row.cells))
                for other in headings.values():
                    copies[-1][other] = ""
                copies[-1][index] = text
    return copies


def _workbook(plan: Plan, report: Report, file: str, name: str) -> bytes:
    """Return the repaired rows of one file as a workbook, with the marks of what is left."""
    mine = fixed(plan, report)
    rows = [row for row in range(len(mine)) if mine.place(row).file == file]
    names = [field for field in FIELDS if field in mine.columns]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = file[:31]
    sheet.append(["prefix", *names])
    first: dict[Place, int] = {}
    for number, row in enumerate(rows, 2):
        first.setdefault(mine.place(row), number)
        sheet.append([mine.texts[row], *(mine.columns[field][row] for field in names)])
        sheet.cell(number, 1).number_format = "@"
    places = {old: Place(name, sheet=sheet.title, row=new, column=letters(0)) for old, new in first.items()}
    found = [f for f in report.findings if f.source in places]
    marks = [_fault(f) for f in found]
    return marked(book, name, [_moved(mark, places[mark.place]) for mark in marks])


def _moved(fault: Fault, place: Place) -> Fault:
    return Fault(fault.code, place, fault.message, fault.fix, fault.value)
