"""Comparing two plans."""

import json

import pytest

import app_cli
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
    assert "move 2027Q2 → kunpeng × 2,move 2027Q3 → kunpeng × 2,0.77,0.00,0.00" in text


def test_the_same_pools_in_other_numbers_are_a_difference():
    plan = plans.plan()
    river, *rest = plan.moves
    (place,) = river.placements
    parted = (place, place.model_copy(update={"pool": "hygon", "count": 1}))
    one, two = (
        plan.model_copy(update={"moves": (river.model_copy(update={"placements": placed}), *rest)})
        for placed in (parted, (*parted, place))
    )
    (change,) = compare(one, two).changes
    assert (change.a.pools, change.b.pools) == ({"hygon": 1, "kunpeng": 2}, {"hygon": 1, "kunpeng": 4})
    found = {(load.pool, load.resource): load.peak for load in compare(plan, one).pools}
    assert found["hygon", "machines"] == (None, 1)


def test_periods_show_who_goes_and_the_money_of_the_quarter(other):
    rows = (*other.ledger[:2], other.ledger[2].model_copy(update={"commitment": 7}), other.ledger[3])
    found = compare(plans.plan(), other.model_copy(update={"ledger": rows}))
    more = {q.period: {f.key: f.more for f in q.figures if f.more} for q in found.periods}
    assert more == {
        "2027Q1": {},
        "2027Q2": {"moved": -1},
        "2027Q3": {"moved": 1, "commitment": -99_993},
        "2027Q4": {},
    }
    with speaking("en"):
        table = comparison.periods(found)
    assert [row[0] for row in table.rows] == ["2027Q2", "2027Q3"]
    assert table.rows[1][1:] == (0, 1, 8_750_000, 8_750_000, 100_000, 7, -99_993)


def test_pools_show_peak_and_least_room_where_there_is_any():
    plan = plans.plan()
    shut = plan.usage[0].model_copy(update={"capacity": 0})
    loads = compare(plan, plan.model_copy(update={"usage": (shut, *plan.usage[1:])})).pools
    assert {load.resource: (load.peak, load.room) for load in loads} == {
        "machines": ((2, 2), (None, None)),
        "vcpu": ((33, 33), (11, 11)),
        "memory_gib": ((32, 32), (147, 147)),
    }


def test_risks_count_what_may_go_wrong():
    stages = [
        {"name": "coverage", "objective": 3, "bound": 3, "gap": 0},
        {"name": "cost", "objective": 9, "bound": 9, "gap": 0, "proven": False},
        {"name": "disruption", "objective": 5, "bound": 5, "gap": 0},
    ]
    a = plans.plan()
    (old, river) = a.projects
    full = [row.model_copy(update={"used": 44}) if row.resource == "vcpu" else row for row in a.usage]
    risky = {"stages": stages, "verified": False, "usage": [row.model_dump() for row in full]}
    risky |= {"for_study_only": ["om_cost_never_rises"], "assumptions": []}
    risky |= {"scenario": a.scenario | {"rules_off": ["om_cost_never_rises", "blackout"]}}
    risky |= {"projects": [old.model_dump(), river.model_dump() | {"assumed": True}]}
    found = compare(a, plans.plan(**risky))
    differing = {r.key: (r.a, r.b) for r in found.risks if r.a != r.b}
    assert differing == {
        "uncovered": (None, 3),
        "parted": (None, 5),
        "fullest": (0.75, 1.0),
        "tight": (0, 4),
        "unproven": (0, 1),
        "rejected": (False, True),
        "rules_off": (0, 2),
        "study_only": (0, 1),
        "assumed_kinds": (2, 0),
        "assumed_times": (3, 0),
        "assumed_caps": (0, 1),
    }
    assert [(p.key, p.a, p.b, p.times) for p in found.presumed] == [
        ("parallel_weeks", "4 weeks", None, (1, 0)),
        ("test_weeks", "3 weeks", None, (2, 0)),
    ]
    with speaking("en"):
        assert "switches off: O&M cost never rises, Blackout" in comparison.risks(found).note


def test_overrides_differ_one_by_one():
    plan = plans.plan()
    pools = {"kunpeng": {"vcpu": 96, "memory_gib": 256}}
    over = plan.scenario | {"overrides": {"pools": pools}, "cutovers": 2, "one_off_budget": {2027: 100}}
    found = {s.path: (s.a, s.b) for s in compare(plan, plan.model_copy(update={"scenario": over})).settings}
    assert found == {
        "one_off_budget.2027": (500_000, 1),
        "cutovers": (None, 2),
        "overrides.pools.kunpeng.vcpu": (None, 96),
        "overrides.pools.kunpeng.memory_gib": (None, 256),
    }


def test_the_verb_prints_every_part_and_keeps_the_systems_for_csv(other, tmp_path, capsys):
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    for path, plan in zip(files, (plans.plan(), other), strict=True):
        path.write_text(plan.to_json(), encoding="utf-8")
    words = ["compare", *map(str, files), "--lang", "en"]
    assert app_cli.main(words) == 0
    said = capsys.readouterr().out
    parts = ("Totals", "By period", "By pool", "Risk", "What was asked for differently", "Differences")
    assert [part for part in parts if part not in said] == []
    assert "+cutovers: 1" in said
    assert app_cli.main([*words, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "govplan.comparison/1"
    assert told["changes"][0]["b"]["pools"] == {"kunpeng": 2}
    assert app_cli.main([*words, "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("river,")


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
