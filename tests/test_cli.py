"""The terminal face: what each verb prints, where, and its exit code."""

import csv
import io
import json
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import app_cli
import inventory
import planner
from planner.plan import Plan, read
from tests import plans

SCENARIO = """# a comment
name: baseline
start: 2027Q1
periods: 4
"""


@pytest.fixture
def folder(tmp_path):
    """The small city as a folder with one scenario; lists it does not name are the shipped ones."""
    path = tmp_path / "town"
    inventory.save(plans.city().model_copy(update={"assumptions": ()}), path)
    head = (path / "city.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    (path / "city.yaml").write_text("".join(line for line in head if "[]" not in line), encoding="utf-8")
    (path / "scenarios").mkdir()
    (path / "scenarios" / "baseline.yaml").write_text(SCENARIO, encoding="utf-8")
    return path


@pytest.fixture
def plan_file(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(plans.plan().to_json(), encoding="utf-8")
    return path


@pytest.fixture
def run(capsys):
    """Run a command line in English; return its exit code, stdout and stderr."""

    def call(*words, lang="en"):
        capsys.readouterr()
        code = app_cli.main([*map(str, words), "--lang", lang])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return call


@pytest.fixture
def proposes(monkeypatch):
    """Let the planner answer with a plan made by hand."""

    def answer(**changes):
        monkeypatch.setattr(planner, "propose", lambda *_args, **_options: plans.plan(**changes))

    answer()
    return answer


def test_check_prints_findings_as_json_on_stdout_only(run, folder):
    code, out, err = run("check", folder, "--format", "json")
    value = json.loads(out)
    assert (code, value["schema"]) == (0, "govplan.findings/1")
    assert set(value) == {"schema", "findings", "checked"}
    assert "warnings" in err


@pytest.mark.parametrize(("level", "code"), [("never", 0), ("info", 1), ("warning", 1)])
def test_fail_on_turns_findings_into_an_exit_code(run, folder, level, code):
    assert run("check", folder, "--fail-on", level)[0] == code


def test_fail_on_error_looks_at_errors_only(run, folder):
    code, out, _err = run("check", folder, "--fail-on", "error", "--format", "json")
    errors = [f for f in json.loads(out)["findings"] if f["severity"] == "error"]
    assert code == bool(errors)


def test_check_lists_every_fault_of_city_and_scenarios(run, folder):
    systems = folder / "systems.yaml"
    systems.write_text(systems.read_text(encoding="utf-8").replace("owner: bureau", "owner: nobody", 1))
    (folder / "scenarios" / "broken.yaml").write_text("name: broken\nperiods: many\n", encoding="utf-8")
    code, out, err = run("check", folder, "--format", "json")
    assert code == 2
    files = {Path(fault["place"]["file"]).name for fault in json.loads(out)["faults"]}
    assert files == {"systems.yaml", "broken.yaml"}
    assert "nobody" in err
    assert all(" → " in line for line in err.splitlines())


def test_a_faulty_workbook_comes_back_marked(run, tmp_path):
    book = tmp_path / "city.xlsx"
    assert run("init", "--xlsx", book)[0] == 0
    code, _out, err = run("check", book)
    assert (code, (tmp_path / "city.marked.xlsx").exists()) == (2, True)
    assert "Marked copy" in err


def test_init_copies_a_city_that_loads(run, tmp_path):
    assert run("init", tmp_path / "new")[0] == 0
    assert inventory.load(tmp_path / "new").systems
    assert run("init", tmp_path / "new")[0] == 2


def test_init_needs_one_target(run):
    assert run("init")[0] == 2


def test_plan_prints_the_plan(run, folder, proposes):
    code, out, _err = run("plan", folder, "--format", "json")
    assert code == 0
    assert Plan.model_validate_json(out) == plans.plan()


def test_plan_prints_csv_with_exact_money(run, folder, proposes):
    code, out, _err = run("plan", folder, "--format", "csv")
    rows = {row["System"]: row for row in csv.DictReader(io.StringIO(out))}
    assert code == 0
    assert rows["river"]["O&M a year after (CNY)"] == "350000.01"


def test_plan_prints_a_table(run, folder, proposes):
    code, out, _err = run("plan", folder)
    assert code == 0
    for word in ("Systems moved", "2027Q2", "河长制系统", "350,000.01"):
        assert word in out


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verified": False}, 1),
        (plans.CONFLICT, 3),
        (plans.CONFLICT | {"status": "unknown", "conflict": []}, 4),
    ],
)
def test_exit_codes_of_a_plan(run, folder, proposes, changes, code):
    proposes(**changes)
    assert run("plan", folder)[0] == code


