"""Seconds and peak memory of a piece of work, children included."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Meter:
    """Seconds since the start; final once the block ends."""

    seconds: float = 0.0


@contextmanager
def measured() -> Iterator[Meter]:
    """Measure the seconds of a ``with`` block."""
    meter, start = Meter(), time.perf_counter()
    yield meter
    meter.seconds = round(time.perf_counter() - start, 3)


def peak_mb() -> float:
    """Return the largest resident memory of this process and its children, in MiB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return round(max(own, children) / 1024, 1)
