"""Long tables: one row a machine, time and metric; with a column of units where there is one."""

from inventory.audit.telemetry.engines import literal
from inventory.audit.telemetry.formats.meanings import Named, meanings
from inventory.audit.telemetry.formats.source import Sheet, Source
from inventory.audit.telemetry.readings import Meaning, Readings
from inventory.audit.telemetry.records import METRICS
from inventory.audit.telemetry.units import CAPACITY_UNITS, Heading, capacity_factor, heading
from inventory.text import _

_NEEDED = {"ts", "value"}
_AMOUNTS = ("vcpu", "cpu_capacity", "memory_capacity")


def recognises(source: Source) -> bool:
    """Say whether the file is a table of time, value and the name of a metric."""
    sheet = source.sheet
    named = sheet is not None and ("metric" in sheet.roles() or source.options.metric is not None)
    return sheet is not None and sheet.roles() >= _NEEDED and named


def read(source: Source) -> Readings:
    """Read the table; the metric stands in its column, else ``Options.metric`` names it."""
    sheet = source.sheet
    if sheet is None or not recognises(source):
        message = _("a long table needs columns of resource, metric, time and value")
        raise source.refuse(
            "no-table", message, _("name the headings: --column value=HEADING, or say --metric cpu")
        )
    resource = (
        f"CAST({sheet.column('resource')} AS VARCHAR)"
        if sheet.column("resource")
        else literal(source.path.stem)
    )
    part = f"CAST({sheet.column('part')} AS VARCHAR)" if sheet.column("part") else "CAST(NULL AS VARCHAR)"
    _rows(source, sheet, resource, part)
    names = _names(source, sheet)
    found = meanings(source, [n for n in names if n.heading.role in METRICS])
    _with_capacity(source, found, {n.name: n.heading for n in names})
    return Readings(
        "raw",
        found,
        parts=sheet.column("part") is not None,
        machines=_machines([n for n in names if n.heading.role == "vcpu"]),
        ignored=tuple(
            n.name for n in names if n.name not in {m.name for m in found} and n.heading.role not in _AMOUNTS
        ),
        malformed=sheet.malformed,
        before=sheet.before,
    )


def _rows(source: Source, sheet: Sheet, resource: str, part: str) -> None:
    name = (
        f"CAST({sheet.column('metric')} AS VARCHAR)"
        if sheet.column("metric")
        else literal(source.options.metric or "")
    )
    if unit := sheet.column("unit"):
        name = f"{name} || coalesce(' [' || nullif(trim(CAST({unit} AS VARCHAR)), '') || ']', '')"
    source.db.execute(f"""
      CREATE OR REPLACE TEMP VIEW rows AS
      SELECT line, {resource} AS resource, {name} AS name, {part} AS part, {sheet.column("ts")} AS clock,
             {sheet.column("value")} AS value, FALSE AS off FROM {sheet.relation}""")


def _names(source: Source, sheet: Sheet) -> list[Named]:
    found = source.db.execute(
        "SELECT name, max(TRY_CAST(value AS DOUBLE)) FROM rows GROUP BY name ORDER BY name"
    )
    said = {text: role for role, text in source.options.columns.items()}
    value = next(h for h in sheet.headings if h.role == "value")
    return [Named(name or "", _heading(name or "", said, value.unit), top) for name, top in found.fetchall()]


def _heading(name: str, said: dict[str, str], unit: str) -> Heading:
    read = heading(name, said)
    return read if read.unit else Heading(name, read.role, unit)


def _with_capacity(source: Source, found: tuple[Meaning, ...], headings: dict[str, Heading]) -> None:
    """Make ``raw``: rows with the largest capacity that the file names for their machine."""
    cases = []
    for meaning in found:
        if meaning.unit.of_capacity:
            role = "vcpu" if meaning.unit.counter else f"{meaning.metric}_capacity"
            cases.append((meaning.name, *_capacity(source, meaning, role, headings)))
    if not cases:
        source.db.execute(
            "CREATE OR REPLACE TEMP VIEW raw AS SELECT *, CAST(NULL AS DOUBLE) AS capacity FROM rows"
        )
        return
    pairs = ", ".join(f"({literal(n)}, {literal(c)}, {f!r})" for n, c, f in cases)
    source.db.execute(f"""
      CREATE OR REPLACE TEMP TABLE capacities AS
      SELECT p.name, resource, max(TRY_CAST(value AS DOUBLE) * p.factor) AS capacity
      FROM rows JOIN (VALUES {pairs}) p(name, of, factor) ON rows.name = p.of GROUP BY ALL""")
    source.db.execute("""
      CREATE OR REPLACE TEMP VIEW raw AS
      SELECT r.*, c.capacity
      FROM rows r LEFT JOIN capacities c ON r.name = c.name AND r.resource = c.resource""")


def _capacity(source: Source, meaning: Meaning, role: str, headings: dict[str, Heading]) -> tuple[str, float]:
    for name, read in headings.items():
        factor = 1.0 if role == "vcpu" else float(capacity_factor(_said_unit(source, role, read)) or 0)
        if read.role == role and factor:
            return name, factor
    message = _("{name!r} is an amount, and no metric with a unit says the capacity it is a share of")
    fix = _("add the metric {role} with its unit ({units}), or give percent").format(
        role=role, units=" | ".join(CAPACITY_UNITS)
    )
    raise source.refuse("no-capacity", message.format(name=meaning.name), fix, meaning.name)


def _said_unit(source: Source, role: str, read: Heading) -> str:
    return source.options.units.get(role) or read.unit


def _machines(names: list[Named]) -> str:
    if not names:
        return ""
    return f"""
      SELECT resource, CAST(max(TRY_CAST(value AS DOUBLE)) AS INTEGER) AS vcpu,
             CAST(NULL AS INTEGER) AS memory_gib
      FROM rows WHERE name = {literal(names[0].name)} GROUP BY 1"""
