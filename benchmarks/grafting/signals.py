"""Days of true use by class, the business signals they give, and what is lost of these."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from inventory.audit.telemetry import SIGNALS

type Use = NDArray[np.bool_]

COLLECTED = ("logins", "requests", "flows_in")
"""Use signals that the city collects; life signals: deploys, tickets, content updates."""
LIVES = ("deploys", "tickets", "content_updates")
SEEN = {"logins": 0.8, "requests": 0.9, "flows_in": 0.95}
"""Chance that a day of use shows in a signal; at least one shows."""
MACHINE_ONLY = 0.15
"""Share of normal systems that machines alone use: no log-in ever."""
ABSENT = 0.005
"""Chance that a signal of a system is not collected at all."""
LONG_GAP = 0.01
"""Chance of a gap of 30 to 150 days in a signal."""
SHORT_GAP = 0.3
"""Chance of a gap of 2 to 12 days in a signal."""
DAY_LOST = 0.01
"""Chance of a day without data."""
OUTAGE = (4, 0.5)
"""Days for which the collector of a signal fails once, and the share of systems that it hits."""
STRAY = 0.01
"""Share of true zombies that somebody looked into once, by mistake or curiosity."""
RENEWING = 0.3
"""Share of unused systems that still see a ticket or content update now and then."""
WARM = 0.5
"""Share of stand-bys that replicate every day; the others show use on one or two days of drill."""
BLIND = (0.5, 0.25, 0.25)
"""The missing class: no signal at all; signals with holes of 30 to 70 % of the days; the one signal
that shows the use is absent, and the others truthfully say zero."""


@dataclass
class Maker:
    """Makes use and signals by chance."""

    chance: np.random.Generator
    span: int
    first: date

    def __post_init__(self) -> None:
        days, share = OUTAGE
        self.outages = {name: int(self.chance.integers(self.span - days)) for name in COLLECTED}
        self.hit = share

    def use(self, kind: str) -> tuple[Use, str | None]:
        """Return the days of true use of a class, and the season of an annual system."""
        days = np.zeros(self.span, np.bool_)
        if kind in ("normal", "missing"):
            weekend = (np.arange(self.span) + int(self.chance.integers(7))) % 7 >= 5
            days[:] = self.chance.random(self.span) < np.where(weekend, 0.2, 0.97)
        elif kind == "rare":
            days[self.chance.choice(self.span, int(self.chance.integers(3, 11)), replace=False)] = True
        elif kind == "standby":
            drills = int(self.chance.integers(1, 3))
            days[self.chance.choice(np.arange(20, self.span - 20), drills, replace=False)] = True
            days |= self.chance.random() < WARM
        elif kind == "annual":
            return self._season(days)
        return days, None

    def _season(self, days: Use) -> tuple[Use, str]:
        length = int(self.chance.integers(10, 41))
        start = self.first + timedelta(days=int(self.chance.integers(0, 365)))
        end = start + timedelta(days=length - 1)
        for offset in range(self.span):
            day = self.first + timedelta(days=offset)
            days[offset] = _within(day, start, end) and self.chance.random() < 0.95
        return days, f"{start:%m-%d}/{end:%m-%d}"

    def signals(self, kind: str, use: Use) -> NDArray[np.int64]:
        """Return counts by signal and day; -1 is unknown."""
        found = np.full((len(SIGNALS), self.span), -1, np.int64)
        shown = self._shown(kind, use)
        if kind == "zombie" and self.chance.random() < STRAY:
            shown[COLLECTED[int(self.chance.integers(3))]][int(self.chance.integers(self.span))] = 1
        for name in COLLECTED:
            found[SIGNALS.index(name)] = self._lossy(name, shown[name])
        for name in LIVES:
            found[SIGNALS.index(name)] = self._lossy(name, self._life(kind))
        return self._blinded(found, shown) if kind == "missing" else found

    def _shown(self, kind: str, use: Use) -> dict[str, NDArray[np.int64]]:
        machines = kind == "normal" and self.chance.random() < MACHINE_ONLY
        seen = {name: use & (self.chance.random(self.span) < share) for name, share in SEEN.items()}
        seen["flows_in"] |= use & ~np.logical_or.reduce(list(seen.values()))
        if machines or (kind == "standby" and use.all()):
            seen["logins"] &= False
        return {
            name: np.where(days, 1 + self.chance.poisson(20, self.span), 0).astype(np.int64)
            for name, days in seen.items()
        }

    def _life(self, kind: str) -> NDArray[np.int64]:
        lively = kind in ("normal", "missing", "rare", "annual")
        rate = 0.03 if lively else 0.005 if self.chance.random() < RENEWING else 0.0
        return self.chance.poisson(rate, self.span).astype(np.int64)

    def _lossy(self, name: str, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        lost = self.chance.random(self.span) < DAY_LOST
        if name in self.outages and self.chance.random() < self.hit:
            lost[self.outages[name] : self.outages[name] + OUTAGE[0]] = True
        for share, low, high in ((SHORT_GAP, 2, 12), (LONG_GAP, 30, 150)):
            if self.chance.random() < share:
                begin = int(self.chance.integers(self.span))
                lost[begin : begin + int(self.chance.integers(low, high + 1))] = True
        lost |= self.chance.random() < ABSENT
        return np.where(lost, -1, counts)

    def _blinded(self, found: NDArray[np.int64], shown: dict[str, NDArray[np.int64]]) -> NDArray[np.int64]:
        way = int(self.chance.choice(3, p=BLIND))
        rows = [SIGNALS.index(name) for name in COLLECTED]
        if way == 0:
            found[rows] = -1
        elif way == 1:
            holes = self.chance.uniform(0.3, 0.7)
            found[rows] = np.where(self.chance.random((3, self.span)) < holes, -1, 0)
        else:
            found[rows] = np.minimum(found[rows], 0)
            found[rows[int(self.chance.integers(3))]] = -1
        return found


def _within(day: date, start: date, end: date) -> bool:
    """Whether a day lies in the season of its year or of the one before."""
    length = (end - start).days
    return any(0 <= (day - _moved(start, years)).days <= length for years in (-1, 0, 1))


def _moved(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28) if day.month == 2 else day.day)
