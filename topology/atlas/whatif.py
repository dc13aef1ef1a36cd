"""What if: a city with some fields changed, records added, lines or devices taken away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from inventory import extended, overridden
from inventory.errors import Fault, InputError, Place
from inventory.model import City
from inventory.text import _

type Fields = dict[str, dict[str, dict[str, Any]]]
"""List name to id to field to value, as a file would say it."""


@dataclass(frozen=True)
class Changes:
    """What is changed, one step after the other: fields, then additions, then removals."""

    set: Fields = field(default_factory=dict)
    add: Fields = field(default_factory=dict)
    remove: tuple[tuple[str, str], ...] = ()
    """List name and id of each record that goes; the lines that end at a device go with it."""

    def __bool__(self) -> bool:
        return bool(self.set or self.add or self.remove)


def applied(city: City, changes: Changes) -> City:
    """Return the city as it would be.

    Raises:
        InputError: every fault of one step.
    """
    changed = overridden(city, changes.set, Place("--set")) if changes.set else city
    changed = extended(changed, changes.add, Place("--add")) if changes.add else changed
    return _without(changed, changes.remove) if changes.remove else changed


def read_changes(set: Iterable[str], add: Iterable[str], remove: Iterable[str]) -> Changes:
    """Read changes as people type them.

    Args:
        set: ``links.L.mbit=1000``; nothing behind the sign makes the field unknown.
        add: ``links.L:a=site-1,b=site-2,mbit=1000``.
        remove: ``links.L`` or ``devices.D``.

    Raises:
        InputError: every text that is none of these.
    """
    faults: list[Fault] = []
    changed, added, gone = Changes(), Changes(), []
    for text in set:
        path, sign, value = text.partition("=")
        steps = path.split(".", 1)
        record, _dot, name = steps[-1].rpartition(".")
        if sign and len(steps) == 2 and record and name:
            changed.set.setdefault(steps[0], {}).setdefault(record, {})[name] = value or None
        else:
            faults.append(_fault("--set", text, "links.L.mbit=1000"))
    for text in add:
        path, sign, rest = text.partition(":")
        collection, dot, record = path.partition(".")
        pairs = [pair.partition("=") for pair in rest.split(",")]
        if sign and dot and record and all(equals for _name, equals, _value in pairs):
            fields = {name.strip(): value.strip() or None for name, _equals, value in pairs}
            added.add.setdefault(collection, {})[record] = fields
        else:
            faults.append(_fault("--add", text, "links.L:a=site-1,b=site-2,mbit=1000"))
    for text in remove:
        collection, dot, record = text.partition(".")
        if dot and record:
            gone.append((collection, record))
        else:
            faults.append(_fault("--remove", text, "links.L"))
    if faults:
        raise InputError(faults)
    return Changes(changed.set, added.add, tuple(gone))


def _fault(option: str, text: str, example: str) -> Fault:
    message = _("{value!r} is no change of the city").format(value=text)
    fix = _("write it as {example}").format(example=example)
    return Fault("bad-change", Place(option), message, fix, text)


def _without(city: City, gone: Sequence[tuple[str, str]]) -> City:
    """Return a city without some lines and devices."""
    faults = [fault for name, record in gone if (fault := _unknown(city, name, record))]
    if faults:
        raise InputError(faults)
    dead = {record for name, record in gone if name == "devices"}
    cut = {record for name, record in gone if name == "links"}
    cut |= {line.id for line in city.links if dead & {line.a_device, line.b_device}}
    kept = {"links": cut, "devices": dead}
    return city.model_copy(
        update={
            name: tuple(record for record in getattr(city, name) if record.id not in out)
            for name, out in kept.items()
        }
    )


def _unknown(city: City, name: str, record: str) -> Fault | None:
    if name not in ("links", "devices"):
        message = _("nothing can be taken from the list {list}").format(list=name)
        fix = _("write one of: {allowed}").format(allowed="devices, links")
        return Fault("bad-change", Place("--remove"), message, fix, f"{name}.{record}")
    if record in {known.id for known in getattr(city, name)}:
        return None
    message = _("{id!r} is not in the list {list}").format(id=record, list=name)
    fix = _("name a record of the list {list}").format(list=name)
    return Fault("dangling-reference", Place("--remove"), message, fix, record)
