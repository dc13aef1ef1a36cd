"""The formats that telemetry arrives in; the kind is recognised from the content."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from inventory.audit.telemetry.formats import (
    gnocchi,
    gwa,
    long,
    monthly,
    prometheus,
    signals,
    vmware,
    wide,
    zabbix,
)
from inventory.audit.telemetry.formats.source import Source
from inventory.audit.telemetry.readings import Readings
from inventory.audit.telemetry.records import Signals, Summaries

type Rejected = Iterable[tuple[int, str, str]]


class Format(Protocol):
    """A format: how it is recognised and read."""

    def recognises(self, source: Source) -> bool:
        """Say whether the file has this format."""

    def read(self, source: Source) -> Readings | tuple[Signals | Summaries, Rejected]:
        """Read the file; records come with the rows that were rejected."""


FORMATS: Mapping[str, Format] = {
    "prometheus": prometheus,
    "gwa": gwa,
    "gnocchi": gnocchi,
    "zabbix": zabbix,
    "vmware": vmware,
    "monthly": monthly,
    "signals": signals,
    "long": long,
    "wide": wide,
}
"""By kind, in the order in which they are asked."""
