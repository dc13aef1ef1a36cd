"""Which scenarios a sweep plans: a list, crossed with axes of changed options."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from inventory import City, Fault, InputError, UsageError, parse_document
from inventory.saver import file_form, yaml_text
from inventory.text import _
from planner.scenario import Scenario, applied


@dataclass(frozen=True)
class Axis:
    """An option of the scenario with the values it takes in turn."""

    path: str
    """Where it stands in a scenario file. Example: team.application."""
    values: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One scenario of a sweep."""

    base: str
    """Name of the scenario it comes from."""
    values: tuple[str, ...]
    """What it sets, one value an axis."""
    scenario: Scenario


def axis(text: str) -> Axis:
    """Read an axis written as ``team.application=6,12``, values as scenario files write them.

    Raises:
        UsageError: it names no option or no value.
    """
    path, _sign, values = text.partition("=")
    found = tuple(value.strip() for value in values.split(",") if value.strip())
    if not path.strip() or not found:
        known = "team.application=6,12"
        raise UsageError(_("{text} is no axis; write it like {known}").format(text=text, known=known))
    return Axis(path.strip(), tuple(dict.fromkeys(found)))


def cases(city: City, scenarios: Iterable[Scenario], axes: Sequence[Axis]) -> tuple[Case, ...]:
    """Return every scenario under every combination of the axes' values, each fitted to the city.

    Raises:
        InputError: a combination is no scenario, or does not fit the city; every fault once.
    """
    found: list[Case] = []
    faults: dict[Fault, None] = {}
    for scenario in scenarios:
        for values in product(*(each.values for each in axes)):
            try:
                case = _case(scenario, axes, values)
                applied(city, case.scenario)
                found.append(case)
            except InputError as error:
                faults |= dict.fromkeys(error.faults)
    if faults:
        raise InputError(faults)
    return tuple(found)


def _case(base: Scenario, axes: Sequence[Axis], values: tuple[str, ...]) -> Case:
    if not axes:
        return Case(base.name, (), base)
    written = file_form(base)
    settings = [f"{each.path}={value}" for each, value in zip(axes, values, strict=True)]
    for each, value in zip(axes, values, strict=True):
        written = _set(written, each.path.split("."), _plain(value))
    written["name"] = " ".join([base.name, *settings])
    name = f"--grid {' '.join(settings)}"
    return Case(base.name, values, parse_document(yaml_text(written).encode(), name, Scenario))


def _set(fields: dict[Any, Any], path: Sequence[str], value: Any) -> dict[Any, Any]:
    """Return nested fields with one of them set; a key of digits is a number, such as a year."""
    key: str | int = int(path[0]) if path[0].isdigit() else path[0]
    inner = fields.get(key)
    if len(path) > 1:
        value = _set(inner if isinstance(inner, dict) else {}, path[1:], value)
    return fields | {key: value}


def _plain(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
