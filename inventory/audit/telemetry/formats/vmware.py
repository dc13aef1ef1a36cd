"""VMware: ``Get-Stat | Export-Csv`` with one row a counter, its unit in a column (% , MHz, KBps).

Rows of single instances (one core, one card) repeat what the row of the whole machine says.
"""

from dataclasses import replace

from inventory.audit.telemetry.formats import long
from inventory.audit.telemetry.formats.source import Sheet, Source
from inventory.audit.telemetry.readings import Readings
from inventory.audit.telemetry.units import plain

_ROLES = {"entity": "resource", "metricid": "metric", "timestamp": "ts", "value": "value", "unit": "unit"}


def recognises(source: Source) -> bool:
    """Say whether the file has the columns of Get-Stat."""
    sheet = source.sheet
    return sheet is not None and {"entity", "metricid"} <= {plain(h.text) for h in sheet.headings}


def read(source: Source) -> Readings:
    """Read the rows of whole machines as the long table that they are."""
    if source.sheet is not None:
        source.sheet = _whole_machines(source, source.sheet)
    return long.read(source)


def _whole_machines(source: Source, sheet: Sheet) -> Sheet:
    said = {text: role for role, text in source.options.columns.items()}
    headings = tuple(
        replace(h, role=said.get(h.text) or _ROLES.get(plain(h.text), "")) for h in sheet.headings
    )
    instance = next((i for i, h in enumerate(sheet.headings) if plain(h.text) == "instance"), None)
    where = "TRUE" if instance is None else f"coalesce(trim(CAST(c{instance} AS VARCHAR)), '') = ''"
    source.db.execute(f"CREATE OR REPLACE TEMP VIEW machines AS SELECT * FROM {sheet.relation} WHERE {where}")
    return replace(sheet, headings=headings, relation="machines")
