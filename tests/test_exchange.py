"""What goes out of the house and comes back."""

import json
from random import Random

import openpyxl
import pytest
from jsonschema import Draft7Validator

import inventory
from inventory import InputError, UsageError, exchange
from inventory.loader.node import Faults
from inventory.loader.yamls import parse_yaml
from inventory.model import COLLECTIONS
from inventory.resources import resource
from inventory.text import LANGUAGES, speaking
from planner.scenario import Scenario
from tests import planted
from tests.cities import Maker
from topology.addressing import Policy


@pytest.fixture(scope="module")
def tieling():
    return inventory.load(resource("tieling"))


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "t.xlsx"
    with speaking("en"):
        exchange.write_template(path, [2024, 2025])
    return openpyxl.load_workbook(path)


def headings(sheet):
    return [cell.value for cell in sheet[1]]


def rule_of(sheet, heading):
    """The data validation of a column."""
    letter = openpyxl.utils.get_column_letter(headings(sheet).index(heading) + 1)
    return next(rule for rule in sheet.data_validations.dataValidation if f"{letter}2" in rule.cells)


def test_the_template_has_a_sheet_a_list_with_notes(template):
    assert template.sheetnames[0] == "填写说明"
    assert len(template.sheetnames) == len(COLLECTIONS) + 3
    assert template["字典"].sheet_state == "hidden"
    assert template["Systems"].freeze_panes == "B2"
    assert rule_of(template["Systems"], "Owner").prompt == "The unit that answers for it."


def test_required_columns_are_coloured(template):
    row = {cell.value: cell.fill.fgColor.rgb for cell in template["Systems"][1]}
    assert row["Owner"] == row["ID"] != row["Note"]


def test_columns_with_codes_have_drop_downs(template):
    rule = rule_of(template["Pools"], "Zone")
    _sheet, _mark, cells = rule.formula1.partition("!")
    codes = [row[0].value for row in template["字典"][cells.replace("$", "")]]
    assert (rule.type, codes) == ("list", ["public", "dedicated", "internet"])
    assert rule_of(template["Systems"], "Public").type == "list"


