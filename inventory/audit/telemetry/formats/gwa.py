"""Files of the Grid Workloads Archive (Bitbrains): one machine a file, cells parted by ``;`` and TAB.

The heading says milliseconds but the values are seconds; the size of the numbers tells. A row
whose memory capacity is zero was taken while the machine was powered off.
"""

from inventory.audit.telemetry.formats import wide
from inventory.audit.telemetry.formats.source import Source
from inventory.audit.telemetry.readings import Readings


def recognises(source: Source) -> bool:
    """Say whether the first line is the archive's header."""
    return ";\t" in source.start.split("\n", 1)[0] and "CPU capacity provisioned" in source.start


def read(source: Source) -> Readings:
    """Read the file as the wide table that it is."""
    return wide.read(source)
