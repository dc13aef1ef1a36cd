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
    assert "name a folder" in err


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


@pytest.fixture
def cut(tmp_path):
    """A city whose way to its new cloud is narrow and IPv4 only."""
    lists = tiny.province(mbit=300)
    systems = [tiny.system("a", runs_on="kunpeng"), tiny.system("b")]
    save(tiny.city(systems=systems, **lists), tmp_path / "cut")
    return tmp_path / "cut"


def test_readiness_tells_hops_and_ways_in_numbers(run, cut):
    found = json.loads(run("ipv6", "readiness", cut, "--format", "json")[1])
    (hop,) = found["hops"]
    assert hop == {
        "subject": "links/to-s-new",
        "name": "s-new",
        "sites": 1,
        "first_for": 1,
        "systems": 1,
        "organisations": 0,
        "villages": 0,
    }
    ways = {row["site"]: (row["ways4"], row["ways6"]) for row in found["ways"]}
    assert ways["s-new"] == (1, 0)
    assert {"DS-504", "DS-507", "DS-512"} <= found["checked"].keys()


def test_the_curve_is_printed_with_its_second_opinion(run, cut):
    code, out, _err = run("ipv6", "upgrade", cut, "--curve", "--format", "json")
    found = json.loads(out)
    assert (code, found["schema"]) == (0, "govplan.upgrade-curve/1")
    assert [(p["cost"], p["ready"], p["verified"]) for p in found["points"]] == [
        (0, 1, True),
        (90_000, 2, True),
    ]
    assert "accepted" in run("ipv6", "upgrade", cut, "--curve")[1]


def test_an_upgrade_plan_says_what_the_second_opinion_says(run, cut):
    code, out, err = run("ipv6", "upgrade", cut, "--budget", "2027=900", "--format", "json")
    assert (code, json.loads(out)["verified"]) == (0, True)
    assert err.endswith("1 upgrades for 900.00 CNY: 1 gained, 2 ready. Second opinion: accepted.\n")
    code, _out, err = run("ipv6", "upgrade", cut, "--budget", "2027=899", "--require", "a")
    assert code == 3
    assert "it takes 900.00 CNY" in err


def test_a_plan_for_sites_is_asked_for(run, cut):
    found = json.loads(run("ipv6", "upgrade", cut, "--aim", "sites", "--format", "json")[1])
    assert (found["aim"], found["promised"][0]["ids"]) == ("sites", ["s-new"])


def test_a_wider_line_shows_who_gains_and_the_next_bottleneck(run, cut):
    code, out, err = run("ipv6", "bandwidth", cut, "--link", "to-s-new=2000", "--format", "json")
    found = json.loads(out)
    assert (code, found["schema"], found["lines"]) == (
        0,
        "govplan.bandwidth/1",
        [{"link": "to-s-new", "before": 300, "after": 2000}],
    )
    assert found["gains"] == [{"site": "s-new", "before": 300, "after": 2000}]
    assert "1 sites gain (city 1) and 1 systems with them" in err
    assert "Next bottleneck: to-s-new, 2000 Mbit/s." in err


def test_lines_that_cannot_be_read_are_told_all_at_once(run, cut):
    code, _out, err = run("ipv6", "bandwidth", cut, "--link", "wide", "--link", "to-s-new=much")
    assert (code, err.count("l-1=1000")) == (2, 2)
    code, _out, err = run("ipv6", "bandwidth", cut, "--link", "x=1", "--link", "y=1")
    assert (code, err.count("there is no line")) == (2, 2)
