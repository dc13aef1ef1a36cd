"""On which days a system gave a business signal: dense days by system and signal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from inventory.audit.evidence.activity import Flags
from inventory.audit.telemetry import SIGNALS, Signals

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Uses:
    """Days of use by system and signal; day 0 is the first of the window."""

    active: Flags
    """Shape (systems, signals, days): a count above zero."""
    known: Flags
    """Same shape: the source spoke of that day."""


def uses(signals: Signals, systems: Sequence[str], first: int, last: int) -> Uses:
    """Return the days of use of some systems between two days (since 1970-01-01, both included)."""
    place = {name: row for row, name in enumerate(systems)}
    to = np.array([place.get(name, -1) for name in signals.systems], dtype=np.int64)
    row = to[signals.system] if len(signals) else np.zeros(0, np.int64)
    kept = (row >= 0) & (signals.day >= first) & (signals.day <= last) & signals.observed
    where = row[kept], signals.signal[kept], signals.day[kept] - first
    shape = len(systems), len(SIGNALS), last - first + 1
    known, active = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    known[where] = True
    active[where] = signals.count[kept] > 0
    return Uses(active, known)


def collected(signals: Signals, by: int) -> Mapping[str, date]:
    """Return the signals that the city collected for any system by a day, each with its first day.

    A signal that is collected is expected of every system: where it is missing, it is unknown,
    and what is unknown never helps to call a system unused.
    """
    found = {}
    for index, name in enumerate(SIGNALS):
        days = signals.day[(signals.signal == index) & signals.observed]
        if len(days) and days.min() <= by:
            found[name] = date.fromordinal(EPOCH.toordinal() + int(days.min()))
    return found