def test_headings_name_units_and_spread_parts_and_years(template):
    assert {"Contract.Start", "Audited O&M.2025(CNY)"} <= set(headings(template["Projects"]))
    assert {"Storage.ssd(GiB)", "Reserve(%)"} <= set(headings(template["Pools"]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_loads_whatever_its_language(tmp_path, language):
    chance = Random(7)
    city = Maker(chance, ["河", "010", "no", "null"], tame=True).city()
    with speaking(language):
        exchange.write_workbook(city, tmp_path / "c.xlsx")
    for reader in LANGUAGES:
        with speaking(reader):
            assert inventory.load(tmp_path / "c.xlsx").digest == city.digest


def test_the_demo_survives_a_workbook(tmp_path, tieling):
    exchange.write_workbook(tieling, tmp_path / "c.xlsx")
    assert inventory.load(tmp_path / "c.xlsx").digest == tieling.digest


def test_a_filled_template_loads(tmp_path):
    path = tmp_path / "t.xlsx"
    exchange.write_template(path)
    book = openpyxl.load_workbook(path)
    book.worksheets[1]["A2"], book.worksheets[1]["B2"] = "c", "城"
    book.worksheets[1]["D2"] = "2026-01-01"
    book.save(path)
    city = inventory.load(path)
    assert (city.id, city.systems) == ("c", ())
    assert city.assumptions


def marked(tmp_path, path):
    with pytest.raises(InputError) as caught:
        inventory.load(path)
    target = tmp_path / "marked.xlsx"
    exchange.write_marked_copy(path, caught.value.faults, target)
    return caught.value.faults, target


def test_a_faulty_workbook_comes_back_marked(tmp_path):
    original = planted.write_workbook(tmp_path)
    before = original.read_bytes()
    faults, target = marked(tmp_path, original)
    book = openpyxl.load_workbook(target)
    assert original.read_bytes() == before
    for fault in faults:
        if fault.place.column:
            cell = book[fault.place.sheet][f"{fault.place.column}{fault.place.row}"]
            assert fault.message in cell.comment.text
            assert cell.fill.fgColor.rgb == "FFFFC7CE"
    assert book["错误说明"].max_row == len(faults) + 1
    sheet = book["organisations"]
    assert headings(sheet)[-1] == "错误说明"
    assert [bool(row[-1].value) for row in sheet.iter_rows(min_row=2)] == [
        False,
        True,
        False,
        True,
        True,
        True,
    ]


def test_a_marked_copy_loads_with_the_same_faults_and_loses_old_marks(tmp_path):
    faults, target = marked(tmp_path, planted.write_workbook(tmp_path))
    with pytest.raises(InputError) as caught:
        inventory.load(target)
    assert [f.code for f in caught.value.faults] == [f.code for f in faults]
    exchange.write_marked_copy(target, [], tmp_path / "clean.xlsx")
    book = openpyxl.load_workbook(tmp_path / "clean.xlsx")
    cells = [cell for name in planted.SHEETS for row in book[name].iter_rows() for cell in row]
    assert not any(cell.comment or cell.fill.fill_type or cell.value == "错误说明" for cell in cells)


def test_a_marked_copy_never_replaces_the_original(tmp_path):
    path = planted.write_workbook(tmp_path)
    with pytest.raises(UsageError):
        exchange.write_marked_copy(path, [], path)
    with pytest.raises(UsageError):
        exchange.write_marked_copy(tmp_path / "old.xls", [], tmp_path / "new.xlsx")
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(UsageError):
        exchange.write_marked_copy(path, [], tmp_path / "new.xlsx")
    assert not (tmp_path / "new.xlsx").exists()


def test_the_shipped_schemas_are_fresh():
    for name, schema in exchange.schemas({"scenario": Scenario, "ipv6": Policy}).items():
        assert resource("schema", f"{name}.schema.json").read_text("utf-8") == exchange.schema_text(schema)


def accepts(schema, value):
    return Draft7Validator(schema).is_valid(value)


@pytest.mark.parametrize("file", sorted(resource("tieling").rglob("*.yaml")), ids=lambda p: p.stem)
def test_the_demo_files_fit_their_schemas(file):
    schemas = exchange.schemas({"scenario": Scenario, "ipv6": Policy})
    fields = parse_yaml(file.read_bytes(), file.name, Faults())
    value = {key: node.plain() for key, node in fields.items()}
    named = {"city": "city", "ipv6": "ipv6", "scenarios": "scenario"}
    name = named.get(file.stem) or named.get(file.parent.name) or next(iter(value))
    assert accepts(schemas[name], value)
    assert not accepts(schemas[name], value | {"unheard_of": 1})


def test_schemas_document_fields_and_take_quantities_both_ways():
    system = exchange.schema_of(COLLECTIONS["systems"], "systems")["properties"]["systems"]["items"]
    assert system["properties"]["owner"]["description"] == "The unit that answers for it."
    assert accepts(system["properties"]["om_cost"], "3.5 万元")
    assert accepts(system["properties"]["om_cost"], 35000)
    assert json.dumps(system)


def test_init_copies_the_demo_with_scenarios(tmp_path, tieling):
    exchange.copy_demo(tmp_path / "new" / "city")
    copied = tmp_path / "new" / "city"
    assert inventory.load(copied).digest == tieling.digest
    assert inventory.read_document(copied / "scenarios" / "baseline.yaml", Scenario).name == "baseline"
    assert [path.name for path in copied.parent.iterdir()] == ["city"]
    for file in copied.rglob("*.yaml"):
        for line in file.read_text("utf-8").splitlines():
            if "$schema=" in line:
                assert (file.parent / line.partition("$schema=")[2]).is_file()


def test_init_refuses_a_folder_that_holds_something(tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(UsageError):
        exchange.copy_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
