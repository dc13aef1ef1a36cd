"""From machines to workloads: which readings a workload has, and why it may have none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from inventory.audit.rightsizing.policy import WHOLE, Policy
from inventory.audit.rightsizing.records import Reading
from inventory.audit.rightsizing.window import Ints, Window, percentile, window
from inventory.audit.telemetry import Rollups
from inventory.model import City, Workload
from inventory.text import N_, _

CALLED = {"cpu": N_("CPU"), "memory": N_("memory")}


@dataclass(frozen=True, eq=False)
class Measure:
    """CPU and memory of every machine over one window."""

    rollups: Rollups
    policy: Policy
    first: int
    """First day, days since 1970-01-01."""
    last: int

    @cached_property
    def cpu(self) -> Window:
        """CPU of the window."""
        return window(self.rollups, "cpu", self.first, self.last)

    @cached_property
    def memory(self) -> Window:
        """Working set of the window."""
        return window(self.rollups, "memory", self.first, self.last)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Index of each machine."""
        return {name: n for n, name in enumerate(self.rollups.resources)}

    @cached_property
    def _percentiles(self) -> dict[tuple[str, int], tuple[Ints, Ints]]:
        return {}

    def percentile(self, metric: str, share: int) -> tuple[Ints, Ints]:
        """Return a percentile of every machine as an interval; computed once."""
        key = (metric, share)
        if key not in self._percentiles:
            self._percentiles[key] = percentile(getattr(self, metric), share)
        return self._percentiles[key]

    def reading(self, workload: Workload, metric: str, share: int) -> Reading | str:
        """Return the highest reading among a workload's machines, or why there is none.

        The machines of a workload have one size, so the busiest decides; one that was not
        observed could be busier still, so all must be.
        """
        names = machines(workload)
        if workload.machines and len(names) != workload.count:
            told = _("the inventory names {named} of its {count} machines")
            return told.format(named=len(names), count=workload.count)
        of: Window = getattr(self, metric)
        for name in names:
            if reason := self._hindrance(of, name):
                return reason
        return self._highest(of, names, share)

    def _hindrance(self, of: Window, name: str) -> str:
        at = self.place.get(name)
        if at is None or (not of.observed[at] and not of.off[at]):
            return _("no {metric} data of {machine} in the window").format(
                metric=_(CALLED[of.metric]), machine=name
            )
        if not of.observed[at]:
            return _("{machine} was powered off throughout").format(machine=name)
        if of.coverage[at] < self.policy.least_coverage:
            told = _("{machine}: {share} of the {metric} samples observed, at least {least} are asked for")
            return told.format(
                machine=name,
                metric=_(CALLED[of.metric]),
                share=percent(int(of.coverage[at])),
                least=percent(self.policy.least_coverage),
            )
        if of.seen[at] < self.policy.least_days:
            told = _("{machine} was seen running on {days} days, at least {least} are asked for")
            return told.format(machine=name, days=int(of.seen[at]), least=self.policy.least_days)
        return ""

    def _highest(self, of: Window, names: tuple[str, ...], share: int) -> Reading:
        low, high = self.percentile(of.metric, share)
        name = max(names, key=lambda n: (high[self.place[n]], n))
        at = self.place[name]
        return Reading(
            low=int(low[at]) if share < WHOLE else int(of.peak[at]),
            high=int(high[at]),
            coverage=min(int(of.coverage[self.place[n]]) for n in names),
            observed=int(of.observed[at]),
            machine=name,
        )


def machines(workload: Workload) -> tuple[str, ...]:
    """Return the names by which telemetry knows a workload's machines."""
    return workload.machines or (workload.id,)


def percent(share: int) -> str:
    """Return basis points as per cent."""
    return f"{share / 100:.2f}%"


def with_sizes(city: City, rollups: Rollups) -> Rollups:
    """Return telemetry in which machines of unknown vCPU have the inventory's."""
    known = {name: w.vcpu for w in city.workloads if w.vcpu for name in machines(w)}
    sizes = np.array([known.get(name, 0) for name in rollups.resources], dtype=np.int32)
    return replace(rollups, vcpu=np.where(rollups.vcpu > 0, rollups.vcpu, sizes))
