"""Telemetry: files of every kind become integer roll-ups, on DuckDB or ClickHouse."""

from inventory.audit.telemetry.buckets import digests, joined
from inventory.audit.telemetry.importing import Imported, import_file
from inventory.audit.telemetry.lake import Digests, Lake
from inventory.audit.telemetry.records import (
    LIFE,
    METRICS,
    OFF,
    SIGNALS,
    UNKNOWN,
    USES,
    Rollups,
    Signals,
    Summaries,
    bin_of,
    edges,
    signals_of,
)

__all__ = [
    "LIFE",
    "METRICS",
    "OFF",
    "SIGNALS",
    "UNKNOWN",
    "USES",
    "Digests",
    "Imported",
    "Lake",
    "Rollups",
    "Signals",
    "Summaries",
    "bin_of",
    "digests",
    "edges",
    "import_file",
    "joined",
    "signals_of",
]
