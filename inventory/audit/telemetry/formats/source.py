"""A file being imported: how it begins, its table if it is one, and what the caller said of it."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet
from python_calamine import CalamineError, CalamineWorkbook

from inventory.audit.telemetry.engines import literal
from inventory.audit.telemetry.units import Heading, heading
from inventory.errors import Fault, InputError, Place
from inventory.text import _

_START = 65_536
_TOP = 20
"""Rows in which headings are looked for."""
_MALFORMED = "SELECT DISTINCT line, 'columns', csv_line FROM reject_errors ORDER BY line"


@dataclass(frozen=True)
class Options:
    """What the caller says of a file that the file does not say itself."""

    units: Mapping[str, str] = field(default_factory=dict)
    """Metric, or ``ts``, to its unit."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Role (``resource``, ``ts``, ``value``, a metric) to the heading or label that has it."""
    zone: str | None = None
    """Time zone of times that name none."""
    metric: str | None = None
    """Metric of a file that holds one and does not name it."""


@dataclass(frozen=True)
class Sheet:
    """A table as a relation with ``line`` and columns c0, c1, ..."""

    headings: tuple[Heading, ...]
    malformed: Sequence[tuple[int, str, str]] = ()
    before: int = 1
    relation: str = "sheet"

    def column(self, role: str) -> str | None:
        """Return the first column of a role."""
        return next((f"c{i}" for i, h in enumerate(self.headings) if h.role == role), None)

    def roles(self) -> set[str]:
        """Return the roles that occur."""
        return {h.role for h in self.headings} - {""}


