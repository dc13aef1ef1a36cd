"""Every fault of a whole city comes at once, with its place and its repair."""

from zipfile import ZipFile

import pytest

import inventory
from inventory import InputError, UsageError
from inventory.text import speaking
from tests import planted

CITY = "id: c\nname: 城\nas_of: 2026-01-01\n"


def faults_of(path):
    with pytest.raises(InputError) as caught:
        inventory.load(path)
    return caught.value.faults


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def only_fault(folder, **files):
    (fault,) = faults_of(write(folder, **files))
    return fault


def test_a_folder_with_20_planted_faults_yields_exactly_those(tmp_path):
    faults = faults_of(planted.write_folder(tmp_path))
    assert {(f.code, str(f.place)) for f in faults} == planted.FOLDER_FAULTS
    assert len(faults) == len({f.code for f in faults}) == 20
    assert all(f.message and f.fix for f in faults)


def test_a_workbook_with_20_planted_faults_yields_exactly_those(tmp_path):
    faults = faults_of(planted.write_workbook(tmp_path))
    assert {(f.code, str(f.place)) for f in faults} == planted.WORKBOOK_FAULTS
    assert len(faults) == 20


def test_faults_come_in_reading_order(tmp_path):
    lines = [
        f.place.line for f in faults_of(planted.write_folder(tmp_path)) if f.place.file == "systems.yaml"
    ]
    assert lines == [2, 3, 4, 5]


def test_a_faulty_record_raises_no_follow_up_faults(tmp_path):
    text = CITY + (
        "organisations:\n"
        "  - {id: gov, name: 府, kind: goverment, level: city}\n"
        "  - {id: dept, name: 局, kind: department, level: city, parent: gov}\n"
    )
    assert only_fault(tmp_path, city__yaml=text).code == "bad-choice"


def test_a_misspelt_required_field_is_one_fault(tmp_path):
    text = CITY + "organisations: [{id: gov, nam: 府, kind: government, level: city}]\n"
    fault = only_fault(tmp_path, city__yaml=text)
    assert (fault.code, fault.value) == ("unknown-field", "nam")
    assert "name" in fault.fix


def test_references_into_an_unreadable_list_are_not_judged(tmp_path):
    text = CITY + "parts: {organisations: o.yaml}\nprojects: [{id: p, name: 项, owner: gov}]\n"
    assert only_fault(tmp_path, city__yaml=text, o__yaml="organisations: [").code == "yaml-syntax"


def test_a_dangling_reference_names_the_nearest_id_and_its_place(tmp_path):
    text = CITY + (
        "organisations: [{id: water, name: 水利局, kind: department, level: city}]\n"
        "projects: [{id: p, name: 项, owner: watre}]\n"
    )
    with speaking("en"):
        fault = only_fault(tmp_path, city__yaml=text)
    assert "write water (city.yaml:4)" in fault.fix


@pytest.mark.parametrize(
    ("heading", "meant"),
    [("contrct.start", "contract.start"), ("Ownr", "owner"), ("audited_on.2025", "audited_om.2025")],
)
def test_an_unknown_heading_names_the_nearest_field(tmp_path, heading, meant):
    city = CITY + "parts: {projects: p.csv}\n"
    with speaking("en"):
        faults = faults_of(write(tmp_path, city__yaml=city, p__csv=f"id,name,{heading}\n"))
    assert faults[0].fix == f"write {meant}"


def test_a_misspelt_file_names_the_nearest(tmp_path):
    city = CITY + "parts:\n  sites: site.yaml\n  pools: p.yaml\n"
    with speaking("en"):
        first, second = faults_of(write(tmp_path, city__yaml=city, sites__yaml="sites: []\n"))
    assert (first.fix, second.fix) == ("write sites.yaml", "add the file or remove the line")


def test_a_cycle_is_named(tmp_path):
    text = (
        CITY
        + "sites:\n"
        + "".join(
            f"  - {{id: {a}, name: 站, level: county, parent: {b}}}\n" for a, b in ("ab", "bc", "ca", "da")
        )
    )
    fault = only_fault(tmp_path, city__yaml=text)
    assert (fault.code, "a → b → c → a" in fault.message) == ("parent-cycle", True)


def test_bad_choices_list_the_nearest_first(tmp_path):
    text = CITY + "organisations: [{id: g, name: 府, kind: operater, level: city}]\n"
    with speaking("en"):
        assert only_fault(tmp_path, city__yaml=text).fix.startswith("write one of: operator, ")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("not-a-mapping", "- a list\n"),
        ("not-a-mapping", ""),
        ("yaml-syntax", "id: [\n"),
        ("bad-encoding", "名称: 城\n".encode("gbk")),
        ("yaml-tag", "id: !!python/object:os.system x\n"),
        ("many-documents", CITY + "---\nid: d\n"),
        ("unknown-alias", CITY + "note: *nothing\n"),
        ("too-deep", CITY + "note: " + "[" * 5000 + "]" * 5000 + "\n"),
        ("bad-key", CITY + "? [a]\n: b\n"),
        ("not-a-value", CITY + "note: [a, b]\n"),
        ("not-a-list", CITY + "systems: {a: 1}\n"),
        ("not-a-mapping", CITY + "organisations: [[1]]\n"),
        ("not-a-mapping", CITY + "parts: 7\n"),
        ("unknown-field", CITY + "<<: {a: 1}\n"),
        ("missing-file", CITY + "parts: {systems: " + "x" * 5000 + ".yaml}\n"),
        ("missing-records", CITY + "subscriptions: []\n"),
    ],
)
def test_broken_documents_are_faults_and_no_tracebacks(tmp_path, code, text):
    assert only_fault(tmp_path, city__yaml=text).code == code


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("csv-syntax", 'id,name,level\na,"b"c,city\n'),
        ("extra-cells", "id,name,level\na,b,city,d\n"),
        ("missing-column", "id,name\na,b\nc,d\n"),
        ("unknown-header", "id,name,level,\na,b,city,x\n"),
        ("missing-field", "id,name,level\na,,city\n"),
    ],
)
def test_broken_tables_are_faults_once(tmp_path, code, text):
    city = CITY + "parts: {sites: sites.csv}\n"
    assert only_fault(tmp_path, city__yaml=city, sites__csv=text).code == code


def test_a_broken_workbook_is_a_fault(tmp_path):
    city = CITY + "parts: {sites: ledger.xlsx}\n"
    assert only_fault(tmp_path, city__yaml=city, ledger__xlsx=b"PK no zip").code == "bad-workbook"


def test_a_workbook_with_a_broken_sheet_is_a_fault(tmp_path):
    whole = planted.write_workbook(tmp_path)
    with ZipFile(whole) as source, ZipFile(tmp_path / "broken.xlsx", "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data[:150] + b"\xff" + data[150:] if "sheet1" in name else data)
    faults = faults_of(tmp_path / "broken.xlsx")
    assert {f.code for f in faults if f.place.sheet == "City"} == {"bad-workbook"}


def test_no_city_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError):
        inventory.load(tmp_path)
