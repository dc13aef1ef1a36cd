"""Each check of the inventory: one value that breaks it, and one that just does not."""

from datetime import date

import pytest

import inventory
from inventory.errors import Place
from inventory.finding import Severity
from inventory.model import City

ZOMBIE = {"document": "函〔2026〕1号", "date": "2026-03-01", "by": "市数据局"}
ALL_SERVICES = ("anti_ddos", "firewall", "bastion", "db_audit")
CONNECTED = {"exchange": True, "open_data": True, "services": True}
BASE = {
    "organisations": {"id": "unit", "kind": "department", "level": "city", "contact": "信息科"},
    "projects": {
        "id": "project",
        "owner": "unit",
        "approval_document": "数审1号",
        "budget_line": "运维",
        "audited_om": {2024: 200, 2025: 200},
        "contract": {"start": "2025-01-01", "end": "2027-12-31"},
    },
    "platforms": {
        "id": "cloud",
        "kind": "government_cloud",
        "operator": "unit",
        "mlps_level": 3,
        "security_services": ALL_SERVICES,
        "xinchuang": True,
    },
    "pools": {
        "id": "pool",
        "platform": "cloud",
        "architecture": "x86_64",
        "zone": "public",
        "vcpu": 10,
        "memory_gib": 100,
        "storage_gib": {"sas": 1000},
        "reserve": 2000,
        "tariff": "tariff",
    },
    "tariffs": {
        "id": "tariff",
        "basis": "tariff",
        "prices": {"vcpu": 4600, "memory": 1700, "sas": 40},
        "term_factors": {"vcpu": 8000, "memory": 8000, "sas": 8500},
        "list_date": "2026-01-01",
        "grade": "B",
    },
    "systems": {
        "id": "system",
        "owner": "unit",
        "runs_on": "pool",
        "project": "project",
        "mlps_level": 3,
        "data_grade": "internal",
        "public": False,
        "connections": CONNECTED,
        "monthly_logins": 10,
    },
    "workloads": {
        "id": "machine",
        "system": "system",
        "role": "app",
        "vcpu": 4,
        "memory_gib": 16,
        "storage_gib": {"sas": 100},
        "architecture": "x86_64",
        "addresses": ("10.0.0.1",),
        "usage": {"cpu_p90": 1000, "cpu_p95": 1500, "memory_p90": 3000, "coverage": 9500, "window_days": 90},
    },
    "prefixes": {"id": "prefix", "prefix": "10.0.0.0/24"},
    "sites": {"id": "site", "level": "city", "organisation": "unit"},
    "websites": {
        "id": "web",
        "domain": "www.example",
        "organisation": "unit",
        "aaaa": True,
        "home_ok": True,
        "link2_rate": 10_000,
        "link3_rate": 10_000,
    },
    "access_records": {"id": "access", "organisation": "unit", "state": "commissioned", "working_days": 5},
}


def tiny(**changes):
    """A city of one record a list; a mapping changes that record, a list of mappings makes several of it."""
    lists = {}
    for name, record in BASE.items():
        change = changes.pop(name, {})
        variants = change if isinstance(change, list) else [change]
        lists[name] = [{"name": record["id"]} | record | variant for variant in variants]
    return City.model_validate({"id": "c", "name": "市", "as_of": "2026-10-31"} | lists | changes)


def found(city, rule):
    return [f for f in inventory.check(city).findings if f.rule == rule]


def usage(**changes):
    return {"workloads": {"usage": BASE["workloads"]["usage"] | changes}}


def idle(**system):
    return {"systems": {"monthly_logins": 0} | system} | usage(cpu_p95=499)


def project(**changes):
    return {"projects": changes}


def connections(**changes):
    return {"systems": {"connections": CONNECTED | changes}}


def assumption(key):
    return {"assumptions": [{"id": key, "name": key, "value": "1", "unit": "x"}]}


NO_USAGE = {"workloads": {"usage": None}}
TWINS = [{}, {"id": "other"}]
PUBLIC = {"systems": {"public": True}}
DOCUMENTED = {"id": "doc", "prefix": "192.0.2.0/24"}

