"""The pictures of a plan as Altair charts: the web draws them, the report saves them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import altair
import vl_convert

from inventory.model import City, Workload
from inventory.text import _
from planner.plan import Action, Move, Plan
from planner.report import words
from planner.report.schedule import periods
from topology.draw import font_folder

Chart = altair.Chart | altair.LayerChart
_FONT = "Noto Sans CJK SC"
_LINE = "#E45756"
_WIDTH = 860
_COLOURS = ("#4C78A8", "#F58518", "#9D755D", "#54A24B", "#B279A2")


def gantt(plan: Plan, city: City) -> Chart:
    """Return the waves: adaptation work and cutover or retirement of each system by period."""
    rows = [row for move in plan.moves if move.period for row in _bars(move, plan, city)]
    order = list(dict.fromkeys(row["system"] for row in sorted(rows, key=lambda r: (r["end"], r["system"]))))
    phases = [_("adaptation work"), _("period of cutover"), _("period of retirement")]
    quarter = "utcFormat(datum.value, '%YQ%q')"
    chart = (
        _chart(rows)
        .mark_bar(height=11, cornerRadius=2)
        .encode(
            x=altair.X("start:T", title=None, scale=altair.Scale(type="utc")).axis(
                labelExpr=quarter, tickCount={"interval": "month", "step": 3}, grid=True, labelAngle=-45
            ),
            x2="end:T",
            y=altair.Y("system:N", sort=order, title=None).axis(labelLimit=260, labelOverlap=False),
            color=altair.Color("phase:N", title=None, sort=phases)
            .scale(domain=phases, range=_COLOURS[:3])
            .legend(orient="top"),
            tooltip=[_tip("system", _("System")), _tip("phase", _("Stage")), _tip("period", _("Period"))],
        )
    )
    return _finish(chart, plan, _("Waves of the plan"), height=max(120, 17 * len(order)))


def _bars(move: Move, plan: Plan, city: City) -> list[dict[str, Any]]:
    calendar = periods(plan)
    done, name = calendar[move.period or ""], words.system(city, move.system)
    retired = move.action is Action.retire
    phase = _("period of retirement") if retired else _("period of cutover")
    last = {"system": name, "phase": phase, "period": done.name}
    bars = [last | {"start": str(done.start), "end": str(done.end + timedelta(days=1))}]
    begins = calendar.get(move.work_starts or "")
    if begins and begins.start < done.start:
        work = {"system": name, "phase": _("adaptation work"), "period": f"{begins.name} – {done.name}"}
        bars.append(work | {"start": str(begins.start), "end": str(done.start)})
    return bars


def cost(plan: Plan, *beside: Plan) -> Chart:
    """Return the money of each period, its kinds stacked, against the O&M if all stays.

    Args:
        plan: the plan to draw.
        beside: plans whose charts stand beside this one: the axis has room for them all.
    """
    kinds = {
        "om_cost": _("O&M"),
        "one_off": _("one-off: adaptation, migration"),
        "blocks": _("one-off: capacity bought"),
        "parallel_run": _("parallel running"),
        "commitment": _("minimum commitment left behind"),
    }
    rows = [
        {"period": r.period, "kind": label, "amount": getattr(r, field) / 1_000_000, "rank": rank}
        for r in plan.ledger
        for rank, (field, label) in enumerate(kinds.items())
    ]
    title = _("10,000 CNY a period")
    bars = (
        _chart(rows)
        .mark_bar()
        .encode(
            x=altair.X("period:O", title=None).axis(labelAngle=-45),
            y=altair.Y("amount:Q", title=title, scale=_room((plan, *beside))).axis(titlePadding=14),
            color=altair.Color("kind:N", title=None)
            .scale(domain=list(kinds.values()), range=_COLOURS)
            .legend(orient="top", labelLimit=300, columns=2),
            order="rank:Q",
            tooltip=[
                _tip("period", _("Period")),
                _tip("kind", _("Kind")),
                _tip("amount", title, "Q", ",.2f"),
            ],
        )
    )
    return _finish(
        bars + _baseline(plan, title), plan, _("Cost by period; line: O&M if all stays"), height=320
    )


def _room(plans: Sequence[Plan]) -> altair.Scale:
    rows = [row for plan in plans for row in plan.ledger]
    spent = [r.om_cost + r.one_off + r.blocks + r.parallel_run + r.commitment for r in rows]
    highest = max([*spent, *(row.om_cost_baseline for row in rows)], default=0)
    return altair.Scale(domain=[0, highest / 1_000_000], nice=True)


def _baseline(plan: Plan, title: str) -> Chart:
    rows = [{"period": r.period, "amount": r.om_cost_baseline / 1_000_000} for r in plan.ledger]
    line = _chart(rows).mark_line(color=_LINE, strokeWidth=2, point=altair.OverlayMarkDef(color=_LINE))
    made: Chart = line.encode(x="period:O", y=altair.Y("amount:Q", title=title))
    return made


def capacity(plan: Plan, city: City) -> Chart:
    """Return the load of every pool and resource by period, in per cent of what it offers."""
    rows = [
        {
            "pool": f"{words.pool(city, u.pool)} {words.word(u.resource)}",
            "period": u.period,
            "share": u.used / u.capacity if u.capacity else 0,
            "used": f"{u.used:,} / {u.capacity:,}",
        }
        for u in plan.usage
    ]
    base = _chart(rows).encode(
        x=altair.X("period:O", title=None).axis(labelAngle=-45),
        y=altair.Y("pool:N", title=None).axis(labelLimit=320),
        tooltip=[_tip("pool", _("Pool")), _tip("period", _("Period")), _tip("used", _("Used of offered"))],
    )
    scale = altair.Scale(scheme="blues", domain=[0, 1])
    colour = altair.Color("share:Q", title=_("load"), scale=scale).legend(format="%")
    heat = base.mark_rect().encode(color=colour)
    return _finish(
        heat + _figures(base, "share", ".0%", 0.6), plan, _("Capacity by pool and period"), height=None
    )


def from_to(plan: Plan, city: City) -> Chart:
    """Return how many of today's machines go from which platform to which pool, or retire, or stay."""
    flows = flow(plan, city)
    rows = [
        {"from": a, "to": b, "machines": sum(n.values()), "systems": words.joined([*n])}
        for (a, b), n in flows.items()
    ]
    base = _chart(rows).encode(
        x=altair.X("to:N", title=_("To")).axis(labelAngle=-30, labelLimit=240, orient="top"),
        y=altair.Y("from:N", title=_("From")).axis(labelLimit=260),
        tooltip=[
            _tip("from", _("From")),
            _tip("to", _("To")),
            _tip("machines", _("Machines today"), "Q"),
            _tip("systems", _("Systems")),
        ],
    )
    most = max((sum(n.values()) for n in flows.values()), default=1)
    scale = altair.Scale(scheme="teals", domain=[0, most])
    heat = base.mark_rect().encode(color=altair.Color("machines:Q", title=_("Machines"), scale=scale))
    title = _("From where to where; figures: machines of today")
    return _finish(heat + _figures(base, "machines", "d", most * 0.6), plan, title, height=None)


