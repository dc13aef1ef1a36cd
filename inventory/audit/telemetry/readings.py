"""Readings: rows as a file has them become integer samples, by SQL in the importing DuckDB."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from inventory.audit.telemetry import zones
from inventory.audit.telemetry.engines import literal
from inventory.audit.telemetry.records import METRICS, OCTAVES, RATE_FLOOR, SHARE_STEP, SHARES, WHOLE
from inventory.audit.telemetry.units import Unit
from inventory.text import N_

HIGHEST = 15_000
"""Assumption: shares up to 150 % are bursts and count as 100 %; above, the row is at fault."""
_EPOCHS = ((6 * 10**8, 5 * 10**9, 1), (6 * 10**11, 5 * 10**12, 10**3), (6 * 10**14, 5 * 10**15, 10**6))
"""Seconds, ms and us of 1989 to 2128: ranges that do not meet, so the size of a number tells."""
REASONS = {
    "no-resource": N_("the row names no resource"),
    "bad-time": N_("not a time"),
    "not-a-number": N_("not a number"),
    "negative": N_("below zero"),
    "no-capacity": N_("no capacity to divide by"),
    "above-whole": N_("above 150 % of the machine: the unit or the capacity is wrong"),
    "columns": N_("more or fewer cells than the header"),
    "bad-value": N_("not a whole number of zero or more"),
    "bad-day": N_("not a day"),
    "no-system": N_("the row names no system"),
    "unknown-signal": N_("no signal that we know"),
}
"""Why a row is rejected, a msgid by code."""


@dataclass(frozen=True)
class Meaning:
    """What a name in the file stands for."""

    name: str
    metric: str
    unit: Unit


@dataclass(frozen=True)
class Readings:
    """Rows of a file as a relation of the importing connection.

    ``raw`` has line, resource, name, part (a device whose values add up, or NULL), clock,
    value, capacity (bytes, hertz or cores) and off.
    """

    raw: str
    meanings: Sequence[Meaning]
    parts: bool = False
    """Whether values of several parts add up to a resource's value."""
    machines: str = ""
    """SQL of resource, vcpu and memory_gib, when the source knows them."""
    ignored: tuple[str, ...] = ()
    """Columns or metrics that were left aside."""
    malformed: Sequence[tuple[int, str, str]] = field(default_factory=tuple)
    """Lines that are no rows at all: line, reason, text."""
    before: int = 1
    """Lines above the first row."""


