"""Many scenarios: the grid, the executor, the results on disk, the table and the picture."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

import app_cli
import inventory
from inventory import InputError, UsageError
from planner.plan import Status
from planner.report import sweeps
from planner.sweep import axis, cases, local, on_dask, sweep
from tests import tiny

ROOT = Path(__file__).resolve().parent.parent


class Here(Executor):
    """An executor of one: what is handed in is done at once."""

    def __init__(self):
        self.calls = 0

    def submit(self, fn, /, *args, **kwargs):
        self.calls += 1
        done = Future()
        done.set_result(fn(*args, **kwargs))
        return done


CITY = tiny.city("abc", pools=[*tiny.pools(), tiny.hygon()])
AXES = (axis("cutovers=1,2"), axis("team.application=2,6"))
GRID = cases(CITY, [tiny.scenario()], AXES)


def swept(folder, executor=None, **how):
    return sweep(CITY, GRID, folder, executor or Here(), **{"time_limit": 60, "gap": 0.0} | how)


def timeless(result):
    """A plan's JSON without the clock's readings."""
    data = json.loads(result.plan.to_json())
    for row in (data, *data["stages"]):
        row.pop("seconds", None)
        row.pop("first_plan_seconds", None)
        row.pop("spent", None)
    return data


def test_a_grid_crosses_its_axes_in_file_units():
    assert [case.values for case in GRID] == [("1", "2"), ("1", "6"), ("2", "2"), ("2", "6")]
    assert GRID[1].scenario.name == "tiny cutovers=1 team.application=6"
    assert (GRID[1].scenario.cutovers, GRID[1].scenario.team) == (1, {"application": 600})
    (money,) = cases(CITY, [tiny.scenario()], [axis("one_off_budget.2027=1.5")])
    assert money.scenario.one_off_budget == {2027: 150}
    (wide,) = cases(CITY, [tiny.scenario()], [axis("overrides.pools.kunpeng.vcpu=7")])
    assert wide.scenario.overrides == {"pools": {"kunpeng": {"vcpu": 7}}}


def test_a_list_of_scenarios_is_a_sweep_too():
    plain = tiny.scenario()
    assert [case.scenario for case in cases(CITY, [plain], [])] == [plain]


@pytest.mark.parametrize("text", ["cutovers", "cutovers=", "=3", "cutovers= , "])
def test_words_that_are_no_axis_are_refused(text):
    with pytest.raises(UsageError):
        axis(text)


@pytest.mark.parametrize(
    "text", ["cutover=1,2", "cutovers=many", "targets=[]", "overrides.pools.nowhere.vcpu=1"]
)
def test_values_that_no_scenario_takes_are_faults_with_their_place(text):
    if text == "targets=[]":
        assert cases(CITY, [tiny.scenario()], [axis(text)])
        return
    with pytest.raises(InputError) as refused:
        cases(CITY, [tiny.scenario()], [axis(text)])
    assert refused.value.faults


def test_results_are_kept_and_not_computed_again(tmp_path):
    first, second = Here(), Here()
    heard = []
    one = swept(tmp_path, first)
    two = swept(tmp_path, second, told=lambda *what: heard.append((what[0], what[3])))
    assert (first.calls, second.calls) == (4, 0)
    assert one == two
    assert heard == [(n, True) for n in (1, 2, 3, 4)]
    assert {path.name for path in tmp_path.iterdir()} == {result.file.name for result in one}


def test_a_damaged_or_hurried_result_is_computed_again(tmp_path):
    one = swept(tmp_path)
    one[0].file.write_text(one[0].plan.to_json()[:-50])
    hurried = one[1].plan.model_copy(update={"status": Status.feasible, "seconds": 5.0})
    one[1].file.write_text(hurried.to_json())
    again = Here()
    two = swept(tmp_path, again)
    assert again.calls == 2
    assert [timeless(r) for r in one] == [timeless(r) for r in two]
    one[1].file.write_text(hurried.to_json())
    patient = Here()
    swept(tmp_path, patient, time_limit=6)
    assert patient.calls == 0


def test_another_inventory_or_gap_is_another_question(tmp_path):
    swept(tmp_path)
    other = Here()
    sweep(tiny.changed(CITY, "pools", "kunpeng", vcpu=50), GRID, tmp_path, other, gap=0.0)
    swept(tmp_path, other, gap=0.1)
    assert other.calls == 8


def test_pools_of_one_and_of_two_find_identical_plans(tmp_path):
    found = []
    for workers in (1, 2):
        with local(workers) as pool:
            found.append([timeless(result) for result in swept(tmp_path / str(workers), pool)])
    assert found[0] == found[1] == [timeless(result) for result in swept(tmp_path / "here")]


def test_the_table_marks_who_is_beaten_by_nobody(tmp_path):
    results = swept(tmp_path)
    every = [sweeps.figures(result) for result in results]
    for own, front in zip(every, sweeps.best(results), strict=True):
        assert front == (not any(other.beats(own) for other in every))
    table = sweeps.table(results, AXES)
    assert len(table.rows) == 4
    assert [row[2:4] for row in table.rows] == [case.values for case in GRID]


def test_a_case_without_a_plan_has_a_row_without_figures(tmp_path):
    soon = tiny.scenario(deadlines=[{"period": "2027Q1"}])
    results = sweep(CITY, cases(CITY, [soon], [axis("cutovers=1,3")]), tmp_path, Here(), gap=0.0)
    rows = sweeps.as_json(results, [axis("cutovers=1,3")])["cases"]
    assert [(row["status"], row["front"]) for row in rows] == [("infeasible", False), ("optimal", True)]
    assert rows[0]["cost"] is None
    assert sweeps.pareto(results).to_dict()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A Dask scheduler with two workers, each a process of its own, seen by this machine only."""
    distributed = pytest.importorskip("distributed")
    alone = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    work = {
        "scheduler_kwargs": {"dashboard": False},
        "n_workers": 2,
        "threads_per_worker": 1,
        "processes": True,
        "local_directory": str(tmp_path_factory.mktemp("dask")),
    }
    with distributed.LocalCluster(**alone, **work) as made:
        yield made


