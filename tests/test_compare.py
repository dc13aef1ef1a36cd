"""Comparing two plans."""

import pytest

from inventory import InputError
from inventory.text import speaking
from planner.compare import compare
from planner.report import comparison
from planner.report.table import to_csv
from tests import plans


@pytest.fixture
def other():
    """The plan of the fixture with river a period later, dearer, under another scenario."""
    plan = plans.plan()
    river, *rest = plan.moves
    later = river.model_copy(update={"period": "2027Q3", "om_cost_after": river.om_cost_after + 77})
    scenario = plan.scenario | {"name": "tight", "cutovers": 1}
    return plan.model_copy(update={"moves": (later, *rest), "scenario": scenario})


def test_a_plan_equals_itself():
    found = compare(plans.plan(), plans.plan())
    assert found.changes == ()
    assert found.alike == 3
    assert found.scenario_diff == ""
    assert all(figure.more == 0 for figure in found.sums)


def test_differences_name_system_and_money(other):
    found = compare(plans.plan(), other)
    (change,) = found.changes
    assert (change.system, change.a.period, change.b.period) == ("river", "2027Q2", "2027Q3")
    assert change.more("om_cost_after") == 77
    assert {s.key: s.more for s in found.sums if s.more} == {"om_cost_after": 77}


def test_a_system_missing_on_one_side_is_a_difference():
    plan = plans.plan()
    found = compare(plan, plan.model_copy(update={"moves": plan.moves[1:]}))
    (change,) = found.changes
    assert (change.system, change.b) == ("river", None)
    assert change.more("one_off") == -plan.moves[0].one_off


def test_the_scenarios_differ_as_a_reviewable_diff(other):
    lines = compare(plans.plan(), other).scenario_diff.splitlines()
    assert lines[:2] == ["--- baseline", "+++ tight"]
    assert {"-name: baseline", "+name: tight", "+cutovers: 1"} <= set(lines)


def test_another_inventory_is_told(other):
    digests = other.digests.model_copy(update={"inventory": "0" * 64})
    found = compare(plans.plan(), other.model_copy(update={"digests": digests}))
    assert not found.same_inventory
    with speaking("en"):
        assert "inventories differ" in comparison.sums(found).note


def test_swapping_the_plans_turns_the_signs(other):
    there, back = compare(plans.plan(), other), compare(other, plans.plan())
    assert [s.more for s in there.sums] == [-s.more for s in back.sums]


def test_the_table_of_differences_shows_both_decisions(other):
    with speaking("en"):
        text = to_csv(comparison.changes(compare(plans.plan(), other)))
    assert "move 2027Q2 → kunpeng,move 2027Q3 → kunpeng,0.77,0.00,0.00" in text


def test_a_plan_for_study_only_stays_stamped(other):
    stamped = other.model_copy(update={"for_study_only": ("om_cost_never_rises",)})
    with speaking("en"):
        assert "tight: FOR STUDY ONLY" in comparison.sums(compare(plans.plan(), stamped)).note


def test_a_scenario_of_another_version_is_bad_input():
    plan = plans.plan()
    foreign = plan.model_copy(update={"scenario": plan.scenario | {"periods": "many", "moon": 1}})
    with pytest.raises(InputError) as told:
        compare(plan, foreign)
    assert {fault.message.split(":")[0] for fault in told.value.faults} == {"periods", "moon"}
