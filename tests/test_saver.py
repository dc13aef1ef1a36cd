"""Load -> save -> load is the identity, in every format."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

import inventory
from inventory import exchange, saver
from inventory.resources import resource
from tests.cities import cities

few = settings(max_examples=15, deadline=None)


@pytest.fixture(scope="module")
def tieling():
    return inventory.load(resource("tieling"))


def through_folder(city):
    with tempfile.TemporaryDirectory() as folder:
        inventory.save(city, folder)
        return inventory.load(folder), sorted(path.suffix for path in Path(folder).iterdir())


@few
@given(cities())
def test_yaml_keeps_every_city(city):
    again, _suffixes = through_folder(city)
    assert again.model_dump() == city.model_dump()
    assert again.digest == city.digest


@few
@given(cities(tame=True))
def test_csv_keeps_every_city(city):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saver, "MOST_ROWS_IN_YAML", 0)
        again, suffixes = through_folder(city)
    assert suffixes.count(".csv") >= len(suffixes) - 2
    assert again.digest == city.digest


@few
@given(cities(tame=True))
def test_a_workbook_keeps_every_city(city):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.xlsx"
        exchange.write_workbook(city, path)
        assert inventory.load(path).digest == city.digest


def test_the_demo_survives_a_folder(tieling):
    again, suffixes = through_folder(tieling)
    assert again.digest == tieling.digest
    assert {".csv", ".yaml"} == set(suffixes)


def test_text_that_no_cell_keeps_goes_to_yaml(tmp_path, tieling):
    row = tieling.organisations[0].model_dump() | {"note": " two\nlines "}
    rows = [row | {"id": f"o{n}", "parent": None} for n in range(saver.MOST_ROWS_IN_YAML + 1)]
    city = inventory.City(id="c", name="城", as_of=tieling.as_of, organisations=rows)
    inventory.save(city, tmp_path)
    assert (tmp_path / "organisations.yaml").exists()
    assert inventory.load(tmp_path).digest == city.digest


def test_editors_are_told_the_schema(tmp_path, tieling):
    inventory.save(tieling, tmp_path)
    line = (tmp_path / "systems.yaml").read_text().splitlines()[0]
    key, _equals, path = line.partition("$schema=")
    assert key == "# yaml-language-server: "
    assert (tmp_path / path).resolve() == resource("schema", "systems.schema.json")


def test_a_failed_save_leaves_the_old_files(tmp_path, tieling, monkeypatch):
    inventory.save(tieling, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(Path, "replace", _refuse)
    changed = tieling.model_copy(update={"note": "changed"})
    with pytest.raises(OSError, match="disk"):
        inventory.save(changed, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def _refuse(self, target):
    raise OSError("disk full")