@dataclass
class Source:
    """One file with the connection that reads it."""

    path: Path
    db: duckdb.DuckDBPyConnection
    spill: Path
    options: Options = Options()
    city_zone: str = "Asia/Shanghai"
    """Time zone whose days a summary counts."""

    def refuse(self, code: str, message: str, fix: str, value: str = "") -> InputError:
        """Return the error that the whole file cannot be taken."""
        return InputError([Fault(code, Place(str(self.path)), message, fix, value)])

    @cached_property
    def start(self) -> str:
        """The first characters of a text file; "" for a binary one."""
        with self.path.open("rb") as file:
            data = file.read(_START)
        if data[:4] in (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
            return ""
        return data.decode(self.encoding, errors="ignore").lstrip("\ufeff")

    @cached_property
    def encoding(self) -> str:
        """``utf-8`` or ``gb18030``, whichever the whole file is."""
        with self.path.open("rb") as file:
            try:
                for line in file:
                    line.decode("utf-8")
            except UnicodeDecodeError:
                return "gb18030"
        return "utf-8"

    @property
    def is_json(self) -> bool:
        """Whether the file holds JSON."""
        return self.start.lstrip()[:1] in ("{", "[") and self.start != ""

    @property
    def is_workbook(self) -> bool:
        """Whether the file is a workbook."""
        return self.path.suffix.lower() in (".xlsx", ".xls", ".xlsm", ".et", ".ods")

    @property
    def is_parquet(self) -> bool:
        """Whether the file is a Parquet file."""
        with self.path.open("rb") as file:
            return file.read(4) == b"PAR1"

    @cached_property
    def sheet(self) -> Sheet | None:
        """The table in the file, read by the connection; None when it holds JSON of another form."""
        if self.is_json:
            return self._objects()
        if self.is_parquet:
            return self._parquet()
        if self.is_workbook and self.grid:
            top = _header_row(self.grid)
            return self._register(self.grid[top], self.grid[top + 1 :], top + 1)
        return self._csv() if self.start.strip() else None

    @cached_property
    def grid(self) -> list[list[str]]:
        """Every row of a workbook's first sheet, or of a CSV file, as texts."""
        if self.is_workbook:
            return self._workbook()
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as file:
            text = file.read().lstrip("\ufeff")
        return [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=self.delimiter)
        ]

    @cached_property
    def top(self) -> list[list[str]]:
        """The first rows of the grid, in which headings are looked for."""
        if self.is_workbook:
            return self.grid[:_TOP]
        lines = self.start.splitlines()[:_TOP]
        return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=self.delimiter[0])]

    @property
    def delimiter(self) -> str:
        """What parts the cells of a CSV file."""
        header = self.start.split("\n", 1)[0]
        return next((d for d in (";\t", "\t", ";", "|") if d in header), ",")

    def _objects(self) -> Sheet | None:
        """Read a JSON list of flat objects as a table; of an answer, its ``result``."""
        try:
            found = json.loads(self.path.read_text("utf-8"))
        except ValueError as error:
            message = _("not valid JSON: {problem}").format(problem=error)
            raise self.refuse("bad-json", message, _("save the whole answer again")) from error
        rows = _flat(found)
        if not rows:
            return None
        names = list(dict.fromkeys(name for row in rows for name in row))
        body = [["" if row.get(name) is None else str(row[name]) for name in names] for row in rows]
        return self._register(names, body, 0)

    def _headings(self, texts: Sequence[str]) -> tuple[Heading, ...]:
        renamed = {text: role for role, text in self.options.columns.items()}
        return tuple(heading(text, renamed) for text in texts)

    def _parquet(self) -> Sheet:
        try:
            names = pyarrow.parquet.read_schema(self.path).names
        except (pa.ArrowException, OSError) as error:
            message = _("not a readable Parquet file: {problem}").format(problem=error)
            raise self.refuse("bad-parquet", message, _("copy or export it again")) from error
        renamed = ", ".join(f"{_quoted(name)} AS c{i}" for i, name in enumerate(names))
        self.db.execute(
            f"CREATE OR REPLACE TEMP VIEW sheet AS SELECT file_row_number + 1 AS line, {renamed} "
            f"FROM read_parquet({literal(str(self.path))}, file_row_number = TRUE)"
        )
        return Sheet(self._headings(names), before=0)

    def _workbook(self) -> list[list[str]]:
        try:
            book = CalamineWorkbook.from_path(str(self.path))
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        except (CalamineError, OSError, ValueError) as error:
            message = _("not a readable workbook: {problem}").format(problem=error)
            raise self.refuse("bad-workbook", message, _("save it as .xlsx without a password")) from error
        return [[_shown(cell) for cell in row] for row in rows]

    def _register(self, header: Sequence[str], body: Sequence[Sequence[str]], before: int) -> Sheet:
        padded = [[*row, *[""] * (len(header) - len(row))] for row in body]
        columns = {f"c{i}": pa.array([row[i] for row in padded], pa.string()) for i in range(len(header))}
        lines = pa.array(range(1, len(padded) + 1), pa.int64())
        self.db.register("sheet", pa.table({"line": lines} | columns))
        return Sheet(self._headings(header), before=before)

    def _csv(self) -> Sheet:
        path = self.path if self.encoding == "utf-8" else self._in_utf8()
        header_line = self.start.split("\n", 1)[0].rstrip("\r")
        delimiter = self.delimiter
        names = _split(header_line, delimiter)
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(names)))
        self.db.execute(f"""
          CREATE OR REPLACE TEMP TABLE sheet AS SELECT row_number() OVER () AS line, * FROM read_csv(
            {literal(str(path))}, delim = {literal(delimiter)}, quote = '"', header = FALSE, skip = 1,
            columns = {{{columns}}}, ignore_errors = TRUE, store_rejects = TRUE, auto_detect = FALSE)""")
        malformed = [(int(a), b, str(c)) for a, b, c in self.db.execute(_MALFORMED).fetchall()]
        return Sheet(self._headings(names), malformed)

    def _in_utf8(self) -> Path:
        target = self.spill / "utf8.csv"
        with (
            self.path.open(encoding="gb18030", errors="replace") as old,
            target.open("w", encoding="utf-8") as new,
        ):
            for line in old:
                new.write(line)
        return target


def _flat(found: Any) -> list[dict[str, Any]]:
    """Return the rows in a JSON value; items beside history or trends are joined to them."""
    if isinstance(found, dict) and "items" in found:
        items = {str(item["itemid"]): _item(item) for item in found["items"]}
        values = found.get("history") or found.get("trends") or []
        return [value | items.get(str(value.get("itemid")), {}) for value in values]
    rows: Any = found.get("result") if isinstance(found, dict) else found
    flat = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    return [row for row in rows if not isinstance(row.get("metric"), dict)] if flat else []


def _item(item: dict[str, Any]) -> dict[str, Any]:
    hosts = item.get("hosts") or [{"host": item.get("host", "")}]
    return {"host": hosts[0].get("host"), "key_": item.get("key_"), "units": item.get("units", "")}


def _split(line: str, delimiter: str) -> list[str]:
    if len(delimiter) > 1:
        return [part.strip().strip('"') for part in line.split(delimiter)]
    return [cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=delimiter), [])]


def _header_row(rows: Sequence[Sequence[str]]) -> int:
    """Return the first row with at least two headings that are known, else the first of two cells."""
    for index, row in enumerate(rows[:_TOP]):
        if sum(bool(heading(cell).role) for cell in row if cell) >= 1 and sum(map(bool, row)) > 1:
            return index
    return next((i for i, row in enumerate(rows[:_TOP]) if sum(map(bool, row)) > 1), 0)


def _shown(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