class Reader:
    """Turns the readings of one file into samples and rejected rows."""

    def __init__(
        self, db: duckdb.DuckDBPyConnection, readings: Readings, zone: str | None, clock: Unit | None
    ) -> None:
        self._db, self._readings, self._zone, self._clock = db, readings, zone, clock
        self._register(readings.meanings)
        described = db.execute(f"SELECT clock, value FROM {readings.raw} LIMIT 0").description
        self._type, value = (str(column[1]) for column in described)
        self._reason = _REASON.format(blank=_BLANK if value == "VARCHAR" else "isnan(number)")

    def _register(self, meanings: Sequence[Meaning]) -> None:
        columns = {
            "name": [m.name for m in meanings],
            "metric": pa.array([METRICS.index(m.metric) for m in meanings], pa.int8()),
            "factor": [float(m.unit.factor) for m in meanings],
            "of_capacity": [m.unit.of_capacity for m in meanings],
            "counter": [m.unit.counter for m in meanings],
            "rest": [m.unit.rest for m in meanings],
        }
        self._db.register("meanings", pa.table(columns))

    def naive(self) -> str | None:
        """Return a time that names no zone, if there is one."""
        if self._type.startswith(("TIMESTAMP", "DATE")) and "ZONE" not in self._type:
            where = "clock IS NOT NULL"
        elif self._type == "VARCHAR":
            known = f"TRY_CAST({_CLOCK} AS TIMESTAMPTZ) IS NOT NULL"
            where = f"NOT coalesce({_NUMERIC}, FALSE) AND NOT {_ZONED} AND {known}"
        else:
            return None
        query = f"SELECT CAST(clock AS VARCHAR) FROM {self._readings.raw} WHERE {where} LIMIT 1"
        found = self._db.execute(query).fetchone()
        return str(found[0]) if found else None

    def write_samples(self, target: Path, zone: str) -> None:
        """Write samples sorted by local month, resource, metric and time.

        Args:
            target: the Parquet file.
            zone: the city's time zone, whose months sort the file.
        """
        branches = [self._gauges()] if any(not m.unit.counter for m in self._readings.meanings) else []
        if any(m.unit.counter for m in self._readings.meanings):
            branches.append(self._counters())
        self._copy(" UNION ALL ".join(branches), target, zone)

    def _copy(self, samples: str, target: Path, zone: str) -> None:
        query = f"""
          SELECT resource, metric, ts, value, {BIN} AS bin, {day("here")} AS day, {hour("here")} AS hour
          FROM (SELECT *, {OCTAVE} AS octave, {zones.local("ts", zone)} AS here FROM ({samples}))
          ORDER BY {month("day")}, resource, metric, ts"""
        self._db.execute(f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)")

    def _gauges(self) -> str:
        """Return SQL of the samples of gauges."""
        value = f"CASE WHEN off THEN -1 ELSE {_whole('amount', 'metric', 'rest')} END"
        rows = f"FROM ({self._judged()}) WHERE NOT counter AND reason IS NULL AND (off OR number IS NOT NULL)"
        if not self._readings.parts:
            return f"SELECT resource, metric, ts, {value} AS value {rows}"
        return f"""
          SELECT resource, metric, ts, {value} AS value FROM (
            SELECT resource, metric, ts, bool_and(off) AS off, any_value(rest) AS rest, sum(amount) AS amount
            {rows} GROUP BY resource, metric, ts)"""

    def _counters(self) -> str:
        """Return SQL of the growth a second of counters; after a reset they grew from zero.

        The rate belongs to the later of two readings. A gap stays a gap: the times between
        have no sample, and the first reading of all has none either.
        """
        rows = f"FROM ({self._judged()}) WHERE counter AND reason IS NULL AND number IS NOT NULL AND NOT off"
        return f"""
          SELECT resource, metric, ts, {_whole("amount", "metric", "rest")} AS value FROM (
            SELECT resource, metric, ts, any_value(rest) AS rest,
                   sum((amount - if(amount >= before, before, 0)) / (ts - earlier)) AS amount
            FROM (SELECT *, lag(amount) OVER series AS before, lag(ts) OVER series AS earlier
                  FROM (SELECT DISTINCT resource, metric, part, ts, amount, rest {rows})
                  WINDOW series AS (PARTITION BY resource, metric, part ORDER BY ts, amount))
            WHERE ts > earlier GROUP BY resource, metric, ts)"""

    def _judged(self) -> str:
        """Return SQL of every row with what is wrong with it."""
        return f"""
          SELECT *, {self._reason} AS reason FROM (
            SELECT *, number * factor / CASE WHEN of_capacity THEN capacity ELSE 1 END AS amount FROM (
              SELECT r.line, trim(r.resource) AS resource, r.part, r.clock, r.value, r.capacity,
                     coalesce(r.off, FALSE) AS off, {self._seconds()} AS ts, {_as_number("value")} AS number,
                     m.metric, m.factor, m.of_capacity, m.counter, m.rest
              FROM {self._readings.raw} r JOIN meanings m ON r.name = m.name))"""

    def _seconds(self) -> str:
        """Return SQL of the UTC second of ``clock``, NULL where it is no time."""
        if self._type == "TIMESTAMP WITH TIME ZONE":
            return _floor("epoch(clock)")
        if self._type.startswith(("TIMESTAMP", "DATE")):
            return self._local(_floor("epoch(CAST(clock AS TIMESTAMP))"))
        number = self._epoch(_as_number("clock"))
        if self._type != "VARCHAR":
            return number
        second = _floor(f"epoch(TRY_CAST({_CLOCK} AS TIMESTAMPTZ))")
        return (
            f"CASE WHEN {_NUMERIC} THEN {number} WHEN {_ZONED} THEN {second} ELSE {self._local(second)} END"
        )

    def _local(self, second: str) -> str:
        return zones.utc(second, self._zone or "UTC")

    def _epoch(self, number: str) -> str:
        if self._clock:
            return _floor(f"{number} * {float(self._clock.factor)!r}")
        cases = " ".join(
            f"WHEN {number} BETWEEN {low} AND {high} THEN {_floor(f'{number} / {scale}')}"
            for low, high, scale in _EPOCHS
        )
        return f"CASE {cases} END"

    def rejected(self) -> Iterator[tuple[int, str, str]]:
        """Yield line, reason code and text of every row at fault, in order of the lines."""
        cursor = self._db.execute(f"""
          SELECT line, reason, concat_ws(' | ', resource, CAST(clock AS VARCHAR), CAST(value AS VARCHAR))
          FROM ({self._judged()}) WHERE reason IS NOT NULL ORDER BY line""")
        malformed = sorted(self._readings.malformed)
        yield from malformed
        while rows := cursor.fetchmany(10_000):
            for row, reason, text in rows:
                yield _line(row, self._readings.before, malformed), reason, text


