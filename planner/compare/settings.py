"""What two scenarios ask for differently: field by field, and as a diff of their files."""

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from inventory.saver import file_form, yaml_text
from planner.compare.records import Setting
from planner.scenario import Scenario


def settings(a: Scenario, b: Scenario) -> tuple[Setting, ...]:
    """Return every field and every single override in which two scenarios differ."""
    first, second = dict(_flat("", file_form(a))), dict(_flat("", file_form(b)))
    paths = dict.fromkeys((*first, *second))
    found = (Setting(path, first.get(path), second.get(path)) for path in paths)
    return tuple(setting for setting in found if setting.a != setting.b)


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}" if path else str(key), inner)
    else:
        yield path, value


def unified(a: Scenario, b: Scenario) -> str:
    """Return a unified diff of two scenarios as their files would say them."""
    first, second = (yaml_text(file_form(scenario)).splitlines() for scenario in (a, b))
    return "\n".join(unified_diff(first, second, a.name, b.name, lineterm=""))