CASES = {
    "INV-101": [
        ({"workloads": {"vcpu": 11}}, {"workloads": {"vcpu": 10}}),
        ({"workloads": {"memory_gib": 101}}, {"workloads": {"memory_gib": 100}}),
        ({"workloads": {"count": 11}}, {"workloads": {"count": 2}}),
        ({"workloads": {"storage_gib": {"sas": 1001}}}, {"workloads": {"storage_gib": {"ssd": 1001}}}),
        ({"workloads": {"vcpu": 11}}, {"workloads": {"vcpu": 11}, "pools": {"vcpu": None}}),
    ],
    "INV-102": [({"workloads": {"vcpu": 9}}, {"workloads": {"vcpu": 8}})],
    "INV-103": [({"pools": {"tariff": None}}, {})],
    "INV-104": [
        ({"tariffs": {"prices": {"vcpu": 1, "memory": 1}}}, {"tariffs": {"basis": "free", "prices": {}}})
    ],
    "INV-105": [({"tariffs": {"term_factors": {"vcpu": 8000, "memory": 8000}}}, {})],
    "INV-201": [
        (project(audited_om={2024: 200, 2025: 201}), project(existing=False, audited_om={2024: 1, 2025: 2}))
    ],
    "INV-202": [(project(audited_om={}), project(audited_om={2025: 0}))],
    "INV-203": [(project(audited_om={2024: 200}), project(audited_om={2025: 200}))],
    "INV-204": [({"systems": {"project": None}}, {})],
    "INV-205": [({"systems": {"project": None}}, {"systems": {"project": None, "external": True}})],
    "INV-206": [({"systems": {"om_cost": 201}}, {"systems": {"om_cost": 200}})],
    "INV-207": [(project(budget_line=None), project(existing=False, budget_line=None))],
    "INV-211": [
        (project(contract={"end": "2026-10-30"}), project(contract={"end": "2026-10-31"})),
        ({"platforms": {"contract": {"end": "2026-10-30"}}}, {"platforms": {"contract": {}}}),
    ],
    "INV-212": [
        (
            project(contract={"start": "2027-01-02", "end": "2027-01-01"}),
            project(contract={"start": "2027-01-01", "end": "2027-01-01"}),
        )
    ],
    "INV-213": [
        (
            project(contract={"minimum_commitment": 1}),
            project(contract={"minimum_commitment": 1, "end": "2027-01-01"}),
        )
    ],
    "INV-301": [
        ({"systems": {"mlps_level": 4}}, {"systems": {"mlps_level": 3}}),
        ({"systems": {"mlps_level": 4}}, {"systems": {"mlps_level": 4, "status": "retired"}}),
    ],
    "INV-302": [({"systems": {"mlps_level": None}}, {"systems": {"mlps_level": None, "external": True}})],
    "INV-303": [
        ({"platforms": {"mlps_level": None}}, {"platforms": {"mlps_level": None, "kind": "machine_room"}})
    ],
    "INV-304": [({"platforms": {"security_services": ALL_SERVICES[1:]}}, {})],
    "INV-305": [
        (
            {"systems": {"data_grade": "important"}, "platforms": {"xinchuang": False}},
            {"systems": {"data_grade": "sensitive"}, "platforms": {"xinchuang": False}},
        )
    ],
    "INV-306": [({"systems": {"data_grade": None}}, {})],
    "INV-311": [
        (
            {"workloads": {"role": "database"}, "pools": {"zone": "internet"}},
            {"workloads": {"role": "web"}, "pools": {"zone": "internet"}},
        ),
        ({"workloads": {"role": "database", "zone": "internet"}}, {"workloads": {"role": "database"}}),
    ],
    "INV-312": [(PUBLIC, PUBLIC | {"pools": {"zone": "internet"}})],
    "INV-321": [(connections(services=False), {}), (connections(exchange=None), {})],
    "INV-401": [(NO_USAGE, usage(memory_p90=0)), (usage(memory_p90=None), {})],
    "INV-402": [(usage(coverage=8999), usage(coverage=9000))],
    "INV-403": [(usage(window_days=13), usage(window_days=14))],
    "INV-404": [
        ({"workloads": {"memory_gib": None}}, {}),
        ({"workloads": {"storage_gib": {}}}, {}),
    ],
    "INV-405": [({"workloads": {"architecture": "aarch64"}}, {"workloads": {"architecture": None}})],
    "INV-406": [(usage(cpu_p95=8001), usage(cpu_p95=8000))],
    "INV-411": [
        (idle(), idle(monthly_logins=1)),
        (idle(), idle(zombie=ZOMBIE)),
        (idle(), idle(busy=("06-01/06-30",))),
        (idle(), idle() | usage(cpu_p95=500)),
        (idle(), idle() | NO_USAGE),
        (idle(), idle(monthly_logins=None)),
    ],
    "INV-412": [({"systems": {"zombie": ZOMBIE}}, {"systems": {"zombie": ZOMBIE, "status": "suspended"}})],
    "INV-413": [({"systems": {"status": "retired"}}, {"systems": {"status": "trial"}})],
    "INV-501": [({"organisations": {"contact": None}}, {})],
    "INV-502": [({"organisations": {"kind": "operator"}}, {"organisations": {"kind": "unit"}})],
    "INV-503": [
        (
            {"organisations": TWINS, "projects": {"owner": "other"}},
            {"organisations": TWINS, "projects": {"owner": "unit"}},
        )
    ],
    "INV-504": [({"platforms": {"operator": None}}, {"platforms": {"operator": None, "kind": "external"}})],
    "INV-601": [({"websites": {"aaaa": False}}, {}), ({"websites": {"home_ok": None}}, {})],
    "INV-602": [({"websites": {"link3_rate": 9999}}, {"websites": {"link2_rate": None, "link3_rate": None}})],
    "INV-611": [
        (
            {"organisations": {"budget_unit": True}, "sites": [], "access_records": {"state": "approved"}},
            {
                "organisations": {"budget_unit": True},
                "sites": [],
                "access_records": {"state": "commissioned"},
            },
        ),
        (
            {"organisations": {"budget_unit": True}, "sites": [], "access_records": []},
            {"organisations": {"budget_unit": True}, "access_records": []},
        ),
    ],
    "INV-612": [({"access_records": {"state": "filed"}}, {"access_records": {"state": "under_review"}})],
    "INV-613": [({"access_records": {"working_days": 6}}, {"access_records": {"working_days": 5}})],
    "INV-701": [
        ({"workloads": {"addresses": ("10.0.0.256",)}}, {"workloads": {"addresses": ("2001:db8::1",)}})
    ],
    "INV-702": [
        ({"workloads": {"addresses": ("10.0.1.0",)}}, {"workloads": {"addresses": ("10.0.0.255",)}}),
        (
            {"workloads": {"addresses": ("10.0.1.0",)}},
            {"workloads": {"addresses": ("10.0.1.0",)}, "prefixes": []},
        ),
        (
            {"workloads": {"addresses": ("2001:db8:0:1::",)}, "prefixes": {"prefix": "2001:db8::/64"}},
            {"workloads": {"addresses": ("2001:db8::ffff",)}, "prefixes": {"prefix": "2001:db8::/64"}},
        ),
    ],
    "INV-703": [
        ({"workloads": TWINS}, {"workloads": [{}, {"id": "other", "addresses": ("10.0.0.2",)}]}),
        ({"workloads": {"addresses": ("2001:db8::1", "2001:DB8:0::1")}}, {}),
    ],
    "INV-704": [
        ({"prefixes": [DOCUMENTED, {"prefix": "59.192.0.0/16"}]}, {"prefixes": [DOCUMENTED, {}]}),
        ({"prefixes": [DOCUMENTED, {"prefix": "192.0.0.0/16"}]}, {"prefixes": {"prefix": "59.192.0.0/16"}}),
    ],
    "INV-801": [
        (assumption("mlps_level") | {"systems": {"mlps_level": None}}, assumption("mlps_level")),
        (assumption("reserve") | {"pools": {"reserve": None}}, assumption("reserve")),
        (assumption("storage_per_vcpu") | {"workloads": {"storage_gib": {}}}, assumption("storage_per_vcpu")),
    ],
    "INV-802": [({"systems": {"inferred": True}}, {})],
    "INV-803": [({"tariffs": {"grade": "D"}}, {"tariffs": {"grade": "C"}})],
    "INV-804": [({"tariffs": {"list_date": "2025-10-30"}}, {"tariffs": {"list_date": "2025-10-31"}})],
}
PAIRS = [(rule, i) for rule, cases in CASES.items() for i in range(len(cases))]


