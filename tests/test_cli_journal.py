"""The verbs on the journal and on switching off: what they print, write and answer."""

import json

import pytest

import app_cli
from inventory import save
from inventory.store import Identity, Method, open_store
from tests import tiny

ANNA = Identity("Anna", Method.os, "host")


@pytest.fixture
def run(capsys):
    def call(*words):
        code = app_cli.main([*map(str, words), "--lang", "en"])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def place(tmp_path, monkeypatch):
    path = tmp_path / "store.db"
    monkeypatch.setenv("GOVPLAN_STORE", str(path))
    with open_store(path) as store:
        for name in ("a", "b", "a"):
            store.append(f"cases/tieling/{name}", "dissent", ANNA, "why")
    return path


def test_the_journal_is_listed_with_its_head(run, place):
    code, out, _err = run("journal", "list", "--subject", "cases/tieling/a", "--format", "json")
    value = json.loads(out)
    assert (code, value["schema"]) == (0, "govplan.journal/1")
    assert [entry["number"] for entry in value["entries"]] == [1, 3]
    assert value["head"]["rows"] == 3
    assert value["head"]["hash"] in run("journal", "list")[1].replace("\n", "").replace(" ", "")


def test_a_backup_is_restored_and_verified_elsewhere(run, place, tmp_path):
    head = json.loads(run("journal", "verify", "--format", "json")[1])["head"]
    anchor = f"{head['hash']}:{head['rows']}"
    assert run("journal", "backup", tmp_path / "copy.jsonl")[0] == 0
    assert run("journal", "restore", tmp_path / "copy.jsonl", "--store", tmp_path / "new.db")[0] == 0
    assert run("journal", "verify", "--anchor", anchor, "--store", tmp_path / "new.db")[0] == 0
    code, _out, err = run("journal", "restore", tmp_path / "copy.jsonl", "--store", tmp_path / "new.db")
    assert (code, "is not empty" in err) == (2, True)


def test_a_journal_that_lost_rows_misses_the_anchor(run, place, tmp_path):
    with open_store(place) as store:
        anchor = str(store.head())
    with open_store(tmp_path / "short.db") as store:
        store.append("cases/tieling/a", "dissent", ANNA, "why")
    code, out, _err = run(
        "journal", "verify", "--anchor", anchor, "--store", tmp_path / "short.db", "--format", "json"
    )
    assert code == 1
    assert [finding["rule"] for finding in json.loads(out)["findings"]] == ["JNL-105"]


def test_without_an_anchor_the_verb_says_what_it_cannot_tell(run, place):
    code, _out, err = run("journal", "verify")
    assert code == 0
    assert "Without --anchor" in err


@pytest.mark.parametrize("words", [("--store", "mysql://x"), ("--store", "/proc/none/x.db")])
def test_a_place_that_is_no_store_is_told_without_a_traceback(run, words):
    code, _out, err = run("journal", "list", *words)
    assert code == 2
    assert "Traceback" not in err


def test_what_to_settle_before_switching_off_is_listed(run, tmp_path):
    city = tiny.city()
    save(city, tmp_path / "city")
    system = city.systems[0].id
    code, out, _err = run("zombies", "checklist", tmp_path / "city", system, "--format", "json")
    assert (code, json.loads(out)["system"]) == (0, system)
    assert run("zombies", "checklist", tmp_path / "city", "nothing")[0] == 2
