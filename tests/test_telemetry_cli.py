"""``govplan import telemetry``: what was taken, what was rejected, what must be said first."""

import json

import pytest

from app_cli import main

GOOD = "vm,ts,cpu_pct\na,1772323200,1\na,1772323500,x\n"
DOUBTFUL = "vm,ts,cpu\na,1772323200,0.5\n"


@pytest.fixture
def run(tmp_path, capsys):
    def call(*files, options=()):
        paths = []
        for name, text in files:
            (tmp_path / name).write_text(text)
            paths.append(str(tmp_path / name))
        into = ("--into", str(tmp_path / "lake"), "--lang", "en")
        code = main(["import", "telemetry", *paths, *into, *options])
        return code, *capsys.readouterr()

    return call


def test_says_what_was_taken_and_where_the_rejected_rows_are(run, tmp_path):
    code, out, err = run(("a.csv", GOOD), options=("--format", "json"))
    done = json.loads(out)["files"][0]
    assert (code, done["kind"], done["rows"], done["rejected"]) == (0, "wide", 1, 1)
    assert "not a number" in (tmp_path / done["rejects"]).read_text()
    assert "Taken: 1 rows of 1 files; rejected: 1; had before: 0 files." in err


def test_takes_what_can_be_told_and_asks_for_the_rest(run):
    code, out, err = run(("a.csv", GOOD), ("b.csv", DOUBTFUL), options=("--format", "csv"))
    assert code == 2
    assert "a.csv" in out
    assert "b.csv" not in out
    assert "--unit cpu=percent" in err
    code, _out, err = run(("a.csv", GOOD), ("b.csv", DOUBTFUL), options=("--unit", "cpu=ratio"))
    assert (code, "had before: 0 files" in err) == (0, True)


@pytest.mark.parametrize(
    "option", [("--unit", "cpu"), ("--kind", "x"), ("--zone", "Mars"), ("--metric", "x")]
)
def test_nonsense_is_refused_in_words(run, option):
    code, _out, err = run(("a.csv", GOOD), options=option)
    assert code == 2
    assert "Traceback" not in err
    assert err.strip()
