"""What machines cost a year at the price list, and each system's part of the audited O&M.

Unlike a plan, an audit assumes nothing: a machine of unknown size or price adds no
amount and is named as missing, so that a rent with gaps is a lower bound.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.model import City, PriceItem, Workload
from inventory.units import split


@dataclass(frozen=True)
class Rent:
    """A yearly rent at list price."""

    amount: int
    """Fen a year of what is known."""
    missing: tuple[str, ...] = ()
    """Workloads whose size, storage or price is unknown, in part or whole."""

    def __add__(self, other: "Rent") -> "Rent":
        return Rent(self.amount + other.amount, (*self.missing, *other.missing))


def rent(city: City, workloads: Iterable[Workload]) -> Rent:
    """Return the yearly rent of workloads at the price lists of their pools."""
    return sum((_rent(city, workload) for workload in workloads), Rent(0))


def _rent(city: City, workload: Workload) -> Rent:
    tariff = city.tariff.get(city.pool_of(workload).tariff or "")
    price = tariff.yearly(_amounts(workload)) if tariff and None not in _size(workload) else None
    gap = (workload.id,) if price is None or not workload.storage_gib else ()
    return Rent((price or 0) * workload.count, gap)


def _size(workload: Workload) -> tuple[int | None, int | None]:
    return workload.vcpu, workload.memory_gib


def _amounts(workload: Workload) -> dict[PriceItem, int]:
    stored = {PriceItem(tier.value): gib for tier, gib in workload.storage_gib.items() if gib}
    machine = {PriceItem.vcpu: workload.vcpu or 0, PriceItem.memory: workload.memory_gib or 0}
    return {PriceItem.host: 1} | machine | stored


def share(city: City, system: str) -> int | None:
    """Return a system's part of its project's last audited O&M, fen a year; ``None`` without books.

    The audited amount is split by booked O&M where known, else by rent, so that the parts
    of a project add up to it; without an audited year the booked O&M stands.
    """
    record = city.system[system]
    project = city.project.get(record.project or "")
    if project is None or not project.audited_om:
        return record.om_cost
    systems = city.systems_of[project.id]
    weights = [
        s.om_cost if s.om_cost is not None else rent(city, city.workloads_of[s.id]).amount for s in systems
    ]
    amount = project.audited_om[max(project.audited_om)]
    parts = split(amount, weights if sum(weights) else [1] * len(systems))
    return dict(zip((s.id for s in systems), parts, strict=True))[system]
