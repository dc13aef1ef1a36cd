"""The verbs on address plans: the demo's plan, copies, comparison, what headings were taken for."""

import csv
import json
from collections import Counter

import openpyxl
import pytest

import app_cli
from inventory.resources import resource

DEMO = resource("tieling")
PLANS = (DEMO / "village_prefixes.csv", DEMO / "prefixes.csv")
PLANTED = {
    "3fff:200:101:100::/56": ("3fff：200:101:100::/56", "V6-106"),
    "3fff:200:101:200::/56": ("3FFF:200:101:200::/56", "V6-103"),
    "3fff:200:101:300::/56": ("3fff:200:101:300::/ 56", "V6-105"),
    "3fff:200:101:400::/56": ("3fff:200:101:400::7/56", "V6-102"),
    "3fff:200:101:500::/56": ("3fff:200:102:100::/56", "V6-402"),
    "3fff:200:102:200::/56": ("3fff:200:702:ff00::/56", "V6-404"),
    "3fff:200:102:300::/56": ("3fff:200:102:::/56", "V6-101"),
    "3fff:200:102:400::/56": ("2d00:200:102:400::/56", "V6-202"),
    "3fff:200:102:500::/56": ("fec0:200:102:500::/56", "V6-210"),
}
"""What stands in the demo's plan, the fault that takes its place, and the rule that finds it."""


@pytest.fixture
def run(capsys):
    def call(*words):
        code = app_cli.main([*map(str, words), "--lang", "en"])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def planted(tmp_path):
    """The demo's villages as a workbook, with a fault in some rows."""
    path, book = tmp_path / "村.xlsx", openpyxl.Workbook()
    for row in csv.reader(PLANS[0].read_text("utf-8").splitlines()):
        book.active.append([PLANTED.get(cell, (cell,))[0] for cell in row])
    book.save(path)
    return path


def findings(out):
    return json.loads(out)["findings"]


def test_the_demos_own_plan_has_one_finding_for_its_documentation_blocks(run):
    code, out, err = run("ipv6", "check", *PLANS, "--city", DEMO, "--format", "json", "--fail-on", "error")
    assert code == 0
    assert [f["rule"] for f in findings(out)] == ["V6-203", "V6-407"]
    assert json.loads(out)["checked"]["V6-401"] > 1000
    assert "2026-07-18" in err
    assert {table["dated"] for table in json.loads(out)["registries"]} >= {"2026-07-18"}
    (whole,) = (use for use in json.loads(out)["uses"] if use["prefix"] == "3fff:200::/36")
    assert 0 < whole["used"]["56"] < whole["available"]["56"]


def test_a_generated_plan_is_an_example_while_its_profile_is(run, tmp_path):
    assert run("ipv6", "generate", DEMO, "-o", tmp_path / "plan.csv")[0] == 0
    _code, out, _err = run("ipv6", "check", tmp_path / "plan.csv", "--format", "json")
    assert [f["rule"] for f in findings(out)] == ["V6-203"]


def test_faults_planted_in_the_demos_plan_are_found_and_those_with_a_repair_are_gone(run, planted, tmp_path):
    words = ("--city", DEMO, "--profile", "five-level", "--format", "json")
    found = findings(run("ipv6", "check", planted, PLANS[1], *words, "--corrected", tmp_path / "out")[1])
    rules = Counter(f["rule"] for f in found)
    assert {rule for _text, rule in PLANTED.values()} <= rules.keys()
    better = tmp_path / "out" / planted.name
    again = findings(run("ipv6", "check", better, PLANS[1], *words)[1])
    repaired = {f["rule"] for f in found if f["fix"]}
    assert repaired == {"V6-106", "V6-103", "V6-105", "V6-102"}
    assert not [f for f in again if f["fix"]]
    assert {f["id"] for f in again} < {f["id"] for f in found}


def test_files_of_one_name_are_told_apart_and_copied_into_a_folder(run, tmp_path):
    for folder, text in (("north", "2001:DB8::/32"), ("south", "10.0.0.0/ 8")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "plan.csv").write_text(f"prefix,site\n{text},{folder}\n", "utf-8")
    given = [tmp_path / "north" / "plan.csv", tmp_path / "south" / "plan.csv"]
    _code, out, _err = run("ipv6", "check", *given, "--corrected", tmp_path / "out", "--format", "json")
    assert {f["source"]["file"] for f in findings(out) if f["fix"]} == {"north/plan.csv", "south/plan.csv"}
    for folder, text in (("north", "2001:db8::/32"), ("south", "10.0.0.0/8")):
        copy = (tmp_path / "out" / folder / "plan.csv").read_text("utf-8-sig")
        assert copy.splitlines()[1].startswith(f"{text},{folder},")


def test_the_original_is_never_replaced(run, tmp_path):
    sheet = tmp_path / "plan.csv"
    sheet.write_text("prefix\n2001:DB8::/32\n", "utf-8")
    assert run("ipv6", "check", sheet, "--corrected", sheet)[0] == 2
    assert run("ipv6", "check", sheet, "--corrected", tmp_path)[0] == 2
    assert sheet.read_text("utf-8") == "prefix\n2001:DB8::/32\n"


def test_findings_as_a_workbook_have_rules_use_and_registries(run, tmp_path):
    target = tmp_path / "findings.xlsx"
    assert run("ipv6", "check", *PLANS, "--city", DEMO, "-o", target)[0] == 0
    book = openpyxl.load_workbook(target)
    assert len(book.sheetnames) == 4
    assert any("V6-203" in map(str, row) for row in book["Findings"].values)