@pytest.mark.parametrize(("rule", "case"), PAIRS)
def test_a_check_tells_the_broken_from_the_sound(rule, case):
    broken, sound = CASES[rule][case]
    flaws = found(tiny(**broken), rule)
    assert flaws
    assert all(f.message and (f.fix or f.advice) for f in flaws)
    assert found(tiny(**sound), rule) == []


def test_the_tiny_city_is_sound():
    assert inventory.check(tiny()).findings == ()


def test_every_rule_has_a_case_and_a_stable_id():
    assert [rule.id for rule in inventory.rules()] == sorted(CASES)


def test_a_check_counts_whom_it_asked():
    checked = inventory.check(tiny(workloads=TWINS)).checked
    assert (checked["INV-401"], checked["INV-321"], checked["INV-101"]) == (2, 3, 3)


def test_an_assumption_is_told_with_its_count():
    city = tiny(**assumption("memory_per_vcpu"), workloads=[{"memory_gib": None}, {"id": "other"}])
    (flaw,) = found(city, "INV-801")
    assert flaw.evidence == {"count": 1, "total": 2, "grade": None}


@pytest.mark.parametrize(("state", "severity"), [(False, Severity.warning), (None, Severity.info)])
def test_a_missing_connection_is_worse_than_an_unknown_one(state, severity):
    (flaw,) = found(tiny(**connections(open_data=state)), "INV-321")
    assert flaw.severity is severity


def test_two_missing_connections_are_two_findings():
    flaws = found(tiny(**connections(open_data=False, services=False)), "INV-321")
    assert len({flaw.id for flaw in flaws}) == 2


def test_a_rise_names_both_years_and_amounts():
    (flaw,) = found(tiny(**project(audited_om={2023: 500_00, 2025: 600_00})), "INV-201")
    assert all(text in flaw.message for text in ("500", "600", "2023", "2025"))


def test_a_finding_says_where_its_record_was_read():
    place = Place("systems.yaml", line=7)
    city = tiny(systems={"mlps_level": None}).model_copy(update={"places": {("systems", "system"): place}})
    assert [f.source for f in found(city, "INV-302")] == [place]


def test_an_older_day_lets_a_contract_run():
    city = tiny(**project(contract={"end": "2026-10-30"}), as_of=date(2026, 10, 1))
    assert found(city, "INV-211") == []
