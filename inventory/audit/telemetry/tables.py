"""Signals and summaries as Arrow tables: merging what several sources say, and their digests."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from inventory.audit.telemetry.records import METRICS, SIGNALS, Column, Signals, Summaries, indexed

FIGURES = ("mean", "peak", "mean_of_peaks", "n")


def signals_table(signals: Signals) -> pa.Table:
    """Return signals as an Arrow table."""
    names = np.array(signals.systems, dtype=object)
    return pa.table(
        {
            "system": pa.array(names[signals.system], pa.string()),
            "signal": pa.array(np.array(SIGNALS, dtype=object)[signals.signal], pa.string()),
            "day": signals.day,
            "count": signals.count,
            "observed": pa.array(signals.observed),
        }
    )


def read_signals(tables: Sequence[pa.Table]) -> Signals:
    """Merge tables of signals: of two counts of one day the larger holds, a known one over a blank."""
    rows: dict[tuple[str, int, int], tuple[bool, int]] = {}
    for table in tables:
        columns = [table[name].to_pylist() for name in ("system", "signal", "day", "observed", "count")]
        for system, signal, day, observed, count in zip(*columns, strict=True):
            key = (system, SIGNALS.index(signal), day)
            rows[key] = max(rows.get(key, (False, 0)), (observed, count))
    keys = sorted(rows)
    systems, system = indexed(key[0] for key in keys)
    return Signals(
        systems,
        system,
        np.array([key[1] for key in keys], dtype=np.int8),
        np.array([key[2] for key in keys], dtype=np.int32),
        np.array([rows[key][1] for key in keys], dtype=np.int64),
        np.array([rows[key][0] for key in keys], dtype=np.bool_),
    )


def summaries_table(summaries: Summaries) -> pa.Table:
    """Return summaries as an Arrow table."""
    names = np.array(summaries.resources, dtype=object)
    return pa.table(
        {
            "resource": pa.array(names[summaries.resource], pa.string()),
            "metric": pa.array(np.array(METRICS, dtype=object)[summaries.metric], pa.string()),
            **{name: getattr(summaries, name) for name in ("first", "last", *FIGURES)},
        }
    )


def read_summaries(tables: Sequence[pa.Table]) -> Summaries:
    """Merge tables of summaries: of two figures of one span the larger holds."""
    rows: dict[tuple[str, int, int, int], tuple[int, ...]] = {}
    for table in tables:
        columns = [table[n].to_pylist() for n in ("resource", "metric", "first", "last", *FIGURES)]
        for resource, metric, first, last, *figures in zip(*columns, strict=True):
            key = (resource, METRICS.index(metric), first, last)
            before = rows.get(key, tuple(figures))
            rows[key] = tuple(map(max, before, figures))
    keys = sorted(rows)
    resources, resource = indexed(key[0] for key in keys)
    merged = np.array([rows[key] for key in keys], dtype=np.int64).reshape(-1, len(FIGURES))
    return Summaries(
        resources,
        resource,
        np.array([key[1] for key in keys], dtype=np.int8),
        np.array([key[2] for key in keys], dtype=np.int32),
        np.array([key[3] for key in keys], dtype=np.int32),
        merged[:, 0],
        merged[:, 1],
        merged[:, 2],
        merged[:, 3].astype(np.int32),
    )


def group_digests(names: Sequence[str], group: Column, columns: Sequence[Column]) -> dict[str, str]:
    """Return sha256 by name over the little-endian rows of its group; rows are sorted by group."""
    bounds = np.searchsorted(group, np.arange(len(names) + 1))
    return {
        name: _digest([column[bounds[index] : bounds[index + 1]] for column in columns])
        for index, name in enumerate(names)
    }


def _digest(columns: Sequence[Column]) -> str:
    found = hashlib.sha256()
    for column in columns:
        found.update(little_endian(column))
    return found.hexdigest()


def little_endian(column: Column) -> bytes:
    """Return the canonical bytes of a column."""
    whole: Any = np.ascontiguousarray(column)
    return bytes(whole.astype(whole.dtype.newbyteorder("<"), copy=False).tobytes())


def signal_digests(signals: Signals) -> dict[str, str]:
    """Return sha256 by system over its signals."""
    columns = (signals.signal, signals.day, signals.count, signals.observed)
    return group_digests(signals.systems, signals.system, columns)


def summary_digests(summaries: Summaries) -> dict[str, str]:
    """Return sha256 by resource over its summaries."""
    columns = [getattr(summaries, name) for name in ("metric", "first", "last", *FIGURES)]
    return group_digests(summaries.resources, summaries.resource, columns)
