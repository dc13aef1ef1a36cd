"""A plan back to its author: the same file with what could be repaired repaired, the rest marked."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl

from inventory.errors import Fault, Place, UsageError
from inventory.exchange.marked import marked, write_marked_copy
from inventory.finding import Finding, Report
from inventory.loader.node import Faults
from inventory.loader.tables import REMARKS, Row, csv_rows, letters
from inventory.saver import write_all
from inventory.text import _
from topology.addressing.fixes import corrections, fixed
from topology.addressing.plan import FIELDS, Plan
from topology.addressing.reading import named

MARKABLE = (".xlsx", ".xlsm")
_UNTITLED = re.compile(r"[\\/*?:\[\]]")
"""What no sheet may have in its name."""
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
    if target.exists() and target.samefile(source):
        raise UsageError(_("{path} is the original: name another file for the copy").format(path=target))
    file = _called(plan, source)
    found = [f for f in report.findings if f.source is not None and f.source.file == file]
    texts = {plan.place(row): new for row, new in corrections(plan, found).items()}
    columns = [s for s in plan.sources if s.file == file]
    if source.suffix.lower() in MARKABLE:
        alone = {(s.sheet, s.column) for s in columns}
        own = {replace(place, file=source.name): new for place, new in texts.items()}
        write_marked_copy(source, [_fault(f) for f in found], target, own, alone)
    elif source.suffix.lower() == ".csv":
        write_all({target: _csv(source, found, texts, {s.column or "" for s in columns})})
    else:
        write_all({target: _workbook(plan, report, file, target.name)})


def write_all_corrected(
    plan: Plan, report: Report, paths: Iterable[Path | str], folder: Path | str
) -> tuple[Path, ...]:
    """Write a corrected copy of every file that a plan was read from into a folder.

    Copies keep the name of their file, with the folders before it that tell it from others.

    Raises:
        UsageError: a workbook cannot be opened, or a copy would replace an original.
    """
    targets = {Path(folder) / copy_name(file): path for file, path in named(paths).items()}
    for target, path in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        write_corrected(plan, report, path, target)
    return tuple(targets)


def copy_name(file: str) -> str:
    """Return how the corrected copy of a file may be called: what cannot be kept becomes a workbook."""
    return file if Path(file).suffix.lower() in (*MARKABLE, ".csv") else f"{file}.xlsx"


def _called(plan: Plan, source: Path) -> str:
    """Return what the plan calls a file: its name, or with the folders that tell it from others."""
    parts = source.absolute().parts
    known = {s.file: tuple(s.file.split("/")) for s in plan.sources}
    tails = [file for file, tail in known.items() if parts[-len(tail) :] == tail]
    return max(tails, key=len, default=source.name)


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
    written: dict[int, dict[str, Sequence[str]]] = defaultdict(dict)
    for place, new in texts.items():
        written[place.row or 0][place.column or ""] = new
    for row in rows:
        for cells in _rewritten(row, headings, written.get(row.number, {})):
            head = bool(headings) and row.number == rows[0].number
            writer.writerow([*cells, REMARKS if head else "\n".join(remarks[row.number])])
    return out.getvalue().encode("utf-8-sig")


def _headings(rows: Sequence[Row], wanted: Collection[str]) -> dict[str, int]:
    """Return the column of each heading of prefixes."""
    found: dict[str, int] = {}
    for row in reversed(rows[:20]):
        found |= {cell.strip(): n for n, cell in enumerate(row.cells) if cell.strip() in wanted}
    return found


def _rewritten(row: Row, headings: Mapping[str, int], texts: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return a row with its corrected cells, once for each of several values."""
    copies = [list(row.cells)]
    for column, new in texts.items():
        index = headings[column] if column in headings else int(column) - 1
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
    sheet.title = _UNTITLED.sub("_", Path(file).name)[:31]
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
