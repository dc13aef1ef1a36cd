"""The verbs of the audit: judge, explain, bundle, compare, decide, hand over."""

import csv
import json
import shutil
import zipfile
from pathlib import Path

import docx
import pytest
from python_calamine import CalamineWorkbook

import app_cli
from inventory.audit.telemetry import Lake, signals_of
from inventory.store import open_store

TIELING = Path(__file__).resolve().parent.parent / "configs" / "tieling"
DAYS = ("2026-09-30", "2026-10-31")


@pytest.fixture(scope="session")
def noted(tmp_path_factory):
    """A folder with a store that knows two audits, and the audits as files."""
    folder = tmp_path_factory.mktemp("noted")
    for day in DAYS:
        words = ("--as-of", day, "--store", folder / "store.db", "-o", folder / f"{day}.json")
        assert app_cli.main([*map(str, ("zombies", TIELING, *words)), "--lang", "en"]) == 0
    return folder


@pytest.fixture
def store(noted, tmp_path, monkeypatch):
    """A copy of that store, as the one of the environment."""
    path = tmp_path / "store.db"
    shutil.copy(noted / "store.db", path)
    monkeypatch.setenv("GOVPLAN_STORE", str(path))
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


def test_an_audit_as_a_file_holds_every_verdict(noted, tieling):
    audit = json.loads((noted / f"{DAYS[1]}.json").read_text())
    assert (audit["schema"], audit["as_of"]) == ("govplan.audit/1", DAYS[1])
    assert {v["system"] for v in audit["verdicts"]} == {s.id for s in tieling.systems if not s.external}


def test_judging_without_noting_writes_no_store(run, tmp_path, monkeypatch):
    monkeypatch.setenv("GOVPLAN_STORE", str(tmp_path / "none.db"))
    code, out, err = run("zombies", "judge", TIELING, "--no-note", "--format", "csv")
    rows = list(csv.reader(out.splitlines()))
    assert (code, rows[1][0], rows[1][3]) == (0, "nongchan", "zombie")
    assert "zombie 3" in err
    assert not (tmp_path / "none.db").exists()


def test_a_verdict_explains_itself_and_replays(run, store):
    code, out, err = run("zombies", "explain", "lvyou")
    assert code == 0
    assert "0.8%" in out
    assert "identical to the last bit" in err


def test_a_changed_input_is_named_and_the_replay_refused(run, store, tmp_path):
    lake = tmp_path / "lake"
    shutil.copytree(TIELING / "telemetry", lake)
    Lake(lake).add(signals_of([("lvyou", "logins", 20_700, 3)]))
    code, out, err = run("zombies", "explain", "lvyou", "--telemetry", lake)
    assert (code, out) == (1, "")
    assert "the business signals are others" in err
    assert "Not replayed: 1 inputs changed." in err


def test_a_bundle_replays_without_city_or_telemetry(run, store, tmp_path):
    path = tmp_path / "lvyou.zip"
    assert run("zombies", "bundle", "lvyou", "-o", path)[0] == 0
    code, _out, err = run("zombies", "explain", path)
    assert (code, "identical" in err) == (0, True)
    altered = tmp_path / "altered.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(altered, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"logins,20500,0", b"logins,20500,7"))
    code, _out, err = run("zombies", "explain", altered)
    assert (code, "signals" in err) == (1, True)


@pytest.mark.parametrize("names", [DAYS, ("files", "files")])
def test_two_audits_compare_by_day_or_file(run, store, noted, names):
    given = DAYS if names is DAYS else [noted / f"{day}.json" for day in DAYS]
    code, out, _err = run("zombies", "compare", *given, "--format", "json")
    found = {(row["change"], row["system"]) for row in json.loads(out)["changes"]}
    assert code == 0
    still = {("still there", name) for name in ("lvyou", "nongchan", "oldoa")}
    assert found == still | {("new", "zhaoshang")}


