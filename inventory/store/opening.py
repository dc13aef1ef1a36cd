"""Opening a store: where it is, what it stands at, and bringing it up to date."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from inventory.errors import StoreError
from inventory.store.tables import REVISION
from inventory.text import _

_LOCK = 0x676F76706C616E
"""Key of the advisory lock that PostgreSQL's writers take in turn."""
_PATIENCE = 60
"""Seconds a SQLite writer waits for its turn."""
_MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def default_place() -> str:
    """Return where the store is unless told: ``GOVPLAN_STORE``, else a file of the user's data folder."""
    if named := os.environ.get("GOVPLAN_STORE"):
        return named
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return str(home / "govplan" / "govplan.db")


def locate(place: str | Path) -> URL:
    """Return the address of a store: a file of SQLite, or a database of PostgreSQL.

    Raises:
        StoreError: neither.
    """
    if "://" not in str(place):
        return URL.create("sqlite", database=str(Path(place).expanduser().resolve()))
    try:
        url = make_url(str(place))
    except ArgumentError as error:
        raise StoreError(_unknown(str(place).partition(":")[0])) from error
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database not in (None, "", ":memory:"):
        return url
    raise StoreError(_unknown(url.drivername))


def _unknown(scheme: str) -> str:
    message = _("{scheme} is no store: name a file, or postgresql+psycopg://USER@HOST/DATABASE")
    return message.format(scheme=scheme)


def shown(url: URL) -> str:
    """Return an address as people may read it: without its password."""
    return url.database or "" if url.drivername == "sqlite" else url.render_as_string(hide_password=True)


def engine_of(url: URL, make: bool = True) -> Engine:
    """Return an engine whose transactions this package controls.

    Raises:
        StoreError: there is no such file, and none is to be made.
    """
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True)
    if not make and not Path(url.database or "").is_file():
        raise StoreError(_none(shown(url)))
    _make_folder(Path(url.database or "").parent)
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _none(name: str) -> str:
    message = _("there is no store at {name}: name the one you mean with --store or GOVPLAN_STORE")
    return message.format(name=name)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = _("the folder {folder} of the store cannot be made: {reason}")
        raise StoreError(message.format(folder=folder, reason=error.strerror)) from error


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    # A damaged text must reach the hash, not stop the reading.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Hold the pen: one writer at a time, and all or nothing."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Look at one state of the store, whatever is written meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what a database says into words.

    Args:
        name: the store, as people may read it.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        reason = getattr(error, "orig", None) or error
        lines = str(reason).strip().splitlines() or [type(reason).__name__]
        message = _("the store {name} does not answer: {reason}")
        raise StoreError(message.format(name=name, reason=lines[0])) from error


def bring_up_to_date(engine: Engine, name: str, make: bool = True) -> None:
    """Run the migrations that a store lacks; an empty database becomes a store if ``make`` says so.

    Raises:
        StoreError: a newer program wrote the store, it is another program's database, or
            it is empty and none is to be made.
    """
    with engine.connect() as connection:
        found = standing(connection, name)
    if found == REVISION:
        return
    if found is None and not make:
        raise StoreError(_none(name))
    with writing(engine) as connection:
        if standing(connection, name) != REVISION:
            _migrate(connection, name)


def standing(connection: Connection, name: str) -> str | None:
    """Return the migration a store stands at; None for an empty database.

    Raises:
        StoreError: the database belongs to another program.
    """
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables and {"journal", "documents"} <= tables:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    if tables:
        message = _("{name} holds tables of another program: name a new file or an empty database")
        raise StoreError(message.format(name=name))
    return None


def _migrate(connection: Connection, name: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    known: set[Any] = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = standing(connection, name)
    if found is not None and found not in known:
        message = _(
            "{name} was written by a newer govplan (store {found}, this program knows {known}): update"
        )
        raise StoreError(message.format(name=name, found=found, known=REVISION))
    command.upgrade(config, "head")
