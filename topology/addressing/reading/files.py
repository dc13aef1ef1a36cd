"""Files of any accepted form into one plan, or every fault with its place."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook

from inventory.errors import Place, UsageError
from inventory.loader.books import ASIDE, cell_text, open_book
from inventory.loader.node import Faults
from inventory.loader.sources import BOOKS
from inventory.loader.tables import decoded
from inventory.text import _
from topology.addressing.notation import plain
from topology.addressing.numbers import read_texts
from topology.addressing.plan import Plan, Source, joined
from topology.addressing.reading.plain import read_plain
from topology.addressing.reading.tables import Echo, numbered, read_table
from topology.addressing.reading.trees import read_json, read_toml, read_yaml
from topology.addressing.reading.vocabulary import remembered

NO_COLUMN = "no-prefix-column"
ENCODINGS = ("utf-8-sig", "gb18030")
COMMENT = ("#", ";", "//")
"""What a line that is no prefix begins with."""


def read(
    paths: Path | str | Iterable[Path | str], mapping: Mapping[str, str] | Path | str | None = None
) -> Plan:
    """Read address plans of any accepted form as one plan.

    Args:
        paths: files, or folders whose files are all read; those without any prefix are passed over.
        mapping: heading to field, or a file that remembers it, beside the shipped headings.

    Raises:
        InputError: every fault of files that cannot be read at all; faulty rows are findings.
        UsageError: there is no such file.
    """
    faults, own, passed = Faults(), remembered(mapping), []
    asked, plans = {path.absolute() for path in _given(paths)}, []
    for file, path in named(paths).items():
        told = Faults()
        found = list(_read(path, file, told, own))
        if path not in asked and _is_no_plan(found, told):
            passed.append(file)
            continue
        plans += found
        faults.found += told.found
    faults.stop()
    return replace(joined(plans), passed=passed)


def _given(paths: Path | str | Iterable[Path | str]) -> list[Path]:
    return [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]


def _is_no_plan(found: Iterable[Plan], told: Faults) -> bool:
    """Tell whether a file of a folder is something else, such as a licence or a list of people."""
    texts = [text for plan in found for text in plan.texts]
    readable = any(plain(text) is not None for text in texts) or len(read_texts(texts)) > 0
    return not readable and all(fault.code == NO_COLUMN for fault in told.found)


def named(paths: Path | str | Iterable[Path | str]) -> dict[str, Path]:
    """Return files, and those of folders, by what places call them.

    That is the name of a file, with as many folders before it as tell it from others of its name.

    Raises:
        UsageError: there is no such file.
    """
    found = dict.fromkeys(path.absolute() for path in _files(_given(paths)))
    twins: dict[str, list[Path]] = defaultdict(list)
    for path in found:
        twins[path.name].append(path)
    return {_told_apart(path, twins[path.name]): path for path in found}


def _told_apart(path: Path, twins: Sequence[Path]) -> str:
    tails = ((path.parts[-n:], n) for n in range(1, len(path.parts) + 1))
    return next("/".join(tail) for tail, n in tails if sum(p.parts[-n:] == tail for p in twins) == 1)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        elif path.is_file():
            yield path
        else:
            raise UsageError(_("there is no file {path}").format(path=path))


def _read(path: Path, file: str, faults: Faults, own: Mapping[str, str]) -> list[Plan]:
    if path.suffix.lower() in BOOKS:
        return list(_book(path, file, faults, own))
    try:
        data = path.read_bytes()
    except OSError as error:
        message = _("{file} cannot be read: {reason}").format(file=file, reason=error.strerror)
        faults.add("unreadable-file", Place(file), message, _("allow reading the file"))
        return []
    plan = _text(path.suffix.lower(), data, file, faults, own)
    return [] if plan is None else [plan]


def _text(form: str, data: bytes, file: str, faults: Faults, own: Mapping[str, str]) -> Plan | None:
    if form == ".csv":
        return _csv(data, file, faults, own)
    if form in (".yaml", ".yml"):
        return read_yaml(data, file, faults, own)
    text = decoded(data)
    if text is None:
        _undecodable(file, faults)
        return None
    reader = {".toml": read_toml, ".json": read_json}.get(form) or _guess(text)
    return reader(text, file, faults, own) if reader else _lines(data, text, file, faults, own)


def _guess(text: str) -> Any:
    """Tell the form of a file without a known suffix by its first character."""
    start = text.lstrip()[:2]
    if start[:1] == "{" or start in ("[{", "[]"):
        return read_json
    return read_toml if start[:1] == "[" and start != "[:" else None


def _lines(data: bytes, text: str, file: str, faults: Faults, own: Mapping[str, str]) -> Plan | None:
    """Read one prefix a line; a text with separators is a table."""
    lines = text.split("\n")
    if any("," in line or "\t" in line for line in lines[:5]):
        return _csv(data, file, faults, own)
    texts = [line.strip(" \t\r") for line in lines]
    kept = [n for n, line in enumerate(texts) if line and not line.startswith(COMMENT)]
    return Plan([texts[n] for n in kept], {}, [Source(file)], None, np.array(kept, np.int64) + 1)


def _csv(data: bytes, file: str, faults: Faults, own: Mapping[str, str]) -> Plan | None:
    """Read a CSV file: UTF-8 with or without BOM, else GB18030."""
    quick = read_plain(file, data, own)
    if quick is not None:
        return quick
    for encoding in ENCODINGS:
        reader = csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding, newline=""), strict=True)
        try:
            plan = read_table(file, None, numbered(reader), own)
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            message = _("not a valid CSV table: {problem}").format(problem=error)
            place = Place(file, row=reader.line_num)
            faults.add("csv-syntax", place, message, _("check quotes and separators of the line"))
            return None
        if plan is None and data.strip():
            _unknown(Place(file), faults)
        return plan
    _undecodable(file, faults)
    return None


def _undecodable(file: str, faults: Faults) -> None:
    message, fix = _("the file is neither UTF-8 nor GB18030"), _("save the file as UTF-8")
    faults.add("bad-encoding", Place(file), message, fix)


def _book(path: Path, file: str, faults: Faults, own: Mapping[str, str]) -> Iterator[Plan]:
    book = open_book(path, file, faults)
    if book is None:
        return
    plans = [plan for name in book.sheet_names if name not in ASIDE for plan in _sheet(book, name, file, own)]
    if not plans:
        _unknown(Place(file), faults)
    yield from plans


def _sheet(book: CalamineWorkbook, name: str, file: str, own: Mapping[str, str]) -> Iterator[Plan]:
    try:
        sheet = book.get_sheet_by_name(name)
        cells = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except (CalamineError, ValueError):
        return
    rows = [list(row) for row in cells]
    for (top, left), (bottom, right) in merged:
        _spread(rows, top, left, bottom, right)
    plan = read_table(file, name, enumerate(rows, 1), own)
    if plan is not None:
        yield plan


def _spread(rows: list[list[Any]], top: int, left: int, bottom: int, right: int) -> None:
    """Let every cell of a merged range hold what the first one holds."""
    if top >= len(rows) or left >= len(rows[top]):
        return
    value = Echo(cell_text(rows[top][left]))
    for row, cells in enumerate(rows[top : bottom + 1], top):
        for column in range(left, min(right + 1, len(cells))):
            if (row, column) != (top, left):
                cells[column] = value


def _unknown(place: Place, faults: Faults) -> None:
    message = _("no column of prefixes was found")
    fix = _("name a column prefix (网段), or give a mapping of headings")
    faults.add(NO_COLUMN, place, message, fix)
