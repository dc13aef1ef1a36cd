"""What the verb plan plans from: a scenario, decisions by hand, an earlier plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

import inventory
import planner
import topology
from inventory import City, UsageError
from inventory.text import N_, _
from planner import Scenario, Since, edits
from planner.plan import Plan, read
from planner.report.schedule import scenario_of
from planner.report.terminal import say

From = Annotated[
    Path | None,
    typer.Option("--from", metavar="PLAN", help=N_("Earlier plan, changed as little as must be.")),
]
AsOf = Annotated[
    str,
    typer.Option(metavar="PERIOD", help=N_("First period still open, such as 2027Q2; all before stays.")),
]
Pins = Annotated[
    list[str] | None,
    typer.Option("--pin", help=N_("SYSTEM=2027Q3, SYSTEM=2027Q3@POOL, SYSTEM=stay or SYSTEM=retire:2027Q3.")),
]
Bans = Annotated[list[str] | None, typer.Option("--ban", help=N_("The same, ruled out; also SYSTEM=@POOL."))]
Penalty = Annotated[
    float | None,
    typer.Option(min=0, metavar="CNY", help=N_("Price of a changed decision instead of the assumed one.")),
]


@dataclass(frozen=True)
class Order:
    """What is to be planned."""

    city: City
    scenario: Scenario
    since: Since | None


def order(
    folder: Path,
    scenario: str,
    earlier: Path | None,
    as_of: str,
    pins: Sequence[str],
    bans: Sequence[str],
    penalty: float | None,
) -> Order:
    """Read city, scenario and earlier plan, and add what was decided by hand.

    Raises:
        InputError: one of the files is faulty.
        UsageError: a decision cannot be read, or the options do not go together.
    """
    if earlier is None and (as_of or penalty is not None):
        raise UsageError(_("--as-of and --change-penalty speak of an earlier plan: name it with --from"))
    city, plan = inventory.load(folder), read(earlier) if earlier else None
    carried = scenario_of(plan) if plan and not scenario else None
    base = carried or planner.read_scenario(folder, scenario or "baseline")
    if penalty is not None:
        priced = {"change_penalty": {"value": Decimal(str(penalty))}}
        base = planner.extended(base, base.name, {"assumptions": priced})
    since = Since(plan, as_of or base.start) if plan else None
    if pins or bans or penalty is not None:
        chosen = [edits.pin(text) for text in pins]
        base = edits.decided(base, _name(base, since), chosen, [edits.ban(text) for text in bans])
    return Order(city, base, since)


def _name(base: Scenario, since: Since | None) -> str:
    ending = f"-{since.as_of}" if since else "-edited"
    return base.name if base.name.endswith(ending) else base.name + ending


def warn(of: Order, pins: Sequence[str]) -> None:
    """Say at once what the decisions by hand would break in the earlier plan, before any search."""
    if of.since and of.since.plan.found and pins:
        city, plan, scenario = of.city, of.since.plan, of.scenario
        wishes = [edits.pin(text) for text in pins]
        for reason in edits.edited(plan, city, topology.build(city), scenario, wishes).reasons:
            say(_("The earlier plan with your pins alone: {reason}").format(reason=reason))


def proposed(of: Order, time_limit: float, gap: float, watch: planner.Watch) -> Plan:
    """Return the plan of an order."""
    graph = topology.build(of.city)
    return planner.propose(of.city, graph, of.scenario, of.since, time_limit=time_limit, gap=gap, watch=watch)
