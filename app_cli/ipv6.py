"""Verbs on IPv6 readiness: see how ready the city is, choose upgrades, widen lines."""

from collections.abc import Sequence
from typing import Annotated

import typer

import inventory
import topology
from app_cli.city import deliver_findings
from app_cli.frame import As, CityPath, Fail, FailOn, Output, TimeLimit, ipv6, verb
from inventory import Fault, InputError, Place
from inventory.text import N_, _
from inventory.units import MBIT, YUAN, QuantityError, parse
from planner import upgrade
from planner.report import readiness, upgrades
from planner.report.terminal import Format, deliver, say, to_json
from topology import dualstack


@verb("readiness", N_("Show how ready every system, website and site is for IPv6."), group=ipv6)
def readiness_(
    city: CityPath, fail_on: Fail = FailOn.never, format: As = Format.table, output: Output = None
) -> None:
    """Show the readiness of a city, then what stands in its way."""
    loaded = inventory.load(city)
    graph = topology.build(loaded)
    ready, found = dualstack.readiness(loaded, graph), dualstack.check(loaded, graph)
    ways, hops = readiness.ways(loaded, graph), readiness.hops(loaded, graph)
    shown = [*readiness.tables(ready, loaded), ways, hops, readiness.rules(found)]
    value = readiness.as_json(ready) | readiness.network_json(loaded, graph)
    deliver_findings(found, fail_on, format, output, shown, value)


@verb("upgrade", N_("Choose the cheapest upgrades that make the most systems ready."), group=ipv6)
def upgrade_(
    city: CityPath,
    budget: Annotated[
        list[str] | None, typer.Option(help=N_("Yearly budget, as 2027=500000 in yuan; repeat it."))
    ] = None,
    require: Annotated[list[str] | None, typer.Option(help=N_("System or site that must be ready."))] = None,
    aim: Annotated[upgrade.Aim, typer.Option(help=N_("What is to become ready."))] = upgrade.Aim.systems,
    curve: Annotated[bool, typer.Option("--curve", help=N_("Show what each sum of money buys."))] = False,
    time_limit: TimeLimit = 60,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Choose upgrades, or show the curve of what is ready against money."""
    loaded, budgets = inventory.load(city), _budgets(budget or [])
    if curve:
        points = upgrade.curve(loaded, topology.build(loaded), aim=aim, time_limit=time_limit)
        value = {"schema": "govplan.upgrade-curve/1", "aim": aim, "points": [vars(p) for p in points]}
        return deliver([upgrades.curve(points, loaded, aim)], to_json(value), format, output)
    years = sorted(budgets) or [loaded.as_of.year + 1]
    periods = [f"{year}Q{quarter}" for year in years for quarter in range(1, 5)]
    graph = topology.build(loaded)
    found = upgrade.propose(loaded, graph, budgets, periods, require or (), aim=aim, time_limit=time_limit)
    shown = [upgrades.upgrades(found, loaded), upgrades.promises(found, loaded)]
    deliver(shown, found.to_json() + "\n", format, output)
    say(upgrades.verdict(found))
    raise typer.Exit({"infeasible": 3, "unknown": 4}.get(found.status.value, int(found.verified is False)))


@verb("bandwidth", N_("Show who gains from wider lines, and what holds them back next."), group=ipv6)
def bandwidth(
    city: CityPath,
    link: Annotated[list[str], typer.Option(help=N_("Line and its new Mbit/s, as ID=1000; repeat it."))],
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Show what wider lines bring."""
    loaded = inventory.load(city)
    found = upgrade.what_if_bandwidth(loaded, _widths(link))
    value = to_json(upgrades.bandwidth_json(found))
    deliver(upgrades.bandwidth(found, loaded), value, format, output)
    say(upgrades.gains(found))


def _budgets(given: Sequence[str]) -> dict[int, int]:
    """Read budgets such as ``2027=50 万元``; every fault at once."""
    found, faults = {}, []
    for text in given:
        year, _equals, amount = text.partition("=")
        try:
            found[int(year)] = parse(YUAN, amount)
        except (QuantityError, ValueError) as error:
            fix = _("write the year, an equals sign and yuan: 2027=500000")
            faults.append(Fault("bad-budget", Place("--budget"), str(error), fix, text))
    if faults:
        raise InputError(faults)
    return found


def _widths(given: Sequence[str]) -> dict[str, int]:
    """Read lines such as ``l-1=1000``; every fault at once."""
    found, faults = {}, []
    for text in given:
        link, _equals, amount = text.rpartition("=")
        try:
            found[link] = parse(MBIT, amount)
        except (QuantityError, ValueError) as error:
            fix = _("write the line, an equals sign and Mbit/s: l-1=1000")
            faults.append(Fault("bad-bandwidth", Place("--link"), str(error), fix, text))
    if faults:
        raise InputError(faults)
    return found
