"""Quantities: whole numbers inside, words with units in the files of people.

Money is an integer number of fen, shares are basis points, capacity is whole
vCPU, GiB and Mbit/s. Files may say ``16``, ``"16 GiB"`` or ``"3.5 万元"``;
``parse`` and ``show`` are the only way in and out, ``divide`` the only rounding.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from inventory.text import N_, _


@dataclass(frozen=True)
class Unit:
    """A kind of quantity: its file unit, its whole-number scale, and spellings it accepts."""

    name: str
    """Symbol shown after a value, for example ``GiB``."""
    scale: int = 1
    """How many whole-number steps make one file unit (100 fen a yuan)."""
    spellings: Mapping[str, Fraction] = field(default_factory=dict, hash=False)
    """Accepted suffix to its factor against the file unit, lower case."""


def _spellings(**words: str) -> dict[str, Fraction]:
    return {s: Fraction(factor) for factor, line in words.items() for s in line.split()}


_F = Fraction
_GIB = {s: _F(1) for s in ("gib", "gb", "g")}
_GIB |= {s: _F(1024) for s in ("tib", "tb", "t")} | {s: _F(1, 1024) for s in ("mib", "mb")}
_MBIT = {s: _F(1) for s in ("mbit/s", "mbps", "m", "兆")}
_MBIT |= {s: _F(1000) for s in ("gbit/s", "gbps", "g")} | {s: _F(1, 1000) for s in ("kbit/s", "kbps")}

YUAN = Unit(N_("CNY"), 100, {"元": _F(1), "cny": _F(1), "yuan": _F(1), "万元": _F(10_000), "分": _F(1, 100)})
VCPU = Unit("vCPU", 1, {"vcpu": _F(1), "核": _F(1), "c": _F(1)})
GIB = Unit("GiB", 1, _GIB)
MBIT = Unit("Mbit/s", 1, _MBIT)
PERCENT = Unit("%", 100, {"%": _F(1)})
RATIO = Unit(N_("ratio"), 10_000, {"%": _F(1, 100)})
MILLISECOND = Unit("ms", 1000, {"ms": _F(1), "毫秒": _F(1), "us": _F(1, 1000), "s": _F(1000)})
WEEK = Unit(N_("weeks"), 1, {"周": _F(1), "weeks": _F(1), "week": _F(1), "w": _F(1)})
PERSON_MONTH = Unit(N_("person-months"), 100, {"人月": _F(1), "person-months": _F(1), "pm": _F(1)})

LONGEST = 30
"""Most characters a number may have."""
_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d[\d_]*)(?:\.\d+)?)\s*([^\d.,].*)?")


class QuantityError(ValueError):
    """A value is no quantity of the unit; ``fix`` says how to write it."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code = code
        """``not-a-number``, ``wrong-unit`` or ``too-fine``."""
        self.fix = fix


def parse(unit: Unit, raw: object) -> int:
    """Read a file value as whole steps of ``unit``.

    Raises:
        QuantityError: no number, a foreign unit, or finer than the unit's smallest step.
    """
    if type(raw) is str and (plain := _plain(raw, unit.scale)) is not None:
        return plain
    text = unicodedata.normalize("NFKC", str(raw)).strip()
    match = _NUMBER.fullmatch(text)
    if isinstance(raw, bool) or not match or len(match[1]) > LONGEST:
        fix = _("write a number in {unit}").format(unit=_(unit.name))
        raise QuantityError("not-a-number", _("not a number"), fix)
    number = Fraction(match[1].replace(",", "").replace("_", ""))
    suffix = (match[2] or "").strip().lower()
    steps = number * _factor(unit, suffix) * unit.scale
    if steps.denominator != 1:
        finest = show(unit, 1)
        fix = _("round to steps of {step} {unit}").format(step=finest, unit=_(unit.name))
        raise QuantityError("too-fine", _("too fine a value"), fix)
    return int(steps)


def _plain(raw: str, scale: int) -> int | None:
    """Return the steps of bare digits, as nearly every cell has them; ``None`` for all else."""
    whole, dot, part = raw.partition(".")
    if not (raw.isascii() and whole.isdigit() and (part.isdigit() or not dot) and len(raw) <= LONGEST):
        return None
    steps, rest = divmod(int(whole + part) * scale, 10 ** len(part))
    return None if rest else steps


def _factor(unit: Unit, suffix: str) -> Fraction:
    if suffix in ("", unit.name.lower(), _(unit.name).lower()):
        return Fraction(1)
    if suffix in unit.spellings:
        return unit.spellings[suffix]
    raise QuantityError(
        "wrong-unit",
        _("wrong unit {suffix!r}").format(suffix=suffix),
        _("write the value in {unit}").format(unit=_(unit.name)),
    )


def show(unit: Unit, steps: int) -> int | float:
    """Write whole steps as the plain number that ``parse`` reads back."""
    value = Fraction(steps, unit.scale)
    return int(value) if value.denominator == 1 else float(value)


def yuan(fen: int | float) -> str:
    """Write fen as yuan for people, in groups of three and without idle zeros."""
    return f"{Fraction(fen) / 100:,.2f}".rstrip("0").rstrip(".")


def divide(amount: int | Fraction, by: int = 1) -> int:
    """Divide and round half away from zero: the one rounding rule for money."""
    above, below = amount.numerator, amount.denominator * by
    if below < 0:
        above, below = -above, -below
    whole = (2 * abs(above) + below) // (2 * below)
    return whole if above >= 0 else -whole


def split(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split an amount over parts by weight so that the parts add up exactly."""
    total, done, spent, parts = sum(weights), 0, 0, []
    for weight in weights:
        done += weight
        upto = divide(amount * done, total)
        parts.append(upto - spent)
        spent = upto
    return tuple(parts)
