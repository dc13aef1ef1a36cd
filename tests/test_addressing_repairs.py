"""Repairs, corrected copies, and what changed between two versions."""

import openpyxl
import pytest

from tests.oldbooks import write_ods, write_xls
from tests.sheets import plan
from topology.addressing import (
    ChangeKind,
    Plan,
    Policy,
    check,
    compare,
    copy_name,
    fixed,
    read,
    subtract,
    write_corrected,
)

ROWS = [
    ["单位", "网段", "用途"],
    ["甲", "２００１:db8:1::/48", "办公"],
    [None, "10.0.0.0/24;10.0.1.0/24", "视频"],
    ["乙", "2001:DB8:2::/ 48", None],
    ["丙", "2d00::/16", None],
]


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "规划.xlsx"
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    book.active.column_dimensions["A"].width = 33
    book.save(path)
    return path


def test_a_cell_with_two_values_becomes_two_rows():
    rows = plan(("10.0.0.0/24; 10.0.1.0/24", {"owner": "x"}), ("10.0.2.0/24", {"owner": "y"}))
    done = fixed(rows, check(rows))
    assert done.texts == ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]
    assert done.columns["owner"] == ["x", "x", "y"]


def test_two_repairs_of_one_cell_add_up():
    rows = plan(("2408:8000:0::5/ 64", {"kind": "assignment"}))
    assert fixed(rows, check(rows)).texts == ["2408:8000::/64"]


def test_a_corrected_workbook_keeps_its_layout_and_reads_clean(workbook, tmp_path):
    rows, target = read(workbook), tmp_path / "已更正.xlsx"
    report = check(rows, Policy(state="example"))
    write_corrected(rows, report, workbook, target)
    again = read(target)
    left = check(again, Policy(state="example")).findings
    assert sorted(again.texts) == sorted(fixed(rows, report).texts)
    assert sorted(again.columns["owner"]) == ["丙", "乙", "甲", "甲", "甲"]
    assert {finding.rule for finding in report.findings if finding.fix} == {"V6-105", "V6-106"}
    assert [finding.rule for finding in left if finding.fix] == []
    sheet = openpyxl.load_workbook(target)["Sheet"]
    assert sheet.column_dimensions["A"].width == 33
    assert "2d00::/16" in sheet["B5"].comment.text
    assert [cell.value for cell in sheet[1]][-1] == "错误说明"
    assert openpyxl.load_workbook(workbook).active["B2"].value == ROWS[1][1]


def test_a_corrected_table_and_list_read_clean(tmp_path):
    (tmp_path / "a.csv").write_bytes(
        "网段,单位\n10.0.0.0/24、10.0.1.0/24,甲\n10.0.2.0/０24,乙\n".encode("gb18030")
    )
    (tmp_path / "b.txt").write_text("10.0.0.0 /24\n2001:DB8::/48\n", "utf-8")
    for name, made in {"a.csv": "c.csv", "b.txt": "d.xlsx"}.items():
        rows = read(tmp_path / name)
        report = check(rows)
        write_corrected(rows, report, tmp_path / name, tmp_path / made)
        again = read(tmp_path / made)
        assert again.texts == fixed(rows, report).texts
        assert [finding for finding in check(again).findings if finding.fix] == []
    assert (tmp_path / "c.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(("name", "write"), [("a.ods", write_ods), ("a.xls", write_xls)])
def test_a_workbook_of_another_program_is_read_and_corrected_as_xlsx(tmp_path, name, write):
    source = write(
        tmp_path / name, [["网段", "单位"], ["２４０８:8000::/32", "甲"], ["10.0.0.0/8", "乙"], [7, "丙"]]
    )
    rows = read(source)
    assert (rows.texts, rows.damage) == (["２４０８:8000::/32", "10.0.0.0/8", "7"], {2: "number"})
    assert (rows.columns["owner"], str(rows.place(1))) == (["甲", "乙", "丙"], f"{name}[规划]!A3")
    target = tmp_path / copy_name(name)
    write_corrected(rows, check(rows), source, target)
    again = read(target)
    assert (target.suffix, again.texts[:2]) == (".xlsx", ["2408:8000::/32", "10.0.0.0/8"])
    assert again.columns["owner"] == ["甲", "乙", "丙"]
    assert "V6-106" not in {finding.rule for finding in check(again).findings}


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_split_cell_does_not_repeat_the_prefix_beside_it(tmp_path, suffix):
    source, target = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    rows = [["IPv6网段", "IPv4网段", "单位"], ["2408:8000::/48", "10.0.0.0/16、10.1.0.0/16", "甲"]]
    if suffix == ".csv":
        source.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(source)
    plan_read = read(source)
    write_corrected(plan_read, check(plan_read), source, target)
    again = read(target)
    assert sorted(again.texts) == ["10.0.0.0/16", "10.1.0.0/16", "2408:8000::/48"]
    assert again.columns["owner"] == ["甲"] * 3
    assert check(again).findings == ()


def test_versions_are_compared_prefix_by_prefix():
    before = plan(
        ("10.0.0.0/24", {"site": "same"}),
        ("10.0.1.0/24", {"site": "old"}),
        ("2408:8000::/48", {"site": "less"}),
        ("2408:8000:1::/56", {"site": "more"}),
        ("2408:8000:2::/48", {"site": "other"}),
        ("10.0.9.0/24", {"site": "left"}),
    )
    after = plan(
        ("10.0.0.0/24", {"site": "same"}),
        ("10.0.1.0/24", {"site": "new"}),
        ("2408:8000::/56", {"site": "less"}),
        ("2408:8000:1::/48", {"site": "more"}),
        ("2408:8000:3::/48", {"site": "other"}),
        ("10.0.8.0/24", {"site": "came"}),
    )
    found = compare(before, after)
    assert found.same == 1
    assert {change.kind: change.before or change.after for change in found.changes} == {
        ChangeKind.moved: "10.0.1.0/24",
        ChangeKind.shrunk: "2408:8000::/48",
        ChangeKind.grown: "2408:8000:1::/56",
        ChangeKind.renumbered: "2408:8000:2::/48",
        ChangeKind.gone: "10.0.9.0/24",
        ChangeKind.new: "10.0.8.0/24",
    }
    rules = [finding.rule for finding in found.report.findings]
    assert (rules.count("V6-310"), rules.count("V6-410")) == (1, 6)


def test_a_version_compared_with_itself_has_no_change():
    rows = plan(("10.0.0.0/8", {"site": "a"}), "2001:db8::/32", "2001:DB8::/32")
    found = compare(rows, rows)
    assert (found.changes, found.same) == ((), 3)
    assert found.report.findings == ()


def test_a_block_spelled_anew_is_the_same_block():
    assert compare(Plan(["2001:DB8::/32"]), Plan(["2001:db8::/32"])).changes == ()


def test_two_audits_subtract():
    one = check(plan("2d00::/16", "fec0::/16"))
    two = check(plan("fec0::/16", "4000::/4"))
    progress = subtract(one, two)
    assert [finding.rule for finding in progress.fixed] == ["V6-202"]
    assert [finding.rule for finding in progress.still] == ["V6-210"]
    assert [finding.rule for finding in progress.new] == ["V6-201"]
