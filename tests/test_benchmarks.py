"""The benchmarks on tiny instances: what they print is true."""

import itertools
import json
import sys

import pytest

from benchmarks import assignment, city, gap, province
from inventory import UsageError, saver
from tests import tiny

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


STAGES = ["formulate", "prices", "repair", "mip", "extract", "verify"]
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
    assert list(told["seconds_by_stage"]) == ["generate", *STAGES]
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
