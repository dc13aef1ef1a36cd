"""The IPv6 verbs of the terminal face: what they print, write and answer."""

import json

import pytest

import app_cli
from inventory import save
from tests import tiny

SHEET = "前缀,单位\n2001:DB8:0a::/48,甲\n2408:8000:1::5/48,乙\n10.1.1.0/24,丙\n"


@pytest.fixture
def run(capsys):
    def call(*words):
        code = app_cli.main([*map(str, words), "--lang", "en"])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text(SHEET, encoding="utf-8-sig")
    return path


@pytest.fixture
def city(tmp_path):
    save(tiny.city(), tmp_path / "city")
    return tmp_path / "city"


def test_a_sheet_is_checked_row_by_row(run, sheet):
    code, out, _err = run("ipv6", "check", sheet, "--format", "json", "--fail-on", "error")
    found = json.loads(out)
    assert code == 1
    assert found["schema"] == "govplan.findings/1"
    assert {"V6-102", "V6-103"} <= {finding["rule"] for finding in found["findings"]}
    assert found["checked"]["V6-102"] >= 2


def test_the_corrected_sheet_has_none_of_what_was_repaired(run, sheet, tmp_path):
    better = tmp_path / "better.csv"
    assert run("ipv6", "check", sheet, "--corrected", better)[0] == 0
    assert sheet.read_text(encoding="utf-8-sig") == SHEET
    found = json.loads(run("ipv6", "check", better, "--format", "json")[1])
    assert "V6-103" not in {finding["rule"] for finding in found["findings"]}


def test_one_corrected_copy_for_several_sheets_is_refused(run, sheet, tmp_path):
    code, _out, err = run("ipv6", "check", sheet, sheet, "--corrected", tmp_path / "x.csv")
    assert code == 2
    assert "one file" in err


def test_readiness_names_every_system(run, city):
    code, out, _err = run("ipv6", "readiness", city, "--format", "json")
    assert code == 0
    assert {row["subject"] for row in json.loads(out)["systems"]} == {
        f"systems/{s.id}" for s in tiny.city().systems
    }


def test_budgets_that_cannot_be_read_are_told_all_at_once(run, city):
    code, _out, err = run("ipv6", "upgrade", city, "--budget", "soon=1", "--budget", "2027=much")
    assert code == 2
    assert err.count("2027=500000") == 2


def test_an_upgrade_plan_is_printed_as_json(run, city):
    code, out, _err = run("ipv6", "upgrade", city, "--budget", "2027=5 万元", "--format", "json")
    assert code == 0
    assert json.loads(out)["schema"] == "govplan.upgrade/1"


def test_an_address_outside_the_profile_is_told(run):
    code, _out, err = run("ipv6", "decode", "2400::1")
    assert code == 2
    assert "2400::1" in err
