"""Single documents beside the inventory, and changes of an inventory written as files write them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inventory.errors import Place, UsageError
from inventory.loader.node import Faults, Node, nearest
from inventory.loader.records import read_part
from inventory.loader.references import check_record
from inventory.loader.yamls import parse_yaml
from inventory.model import COLLECTIONS, City, Part
from inventory.saver import file_form
from inventory.text import _

Overrides = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""List name to id to field to the new value, as a file would say it."""


def read_document[P: Part](path: Path | str, kind: type[P]) -> P:
    """Read one YAML document with a mapping at the top as a part; references are not judged.

    Raises:
        InputError: every fault of the document.
        UsageError: there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(_("there is no file {path}").format(path=path))
    return parse_document(path.read_bytes(), path.as_posix(), kind)


def parse_document[P: Part](data: bytes, name: str, kind: type[P]) -> P:
    """Read the text of such a document; the name stands in the place of its faults.

    Raises:
        InputError: every fault of the document.
    """
    faults = Faults()
    fields = parse_yaml(data, name, faults)
    faults.stop()
    draft = read_part(kind, Node(fields, Place(name, line=1)), faults)
    faults.stop()
    assert draft.record is not None  # noqa: S101 - stopped above otherwise
    return draft.record


def overridden(city: City, overrides: Overrides, place: Place) -> City:
    """Return a city with some fields changed, checked as if its files said so.

    Mappings and parts are merged, lists and values replaced, ``None`` makes a field unknown.

    Args:
        city: the inventory.
        overrides: the changes.
        place: where the changes are written.

    Raises:
        InputError: every fault of the changes.
    """
    faults = Faults()
    lists = {name: _changed(city, name, rows, place, faults) for name, rows in overrides.items()}
    faults.stop()
    kept = {name: getattr(city, name) for name in City.model_fields if name != "places"}
    return City(**kept | lists, places=city.places)


def extended(city: City, additions: Overrides, place: Place) -> City:
    """Return a city with further records, checked as if its files named them; a name not given is the id.

    Args:
        city: the inventory.
        additions: list name to new id to fields.
        place: where the additions are written.

    Raises:
        InputError: every fault of the additions.
    """
    faults = Faults()
    drafts = [
        (name, read_part(COLLECTIONS[name], _newcomer(key, fields, f"{name}.{key}", place), faults))
        for name, rows in additions.items()
        if _addable(city, name, rows, place, faults)
        for key, fields in rows.items()
    ]
    known = _known(city)
    for name, draft in drafts:
        known[name] |= {draft.id: place} if draft.id else {}
    for name, draft in drafts:
        check_record(draft, COLLECTIONS[name], known, faults)
    faults.stop()
    lists = {name: [*getattr(city, name)] for name in additions}
    for name, draft in drafts:
        lists[name].append(draft.record)
    kept = {name: getattr(city, name) for name in City.model_fields if name != "places"}
    return City(**kept | {name: tuple(rows) for name, rows in lists.items()}, places=city.places)


def _newcomer(key: str, fields: Mapping[str, Any], path: str, place: Place) -> Node:
    return _node({"id": key, "name": key, **fields}, place, path)


def _addable(city: City, name: str, rows: Mapping[str, Any], place: Place, faults: Faults) -> bool:
    """Note a list that is none, and ids that are taken."""
    if name not in COLLECTIONS:
        message = _("there is no list {name!r}").format(name=name)
        faults.add("unknown-list", place, message, _nearest_fix(name, COLLECTIONS), name)
        return False
    for key in rows.keys() & {record.id for record in getattr(city, name)}:
        message = _("the id {id!r} is taken in the list {list}").format(id=key, list=name)
        faults.add("repeated-id", place, message, _("give the new record another id"), key)
    return True


def _changed(
    city: City, name: str, rows: Mapping[str, Mapping[str, Any]], place: Place, faults: Faults
) -> tuple[Any, ...]:
    if name not in COLLECTIONS:
        message = _("there is no list {name!r}").format(name=name)
        faults.add("unknown-list", place, message, _nearest_fix(name, COLLECTIONS), name)
        return ()
    records = {record.id: record for record in getattr(city, name)}
    for key, changes in rows.items():
        if key not in records:
            message = _("{id!r} is not in the list {list}").format(id=key, list=name)
            faults.add("dangling-reference", place, message, _nearest_fix(key, records), key)
        else:
            records[key] = _rewritten(city, records[key], f"{name}.{key}", changes, place, faults)
    return tuple(records.values())


def _nearest_fix(name: str, known: Mapping[str, Any]) -> str:
    close = nearest(name, known)
    return (
        _("write {name}").format(name=close)
        if close
        else _("remove it; known are: {known}").format(known=", ".join(known))
    )


def _rewritten[P: Part](
    city: City, record: P, path: str, changes: Mapping[str, Any], place: Place, faults: Faults
) -> P:
    if "id" in changes:
        message = _("{path}: an id cannot be overridden").format(path=path)
        faults.add("fixed-id", place, message, _("remove the id"), changes["id"])
    node = _node(_merged(file_form(record), changes), place, path)
    draft = read_part(type(record), node, faults)
    check_record(draft, type(record), _known(city), faults)
    return draft.record or record


def _known(city: City) -> dict[str, dict[str, Place | None]]:
    return {name: {r.id: city.where(name, r.id) for r in getattr(city, name)} for name in COLLECTIONS}


def _merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = {str(key): value for key, value in old.items()}
    for key, value in changes.items():
        before = merged.get(str(key))
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            value = _merged(before, value)
        merged[str(key)] = value
    return merged


def _node(value: Any, place: Place, path: str) -> Node:
    """Plain values as a node whose places name the field that is overridden."""
    spot = Place(place.file, line=place.line, column=path)
    if isinstance(value, Mapping):
        return Node({str(k): _node(v, place, f"{path}.{k}") for k, v in value.items()}, spot)
    if isinstance(value, list | tuple):
        return Node([_node(item, place, path) for item in value], spot)
    if value is None or isinstance(value, str):
        return Node(value, spot, quoted=True)
    return Node(str(value).lower() if isinstance(value, bool) else str(value), spot)
