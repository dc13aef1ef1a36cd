"""Machines at rest, with whatever a test makes them do; signals day by day."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from inventory.audit.telemetry import (
    METRICS,
    SIGNALS,
    Rollups,
    Signals,
    Summaries,
    bin_of,
    joined,
    signals_of,
)
from tests import tiny

AS_OF = date(2026, 10, 31)
LAST = (AS_OF - date(1970, 1, 1)).days
YEAR = 395
SAMPLES = 288
REST = {"cpu": 100, "memory": 4000, "disk_read": 0, "disk_write": 500, "net_in": 500, "net_out": 300}


def day(offset):
    """The day so many days before the last one."""
    return AS_OF - timedelta(days=offset)


def machine(name, *, days=YEAR, rest=(), bursts=(), lost=(), off=(), vcpu=4, metrics=METRICS):
    """Five-minute samples at rest, up to the day of the verdict.

    ``bursts`` are (metric, level, hours, offsets): one sample in each hour on the days so long ago;
    ``lost`` and ``off`` are offsets of days without data, or with the machine switched off.
    """
    level = REST | dict(rest)
    rows = [
        _row(m, offset, level[m], bursts, offset in off)
        for m in metrics
        for offset in range(days - 1, -1, -1)
    ]
    kept = [row for row in rows if LAST - row["day"] not in lost]
    return _rollups(name, vcpu, kept)


def _row(metric, offset, level, bursts, off):
    values = {level: SAMPLES}
    hours = [int(bin_of(metric, level)) + 1] * 24
    for what, high, at, offsets in bursts:
        if what == metric and offset in offsets:
            for hour in at:
                values[high] = values.get(high, 0) + 1
                values[level] -= 1
                hours[hour] = max(hours[hour], int(bin_of(metric, high)) + 1)
    if off:
        values, hours = {}, [0] * 24
    return {
        "metric": METRICS.index(metric),
        "name": metric,
        "day": LAST - offset,
        "values": values,
        "hours": hours,
    }


def _rollups(name, vcpu, rows):
    def column(kind, make):
        return np.array([make(row) for row in rows], dtype=kind)

    bins = [{int(bin_of(row["name"], v)): n for v, n in row["values"].items()} for row in rows]
    observed = column(np.int32, lambda row: sum(row["values"].values()))
    return Rollups(
        (name,),
        np.array([vcpu], np.int32),
        np.zeros(len(rows), np.int32),
        column(np.int8, lambda row: row["metric"]),
        column(np.int32, lambda row: row["day"]),
        np.full(len(rows), SAMPLES, np.int32),
        observed,
        (SAMPLES * (observed == 0)).astype(np.int32),
        column(np.int64, lambda row: sum(v * n for v, n in row["values"].items())),
        column(np.int64, lambda row: max(row["values"], default=-1)),
        column(np.uint8, lambda row: row["hours"]).reshape(-1, 24),
        np.cumsum([0, *(len(b) for b in bins)], dtype=np.int64),
        np.array([b for row in bins for b in sorted(row)], np.int16),
        np.array([row[b] for row in bins for b in sorted(row)], np.int32),
    )


def signal(system, name, *, days=YEAR, used=(), lost=()):
    """Rows of a signal: zero every day, 5 on the days so long ago, nothing on lost ones."""
    offsets = [o for o in range(days - 1, -1, -1) if o not in lost]
    return [(system, name, LAST - o, 5 if o in used else 0) for o in offsets]


@dataclass(frozen=True)
class Memory:
    """Telemetry in memory that serves as a lake does."""

    buckets: tuple[Rollups, ...]
    business: Signals
    averages: Summaries

    def chunks(self, *, first, last):
        for chunk in self.buckets:
            inside = (chunk.day >= (first - date(1970, 1, 1)).days) & (
                chunk.day <= (last - date(1970, 1, 1)).days
            )
            yield chunk.select(inside)

    def signals(self):
        return self.business

    def summaries(self):
        return self.averages

    def rollups(self, resources, first, last):
        kept = [c for c in self.chunks(first=first, last=last) if c.resources[0] in resources]
        return joined(kept) if kept else self.buckets[0].select(np.zeros(0, np.int64))


def lake(machines, *rows, averages=()):
    """Telemetry of machines and of signals, each a list of rows; averages as ``summaries`` takes them."""
    return Memory(tuple(machines), signals_of([row for some in rows for row in some]), summaries(averages))


def summaries(rows):
    """Means of (machine, metric, first and last offset, value)."""
    rows = sorted(rows, key=lambda row: row[0])
    names = tuple(sorted({row[0] for row in rows}))
    mean = np.array([row[4] for row in rows], np.int64)
    unknown = np.full(len(rows), -1, np.int64)
    return Summaries(
        names,
        np.array([names.index(row[0]) for row in rows], np.int32),
        np.array([METRICS.index(row[1]) for row in rows], np.int8),
        np.array([LAST - row[2] for row in rows], np.int32),
        np.array([LAST - row[3] for row in rows], np.int32),
        mean,
        unknown,
        unknown,
        np.zeros(len(rows), np.int32),
    )


def town(*names, dependencies=(), **more):
    """A city of systems that run one machine each, called like the system."""
    systems = [tiny.system(name, project=None, **more) for name in names]
    workloads = [replaced(tiny.workload(name), machines=(f"vm-{name}",)) for name in names]
    return tiny.city(systems=systems, workloads=workloads, dependencies=list(dependencies))


def replaced(record, **fields):
    """A record with some fields changed."""
    return record.model_copy(update=fields)


def without(signals, name):
    """The signals but for one."""
    kept = signals.signal != SIGNALS.index(name)
    return replace(signals, **{c: getattr(signals, c)[kept] for c in COLUMNS})


COLUMNS = ("system", "signal", "day", "count", "observed")
