"""How large a machine must be on the target, and what it costs there a year.

Sizing follows the city's assumptions: ``vcpu * p90 / (ratio * target utilisation)``,
rounded up the flavour ladder and never above a fixed multiple of the source; memory
by ``memory * p90 / target``. A scenario may ask for the sterner rule of right-sizing
instead: P99.5 and the largest working set, each with the headroom of its class in the
right-sizing policy, where both are measured; elsewhere the first rule stands. It is a
choice of the scenario because it makes plans dearer by design: a tail of the load that
P90 forgives is paid for. All arithmetic is exact.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Protocol

from inventory.model import City, Pool, PriceItem, StorageTier, Tariff, Usage, Workload

TIERS = (StorageTier.hdd, StorageTier.sas, StorageTier.ssd, StorageTier.ssd_ultra)


@dataclass(frozen=True)
class Size:
    """One machine: vCPU, GiB of memory, GiB of storage by tier."""

    vcpu: int
    memory_gib: int
    storage_gib: Mapping[StorageTier, int]

    def demand(self) -> dict[str, int]:
        """Return the demand by resource name, as pools count it."""
        return {"vcpu": self.vcpu, "memory_gib": self.memory_gib} | {
            tier.value: gib for tier, gib in self.storage_gib.items()
        }


class Sizer:
    """Sizes and prices machines of one city; counts the assumptions it falls back on."""

    def __init__(self, city: City, *, rightsize: bool = True, size_by: str = "p90") -> None:
        self.city = city
        self.rightsize = rightsize
        self._tail = _tail() if size_by == "p995" else None
        self.assumed: Counter[str] = Counter()
        self._ratios = {row.cpu_family: row for row in city.sizing}
        self._numbers: dict[str, Fraction] = {}
        self._flavours: dict[tuple[int, int], tuple[int, int]] = {}
        self._prices: dict[tuple[object, ...], int | None] = {}

    def assume(self, key: str) -> Fraction:
        """Return an assumption as an exact number and count its use."""
        self.assumed[key] += 1
        if key not in self._numbers:
            self._numbers[key] = Fraction(self.city.assume(key))
        return self._numbers[key]

    def present(self, workload: Workload) -> Size:
        """Return the size a machine has today; what is unknown is assumed."""
        vcpu = workload.vcpu if workload.vcpu is not None else int(self.assume("workload_vcpu"))
        memory = workload.memory_gib
        if memory is None:
            memory = ceil(vcpu * self.assume("memory_per_vcpu"))
        storage = dict(workload.storage_gib)
        if not storage:
            storage = {StorageTier.sas: ceil(vcpu * self.assume("storage_per_vcpu"))}
        return Size(vcpu, memory, storage)

    def target(self, workload: Workload, pool: Pool) -> Size | None:
        """Return the size a machine needs in a pool; ``None`` where no storage tier serves it."""
        source = self.present(workload)
        storage = _served(source.storage_gib, pool)
        if storage is None:
            return None
        if not self.rightsize:
            return Size(source.vcpu, source.memory_gib, storage)
        vcpu, memory = self._needed(workload, source, pool)
        return Size(*self._flavour(vcpu, memory), storage)

    def _needed(self, workload: Workload, source: Size, pool: Pool) -> tuple[int, int]:
        row = self._ratios.get(pool.cpu_family) if pool.cpu_family else None
        ratio, factor = (row.vcpu_ratio, row.memory_factor) if row else (10_000, 10_000)
        vcpu, memory = self._cpu(workload, source.vcpu, ratio), self._memory(workload, source, factor)
        return max(vcpu, 1), max(memory, 1)

    def _cpu(self, workload: Workload, vcpu: int, ratio: int) -> int:
        usage = workload.usage or Usage()
        if self._tail and usage.cpu_p995 is not None:
            need = self._tail.cpu(workload, vcpu, usage.cpu_p995, ratio)
        elif usage.cpu_p90 is not None:
            need = _ceil(vcpu * usage.cpu_p90, ratio, self.assume("target_utilisation"))
        else:
            return vcpu
        limit = self.assume("vcpu_growth_limit")
        return min(vcpu * limit.numerator // limit.denominator, need)

    def _memory(self, workload: Workload, source: Size, factor: int) -> int:
        usage, memory = workload.usage or Usage(), source.memory_gib
        if self._tail and usage.memory_max is not None:
            return self._tail.memory(workload, memory, usage.memory_max, factor)
        if usage.memory_p90 is None:
            return memory
        return _ceil(memory * usage.memory_p90 * factor, 10_000 * 10_000, self.assume("memory_target"))

    def _flavour(self, vcpu: int, memory: int) -> tuple[int, int]:
        if (vcpu, memory) not in self._flavours:
            ladder = ((f.vcpu, f.memory_gib) for f in self.city.flavours)
            fitting = [of for of in ladder if of[0] >= vcpu and of[1] >= memory]
            self._flavours[vcpu, memory] = min(fitting, default=(_even(vcpu), _even(memory)))
        return self._flavours[vcpu, memory]

    def yearly(self, size: Size, pool: Pool) -> int | None:
        """Return what one machine costs a year in a pool, in fen; ``None`` without a tariff."""
        key = (pool.tariff, size.vcpu, size.memory_gib, *size.storage_gib.items())
        if key not in self._prices:
            tariff = self.city.tariff.get(pool.tariff or "")
            self._prices[key] = None if tariff is None else yearly_price(size, tariff)
        return self._prices[key]


class Tail(Protocol):
    """The sterner rule: a measured tail with the headroom of the workload's class."""

    def cpu(self, workload: Workload, vcpu: int, used: int, ratio: int) -> int:
        """Return the vCPU for a percentile in basis points on a processor of a ratio."""

    def memory(self, workload: Workload, memory: int, used: int, factor: int) -> int:
        """Return the GiB for a largest working set in basis points."""


def _tail() -> Tail:
    """Return the rule of right-sizing; telemetry's engines load only where a scenario asks for it."""
    from inventory.audit.rightsizing import Headroom, read_policy

    return Headroom(read_policy())


def yearly_price(size: Size, tariff: Tariff) -> int | None:
    """Return the yearly price of a machine in fen; ``None`` where the tariff misses an item."""
    stored = {PriceItem(tier.value): gib for tier, gib in size.storage_gib.items() if gib}
    machine = {PriceItem.vcpu: size.vcpu, PriceItem.memory: size.memory_gib, PriceItem.host: 1}
    return tariff.yearly(machine | stored)


def _served(storage: Mapping[StorageTier, int], pool: Pool) -> dict[StorageTier, int] | None:
    """Map each tier to itself or the next faster one that the pool offers."""
    served: dict[StorageTier, int] = {}
    for tier, gib in storage.items():
        offered = tier if tier in pool.storage_gib else _faster(tier, pool)
        if offered is None:
            return None
        served[offered] = served.get(offered, 0) + gib
    return served


def _faster(tier: StorageTier, pool: Pool) -> StorageTier | None:
    faster = TIERS[TIERS.index(tier) :] if tier in TIERS else ()
    return next((t for t in faster if t in pool.storage_gib), None)


def _ceil(above: int, below: int, target: Fraction) -> int:
    """Return ``above / below / target`` rounded up, in whole numbers all the way."""
    return -(-above * target.denominator // (below * target.numerator))


def _even(number: int) -> int:
    return number + number % 2
