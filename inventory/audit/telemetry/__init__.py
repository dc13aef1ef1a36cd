"""Telemetry: files of every kind become integer roll-ups, on DuckDB or ClickHouse."""
