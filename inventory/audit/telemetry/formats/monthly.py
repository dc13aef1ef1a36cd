"""Monthly tables of the side clouds: average, peak and mean of daily peaks (均值, 峰值, 均峰值).

They are second-class evidence: they bound a month, they say nothing of a day. Headings may
stand in one row or in two, the metric above its statistics.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inventory.audit.telemetry.formats.days import month_in, month_of
from inventory.audit.telemetry.formats.meanings import ABOVE_ONE
from inventory.audit.telemetry.formats.source import Source
from inventory.audit.telemetry.formats.spans import Span, summaries, whole
from inventory.audit.telemetry.readings import HIGHEST
from inventory.audit.telemetry.records import SHARES, Summaries
from inventory.audit.telemetry.units import CHOICES, DOUBTFUL, Unit, family, heading, plain, spelled
from inventory.errors import Fault, InputError, Place
from inventory.text import _

_STATISTICS = {
    "mean_of_peaks": (
        "均峰值",
        "峰值均值",
        "平均峰值",
        "日均峰值",
        "mean_of_peaks",
        "average_peak",
        "avg_peak",
    ),
    "mean": ("均值", "平均值", "平均", "mean", "average", "avg"),
    "peak": ("峰值", "最大值", "最高", "peak", "maximum", "max"),
}
"""Statistic to what headings call it; the longest name that fits holds."""
_METRICS = {
    "cpu": ("cpu", "处理器"),
    "memory": ("内存", "memory", "mem"),
    "disk_read": ("磁盘读", "disk_read"),
    "disk_write": ("磁盘写", "disk_write"),
    "net_in": ("入流量", "流入", "net_in", "network_in"),
    "net_out": ("出流量", "流出", "net_out", "network_out"),
}
_MONTH = ("月份", "统计月份", "月", "统计周期", "年月", "month", "period")
_SYSTEM = ("系统名称", "系统", "业务系统", "应用系统", "system")


@dataclass(frozen=True)
class _Column:
    index: int
    heading: str
    metric: str
    statistic: str


@dataclass(frozen=True)
class _Layout:
    columns: tuple[_Column, ...]
    resource: int
    month: int | None
    body: int
    """Rows above the first record."""


def recognises(source: Source) -> bool:
    """Say whether headings pair a metric with average, peak or mean of peaks."""
    return not source.is_json and not source.is_parquet and _layout(source) is not None


def read(source: Source) -> tuple[Summaries, Iterator[tuple[int, str, str]]]:
    """Read one summary a machine, metric and month."""
    layout = _layout(source)
    if layout is None:
        message = _("no heading pairs a metric with 均值, 峰值 or 均峰值, or none names the machine")
        raise source.refuse(
            "no-table", message, _("name the columns like 虚拟机, 月份, CPU均值(%), CPU峰值(%)")
        )
    rows = source.grid[layout.body :]
    named = month_in(source.path.stem)
    if layout.month is None and named is None:
        message = _("neither a column nor the file's name says the month")
        raise source.refuse(
            "no-month", message, _("add the column 月份, such as 2026-03, or name the file so")
        )
    units = _units(source, layout, rows)
    spans: list[Span] = []
    rejected: list[tuple[int, str, str]] = []
    for line, row in enumerate(rows, layout.body + 1):
        if any(row):
            found = _spans(layout, units, row, named)
            spans += found if isinstance(found, list) else []
            rejected += [(line, found, " | ".join(row))] if isinstance(found, str) else []
    return summaries(spans), iter(rejected)


def _layout(source: Source) -> _Layout | None:
    for top, row in enumerate(source.top):
        below = source.top[top + 1] if top + 1 < len(source.top) else []
        for headings, body in ((row, top + 1), (_two_rows(row, below), top + 2)):
            columns = tuple(_columns(headings))
            resource = _first(source, headings, "resource", _SYSTEM)
            if columns and resource is not None:
                return _Layout(columns, resource, _first(source, headings, "month", _MONTH), body)
    return None


def _two_rows(row: Sequence[str], below: Sequence[str]) -> list[str]:
    """Join a merged heading with the ones below it."""
    joined, above = [], ""
    for index, under in enumerate(below):
        over = row[index] if index < len(row) else ""
        above = over or above
        joined.append(f"{above}{under}" if under else over)
    return joined


def _columns(headings: Sequence[str]) -> Iterator[_Column]:
    for index, text in enumerate(headings):
        words = plain(text)
        metric = next((m for m, names in _METRICS.items() if any(name in words for name in names)), None)
        fitting = [(len(n), s) for s, names in _STATISTICS.items() for n in names if n in words]
        if metric and fitting:
            yield _Column(index, text, metric, max(fitting)[1])


def _first(source: Source, headings: Sequence[str], role: str, names: Sequence[str]) -> int | None:
    said = source.options.columns.get(role)
    for index, text in enumerate(headings):
        if text and (text == said or plain(text) in names or (said is None and heading(text).role == role)):
            return index
    return None


def _units(source: Source, layout: _Layout, rows: Sequence[Sequence[str]]) -> dict[str, Unit]:
    """Return the unit by metric.

    A spreadsheet shows 12.5 % and holds 0.125, so a heading with % proves nothing while no
    value is above one: that is an error, as is a rate without a unit.
    """
    found: dict[str, Unit] = {}
    faults = []
    for metric in dict.fromkeys(column.metric for column in layout.columns):
        columns = [column for column in layout.columns if column.metric == metric]
        cells = [row[c.index] for row in rows for c in columns if c.index < len(row)]
        unit = _unit(source, metric, columns[0].heading, cells)
        if isinstance(unit, Unit):
            found[metric] = unit
        else:
            faults.append(_doubt(source, columns[0].heading, metric, unit))
    if faults:
        raise InputError(faults)
    return found


def _unit(source: Source, metric: str, text: str, cells: Sequence[str]) -> Unit | tuple[str, ...]:
    told = spelled(source.options.units.get(metric, ""), metric)
    if told:
        return told
    if metric in SHARES:
        shown = any("%" in cell for cell in cells)
        largest = max((value for cell in cells if (value := _number(cell)) is not None), default=0.0)
        return CHOICES[metric]["percent"] if shown or largest > ABOVE_ONE else ("percent", "ratio")
    said = heading(text).unit
    return spelled(said, metric) or DOUBTFUL.get(said.lower(), tuple(CHOICES[family(metric)]))


def _doubt(source: Source, name: str, metric: str, choices: Sequence[str]) -> Fault:
    message = _("the unit of {name!r} cannot be told").format(name=name)
    fix = _("say which: {choices}").format(choices=" | ".join(f"--unit {metric}={c}" for c in choices))
    return Fault("unknown-unit", Place(str(source.path), column=name), message, fix)


def _number(cell: str) -> float | None:
    text = re.sub(r"[%,\s]", "", cell)
    try:
        return float(text)
    except ValueError:
        return None


def _spans(
    layout: _Layout, units: dict[str, Unit], row: Sequence[str], named: tuple[int, int] | None
) -> list[Span] | str:
    """Return the summaries of a row, or the code of what is wrong with it."""
    resource = _cell(row, layout.resource)
    month = named if layout.month is None else month_of(_cell(row, layout.month))
    if not resource:
        return "no-resource"
    if month is None:
        return "bad-time"
    found: dict[str, dict[str, int]] = {}
    for column in layout.columns:
        text = _cell(row, column.index)
        if text in ("", "-", "--", "/"):
            continue
        value = _number(text)
        if value is None or value != value or value < 0:
            return "not-a-number" if value is None or value != value else "negative"
        steps = value * float(units[column.metric].factor)
        if column.metric in SHARES and steps > HIGHEST:
            return "above-whole"
        found.setdefault(column.metric, {})[column.statistic] = whole(column.metric, steps)
    return [Span(resource, metric, *month, **figures) for metric, figures in found.items()]


def _cell(row: Sequence[str], index: int) -> str:
    return row[index].strip() if index < len(row) else ""