def test_a_dask_cluster_and_a_process_pool_find_identical_plans(cluster, tmp_path):
    workers = {nanny.pid for nanny in cluster.workers.values()}
    with on_dask(cluster.scheduler_address) as executor:
        placed = {executor.submit(os.getpid).result() for _turn in range(4)}
        there = swept(tmp_path / "dask", executor)
    with local(2) as pool:
        here = swept(tmp_path / "pool", pool)
    assert [timeless(result) for result in there] == [timeless(result) for result in here]
    assert [result.plan.status for result in there] == [Status.optimal] * 4
    assert placed <= workers
    assert not cluster.scheduler.clients.keys() - {"fire-and-forget"}


def test_the_verb_sweeps_on_a_dask_cluster(cluster, folder, tmp_path, capsys):
    grid = ["sweep", str(folder), "--grid", "cutovers=1,2", "--gap", "0", "--lang", "en"]
    there = ["--out", str(tmp_path / "there"), "--dask", cluster.scheduler_address]
    assert app_cli.main([*grid, *there]) == 0
    assert app_cli.main([*grid, "--out", str(tmp_path / "here"), "--workers", "1"]) == 0
    assert "2/2" in capsys.readouterr().err
    tables = [(tmp_path / side / "sweep.csv").read_bytes() for side in ("there", "here")]
    assert tables[0] == tables[1]


def test_a_dask_cluster_that_does_not_answer_is_told(monkeypatch):
    monkeypatch.setattr("planner.sweep.running.CONNECTING", 0.2)
    with pytest.raises(UsageError, match="no Dask scheduler"), on_dask("tcp://127.0.0.1:9"):
        pass


def test_dask_that_is_not_installed_is_told_with_the_repair(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match="pip install"), on_dask("tcp://here:8786"):
        pass


@pytest.fixture
def folder(tmp_path):
    """The three systems as a city's folder with one scenario."""
    path = tmp_path / "town"
    inventory.save(CITY, path)
    (path / "scenarios").mkdir()
    (path / "scenarios" / "baseline.yaml").write_text("name: baseline\nperiods: 4\n")
    return path


def words(folder, out):
    grid = ["--grid", "cutovers=1,2,3", "--grid", "team.application=2,4,6,8", "--workers", "1"]
    return ["sweep", str(folder), *grid, "--gap", "0", "--out", str(out), "--lang", "en"]


def alive(pid):
    """Whether a process runs; one that ended and was not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] not in "ZX"
    except OSError:
        return False


def test_a_killed_sweep_goes_on_to_the_same_table(folder, tmp_path, capsys):
    """Killed without a chance to clean up; what was done is not done again."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert app_cli.main(words(folder, whole)) == 0
    command = [sys.executable, "-m", "app_cli", *words(folder, killed)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    give_up = time.monotonic() + 60
    while len(list(killed.glob("plans/*.json"))) < 2 and time.monotonic() < give_up:
        time.sleep(0.005)
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.send_signal(signal.SIGKILL)
    process.wait()
    while any(map(alive, workers)) and time.monotonic() < give_up:
        time.sleep(0.02)
    assert workers
    assert not any(map(alive, workers))
    before = {path: path.stat().st_mtime_ns for path in killed.glob("plans/*.json")}
    assert 2 <= len(before) < 12
    capsys.readouterr()
    assert app_cli.main(words(folder, killed)) == 0
    assert capsys.readouterr().err.count("kept from before") == len(before)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert (killed / "sweep.csv").read_bytes() == (whole / "sweep.csv").read_bytes()
    assert (killed / "pareto.svg").read_bytes() == (whole / "pareto.svg").read_bytes()


def test_the_verb_prints_and_writes_the_table(folder, tmp_path, capsys):
    out = tmp_path / "out"
    how = ["sweep", str(folder), "--grid", "cutovers=1", "--workers", "1", "--out", str(out), "--lang", "en"]
    assert app_cli.main([*how, "--format", "json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["schema"] == "govplan.sweep/1"
    assert "1/1 baseline cutovers=1: optimal" in said.err
    (row,) = csv.DictReader((out / "sweep.csv").read_text(encoding="utf-8-sig").splitlines())
    assert row["cutovers"] == "1"
    assert {path.name for path in out.iterdir()} == {
        "plans",
        "pareto.png",
        "pareto.svg",
        "sweep.csv",
        "sweep.json",
        "sweep.xlsx",
    }
    assert app_cli.main([*how, "--grid", "cutover=1"]) == 2
