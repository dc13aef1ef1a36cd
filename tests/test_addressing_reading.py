"""What people have, read as one plan: every form, every place."""

import json
from datetime import date

import openpyxl
import pytest

from inventory.errors import InputError, Place, UsageError
from topology.addressing import Policy, check, from_city, read


def book(path, *rows, merged=()):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "规划"
    for row in rows:
        sheet.append(row)
    for span in merged:
        sheet.merge_cells(span)
    workbook.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_in_any_encoding(tmp_path, encoding):
    path = tmp_path / "规划.csv"
    path.write_bytes("单位,网段,类型\n市数据局,10.0.0.0/8,聚合\n".encode(encoding))
    plan = read(path)
    assert plan.texts == ["10.0.0.0/8"]
    assert plan.columns == {"owner": ["市数据局"], "kind": ["container"]}
    assert plan.place(0) == Place("规划.csv", row=2, column="网段")


def test_a_sheet_with_a_title_two_header_lines_and_merged_cells(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        ["某市地址规划", None, None, None],
        ["单位", "IPv6", None, "IPv4"],
        [None, "前缀", "用途", "网段"],
        ["市局", "2001:db8:1::/48", "办公", "10.1.0.0/16"],
        [None, "2001:db8:2::/48", "视频", None],
        ["二、其他", None, None, None],
        ["县局", "2001:db8:3::/48", None, None],
        merged=("A1:D1", "A2:A3", "B2:C2", "A4:A5", "A6:D6"),
    )
    plan = read(path)
    assert plan.texts == ["2001:db8:1::/48", "10.1.0.0/16", "2001:db8:2::/48", "2001:db8:3::/48"]
    assert plan.columns["owner"] == ["市局", "市局", "市局", "县局"]
    assert plan.columns["purpose"] == ["办公", "办公", "视频", ""]
    assert str(plan.place(1)) == "a.xlsx[规划]!D4"


def test_a_merged_prefix_is_one_prefix(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        ["网段", "单位"],
        ["10.0.0.0/8", "甲"],
        [None, "乙"],
        merged=("A2:A3",),
    )
    assert read(path).texts == ["10.0.0.0/8"]


def test_numbers_truth_values_and_dates_never_become_addresses(tmp_path):
    path = book(tmp_path / "a.xlsx", ["prefix"], [1], [True], [date(2026, 1, 1)], [10.1], ["10.0.0.0/8"])
    plan = read(path)
    found = check(plan, Policy()).findings
    assert {(f.rule, f.source.row, f.fix) for f in found} == {("V6-106", row, "") for row in (2, 3, 4, 5)}
    assert len(plan.numbers) == 1


def test_a_mask_in_a_column_of_its_own(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("网络地址,子网掩码\n10.0.0.0,255.255.0.0\n10.1.0.0,24\n2001:db8::,48\n", "utf-8")
    assert read(path).texts == ["10.0.0.0/16", "10.1.0.0/24", "2001:db8::/48"]


def test_netbox_rows_and_answers(tmp_path):
    table = tmp_path / "prefixes.csv"
    table.write_text(
        "prefix,vrf,tenant,status,role,scope_name\n"
        "10.0.0.0/8,red,Water,container,,hall\n"
        "10.1.0.1/32,red,,active,loopback,\n",
        "utf-8",
    )
    rows = [
        {"id": 7, "prefix": "10.0.0.0/8", "vrf": {"id": 1, "name": "red"}, "tenant": {"name": "Water"}},
        {"id": 8, "address": "10.1.0.1/24", "status": {"value": "active", "label": "Active"}},
    ]
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"count": 2, "results": rows}, indent=1), "utf-8")
    plan, told = read(table), read(answer)
    assert plan.columns["kind"] == ["container", ""]
    assert plan.columns["role"] == ["", "loopback"]
    assert (plan.columns["vrf"], plan.columns["site"]) == (["red", "red"], ["hall", ""])
    assert (told.texts, told.columns["vrf"]) == (["10.0.0.0/8", "10.1.0.1/24"], ["red", ""])
    assert [f.rule for f in check(told, Policy()).findings] == []


