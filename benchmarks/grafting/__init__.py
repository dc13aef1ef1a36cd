"""A city whose truth is known: classes of systems grafted onto real machines."""

from benchmarks.grafting.days import Days, read_days
from benchmarks.grafting.world import AS_OF, CLASSES, World, world

__all__ = ["AS_OF", "CLASSES", "Days", "World", "read_days", "world"]
