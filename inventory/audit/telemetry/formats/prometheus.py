"""Prometheus: saved answers of ``query_range``, gauges and counters, one label set a series.

A sample that is not there is missing, never zero. Counters are read as growth a second, resets
included; ``lo`` is no network.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from inventory.audit.telemetry.formats.meanings import Named, meanings
from inventory.audit.telemetry.formats.rows import Row, machines, register
from inventory.audit.telemetry.formats.source import Source
from inventory.audit.telemetry.readings import Meaning, Readings
from inventory.audit.telemetry.records import METRICS, WHOLE
from inventory.audit.telemetry.units import CHOICES, Unit, heading
from inventory.text import _

_RESOURCE = ("domain", "vm", "vm_name", "nodename", "hostname", "host", "instance")
_PART = ("device", "nic", "interface", "target_device", "volume", "cpu", "core")
_AVAILABLE = Unit("B-available", Fraction(WHOLE), of_capacity=True, rest=True)
_IDLE = Unit("s-idle", Fraction(WHOLE), of_capacity=True, counter=True, rest=True)
_KNOWN: tuple[tuple[str, str, Unit], ...] = (
    (r"(node_cpu_seconds|windows_cpu_time)_total", "cpu", _IDLE),
    (r"libvirt_domain_.*cpu_time_seconds_total", "cpu", CHOICES["cpu"]["s"]),
    (r"node_memory_MemAvailable_bytes", "memory", _AVAILABLE),
    (r".*(receive|received).*bytes(_total)?|.*bytes_received_total", "net_in", CHOICES["rate"]["bytes"]),
    (
        r".*(transmit|sent).*bytes(_total)?|.*bytes_(sent|transmitted)_total",
        "net_out",
        CHOICES["rate"]["bytes"],
    ),
    (r".*read.*_bytes_total", "disk_read", CHOICES["rate"]["bytes"]),
    (r".*(write|written).*_bytes_total", "disk_write", CHOICES["rate"]["bytes"]),
)
"""Names that exporters give, with what they mean; the first that fits holds."""
_CORES = ("libvirt_domain_info_virtual_cpus", "vcpus", "vcpu")
_MEMORY = ("node_memory_MemTotal_bytes",)


@dataclass(frozen=True)
class _Series:
    number: int
    resource: str
    name: str
    labels: Mapping[str, str]
    values: list[tuple[Any, Any]]

    @property
    def part(self) -> str | None:
        """Labels that tell apart the devices whose values add up."""
        said = [self.labels[label] for label in _PART if label in self.labels]
        return "/".join(said) or None

    @property
    def counts(self) -> bool:
        """Whether the series is one that counts: no loopback, of the modes of a CPU only idle."""
        return self.labels.get("device") != "lo" and self.labels.get("mode", "idle") == "idle"


def recognises(source: Source) -> bool:
    """Say whether the file holds the answer to a range query."""
    return source.is_json and '"result"' in source.start and '"values"' in source.start


def read(source: Source) -> Readings:
    """Read every series; the machine is named by a label."""
    series = [one for one in _series(source) if one.counts]
    known, ignored = _meanings(source, sorted({one.name for one in series}))
    cores, memory = _capacities(series)
    missing = next(
        (m for m in known if m.unit.of_capacity and not (cores if m.metric == "cpu" else memory)), None
    )
    if missing:
        message = _("{name!r} is an amount, and the file has no series of the capacity it is a share of")
        fix = _("add the series {series} to the query, or export a ratio").format(
            series=(_CORES if missing.metric == "cpu" else _MEMORY)[0]
        )
        raise source.refuse("no-capacity", message.format(name=missing.name), fix, missing.name)
    register(source, _rows(series, {m.name: m for m in known}, cores, memory))
    return Readings("raw", known, parts=True, machines=machines(source, cores), ignored=ignored, before=0)


def _series(source: Source) -> Iterator[_Series]:
    try:
        found = json.loads(source.path.read_text("utf-8"))["data"]["result"]
        read = [(dict(one["metric"]), list(one["values"])) for one in found]
    except (ValueError, KeyError, TypeError) as error:
        message = _("not the answer of query_range: {problem}").format(problem=error)
        raise source.refuse(
            "bad-json", message, _("save the whole JSON answer of /api/v1/query_range")
        ) from error
    label = _label(source, [labels for labels, _values in read])
    for number, (labels, values) in enumerate(read, 1):
        name = labels.get("__name__") or source.options.metric or ""
        if not name:
            fix = _("say which: --metric {metrics}").format(metrics="|".join(METRICS))
            raise source.refuse("no-metric", _("series {number} has no name").format(number=number), fix)
        resource = re.sub(r":\d+$", "", labels.get(label, ""))
        yield _Series(number, resource, name, labels, values)


def _label(source: Source, read: list[dict[str, str]]) -> str:
    if said := source.options.columns.get("resource"):
        return said
    present = [label for label in _RESOURCE if any(label in labels for labels in read)]
    if len(present) == 1:
        return present[0]
    message = _("which label names the machine cannot be told: {labels}").format(
        labels=", ".join(present) or "-"
    )
    among = present or sorted({label for labels in read for label in labels} - {"__name__"})
    fix = _("say which: {choices}").format(choices=" | ".join(f"--column resource={name}" for name in among))
    raise source.refuse("no-resource", message, fix)


def _meanings(source: Source, names: list[str]) -> tuple[tuple[Meaning, ...], tuple[str, ...]]:
    found, asked, ignored = [], [], []
    for name in names:
        known = next((k for k in _KNOWN if re.fullmatch(k[0], name)), None)
        read = heading(name, {text: role for role, text in source.options.columns.items()})
        if known:
            found.append(Meaning(name, known[1], known[2]))
        elif read.role in METRICS:
            asked.append(Named(name, read))
        elif name not in (*_CORES, *_MEMORY):
            ignored.append(name)
    return (*found, *meanings(source, asked, several=True)), tuple(ignored)


def _capacities(series: list[_Series]) -> tuple[dict[str, float], dict[str, float]]:
    """Return cores and bytes of memory by machine: said by a series, or cores counted by label."""
    cores: dict[str, float] = {}
    memory: dict[str, float] = {}
    counted: dict[str, set[str]] = {}
    for one in series:
        into = cores if one.name in _CORES else memory if one.name in _MEMORY else None
        if into is not None:
            into[one.resource] = max(into.get(one.resource, 0.0), *(float(v) for _t, v in one.values))
        elif "mode" in one.labels and "cpu" in one.labels:
            counted.setdefault(one.resource, set()).add(one.labels["cpu"])
    return {name: float(len(labels)) for name, labels in counted.items()} | cores, memory


def _rows(
    series: list[_Series], known: dict[str, Meaning], cores: dict[str, float], memory: dict[str, float]
) -> Iterator[Row]:
    for one in series:
        if one.name in known:
            capacity = (cores if known[one.name].metric == "cpu" else memory).get(one.resource)
            for clock, value in one.values:
                yield Row(one.number, one.resource, one.name, one.part, str(clock), str(value), capacity)
