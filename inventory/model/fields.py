"""What the fields of the model hold, read off their annotations: the one place that looks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from inventory.model.base import Part, Ref
from inventory.units import Unit

_ALTERNATIVES = re.compile(r"\^\(([\w|]+)\)\$")


@dataclass(frozen=True)
class Shape:
    """What a value is, whatever may be left open: a scalar, a list, a mapping or a part."""

    kind: Literal["scalar", "list", "mapping", "part", "any"]
    type: Any = str
    """Class of a scalar or a part."""
    unit: Unit | None = None
    """Where the value is a quantity."""
    ref: str | None = None
    """Name of the list the value is an id of."""
    choices: tuple[str, ...] = ()
    """The only values allowed; empty where there is no such list."""
    item: "Shape | None" = None
    """What a list or a mapping holds."""
    key: "Shape | None" = None
    """What names the values of a mapping."""

    @property
    def inner(self) -> "Shape":
        """Shape of the items; only lists and mappings have one."""
        if self.item is None:
            raise TypeError(f"a {self.kind} holds no items")
        return self.item


@cache
def shapes(kind: type[Part]) -> Mapping[str, Shape]:
    """Return the shape of each field of a record or part, in the order of declaration."""
    return {name: _of_field(info) for name, info in kind.model_fields.items() if not info.exclude}


def title(name: str) -> str:
    """Return the English heading of a field, a list or a code: ``om_cost`` is ``O&M cost``."""
    if name in _TITLES:
        return _TITLES[name]
    words = _UNIT_SUFFIX.sub("", name).split("_")
    spelled = " ".join(_WORDS.get(word, word) for word in words)
    return spelled[:1].upper() + spelled[1:] if words[0] not in _WORDS else spelled


_UNIT_SUFFIX = re.compile(r"_gib$")
_TITLES = {
    "name_en": "English name",
    "a": "End A",
    "b": "End B",
    "a_device": "Device A",
    "b_device": "Device B",
    "basis": "Charging basis",
    "item": "Interface or table set",
}
_WORDS = {
    "aaaa": "AAAA",
    "cpu": "CPU",
    "id": "ID",
    "ip": "IP",
    "ipv6": "IPv6",
    "mbit": "Bandwidth",
    "mlps": "MLPS",
    "om": "O&M",
    "os": "Operating system",
    "p90": "P90",
    "p95": "P95",
    "p995": "P995",
    "v4": "IPv4",
    "v6": "IPv6",
    "vcpu": "vCPU",
    "vrf": "VRF",
}


def _of_field(info: FieldInfo) -> Shape:
    return _shape(info.annotation, tuple(info.metadata))


def _shape(hint: Any, marks: tuple[Any, ...]) -> Shape:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _shape(args[0], (*marks, *args[1:]))
    if origin in (Union, UnionType):
        return _shape(next(a for a in args if a is not type(None)), marks)
    if origin is tuple:
        return Shape("list", item=_shape(args[0], ()))
    if origin is dict:
        return Shape("mapping", key=_shape(args[0], ()), item=_shape(args[1], ()))
    if origin is Literal:
        return Shape("scalar", str, choices=args)
    if hint is Any:
        return Shape("any")
    if issubclass(hint, Part):
        return Shape("part", hint)
    return _scalar(hint, marks)


def _scalar(hint: type, marks: tuple[Any, ...]) -> Shape:
    flat = [m for mark in marks for m in (getattr(mark, "metadata", None) or (mark,))]
    unit = next((m for m in flat if isinstance(m, Unit)), None)
    ref = next((m.collection for m in flat if isinstance(m, Ref)), None)
    if issubclass(hint, StrEnum):
        return Shape("scalar", hint, unit, ref, tuple(member.value for member in hint))
    pattern = next((p for m in flat if (p := getattr(m, "pattern", None))), "")
    match = _ALTERNATIVES.fullmatch(str(pattern))
    return Shape("scalar", hint, unit, ref, tuple(match[1].split("|")) if match else ())
