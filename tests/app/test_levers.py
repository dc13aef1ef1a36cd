"""Levers: rows that nobody touched give the scenario back; touched ones change just that."""

from pathlib import Path

import pytest

from app_pages import levers
from inventory.resources import resource
from inventory.text import speaking
from planner import applied, read_scenario
from planner.scenario import names

FOLDER = Path(resource("tieling"))


def untouched(city, base):
    """What the form returns when nobody edits a row."""
    decisions = levers.decision_rows(base)
    return {
        "one_off_budget": levers.budget(levers.budget_rows(base)),
        "blackouts": levers.blackouts(levers.blackout_rows(base)),
        "deadlines": levers.deadlines(levers.deadline_rows(base)),
        "pins": levers.decisions(decisions, "pin"),
        "forbids": levers.decisions(decisions, "forbid"),
        "overrides": levers.overrides(
            city, base, levers.price_rows(city, base), levers.ratio_rows(city, base)
        ),
    }


@pytest.mark.parametrize("name", names(FOLDER))
def test_untouched_levers_give_the_scenario_back(tieling, name):
    base = read_scenario(FOLDER, name)
    assert levers.edited(base, untouched(tieling, base)) == base
    assert levers.differences(base, levers.edited(base, untouched(tieling, base))) == []


def test_a_changed_price_and_ratio_reach_the_city_and_can_be_taken_back(tieling):
    base = read_scenario(FOLDER, "baseline")
    prices, ratios = levers.price_rows(tieling, base), levers.ratio_rows(tieling, base)
    prices[0] |= {"price": prices[0]["price"] + 1.5}
    ratios[0] |= {"vcpu_ratio": 0.5}
    changed = levers.edited(base, {"overrides": levers.overrides(tieling, base, prices, ratios)})
    after = applied(tieling, changed)
    old = tieling.tariff[prices[0]["tariff"]].prices[prices[0]["item"]]
    assert after.tariff[prices[0]["tariff"]].prices[prices[0]["item"]] == old + 150
    assert next(s for s in after.sizing if s.id == ratios[0]["sizing"]).vcpu_ratio == 5000
    plain = levers.price_rows(tieling, base), levers.ratio_rows(tieling, base)
    assert levers.overrides(tieling, changed, *plain) == base.overrides


def test_an_edit_is_told_lever_by_lever():
    base = read_scenario(FOLDER, "baseline")
    changes = {"periods": base.periods + 4, "scope": "city", "discount_rate": 450, "team": {"database": 250}}
    changes |= {"ipv6": "require"}
    with speaking("en"):
        told = levers.differences(base, levers.edited(base, changes))
    assert [(before, after) for _lever, before, after in told] == [
        (str(base.periods), str(base.periods + 4)),
        ("each project", "the city as a whole"),
        ("3 %", "4.5 %"),
        ("no matter", "required"),
        ("application: 12 person-months, database: 6 person-months", "database: 2.5 person-months"),
    ]


def test_quarters_cross_the_year():
    assert levers.quarters("2027Q3", 4) == ["2027Q3", "2027Q4", "2028Q1", "2028Q2"]


def test_no_limit_is_not_zero():
    base = read_scenario(FOLDER, "baseline")
    assert levers.team(None, 2.5) == {"database": 250}
    assert levers.budget([{"year": "2027", "budget": None}, {"year": "2028", "budget": 0.5}]) == {
        2028: 500_000
    }
    assert levers.budget_rows(levers.edited(base, {"one_off_budget": {}}))[0]["budget"] is None
