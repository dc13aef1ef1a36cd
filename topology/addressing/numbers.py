"""Prefixes as columns of integers: every prefix as 128 bits from the left, IPv4 in the first 32.

So one arithmetic serves both versions, and the version only keeps them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

import numpy as np
from numpy.typing import NDArray

from topology.addressing.notation import LENGTHS, Doubt, Value, canonical, examine, plain, spelling

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Bools = NDArray[np.bool_]
BARE = -1
"""Length of an address that was written without one."""
_ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_HEADS = np.array([(0xFFFF_FFFF_FFFF_FFFF << 64 - n) & 0xFFFF_FFFF_FFFF_FFFF for n in range(65)], np.uint64)


@dataclass(frozen=True, eq=False)
class Numbers:
    """What the texts say. A text that holds two values has two entries, one without sense none."""

    row: Ints
    """Index of the text an entry was read from."""
    six: Bools
    """True for IPv6."""
    high: Words
    """The first 64 bits of the address, host bits included."""
    low: Words
    """The last 64 bits."""
    written: Ints
    """The length behind the slash; ``BARE`` where none was written."""
    doubts: Mapping[int, Doubt] = field(default_factory=dict)
    """By index of the text: what is wrong with its spelling."""

    def __len__(self) -> int:
        return len(self.row)

    @cached_property
    def length(self) -> Ints:
        """The written length, or that of a single address."""
        return np.where(self.written == BARE, np.where(self.six, 128, 32), self.written)

    @cached_property
    def network(self) -> tuple[Words, Words]:
        """First address of the prefix, as two words."""
        return self.high & _HEADS[np.minimum(self.length, 64)], self.low & _HEADS[
            np.maximum(self.length, 64) - 64
        ]

    @cached_property
    def host_bits(self) -> Bools:
        """True where the address is not the first of its prefix."""
        high, low = self.network
        found: Bools = (high != self.high) | (low != self.low)
        return found

    def value(self, entry: int) -> Value:
        """Return one entry as it was written."""
        six, written = bool(self.six[entry]), int(self.written[entry])
        whole = int(self.high[entry]) << 64 | int(self.low[entry])
        return Value(6 if six else 4, whole if six else whole >> 96, None if written == BARE else written)

    def text(self, entry: int) -> str:
        """Return the prefix of an entry in canonical text."""
        value = self.value(entry)
        return f"{canonical(value.version, value.network)}/{value.extent}"


def last_words(first: tuple[Words, Words], length: Ints) -> tuple[Words, Words]:
    """Return the last address of prefixes, IPv4 ones filled up to 128 bits."""
    return (
        first[0] | (_HEADS[np.minimum(length, 64)] ^ _ALL),
        first[1] | (_HEADS[np.maximum(length, 64) - 64] ^ _ALL),
    )


def read_texts(texts: Sequence[str]) -> Numbers:
    """Read every text; the strict spelling fast, the rest with its doubt."""
    found = _Columns([], [], [])
    odd = _strict(texts, found)
    numbers = _numbers(found)
    return _with_doubts(texts, odd, numbers) if odd else numbers


@dataclass
class _Columns:
    """Entries of one pass: packed addresses, lengths, and the texts they stand in."""

    packed: list[bytes]
    written: list[int]
    rows: list[int]
    six: Bools | None = None


def _strict(texts: Sequence[str], found: _Columns) -> list[int]:
    """Read canonical texts; return the indexes of all others."""
    four, six, pad, odd = LENGTHS[4], LENGTHS[6], bytes(13), []
    packed, written, rows = found.packed.append, found.written.append, found.rows.append
    for row, text in enumerate(texts):
        head, slash, tail = text.partition("/")
        try:
            if ":" in head:
                length = six[tail] if slash else BARE
                address = inet_pton(AF_INET6, head)
                if inet_ntop(AF_INET6, address) != head:
                    odd.append(row)
                    continue
                packed(address + b"\1")
            else:
                length = four[tail] if slash else BARE
                packed(inet_pton(AF_INET, head) + pad)
        except (OSError, KeyError, ValueError):
            odd.append(row)
            continue
        written(length)
        rows(row)
    return odd


def _numbers(found: _Columns) -> Numbers:
    raw = np.frombuffer(b"".join(found.packed), np.uint8).reshape(-1, 17)
    words = np.ascontiguousarray(raw[:, :16]).view(">u8").astype(np.uint64)
    return Numbers(
        np.array(found.rows, np.int64),
        raw[:, 16] == 1,
        np.ascontiguousarray(words[:, 0]),
        np.ascontiguousarray(words[:, 1]),
        np.array(found.written, np.int64),
    )


def _with_doubts(texts: Sequence[str], odd: Sequence[int], numbers: Numbers) -> Numbers:
    """Add the entries of texts that are not canonical, in the order of the texts."""
    more, doubts = _Columns([], [], []), {}
    for row in odd:
        text = texts[row]
        value = plain(text)
        doubt = examine(text) if value is None else spelling(text)
        if doubt is not None:
            doubts[row] = doubt
        for item in (value,) if value is not None else map(plain, doubt.fix if doubt else ()):
            if item is not None:
                _add(more, row, item)
    return _merged(numbers, _numbers(more), doubts)


def _add(columns: _Columns, row: int, value: Value) -> None:
    size = value.bits // 8
    tail = b"\1" if value.version == 6 else bytes(13)
    columns.packed.append(value.address.to_bytes(size, "big") + tail)
    columns.written.append(BARE if value.length is None else value.length)
    columns.rows.append(row)


def _merged(one: Numbers, two: Numbers, doubts: Mapping[int, Doubt]) -> Numbers:
    order = np.argsort(np.concatenate([one.row, two.row]), kind="stable")
    joined = {
        name: np.concatenate([getattr(one, name), getattr(two, name)])[order]
        for name in ("row", "six", "high", "low", "written")
    }
    return Numbers(**joined, doubts=doubts)
