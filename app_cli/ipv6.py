"""Verbs on IPv6: check address plans, see how ready the city is, choose upgrades."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import inventory
import topology
from app_cli.city import deliver_findings
from app_cli.frame import As, CityPath, Fail, FailOn, Output, TimeLimit, ipv6, verb
from inventory import City, Fault, InputError, Place, UsageError
from inventory.text import N_, _
from inventory.units import YUAN, QuantityError, parse
from planner import upgrade
from planner.report import readiness, tables
from planner.report.terminal import Format, deliver, say, to_json
from topology import addressing, dualstack

Sheets = Annotated[list[Path], typer.Argument(metavar="FILE...", help=N_("Address plans of any form."))]
ProfileName = Annotated[str | None, typer.Option("--profile", help=N_("Layout profile: a name or a file."))]
CityOption = Annotated[Path | None, typer.Option("--city", help=N_("City the plan belongs to."))]


@verb("check", N_("Check address plans: every fault with its row, rule, reason and repair."), group=ipv6)
def check(
    files: Sheets,
    city: CityOption = None,
    profile: ProfileName = None,
    policy: Annotated[Path | None, typer.Option(help=N_("Severities, limits and waivers."))] = None,
    mapping: Annotated[Path | None, typer.Option(help=N_("File that remembers what headings mean."))] = None,
    corrected: Annotated[Path | None, typer.Option(help=N_("Corrected copy of the one file."))] = None,
    fail_on: Fail = FailOn.never,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Check address plans."""
    if corrected and len(files) != 1:
        raise UsageError(
            _("A corrected copy is made of one file; {count} are given.").format(count=len(files))
        )
    plan = addressing.read(files, mapping)
    layout = addressing.read_profile(profile) if profile else None
    found = addressing.check(plan, addressing.read_policy(policy), layout, _city(city))
    if corrected:
        addressing.write_corrected(plan, found, files[0], corrected)
        say(_("Written: {path}").format(path=corrected))
    deliver_findings(found, fail_on, format, output)


@verb("readiness", N_("Show how ready every system, website and site is for IPv6."), group=ipv6)
def readiness_(
    city: CityPath, fail_on: Fail = FailOn.never, format: As = Format.table, output: Output = None
) -> None:
    """Show the readiness of a city, then what stands in its way."""
    loaded = inventory.load(city)
    graph = topology.build(loaded)
    ready, found = dualstack.readiness(loaded, graph), dualstack.check(loaded, graph)
    shown = [*readiness.tables(ready, loaded), readiness.hops(loaded, graph)]
    deliver_findings(found, fail_on, format, output, shown, readiness.as_json(ready))


@verb("upgrade", N_("Choose the cheapest upgrades that make the most systems ready."), group=ipv6)
def upgrade_(
    city: CityPath,
    budget: Annotated[
        list[str] | None, typer.Option(help=N_("Yearly budget, as 2027=500000 in yuan; repeat it."))
    ] = None,
    require: Annotated[list[str] | None, typer.Option(help=N_("System or site that must be ready."))] = None,
    time_limit: TimeLimit = 60,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Choose upgrades."""
    loaded, budgets = inventory.load(city), _budgets(budget or [])
    years = sorted(budgets) or [loaded.as_of.year + 1]
    periods = [f"{year}Q{quarter}" for year in years for quarter in range(1, 5)]
    graph = topology.build(loaded)
    found = upgrade.propose(loaded, graph, budgets, periods, require or (), time_limit=time_limit)
    shown = [readiness.upgrades(found, loaded), readiness.promises(found, loaded)]
    deliver(shown, found.model_dump_json(indent=1) + "\n", format, output)
    raise typer.Exit({"infeasible": 3, "unknown": 4}.get(found.status.value, 0))


@verb("decode", N_("Say in words what the bits of an address mean."), group=ipv6)
def decode(
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS...")],
    profile: ProfileName = "five-level",
    format: As = Format.table,
) -> None:
    """Decode addresses."""
    layout = addressing.read_profile(profile or "five-level")
    found = [addressing.decode(layout, address) for address in addresses]
    rows = [(one.address, " / ".join(f"{k}={v or '?'}" for k, v in one.words.items())) for one in found]
    shown = tables.texts(_("Addresses"), (_("Address"), _("Meaning")), rows)
    deliver([shown], to_json([vars(one) for one in found]), format)


@verb("generate", N_("Lay out a five-level address plan for a city."), group=ipv6)
def generate(
    city: CityPath, profile: ProfileName = "five-level", format: As = Format.table, output: Output = None
) -> None:
    """Generate an address plan."""
    plan = addressing.generate(inventory.load(city), addressing.read_profile(profile or "five-level"))
    names = tuple(plan.columns)
    rows = [(text, *(plan.get(name, row) for name in names)) for row, text in enumerate(plan.texts)]
    shown = tables.texts(_("Address plan"), ("prefix", *names), rows)
    value = [dict(zip(("prefix", *names), row, strict=True)) for row in rows]
    deliver([shown], to_json(value), format, output)


def _city(path: Path | None) -> City | None:
    return inventory.load(path) if path else None


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
