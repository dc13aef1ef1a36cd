"""A small city with a plan made by hand, every figure known."""

from datetime import date

from inventory.model import (
    Assumption,
    City,
    Organisation,
    Platform,
    Pool,
    Project,
    System,
    Workload,
)
from planner.plan import Plan
from planner.scenario import Scenario

SCENARIO = Scenario(
    name="baseline",
    title="基线",
    start="2027Q1",
    periods=4,
    one_off_budget={2027: 50_000_000},
    blackouts=({"start": date(2027, 6, 24), "end": date(2027, 6, 30), "reason": "重保"},),
)


def city() -> City:
    """Three systems of two projects on an old cloud, one domestic pool."""
    return City(
        id="town",
        name="小城",
        name_en="Town",
        as_of=date(2026, 11, 1),
        organisations=(Organisation(id="bureau", name="水利局", kind="department", level="city"),),
        projects=(
            Project(id="p-river", name="河长制项目", owner="bureau", audited_om={2025: 40_000_000}),
            Project(id="p-old", name="旧站项目", owner="bureau", audited_om={2025: 10_000_000}),
        ),
        platforms=(
            Platform(id="unicom", name="联通侧云平台", kind="government_cloud", mlps_level=3),
            Platform(id="xc", name="自建云", kind="government_cloud", xinchuang=True, mlps_level=3),
        ),
        pools=(
            Pool(id="unicom-x86", name="联通x86池", platform="unicom", vcpu=100),
            Pool(id="kunpeng", name="鲲鹏池", platform="xc", vcpu=64, memory_gib=256),
        ),
        systems=(
            System(id="river", name="河长制系统", owner="bureau", runs_on="unicom-x86", project="p-river"),
            System(id="site", name="旧网站", owner="bureau", runs_on="unicom-x86", project="p-old"),
            System(id="closed", name="封闭系统", owner="bureau", runs_on="unicom-x86"),
        ),
        workloads=(
            Workload(id="river-app", name="应用", system="river", role="app", count=2, vcpu=8, memory_gib=16),
            Workload(id="site-web", name="网站", system="site", role="web", vcpu=4, memory_gib=8),
        ),
        assumptions=tuple(
            Assumption(id=key, name=key, value=weeks, unit="weeks", grade="D")
            for key, weeks in {
                "parallel_weeks": 4,
                "test_weeks": 3,
                "data_weeks": 1,
                "observe_weeks": 4,
                "release_weeks": 1,
            }.items()
        ),
    )


def plan(**changes) -> Plan:
    """A plan that moves river in 2027Q2, retires site in 2027Q1 and leaves closed where it is."""
    return Plan.model_validate(_plan() | changes)


def _plan() -> dict:
    return {
        "status": "optimal",
        "stages": [{"name": "cost", "objective": 100.0, "bound": 99.9, "gap": 0.001}],
        "gap": 0.001,
        "gap_of_saving": 0.004,
        "seconds": 1.5,
        "digests": {"inventory": city().digest, "scenario": SCENARIO.digest},
        "program": "0.1.0",
        "city": "town",
        "scenario": SCENARIO.model_dump(mode="json"),
        "periods": [period.name for period in SCENARIO.calendar],
        "moves": _moves(),
        "projects": [
            {"project": "p-river", "year": 2027, "om_cost": 35_000_001, "cap": 40_000_000},
            {"project": "p-old", "year": 2027, "om_cost": 0, "cap": 10_000_000},
        ],
        "ledger": [
            _period("2027Q1", 12_500_000, one_off=600_000),
            _period("2027Q2", 10_000_000, one_off=4_000_000, parallel_run=700_003, blocks=2_000_000),
            _period("2027Q3", 8_750_000, commitment=100_000),
            _period("2027Q4", 8_750_001),
        ],
        "rules": [{"rule": "om_cost_never_rises", "holds": True, "slack": 4_999_999.0, "subject": "p-river"}],
        "usage": [
            {
                "pool": "kunpeng",
                "period": p,
                "resource": r,
                "used": used,
                "capacity": 44 if r == "vcpu" else 179,
            }
            for p, n in (("2027Q1", 0), ("2027Q2", 1), ("2027Q3", 1), ("2027Q4", 1))
            for r, used in (("vcpu", 33 * n), ("memory_gib", 32 * n))
        ],
        "assumptions": [
            {"key": "parallel_weeks", "value": "4", "unit": "weeks", "grade": "D", "count": 1},
            {"key": "test_weeks", "value": "3", "unit": "weeks", "grade": "D", "count": 2},
        ],
        "verified": True,
    }


def _moves() -> list[dict]:
    shared = {"project": None, "period": None, "one_off": 0, "om_cost_before": 5_000_000}
    size = {"count": 2, "vcpu": 8, "memory_gib": 16, "storage_gib": {"ssd": 100}}
    return [
        shared
        | {
            "system": "river",
            "project": "p-river",
            "action": "rehost",
            "period": "2027Q2",
            "placements": [{"workload": "river-app", "pool": "kunpeng", **size}],
            "om_cost_before": 40_000_000,
            "om_cost_after": 35_000_001,
            "one_off": 4_000_000,
            "parallel_run": 700_003,
            "effort": 200,
            "adaptation": "recompile",
            "work_starts": "2027Q1",
        },
        shared
        | {
            "system": "site",
            "project": "p-old",
            "action": "retire",
            "period": "2027Q1",
            "om_cost_before": 10_000_000,
            "om_cost_after": 0,
            "one_off": 600_000,
            "effort": 30,
        },
        shared
        | {"system": "closed", "action": "stay", "om_cost_after": 5_000_000, "reasons": ["no pool takes it"]},
    ]


def _period(period: str, om_cost: int, **more: int) -> dict:
    zero = {"one_off": 0, "parallel_run": 0}
    return zero | {"period": period, "om_cost": om_cost, "om_cost_baseline": 13_750_000} | more


CONFLICT = {
    "status": "infeasible",
    "moves": [],
    "ledger": [],
    "projects": [],
    "usage": [],
    "gap": None,
    "conflict": [
        {
            "rule": "deadline",
            "subjects": ["river"],
            "periods": ["2027Q1"],
            "relaxation": {"what": "deadline later", "amount": 1, "unit": "periods", "cost": 1_000_000},
        }
    ],
}
