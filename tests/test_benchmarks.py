"""The benchmarks on tiny instances: what they print is true."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

import planner
from benchmarks import assignment, city, gap, province
from benchmarks.instance import check
from benchmarks.instance.write import decided, document
from benchmarks.instances import generate
from inventory import UsageError, saver
from tests import tiny

SHIPPED = Path(check.__file__).parent / "data"
TWO = "2 3\n 4 9 5\n 6 2 7\n 3 3 3\n 2 2 2\n 5 4\n"
"""Two agents, three jobs: the second agent takes two jobs at most, the first one only."""


def printed(main, capsys, monkeypatch, *words):
    """The objects that a benchmark prints."""
    monkeypatch.setattr(sys, "argv", ["benchmark", *map(str, words)])
    main()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def put(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


def test_an_assignment_file_holds_one_instance_or_several(tmp_path):
    (one,) = assignment.read(put(tmp_path, "c2", TWO))
    assert (one.name, one.maximised, one.capacities) == ("c2", False, (5, 4))
    assert one.demands == ((3, 3, 3), (2, 2, 2))
    several = assignment.read(put(tmp_path, "gap7.txt", f"2\n{TWO}{TWO}"))
    assert [of.name for of in several] == ["gap7.txt#1", "gap7.txt#2"]
    assert all(of.maximised for of in several)


@pytest.mark.parametrize("text", ["", "2 3 4", TWO + "1", "words"])
def test_other_files_are_refused(tmp_path, text):
    with pytest.raises(UsageError, match="c2"):
        assignment.read(put(tmp_path, "c2", text))


def cheapest(of):
    """The best value by trying every assignment."""
    values = [of.value(list(ways)) for ways in itertools.product(of.agents, repeat=len(of.jobs))]
    return (max if of.maximised else min)(value for value in values if value is not None)


@pytest.mark.parametrize(("name", "value"), [("c2", 13), ("gap2", 22)])
def test_the_planner_finds_the_best_assignment(tmp_path, capsys, monkeypatch, name, value):
    path = put(tmp_path, name, TWO)
    put(tmp_path, "best_known.csv", f"Path,Best known solution value\nx/{name},{value}\n")
    (told,) = printed(gap.main, capsys, monkeypatch, path, "--time-limit", 5)
    assert told["value"] == told["best_known"] == value == cheapest(assignment.read(path)[0])
    assert told["bound"] == pytest.approx(value)
    assert told["their"]["value"] == pytest.approx(value)
    assert told["ratio"] > 0


def test_an_assignment_that_cannot_be_has_no_value(tmp_path, capsys, monkeypatch):
    path = put(tmp_path, "c2", TWO.replace("5 4", "2 4"))
    (told,) = printed(gap.main, capsys, monkeypatch, path, "--time-limit", 5)
    assert (told["status"], told["value"], told["their"]["value"]) == ("infeasible", None, None)


STAGES = ["formulate", "prepare", "prices", "repair", "mip", "extract", "verify"]
SMALL = ("--systems", 4, "--periods", 4, "--pools", 2, "--time-limit", 10)


@pytest.mark.parametrize(
    ("main", "more"), [(city.main, ["--seed", 3, "--against", "textbook"]), (province.main, ["--blocks"])]
)
def test_a_generated_instance_is_planned_and_verified(main, more, capsys, monkeypatch):
    (told,) = printed(main, capsys, monkeypatch, *SMALL, *more)
    assert told["verified"]
    assert told["size"] == {"systems": 4, "periods": 4, "pools": 2}
    assert told["bound"] <= told["value"]
    assert told["gap"] >= 0
    assert "gap_of_saving" in told
    assert list(told["seconds_by_stage"]) == ["generate", "read", *STAGES]
    assert told["first_plan_seconds"] <= told["seconds"]
    if "--against" in more:
        assert told["their"]["value"] == pytest.approx(told["value"], rel=0.01)
        assert told["speedup"] > 0


def test_a_folder_is_read_as_a_city(tmp_path, capsys, monkeypatch):
    saver.save(tiny.city("a"), tmp_path)
    put(tmp_path, "scenario.yaml", "name: short\nperiods: 2\n")
    words = ("--city", tmp_path, "--scenario", tmp_path / "scenario.yaml")
    (told,) = printed(city.main, capsys, monkeypatch, *words)
    assert told["verified"]
    assert list(told["seconds_by_stage"]) == ["read", *STAGES]


@pytest.fixture(scope="module")
def instance():
    """A generated instance as the checker sees it, a plan for it, and the planner's own figures."""
    of, under = generate(12, 2, 8, 1, blocks=True)
    problem = tiny.problem(of, under)
    plan = planner.solve(problem, time_limit=10, gap=0.001)
    return json.loads(json.dumps([document(problem, "x"), decided(plan)])), plan


