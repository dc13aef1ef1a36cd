"""One cell of text into prefixes: the strict reading, and the repairs of what people type.

Nothing but text is read here; what a person wrote in a doubtful way is turned into the
exact text to write instead, and told by the rule it breaks.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

from inventory.text import N_, _

LENGTHS = {4: {str(n): n for n in range(33)}, 6: {str(n): n for n in range(129)}}
"""Prefix lengths by version in the only spelling that is accepted."""
MOST_BLOCKS = 8
"""A range that needs more prefixes than this is left to a person."""
LONGEST = 80
"""Most characters of a cell that a message repeats."""
MIXED_KNOWN = (
    (0x0064_FF9B << 96, 96),
    (0xFFFF << 32, 96),
    (0xFFFF << 48, 96),
    (0, 96),
)
"""Blocks whose last 32 bits may be written as an IPv4 address (RFC 5952 section 5)."""
_WIDE = str.maketrans(
    {"\uff1a": ":", "\ufe55": ":", "\u2236": ":", "\uff0f": "/", "\u2044": "/", "\u2215": "/"}
    | {"\\": "/", "\u3002": ".", "\uff0e": ".", "\uff61": ".", "\uff05": "%"}
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f", "")
    | dict.fromkeys("\u00a0\u3000\u2007\u202f", " ")
)
_BETWEEN = re.compile(r"\s*[;,|\u3001\uff1b\uff0c\n]\s*")
_BLANKS = re.compile(r"\s+")
_RANGE = re.compile(r"\s*[-~\u2013\u2014\uff5e\u301c\u81f3\u5230]+\s*")
_ZONE = re.compile(r"%[^/\s]*")
_GROUP = re.compile(r"[0-9A-Fa-f]{1,4}")


@dataclass(frozen=True, slots=True)
class Value:
    """An address with the length that was written behind it."""

    version: int
    address: int
    length: int | None
    """None for an address without a length."""

    @property
    def bits(self) -> int:
        """32 or 128."""
        return 32 if self.version == 4 else 128

    @property
    def extent(self) -> int:
        """The written length, or that of a single address."""
        return self.bits if self.length is None else self.length

    @property
    def network(self) -> int:
        """The address without its host bits."""
        rest = self.bits - self.extent
        return self.address >> rest << rest

    def holds(self, other: "Value") -> bool:
        """Tell whether another prefix lies inside this one, or is the same."""
        rest = self.bits - self.extent
        inside = other.version == self.version and other.extent >= self.extent
        return inside and other.address >> rest == self.address >> rest

    def __str__(self) -> str:
        tail = "" if self.length is None else f"/{self.length}"
        return canonical(self.version, self.address) + tail


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wrong with a text, and what to write instead."""

    rule: str
    message: str
    fix: tuple[str, ...] = ()
    """Canonical texts to write instead, one a row; empty where a person must decide."""
    advice: str = ""


def canonical(version: int, address: int) -> str:
    """Return the text of an address by RFC 5952; IPv4-compatible ones in hexadecimal."""
    if version == 4:
        return inet_ntop(AF_INET, address.to_bytes(4, "big"))
    text = inet_ntop(AF_INET6, address.to_bytes(16, "big"))
    if "." in text and address >> 32 == 0:
        return f"::{address >> 16:x}:{address & 0xFFFF:x}"
    return text


def plain(text: str) -> Value | None:
    """Read one prefix or address in strict spelling; ``None`` where it is none."""
    head, slash, tail = text.partition("/")
    version = 6 if ":" in head else 4
    length = LENGTHS[version].get(tail) if slash else None
    if slash and length is None:
        return None
    try:
        packed = inet_pton(AF_INET6 if version == 6 else AF_INET, head)
    except (OSError, ValueError):
        return None
    return Value(version, int.from_bytes(packed, "big"), length)


def spelling(text: str) -> Doubt | None:
    """Judge the spelling of a text that ``plain`` reads: RFC 5952, or None where it is canonical."""
    value = plain(text)
    if value is None or str(value) == text:
        return None
    head, fix = text.partition("/")[0], str(value)
    if "." in head and ":" in head:
        if any(value.address >> (128 - n) << (128 - n) == block for block, n in MIXED_KNOWN):
            return None
        message = _(
            "{value}: an IPv4 address inside an IPv6 address is written only where its block is known"
        )
        return Doubt("V6-104", message.format(value=text), (fix,))
    message = _("{value} is not the canonical spelling of {canonical}")
    return Doubt("V6-103", message.format(value=text, canonical=fix), (fix,))


def examine(text: str) -> Doubt:
    """Say what is wrong with a text that ``plain`` does not read, and how to repair it."""
    bare = " ".join(unicodedata.normalize("NFKC", text.translate(_WIDE)).translate(_WIDE).split(" ")).strip()
    for rule, sentence, attempt in _ATTEMPTS:
        found = tuple(str(value) for value in attempt(bare))
        if found:
            return Doubt(rule, _(sentence).format(value=shortened(text), fix="; ".join(found)), found)
    return _hopeless(shortened(text), bare)


