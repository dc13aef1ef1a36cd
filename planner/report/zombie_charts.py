"""The pictures of the audit as Altair charts: days of activity, who flags what, saving against risk."""

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import altair

from inventory.audit.packs import Agreement
from inventory.audit.verdicts import Verdict
from inventory.text import N_, _

Chart = altair.Chart | altair.LayerChart
_FONT = "Noto Sans CJK SC"
_DARK = "#1B2533"
WHOLE = 10_000
STATES = (N_("observed, no use"), N_("little use"), N_("use"), N_("much use"))
"""What a day of a signal may be; a day without any of these was not observed."""
_COLOURS = ("#E3E8EF", "#A9CCE3", "#4C8DC9", "#123B73")
_ANSWERS = {
    "flagged": (N_("flagged"), "#C8473F"),
    "clear": (N_("not flagged"), "#DCE9E4"),
    "undetermined": (N_("undetermined"), "#E9C46A"),
}
_SEASON = "#E08A1E"


@dataclass(frozen=True)
class Line:
    """One signal of a system by day."""

    name: str
    first: date
    counts: tuple[int | None, ...]
    """Count of each day from the first on; none where nobody observed."""
    steps: tuple[int, int, int]
    """Least count of little use, of use and of much use."""


def timeline(lines: Sequence[Line], seasons: Sequence[tuple[date, date]] = ()) -> Chart:
    """Return one line a signal, one field a day; days nobody observed stay empty.

    Args:
        lines: the signals in the order to draw.
        seasons: declared spans of use, framed.
    """
    cells = [cell for line in lines for cell in _spans(line)]
    named = [_(state) for state in STATES]
    colour = (
        altair.Color("state:N", title=None, sort=named)
        .scale(domain=named, range=list(_COLOURS))
        .legend(orient="top")
    )
    fields = (
        altair.Chart(altair.InlineData(values=cells))
        .mark_rect()
        .encode(
            x=altair.X("start:T", title=None).axis(format="%Y-%m", tickCount="month", labelAngle=0),
            x2="end:T",
            y=altair.Y("line:N", sort=[line.name for line in lines], title=None).axis(labelLimit=200),
            color=colour,
            tooltip=[
                altair.Tooltip("line:N", title=_("Signal")),
                altair.Tooltip("told:N", title=_("Days")),
                altair.Tooltip("state:N", title=_("State")),
                altair.Tooltip("most:Q", title=_("Most a day")),
            ],
        )
    )
    marks = fields + _seasons(seasons) if seasons else fields
    return finish(marks, 30 * len(lines) + 40)


def _spans(line: Line) -> Iterator[dict[str, Any]]:
    """Yield runs of days in the same state; a run of gaps is left out."""
    states = [None if n is None else bisect(line.steps, n) for n in line.counts]
    begin = 0
    for state, run in groupby(states):
        length = len(list(run))
        if state is not None:
            yield _span(line, begin, length, state)
        begin += length


def _span(line: Line, begin: int, length: int, state: int) -> dict[str, Any]:
    first, after = (line.first + timedelta(days=n) for n in (begin, begin + length))
    last = after - timedelta(days=1)
    return {
        "line": line.name,
        "start": _moment(first),
        "end": _moment(after),
        "state": _(STATES[state]),
        "told": f"{first}" if length == 1 else f"{first} – {last}",
        "most": max(n for n in line.counts[begin : begin + length] if n is not None),
    }


def _moment(day: date) -> str:
    return f"{day}T00:00:00"


def _seasons(seasons: Sequence[tuple[date, date]]) -> altair.Chart:
    rows = [
        {"start": _moment(first), "end": _moment(last + timedelta(days=1)), "told": f"{first} – {last}"}
        for first, last in seasons
    ]
    made: altair.Chart = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_rect(filled=False, stroke=_SEASON, strokeWidth=3)
        .encode(x="start:T", x2="end:T", tooltip=[altair.Tooltip("told:N", title=_("Declared season"))])
    )
    return made