def test_the_checker_finds_the_planners_figures(instance):
    (of, decisions), plan = instance
    told = check.verdict(of, decisions)
    objectives = {stage.name: stage.objective for stage in plan.stages}
    assert told["broken"] == []
    assert (told["uncovered"], told["value"]) == (objectives["coverage"], objectives["cost"])
    assert check.verdict(of, json.loads(plan.to_json())) == told


def test_the_checker_knows_when_a_value_is_better(instance):
    (of, decisions), _plan = instance
    own = check.verdict(of, decisions)
    for more, better in ((1, True), (0, False)):
        best = {"uncovered": own["uncovered"], "value": own["value"] + more}
        assert check.verdict(of | {"best": best}, decisions)["better"] is better


def late(of):
    """Every system's deadline is the first period."""
    return {"deadlines": [{"system": s["id"], "by": 0} for s in of["systems"]]}


BREAKERS = {
    "cutovers_per_period": lambda _of: {"cutovers": 0},
    "team_capacity": lambda of: {"team": dict.fromkeys(of["team"], 1)},
    "one_off_budget": lambda of: {"budget": dict.fromkeys(of["budget"], 0)},
    "om_cost_never_rises": lambda of: {"caps": [cap | {"limit": -1} for cap in of["caps"]]},
    "pool_capacity": lambda of: {
        "pools": {k: p | {"capacity": {"vcpu": [0] * 8}} for k, p in of["pools"].items()}
    },
    "blackout": lambda of: {"systems": [s | {"blocked": list(range(8))} for s in of["systems"]]},
    "adaptation_lead_time": lambda of: {
        "systems": [s | {"paths": [k | {"lead": 9} for k in s["paths"]]} for s in of["systems"]]
    },
    "deadline": late,
    "link_capacity": lambda of: {
        "links": [{"id": "l", "room": 0, "loads": [[s["id"], None, s["id"], None, 1] for s in of["systems"]]}]
    },
    "precedence": lambda of: {"order": [[a["id"], b["id"]] for a in of["systems"] for b in of["systems"]]},
    "move_together": lambda of: {"together": [[s["id"] for s in of["systems"]]]},
    "whole_placement": lambda of: {"systems": [s | {"paths": []} for s in of["systems"]]},
}


@pytest.mark.parametrize("rule", BREAKERS)
def test_the_checker_names_a_broken_constraint(rule, instance):
    (of, decisions), _plan = instance
    told = check.verdict(of | BREAKERS[rule](of), decisions)
    assert not told["feasible"]
    assert any(fault.startswith(f"{rule}[") for fault in told["broken"])


def test_a_plan_of_unknown_systems_or_machines_out_of_place_is_refused(instance):
    (of, decisions), _plan = instance
    stranger = {"system": "nobody", "action": "retire", "period": of["periods"][0]["name"]}
    assert check.verdict(of, {"moves": [stranger]})["broken"] == ["unknown[nobody]"]
    moves = [
        m | {"placements": [p | {"count": 0} for p in m.get("placements", [])]} for m in decisions["moves"]
    ]
    assert check.verdict(of, {"moves": moves})["value"] is None


def test_the_shipped_instances_hold_what_they_state():
    files = sorted(SHIPPED.glob("*[!n].json"))
    assert 3 <= len(files) <= 8
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 1_000_000
    page = (SHIPPED.parents[2] / "docs" / "benchmark.md").read_text()
    for path in files:
        told = check.verdict(*(json.loads(p.read_text()) for p in (path, path.with_suffix(".plan.json"))))
        best = told["best"]
        assert told["feasible"]
        assert (told["uncovered"], told["value"]) == (best["uncovered"], best["value"])
        assert best["bounds"]["cost"] <= best["value"]
        assert f"| `{path.stem}` |" in page


def test_the_checker_runs_alone(instance, tmp_path):
    (of, decisions), _plan = instance
    files = [put(tmp_path, name, json.dumps(of_)) for name, of_ in (("i.json", of), ("p.json", decisions))]
    ran = subprocess.run([sys.executable, "-I", check.__file__, *files], capture_output=True, text=True)
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["feasible"]
