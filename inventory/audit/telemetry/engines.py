"""Engines: DuckDB on the lake's Parquet files, or ClickHouse by URL; both run the same SQL."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import clickhouse_connect
import duckdb
import pyarrow as pa
import pyarrow.parquet

from inventory.errors import UsageError
from inventory.text import _

MEMORY = "1200MB"
"""What DuckDB may hold in memory; beyond it spills into the lake's folder."""
_BATCH = 1_000_000
_MACROS = (
    "CREATE OR REPLACE TEMP MACRO intDiv(a, b) AS a // b",
    "CREATE OR REPLACE TEMP MACRO bitShiftLeft(a, b) AS a << b",
    "CREATE OR REPLACE TEMP MACRO bitShiftRight(a, b) AS a >> b",
    "CREATE OR REPLACE TEMP MACRO groupBitOr(a) AS bit_or(a)",
)
"""ClickHouse's names of what DuckDB calls otherwise."""
_UNSPLIT = "SET disabled_optimizers = 'partitioned_execution'"
"""DuckDB 2.0 splits a large GROUP BY of a sorted file by ranges of its first key, but then each
part reads all rows of a Parquet file again: eight times the scan for a month of 33 million."""


class Engine(Protocol):
    """Where samples are counted."""

    def keep(self, samples: Path, source: str) -> None:
        """Take the samples of a source; taking them again changes nothing."""

    def relation(self, samples: Sequence[Path]) -> str:
        """Return the table expression of the samples of some sources."""

    def ask(self, sql: str) -> pa.Table:
        """Run a query."""


def connect(spill: Path) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB connection that knows ClickHouse's names and spills into a folder."""
    config: dict[str, Any] = {"memory_limit": MEMORY, "temp_directory": str(spill)}
    connection = duckdb.connect(config=config)
    for macro in ("SET TimeZone = 'UTC'", *_MACROS):
        connection.execute(macro)
    return connection


class DuckDB:
    """Counts in process, straight from the Parquet files."""

    def __init__(self, spill: Path) -> None:
        self._connection = connect(spill)
        self._connection.execute(_UNSPLIT)

    def keep(self, samples: Path, source: str) -> None:
        """Nothing to do: the files are read where they lie."""

    def relation(self, samples: Sequence[Path]) -> str:
        """Return the files as a table."""
        return f"read_parquet([{', '.join(literal(str(path)) for path in samples)}])"

    def ask(self, sql: str) -> pa.Table:
        """Run a query."""
        return self._connection.sql(sql).to_arrow_table()


class ClickHouse:
    """Counts on a server; the table ``govplan_samples`` holds the samples of every source."""

    def __init__(self, url: str) -> None:
        try:
            self._client = clickhouse_connect.get_client(dsn=url)
            self._client.command(_TABLE)
        except Exception as error:
            message = _("ClickHouse does not answer at the address given: {problem}")
            raise UsageError(message.format(problem=error)) from error

    def keep(self, samples: Path, source: str) -> None:
        """Insert the samples unless all of them are there; a part left by a kill is removed first."""
        table = pyarrow.parquet.ParquetFile(samples)
        where = f"WHERE source = {literal(source)}"
        counted = self._client.query(f"SELECT count() FROM govplan_samples {where}")
        if int(counted.result_rows[0][0]) == table.metadata.num_rows:
            return
        self._client.command(f"DELETE FROM govplan_samples {where}")
        for batch in table.iter_batches(_BATCH):
            part = pa.Table.from_batches([batch])
            named = part.append_column("source", pa.array([source] * len(part), pa.string()))
            self._client.insert_arrow("govplan_samples", named)

    def relation(self, samples: Sequence[Path]) -> str:
        """Return the rows of these sources as a table."""
        named = ", ".join(literal(path.stem) for path in samples)
        return f"(SELECT * FROM govplan_samples WHERE source IN ({named}))"

    def ask(self, sql: str) -> pa.Table:
        """Run a query."""
        return self._client.query_arrow(sql)


_TABLE = """
CREATE TABLE IF NOT EXISTS govplan_samples (
  source LowCardinality(String), resource LowCardinality(String),
  metric Int8, ts Int64, value Int64, bin Int16, day Int32, hour Int32
) ENGINE = MergeTree ORDER BY (resource, metric, ts)
"""


def engine(url: str | None, spill: Path) -> Engine:
    """Return the engine of an address: ``clickhouse://...``, ``chdb:...``, or None for DuckDB."""
    return DuckDB(spill) if url is None else ClickHouse(url)


def literal(text: str) -> str:
    """Return a text as an SQL literal of DuckDB."""
    return "'" + text.replace("'", "''") + "'"