def _line(row: int, before: int, malformed: Sequence[tuple[int, str, str]]) -> int:
    """Return the line of a row counted from 1 without the malformed lines."""
    line = row + before
    for at, _reason, _text in malformed:
        line += at <= line
    return line


def _as_number(column: str) -> str:
    return f"TRY_CAST({column} AS DOUBLE)"


def _floor(number: str) -> str:
    return f"CAST(floor({number}) AS BIGINT)"


_CLOCK = "translate(trim(clock), '/年月日', '--- ')"
_NUMERIC = f"{_as_number('clock')} IS NOT NULL"
_ZONED = rf"regexp_matches({_CLOCK}, ':\d{{2}}(\.\d+)?\s*(Z|z|UTC|[+-]\d{{2}}(:?\d{{2}})?)$')"
_BLANK = "lower(trim(CAST(value AS VARCHAR))) IN ('', '-', '--', 'nan', 'null', 'none', 'n/a', 'na')"
_REASON = f"""CASE WHEN resource IS NULL OR resource = '' THEN 'no-resource'
  WHEN ts IS NULL OR ts <= 0 THEN 'bad-time'
  WHEN off OR value IS NULL OR {{blank}} THEN NULL
  WHEN number IS NULL OR isinf(number) THEN 'not-a-number' WHEN number < 0 THEN 'negative'
  WHEN of_capacity AND NOT coalesce(capacity > 0, FALSE) THEN 'no-capacity'
  WHEN metric < {len(SHARES)} AND NOT counter AND amount > {HIGHEST} THEN 'above-whole' END"""
"""A blank value is no fault: the sample is missing."""


def _whole(amount: str, metric: str, rest: str) -> str:
    share = f"least({amount}, {WHOLE})"
    used = f"CASE WHEN {rest} THEN {WHOLE} - {share} ELSE {share} END"
    return f"CAST(round(CASE WHEN {metric} < {len(SHARES)} THEN {used} ELSE {amount} END) AS BIGINT)"


OCTAVE = " + ".join(f"CAST(value >= {RATE_FLOOR << n} AS INTEGER)" for n in range(1, OCTAVES + 1))
"""SQL of how many times a rate has doubled since the floor."""
_RATE = f"""CASE WHEN octave >= {OCTAVES} THEN {8 * OCTAVES}
  ELSE 8 * octave + bitShiftRight(value, octave + 3) - 7 END"""
BIN = f"""CAST(CASE WHEN value < 0 THEN -1 WHEN metric < {len(SHARES)} THEN intDiv(value, {SHARE_STEP})
  WHEN value < {RATE_FLOOR} THEN 0 ELSE {_RATE} END AS SMALLINT)"""
"""SQL of the bin of a value, from the columns metric, value and octave."""


def day(second: str) -> str:
    """Return SQL of the day of a local second."""
    return f"CAST(intDiv({second}, {zones.DAY}) AS INTEGER)"


def hour(second: str) -> str:
    """Return SQL of a number with the one bit set that is the hour of a local second."""
    at = f"CAST(intDiv({second} % {zones.DAY}, 3600) AS INTEGER)"
    return f"bitShiftLeft(CAST(1 AS INTEGER), {at})"


def month(day: str) -> str:
    """Return SQL of the month of a day, counted from January 1970."""
    return f"datediff('month', DATE '1970-01-01', DATE '1970-01-01' + {day})"
