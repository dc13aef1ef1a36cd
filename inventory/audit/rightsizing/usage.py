"""Measured use as the inventory and scenarios write it, so that a plan sizes by it."""

from typing import Any

from inventory.audit.rightsizing.measure import Measure
from inventory.audit.rightsizing.policy import WHOLE
from inventory.audit.rightsizing.records import Reading
from inventory.model import City, Usage, Workload
from inventory.saver import file_form

CPU = {"cpu_p90": 9000, "cpu_p95": 9500, "cpu_p995": 9950}
MEMORY = {"memory_p90": 9000, "memory_max": WHOLE}


def usage(city: City, of: Measure) -> dict[str, Usage]:
    """Return the measured use of every workload that telemetry covers, by workload id.

    Each percentile is the upper edge of the busiest machine's interval. A metric without
    enough data stays unknown.
    """
    found = {workload.id: _usage(of, workload) for workload in city.workloads}
    return {name: measured for name, measured in found.items() if measured}


def overrides(measured: dict[str, Usage]) -> dict[str, Any]:
    """Return measured use as the overrides of a scenario: list, id, field, in file units."""
    return {"workloads": {name: {"usage": file_form(use)} for name, use in sorted(measured.items())}}


def _usage(of: Measure, workload: Workload) -> Usage | None:
    cpu = {name: of.reading(workload, "cpu", share) for name, share in CPU.items()}
    memory = {name: of.reading(workload, "memory", share) for name, share in MEMORY.items()}
    known = {name: r for name, r in (cpu | memory).items() if isinstance(r, Reading)}
    if not known:
        return None
    shares = {name: reading.high for name, reading in known.items()}
    least = min(reading.coverage for reading in known.values())
    days = of.last - of.first + 1
    return Usage(**shares, coverage=least, window_days=days)
