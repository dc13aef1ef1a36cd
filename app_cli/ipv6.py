"""Verbs on IPv6: check address plans, see how ready the city is, choose upgrades."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import inventory
import topology
from app_cli.city import conclude, deliver_findings
from app_cli.frame import As, CityPath, Fail, FailOn, Output, TimeLimit, ipv6, verb
from inventory import City, Fault, InputError, Place, Report, UsageError
from inventory.text import N_, _
from inventory.units import MBIT, YUAN, QuantityError, parse
from planner import upgrade
from planner.report import addresses, readiness, tables, upgrades
from planner.report.terminal import Format, deliver, say, to_json
from topology import addressing, dualstack
from topology.addressing import Plan

Sheets = Annotated[list[Path], typer.Argument(metavar="FILE...", help=N_("Address plans of any form."))]
ProfileName = Annotated[str | None, typer.Option("--profile", help=N_("Layout profile: a name or a file."))]
CityOption = Annotated[Path | None, typer.Option("--city", help=N_("City the plan belongs to."))]
Mapped = Annotated[
    Path | None,
    typer.Option(
        "--mapping", help=N_("File that remembers what headings mean; written where there is none.")
    ),
]


@verb("check", N_("Check address plans: every fault with its row, rule, reason and repair."), group=ipv6)
def check(
    files: Sheets,
    city: CityOption = None,
    profile: ProfileName = None,
    policy: Annotated[Path | None, typer.Option(help=N_("Severities, limits and waivers."))] = None,
    mapping: Mapped = None,
    corrected: Annotated[
        Path | None,
        typer.Option(help=N_("Corrected copy of the one file, or a folder for those of several.")),
    ] = None,
    fail_on: Fail = FailOn.never,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Check address plans."""
    plan = _read(files, mapping)
    layout = addressing.read_profile(profile) if profile else None
    found = addressing.check(plan, addressing.read_policy(policy or _folder(city)), layout, _city(city))
    for note in (*addresses.notes(found), addresses.dated()):
        say(note)
    if corrected:
        _write_corrected(plan, found, files, corrected)
    about = [addresses.checked(found), addresses.uses(addressing.used(plan)), addresses.registries()]
    book = output is not None and output.suffix == ".xlsx"
    shown = [*(about if book else ()), addresses.findings(found)]
    deliver(shown, to_json(found.as_json() | addresses.registries_json()), format, output)
    conclude(found, fail_on)


@verb("compare", N_("Compare two versions of an address plan, or two audits of one."), group=ipv6)
def compare(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help=N_("Earlier plan, or earlier findings as JSON."))
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help=N_("Later plan, or later findings as JSON."))],
    mapping: Mapped = None,
    fail_on: Fail = FailOn.never,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Compare plans, or audits."""
    before, after = addressing.read_audit(old), addressing.read_audit(new)
    if (before is None) != (after is None):
        raise UsageError(_("One of the two holds findings, the other a plan: give two of one kind."))
    if before is not None and after is not None:
        progress = addressing.subtract(before, after)
        deliver([addresses.progress(progress)], to_json(addresses.progress_json(progress)), format, output)
        conclude(Report(progress.new), fail_on)
    changed = addressing.compare(_read([old], mapping), _read([new], mapping))
    deliver([addresses.changes(changed)], to_json(addresses.changes_json(changed)), format, output)
    conclude(changed.report, fail_on)


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


def _read(files: Sequence[Path], mapping: Path | None) -> Plan:
    """Read plans and tell what their headings were taken for; keep that where no mapping is yet."""
    kept = mapping if mapping and mapping.exists() else None
    plan = addressing.read(files, kept)
    for line in addresses.reading_lines(plan):
        say(line)
    if mapping and not kept:
        addressing.remember(plan.headings, mapping)
        say(_("Written: {path}").format(path=mapping))
    return plan


def _write_corrected(plan: Plan, found: Report, files: Sequence[Path], target: Path) -> None:
    """Write the copy of one file, or into a folder those of several files or of a folder."""
    single = len(files) == 1 and files[0].is_file()
    if not single and target.suffix and not target.is_dir():
        raise UsageError(
            _("Several files have several copies: name a folder, not one file such as {path}.").format(
                path=target
            )
        )
    if single and not target.is_dir():
        addressing.write_corrected(plan, found, files[0], target)
        written: Sequence[Path] = (target,)
    else:
        written = addressing.write_all_corrected(plan, found, files, target)
    for path in written:
        say(_("Written: {path}").format(path=path))


def _folder(city: Path | None) -> Path | None:
    return city if city is None or city.is_dir() else city.parent


def _city(path: Path | None) -> City | None:
    return inventory.load(path) if path else None


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
