"""JSON Schemas of the files as people write them, for editors and other programs."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from inventory.loader.folder import HEAD
from inventory.model import COLLECTIONS, City, Part
from inventory.model.fields import Shape, shapes
from inventory.saver import write_all

DRAFT = "http://json-schema.org/draft-07/schema#"
Schema = dict[str, Any]


def schema_of(kind: type[Part], list_name: str | None = None) -> Schema:
    """Return the schema of a document of one part, or of a file that holds a list of records.

    Quantities may be numbers in the file unit or texts that name their unit.
    """
    part = _part(kind)
    if list_name is None:
        return {"$schema": DRAFT, "title": kind.__name__, **part}
    rows = {"type": ["array", "null"], "description": _doc(kind), "items": part}
    return {"$schema": DRAFT, "title": list_name, **_closed({list_name: rows}, [list_name])}


def schemas(documents: Mapping[str, type[Part]] | None = None) -> dict[str, Schema]:
    """Return every schema by name: ``city``, one a list, and one a further document."""
    found = {"city": _city()} | {name: schema_of(kind, name) for name, kind in COLLECTIONS.items()}
    return found | {name: schema_of(kind) for name, kind in (documents or {}).items()}


def write_schemas(folder: Path | str, documents: Mapping[str, type[Part]] | None = None) -> tuple[Path, ...]:
    """Write the schemas as ``NAME.schema.json`` and return the files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {folder / f"{name}.schema.json": schema_text(s) for name, s in schemas(documents).items()}
    write_all({path: text.encode() for path, text in texts.items()})
    return tuple(texts)


def schema_text(schema: Schema) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _city() -> Schema:
    head = _part(City, HEAD)
    file = {"type": "string", "pattern": r"\.(ya?ml|csv|xlsx?|xlsm|ods)(#.+)?$"}
    lists = {
        name: {
            "description": City.model_fields[name].description,
            "anyOf": [file, {"type": "array", "items": {"anyOf": [file, _part(kind)]}}],
        }
        for name, kind in COLLECTIONS.items()
    }
    parts = _closed(lists, []) | {"description": "List name to its file, files or records."}
    return {"$schema": DRAFT, "title": "city", **head, "properties": head["properties"] | {"parts": parts}}


def _part(kind: type[Part], only: tuple[str, ...] = ()) -> Schema:
    fields = {name: shape for name, shape in shapes(kind).items() if not only or name in only}
    required = [name for name in fields if kind.model_fields[name].is_required()]
    properties = {}
    for name, shape in fields.items():
        info = kind.model_fields[name]
        properties[name] = _value(shape) if name in required else _nullable(_value(shape))
        if info.description:
            properties[name] = {"description": info.description, **properties[name]}
    return {"description": _doc(kind), **_closed(properties, required)}


def _closed(properties: Mapping[str, Schema], required: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required,
        "additionalProperties": False,
    }


def _value(shape: Shape) -> Schema:
    match shape.kind:
        case "any":
            return {}
        case "part":
            return _part(shape.type)
        case "list":
            return {"type": ["array", "string"], "items": _value(shape.inner)}
        case "mapping":
            return _mapping(shape)
    return _scalar(shape)


def _mapping(shape: Shape) -> Schema:
    if shape.key is not None and shape.key.choices:
        return _closed({key: _value(shape.inner) for key in shape.key.choices}, [])
    return {"type": "object", "additionalProperties": _value(shape.inner)}


def _scalar(shape: Shape) -> Schema:
    if shape.unit is not None:
        return {"type": ["number", "string"]}
    if shape.choices:
        return {"enum": list(shape.choices)}
    return dict(_TYPES.get(shape.type, {"type": ["string", "number"]}))


_TYPES: Mapping[Any, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    Decimal: {"type": "number"},
    date: {"type": "string", "format": "date"},
}


def _nullable(schema: Schema) -> Schema:
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None]}
    if "type" not in schema:
        return schema
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return schema | {"type": [*types, "null"]}


def _doc(kind: type[Part]) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]
