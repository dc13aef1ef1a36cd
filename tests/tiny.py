"""A tiny city in Python: an old cloud, a domestic one, a line between, and systems a, b, ...

Every list can be replaced by name: ``city(systems=[...])``; ``changed`` rewrites fields of
one record, ``scenario`` and ``rescened`` do the same for scenarios.
"""

from datetime import date

import yaml

import planner
import topology
from inventory.model import (
    Assumption,
    Block,
    City,
    Compatibility,
    Dependency,
    Flavour,
    Link,
    Organisation,
    Platform,
    Pool,
    Project,
    Site,
    SizingRatio,
    Subscription,
    System,
    Tariff,
    Workload,
)
from inventory.resources import resource
from planner import Plan, Problem, Scenario

ROUND = {
    "target_utilisation": "0.5",
    "memory_target": "0.7",
    "memory_per_vcpu": "4",
    "storage_per_vcpu": "150",
}
"""Assumptions with values that are easy to reckon with; the others are the shipped ones."""

LADDER = ((2, 4), (2, 8), (4, 8), (4, 16), (8, 16), (8, 32))
AUDITED = 1_500_000
"""Yearly O&M of each project, fen: 9,600 yuan of rent and 5,400 of support."""


def assumptions(**changes):
    """The shipped assumptions, some changed; a dot in a key is written as ``__``."""
    rows = yaml.safe_load(resource("policies", "assumptions.yaml").read_text())["assumptions"]
    values = ROUND | {key.replace("__", "."): value for key, value in changes.items()}
    return [Assumption(**row | {"value": values.get(row["id"], row["value"])}) for row in rows]


def system(name, **more):
    """A system of the project ``p-NAME`` in the old cloud."""
    known = {"owner": "bureau", "runs_on": "old-x86", "project": f"p-{name}", "mlps_level": 3}
    return System(**{"id": name, "name": name} | known | more)


def workload(owner, **more):
    """Two machines of 4 vCPU and 16 GiB, half used; 4 vCPU and 8 GiB suffice on Kunpeng."""
    known = {"role": "app", "count": 2, "vcpu": 4, "memory_gib": 16, "storage_gib": {"sas": 100}}
    known |= {"os": "centos", "usage": {"cpu_p90": 4000, "memory_p90": 3500}}
    return Workload(**{"id": f"{owner}-app", "name": "app", "system": owner} | known | more)


def project(name, **more):
    """An existing project with an audited year."""
    return Project(
        **{"id": f"p-{name}", "name": name, "owner": "bureau", "audited_om": {2025: AUDITED}} | more
    )


def dependency(consumer, provider, **more):
    """One system uses another, whatever the order."""
    known = {"id": f"{consumer}-{provider}", "name": "interface", "kind": "interface", "mbit": 10}
    return Dependency(**known | {"consumer": consumer, "provider": provider} | more)


def platforms(**old):
    """The old cloud, changed as told, and the domestic one, each at a site of its own."""
    cloud = {"kind": "government_cloud", "mlps_level": 3}
    return [
        Platform(**{"id": "old", "name": "old", "site": "s-old"} | cloud | old),
        Platform(id="new", name="new", site="s-new", xinchuang=True, **cloud),
    ]


def island(site=None, **beach):
    """A second domestic cloud, connected nobody knows where, and its pool, changed as told."""
    known = {"kind": "government_cloud", "mlps_level": 3, "xinchuang": True, "site": site}
    own = {"id": "island-hygon", "name": "island", "platform": "island"}
    return Platform(id="island", name="island", **known), hygon(**own | beach)


def pools(**kunpeng):
    """The old pool and a Kunpeng pool, changed as told, of 100 usable vCPU."""
    storage = {"sas": 10_000}
    wide = {"memory_gib": 1000, "storage_gib": storage, "reserve": 0}
    new = {"cpu_family": "kunpeng", "architecture": "aarch64", "zone": "public", "tariff": "t-new"}
    return [
        Pool(id="old-x86", name="old", platform="old", zone="public", storage_gib=storage, tariff="t-old"),
        Pool(**{"id": "kunpeng", "name": "kunpeng", "platform": "new", "vcpu": 100} | wide | new | kunpeng),
    ]


def hygon(**more):
    """A second pool of the domestic cloud, where everything runs unchanged, at a higher price."""
    known = {"vcpu": 100, "memory_gib": 1000, "storage_gib": {"sas": 10_000}, "reserve": 0}
    known |= {"cpu_family": "hygon", "architecture": "x86_64", "zone": "public", "tariff": "t-hygon"}
    return Pool(**{"id": "hygon", "name": "hygon", "platform": "new"} | known | more)


def tariff(name, vcpu=5000, **more):
    """A monthly price list in fen: 10 yuan a GiB of memory, 40 fen a GiB of SAS."""
    prices = {"vcpu": vcpu, "memory": 1000, "sas": 40}
    return Tariff(**{"id": name, "name": name, "basis": "tariff", "prices": prices} | more)