def agreement(flags: Mapping[str, Mapping[str, str]], names: Mapping[str, str]) -> Chart:
    """Return who flags what: one line a system, one column a rule pack.

    Args:
        flags: ``flagged``, ``clear`` or ``undetermined`` by pack and system; packs in the order to draw.
        names: what to call packs and systems, by id.
    """
    cells = [
        {"pack": names.get(pack, pack), "system": names.get(key, key), "answer": _(_ANSWERS[answer][0])}
        for pack, answers in flags.items()
        for key, answer in answers.items()
    ]
    said = [_(text) for text, _colour in _ANSWERS.values()]
    order = list(dict.fromkeys(str(cell["system"]) for cell in cells))
    colour = (
        altair.Color("answer:N", title=None, sort=said)
        .scale(domain=said, range=[colour for _text, colour in _ANSWERS.values()])
        .legend(orient="top")
    )
    fields = (
        altair.Chart(altair.InlineData(values=cells))
        .mark_rect(stroke="white", strokeWidth=1)
        .encode(
            x=altair.X("pack:N", sort=[names.get(pack, pack) for pack in flags], title=None).axis(
                orient="top", labelAngle=-40, labelLimit=200
            ),
            y=altair.Y("system:N", sort=order, title=None).axis(labelLimit=260, labelOverlap=False),
            color=colour,
            tooltip=[
                altair.Tooltip("system:N", title=_("System")),
                altair.Tooltip("pack:N", title=_("Rule pack")),
                altair.Tooltip("answer:N", title=_("Answer")),
            ],
        )
    )
    return finish(fields, altair.Step(22))


def similarity(found: Agreement, names: Mapping[str, str]) -> Chart:
    """Return how far two rule packs agree: systems both flag of those either flags.

    Args:
        found: the matrix.
        names: what to call the packs, by id.
    """
    titles = [names.get(pack, pack) for pack in found.packs]
    cells = [
        {"a": a, "b": b, "share": share / WHOLE, "told": f"{share / WHOLE:.0%}"}
        for a, row in zip(titles, found.jaccard, strict=True)
        for b, share in zip(titles, row, strict=True)
        if share is not None
    ]
    base = altair.Chart(altair.InlineData(values=cells)).encode(
        x=altair.X("b:N", sort=titles, title=None).axis(orient="top", labelAngle=-40, labelLimit=200),
        y=altair.Y("a:N", sort=titles, title=None).axis(labelLimit=200, labelOverlap=False),
        tooltip=[
            altair.Tooltip("a:N", title=_("Rule pack")),
            altair.Tooltip("b:N", title=_("Rule pack")),
            altair.Tooltip("told:N", title=_("Both of either")),
        ],
    )
    scale = altair.Scale(domain=[0, 1], range=["#F4F7FB", "#1F5AA6"])
    light = altair.when(altair.datum["share"] > 0.55).then(altair.value("white"))
    figures = base.mark_text(fontSize=11).encode(text="told:N", color=light.otherwise(altair.value(_DARK)))
    fields = base.mark_rect(stroke="white", strokeWidth=1).encode(
        color=altair.Color("share:Q", title=None, scale=scale).legend(None)
    )
    return finish(fields + figures, altair.Step(26))


def weights(of: Verdict) -> Chart:
    """Return what each family weighs against its cap, and how far it is to a zombie.

    Args:
        of: the verdict.
    """
    rows = [{"what": _("Prior (assumed)"), "weight": of.prior, "cap": 0, "evidence": ""}]
    rows += [
        {"what": _(c.family.value), "weight": c.weight, "cap": c.cap, "evidence": c.evidence}
        for c in of.contributions
    ]
    rows.append({"what": _("Score"), "weight": of.score, "cap": 0, "evidence": ""})
    order = [str(row["what"]) for row in rows]
    base = altair.Chart(altair.InlineData(values=rows)).encode(
        y=altair.Y("what:N", sort=order, title=None).axis(labelLimit=200),
        tooltip=[
            altair.Tooltip("what:N", title=_("Family")),
            altair.Tooltip("weight:Q", title=_("Weight (mB)")),
            altair.Tooltip("cap:Q", title=_("Most it may weigh (mB)")),
        ],
    )
    caps = base.mark_bar(color="#E3E8EF").encode(x="cap:Q")
    against = altair.when(altair.datum["weight"] < 0).then(altair.value("#2E9E83"))
    bars = base.mark_bar(height=12).encode(
        x=altair.X("weight:Q", title=_("Evidence that nobody uses it (mB)")),
        color=against.otherwise(altair.value("#1F5AA6")),
    )
    bar = altair.Chart(altair.InlineData(values=[{"weight": of.threshold}]))
    rule = bar.mark_rule(color="#C8473F", strokeDash=[6, 4], strokeWidth=2).encode(x="weight:Q")
    return finish(caps + bars + rule, 190)


def finish(chart: Chart, height: Any) -> Chart:
    """Return a chart as wide as its page, in a font that has Chinese."""
    made: Chart = chart.properties(height=height, width="container").configure(font=_FONT)
    return made
