"""Seeded cities and provinces for the planner's benchmarks: an inventory and a scenario of any size.

The mix follows the open figures of the shipped assumptions (4 GiB and 150 GiB of storage
a vCPU; public list prices); what no source gives is in ``MIX`` and is an assumption. The
same seed gives the same instance on every machine.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from random import Random
from typing import Any

import inventory
from inventory import City
from inventory.model import (
    AdaptationKind,
    Block,
    Dependency,
    DependencyKind,
    Level,
    Link,
    Order,
    Organisation,
    OrganisationKind,
    Platform,
    PlatformKind,
    Pool,
    Project,
    Role,
    Site,
    StorageTier,
    System,
    Tariff,
    Usage,
    Workload,
    ZombieConfirmation,
    Zone,
)
from inventory.model.systems import Adaptation, Criticality
from inventory.resources import resource
from planner.scenario import Blackout, Scenario
from planner.sizing import Sizer

AS_OF = date(2026, 11, 30)
SOURCES = ("unicom", "mobile")
FAMILIES = ("kunpeng", "hygon")


@dataclass(frozen=True)
class Mix:
    """What an instance is made of; every number is an assumption."""

    flavours: tuple[tuple[int, int], ...] = ((2, 8), (4, 8), (4, 16), (8, 16), (8, 32), (16, 64))
    flavour_weights: tuple[int, ...] = (20, 25, 25, 12, 12, 6)
    machines: tuple[int, ...] = (1, 2, 2, 2, 3, 4, 6, 10, 30)
    kinds: tuple[str, ...] = ("rehost", "recompile", "replace_db", "rewrite")
    kind_weights: tuple[int, ...] = (40, 25, 30, 5)
    cpu_p90: tuple[int, int] = (800, 4800)
    """Basis points."""
    memory_p90: tuple[int, int] = (2000, 6500)
    zombies: float = 0.06
    precedences: float = 1 / 6
    """Dependencies with an order, a system."""
    dependencies: float = 2.0
    """Dependencies a system, most of them towards hubs."""
    fill: float = 0.95
    """Capacity of all target pools over the demand of all systems."""
    slack: float = 1.3
    """Team over an even spread of the effort."""
    pace: float = 1.4
    """Cutovers a period over an even spread."""
    money: float = 1.15
    """One-off money a year over an even spread."""
    link_share: float = 0.35
    """Part of all traffic between systems that the line of the target site carries."""
    blackout: float = 0.15
    """Part of the systems' periods without cutover."""


MIX = Mix()


def generate(
    systems: int, pools: int, periods: int, seed: int, *, blocks: bool = False, strained: bool = False
) -> tuple[City, Scenario]:
    """Return an instance.

    Args:
        systems: how many systems stand on the two old clouds.
        pools: how many target pools all of them share.
        periods: how many quarters the plan has.
        seed: what makes the instance.
        blocks: True for purchasable blocks and a last pool that opens in the fifth period.
        strained: True for projects that the cost rule keeps where they are, about every fourth. By
            default a system is drawn anew until its cheapest place costs no more than its old one.
    """
    return _Instance(_Shape(systems, pools, periods, seed, blocks, strained)).made()


@dataclass(frozen=True)
class _Shape:
    """What is asked of an instance."""

    systems: int
    pools: int
    periods: int
    seed: int
    blocks: bool
    strained: bool

    @property
    def id(self) -> str:
        kind = ("" if self.strained else "-a") + ("-b" if self.blocks else "")
        return f"s{self.systems}-p{self.pools}-t{self.periods}-{self.seed}{kind}"


