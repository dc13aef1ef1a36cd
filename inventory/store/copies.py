"""Backup and restore: an online copy of SQLite, and JSON lines that either engine reads."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select

from inventory.errors import StoreError
from inventory.store import proof
from inventory.store.opening import engine_of, locate, standing
from inventory.store.records import GENESIS, Head
from inventory.store.tables import DOCUMENTS, JOURNAL, REVISION
from inventory.text import _

SCHEMA = "govplan.store/1"
_SUFFIXES = (".db", ".sqlite", ".sqlite3")
_CHUNK = 500
_TABLES = (DOCUMENTS, JOURNAL)

Row = Mapping[str, Any]


def write(connection: Connection, path: Path) -> Head:
    """Copy a store to a file that appears only when it is whole; return the head it holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        copy = _copy if path.suffix in _SUFFIXES else _dump
        head = copy(connection, aside)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return head


def _copy(connection: Connection, path: Path) -> Head:
    if connection.dialect.name != "sqlite":
        raise StoreError(
            _("a store in PostgreSQL is backed up as JSON lines: name a file that ends in .jsonl")
        )
    source = connection.connection.driver_connection
    target = sqlite3.connect(path)
    try:
        source.backup(target)  # type: ignore[union-attr]
        row = target.execute("SELECT hash, number FROM journal ORDER BY number DESC LIMIT 1").fetchone()
    finally:
        target.close()
    return Head(*row) if row else Head(GENESIS, 0)


def _dump(connection: Connection, path: Path) -> Head:
    """Write one JSON object a line: documents, rows as they stand, and last what there was."""
    counts = dict.fromkeys((table.name for table in _TABLES), 0)
    head = Head(GENESIS, 0)
    with path.open("w", encoding="utf-8", errors="surrogateescape") as file:
        for table, row in _all(connection):
            file.write(_line({"table": table.name, **row}))
            counts[table.name] += 1
            if table is JOURNAL:
                head = Head(row["hash"], row["number"])
        file.write(_line({"schema": SCHEMA, "revision": REVISION, "head": str(head), **counts}))
    return head


def _line(value: Row) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _all(connection: Connection) -> Iterator[tuple[Table, Row]]:
    for table in _TABLES:
        asked = select(table).order_by(*table.primary_key.columns)
        for row in connection.execution_options(yield_per=_CHUNK).execute(asked).mappings():
            yield table, dict(row)


def read(connection: Connection, path: Path, name: str) -> None:
    """Fill an empty store from a backup; the caller's transaction makes it all or nothing.

    Raises:
        StoreError: the store is not empty, or the backup is damaged.
    """
    if any(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in _TABLES):
        raise StoreError(_("the store {name} is not empty: restore into a new one").format(name=name))
    _refuse_damaged(path)
    for table in _TABLES:
        rows = (row for found, row in _backed_up(path) if found is table)
        while chunk := list(islice(rows, _CHUNK)):
            connection.execute(table.insert(), chunk)


def _refuse_damaged(path: Path) -> None:
    rows = (row for table, row in _backed_up(path) if table is JOURNAL)
    documents = (row for table, row in _backed_up(path) if table is DOCUMENTS)
    report = proof.REGISTER.run(proof.gather(rows, documents, _promised(path)), locate=lambda _subject: None)
    if report.findings:
        told = "\n".join(finding.message for finding in report.findings[:10])
        raise StoreError(_("the backup {path} is damaged:").format(path=path) + "\n" + told)


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _promised(path: Path) -> Head | None:
    """Return the head that a dump's last line promises.

    Raises:
        StoreError: the last line is missing: the dump was cut off.
    """
    if _is_sqlite(path):
        return None
    last = {}
    for last in _lines(path):  # noqa: B007 - the last one is wanted
        pass
    if last.get("schema") != SCHEMA:
        message = _("{path} is no whole backup: its last line must say {schema}; take another copy")
        raise StoreError(message.format(path=path, schema=SCHEMA))
    return Head.parse(str(last["head"]))


def _backed_up(path: Path) -> Iterator[tuple[Table, Row]]:
    if _is_sqlite(path):
        engine = engine_of(locate(path))
        with engine.connect() as connection:
            if standing(connection, str(path)) == REVISION:
                yield from _all(connection)
                return
        raise StoreError(
            _("{path} is a store of another version: open it once with this program").format(path=path)
        )
    yield from _known(_lines(path))


def _known(lines: Iterable[dict[str, Any]]) -> Iterator[tuple[Table, Row]]:
    tables = {table.name: table for table in _TABLES}
    for line in lines:
        if (table := tables.get(str(line.get("table")))) is not None:
            yield table, {column.name: line.get(column.name) for column in table.columns}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        for number, text in enumerate(file, 1):
            try:
                value = json.loads(text)
            except ValueError:
                value = None
            if not isinstance(value, dict):
                message = _("{path}:{line}: the backup is cut off or damaged here; take another copy")
                raise StoreError(message.format(path=path, line=number))
            yield value
