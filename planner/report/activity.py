"""What a system did day by day: its signals and its machines, gaps told from zeros."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from inventory.audit.telemetry import METRICS, SIGNALS, Lake, Rollups, Signals
from inventory.model import City, System
from inventory.text import N_, _
from planner.report.zombie_charts import Line

EPOCH = date(1970, 1, 1)
BUSY = (500, 2000, 5000)
"""Highest CPU by daylight from which on a machine is drawn as little used, used, much used; 1/100 %."""
DAYLIGHT = slice(6, 22)
"""Local hours without the usual backups and scans; an assumption of the picture alone."""
BIN = 50
"""Width of a bin of CPU, 1/100 %."""
NAMES = {
    "logins": N_("Log-ins"),
    "requests": N_("Requests"),
    "flows_in": N_("Inbound flows"),
    "db_sessions": N_("Database sessions"),
    "dns_lookups": N_("DNS look-ups"),
    "messages": N_("Messages"),
    "deploys": N_("Deployments"),
    "tickets": N_("Tickets"),
    "content_updates": N_("Content updates"),
    "certificate_renewals": N_("Certificate renewals"),
}

Ints = NDArray[np.int64]


def machines(city: City, system: str) -> tuple[str, ...]:
    """Return the names telemetry knows the machines of a system by."""
    return tuple(name for w in city.workloads_of.get(system, ()) for name in w.machines or (w.id,))


def lines(
    city: City, signals: Signals, rollups: Rollups, system: str, first: date, last: date
) -> tuple[Line, ...]:
    """Return the days of a system, one line a signal and one for its busiest machine.

    Args:
        city: the inventory.
        signals: signals of all systems.
        rollups: roll-ups of at least this system's machines.
        system: id of the system.
        first: first day of the lines.
        last: last day of the lines.
    """
    days = range((first - EPOCH).days, (last - EPOCH).days + 1)
    found = list(_signals(signals, system, first, days))
    peaks = _peaks(rollups, set(machines(city, system)), days)
    if any(peak is not None for peak in peaks):
        found.append(Line(_("Highest CPU 6–22 h (1/100 %)"), first, peaks, BUSY))
    return tuple(found)


def _signals(signals: Signals, system: str, first: date, days: range) -> Iterator[Line]:
    if system not in signals.systems:
        return
    mine = (signals.system == signals.systems.index(system)) & signals.observed
    for index, name in enumerate(SIGNALS):
        rows = mine & (signals.signal == index)
        if rows.any():
            known = dict(zip(signals.day[rows].tolist(), signals.count[rows].tolist(), strict=True))
            counts = tuple(known.get(day) for day in days)
            yield Line(_(NAMES[name]), first, counts, _steps(counts))


def _steps(counts: Sequence[int | None]) -> tuple[int, int, int]:
    top = max((n for n in counts if n), default=3)
    return 1, max(2, top // 4), max(3, top * 2 // 3)


def _peaks(rollups: Rollups, names: set[str], days: range) -> tuple[int | None, ...]:
    mine = [index for index, name in enumerate(rollups.resources) if name in names]
    rows = np.isin(rollups.resource, mine) & (rollups.metric == METRICS.index("cpu"))
    levels = rollups.hours[rows, DAYLIGHT].max(axis=1, initial=0).astype(np.int64)
    peaks = np.where(levels > 0, (levels - 1) * BIN, 0)
    told = (levels > 0) | (rollups.off[rows] > 0)
    found: dict[int, int] = {}
    for day, peak in zip(rollups.day[rows][told].tolist(), peaks[told].tolist(), strict=True):
        found[day] = max(peak, found.get(day, 0))
    return tuple(found.get(day) for day in days)


def seasons(system: System, first: date, last: date) -> tuple[tuple[date, date], ...]:
    """Return the declared seasons of a system that touch a span of days, cut to it."""
    years = range(first.year - 1, last.year + 1)
    spans = [_span(text, year) for text in system.seasons for year in years]
    return tuple((max(a, first), min(b, last)) for a, b in sorted(spans) if a <= last and b >= first)


def _span(text: str, year: int) -> tuple[date, date]:
    begin, _slash, end = text.partition("/")
    return _day(begin, year), _day(end, year + (end < begin))


def _day(month_day: str, year: int) -> date:
    """Return a day of a year; 29 February is 28 February where there is none."""
    month, day = map(int, month_day.split("-"))
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month + 1, 1) - timedelta(days=1)


def read(lake: Lake, city: City, system: str, first: date, last: date) -> tuple[Line, ...]:
    """Return the days of a system out of a lake."""
    rollups = lake.rollups(machines(city, system), first, last)
    return lines(city, lake.signals(), rollups, system, first, last)
