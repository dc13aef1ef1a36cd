"""Second-class evidence: averages over spans of days, often all that a side cloud gives.

A span whose mean lies above what a resting machine may show proves work; no figure of a
span proves rest, because a day of use vanishes in a monthly mean.
"""

from datetime import date

from inventory.audit.evidence.floors import WORK
from inventory.audit.evidence.policy import Policy
from inventory.audit.evidence.uses import EPOCH
from inventory.audit.telemetry import METRICS, Summaries
from inventory.model import Part

type Row = tuple[str, int, int, int, int, int, int]
"""Metric, first and last day, mean, peak, mean of peaks, samples."""


class Load(Part):
    """A span in which a machine worked on average."""

    machine: str
    metric: str
    first: date
    last: date
    mean: int
    """Mean over the span, in the metric's unit."""


def spans(summaries: Summaries, first: int, last: int) -> dict[str, list[Row]]:
    """Return the spans of each machine that lie within some days (since 1970-01-01), in a fixed order."""
    found: dict[str, list[Row]] = {}
    names = ("resource", "metric", "first", "last", "mean", "peak", "mean_of_peaks", "n")
    for resource, metric, begin, end, *figures in zip(
        *(getattr(summaries, name).tolist() for name in names), strict=True
    ):
        if first <= begin and end <= last:
            row = (METRICS[metric], begin, end, *figures)
            found.setdefault(summaries.resources[resource], []).append(row)
    return {name: sorted(rows) for name, rows in found.items()}


def loads(machine: str, rows: list[Row], policy: Policy) -> tuple[Load, ...]:
    """Return the spans in which a machine worked."""
    return tuple(
        Load(machine=machine, metric=metric, first=_day(first), last=_day(last), mean=mean)
        for metric, first, last, mean, *_rest in rows
        if metric in WORK and mean > policy[f"ceiling.{metric.split('_')[0]}"]
    )


def _day(number: int) -> date:
    return date.fromordinal(EPOCH.toordinal() + number)
