"""What the names in a file mean: metric and unit, or every doubt with its choices at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inventory.audit.telemetry.formats.source import Source
from inventory.audit.telemetry.readings import Meaning
from inventory.audit.telemetry.records import METRICS
from inventory.audit.telemetry.units import CHOICES, DOUBTFUL, Heading, Unit, family, spelled
from inventory.errors import Fault, InputError, Place
from inventory.text import _

ABOVE_ONE = 2
"""Assumption: a value above this is no ratio, so a share with such values is in percent."""


@dataclass(frozen=True)
class Named:
    """A name in the file, its heading, and its largest value where that may tell the scale."""

    name: str
    heading: Heading
    largest: float | None = None


def meanings(source: Source, names: Iterable[Named], several: bool = False) -> tuple[Meaning, ...]:
    """Return what the names mean.

    Args:
        source: the file, with the units that the caller gave.
        names: names whose role is a metric.
        several: several names may mean one metric, as devices do; else percent is preferred
            over amounts, and the first over the later ones.

    Raises:
        InputError: a unit or scale cannot be told; each fault lists the choices.
    """
    found: list[Meaning] = []
    faults: dict[str, Fault] = {}
    for one in sorted(names, key=_preference):
        metric = one.heading.role
        if not several and metric in {meaning.metric for meaning in found}:
            continue
        unit = _unit(source, one)
        if isinstance(unit, Fault):
            faults.setdefault(metric, unit)
        else:
            found.append(Meaning(one.name, metric, unit))
    if faults:
        raise InputError(faults.values())
    return tuple(found)


def _preference(one: Named) -> tuple[int, int, str]:
    told = spelled(one.heading.unit, one.heading.role) if one.heading.unit else None
    rank = 2 if told is None else int(told.of_capacity or told.rest)
    return METRICS.index(one.heading.role), rank, one.name


def _unit(source: Source, one: Named) -> Unit | Fault:
    metric, said = one.heading.role, source.options.units.get(one.heading.role, "")
    if said:
        told = spelled(said, metric)
        return told or _doubt(source, one, said, tuple(CHOICES[family(metric)]))
    if one.heading.unit:
        told = spelled(one.heading.unit, metric)
        doubtful = DOUBTFUL.get(one.heading.unit.lower(), tuple(CHOICES[family(metric)]))
        return told or _doubt(source, one, one.heading.unit, doubtful)
    if one.heading.utilisation and (one.largest or 0) > ABOVE_ONE:
        return CHOICES[metric]["percent"]
    choices = ("percent", "ratio") if one.heading.utilisation else tuple(CHOICES[family(metric)])
    return _doubt(source, one, "", choices)


def _doubt(source: Source, one: Named, said: str, choices: Sequence[str]) -> Fault:
    metric = one.heading.role
    message = _("the unit of {name!r} cannot be told").format(name=one.name)
    if said:
        message = _("the unit {unit!r} of {name!r} may mean several things or none").format(
            unit=said, name=one.name
        )
    fix = _("say which: {choices}").format(choices=" | ".join(f"--unit {metric}={c}" for c in choices))
    return Fault("unknown-unit", Place(str(source.path), column=one.name), message, fix, said)
