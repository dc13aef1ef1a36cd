"""The model as a file: another solver's door to the same question."""

import highspy
import pulp
import pytest

import app_cli
import planner
import topology
from planner.solver import write_model
from tests import tiny
from tests.conftest import TIELING

CASES = {"plain": (tiny.city(), tiny.scenario()), "everything": tiny.telling()}


@pytest.fixture(params=CASES)
def case(request):
    """A problem with its plan."""
    problem = tiny.problem(*CASES[request.param])
    return problem, tiny.solved(*CASES[request.param])


def cost_of(plan):
    """What the cost stage reached, in the thousands of yuan of the file."""
    return next(stage.objective for stage in plan.stages if stage.name == "cost") / 100_000


def test_an_mps_file_solved_anew_has_the_objective_of_the_plan(case, tmp_path):
    problem, plan = case
    write_model(problem, plan, tmp_path / "sub" / "model.mps", "mps")
    _names, model = pulp.LpProblem.fromMPS(str(tmp_path / "sub" / "model.mps"))
    stats = model.solve(pulp.HiGHS(msg=False, threads=1, gapRel=0.0))
    assert stats.objective == pytest.approx(cost_of(plan), rel=1e-5)


def test_an_lp_file_solved_anew_has_the_objective_of_the_plan(case, tmp_path):
    problem, plan = case
    write_model(problem, plan, tmp_path / "model.lp", "lp")
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    assert solver.readModel(str(tmp_path / "model.lp")) == highspy.HighsStatus.kOk
    solver.run()
    assert solver.getInfo().objective_function_value == pytest.approx(cost_of(plan), rel=1e-5)


def test_the_coverage_reached_stands_as_a_row(tmp_path):
    """Without the row, staying would be the cheapest: the new place costs more."""
    city = tiny.city("a", tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new", 6000)])
    plan = tiny.solved(city, tiny.scenario())
    write_model(tiny.problem(city, tiny.scenario()), plan, tmp_path / "model.lp", "lp")
    assert "keep_coverage" in (tmp_path / "model.lp").read_text()


def test_what_a_plan_made_anew_keeps_stands_in_the_file(tmp_path):
    """A move under way is put off by a blackout; that one is all the file lets slip."""
    city = tiny.city("ab", workloads=[tiny.workload(name, software=["oracle"]) for name in "ab"])
    plan = tiny.solved(city, tiny.scenario(pins=[{"system": "a", "action": "rehost", "period": "2027Q3"}]))
    shut = {"start": "2027-07-01", "end": "2027-09-25", "reason": "x", "systems": ["a"]}
    under = tiny.scenario(blackouts=[shut])
    problem = planner.formulate(city, topology.build(city), under, planner.Since(plan, "2027Q3"))
    anew = planner.solve(problem, time_limit=20, gap=0.0)
    assert {stage.name for stage in anew.stages} >= {"under_way", "coverage", "cost"}
    write_model(problem, anew, tmp_path / "model.mps", "mps")
    _names, model = pulp.LpProblem.fromMPS(str(tmp_path / "model.mps"))
    stats = model.solve(pulp.HiGHS(msg=False, threads=1, gapRel=0.0))
    assert stats.objective == pytest.approx(cost_of(anew), rel=1e-5)
    assert "keep_under_way" in (tmp_path / "model.mps").read_text()


def test_the_verb_plan_writes_both_files(tmp_path, capsys):
    names = [tmp_path / "model.lp", tmp_path / "model.mps"]
    words = ["plan", TIELING, "--time-limit", "1", "--write-lp", names[0], "--write-mps", names[1]]
    assert app_cli.main([*map(str, words), "--lang", "en"]) in (0, 4)
    assert all(path.stat().st_size for path in names)
    assert "model.mps" in capsys.readouterr().err
