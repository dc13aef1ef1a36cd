"""Layout profiles: which bits of an address mean what, as words both ways.

A profile names bit fields of a block, their code books and the length of a block by level.
The shipped ones are examples; no conformance to any standard is claimed.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from inventory.loader import read_document
from inventory.model import City, Level, Site
from inventory.model.base import BasisPoints, Part
from inventory.resources import resource
from inventory.text import _
from topology.addressing.notation import Value, plain


class BitField(Part):
    """Some bits of the address and what they mean."""

    name: str
    """What the bits mean. Example: county."""
    start: Annotated[int, Field(ge=0, le=127)]
    """First bit, counted from 0 at the left."""
    bits: Annotated[int, Field(ge=1, le=64)]
    """How many bits."""
    record: str = ""
    """Column of the plan that says the same in words. Example: region."""
    codes: dict[str, int] = {}
    """Word to the number in the bits; a word stands once. Empty means the number itself."""

    @property
    def end(self) -> int:
        """First bit behind the field."""
        return self.start + self.bits

    def of(self, address: int) -> int:
        """Return the number that an address of 128 bits holds here."""
        return address >> (128 - self.end) & ((1 << self.bits) - 1)

    def placed(self, number: int) -> int:
        """Return a number as part of an address of 128 bits."""
        return number << (128 - self.end)

    @property
    def mask(self) -> int:
        """The bits of the field in an address of 128 bits."""
        return self.placed((1 << self.bits) - 1)

    def word(self, number: int) -> str:
        """Return the word of a number; empty where the code book has none."""
        return next((w for w, n in self.codes.items() if n == number), "") if self.codes else str(number)


class Profile(Part):
    """How the bits of one block are laid out."""

    name: str
    """Name of the profile."""
    example: bool = True
    """True while nobody has approved it."""
    note: str = ""
    """What it is and is not."""
    block: str
    """The block it lays out. Example: 3fff:200::/36."""
    fields: tuple[BitField, ...]
    """The fields from left to right."""
    levels: dict[Level, int] = {}
    """Length of a site's block by its level."""
    site: int = 48
    """Length of the block of a site beside the levels, such as a machine room of the city."""
    subnet: int = 64
    """Length of a subnet for machines."""
    order: Literal["sparse", "dense"] = "sparse"
    """How the next free block is chosen: spread out (RFC 3531) or one after the other."""
    reserve: BasisPoints = 0
    """Share of every block that is kept free for growth."""

    @field_validator("block")
    @classmethod
    def _readable(cls, block: str) -> str:
        value = plain(block)
        if value is None or value.version == 4 or value.network != value.address:
            raise ValueError(_("{value} is no IPv6 prefix").format(value=block))
        return block

    @field_validator("fields")
    @classmethod
    def _fitting(cls, fields: tuple[BitField, ...]) -> tuple[BitField, ...]:
        for field in fields:
            if field.end > 128 or any(not 0 <= code < 1 << field.bits for code in field.codes.values()):
                message = _("the field {name} does not fit: its bits or its codes are out of range")
                raise ValueError(message.format(name=field.name))
        return fields

    @property
    def value(self) -> Value:
        """The block as numbers."""
        value = plain(self.block)
        assert value is not None  # noqa: S101 - validated
        return value


def beside(city: City, site: Site) -> bool:
    """Tell whether a site hangs below one of its own level, such as a machine room of the city."""
    return site.parent is not None and city.site[site.parent].level is site.level


def read_profile(path: Path | str) -> Profile:
    """Read a profile file, or a shipped example by its name.

    Raises:
        InputError: every fault of the file.
        UsageError: there is no such file.
    """
    path = Path(path)
    if path.suffix:
        return read_document(path, Profile)
    return read_document(resource("address_profiles", f"{path}.yaml"), Profile)