def test_phpipam_sheets(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        ["Section", "Subnet", "Mask", "Description", "VRF"],
        ["A", "10.0.0.0", 24, "x", ""],
    )
    plan = read(path)
    assert (plan.texts, plan.columns["zone"]) == (["10.0.0.0/24"], ["A"])


def test_yaml_by_list_and_toml_by_key(tmp_path):
    listed, keyed = tmp_path / "a.yaml", tmp_path / "b.toml"
    listed.write_text("prefixes:\n- prefix: 2001:db8::/48\n  kind: container\n- prefix: 10\n", "utf-8")
    keyed.write_text('["10.0.0.0/8"]\nname = "a"\n\n["fd10:127::/32"]\ntype = "loopback"\n', "utf-8")
    plan = read([listed, keyed])
    assert plan.texts == ["2001:db8::/48", "10", "10.0.0.0/8", "fd10:127::/32"]
    assert plan.damage == {1: "number"}
    assert [str(plan.place(row)) for row in (0, 2, 3)] == ["a.yaml:2", "b.toml:1", "b.toml:4"]
    assert (plan.columns["role"][3], plan.columns["kind"][0]) == ("loopback", "container")


def test_yaml_by_key(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("2001:db8::/48: {site: hall}\n'10.0.0.0/8': {}\n", "utf-8")
    assert read(path).texts == ["2001:db8::/48", "10.0.0.0/8"]


def test_one_prefix_a_line_whatever_the_suffix(tmp_path):
    path = tmp_path / "list"
    path.write_text("# routes\n2001:db8::/48\n\n10.0.0.0/8\r\n", "utf-8")
    plan = read(path)
    assert plan.texts == ["2001:db8::/48", "10.0.0.0/8"]
    assert [plan.place(row).line for row in (0, 1)] == [2, 4]


def test_a_mapping_is_given_or_remembered(tmp_path):
    path, kept = tmp_path / "a.csv", tmp_path / "mapping.yaml"
    path.write_text("段,归口\n10.0.0.0/8,水利\n", "utf-8")
    kept.write_text("columns: {段: prefix, 归口: owner}\n", "utf-8")
    for mapping in ({"段": "prefix", "归口": "owner"}, kept):
        assert read(path, mapping).columns == {"owner": ["水利"]}


def test_files_that_cannot_be_read_are_all_told(tmp_path):
    for name, data in {"a.csv": b"x,y\n1,2\n", "b.json": b"{", "c.toml": b"=", "d.xlsx": b"no"}.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError) as error:
        read(sorted(tmp_path.iterdir()))
    codes = {fault.place.file: fault.code for fault in error.value.faults}
    assert codes == {
        "a.csv": "no-prefix-column",
        "b.json": "json-syntax",
        "c.toml": "toml-syntax",
        "d.xlsx": "bad-workbook",
    }
    with pytest.raises(UsageError):
        read(tmp_path / "none.csv")


def test_files_of_a_folder_that_are_no_plans_are_passed_over(tmp_path):
    texts = {"LICENSE": "Do what you want.\n", "people.csv": "name,phone\nx,1\n", "plan.txt": "10.0.0.0/8\n"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    plan = read(tmp_path)
    assert (plan.texts, plan.passed) == (["10.0.0.0/8"], ["LICENSE", "people.csv"])
    (tmp_path / "broken.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match=r"broken\.json"):
        read(tmp_path)


def test_a_city_brings_its_own_plan(tieling):
    plan = from_city(tieling)
    assert len(plan) == len(tieling.prefixes)
    known = tieling.where("prefixes", tieling.prefixes[0].id)
    assert (plan.place(0).file, plan.place(0).row) == (known.file, known.row)
    found = check(plan, Policy(state="example"), city=tieling).findings
    assert {finding.rule for finding in found} == {"V6-203", "V6-407"}
