"""The pictures of IPv6 readiness as Altair charts: ladder, heat map, curve of upgrades."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair

from inventory.text import _
from planner.report import readiness, words
from planner.upgrade import Point
from topology.dualstack import Group, Row, Share, Step, Verdict

Chart = altair.Chart | altair.LayerChart
_FONT = "Noto Sans CJK SC"
_COLOURS = {
    Verdict.yes: "#2E9E83",
    Verdict.no: "#C8473F",
    Verdict.unknown: "#E9C46A",
    Verdict.not_applicable: "#E3E8EF",
}
_MARKS = {Verdict.yes: "✓", Verdict.no: "✗", Verdict.unknown: "?", Verdict.not_applicable: "–"}
_SCALE = ("#C8473F", "#F2E2A6", "#2E9E83")
"""From none to all."""
_SILENT = "#D5DDE8"
"""Where everything asked is unknown."""
_DARK = "#1B2533"
LABELLED = 12
"""Most points of a curve that carry their figure."""


def ladder(rows: Sequence[Row], names: Mapping[str, str]) -> Chart:
    """Return one line a system or website, one field a step, coloured by its answer.

    Args:
        rows: systems or websites in the order to draw.
        names: what to call each, by id; no two alike.
    """
    cells = [
        {
            "subject": names[row.id],
            "step": _(step),
            "answer": _(verdict),
            "mark": ("▲ " if step is row.blocking else "") + _MARKS[verdict],
        }
        for row in rows
        for step, verdict in row.steps.items()
    ]
    answers = [_(verdict) for verdict in _COLOURS]
    base = _grid(cells).encode(
        tooltip=[
            altair.Tooltip("subject:N", title=_("Name")),
            altair.Tooltip("step:N", title=_("Step")),
            altair.Tooltip("answer:N", title=_("Answer")),
        ]
    )
    colour = (
        altair.Color("answer:N", title=None, sort=answers)
        .scale(domain=answers, range=list(_COLOURS.values()))
        .legend(orient="top")
    )
    heat = base.mark_rect(stroke="white", strokeWidth=1).encode(color=colour)
    marks = base.mark_text(fontSize=11, color=_DARK).encode(text="mark:N")
    return _finish(heat + marks)


def heat(groups: Sequence[Group], names: Mapping[str, str]) -> Chart:
    """Return the share of yes by group and step; fields where nothing is asked stay empty.

    Args:
        groups: groups in the order to draw.
        names: what to call each, by id.
    """
    cells = [
        _cell(names[group.id], step, share)
        for group in groups
        for step, share in group.steps.items()
        if share.of
    ]
    base = _grid(cells).encode(
        tooltip=[
            altair.Tooltip("subject:N", title=_("Group")),
            altair.Tooltip("step:N", title=_("Step")),
            altair.Tooltip("told:N", title=_("Yes of those asked")),
        ]
    )
    scale = altair.Scale(domain=[0, 0.5, 1], range=list(_SCALE))
    share = altair.Color("share:Q", title=_("Share of yes"), scale=scale).legend(format="%")
    silent = altair.when(altair.datum["silent"])
    dark = altair.when(
        ~altair.datum["silent"] & ((altair.datum["share"] > 0.9) | (altair.datum["share"] < 0.1))
    )
    text = dark.then(altair.value("white")).otherwise(altair.value(_DARK))
    colour = silent.then(altair.value(_SILENT)).otherwise(share)
    fields = base.mark_rect(stroke="white", strokeWidth=1).encode(color=colour)
    figures = base.mark_text(fontSize=12).encode(text="told:N", color=text)
    return _finish(fields + figures)


def _cell(name: str, step: Step, share: Share) -> dict[str, Any]:
    return {
        "subject": name,
        "step": _(step),
        "share": share.yes / share.of,
        "told": readiness.share(share),
        "silent": share.unknown == share.of,
    }


def curve(points: Sequence[Point], today: int, budget: int | None) -> Chart:
    """Return systems or sites ready against money, as the steps that money buys.

    Args:
        points: the curve, cheapest first.
        today: how many are ready without any upgrade.
        budget: fen in sight, drawn as a line; none without limit.
    """
    shown = _("Cost (10,000 CNY)")
    rows = [
        {"cost": p.cost / 1_000_000, "ready": p.ready, "money": words.money(p.cost), "hops": len(p.upgrades)}
        for p in points
    ]
    if not points or points[0].cost:
        rows.insert(0, {"cost": 0, "ready": today, "money": words.money(0), "hops": 0})
    ready = altair.Y("ready:Q", title=_("Ready"), scale=altair.Scale(zero=False, nice=True))
    base = altair.Chart(altair.InlineData(values=rows)).encode(
        x=altair.X("cost:Q", title=shown).axis(tickCount=10),
        y=ready.axis(tickMinStep=1, format="d"),
        tooltip=[
            altair.Tooltip("money:N", title=_("Cost")),
            altair.Tooltip("ready:Q", title=_("Ready")),
            altair.Tooltip("hops:Q", title=_("Upgrades")),
        ],
    )
    line = base.mark_line(interpolate="step-after", color="#1F5AA6", strokeWidth=2)
    dots = base.mark_circle(size=90, color="#1F5AA6", opacity=1)
    figures = base.mark_text(dx=12, dy=-12, fontSize=13, color=_DARK).encode(text="ready:Q")
    layers = line + dots + figures if len(rows) <= LABELLED else line + dots
    return _finish(_limited(layers, budget), height=320)


def _limited(layers: altair.LayerChart, budget: int | None) -> altair.LayerChart:
    if budget is None:
        return layers
    limit = altair.Chart(altair.InlineData(values=[{"cost": budget / 1_000_000}]))
    rule = limit.mark_rule(color="#E08A1E", strokeDash=[6, 4], strokeWidth=2).encode(x="cost:Q")
    made: altair.LayerChart = layers + rule
    return made


def _grid(cells: list[dict[str, Any]]) -> altair.Chart:
    return altair.Chart(altair.InlineData(values=cells)).encode(
        x=altair.X("step:N", sort=[_(step) for step in Step], title=None).axis(orient="top", labelAngle=0),
        y=altair.Y("subject:N", sort=list(dict.fromkeys(cell["subject"] for cell in cells)), title=None).axis(
            labelLimit=260, labelOverlap=False
        ),
    )


def _finish(chart: Chart, height: int | None = None) -> Chart:
    size = altair.Step(24) if height is None else height
    made: Chart = chart.properties(height=size, width="container").configure(font=_FONT)
    return made