def test_a_conflict_is_printed_in_words(run, folder, proposes):
    proposes(**plans.CONFLICT)
    _code, out, _err = run("plan", folder)
    assert "deadline later; in all 1 periods" in out
    _code, out, err = run("plan", folder, "--format", "json")
    assert "Deadline: 河长制系统" in err
    assert json.loads(out)["conflict"][0]["rule"] == "deadline"


def test_a_plan_for_study_only_is_stamped_on_the_terminal(run, folder, proposes):
    proposes(for_study_only=["om_cost_never_rises"])
    assert "FOR STUDY ONLY" in run("plan", folder)[1]
    rows = list(csv.DictReader(io.StringIO(run("plan", folder, "--format", "csv")[1])))
    assert all(row["Stamp"].startswith("FOR STUDY ONLY") for row in rows)


def test_plan_writes_a_file(run, folder, proposes, tmp_path):
    _code, out, err = run("plan", folder, "-o", tmp_path / "deep" / "plan.json")
    assert out == ""
    assert "Written" in err
    assert read(tmp_path / "deep" / "plan.json") == plans.plan()
    run("plan", folder, "-o", tmp_path / "plan.csv")
    assert (tmp_path / "plan.csv").read_bytes().startswith(b"\xef\xbb\xbfPeriod,")


def test_plan_writes_a_workbook(run, folder, proposes, tmp_path):
    assert run("plan", folder, "-o", tmp_path / "plan.xlsx")[0] == 0
    assert "Ledger" in CalamineWorkbook.from_path(tmp_path / "plan.xlsx").sheet_names


def test_an_unknown_scenario_is_a_usage_error(run, folder):
    code, _out, err = run("plan", folder, "--scenario", "nowhere")
    assert code == 2
    assert "nowhere" in err


