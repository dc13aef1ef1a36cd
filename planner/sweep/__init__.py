"""Many scenarios of one city, each planned apart, on any executor, resumable."""

from planner.sweep.grid import Axis, Case, axis, cases
from planner.sweep.running import Result, Told, local, on_dask, sweep

__all__ = ["Axis", "Case", "Result", "Told", "axis", "cases", "local", "on_dask", "sweep"]
