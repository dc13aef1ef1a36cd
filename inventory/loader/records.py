"""A written mapping into a record, or every fault it has."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import ValidationError

from inventory.errors import Place
from inventory.loader.node import Faults, Node, nearest
from inventory.loader.scalars import ValueFaultError, read_scalar
from inventory.model import Part
from inventory.model.fields import Shape, shapes
from inventory.model.labels import headings, plain_heading
from inventory.text import N_, _
from inventory.units import show

Path = tuple[Any, ...]
_BAD = object()
_SEPARATORS = re.compile("[;\uff1b]")


@dataclass
class Draft[P: Part]:
    """What became of a written record: its readable values, and the record if all is well."""

    node: Node
    values: dict[str, Any]
    """Values in steps and enums; what could not be read is left out."""
    record: P | None

    @property
    def id(self) -> str | None:
        """The id as written, if one can be read."""
        return self.values.get("id")

    @property
    def place(self) -> Place:
        """Where the id is written, else where the record begins."""
        return self.node.at(("id",)).place


def read_part[P: Part](
    kind: type[P], node: Node, faults: Faults, only: Iterable[str] = (), excused: Iterable[Path] = ()
) -> Draft[P]:
    """Read a mapping as a record or part, noting every fault.

    Args:
        kind: class of the record.
        node: what was written.
        faults: where faults are noted.
        only: the fields looked at; empty means all.
        excused: paths whose absence is already noted elsewhere.
    """
    before = len(faults.found)
    reader = _Reader(faults, set(excused))
    known = {name: s for name, s in shapes(kind).items() if not only or name in only}
    values = reader.fields(kind, known, node, ())
    record: P | None = None
    try:
        record = kind.model_validate(values)
    except ValidationError as error:
        _note(kind, error, node, faults, reader.bad)
    return Draft(node, values, record if len(faults.found) == before else None)


@dataclass
class _Reader:
    """Walks a written value beside the shape it should have."""

    faults: Faults
    bad: set[Path] = field(default_factory=set)
    """Paths already at fault, which must raise no follow-up fault."""

    def fields(self, kind: type[Part], known: Mapping[str, Shape], node: Node, path: Path) -> dict[str, Any]:
        if not isinstance(node.value, dict):
            self._add("not-a-mapping", node, _("expected fields, found a single value or a list"), _FIELDS)
            self.bad.update((*path, name) for name in known)
            return {}
        values = {}
        for name, child in node.value.items():
            if name not in known:
                self._unknown(kind, known, name, child, node, path)
            elif child.value is not None:
                value = self.value(known[name], child, (*path, name))
                if value is not _BAD:
                    values[name] = value
        return values

    def value(self, shape: Shape, node: Node, path: Path) -> Any:
        match shape.kind:
            case "part":
                return self.fields(shape.type, shapes(shape.type), node, path)
            case "list":
                return self._list(shape, node, path)
            case "mapping":
                return self._mapping(shape, node, path)
            case "any":
                return node.plain()
        return self._scalar(shape, node, path)

    def _list(self, shape: Shape, node: Node, path: Path) -> Any:
        if isinstance(node.value, str) and shape.inner.kind == "scalar":
            parts = [part.strip() for part in _SEPARATORS.split(node.value)]
            node = Node([Node(part, node.place, node.quoted) for part in parts if part], node.place)
        if not isinstance(node.value, list):
            return self._refuse("not-a-list", node, path, _("expected a list"), _LIST)
        values = [self.value(shape.inner, item, (*path, n)) for n, item in enumerate(node.value)]
        if any(value is _BAD for value in values):
            self.bad.add(path)
            return _BAD
        return tuple(values)

    def _mapping(self, shape: Shape, node: Node, path: Path) -> Any:
        if not isinstance(node.value, dict):
            return self._refuse("not-a-mapping", node, path, _("expected 'key: value' pairs"), _FIELDS)
        values = {}
        for name, child in node.value.items():
            key = self._scalar(cast(Shape, shape.key), Node(name, child.place), (*path, name))
            if key is not _BAD and (child.value is not None or shape.inner.kind == "any"):
                value = self.value(shape.inner, child, (*path, name))
                if value is not _BAD:
                    values[key] = value
        return values

    def _scalar(self, shape: Shape, node: Node, path: Path) -> Any:
        if not isinstance(node.value, str):
            return self._refuse("not-a-value", node, path, _("expected a single value"), _SINGLE)
        try:
            return read_scalar(shape, node.value)
        except ValueFaultError as fault:
            return self._refuse(fault.code, node, path, str(fault), fault.fix)

    def _unknown(
        self, kind: type[Part], known: Mapping[str, Shape], name: str, child: Node, node: Node, path: Path
    ) -> None:
        spelled = headings(kind).get(plain_heading(name))
        close = spelled if spelled in known else nearest(name, known)
        fix = _("write {name}") if close else _("remove it; known are: {known}")
        message = _("there is no field {name!r}").format(name=name)
        fix = fix.format(name=close, known=", ".join(known))
        self.faults.add("unknown-field", child.place, message, fix, name)
        if close and isinstance(node.value, dict) and close not in node.value:
            self.bad.add((*path, close))

    def _refuse(self, code: str, node: Node, path: Path, message: str, fix: str) -> Any:
        self.bad.add(path)
        self._add(code, node, f"{_dotted(path)}: {message}", _(fix))
        return _BAD

    def _add(self, code: str, node: Node, message: str, fix: str) -> None:
        shown = node.value if isinstance(node.value, str) else ""
        self.faults.add(code, node.place, message, _(fix), shown)


_FIELDS = N_("write one 'field: value' a line, indented")
_LIST = N_("write a list: [a, b]")
_SINGLE = N_("write one value")

_LIMITS = {
    "greater_than_equal": ("ge", N_("at least {limit}")),
    "less_than_equal": ("le", N_("at most {limit}")),
    "greater_than": ("gt", N_("more than {limit}")),
    "less_than": ("lt", N_("less than {limit}")),
}


def _note(kind: type[Part], error: ValidationError, node: Node, faults: Faults, bad: set[Path]) -> None:
    for detail in error.errors(include_url=False):
        path = tuple(detail["loc"])
        if path in bad:
            continue
        spot = node.at(path)
        if detail["type"] == "missing":
            _missing(kind, path, node, faults)
        elif detail["type"] in _LIMITS:
            _out_of_range(kind, path, spot, detail, faults)
        else:
            shown = spot.value if isinstance(spot.value, str) else ""
            message = _("{field}: {value!r} is not of the right form").format(
                field=_dotted(path), value=shown
            )
            faults.add("bad-format", spot.place, message, describe(kind, path), shown)


def _missing(kind: type[Part], path: Path, node: Node, faults: Faults) -> None:
    message = _("the field {field!r} is missing").format(field=_dotted(path))
    fix = _("add {field}: {meaning}").format(field=_dotted(path), meaning=describe(kind, path))
    faults.add("missing-field", cell(node.at(path).place, _dotted(path)), message, fix)


def _out_of_range(kind: type[Part], path: Path, spot: Node, detail: Any, faults: Faults) -> None:
    key, words = _LIMITS[detail["type"]]
    limit = detail["ctx"][key]
    unit = shape_at(kind, path).unit
    shown = f"{show(unit, limit)} {_(unit.name)}" if unit else str(limit)
    value = spot.value if isinstance(spot.value, str) else ""
    message = _("{field}: {value} is out of range").format(field=_dotted(path), value=value)
    faults.add("out-of-range", spot.place, message, _(words).format(limit=shown), value)


def shape_at(kind: type[Part], path: Path) -> Shape:
    """Return the shape at a path of field names, keys and indexes below a class."""
    shape = shapes(kind)[path[0]]
    for step in path[1:]:
        shape = shapes(shape.type)[step] if shape.kind == "part" else shape.item or shape
    return shape


def describe(kind: type[Part], path: Path) -> str:
    """Return what the documentation says about a field, in the language of the context."""
    owner, name = kind, path[0]
    for step in path[1:]:
        shape = shapes(owner)[name]
        if shape.kind != "part":
            break
        owner, name = shape.type, step
    return _(owner.model_fields[name].description or name)


def cell(place: Place, column: str) -> Place:
    """Return the cell of a column, where the place is a row of a CSV file."""
    if place.row is None or place.sheet is not None or place.column is not None:
        return place
    return Place(place.file, row=place.row, column=column)


def _dotted(path: Path) -> str:
    return ".".join(str(step) for step in path)