def city(names="ab", **lists) -> City:
    """A city with systems named by single letters; any list may be given instead."""
    known = {
        "organisations": [Organisation(id="bureau", name="bureau", kind="department", level="city")],
        "projects": [project(name) for name in names],
        "platforms": platforms(),
        "pools": pools(),
        "tariffs": [tariff("t-old"), tariff("t-new"), tariff("t-hygon", 6000)],
        "subscriptions": [Subscription(id="kylin", name="kylin", price=50_000, product="Kylin")],
        "systems": [system(name) for name in names],
        "workloads": [workload(name) for name in names],
        "sites": [Site(id=name, name=name, level="city") for name in ("s-old", "s-new")],
        "links": [Link(id="line", name="line", a="s-old", b="s-new", mbit=100, latency=2000)],
        "compatibility": [
            compatible("centos", "aarch64", "recompile"),
            compatible("centos", "x86_64", "rehost"),
            compatible("oracle", "aarch64", "replace_db"),
            compatible("oracle", "x86_64", "replace_db"),
            compatible("windows", "aarch64", "impossible"),
        ],
        "sizing": [
            SizingRatio(id="kunpeng", name="kunpeng", cpu_family="kunpeng", vcpu_ratio=8000),
            SizingRatio(id="hygon", name="hygon", cpu_family="hygon", vcpu_ratio=10_000),
        ],
        "flavours": [Flavour(id=f"{c}c{g}g", name=f"{c}c{g}g", vcpu=c, memory_gib=g) for c, g in LADDER],
        "assumptions": assumptions(),
    }
    return City(id="tiny", name="tiny", as_of=date(2026, 11, 1), **known | lists)


def province(**change):
    """The places of the two clouds below a province; the line to the new one is IPv4 only or as told."""
    new = {"ip_mode": "v4_only", "upgrade_cost": 90_000} | change
    ends = {"s-old": {"ip_mode": "dual_stack"}, "s-new": new}
    wide = {"mbit": 1000, "latency": 2000}
    return {
        "sites": [
            Site(id="top", name="top", level="province"),
            *(Site(id=name, name=name, level="city", parent="top") for name in ends),
        ],
        "links": [
            Link(id=f"to-{end}", name=end, a="top", b=end, **wide | more) for end, more in ends.items()
        ],
    }


def compatible(software, architecture, adaptation, **more):
    """A row of the compatibility list."""
    name = f"{software}-{architecture}"
    row = {"software": software, "architecture": architecture, "adaptation": adaptation}
    return Compatibility(**{"id": name, "name": name} | row | more)


def changed(of: City, collection: str, record: str, **fields) -> City:
    """The city with some fields of one record changed."""
    lists = {name: getattr(of, name) for name in City.model_fields if name != "places"}
    rows = lists[collection]
    assert record in {row.id for row in rows}
    lists[collection] = [type(r)(**r.model_dump() | fields) if r.id == record else r for r in rows]
    return City(**lists)


def scenario(**fields) -> Scenario:
    """Four quarters of 2027 without a limit."""
    return Scenario(**{"name": "tiny", "start": "2027Q1", "periods": 4} | fields)


def rescened(of: Scenario, **fields) -> Scenario:
    """The scenario with some fields changed."""
    return Scenario.model_validate(of.model_dump(exclude_unset=True) | fields)


def problem(of: City, under: Scenario) -> Problem:
    """The planning problem of a city."""
    return planner.formulate(of, topology.build(of), under)


def solved(of: City, under: Scenario, **how) -> Plan:
    """The plan straight from the solver, neither verified nor explained."""
    return planner.solve(problem(of, under), **{"time_limit": 20, "gap": 0.0} | how)


def proposed(of: City, under: Scenario) -> Plan:
    """The plan, verified and explained."""
    return planner.propose(of, topology.build(of), under, time_limit=20, gap=0.0)


def telling() -> tuple[City, Scenario]:
    """A city and a scenario of three quarters in which every rule has something to say."""
    cloud, beach = island()
    contract = {"end": date(2027, 9, 30), "renewable": False, "minimum_commitment": 3_000_000}
    block = {"pool": "kunpeng", "vcpu": 8, "price": 300_000, "lead_time": 13, "maximum": 2}
    signed = {"document": "x", "date": date(2026, 5, 1), "by": "x"}
    of = city(
        "abc",
        platforms=[*platforms(contract=contract), cloud],
        pools=[*pools(vcpu=20), hygon(), beach],
        blocks=[Block(id="more", name="more", **block)],
        systems=[system("a"), system("b"), system("c", zombie=signed)],
        workloads=[workload("a"), workload("b", software=["oracle"]), workload("c", count=1)],
        dependencies=[
            dependency("a", "b", order="provider_first", mbit=40),
            dependency("a", "c", mbit=40),
            dependency("b", "c", order="together"),
        ],
    )
    under = scenario(
        periods=3,
        team={"application": 300, "database": 200},
        cutovers=2,
        one_off_budget={2027: 20_000_000},
        blackouts=[{"start": date(2027, 1, 10), "end": date(2027, 3, 25), "reason": "x", "systems": ["a"]}],
        deadlines=[{"period": "2027Q2", "systems": ["b"]}],
        pins=[{"system": "a", "action": "rehost", "period": "2027Q3", "pool": "kunpeng"}],
        forbids=[{"system": "c", "pool": "hygon"}],
        ipv6="require",
    )
    return of, under