def test_a_case_goes_its_way_on_the_terminal(run, store):
    step = ("zombies", "case")
    assert run(*step, "ask", "nongchan", "--reason", "两月无人使用", "--by", "王芳")[0] == 0
    assert (
        run(*step, "confirm", "nongchan", "--reason", "书面答复", "--by", "王芳", "--document", "函1")[0] == 0
    )
    code, _out, err = run(*step, "approve", "nongchan", "--reason", "同意", "--by", "王 芳")
    assert (code, "somebody else must approve" in err) == (2, True)
    code, out, _err = run(
        *step, "approve", "nongchan", "--reason", "同意", "--by", "李强", "--format", "json"
    )
    case = json.loads(out)
    assert (code, case["state"], case["confirmation"]["document"]) == (0, "confirmed", "函1")
    code, out, _err = run(*step, "show", "nongchan", "--format", "json")
    shown = json.loads(out)
    with open_store(store) as opened:
        assert shown["head"] == str(opened.head())
    assert [e["action"] for e in shown["entries"]] == ["observe", "observe", "ask", "propose", "approve"]
    code, out, _err = run("zombies", "precision", "--format", "json")
    rules = {rule["rule"]: (rule["right"], rule["wrong"]) for rule in json.loads(out)["rules"]}
    assert (code, rules["govplan"], rules["flexera"]) == (0, (1, 0), (1, 0))


def test_reading_makes_no_store(run, tmp_path, monkeypatch):
    monkeypatch.setenv("GOVPLAN_STORE", str(tmp_path / "none.db"))
    for words in (("explain", "lvyou"), ("case", "list"), ("compare", *DAYS)):
        code, out, err = run("zombies", *words)
        assert (code, out, "there is no store" in err) == (2, "", True)


def test_the_list_of_cases_ends_with_the_anchor(run, store):
    code, out, err = run("zombies", "case", "list")
    with open_store(store) as opened:
        assert opened.head().hash in err
    assert (code, out.count("candidate"), out.count("observed")) == (0, 2, 1)


def test_rule_packs_stand_side_by_side(run):
    code, out, _err = run("zombies", "packs", TIELING, "--format", "json")
    value = json.loads(out)
    assert code == 0
    assert len(value["packs"]) == len(value["agreement"]["packs"]) >= 10
    assert value["flags"]["flexera"]["zhongkao"] == "flagged"


def test_papers_are_written(run, store, tmp_path):
    assert run("zombies", "pack", TIELING, "-o", tmp_path / "pack.xlsx")[0] == 0
    assert "Evidence" in CalamineWorkbook.from_path(str(tmp_path / "pack.xlsx")).sheet_names
    assert run("zombies", "letters", TIELING, "-o", tmp_path / "letters", "--on", "2026-11-02")[0] == 0
    names = sorted(path.name for path in (tmp_path / "letters").iterdir())
    assert names == [f"{system}-2026-10-31.docx" for system in ("lvyou", "nongchan", "zhaoshang")]
    text = "\n".join(p.text for p in docx.Document(str(tmp_path / "letters" / names[0])).paragraphs)
    assert "Smart tourism" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("zombies", "explain", "lvyuo"), "it has lvyou"),
        (("zombies", TIELING, "--telemetry", "nowhere"), "there is no telemetry in nowhere"),
        (("zombies", "compare", "2026-01-31", DAYS[0]), "one of the days 2026-09-30"),
        (("zombies", "compare", TIELING / "city.yaml", DAYS[0]), "the file holds no audit"),
        (("zombies", "case", "ask", "hezhang", "--reason", "x"), "there is no case for hezhang"),
        (("zombies", "case", "retire", "lvyou", "--reason", "x"), "possible are: ask"),
        (("zombies", "case", "ask", "lvyou", "--reason", " "), "a step needs a reason"),
        (("zombies", "explain", TIELING / "none.zip"), "none.zip"),
    ],
)
def test_bad_input_is_told_with_its_repair(run, store, words, said):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert said in err
