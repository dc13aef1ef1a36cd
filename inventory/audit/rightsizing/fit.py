"""From a need to a size of the ladder, its price, and its range on other processors."""

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.audit.rightsizing.policy import WHOLE, Policy, SizeClass
from inventory.audit.rightsizing.records import Target
from inventory.model import City, PriceItem, SizingRatio, Tariff, Workload
from inventory.text import N_, _

ASSUMPTION = N_("assumption")


@dataclass(frozen=True, order=True)
class Size:
    """vCPU and GiB of memory of one machine."""

    vcpu: int
    memory: int

    def holds(self, other: "Size") -> bool:
        """Return whether another size fits into this one."""
        return self.vcpu >= other.vcpu and self.memory >= other.memory


def up(number: int, by: int) -> int:
    """Divide and round up."""
    return -(-number // by)


@dataclass(frozen=True)
class Headroom:
    """A policy's headroom, as a plan asks for it: workload, size, use, processor."""

    policy: Policy

    def cpu(self, workload: Workload, vcpu: int, used: int, ratio: int) -> int:
        """Return the vCPU that ``cpu_need`` gives with the headroom of the workload's class."""
        return cpu_need(vcpu, used, self.policy.size_class(workload), ratio)

    def memory(self, workload: Workload, memory: int, used: int, factor: int) -> int:
        """Return the GiB that ``memory_need`` gives with the headroom of the workload's class."""
        return memory_need(memory, used, self.policy.size_class(workload), factor)


def cpu_need(vcpu: int, used: int, of: SizeClass, ratio: int = WHOLE) -> int:
    """Return the vCPU for a utilisation with headroom, at least 1.

    Args:
        vcpu: of the machine measured.
        used: upper edge of the percentile, basis points.
        of: class of the workload.
        ratio: work of one vCPU of the processor asked about, ten-thousandths of the present one's.
    """
    return max(1, up(vcpu * used * (WHOLE + of.cpu_headroom), WHOLE * ratio))


def memory_need(memory: int, used: int, of: SizeClass, factor: int = WHOLE) -> int:
    """Return the GiB for a largest working set with headroom, at least 1."""
    return max(1, up(memory * used * (WHOLE + of.memory_headroom) * factor, WHOLE**3))


def fitting(city: City, need: Size, present: Size, tariff: Tariff | None) -> Size | None:
    """Return the cheapest size that holds a need: one of the ladder, or the present one.

    Without a price list the smallest counts as the cheapest; ``None`` above the ladder.
    """
    ladder = [Size(flavour.vcpu, flavour.memory_gib) for flavour in city.flavours]
    holding = [size for size in (*ladder, present) if size.holds(need)]
    return min(holding, key=lambda size: (price(tariff, size) or 0, size), default=None)


def price(tariff: Tariff | None, size: Size) -> int | None:
    """Return the yearly price of vCPU and memory at a price list, fen; host and storage apart."""
    amounts = {PriceItem.vcpu: size.vcpu, PriceItem.memory: size.memory, PriceItem.host: 0}
    return tariff.yearly(amounts) if tariff else None


def tariff_of(city: City, workload: Workload) -> Tariff | None:
    """Return the price list of the pool a workload runs in."""
    return city.tariff.get(city.pool_of(workload).tariff or "")


def targets(
    city: City, policy: Policy, present: Size, of: SizeClass, used: tuple[int, int | None]
) -> Iterator[Target]:
    """Yield the vCPU of the ladder that a machine takes on each processor of the Xinchuang pools.

    Args:
        city: the inventory with its ladder and performance ratios.
        policy: gives the floor.
        present: size of one machine today.
        of: class of the workload.
        used: upper edges of CPU and memory, basis points; unknown memory keeps its size.
    """
    xinchuang = [pool for pool in city.pools if city.platform[pool.platform].xinchuang]
    rows = {row.cpu_family: row for row in city.sizing}
    for family in sorted({pool.cpu_family for pool in xinchuang if pool.cpu_family in rows}):
        row = rows[family]
        ratios = (row.vcpu_ratio_low or row.vcpu_ratio, row.vcpu_ratio, row.vcpu_ratio_high or row.vcpu_ratio)
        needs = [needed(policy, present, of, used, ratio, row.memory_factor) for ratio in ratios]
        high, base, low = (_on_ladder(city, need) for need in needs)
        yield Target(
            cpu_family=family,
            low=low,
            base=base,
            high=high,
            ratio_low=ratios[0],
            ratio=ratios[1],
            ratio_high=ratios[2],
            source=_founded(row),
        )


def _founded(row: SizingRatio) -> str:
    """Return what a ratio rests on; one without a source is an assumption, whatever its note says."""
    noted = f": {row.note}" if row.note else ""
    return row.source or f"{_(ASSUMPTION)}{noted}"


def needed(
    policy: Policy,
    present: Size,
    of: SizeClass,
    used: tuple[int, int | None],
    ratio: int = WHOLE,
    factor: int = WHOLE,
) -> Size:
    """Return what a machine needs on a processor, not below the policy's floor."""
    cpu, memory = used
    gib = up(present.memory * factor, WHOLE) if memory is None else 0
    need = Size(
        cpu_need(present.vcpu, cpu, of, ratio), gib or memory_need(present.memory, memory or 0, of, factor)
    )
    least = Size(min(policy.least_vcpu, present.vcpu), min(policy.least_memory_gib, present.memory))
    return Size(max(need.vcpu, least.vcpu), max(need.memory, least.memory))


def _on_ladder(city: City, need: Size) -> int:
    ladder = (Size(flavour.vcpu, flavour.memory_gib) for flavour in city.flavours)
    return min((size.vcpu for size in ladder if size.holds(need)), default=need.vcpu)
