"""Wide tables: one row a machine and time, one column a metric."""

from inventory.audit.telemetry.engines import literal
from inventory.audit.telemetry.formats.meanings import Named, meanings
from inventory.audit.telemetry.formats.source import Sheet, Source
from inventory.audit.telemetry.readings import Meaning, Readings
from inventory.audit.telemetry.records import METRICS
from inventory.audit.telemetry.units import POWERED_OFF, capacity_factor
from inventory.text import _


def recognises(source: Source) -> bool:
    """Say whether the file is a table with a time and at least one column of a metric."""
    sheet = source.sheet
    return sheet is not None and "ts" in sheet.roles() and bool(sheet.roles() & set(METRICS))


def read(source: Source) -> Readings:
    """Read the table; a machine is named by its column, else by the file."""
    sheet = source.sheet
    if sheet is None or "ts" not in sheet.roles() or not sheet.roles() & set(METRICS):
        message = _("a wide table needs a column of time and one of a metric")
        raise source.refuse(
            "no-table", message, _("name the headings: --column ts=HEADING --column cpu=HEADING")
        )
    found = meanings(source, _names(source, sheet))
    resource = (
        f"CAST({sheet.column('resource')} AS VARCHAR)"
        if sheet.column("resource")
        else literal(source.path.stem)
    )
    cells = ", ".join(_cell(source, sheet, meaning) for meaning in found)
    source.db.execute(f"""
      CREATE OR REPLACE TEMP VIEW raw AS
      SELECT line, resource, cell.name AS name, NULL AS part, clock, cell.value AS value,
             cell.capacity AS capacity, off
      FROM (SELECT line, {resource} AS resource, {sheet.column("ts")} AS clock, {_off(sheet)} AS off,
                   unnest([{cells}]) AS cell FROM {sheet.relation})""")
    return Readings(
        "raw",
        found,
        machines=_machines(sheet, resource),
        ignored=_ignored(sheet, found),
        malformed=sheet.malformed,
        before=sheet.before,
    )


def _names(source: Source, sheet: Sheet) -> list[Named]:
    found = [(i, h) for i, h in enumerate(sheet.headings) if h.role in METRICS]
    largest = ", ".join(f"max(TRY_CAST(c{i} AS DOUBLE))" for i, _heading in found)
    row = source.db.execute(f"SELECT {largest} FROM {sheet.relation}").fetchone() or ()
    return [Named(h.text, h, value) for (_i, h), value in zip(found, row, strict=True)]


def _cell(source: Source, sheet: Sheet, meaning: Meaning) -> str:
    index = next(i for i, h in enumerate(sheet.headings) if h.text == meaning.name)
    value = f"CAST(c{index} AS {'VARCHAR' if _texts(source, index) else 'DOUBLE'})"
    capacity = _capacity(source, sheet, meaning)
    return f"struct_pack(name := {literal(meaning.name)}, value := {value}, capacity := {capacity})"


def _texts(source: Source, index: int) -> bool:
    described = source.db.execute(f"SELECT c{index} FROM sheet LIMIT 0").description
    return str(described[0][1]) == "VARCHAR"


def _capacity(source: Source, sheet: Sheet, meaning: Meaning) -> str:
    if not meaning.unit.of_capacity:
        return "CAST(NULL AS DOUBLE)"
    role = "vcpu" if meaning.unit.counter else f"{meaning.metric}_capacity"
    column = sheet.column(role)
    factor = _capacity_factor(source, sheet, role)
    if column is None or factor is None:
        message = _("{name!r} is an amount, and no column with a unit says the capacity it is a share of")
        fix = _("name the capacity: --column {role}=HEADING, its unit in brackets, or give percent")
        raise source.refuse(
            "no-capacity", message.format(name=meaning.name), fix.format(role=role), meaning.name
        )
    return f"TRY_CAST({column} AS DOUBLE) * {factor}"


def _capacity_factor(source: Source, sheet: Sheet, role: str) -> float | None:
    if role == "vcpu":
        return 1.0
    heading = next((h for h in sheet.headings if h.role == role), None)
    said = source.options.units.get(role) or (heading.unit if heading else "")
    factor = capacity_factor(said)
    return None if factor is None else float(factor)


def _off(sheet: Sheet) -> str:
    """Return SQL of powered off: its state says so, or it has no memory at that time."""
    power, memory = sheet.column("power"), sheet.column("memory_capacity")
    states = ", ".join(literal(state) for state in POWERED_OFF)
    said = f"lower(trim(CAST({power} AS VARCHAR))) IN ({states})" if power else "FALSE"
    return f"({said} OR coalesce(TRY_CAST({memory} AS DOUBLE) = 0, FALSE))" if memory else said


def _machines(sheet: Sheet, resource: str) -> str:
    vcpu, memory = sheet.column("vcpu"), sheet.column("memory_capacity")
    if not vcpu:
        return ""
    heading = next((h for h in sheet.headings if h.role == "memory_capacity"), None)
    factor = capacity_factor(heading.unit) if heading else None
    gib = f"max(TRY_CAST({memory} AS DOUBLE)) * {float(factor)} / 1073741824" if memory and factor else "NULL"
    return f"""
      SELECT {resource} AS resource, CAST(max(TRY_CAST({vcpu} AS DOUBLE)) AS INTEGER) AS vcpu,
             CAST(round({gib}) AS INTEGER) AS memory_gib FROM {sheet.relation} GROUP BY 1"""


def _ignored(sheet: Sheet, found: tuple[Meaning, ...]) -> tuple[str, ...]:
    taken = {meaning.name for meaning in found}
    useful = {"resource", "ts", "power", "vcpu", "cpu_capacity", "memory_capacity"}
    return tuple(h.text for h in sheet.headings if h.text and h.text not in taken and h.role not in useful)
