"""Days of a machine that nobody uses: its own floor, with what runs by itself on top."""

from dataclasses import dataclass

import numpy as np

from benchmarks.grafting.days import Days, Ints, Samples, stocked
from inventory.audit.telemetry import METRICS

STEPS = 288
"""Five-minute samples of a day."""
STOCK = 28
"""Different idle days of a machine, drawn at random."""
WEEKLY, PATCH = 4, 2
"""How many of them carry a full anti-virus scan, and a patch with a restart."""
MISSED = 0.05
"""Chance that the daily jobs do not run."""
JITTER = 2
"""Samples by which a job starts earlier or later."""
SCAN = {"cpu": (3000, 9000), "disk_read": (2_000_000, 20_000_000)}
BACKUP = {"cpu": (500, 2500), "disk_read": (2_000_000, 30_000_000), "net_out": (1_000_000, 20_000_000)}
PATCHING = {
    "cpu": (2000, 8000),
    "disk_write": (1_000_000, 10_000_000),
    "net_in": (500_000, 5_000_000),
}
"""Ranges that a burst adds: 1/100 % of CPU, bytes a second."""

type Burst = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class _Job:
    start: int
    length: int
    adds: Burst


def idle_days(days: Days, series: Ints, chance: np.random.Generator) -> Days:
    """Return a stock of idle days for each machine, made on the real machine of its number."""
    values = np.concatenate([_machine(days.floor[vm], chance) for vm in series], axis=1)
    each = STOCK * STEPS
    at = np.arange(len(series) * each)
    samples = Samples(
        at // each, at % each // STEPS, at % STEPS * 24 // STEPS, values, np.zeros(len(at), np.bool_)
    )
    return stocked(samples, days.vcpu[series], 300)


def _machine(floor: Ints, chance: np.random.Generator) -> Ints:
    """Samples of the stock of one machine, day after day."""
    drawn = floor[:, chance.integers(floor.shape[1], size=STOCK * STEPS)]
    values = drawn.reshape(len(METRICS), STOCK, STEPS).copy()
    scan = _Job(int(chance.integers(0, 6 * 12)), int(chance.integers(3, 9)), SCAN)
    backup = _Job(int(chance.integers(0, 24 * 12 - 12)), int(chance.integers(2, 11)), BACKUP)
    full = _Job(int(chance.integers(0, 12)), int(chance.integers(24, 60)), SCAN)
    for day in range(STOCK):
        for job in (scan, backup):
            if chance.random() > MISSED:
                _burst(values[:, day], job, chance)
        if day < WEEKLY:
            _burst(values[:, day], full, chance)
        elif day < WEEKLY + PATCH:
            _burst(values[:, day], _Job(int(chance.integers(0, STEPS - 12)), 10, PATCHING), chance)
    return values.reshape(len(METRICS), -1)


def _burst(day: Ints, job: _Job, chance: np.random.Generator) -> None:
    start = max(0, job.start + int(chance.integers(-JITTER, JITTER + 1)))
    for metric, (low, high) in job.adds.items():
        part = day[METRICS.index(metric), start : start + job.length]
        part += chance.integers(low, high + 1, size=len(part))
        if metric == "cpu":
            np.minimum(part, 10_000, out=part)