def test_demo_writes_the_report(run, folder, proposes, tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(app_cli.plans, "write_report", lambda *args: written.append(args))
    code, out, _err = run("demo", folder, "-o", tmp_path / "out")
    assert code == 0
    assert written[0][2] == tmp_path / "out"
    assert "Scarcest resource" in out


def test_verify_rejects_with_its_reasons(run, folder, plan_file):
    code, out, err = run("verify", plan_file, folder, "--format", "json")
    value = json.loads(out)
    assert (code, value["accepted"]) == (1, False)
    assert value["reasons"]
    assert "rejected" in err


def test_a_real_plan_is_found_and_accepted(run, folder, tmp_path):
    made = tmp_path / "made.json"
    assert run("plan", folder, "-o", made)[0] == 0
    assert run("verify", made, folder)[0] == 0
    forged = made.read_text(encoding="utf-8").replace('"om_cost_before": ', '"om_cost_before": 1', 1)
    made.write_text(forged, encoding="utf-8")
    assert run("verify", made, folder)[0] == 1


def test_a_plan_of_a_foreign_scenario_is_judged_by_the_one_inside(run, folder, plan_file):
    (folder / "scenarios" / "baseline.yaml").unlink()
    _code, _out, err = run("verify", plan_file, folder)
    assert "no scenario baseline" in err


def test_a_scenario_that_does_not_fit_the_city_is_a_fault(run, folder):
    text = SCENARIO.replace("baseline", "odd") + "targets: [nowhere]\n"
    (folder / "scenarios" / "odd.yaml").write_text(text, encoding="utf-8")
    code, _out, err = run("check", folder)
    assert code == 2
    assert "odd.yaml" in err
    assert "nowhere" in err


def test_explain_tells_why_a_system_stays(run, folder, plan_file):
    code, out, _err = run("explain", plan_file, folder)
    assert code == 0
    assert "no pool takes it" in out
    assert "river" not in out
    assert "river" in run("explain", plan_file, folder, "--system", "river")[1]
    assert run("explain", plan_file, folder, "--system", "nobody")[0] == 2


def test_compare_shows_what_differs(run, folder, plan_file, tmp_path):
    other = tmp_path / "other.json"
    other.write_text(plans.plan(moves=plans.plan().model_dump(mode="json")["moves"][:2]).to_json())
    code, out, _err = run("compare", plan_file, other, "--format", "json")
    value = json.loads(out)
    assert (code, value["schema"]) == (0, "govplan.comparison/1")
    assert [change["system"] for change in value["changes"]] == ["closed"]
    assert "2 systems are the same" in run("compare", plan_file, other)[1]
    assert "封闭系统" in run("compare", plan_file, other, "--city", folder)[1]


def test_a_missing_plan_file_is_bad_input(run, plan_file, tmp_path):
    assert run("compare", plan_file, tmp_path / "none.json")[0] == 2


def test_topology_prints_findings(run, folder):
    code, out, _err = run("topology", folder, "--format", "json")
    assert code == 0
    assert all(f["rule"].startswith("TOP") for f in json.loads(out)["findings"])


@pytest.mark.parametrize(("suffix", "holds"), [("dot", "自建云"), ("svg", "</svg>"), ("graphml", "自建云")])
def test_draw_writes_a_picture(run, folder, tmp_path, suffix, holds):
    path = tmp_path / f"clouds.{suffix}"
    assert run("draw", folder, "-o", path)[0] == 0
    assert holds in path.read_text(encoding="utf-8")


def test_schema_prints_one_kind_and_writes_all(run, tmp_path):
    assert json.loads(run("schema", "scenario")[1])["title"] == "Scenario"
    assert run("schema", "nothing")[0] == 2
    assert run("schema", "-o", tmp_path)[0] == 0
    assert (tmp_path / "systems.schema.json").exists()


def test_doctor_finds_a_whole_installation(run):
    code, out, _err = run("doctor", "--format", "json")
    assert code == 0
    assert all(need["ok"] and need["repair"] == "" for need in json.loads(out)["needs"])


def test_app_serves_the_page_on_this_machine(run, monkeypatch):
    called = []
    done = type("Done", (), {"returncode": 0})
    monkeypatch.setattr(
        app_cli.machine.subprocess, "run", lambda command, **_options: called.append(command) or done
    )
    assert run("app", "--port", "9000")[0] == 0
    (command,) = called
    assert Path(command[4]).name == "app_streamlit.py"
    assert {"--server.port=9000", "--server.address=localhost"} <= set(command)


@pytest.mark.parametrize(
    "words", [["nonsense"], ["plan"], ["plan", "x", "--gap", "2"], ["check", "x", "--format", "xml"]]
)
def test_a_wrong_call_exits_2(run, words):
    assert run(*words)[0] == 2


def test_a_city_that_is_not_there_is_bad_input(run, tmp_path):
    code, _out, err = run("check", tmp_path / "nowhere")
    assert code == 2
    assert "nowhere" in err


def test_an_unknown_language_is_refused(run, folder):
    assert run("check", folder, lang="fr")[0] == 2


def test_a_place_that_cannot_be_written_is_told(run, folder, proposes, tmp_path):
    (tmp_path / "file").touch()
    code, _out, err = run("plan", folder, "-o", tmp_path / "file" / "plan.json")
    assert code == 2
    assert "file" in err


def test_a_defect_is_one_line_and_no_traceback(run, folder, monkeypatch):
    monkeypatch.setattr(planner, "propose", lambda *_args, **_options: 1 // 0)
    code, _out, err = run("plan", folder)
    assert code == app_cli.DEFECT
    assert "ZeroDivisionError" in err
    assert len(err.splitlines()) == 2


def test_the_language_is_chosen_for_one_call_only(run, folder, proposes):
    chinese = run("plan", folder, lang="zh_CN")[1]
    english = run("plan", folder, lang="en")[1]
    assert "Town" in english
    assert "小城" in chinese
    assert "迁移" in chinese
    assert "迁移" not in english


def test_every_verb_has_help_in_the_users_language(run):
    groups = {"": app_cli.cli} | {g.name: g.typer_instance for g in app_cli.cli.registered_groups}
    verbs = [(*name.split(), c.name) for name, group in groups.items() for c in group.registered_commands]
    assert ("ipv6", "check") in verbs
    for verb in verbs:
        code, out, _err = run(*verb, "--help")
        assert code == 0
        assert "--lang" in out