def test_two_versions_are_compared(run, tmp_path):
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("prefix,site\n2408:8000::/48,a\n10.0.0.0/8,b\n", "utf-8")
    new.write_text("prefix,site\n2408:8000::/56,a\n10.0.0.0/8,c\n", "utf-8")
    code, out, _err = run("ipv6", "compare", old, new, "--format", "json", "--fail-on", "warning")
    told = json.loads(out)
    assert code == 1
    assert [(c["kind"], c["before"], c["after"]) for c in told["changes"]] == [
        ("moved", "10.0.0.0/8", "10.0.0.0/8"),
        ("shrunk", "2408:8000::/48", "2408:8000::/56"),
    ]
    assert "V6-310" in {f["rule"] for f in told["findings"]}
    assert "shrunk" in run("ipv6", "compare", old, new)[1]


def test_two_audits_are_compared(run, tmp_path):
    sheet, audits = tmp_path / "plan.csv", (tmp_path / "1.json", tmp_path / "2.json")
    for path, rows in zip(audits, ("2d00::/16\nfec0::/16", "fec0::/16\n4000::/4"), strict=True):
        sheet.write_text(f"prefix\n{rows}\n", "utf-8")
        run("ipv6", "check", sheet, "-o", path)
    code, out, _err = run("ipv6", "compare", *audits, "--format", "json", "--fail-on", "error")
    told = json.loads(out)
    assert code == 1
    assert {state: [f["rule"] for f in told[state]] for state in ("new", "fixed", "still")} == {
        "new": ["V6-201"],
        "fixed": ["V6-202"],
        "still": ["V6-210"],
    }
    assert run("ipv6", "compare", *reversed(audits), "--format", "csv")[1].count("\n") == 4
    assert run("ipv6", "compare", audits[0], sheet)[0] == 2


def test_findings_that_are_none_are_told(run, tmp_path):
    for name, text in (("a", '{"schema": "govplan.findings/1", "findings": [{"id": 1}]}'), ("b", "[")):
        (tmp_path / f"{name}.json").write_text(text, "utf-8")
    code, _out, err = run("ipv6", "compare", tmp_path / "a.json", tmp_path / "a.json")
    assert (code, "a.json" in err) == (2, True)
    assert run("ipv6", "compare", tmp_path / "b.json", tmp_path / "b.json")[0] == 2


def test_headings_are_told_and_remembered(run, tmp_path):
    sheet, kept = tmp_path / "plan.csv", tmp_path / "mapping.yaml"
    sheet.write_text("网段,归口处室,备用\n10.0.0.0/8,水利,x\n", "utf-8")
    _code, _out, err = run("ipv6", "check", sheet, "--mapping", kept)
    assert "网段 → prefix, 归口处室 → not read, 备用 → not read" in err
    kept.write_text(kept.read_text("utf-8").replace('"归口处室": ""', "归口处室: owner"), "utf-8")
    assert "归口处室 → owner" in run("ipv6", "check", sheet, "--mapping", kept)[2]
    kept.write_text("columns: {归口处室: ownr, 备用: sight}\n", "utf-8")
    code, _out, err = run("ipv6", "check", sheet, "--mapping", kept)
    assert (code, "write owner" in err, "sight" in err) == (2, True, True)


def test_what_is_not_asked_is_said(run, tmp_path):
    sheet = tmp_path / "plan.txt"
    sheet.write_text("2408:8000::/48\n", "utf-8")
    assert "V6-401 asked nothing" in run("ipv6", "check", sheet)[2]


def test_an_address_is_never_shown_as_a_picture(run, tmp_path):
    sheet = tmp_path / "plan.txt"
    sheet.write_text("2d00:1:100::/48\n", "utf-8")
    assert "2d00:1:100::/48" in run("ipv6", "check", sheet)[1]


def test_the_next_free_block_says_what_it_must(run, tmp_path):
    sheet = tmp_path / "plan.txt"
    sheet.write_text("3fff:200::/36\n3fff:200:200::/48\n", "utf-8")
    block = ("--block", "3fff:200::/36", "--length", 48, "--profile", "five-level", "--format", "json")
    found = json.loads(run("ipv6", "next", sheet, *block, "--field", "region=211204")[1])
    assert found == {"prefix": "3fff:200:280::/48"}
    assert run("ipv6", "next", sheet, *block, "--field", "region")[0] == 2
    assert run("ipv6", "next", sheet, "--block", "x", "--length", 56)[0] == 2
    code, _out, err = run("ipv6", "next", *PLANS, *block, "--zone", "public", "--field", "region=211204")
    assert (code, "no free /48" in err) == (1, True)


def test_partners_and_reverse_zones_of_a_plan(run, tmp_path):
    sheet = tmp_path / "plan.csv"
    sheet.write_text(
        "prefix,kind,site,role\n2408:8000:1::/48,container,a,\n10.1.0.0/24,assignment,a,lan\n", "utf-8"
    )
    (made,) = json.loads(run("ipv6", "partners", sheet, "--format", "json")[1])
    assert (made["prefix"], made["peer"]) == ("2408:8000:1::/64", "10.1.0.0/24")
    zones = json.loads(run("ipv6", "zones", sheet, "--format", "json")[1])
    assert zones == ["0.1.10.in-addr.arpa", "1.0.0.0.0.0.0.8.8.0.4.2.ip6.arpa"]
