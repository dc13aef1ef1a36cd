"""Scenarios: the calendar, the digest, files, and what a city does not know."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from inventory import InputError, UsageError
from planner.rulebook import RULES
from planner.scenario import Scenario, applied, names, read_scenario
from tests import tiny

TIELING = Path(__file__).resolve().parent.parent / "configs" / "tieling"
CHANGES = {
    "name": "other",
    "title": "Other",
    "note": "Why",
    "start": "2027Q2",
    "periods": 5,
    "scope": "city",
    "count_parallel": True,
    "discount_rate": 400,
    "reserve": 1000,
    "actions": ("rehost", "stay"),
    "rightsize": False,
    "size_by": "p995",
    "targets": ("kunpeng",),
    "ipv6": "prefer",
    "team": {"application": 100},
    "cutovers": 0,
    "blackouts": ({"start": date(2027, 1, 1), "end": date(2027, 3, 31), "reason": "drill"},),
    "one_off_budget": {2027: 0},
    "coverage_deadline": "2027Q2",
    "deadlines": ({"period": "2027Q2"},),
    "pins": ({"system": "a", "action": "stay"},),
    "forbids": ({"system": "a", "pool": "kunpeng"},),
    "rules_off": ("blackout",),
    "caps_raised": {"p-a": 100},
    "overrides": {"pools": {"kunpeng": {"vcpu": 1}}},
}


def test_the_changes_cover_every_field():
    assert CHANGES.keys() == Scenario.model_fields.keys()


@pytest.mark.parametrize("field", CHANGES)
def test_each_field_counts_in_the_digest(field):
    assert tiny.scenario(**{field: CHANGES[field]}).digest != tiny.scenario().digest


def test_a_scenario_survives_json():
    full = Scenario(**CHANGES)
    again = Scenario.model_validate_json(full.model_dump_json())
    assert again == full
    assert again.digest == full.digest


@pytest.mark.parametrize("name", names(TIELING))
def test_the_demo_scenarios_fit_the_demo_city(name, tieling):
    scenario = read_scenario(TIELING, name)
    assert scenario.name == name
    applied(tieling, scenario)


def test_baseline_comes_first():
    assert names(TIELING)[0] == "baseline"


@given(st.integers(2000, 2100), st.integers(1, 4), st.integers(1, 60))
def test_periods_are_whole_quarters_without_a_gap(year, quarter, count):
    calendar = Scenario(name="x", start=f"{year}Q{quarter}", periods=count).calendar
    assert len(calendar) == count
    assert calendar[0].start == date(year, 3 * quarter - 2, 1)
    for period, following in pairwise(calendar):
        assert following.start == period.end + timedelta(days=1)
    for period in calendar:
        assert period.name == f"{period.fiscal_year}Q{(period.start.month + 2) // 3}"
        assert 90 <= period.days <= 92
        assert period.start.year == period.end.year == period.fiscal_year


def test_the_calendar_by_hand():
    last = tiny.scenario(start="2027Q4", periods=2).calendar
    assert [(p.name, p.start, p.end) for p in last] == [
        ("2027Q4", date(2027, 10, 1), date(2027, 12, 31)),
        ("2028Q1", date(2028, 1, 1), date(2028, 3, 31)),
    ]


def written(folder, **fields):
    """A scenario file in a city's folder."""
    path = folder / "scenarios" / "mine.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({"name": "mine"} | fields, allow_unicode=True))
    return path


def test_files_say_yuan_and_per_cent(tmp_path):
    path = written(tmp_path, discount_rate=3.5, one_off_budget={2027: 12.34}, team={"database": 1.5})
    found = read_scenario(tmp_path, "mine")
    assert (found.discount_rate, found.one_off_budget, found.team) == (350, {2027: 1234}, {"database": 150})
    assert read_scenario(tmp_path, str(path)) == found


def test_a_faulty_file_tells_every_fault_with_its_line(tmp_path):
    path = written(tmp_path, periods="many", scope="county", cutover=3)
    with pytest.raises(InputError) as caught:
        read_scenario(tmp_path, "mine")
    lines = path.read_text().splitlines()
    told = {lines[fault.place.line - 1].split(":")[0] for fault in caught.value.faults}
    assert told == {"periods", "scope", "cutover"}


def test_an_unknown_scenario_offers_the_nearest():
    with pytest.raises(UsageError, match="baseline"):
        read_scenario(TIELING, "basline")


STRANGERS = {
    "unknown-system": {
        "pins": [{"system": "aa", "action": "stay"}],
        "forbids": [{"system": "bb", "action": "rehost"}],
        "deadlines": [{"period": "2027Q2", "systems": ["cc"]}],
        "blackouts": [{"start": date(2027, 1, 1), "end": date(2027, 1, 2), "reason": "x", "systems": ["dd"]}],
    },
    "unknown-pool": {"targets": ["kunpen"], "pins": [{"system": "a", "action": "rehost", "pool": "kunpneg"}]},
    "unknown-rule": {"rules_off": ["blackot"]},
    "unknown-period": {
        "deadlines": [{"period": "2028Q1"}],
        "coverage_deadline": "2027Q5",
        "pins": [{"system": "a", "action": "rehost", "period": "2026Q4"}],
        "forbids": [{"system": "a", "period": "2027q1"}],
    },
}


@pytest.mark.parametrize("kind", STRANGERS)
def test_what_the_city_does_not_know_is_a_fault(kind):
    with pytest.raises(InputError) as caught:
        applied(tiny.city(), tiny.scenario(**STRANGERS[kind]))
    found = {fault.code for fault in caught.value.faults}
    assert found == {kind}
    expected = {"unknown-system": 4, "unknown-pool": 2, "unknown-rule": 1, "unknown-period": 4}
    assert len(caught.value.faults) == expected[kind]


def test_a_fault_names_the_nearest_and_all_come_at_once():
    fields = {"targets": ["kunpen"], "rules_off": ["blackot"], "overrides": {"pool": {}}}
    with pytest.raises(InputError) as caught:
        applied(tiny.city(), tiny.scenario(**fields))
    fixes = {fault.value: fault.fix for fault in caught.value.faults}
    assert "kunpeng" in fixes["kunpen"]
    assert "blackout" in fixes["blackot"]
    assert "pool" in fixes


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.fixed])
def test_what_defines_a_plan_cannot_be_switched_off(name):
    with pytest.raises(InputError):
        applied(tiny.city(), tiny.scenario(rules_off=[name]))


def test_overrides_change_the_city_and_its_digest_only():
    city, over = tiny.city(), {"pools": {"kunpeng": {"vcpu": 8}}, "assumptions": {"reserve": {"value": 0.2}}}
    changed = applied(city, tiny.scenario(overrides=over))
    assert (changed.pool["kunpeng"].vcpu, city.pool["kunpeng"].vcpu) == (8, 100)
    assert float(changed.assume("reserve")) == 0.2
    assert changed.digest != city.digest
    assert applied(changed, tiny.scenario(overrides=over)).digest == changed.digest
