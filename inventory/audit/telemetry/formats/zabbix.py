"""Zabbix: history (every value) becomes samples, trends (hourly min, avg, max, num) summaries.

Rows carry host and key, in CSV or JSON; or the answers of ``item.get`` and ``history.get`` or
``trend.get`` stand in one JSON object as ``items`` and ``history`` or ``trends``.
"""

import re
from collections.abc import Iterator

from inventory.audit.telemetry.formats.rows import Row, register
from inventory.audit.telemetry.formats.source import Sheet, Source
from inventory.audit.telemetry.formats.spans import Hour, daily
from inventory.audit.telemetry.readings import Meaning, Readings
from inventory.audit.telemetry.records import SHARES, Summaries
from inventory.audit.telemetry.units import CHOICES, DOUBTFUL, Unit, family, plain, spelled
from inventory.errors import Fault, InputError, Place
from inventory.text import _

_KEYS: tuple[tuple[str, str, str], ...] = (
    (r"system\.cpu\.util\[[^,\]]*,idle.*\]", "cpu", "percent-idle"),
    (r"system\.cpu\.util(\[\])?", "cpu", "percent"),
    (r"vm\.memory\.(util|utilization)(\[.*\])?", "memory", "percent"),
    (r"vm\.memory\.size\[pused\]", "memory", "percent"),
    (r"vm\.memory\.size\[pavailable\]", "memory", "percent-idle"),
    (r"net\.if\.in\[.*\]", "net_in", ""),
    (r"net\.if\.out\[.*\]", "net_out", ""),
    (r"vfs\.dev\.read(\.rate)?\[.*\]", "disk_read", ""),
    (r"vfs\.dev\.write(\.rate)?\[.*\]", "disk_write", ""),
)
"""Item keys with what they mean; rates say their unit in ``units``."""
_ZABBIX_UNITS = {"bps": "bit/s", "Bps": "B/s", "B/s": "B/s", "%": "percent"}
_TREND = {"value_min", "value_avg", "value_max"}


def _columns(sheet: Sheet) -> dict[str, str]:
    return {plain(h.text).strip("_"): f"c{i}" for i, h in enumerate(sheet.headings)}


def recognises(source: Source) -> bool:
    """Say whether the rows have a host, a key and a clock."""
    if source.sheet is None:
        return False
    names = _columns(source.sheet).keys()
    return "clock" in names and bool({"key", "itemid"} & names)


def read(source: Source) -> Readings | tuple[Summaries, Iterator[tuple[int, str, str]]]:
    """Read history as samples, trends as one summary a machine, metric and day."""
    sheet = source.sheet
    names = _columns(sheet) if sheet else {}
    if sheet is None or not {"host", "key", "clock"} <= names.keys():
        message = _("an item's number alone names neither machine nor metric")
        fix = _('export host and key_ with every row, or put "items" beside "history" into the JSON file')
        raise source.refuse("no-items", message, fix)
    known = _meanings(source, sheet, names)
    if names.keys() >= _TREND:
        return _trends(source, sheet, names, known)
    selected = ", ".join(f"CAST({names[name]} AS VARCHAR)" for name in ("host", "key", "clock", "value"))
    register(source, _rows(source, f"SELECT line, {selected} FROM {sheet.relation}", known))
    return Readings("raw", tuple(known.values()), parts=True, malformed=sheet.malformed, before=sheet.before)


def _meanings(source: Source, sheet: Sheet, names: dict[str, str]) -> dict[str, Meaning]:
    """Return what each key means; a rate whose unit is not said is an error with the choices."""
    units = f"max(CAST({names['units']} AS VARCHAR))" if "units" in names else "NULL"
    key_ = f"CAST({names['key']} AS VARCHAR) AS key"
    query = f"SELECT {key_}, {units} FROM {sheet.relation} GROUP BY key ORDER BY key"
    found: dict[str, Meaning] = {}
    faults: dict[str, Fault] = {}
    for key, said in source.db.execute(query).fetchall():
        meant = next((m for m in _KEYS if re.fullmatch(m[0], key or "")), None)
        if meant and "lo" not in re.findall(r"[\w.]+", key.partition("[")[2])[:1]:
            unit = _unit(source, meant[1], meant[2] or said or "")
            if unit is None:
                faults.setdefault(meant[1], _doubt(source, key, meant[1]))
            else:
                found[key] = Meaning(key, meant[1], unit)
    if faults:
        raise InputError(faults.values())
    return found


def _unit(source: Source, metric: str, said: str) -> Unit | None:
    told = source.options.units.get(metric)
    if told and metric not in SHARES:
        return spelled(told, metric)
    return CHOICES[family(metric)].get(_ZABBIX_UNITS.get(said, said))


def _doubt(source: Source, key: str, metric: str) -> Fault:
    message = _("the unit of {name!r} cannot be told").format(name=key)
    choices = " | ".join(f"--unit {metric}={unit}" for unit in reversed(DOUBTFUL["bps"]))
    fix = _("export the item's units, or say which: {choices}").format(choices=choices)
    return Fault("unknown-unit", Place(str(source.path)), message, fix, key)


def _rows(source: Source, query: str, known: dict[str, Meaning]) -> Iterator[Row]:
    for line, host, key, clock, value in source.db.execute(query).fetchall():
        if key in known:
            yield Row(line, host or "", key, key, clock or "", value or "")


def _trends(
    source: Source, sheet: Sheet, names: dict[str, str], known: dict[str, Meaning]
) -> tuple[Summaries, Iterator[tuple[int, str, str]]]:
    wanted = ("host", "key", "clock", "num", "value_min", "value_avg", "value_max")
    selected = ", ".join(f"CAST({names.get(name, 'NULL')} AS VARCHAR)" for name in wanted)
    hours, rejected = [], list(sheet.malformed)
    for line, host, key, *cells in source.db.execute(
        f"SELECT line, {selected} FROM {sheet.relation}"
    ).fetchall():
        if key not in known:
            continue
        try:
            hours.append(Hour.of(host, known[key], *cells))
        except (ValueError, TypeError, OverflowError):
            rejected.append((line + sheet.before, "not-a-number", f"{host} | {key} | {cells}"))
    return daily(hours, source.city_zone), iter(rejected)
