"""The inventory back into files of people, such that loading them gives the same city."""

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from inventory.model import COLLECTIONS, City, Part
from inventory.model.fields import Shape, shapes
from inventory.resources import policy, resource
from inventory.units import show

MOST_ROWS_IN_YAML = 100
"""Longer lists are written as CSV."""


def save(city: City, folder: Path | str) -> None:
    """Write a city as ``city.yaml`` and one file a list; nothing is left half written.

    Short lists become YAML, lists of more than 100 rows CSV, unless a value would not
    survive in a table cell.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lists = list(_list_files(city, folder))
    files = {file: text for _name, file, text in lists}
    files["city.yaml"] = _city_file(city, {name: file for name, file, _text in lists}, folder)
    write_all({folder / name: text.encode() for name, text in files.items()})


def file_form(value: Part, *, defaults: bool = False) -> dict[str, Any]:
    """Return a record as files say it: quantities in file units, defaults left out unless asked for."""
    kind = type(value)
    return {
        name: _written(shape, held)
        for name, shape in shapes(kind).items()
        if (held := getattr(value, name)) != kind.model_fields[name].default or defaults
    }


def cells(row: Mapping[str, Any]) -> dict[tuple[str, ...], str | int | float | bool]:
    """Return a record in file form as one flat row: path of the field to the cell."""
    return dict(_flat(row, ()))


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write files in full beside their place, then put all of them in place."""
    fresh = {path: path.with_name(f".{path.name}.part") for path in files}
    try:
        for path, data in files.items():
            fresh[path].write_bytes(data)
        for path, ready in fresh.items():
            ready.replace(path)
    finally:
        for ready in fresh.values():
            ready.unlink(missing_ok=True)


def modeline(schema: str, folder: Path) -> str:
    """Return the comment that tells an editor the JSON Schema, or nothing where none is known."""
    name = f"{schema}.schema.json"
    try:
        known = resource("schema", name)
    except FileNotFoundError:
        return ""
    path = Path(os.path.relpath(known, folder.resolve())).as_posix()
    return f"# yaml-language-server: $schema={path}\n"


def _list_files(city: City, folder: Path) -> Iterator[tuple[str, str, str]]:
    for name in COLLECTIONS:
        rows = [file_form(record) for record in getattr(city, name)]
        if len(rows) > MOST_ROWS_IN_YAML and all(_fits_cells(row) for row in rows):
            yield name, f"{name}.csv", _csv_text(rows)
        elif rows:
            yield name, f"{name}.yaml", modeline(name, folder) + yaml_text({name: rows})


def city_fields(city: City) -> dict[str, Any]:
    """Return what a city says of itself, lists left out, in file form."""
    return {
        n: getattr(city, n) for n in shapes(City) if n not in COLLECTIONS and getattr(city, n) is not None
    }


def _city_file(city: City, files: Mapping[str, str], folder: Path) -> str:
    empty: dict[str, Any] = {name: [] for name in COLLECTIONS if name not in files and policy(name)}
    return modeline("city", folder) + yaml_text(city_fields(city) | {"parts": dict(files) | empty})


def yaml_text(value: Mapping[str, Any]) -> str:
    """Return plain values as YAML text."""
    return str(yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110))


class _Dumper(yaml.CSafeDumper):
    """Block style outside, one line for small values inside; never an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _written(shape: Shape, value: Any) -> Any:
    if value is None:
        return None
    if shape.kind == "part":
        return file_form(value)
    if shape.kind == "list":
        return [_written(shape.inner, item) for item in value]
    if shape.kind == "mapping":
        return {_plain(key): _written(shape.inner, item) for key, item in value.items()}
    return show(shape.unit, value) if shape.unit else _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return _number(value) if isinstance(value, Decimal) else value


def _number(value: Decimal) -> int | float | str:
    if value == value.to_integral_value():
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else format(value, "f")


def _flat(row: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in row.items():
        at = (*path, str(name))
        if isinstance(value, Mapping):
            yield from _flat(value, at)
        else:
            yield at, ";".join(map(str, value)) if isinstance(value, list) else value


def _fits_cells(value: Any) -> bool:
    if isinstance(value, Mapping):
        return bool(value) and all(_fits_cells(item) for item in value.values())
    if isinstance(value, list):
        return bool(value) and not any(set(";\uff1b") & set(str(item)) for item in value)
    return not isinstance(value, str) or (value.strip() == value != "" and value.isprintable())


def _csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    flat = [cells(row) for row in rows]
    columns = list(dict.fromkeys(path for row in flat for path in row))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([".".join(path) for path in columns])
    writer.writerows([_cell(row.get(path, "")) for path in columns] for row in flat)
    return out.getvalue()


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
