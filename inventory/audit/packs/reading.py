"""The packs that are shipped, and those a city brings."""

from pathlib import Path

from inventory.audit.packs.records import Pack
from inventory.errors import Fault, InputError, Place
from inventory.loader import read_document
from inventory.resources import resource
from inventory.text import _


def read_packs(folder: Path | str | None = None) -> tuple[Pack, ...]:
    """Read every pack of a folder, by file name; without a folder the shipped ones.

    Raises:
        InputError: every fault of the first file at fault, or an id that is given twice.
    """
    place = Path(folder) if folder else resource("policies", "zombie_packs")
    packs = tuple(read_document(path, Pack) for path in sorted(place.glob("*.yaml")))
    ids = [pack.id for pack in packs]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        message, fix = _("two packs have the id {id}"), _("give each pack an id of its own")
        spot = Place(place.as_posix())
        raise InputError(Fault("duplicate-id", spot, message.format(id=n), fix, n) for n in twice)
    return packs