def shortened(text: str) -> str:
    """Return a text as a message shows it: without blanks around it, its middle left out if long."""
    text = text.strip()
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}…{text[-LONGEST // 4 :]}"


def _hopeless(text: str, bare: str) -> Doubt:
    head, slash, tail = bare.partition("/")
    if slash and _address(head) is not None:
        message = _("{value}: {length!r} is no prefix length").format(value=text, length=shortened(tail))
        version = 6 if ":" in head else 4
        advice = _("write a length from 0 to {most}").format(most=128 if version == 6 else 32)
        return Doubt("V6-105", message, (), advice)
    ends = [_address(end) for end in _RANGE.split(bare)]
    if len(ends) == 2 and None not in ends:
        message = _("{value} is a range, not a prefix")
        advice = _("write the prefixes it stands for, one a row")
        return Doubt("V6-106", message.format(value=text), (), advice)
    message = _("{value} is neither an address nor a prefix: {why}").format(value=text, why=why(head))
    return Doubt("V6-101", message, (), _("write an IPv4 or IPv6 prefix such as 2001:db8::/48"))


def why(head: str) -> str:
    """Say in a few words what keeps a text from being an address."""
    if ":" in head:
        return _why_six(head)
    parts = head.split(".")
    if len(parts) == 4 and all(part.isascii() and part.isdigit() for part in parts):
        padded = ".".join(str(int(part)) for part in parts)
        if any(int(part) > 255 for part in parts):
            return _("a part is above 255")
        return _("leading zeros may mean octal; perhaps {guess}").format(guess=padded)
    return _("there is nothing") if not head else _("not four numbers with dots, nor groups with colons")


def _why_six(head: str) -> str:
    if ":::" in head:
        return _("':::' is not allowed; '::' may appear once")
    if head.count("::") > 1:
        return _("'::' may appear once")
    groups = [group for group in head.split(":") if group]
    strange = next((g for g in groups if not _GROUP.fullmatch(g)), None)
    if strange is not None:
        return _("{group!r} is no group of one to four hexadecimal digits").format(group=shortened(strange))
    if (len(groups) > 7 and "::" in head) or len(groups) > 8:
        return _("more than eight groups")
    return _("fewer than eight groups and no '::'")


def _address(text: str) -> Value | None:
    return None if "/" in text else plain(text)


def _one(text: str) -> Value | None:
    """Read one prefix, allowing a length that only a person would understand."""
    head, slash, tail = (part.strip() for part in text.partition("/"))
    value = _address(head)
    if value is None or not slash:
        return value
    length = _length(value, tail)
    return None if length is None else Value(value.version, value.address, length)


def _length(value: Value, tail: str) -> int | None:
    digits = re.sub(r"[\s_+/]", "", tail)
    if digits.isascii() and digits.isdigit():
        return int(digits) if len(digits) < 6 and int(digits) <= value.bits else None
    mask = _address(tail)
    if mask is None or mask.version != value.version:
        return None
    ones = (1 << mask.bits) - 1
    netmasks = (n for n in range(mask.bits + 1) if mask.address == ones >> n ^ ones)
    hostmasks = (n for n in range(33) if mask.version == 4 and mask.address == ones >> n)
    return next(chain(netmasks, hostmasks), None)


def with_length(text: str, mask: str) -> str:
    """Return an address with the length or mask that stands in a column beside it."""
    value = _address(text) if mask else None
    length = _length(value, mask) if value is not None else None
    return text if length is None else f"{text}/{length}"


def _folded(bare: str) -> Iterator[Value]:
    value = plain(bare)
    if value is not None:
        yield value


def _unzoned(bare: str) -> Iterator[Value]:
    value = _one(_ZONE.sub("", bare)) if "%" in bare else None
    if value is not None:
        yield value


def _lengthened(bare: str) -> Iterator[Value]:
    value = _one(bare) if "/" in bare else None
    if value is not None:
        yield value


def _several(bare: str) -> Iterator[Value]:
    """Values with something between them, each readable by itself."""
    for between in (_BETWEEN, _BLANKS):
        values = [_one(part) for part in between.split(bare) if part]
        if len(values) > 1 and all(values):
            yield from (value for value in values if value is not None)
            return


def _ranged(bare: str) -> Iterator[Value]:
    ends = [_address(end) for end in _RANGE.split(bare)]
    if len(ends) != 2:
        return
    first, last = ends
    if first is None or last is None or first.version != last.version or first.address > last.address:
        return
    blocks = list(cidrs(first.bits, first.address, last.address, MOST_BLOCKS + 1))
    if len(blocks) <= MOST_BLOCKS:
        yield from (Value(first.version, start, length) for start, length in blocks)


def cidrs(bits: int, first: int, last: int, most: int = 1 << 20) -> Iterator[tuple[int, int]]:
    """Yield the fewest blocks (start, length) that make up a range of addresses."""
    while first <= last and most:
        size = min(first & -first or 1 << bits, 1 << (last - first + 1).bit_length() - 1)
        yield first, bits - size.bit_length() + 1
        first, most = first + size, most - 1


_Attempt = tuple[str, str, Callable[[str], Iterator[Value]]]
_ATTEMPTS: tuple[_Attempt, ...] = (
    ("V6-107", N_("{value} carries the zone of one machine; write {fix}"), _unzoned),
    (
        "V6-106",
        N_("{value} holds full-width or invisible characters, or a backslash; write {fix}"),
        _folded,
    ),
    ("V6-105", N_("{value}: the prefix length is written in a doubtful way; write {fix}"), _lengthened),
    ("V6-106", N_("{value}: several values in one cell; write one a row: {fix}"), _several),
    ("V6-106", N_("{value} is a range; write the prefixes it stands for: {fix}"), _ranged),
)
