"""Addresses in the words of a layout profile, and words as fixed bits."""

from collections.abc import Mapping
from dataclasses import dataclass

from inventory.errors import UsageError
from inventory.text import _
from topology.addressing.notation import plain
from topology.addressing.profile import BitField, Profile


@dataclass(frozen=True)
class Decoded:
    """What the bits of an address say."""

    address: str
    numbers: dict[str, int]
    """By field: the number in the bits."""
    words: dict[str, str]
    """By field: the word of the number; empty where the code book has none."""
    rest: int
    """The bits behind the last field."""

    def __str__(self) -> str:
        said = (f"{name}={word or '?'}" for name, word in self.words.items())
        return f"{self.address}: {' / '.join(said)}"


def decode(profile: Profile, address: str) -> Decoded:
    """Say in words what an address or prefix means; fields behind its length are left out.

    Raises:
        UsageError: it is no IPv6 address, or outside the block of the profile.
    """
    value = plain(address)
    if value is None or value.version != 6:
        raise UsageError(_("{value} is no IPv6 address or prefix").format(value=address))
    rest = 128 - profile.value.extent
    if value.extent < profile.value.extent or value.address >> rest != profile.value.address >> rest:
        message = _("{value} lies outside {block}, which the profile {profile!r} lays out")
        raise UsageError(message.format(value=address, block=profile.block, profile=profile.name))
    shown = [field for field in profile.fields if field.end <= value.extent]
    numbers = {field.name: field.of(value.address) for field in shown}
    words = {field.name: field.word(numbers[field.name]) for field in shown}
    end = max((field.end for field in shown), default=profile.value.extent)
    return Decoded(address, numbers, words, value.address & (1 << 128 - end) - 1)


@dataclass(frozen=True)
class Fixed:
    """Bits that must have certain values."""

    mask: int = 0
    value: int = 0

    def within(self, start: int, end: int) -> "Fixed":
        """Return only the bits from ``start`` up to, not including, ``end``."""
        window = (1 << 128 - start) - (1 << 128 - end)
        return Fixed(self.mask & window, self.value & window)


def fixed_bits(profile: Profile, told: Mapping[str, str]) -> Fixed:
    """Return the bits that a record fixes: its words that the code books know.

    Args:
        profile: the layout.
        told: by name of a field or of the column behind it, the word of the record.
    """
    mask = value = 0
    for field in profile.fields:
        number = _number(field, told)
        if number is not None:
            mask, value = mask | field.mask, value | field.placed(number)
    return Fixed(mask, value)


def _number(field: BitField, told: Mapping[str, str]) -> int | None:
    word = told.get(field.name) or told.get(field.record, "")
    return field.codes.get(word)