def flow(plan: Plan, city: City) -> dict[tuple[str, str], Counter[str]]:
    """Return today's machines by platform and target, counted by system name."""
    flows: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for move in plan.moves:
        system = words.system(city, move.system)
        for workload in city.workloads_of.get(move.system, ()):
            source = words.name(city.platform[city.pool_of(workload).platform])
            for target, count in _targets(move, workload, city):
                flows[source, target][system] += count
    return dict(flows)


def _targets(move: Move, workload: Workload, city: City) -> list[tuple[str, int]]:
    if move.action is not Action.rehost:
        return [(_("(retired)") if move.action is Action.retire else _("(stays)"), workload.count)]
    placed = [place for place in move.placements if place.workload == workload.id]
    return [(words.pool(city, place.pool), place.count) for place in placed]


def _figures(base: Chart, field: str, format: str, dark: float) -> Chart:
    colour = (
        altair.when(altair.datum[field] > dark).then(altair.value("white")).otherwise(altair.value("black"))
    )
    text = altair.Text(f"{field}:Q", format=format)
    made: Chart = base.mark_text(fontSize=11).encode(text=text, color=colour)
    return made


def _chart(rows: list[dict[str, Any]]) -> altair.Chart:
    return altair.Chart(altair.InlineData(values=rows))


def _tip(field: str, title: str, kind: str = "N", format: str = "") -> altair.Tooltip:
    if not format:
        return altair.Tooltip(f"{field}:{kind}", title=title)
    return altair.Tooltip(f"{field}:{kind}", title=title, format=format)


def _finish(chart: Chart, plan: Plan, title: str, *, height: int | None) -> Chart:
    stamp = words.stamp(plan)
    heading = altair.TitleParams(title, subtitle=stamp or "", subtitleColor="#C00000", anchor="start")
    size: dict[str, Any] = {"height": altair.Step(26) if height is None else height, "width": _WIDTH}
    made: Chart = chart.properties(title=heading, **size).configure(font=_FONT)
    return made


def save(chart: Chart, stem: Path) -> list[Path]:
    """Write a chart as ``stem.svg`` and ``stem.png``, with Chinese as letters; return both files."""
    _fonts()
    picture = vl_convert.vegalite_to_svg(chart.to_json())
    svg, png = stem.with_suffix(".svg"), stem.with_suffix(".png")
    svg.write_text(picture, encoding="utf-8")
    png.write_bytes(vl_convert.svg_to_png(picture, scale=2))
    return [svg, png]


@cache
def _fonts() -> None:
    vl_convert.register_font_directory(str(font_folder()))
