"""Rolling up: one SQL text counts a month of samples by bin on either engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from inventory.audit.telemetry import zones
from inventory.audit.telemetry.buckets import Counts, empty, folded
from inventory.audit.telemetry.engines import Engine, literal
from inventory.audit.telemetry.records import METRICS, Rollups
from inventory.audit.telemetry.zones import DAY, EPOCH

COUNTS = """
SELECT resource, metric, day, bin,
       CAST(count(*) AS BIGINT) AS n, CAST(sum(value) AS BIGINT) AS total,
       CAST(max(value) AS BIGINT) AS peak, CAST(groupBitOr(hour) AS INTEGER) AS hours
FROM {samples} WHERE day >= {first} AND day < {last}
GROUP BY resource, metric, day, bin
"""
"""The one query at scale: whole numbers in, whole numbers out, on DuckDB and ClickHouse alike."""
ONCE = """(
  SELECT resource, metric, ts, day, hour, max(value) AS value, max(bin) AS bin
  FROM {samples} WHERE day >= {first} AND day < {last} GROUP BY resource, metric, ts, day, hour
)"""
"""Samples that several sources may hold: each time counts once, the largest value holds."""
STEPS = """
SELECT resource, metric, month, step, count(*) AS n, min(ts) AS first, max(ts) AS last
FROM (
  SELECT resource, metric, month, ts, CASE WHEN lag(resource) OVER () = resource
         AND lag(metric) OVER () = metric AND lag(month) OVER () = month THEN ts - lag(ts) OVER () END AS step
  FROM (SELECT resource, metric, ts, {month} AS month FROM read_parquet({samples}))
)
GROUP BY ALL ORDER BY ALL
"""
"""How far apart the sorted samples of a source are, by resource, metric and local month."""
_FIGURES = ("n", "total", "peak", "hours")
_SPANS = """
SELECT resource, metric, filename, min(first) AS first, max(last) AS last
FROM read_parquet([{files}], filename = TRUE) WHERE month = {month} GROUP BY ALL
"""
_OVERLAPS = """
SELECT count(*) FROM (
  SELECT first, max(last) OVER (PARTITION BY resource, metric ORDER BY first, filename
         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM ({spans})
) WHERE first <= before
"""
_APART = """
  SELECT resource, metric, step, n FROM read_parquet([{files}]) WHERE month = {month} AND step > 0
  UNION ALL
  SELECT resource, metric, first - lag(last) OVER (PARTITION BY resource, metric ORDER BY first, filename), 1
  FROM ({spans})
"""
"""Steps inside the sources and between them, where no two of them overlap."""
_MIXED = """
  SELECT resource, metric, ts - lag(ts) OVER (PARTITION BY resource, metric ORDER BY ts) AS step, 1 AS n
  FROM (SELECT DISTINCT resource, metric, ts FROM read_parquet([{samples}])
        WHERE day >= {first} AND day < {last})
"""
"""The same steps, where sources overlap."""
_INTERVALS = """
WITH steps AS (
  {steps}
), summed AS (
  SELECT resource, metric, step, sum(n) AS n FROM steps WHERE step > 0 GROUP BY ALL
), usual AS (
  SELECT arg_max(step, (n, -step)) AS step FROM (SELECT step, sum(n) AS n FROM summed GROUP BY step)
)
SELECT DISTINCT ON (resource, metric) resource, metric,
       coalesce(step, (SELECT step FROM usual), {day}) AS step
FROM (SELECT DISTINCT resource, metric FROM ({spans})) LEFT JOIN summed USING (resource, metric)
ORDER BY resource, metric, n DESC, step
"""
"""The interval most samples of a resource and metric keep in a month; of two the shorter.

A series of a single sample takes the interval that is most frequent in the whole month.
"""


@dataclass(frozen=True)
class Month:
    """A local month and the sources that have samples in it."""

    first: date
    samples: Sequence[Path]
    series: Sequence[Path]

    @property
    def number(self) -> int:
        """Months since January 1970."""
        return (self.first.year - EPOCH.year) * 12 + self.first.month - 1

    def days(self) -> dict[str, int]:
        """Return its first day and the one after its last."""
        return {"first": (self.first - EPOCH).days, "last": (zones.following(self.first) - EPOCH).days}


def rolled_up(
    month: Month, engine: Engine, db: duckdb.DuckDBPyConnection, machines: dict[str, int]
) -> Rollups:
    """Return the roll-ups of a month.

    Args:
        month: what to roll up.
        engine: counts the samples.
        db: a connection for the small tables of the sources.
        machines: cores by resource.
    """
    mixed = len(month.samples) > 1 and _overlapping(month, db)
    counted = engine.ask(_counting(month, engine, mixed=mixed))
    if not len(counted):
        return empty()
    counts = counts_of(counted)
    return folded(counts, machines, _intervals(month, db, counts.resources, mixed=mixed))


def _counting(month: Month, engine: Engine, *, mixed: bool) -> str:
    samples = engine.relation(month.samples)
    if mixed:
        samples = f"{ONCE.format(samples=samples, **month.days())} AS once"
    return COUNTS.format(samples=samples, **month.days())


def _overlapping(month: Month, db: duckdb.DuckDBPyConnection) -> bool:
    found = db.execute(_OVERLAPS.format(spans=_spans(month))).fetchone()
    return bool(found and found[0])


def _spans(month: Month) -> str:
    return _SPANS.format(files=_files(month.series), month=month.number)


def _files(paths: Sequence[Path]) -> str:
    return ", ".join(literal(str(path)) for path in paths)


def _intervals(
    month: Month, db: duckdb.DuckDBPyConnection, resources: Sequence[str], *, mixed: bool
) -> dict[tuple[int, int], int]:
    """Return the samples promised a day, by index of the resource and of the metric."""
    spans = _spans(month)
    if mixed:
        steps = _MIXED.format(samples=_files(month.samples), **month.days())
    else:
        steps = _APART.format(files=_files(month.series), month=month.number, spans=spans)
    query = _INTERVALS.format(steps=steps, spans=spans, day=DAY)
    place = {name: index for index, name in enumerate(resources)}
    return {(place[r], m): DAY // min(s, DAY) for r, m, s in db.execute(query).fetchall() if r in place}


def counts_of(table: pa.Table) -> Counts:
    """Read what ``COUNTS`` returned and put it into order."""
    coded = table["resource"].combine_chunks().cast(pa.string()).dictionary_encode()
    names = coded.dictionary.to_pylist()
    ordered = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), dtype=np.int64)
    rank[ordered] = np.arange(len(names))
    columns = {name: table[name].to_numpy() for name in ("metric", "day", "bin", *_FIGURES)}
    resource = rank[coded.indices.to_numpy()]
    series = resource * len(METRICS) + columns["metric"]
    order = np.argsort((series * 2**20 + columns["day"]) * 2**9 + columns["bin"], kind="stable")
    taken = {name: column[order] for name, column in columns.items()}
    return Counts(tuple(names[index] for index in ordered), resource[order].astype(np.int32), **taken)
