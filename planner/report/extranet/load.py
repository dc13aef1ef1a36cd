"""The load of the lines before and after each period of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inventory.model import City, by_id
from inventory.text import _
from planner.plan import Plan
from planner.report.table import Cell, Column, Kind, Table
from planner.report.words import name
from topology.graph import Graph
from topology.paths import Detour, Load, detours, loads


@dataclass(frozen=True)
class Forecast:
    """What the lines carry through a plan; the first stage is today."""

    stages: tuple[str, ...]
    """Today as an empty name, then the periods."""
    loads: tuple[Load, ...]
    detours: tuple[Detour, ...]


def forecast(plan: Plan, city: City, graph: Graph) -> Forecast:
    """Return the load of every line today and after each period of a plan."""
    homes = [{}, *(gone(plan, city, t) for t in range(len(plan.periods)))]
    found = loads(city, graph, homes)
    return Forecast(("", *plan.periods), found, detours(graph, found))


def gone(plan: Plan, city: City, period: int) -> dict[str, str | None]:
    """Return the platforms of the systems that have moved by the end of a period, none of those retired."""
    place = {name: t for t, name in enumerate(plan.periods)}
    return {
        move.system: city.pool[move.placements[0].pool].platform if move.placements else None
        for move in plan.moves
        if move.period is not None and place[move.period] <= period
    }


def tables(found: Forecast, city: City) -> list[Table]:
    """Return the load of the lines, then what single failures make of it."""
    return [lines(found, city), failing(found, city)]


def lines(found: Forecast, city: City) -> Table:
    """Return the lines whose traffic the plan changes, the fullest first."""
    columns = (
        Column(_("Line"), width=32),
        Column(_("Bandwidth, Mbit/s"), Kind.count),
        Column(_("Peak today, Mbit/s"), Kind.count),
        Column(_("Share today"), Kind.share),
        Column(_("Highest peak, Mbit/s"), Kind.count),
        Column(_("Highest share"), Kind.share),
        Column(_("In period")),
        Column(_("Peak at the end, Mbit/s"), Kind.count),
        Column(_("Judgement"), width=24),
    )
    known, planned = by_id(city.links), float(city.assume("link_planned_peak"))
    changing = [load for load in found.loads if any(load.change)]
    changing.sort(key=lambda load: -(load.share(max(load.peaks)) or 0))
    rows = [(name(known[load.line]), *_row(load, found.stages, planned)) for load in changing]
    unknown = sum(load.today is None for load in changing)
    note = _("Planned peak: {share} % of the bandwidth. Lines without a measured peak today: {n}").format(
        share=round(planned * 100), n=unknown
    )
    return Table(_("Load of the lines under the plan"), columns, tuple(rows), note)


def _row(load: Load, stages: Sequence[str], planned: float) -> tuple[Cell, ...]:
    top = max(range(len(stages)), key=lambda stage: load.peaks[stage])
    highest = load.peaks[top]
    share = load.share(highest)
    return (
        load.mbit,
        load.today,
        None if load.today is None else load.share(load.today),
        highest,
        share,
        stages[top] or _("today"),
        load.peaks[-1],
        judgement(share, planned),
    )


def judgement(share: float | None, planned: float) -> str:
    """Return what a share of the bandwidth means."""
    if share is None:
        return _("bandwidth unknown")
    if share > 1:
        return _("overload")
    return _("above the planned peak") if share > planned else _("within the planned peak")


def failing(found: Forecast, city: City) -> Table:
    """Return for each loaded line what its failure puts on the fullest line around it."""
    columns = (
        Column(_("Line that fails"), width=32),
        Column(_("In period")),
        Column(_("Fullest line around it"), width=32),
        Column(_("Peak then, Mbit/s"), Kind.count),
        Column(_("Share then"), Kind.share),
        Column(_("Judgement"), width=24),
    )
    known = by_id(city.links)
    worst: dict[str, Detour] = {}
    for one in found.detours:
        if one.failed not in worst or _weight(one) > _weight(worst[one.failed]):
            worst[one.failed] = one
    lost = sum(not one.line for one in worst.values())
    rows = tuple(
        (
            name(known[one.failed]),
            found.stages[one.stage] or _("today"),
            name(known[one.line]),
            one.peak,
            one.share,
            judgement(one.share, 1.0),
        )
        for one in sorted(worst.values(), key=lambda one: -(one.share or 0))
        if one.line
    )
    note = _("Lines that carry something and have no way around: {n}").format(n=lost)
    return Table(_("Load when one line fails"), columns, rows, note)


def _weight(one: Detour) -> tuple[float, int]:
    return (one.share if one.share is not None else 2.0 if one.line else 1e9), one.peak


def as_json(found: Forecast) -> dict[str, Any]:
    """Return the forecast as plain values: the loads that change, and every detour."""
    changing = [vars(one) | {"peaks": one.peaks} for one in found.loads if any(one.change)]
    detours = [vars(one) for one in found.detours]
    return {"stages": found.stages, "loads": changing, "detours": detours}
