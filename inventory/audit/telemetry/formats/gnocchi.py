"""OpenStack Gnocchi: cumulative CPU nanoseconds and bytes, with the cores as a metric of their own.

Either the answer of a batch query, ``{resource: {metric: [[time, granularity, value], ...]}}``,
or rows (CSV or JSON) with a granularity.
"""

import json
from collections.abc import Iterator
from typing import Any

from inventory.audit.telemetry.formats.rows import Row, machines, register
from inventory.audit.telemetry.formats.source import Source
from inventory.audit.telemetry.readings import Meaning, Readings
from inventory.audit.telemetry.units import CHOICES
from inventory.text import _

_CPU, _MEMORY, _RATE = CHOICES["cpu"], CHOICES["memory"], CHOICES["rate"]
_MEANINGS = (
    Meaning("cpu", "cpu", _CPU["ns"]),
    Meaning("cpu_util", "cpu", _CPU["percent"]),
    Meaning("memory.usage", "memory", _MEMORY["MiB"]),
    *(
        Meaning(f"{name}.bytes{rate}", metric, _RATE["B/s" if rate else "bytes"])
        for name, metric in (
            ("disk.read", "disk_read"),
            ("disk.device.read", "disk_read"),
            ("disk.write", "disk_write"),
            ("disk.device.write", "disk_write"),
            ("network.incoming", "net_in"),
            ("network.outgoing", "net_out"),
        )
        for rate in ("", ".rate")
    ),
)
_CAPACITY = {"cpu": ("vcpus", 1), "memory": ("memory", 2**20)}
"""Metric that says the capacity, and its step."""


def recognises(source: Source) -> bool:
    """Say whether the file has measures with a granularity of metrics that Gnocchi knows."""
    names = any(f'"{meaning.name}"' in source.start for meaning in _MEANINGS)
    if source.is_json and source.start.lstrip()[:1] == "{":
        return names and '"result"' not in source.start
    sheet = source.sheet
    return sheet is not None and "granularity" in {h.text.lower() for h in sheet.headings}


def read(source: Source) -> Readings:
    """Read the measures; a resource without cores or memory keeps no metric that needs them."""
    rows = list(_batch(source) if source.sheet is None else _table(source))
    known = {meaning.name: meaning for meaning in _MEANINGS}
    capacity = {metric: _largest(rows, *said) for metric, said in _CAPACITY.items()}
    present = {row.name for row in rows}
    used = tuple(meaning for name, meaning in known.items() if name in present)
    _refuse_without_capacity(source, used, capacity)
    register(
        source,
        (
            row._replace(capacity=capacity.get(known[row.name].metric, {}).get(row.resource))
            for row in rows
            if row.name in known
        ),
    )
    ignored = present - set(known) - {name for name, _step in _CAPACITY.values()}
    return Readings(
        "raw",
        used,
        parts=False,
        machines=machines(source, capacity["cpu"]),
        ignored=tuple(sorted(ignored)),
        before=1,
    )


def _refuse_without_capacity(
    source: Source, used: tuple[Meaning, ...], capacity: dict[str, dict[str, float]]
) -> None:
    for meaning in used:
        if meaning.unit.of_capacity and not capacity[meaning.metric]:
            message = _("{name!r} is an amount, and the file has no metric of the capacity it is a share of")
            fix = _("export the metric {metric!r} into the same file").format(
                metric=_CAPACITY[meaning.metric][0]
            )
            raise source.refuse("no-capacity", message.format(name=meaning.name), fix, meaning.name)


def _batch(source: Source) -> Iterator[Row]:
    try:
        found: dict[str, Any] = json.loads(source.path.read_text("utf-8"))
        number = 0
        for resource, metrics in found.items():
            for name, measures in metrics.items():
                for measure in _measures(measures):
                    number += 1
                    yield Row(number, resource, name, None, _zoned(measure[0]), str(measure[2]))
    except (ValueError, AttributeError, IndexError, TypeError) as error:
        message = _("not the measures of Gnocchi: {problem}").format(problem=error)
        fix = _("save {resource: {metric: [[time, granularity, value]]}} as JSON")
        raise source.refuse("bad-json", message, fix) from error


def _measures(found: Any) -> list[Any]:
    """Return measures with or without the name of their aggregation around them."""
    if isinstance(found, dict):
        return [measure for part in found.values() for measure in part]
    return list(found)


def _zoned(clock: Any) -> str:
    """Return a time with its zone: Gnocchi speaks UTC."""
    text = str(clock)
    return (
        text
        if text.endswith(("Z", "+00:00")) or not text[:4].isdigit() or ":" not in text
        else f"{text}+00:00"
    )


def _table(source: Source) -> Iterator[Row]:
    sheet = source.sheet
    wanted = ("resource", "metric", "ts", "value")
    columns = [sheet.column(role) if sheet else None for role in wanted]
    if sheet is None or None in columns:
        message = _("rows of measures need columns of resource, metric, timestamp and value")
        raise source.refuse("no-table", message, _("name the headings: --column resource=HEADING"))
    selected = ", ".join(f"CAST({column} AS VARCHAR)" for column in columns)
    for line, resource, name, clock, value in source.db.execute(
        f"SELECT line, {selected} FROM {sheet.relation}"
    ).fetchall():
        yield Row(line, resource or "", name or "", None, _zoned(clock or ""), value or "")


def _largest(rows: list[Row], name: str, step: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in rows:
        if row.name == name and row.value.replace(".", "", 1).isdigit():
            found[row.resource] = max(found.get(row.resource, 0.0), float(row.value) * step)
    return found
