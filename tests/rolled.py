"""Roll-ups in Python: values by machine, metric and day become what SQL makes of samples.

``rolled({("vm-1", "cpu"): {date(2026, 3, 1): [100, 250, -1]}}, expected=3)``: the values of a
day stand equally spaced over it, -1 is powered off.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from inventory.audit.telemetry import METRICS, Rollups, bin_of
from inventory.audit.telemetry.buckets import Counts, folded
from inventory.audit.telemetry.records import OFF

EPOCH = date(1970, 1, 1)
type Series = Mapping[tuple[str, str], Mapping[date, Sequence[int]]]


def rolled(series: Series, expected: int = 24, vcpu: Mapping[str, int] | None = None) -> Rollups:
    names = tuple(sorted({name for name, _metric in series}))
    rows = sorted(
        row
        for (name, metric), days in series.items()
        for day, values in days.items()
        for row in _row(names.index(name), METRICS.index(metric), (day - EPOCH).days, values)
    )
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    types = ("i4", "i1", "i4", "i2", "i8", "i8", "i8", "i4")
    counts = Counts(names, *(c.astype(t) for c, t in zip(columns, types, strict=True)))
    promised = {(r, m): expected for r in range(len(names)) for m in range(len(METRICS))}
    return folded(counts, vcpu or {}, promised)


def _row(resource: int, metric: int, day: int, values: Sequence[int]):
    found: dict[int, list[tuple[int, int]]] = {}
    for index, value in enumerate(values):
        place = OFF if value == OFF else int(bin_of(METRICS[metric], value))
        found.setdefault(place, []).append((value, index * 24 // len(values)))
    for place, seen in found.items():
        taken = [value for value, _hour in seen]
        hours = sum({1 << hour for _value, hour in seen})
        yield resource, metric, day, place, len(seen), sum(taken), max(taken), hours
