"""Where systems run: platforms, pools, what they cost, and what fits on them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from inventory.model.base import (
    BasisPoints,
    Contract,
    Count,
    Fen,
    GiB,
    OrganisationId,
    PlatformId,
    PoolId,
    Ratio,
    Record,
    SiteId,
    SubscriptionId,
    TariffId,
    VCpu,
    Weeks,
)
from inventory.units import divide

MONTHS = 12
"""Billing months of a year: the month constant of every yearly price."""


class PlatformKind(StrEnum):
    """Government cloud, old machine room, or somebody else's premises."""

    government_cloud = "government_cloud"
    machine_room = "machine_room"
    external = "external"


class SecurityService(StrEnum):
    """Security services that the source names for the city's clouds."""

    anti_ddos = "anti_ddos"
    firewall = "firewall"
    bastion = "bastion"
    db_audit = "db_audit"


class CpuFamily(StrEnum):
    """Processor families, domestic and not."""

    xeon = "xeon"
    kunpeng = "kunpeng"
    phytium = "phytium"
    hygon = "hygon"
    zhaoxin = "zhaoxin"
    loongson = "loongson"
    sunway = "sunway"


class Architecture(StrEnum):
    """Instruction sets."""

    x86_64 = "x86_64"
    aarch64 = "aarch64"
    loongarch64 = "loongarch64"
    sw64 = "sw64"


class Zone(StrEnum):
    """Logical zones of the extranet."""

    public = "public"
    dedicated = "dedicated"
    internet = "internet"


class StorageTier(StrEnum):
    """Storage by speed, as operators list it."""

    hdd = "hdd"
    sas = "sas"
    ssd = "ssd"
    ssd_ultra = "ssd_ultra"
    object = "object"


class PriceItem(StrEnum):
    """What a tariff prices, per unit and month."""

    vcpu = "vcpu"
    memory = "memory"
    hdd = "hdd"
    sas = "sas"
    ssd = "ssd"
    ssd_ultra = "ssd_ultra"
    object = "object"
    host = "host"


class Basis(StrEnum):
    """Who charges whom: a tariff is paid, an allocated cost is booked, free is free."""

    tariff = "tariff"
    allocated = "allocated"
    free = "free"


class Platform(Record):
    """A government cloud, a machine room, or an external place that systems run on."""

    kind: PlatformKind
    """government_cloud, machine_room or external."""
    operator: OrganisationId | None = None
    """Who runs it."""
    xinchuang: bool = False
    """True for a domestic (信创) platform: the destination."""
    mlps_level: int | None = Field(None, ge=1, le=5)
    """MLPS level the platform is built and certified to (GB/T 22239-2019)."""
    security_services: tuple[SecurityService, ...] = ()
    """Security services on offer: anti_ddos, firewall, bastion, db_audit."""
    site: SiteId | None = None
    """The extranet site it is connected at."""
    contract: Contract | None = None
    """The cloud service contract with term and minimum commitment."""


class Pool(Record):
    """A resource pool of one CPU family in one zone of a platform."""

    platform: PlatformId
    """The platform it belongs to."""
    cpu_family: CpuFamily | None = None
    """Processor family. Example: kunpeng."""
    architecture: Architecture | None = None
    """Instruction set. Example: aarch64."""
    zone: Zone | None = None
    """Extranet zone: public, dedicated or internet."""
    vcpu: VCpu | None = None
    """Total capacity in vCPU; unknown capacity is not checked."""
    memory_gib: GiB | None = None
    """Total memory in GiB."""
    storage_gib: dict[StorageTier, GiB] = {}
    """Total storage in GiB by tier; a tier that is not named is not on offer."""
    reserve: BasisPoints | None = None
    """Share kept free, in per cent."""
    available_from: date | None = None
    """First day of use; empty means now."""
    tariff: TariffId | None = None
    """What it charges."""


class Block(Record):
    """A purchasable extension of a pool."""

    pool: PoolId
    """The pool it extends."""
    vcpu: VCpu = 0
    """vCPU it adds."""
    memory_gib: GiB = 0
    """Memory it adds, GiB."""
    storage_gib: dict[StorageTier, GiB] = {}
    """Storage it adds by tier, GiB."""
    price: Fen
    """One-off price in yuan."""
    lead_time: Weeks = 0
    """Weeks from order to use."""
    maximum: Count = 1
    """How many may be bought over the horizon."""


class Tariff(Record):
    """A price list: monthly prices and the factor that a yearly term earns."""

    basis: Basis
    """tariff (paid), allocated (booked internally) or free."""
    prices: dict[PriceItem, Fen] = {}
    """Price per unit and month, in yuan, before the term factor."""
    term_factors: dict[PriceItem, Ratio] = {}
    """Factor for a yearly term, 1 where not named. Example: vcpu 0.95."""
    list_date: date | None = None
    """Day of the price list."""
    tax_included: bool | None = None
    """True where the prices include value-added tax."""
    tax_rate: BasisPoints | None = None
    """Rate of value-added tax, per cent. Example: 6."""

    def yearly(self, amounts: Mapping[PriceItem, int]) -> int | None:
        """Return the yearly price of some amounts in fen; ``None`` where a price is missing.

        Monthly price x 12 x term factor of each item, summed exactly and rounded once. The
        fee for a host is 0 where the list does not name one.
        """
        if self.basis is Basis.free:
            return 0
        prices = {PriceItem.host: 0} | self.prices
        if not amounts.keys() <= prices.keys():
            return None
        factors = {item: self.term_factors.get(item, 10_000) for item in amounts}
        total = sum(amount * prices[item] * factors[item] for item, amount in amounts.items())
        return divide(total * MONTHS, 10_000)


class Subscription(Record):
    """A recurring fee of target software: operating system, database or middleware."""

    price: Fen
    """Price a year in yuan."""
    per: str = Field("vm", pattern="^(vm|vcpu)$")
    """What one fee covers: vm or vcpu."""
    product: str
    """Product name. Example: Kylin Server V10."""


class Compatibility(Record):
    """What becomes of a piece of source software on a target architecture."""

    software: str
    """Software family as workloads name it. Example: oracle."""
    architecture: Architecture
    """Target architecture."""
    adaptation: str = Field(pattern="^(rehost|recompile|replace_db|rewrite|impossible)$")
    """Adaptation it takes there: rehost, recompile, replace_db, rewrite or impossible."""
    subscription: SubscriptionId | None = None
    """Target software whose yearly fee falls due."""


class SizingRatio(Record):
    """How one target vCPU compares with one vCPU of the old x86 clouds."""

    cpu_family: CpuFamily
    """Target CPU family."""
    vcpu_ratio: Ratio
    """Work of one target vCPU against one source vCPU. Example: 0.85."""
    vcpu_ratio_low: Ratio | None = None
    """Lower end of the range."""
    vcpu_ratio_high: Ratio | None = None
    """Upper end of the range."""
    memory_factor: Ratio = 10_000
    """Target memory against source memory. Example: 1.0."""


class Flavour(Record):
    """A size of the flavour ladder."""

    vcpu: VCpu
    """vCPU of one instance."""
    memory_gib: GiB
    """Memory of one instance, GiB."""


class Assumption(Record):
    """A number that stands in where the inventory is silent, labelled as such."""

    value: Decimal
    """The number."""
    unit: str
    """Its unit. Example: fen, %, weeks, person-months."""
