"""The rows of each rule and each objective, compared with golden LP files.

``GOVPLAN_WRITE_GOLDEN=1`` writes the files anew: read the difference before committing it.
"""

import os
from dataclasses import replace
from pathlib import Path

import pulp
import pytest

from planner import rules, verifier
from planner.plan import Replanned
from planner.rulebook import RULES
from planner.rules import ROWS, choose, expression
from tests import tiny

GOLDEN = Path(__file__).parent / "golden"
AIMS = {
    "under_way": rules.displaced,
    "coverage": rules.uncovered,
    "cost": rules.discounted_cost,
    "ipv6": rules.unready,
    "disruption": rules.disruption,
}


@pytest.fixture(scope="module")
def problem():
    return tiny.problem(*tiny.telling())


def anew(problem, name):
    """The problem; for what only a re-planning knows, with a plan to keep to."""
    decided = [
        {"system": "a", "action": "rehost", "period": "2027Q3", "work_starts": "2027Q1"},
        {"system": "b", "action": "rehost", "period": "2027Q1", "machines": {"b-app": {"kunpeng": 2}}},
        {"system": "c", "action": "retire", "period": "2027Q2"},
    ]
    blocks = [{"block": "more", "period": "2027Q1", "count": 1}]
    told = {"earlier": "x", "as_of": "2027Q2", "change_penalty": 100, "decided": decided, "blocks": blocks}
    fresh = name in ("past_kept", "under_way")
    return replace(problem, earlier=Replanned.model_validate(told)) if fresh else problem


def of_rule(problem, name):
    """A model of one rule's rows alone."""
    problem = anew(problem, name)
    x = choose(problem)
    for row in ROWS[name](problem, x):
        x.model.addConstraint(expression(row), f"{name}[{','.join(row.subject)}]")
    return x.model


def of_aim(problem, name):
    """A model of one objective alone."""
    problem = anew(problem, name)
    x = choose(problem)
    x.model.setObjective(AIMS[name](problem, x))
    return x.model


def written(model: pulp.LpProblem, folder) -> str:
    """The model as LP text."""
    path = folder / "model.lp"
    model.writeLP(str(path))
    return path.read_text()


def compare(text, name):
    """Compare with a golden file, or write it."""
    path = GOLDEN / f"{name}.lp"
    if os.environ.get("GOVPLAN_WRITE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("name", RULES)
def test_the_rows_of_a_rule(name, problem, tmp_path):
    model = of_rule(problem, name)
    assert model.numConstraints() > 0
    compare(written(model, tmp_path), name)


@pytest.mark.parametrize("name", AIMS)
def test_the_terms_of_an_objective(name, problem, tmp_path):
    model = of_aim(problem, name)
    assert model.objective.items()
    compare(written(model, tmp_path), f"aim_{name}")


def test_every_rule_has_rows_a_judge_and_a_golden_file():
    assert set(ROWS) == set(verifier.JUDGES) == set(RULES)
    files = {path.stem for path in GOLDEN.glob("*.lp")}
    assert files == set(RULES) | {f"aim_{name}" for name in AIMS}
    assert tuple(AIMS) == rules.AIMS


def test_a_row_name_carries_rule_and_subject(problem):
    name, row = next(
        pair for pair in rules.rows(problem, choose(problem)) if pair[0] == "om_cost_never_rises"
    )
    assert f"{name}[{','.join(row.subject)}]" == "om_cost_never_rises[p-a,2027]"


def test_a_rule_switched_off_or_left_out_has_no_rows():
    city, scenario = tiny.telling()
    problem = tiny.problem(city, tiny.rescened(scenario, rules_off=["blackout"]))
    names = {name for name, _row in rules.rows(problem, choose(problem), ("deadline",))}
    assert names == set(RULES) - {"blackout", "deadline", "past_kept"}


def binding(problem, pool, resource):
    """The periods whose rows of a pool stay in the model."""
    found = ROWS["pool_capacity"](problem, choose(problem))
    return [row.subject[2] for row in found if not row.implied and row.subject[:2] == (pool, resource)]


def test_a_pool_keeps_the_rows_before_it_grows(problem):
    assert binding(problem, "hygon", "vcpu") == ["2027Q3"]
    assert binding(problem, "kunpeng", "memory_gib") == ["2027Q3"]
    assert binding(problem, "kunpeng", "vcpu") == ["2027Q1", "2027Q2", "2027Q3"]
    (first, *others) = problem.rooms
    late = replace(first, capacity={"vcpu": (0, 0, 20)})
    assert binding(replace(problem, rooms=(late, *others), purchases=()), first.pool, "vcpu") == [
        "2027Q2",
        "2027Q3",
    ]


def test_a_deadline_binds_once(problem):
    rows = list(ROWS["deadline"](problem, choose(problem)))
    assert [row.subject[1] for row in rows if not row.implied] == ["2027Q2"]
    assert [row.subject[1] for row in rows if row.implied] == ["2027Q3"]


def test_one_period_is_an_assignment(problem):
    city, scenario = tiny.telling()
    short = tiny.rescened(scenario, periods=1, blackouts=[], deadlines=[], pins=[], one_off_budget={})
    x = choose(tiny.problem(city, short))
    assert x.machines
    assert not x.share
    assert not x.surplus
    assert {v.name[0] for v in x.model.variables()} <= set("zqyBsmc")
    assert all(bys[0] is x.retired_at[system][0] for system, bys in x.retired_by.items())
