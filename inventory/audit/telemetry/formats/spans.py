"""Hours and months that a source has already averaged: they become summaries of a span of days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Self

import numpy as np

from inventory.audit.telemetry import zones
from inventory.audit.telemetry.readings import HIGHEST, Meaning
from inventory.audit.telemetry.records import METRICS, SHARES, UNKNOWN, WHOLE, Summaries, indexed


class Span(NamedTuple):
    """A span of days of one machine and metric; figures are canonical, ``UNKNOWN`` if not given."""

    resource: str
    metric: str
    first: int
    last: int
    mean: int = UNKNOWN
    peak: int = UNKNOWN
    mean_of_peaks: int = UNKNOWN
    n: int = 0


@dataclass(frozen=True)
class Hour:
    """An hour of one item."""

    resource: str
    metric: str
    second: int
    num: int
    mean: float
    peak: float

    @classmethod
    def of(cls, host: str, meaning: Meaning, clock: str, num: str, low: str, mean: str, high: str) -> Self:
        """Read the cells of a trend.

        Raises:
            ValueError: a cell is no number, or no value of the metric.
        """
        factor = float(meaning.unit.factor)
        figures = [float(cell) * factor for cell in (low, mean, high)]
        if meaning.unit.rest:
            figures = [WHOLE - figure for figure in reversed(figures)]
        if not host or min(figures) < 0 or (meaning.metric in SHARES and figures[2] > HIGHEST):
            raise ValueError(clock)
        return cls(host, meaning.metric, int(clock), int(num or 0), figures[1], figures[2])


def daily(hours: Iterable[Hour], zone: str) -> Summaries:
    """Return one summary a machine, metric and local day.

    Items of one metric, such as interfaces, add up hour by hour: means exactly, peaks to a
    bound that no sample exceeds.
    """
    sums: dict[tuple[str, str, int], list[Hour]] = defaultdict(list)
    for hour in hours:
        sums[hour.resource, hour.metric, hour.second].append(hour)
    days: dict[tuple[str, str, int], list[tuple[int, float, float]]] = defaultdict(list)
    for (resource, metric, second), parts in sums.items():
        day = (datetime.fromtimestamp(second, UTC).astimezone(zones.zone(zone)).date() - zones.EPOCH).days
        figures = max(p.num for p in parts), sum(p.mean for p in parts), sum(p.peak for p in parts)
        days[resource, metric, day].append(figures)
    return summaries([_day(*key, found) for key, found in days.items()])


def _day(resource: str, metric: str, day: int, found: Sequence[tuple[int, float, float]]) -> Span:
    n = sum(num for num, _mean, _peak in found)
    weight = [max(num, 1) for num, _mean, _peak in found]
    mean = sum(w * m for w, (_n, m, _p) in zip(weight, found, strict=True)) / sum(weight)
    peak = whole(metric, max(peak for _num, _mean, peak in found))
    return Span(resource, metric, day, day, whole(metric, mean), peak, peak, n)


def whole(metric: str, value: float) -> int:
    """Return a figure in whole canonical steps, half up; shares end at the whole."""
    steps = int(value + 0.5)
    return min(steps, WHOLE) if metric in SHARES else steps


def summaries(spans: Iterable[Span]) -> Summaries:
    """Make summaries of spans."""
    ordered = sorted(spans, key=lambda s: (s.resource, METRICS.index(s.metric), s.first, s.last))
    resources, resource = indexed(span.resource for span in ordered)
    columns: Mapping[str, list[int]] = {
        name: [getattr(span, name) for span in ordered]
        for name in ("first", "last", "mean", "peak", "mean_of_peaks", "n")
    }
    return Summaries(
        resources,
        resource,
        np.array([METRICS.index(span.metric) for span in ordered], dtype=np.int8),
        np.array(columns["first"], dtype=np.int32),
        np.array(columns["last"], dtype=np.int32),
        np.array(columns["mean"], dtype=np.int64),
        np.array(columns["peak"], dtype=np.int64),
        np.array(columns["mean_of_peaks"], dtype=np.int64),
        np.array(columns["n"], dtype=np.int32),
    )
