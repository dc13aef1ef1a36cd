"""The model as a file: another solver's door to the same question."""

import highspy
import pulp
import pytest

import app_cli
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


def test_the_verb_plan_writes_both_files(tmp_path, capsys):
    names = [tmp_path / "model.lp", tmp_path / "model.mps"]
    words = ["plan", TIELING, "--time-limit", "1", "--write-lp", names[0], "--write-mps", names[1]]
    assert app_cli.main([*map(str, words), "--lang", "en"]) in (0, 4)
    assert all(path.stat().st_size for path in names)
    assert "model.mps" in capsys.readouterr().err
