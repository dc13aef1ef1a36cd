"""Saving against risk as an Altair chart: every sizing policy, back-tested."""

from typing import Any

import altair

from inventory.audit.rightsizing import Curve, Point
from inventory.text import _
from planner.report.zombie_charts import Chart, finish

_DARK = "#1B2533"
WHOLE = 10_000


def curve(found: Curve, days: int) -> Chart:
    """Return policies by saturated machines and saved vCPU, with the exact upper bound of the risk.

    Args:
        found: the back-test.
        days: length of the training window to draw.
    """
    rows = [_row(point) for point in found.points if point.train_days == days]
    base = altair.Chart(altair.InlineData(values=rows)).encode(
        x=altair.X("risk:Q", title=_("Machines made smaller that stood at their limit"))
        .scale(domainMin=0)
        .axis(format="%"),
        y=altair.Y("saved:Q", title=_("vCPU saved")).axis(format="%"),
        tooltip=[
            altair.Tooltip("name:N", title=_("Policy")),
            altair.Tooltip("vcpu:N", title=_("vCPU saved")),
            altair.Tooltip("hit:N", title=_("Saturated")),
            altair.Tooltip("upper:Q", title=_("At most (95 %)"), format=".1%"),
            altair.Tooltip("source:N", title=_("Source")),
        ],
    )
    colour = altair.when(altair.datum["dominated"]).then(altair.value("#8A97A8"))
    bounds = base.mark_rule(color="#D5DDE8", strokeWidth=3).encode(x2="upper:Q")
    dots = base.mark_circle(size=110, opacity=1).encode(color=colour.otherwise(altair.value("#1F5AA6")))
    names = base.mark_text(align="left", dx=9, dy=-8, fontSize=12, color=_DARK).encode(text="name:N")
    return finish(bounds + dots + names, 360)


def _row(point: Point) -> dict[str, Any]:
    return {
        "name": point.name,
        "risk": point.saturated / max(1, point.downsized),
        "upper": point.upper / WHOLE,
        "saved": point.saved / max(1, point.vcpu),
        "vcpu": f"{point.saved:,} / {point.vcpu:,}",
        "hit": f"{point.saturated:,} / {point.downsized:,}",
        "source": point.source,
        "dominated": point.dominated,
    }