class _Instance:
    """One instance in the making: what is drawn in the order of the methods."""

    def __init__(self, shape: _Shape) -> None:
        self.size, self.pool_count, self.periods = shape.systems, shape.pools, shape.periods
        self.random = Random(shape.seed)  # noqa: S311 - not for secrets
        self.blocks, self.strained, self.id = shape.blocks, shape.strained, shape.id
        self.demo = inventory.load(resource("tieling"))

    def made(self) -> tuple[City, Scenario]:
        projects = self.projects()
        systems = [system for project in projects for system in self.systems_of(project)][: self.size]
        if self.strained:
            drawn = [w for system in systems for w in self.workloads_of(system)]
            draft = self.city(projects, systems, drawn)
        else:
            bare = self.city(projects, systems, [])
            draft = City(**{**dict(bare), "workloads": tuple(self.machines(bare))})
        city = self.with_room(self.with_audit(draft))
        return city, self.scenario(city)

    def city(self, projects: list[Project], systems: list[System], workloads: list[Workload]) -> City:
        owners = sorted({project.owner for project in projects})
        kind = {"kind": OrganisationKind.department, "level": Level.city}
        return self.demo.model_copy(
            update={
                "id": self.id,
                "name": self.id,
                "as_of": AS_OF,
                "organisations": tuple(Organisation(id=o, name=o, **kind) for o in owners),
                "projects": tuple(projects),
                "systems": tuple(systems),
                "workloads": tuple(workloads),
                "dependencies": tuple(self.dependencies([s.id for s in systems])),
                "platforms": self.platforms(),
                "pools": self.pools(),
                "tariffs": self.tariffs(),
                "sites": self.sites(),
                "links": (),
                "blocks": (),
                "devices": (),
                "prefixes": (),
                "websites": (),
                "access_records": (),
                "places": {},
            }
        )

    def projects(self) -> list[Project]:
        count = ceil(self.size / 1.6)
        owners = max(2, self.size // 12)
        return [
            Project(id=f"p{n}", name=f"p{n}", owner=f"o{self.random.randrange(owners)}") for n in range(count)
        ]

    def systems_of(self, project: Project) -> list[System]:
        return [
            self.system(f"{project.id}-s{n}", project)
            for n in range(self.random.choices((1, 2, 3), (60, 28, 12))[0] + 1)
        ]

    def system(self, name: str, project: Project) -> System:
        random, fields = self.random, {}
        if random.random() < MIX.zombies:
            fields["zombie"] = ZombieConfirmation(document="-", date=AS_OF, by="-")
        kind = random.choices(MIX.kinds, MIX.kind_weights)[0]
        base = {"rehost": 100, "recompile": 200, "replace_db": 500, "rewrite": 1500}[kind]
        effort = int(base * random.uniform(0.6, 1.6))
        return System(
            id=name,
            name=name,
            owner=project.owner,
            project=project.id,
            runs_on=random.choice(SOURCES),
            mlps_level=random.choice((2, 3)),
            criticality=random.choices(list(Criticality), (1, 2, 5))[0],
            busy=tuple(self.busy()),
            adaptation=Adaptation(kind=AdaptationKind(kind), effort_base=effort),
            **fields,
        )

    def busy(self) -> list[str]:
        spans = []
        for quarter in range(4):
            if self.random.random() < MIX.blackout:
                first = 3 * quarter + 1
                spans.append(f"{first:02}-01/{first + 2:02}-28")
        return spans[:2]

    def workloads_of(self, system: System) -> list[Workload]:
        return [
            self.workload(f"{system.id}-w{n}", system) for n in range(self.random.choice((1, 2, 2, 3, 4, 5)))
        ]

    def machines(self, city: City) -> Iterator[Workload]:
        """Draw the machines of systems, each until it could pay for its cheapest place."""
        sizer, targets = Sizer(city), [pool for pool in city.pools if pool.platform == "xinchuang"]
        for system in city.systems:
            found = self.workloads_of(system)
            while _rise(sizer, city.pool[system.runs_on], targets, found) > 0:
                found = self.workloads_of(system)
            yield from found

    def workload(self, name: str, system: System) -> Workload:
        vcpu, memory = self.random.choices(MIX.flavours, MIX.flavour_weights)[0]
        usage = Usage(
            cpu_p90=self.random.randint(*MIX.cpu_p90), memory_p90=self.random.randint(*MIX.memory_p90)
        )
        return Workload(
            id=name,
            name=name,
            system=system.id,
            role=Role.app,
            count=self.random.choice(MIX.machines),
            vcpu=vcpu,
            memory_gib=memory,
            storage_gib={StorageTier.sas: 50 * vcpu, StorageTier.ssd: 100 * vcpu},
            usage=usage,
        )

    def dependencies(self, names: list[str]) -> list[Dependency]:
        random, found, rank = self.random, {}, {name: n for n, name in enumerate(names)}
        hubs = random.sample(names, max(1, len(names) // 20))
        ordered = int(len(names) * MIX.precedences)
        for n in range(int(len(names) * MIX.dependencies)):
            consumer, provider = random.choice(names), random.choice(hubs if random.random() < 0.6 else names)
            if consumer != provider and (consumer, provider) not in found:
                ranked = rank[provider] < rank[consumer]
                order = Order.provider_first if n < 2 * ordered and ranked else Order.any
                found[consumer, provider] = Dependency(
                    id=f"d{n}",
                    name=f"d{n}",
                    consumer=consumer,
                    provider=provider,
                    kind=DependencyKind.interface,
                    order=order,
                    mbit=random.randint(1, 60),
                )
        return list(found.values())

    def platforms(self) -> tuple[Platform, ...]:
        cloud = {"kind": PlatformKind.government_cloud, "mlps_level": 3}
        old = [Platform(id=f"cloud-{s}", name=s, site=f"at-{s}", **cloud) for s in SOURCES]
        return (
            *old,
            Platform(id="xinchuang", name="xinchuang", xinchuang=True, site="at-xinchuang", **cloud),
        )

    def sites(self) -> tuple[Site, ...]:
        places = ("core", *(f"at-{s}" for s in SOURCES), "at-xinchuang")
        return tuple(Site(id=p, name=p, level=Level.city) for p in places)

    def pools(self) -> tuple[Pool, ...]:
        old = [
            Pool(
                id=s,
                name=s,
                platform=f"cloud-{s}",
                cpu_family="xeon",
                architecture="x86_64",
                zone=Zone.public,
                tariff="old",
            )
            for s in SOURCES
        ]
        return (*old, *(self.pool(n) for n in range(self.pool_count)))

    def pool(self, n: int) -> Pool:
        family = FAMILIES[n % 2]
        architecture = "aarch64" if family == "kunpeng" else "x86_64"
        return Pool(
            id=f"pool{n}",
            name=f"pool{n}",
            platform="xinchuang",
            cpu_family=family,
            architecture=architecture,
            zone=Zone.public,
            reserve=0,
            tariff=f"new{n}",
            storage_gib={StorageTier.sas: 10**9, StorageTier.ssd: 10**9},
        )

    def tariffs(self) -> tuple[Tariff, ...]:
        shipped = {tariff.id: tariff for tariff in self.demo.tariffs}
        found = [shipped["unicom-list"].model_copy(update={"id": "old", "places": {}})]
        for n in range(self.pool_count):
            base, factor = shipped[f"xc-{FAMILIES[n % 2]}"], self.random.uniform(0.94, 1.06)
            prices = {item: round(price * factor) for item, price in base.prices.items()}
            found.append(base.model_copy(update={"id": f"new{n}", "prices": prices}))
        return tuple(found)

    def with_audit(self, city: City) -> City:
        """Return the city with audited O&M: rent, and labour on top."""
        sizer, rent = Sizer(city), Counter[str]()
        for w in city.workloads:
            rent[city.system[w.system].project or ""] += (
                sizer.yearly(sizer.present(w), city.pool_of(w)) or 0
            ) * w.count
        audited = {p.id: {2025: int(rent[p.id] * self.random.uniform(1.05, 1.5))} for p in city.projects}
        kept = tuple(p.model_copy(update={"audited_om": audited[p.id]}) for p in city.projects if rent[p.id])
        return city.model_copy(update={"projects": kept})

    def with_room(self, city: City) -> City:
        """Return the city with capacities, blocks and lines in proportion to its demand."""
        sizer, pools = Sizer(city), []
        demand = Counter[tuple[str, str]]()
        for pool in city.pools:
            for w in city.workloads if pool.platform == "xinchuang" else ():
                size = sizer.target(w, pool)
                for name, amount in (size.demand() if size else {}).items():
                    demand[pool.id, name] += amount * w.count
        for pool in city.pools:
            share = MIX.fill / self.pool_count * self.random.uniform(0.85, 1.15)
            late = self.blocks and pool.id == f"pool{self.pool_count - 1}"
            fields = {
                "vcpu": int(demand[pool.id, "vcpu"] * share),
                "memory_gib": int(demand[pool.id, "memory_gib"] * share),
            }
            opens = {"available_from": date(2028, 1, 1)} if late else {}
            pools.append(pool.model_copy(update=(fields | opens) if pool.platform == "xinchuang" else {}))
        return city.model_copy(
            update={"pools": tuple(pools), "blocks": tuple(self.offers(pools)), "links": self.links(city)}
        )

    def offers(self, pools: list[Pool]) -> list[Block]:
        size = {"vcpu": 256, "memory_gib": 1024}
        new = [pool for pool in pools if pool.platform == "xinchuang"] if self.blocks else []
        return [
            Block(
                id=f"b-{p.id}", name=f"b-{p.id}", pool=p.id, price=36_000_000, lead_time=16, maximum=4, **size
            )
            for p in new
        ]

    def links(self, city: City) -> tuple[Link, ...]:
        peak = Fraction(city.assume("link_planned_peak"))
        traffic = sum(d.mbit or 0 for d in city.dependencies)
        mbit = {f"at-{s}": 10**6 for s in SOURCES} | {
            "at-xinchuang": ceil(traffic * Fraction(MIX.link_share) / peak)
        }
        return tuple(
            Link(id=f"l-{site}", name=site, a="core", b=site, mbit=room) for site, room in mbit.items()
        )

    def scenario(self, city: City) -> Scenario:
        effort = Counter[str]()
        for system in city.systems:
            if system.adaptation:
                whole = system.adaptation.effort_base or 0
                database = whole * 6 // 10 if system.adaptation.kind == AdaptationKind.replace_db else 0
                effort += Counter(application=whole - database, database=database)
        price = int(Sizer(city).assume("person_month_price"))
        years = range(2027, 2027 + ceil(self.periods / 4))
        spread = sum(effort.values()) * price / len(years)
        quiet: Any = [
            Blackout(start=date(y, 2, 20), end=date(y, 2, 20) + timedelta(days=23), reason="-") for y in years
        ]
        return Scenario(
            name="benchmark",
            start="2027Q1",
            periods=self.periods,
            team={skill: int(total * MIX.slack / self.periods) for skill, total in effort.items()},
            cutovers=ceil(MIX.pace * self.size / self.periods),
            one_off_budget={year: int(spread * MIX.money) for year in years},
            blackouts=tuple(quiet),
        )


def _rise(sizer: Sizer, old: Pool, targets: list[Pool], workloads: list[Workload]) -> int:
    """Return by how much the rent of machines would rise in the cheapest of some pools, fen a year."""
    total = 0
    for w in workloads:
        sizes = [(sizer.target(w, pool), pool) for pool in targets]
        new = min(sizer.yearly(size, pool) or 0 for size, pool in sizes if size)
        total += (new - (sizer.yearly(sizer.present(w), old) or 0)) * w.count
    return total
