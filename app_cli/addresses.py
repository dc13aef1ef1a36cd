"""Verbs on address plans: check, compare, decode, and hand out what is free."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import inventory
from app_cli.city import conclude
from app_cli.frame import As, CityPath, Fail, FailOn, Output, ipv6, verb
from inventory import City, Report, UsageError
from inventory.text import N_, _
from planner.report import addresses, tables
from planner.report.terminal import Format, deliver, say, to_json
from topology import addressing
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
    uses = addressing.used(plan)
    about = [addresses.checked(found), addresses.uses(uses), addresses.registries()]
    book = output is not None and output.suffix == ".xlsx"
    shown = [*(about if book else ()), addresses.findings(found)]
    deliver(shown, to_json(found.as_json() | addresses.judged_json(uses)), format, output)
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
    _deliver_plan(plan, format, output)


@verb("next", N_("Find the next free block of an address plan."), group=ipv6)
def next_(
    files: Sheets,
    block: Annotated[str, typer.Option(help=N_("Block to look in, such as 3fff:200:100::/40."))],
    length: Annotated[int, typer.Option(min=0, max=128, help=N_("Length wanted."))],
    profile: ProfileName = None,
    say_: Annotated[
        list[str] | None,
        typer.Option("--field", help=N_("What the bits must say, as region=211202; repeat it.")),
    ] = None,
    zone: Annotated[str, typer.Option(help=N_("Zone of the routing table."))] = "",
    vrf: Annotated[str, typer.Option(help=N_("Name of the routing table."))] = "",
    mapping: Mapped = None,
    format: As = Format.table,
) -> None:
    """Find a free block."""
    layout = addressing.read_profile(profile) if profile else None
    told = dict(_pair(text) for text in say_ or ())
    found = addressing.next_free(_read(files, mapping), block, length, layout, told, zone=zone, vrf=vrf)
    if found is None:
        say(_("{block} has no free /{length}").format(block=block, length=length))
        raise typer.Exit(1)
    shown = tables.texts(_("Next free block"), ("prefix",), [(found,)])
    deliver([shown], to_json({"prefix": found}), format)


@verb("partners", N_("Give each IPv4 subnet without IPv6 partner a /64."), group=ipv6)
def partners(
    files: Sheets,
    profile: ProfileName = "five-level",
    mapping: Mapped = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Make the IPv6 partners that are missing."""
    layout = addressing.read_profile(profile or "five-level")
    _deliver_plan(addressing.partners(_read(files, mapping), layout), format, output)


@verb("zones", N_("List the zones of reverse DNS that address plans need."), group=ipv6)
def zones(files: Sheets, mapping: Mapped = None, format: As = Format.table, output: Output = None) -> None:
    """List reverse zones."""
    found = addressing.reverse_zones(_read(files, mapping))
    shown = tables.texts(_("Reverse zones"), (_("Zone"),), [(zone,) for zone in found])
    deliver([shown], to_json(found), format, output)


def _pair(text: str) -> tuple[str, str]:
    name, equals, word = text.partition("=")
    if not (name and equals):
        raise UsageError(_("{text}: write a field, an equals sign and a word").format(text=text))
    return name, word


def _deliver_plan(plan: Plan, format: Format, output: Path | None) -> None:
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
