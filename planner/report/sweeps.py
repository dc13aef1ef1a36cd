"""A sweep as a table and as a picture: cost against coverage against effort."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair

from inventory.text import _
from planner.report import words
from planner.report.table import Cell, Column, Kind, Table
from planner.sweep import Axis, Result

_FONT = "Noto Sans CJK SC"


@dataclass(frozen=True)
class Figures:
    """What a plan of a sweep is judged by; less is better in each."""

    cost: float
    """Discounted cost over the horizon, fen."""
    uncovered: float
    """Weight of existing projects not through by the coverage deadline."""
    effort: int
    """Hundredths of a person-month."""

    def beats(self, other: "Figures") -> bool:
        """Whether it is nowhere worse and somewhere better."""
        ours, theirs = (self.cost, self.uncovered, self.effort), (other.cost, other.uncovered, other.effort)
        return ours != theirs and all(a <= b for a, b in zip(ours, theirs, strict=True))


def figures(result: Result) -> Figures | None:
    """Return what a result is judged by; none where there is no plan."""
    stages = {stage.name: stage.objective for stage in result.plan.stages}
    if not result.plan.found or "cost" not in stages:
        return None
    effort = sum(move.effort for move in result.plan.moves)
    return Figures(stages["cost"], stages.get("coverage", 0.0), effort)


def best(results: Sequence[Result]) -> tuple[bool, ...]:
    """Return for each result whether no other beats it in cost, coverage and effort together."""
    every = [figures(result) for result in results]
    known = [each for each in every if each]
    return tuple(each is not None and not any(other.beats(each) for other in known) for each in every)


def table(results: Sequence[Result], axes: Sequence[Axis]) -> Table:
    """Return one row a case: what it sets, how the search ended, and what the plan comes to."""
    columns = (
        Column(_("No."), Kind.count, width=6),
        Column(_("Scenario"), width=24),
        *(Column(each.path) for each in axes),
        Column(_("Result"), width=14),
        Column(_("Discounted cost (CNY)"), Kind.money, 18),
        Column(_("Weight not covered"), Kind.decimal),
        Column(_("Effort (person-months)"), Kind.decimal),
        Column(_("Gap"), width=10),
        Column(_("Second opinion"), width=12),
        Column(_("On the front"), width=10),
        Column(_("File"), width=30, brief=False),
    )
    every = enumerate(zip(results, best(results), strict=True), 1)
    rows = tuple((number, *_row(result, front)) for number, (result, front) in every)
    note = _("On the front: no other case is better in cost, coverage and effort together.")
    return Table(_("Sweep"), columns, rows, note)


def _row(result: Result, front: bool) -> tuple[Cell, ...]:
    plan, found = result.plan, figures(result)
    verdict = {True: _("accepted"), False: _("REJECTED"), None: ""}[plan.verified]
    figured: tuple[Cell, ...] = (None, None, None)
    if found:
        figured = (round(found.cost), found.uncovered, found.effort / 100)
    return (
        *(result.case.base, *result.case.values),
        words.word(plan.status),
        *figured,
        words.share(plan.gap) if plan.found else "",
        verdict,
        _("yes") if front else "",
        result.file.name,
    )


def as_json(results: Sequence[Result], axes: Sequence[Axis]) -> dict[str, Any]:
    """Return the sweep in the shape ``govplan.sweep/1``."""
    rows = []
    for result, front in zip(results, best(results), strict=True):
        found = figures(result)
        values = dict(zip((each.path for each in axes), result.case.values, strict=True))
        judged = {"cost": None, "uncovered": None, "effort": None} if found is None else vars(found)
        told = {"status": result.plan.status.value, "gap": result.plan.gap, "verified": result.plan.verified}
        head = {"scenario": result.case.base, "values": values, "file": result.file.name}
        rows.append(head | judged | told | {"front": front})
    return {"schema": "govplan.sweep/1", "cases": rows}


def _points(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return one point for the cases that come to the same figures, with their numbers and names."""
    alike: dict[Figures, list[int]] = {}
    for number, result in enumerate(results, 1):
        if found := figures(result):
            alike.setdefault(found, []).append(number)
    front = best(results)
    return [
        {
            "number": ", ".join(map(str, numbers)),
            "name": "; ".join(results[n - 1].case.scenario.name for n in numbers),
            "cost": found.cost / 1_000_000,
            "uncovered": found.uncovered,
            "effort": found.effort / 100,
            "front": _("on the front") if front[numbers[0] - 1] else _("beaten by another"),
        }
        for found, numbers in alike.items()
    ]


def pareto(results: Sequence[Result]) -> altair.LayerChart | altair.Chart:
    """Return cost against weight not covered, by number; the size of a point is the effort."""
    points = _points(results)
    cost = _("Discounted cost (10,000 CNY)")
    weight, effort = _("Weight not covered"), _("Effort (person-months)")
    base = altair.Chart(altair.InlineData(values=points)).encode(
        x=altair.X("cost:Q", title=cost, scale=altair.Scale(zero=False)),
        y=altair.Y("uncovered:Q", title=weight, scale=altair.Scale(zero=False)),
    )
    domain = [_("on the front"), _("beaten by another")]
    dots = base.mark_circle(opacity=0.85).encode(
        size=altair.Size("effort:Q", title=effort, scale=altair.Scale(range=[60, 700], zero=False)),
        color=altair.Color("front:N", title=None).scale(domain=domain, range=["#4C78A8", "#C9CED6"]),
        tooltip=["name:N", "cost:Q", "uncovered:Q", "effort:Q"],
    )
    names = base.mark_text(align="left", dx=14, fontSize=12).encode(text="number:N")
    made: altair.LayerChart = (
        (dots + names)
        .properties(title=_("Cost, coverage and effort of every case"), width=860, height=420)
        .configure(font=_FONT)
    )
    return made
