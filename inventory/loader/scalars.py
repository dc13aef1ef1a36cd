"""One written value into one value of the model, or the fault that forbids it."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from inventory.loader.node import nearest
from inventory.model.fields import Shape
from inventory.model.labels import spelled_codes
from inventory.text import N_, _
from inventory.units import LONGEST, QuantityError, parse

YES = ("true", "yes", "y", "1", "是", "有")
NO = ("false", "no", "n", "0", "否", "无")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00:00)?")
_FIXES = {
    "not-a-number": N_("write a number"),
    "bad-date": N_("write a date as 2026-12-31"),
    "bad-boolean": N_("write true or false"),
}


class ValueFaultError(ValueError):
    """A value cannot be read; carries the code and the repair of the fault."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code, self.fix = code, fix


def read_scalar(shape: Shape, text: str) -> Any:
    """Read a written value as the shape asks.

    Raises:
        ValueFaultError: it is nothing of the kind.
    """
    if shape.unit is not None:
        return _quantity(shape, text)
    if shape.choices:
        return _choice(shape, text)
    return _READERS.get(shape.type, str)(text)


def _quantity(shape: Shape, text: str) -> int:
    assert shape.unit is not None  # noqa: S101 - the caller looked
    try:
        return parse(shape.unit, text)
    except QuantityError as error:
        raise ValueFaultError(error.code, f"{text!r}: {error}", error.fix) from None


def _choice(shape: Shape, text: str) -> str:
    word = unicodedata.normalize("NFKC", text).strip().lower()
    allowed = spelled_codes(shape.choices)
    if (found := allowed.get(word)) is not None:
        return shape.type(found) if issubclass(shape.type, StrEnum) else found
    close = nearest(word, allowed)
    first = [allowed[close]] if close else []
    ordered = ", ".join(dict.fromkeys([*first, *shape.choices]))
    fix = _("write one of: {allowed}").format(allowed=ordered)
    raise ValueFaultError("bad-choice", _("{value!r} is not allowed here").format(value=text), fix)


def _reader(code: str, message: str, read: Callable[[str], Any]) -> Callable[[str], Any]:
    def reader(text: str) -> Any:
        try:
            return read(unicodedata.normalize("NFKC", text).strip())
        except (ValueError, KeyError, InvalidOperation):
            raise ValueFaultError(code, _(message).format(value=text), _(_FIXES[code])) from None

    return reader


def _date(text: str) -> date:
    match = _DATE.fullmatch(text)
    if not match:
        raise ValueError(text)
    return date(*(int(part) for part in match.groups()))


def _whole(text: str) -> int:
    if len(text) > LONGEST:
        raise ValueError(text)
    return int(re.sub(r"\.0+$", "", text.replace(",", "")))


def _decimal(text: str) -> Decimal:
    value = Decimal(text.replace(",", ""))
    if not value.is_finite():
        raise ValueError(text)
    return Decimal(format(value.normalize(), "f"))


_BOOLEANS = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
_READERS: Mapping[Any, Callable[[str], Any]] = {
    bool: _reader("bad-boolean", N_("{value!r} is neither yes nor no"), lambda t: _BOOLEANS[t.lower()]),
    int: _reader("not-a-number", N_("{value!r} is not a whole number"), _whole),
    Decimal: _reader("not-a-number", N_("{value!r} is not a number"), _decimal),
    date: _reader("bad-date", N_("{value!r} is not a date"), _date),
}
