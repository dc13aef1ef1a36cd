"""Verbs on the journal of decisions: list, verify, backup, restore."""

from pathlib import Path
from typing import Annotated

import typer

from app_cli.city import deliver_findings
from app_cli.frame import As, Fail, FailOn, Output, journal, verb
from inventory.store import open_store
from inventory.text import N_, _
from planner.report import journal as report
from planner.report.terminal import Format, deliver, say, to_json

_STORE_HELP = N_("Store: a file, or postgresql+psycopg://...; GOVPLAN_STORE unless given.")
StoreUrl = Annotated[str | None, typer.Option("--store", metavar="URL", help=_STORE_HELP)]


@verb("list", N_("List who did what, when and why."), group=journal)
def list_(
    subject: Annotated[
        str,
        typer.Option(help=N_("Only this subject, as cases/CITY/SYSTEM; ending in a slash, all below it.")),
    ] = "/",
    store: StoreUrl = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """List the journal."""
    with open_store(store, make=False) as opened:
        rows, head = opened.journal(subject), opened.head()
    deliver([report.entries(rows, head)], to_json(report.as_json(rows, head)), format, output)


@verb("verify", N_("Look for a row that was changed, removed, moved or cut off."), group=journal)
def verify(
    anchor: Annotated[
        str | None, typer.Option(help=N_("Head that a report printed: HASH, or HASH:ROWS."))
    ] = None,
    store: StoreUrl = None,
    fail_on: Fail = FailOn.error,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Verify the journal."""
    with open_store(store, make=False) as opened:
        found, head = opened.verify(anchor), opened.head()
    say(report.anchor(head))
    if anchor is None:
        say(_("Without --anchor a cut-off end cannot be told: compare with the head of an earlier report."))
    deliver_findings(found, fail_on, format, output, value={"head": vars(head)})


@verb("backup", N_("Copy the store while it is in use."), group=journal)
def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=N_("New file: .db of SQLite, else JSON lines."))
    ],
    store: StoreUrl = None,
) -> None:
    """Back the store up."""
    with open_store(store, make=False) as opened:
        head = opened.backup(file)
    say(_("Written: {path}").format(path=file))
    say(report.anchor(head))


@verb("restore", N_("Fill an empty store from a backup, once every row is verified."), group=journal)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=N_("Backup of any kind."))],
    store: StoreUrl = None,
) -> None:
    """Restore a store."""
    with open_store(store) as opened:
        head = opened.restore(file)
        say(_("Restored into {name}").format(name=opened.name))
    say(report.anchor(head))
