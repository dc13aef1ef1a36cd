"""The verb explain: reasons, pools, forced decisions, prices of rules, values of units."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

import inventory
import topology
from app_cli.frame import As, CityPath, Gap, Output, PlanPath, verb
from inventory import City, UsageError
from inventory.text import N_, _
from planner import edits, explainer
from planner.explainer import Study
from planner.plan import Plan, read
from planner.report import explanations, tables
from planner.report.table import Table
from planner.report.terminal import Format, deliver, to_json, watching

OneSystem = Annotated[str | None, typer.Option(help=N_("Only this system, and why its pools and no others."))]
Force = Annotated[
    str,
    typer.Option(
        metavar="DECISION",
        help=N_("What it would cost to force this: SYSTEM=2027Q3, SYSTEM=2027Q3@POOL, SYSTEM=stay."),
    ),
]
Prices = Annotated[bool, typer.Option("--prices", help=N_("The price of each rule and each pin."))]
Margins = Annotated[
    bool, typer.Option("--margins", help=N_("What binds in each quarter, and what one unit more is worth."))
]
Seconds = Annotated[float, typer.Option(min=1, help=N_("Most seconds to search, for each plan made anew."))]


@verb("explain", N_("Explain why systems stay or move late, or which rules collide."))
def explain(
    path: PlanPath,
    city: CityPath,
    system: OneSystem = None,
    force: Force = "",
    prices: Prices = False,
    margins: Margins = False,
    time_limit: Seconds = 20,
    gap: Gap = 0.001,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Explain a plan."""
    found, loaded = read(path), inventory.load(city)
    if system and system not in {move.system for move in found.moves}:
        raise UsageError(_("The plan knows no system {id}.").format(id=system))
    moves = [m.model_dump(mode="json") for m in found.moves if not system or m.system == system]
    value = {"moves": moves, "conflict": explanations.conflict_json(found)}
    shown = [] if force or prices or margins else [tables.reasons(found, loaded, system)]
    shown += [explanations.repairs(found)] if found.conflict else []
    with watching(time_limit) as watch:
        of = Study(found, loaded, topology.build(loaded), time_limit, gap, watch)
        for more, told in (
            _places(of, system),
            _forced(of, force),
            _prices(of) if prices else ({}, []),
            _margins(of) if margins else ({}, []),
        ):
            value, shown = value | more, [*shown, *told]
    deliver(shown, to_json({"schema": "govplan.explanation/1"} | value), format, output)


Told = tuple[dict[str, Any], list[Table]]


def _places(of: Study, system: str | None) -> Told:
    if system is None or not _answers(of.plan, of.city) or system not in of.problem.mover:
        return {}, []
    found = explainer.places(of.problem, of.plan, system)
    shown = [explanations.places(found, of.city)] if found else []
    return {"places": [asdict(each) for each in found]}, shown


def _answers(plan: Plan, city: City) -> bool:
    return plan.found and plan.digests.inventory == city.digest


def _forced(of: Study, wish: str) -> Told:
    if not wish:
        return {}, []
    pin = edits.pin(wish)
    trial = explainer.forced(of, pin)
    told = {"decision": pin.model_dump(mode="json")} | explanations.trial_json(trial)
    return {"forced": told}, [explanations.forced(pin, trial, of.city)]


def _prices(of: Study) -> Told:
    found = list(explainer.prices(of))
    return {"prices": [explanations.price_json(each) for each in found]}, [
        explanations.prices(found, of.city)
    ]


def _margins(of: Study) -> Told:
    found = list(explainer.margins(of))
    told = {"binding": [asdict(each) for each in of.tight]}
    worth = {"margins": [explanations.margin_json(each) for each in found]}
    return told | worth, [explanations.binding(of.tight, of.city), explanations.margins(found)]
