"""The journal as a table: who did what, when and why, and where it ends."""

from collections.abc import Sequence
from typing import Any

from inventory.store import Entry, Head
from inventory.text import _, joined
from planner.report.table import Column, Kind, Table


def entries(rows: Sequence[Entry], head: Head) -> Table:
    """Return a row an entry; the note is the anchor to write down."""
    columns = (
        Column(_("Entry"), Kind.count, 8),
        Column(_("When (UTC)"), width=20),
        Column(_("Subject"), width=28),
        Column(_("Step"), width=14),
        Column(_("Who"), width=16),
        Column(_("Name known by"), width=12),
        Column(_("Vouched for by"), width=20, brief=False),
        Column(_("Why"), width=50),
        Column(_("Hash"), width=66, brief=False),
    )
    return Table(_("Journal"), columns, tuple(_row(entry) for entry in rows), anchor(head))


def anchor(head: Head) -> str:
    """Return the line that every report carries, so that a later change of the journal shows."""
    return _("Journal: {rows} rows, head {hash}").format(rows=head.rows or 0, hash=head.hash)


def as_json(rows: Sequence[Entry], head: Head) -> dict[str, Any]:
    """Return entries and head in the shape ``govplan.journal/1``."""
    return {"schema": "govplan.journal/1", "head": vars(head), "entries": [row.as_json() for row in rows]}


def _row(entry: Entry) -> tuple[str | int, ...]:
    step = entry.payload.get("step")
    action = f"{_(entry.action)}: {_(str(step))}" if step else _(entry.action)
    actor = entry.actor
    known = (actor.name, _(actor.method.value), actor.issuer)
    return (
        entry.number,
        entry.at[:19].replace("T", " "),
        entry.subject,
        action,
        *known,
        _why(entry),
        entry.hash,
    )


def _why(entry: Entry) -> str:
    """The reason given; a verdict gives its kind and day, an audit how many of each kind."""
    told = entry.payload
    if "kinds" in told:
        kinds = joined(f"{_(str(kind))} {count}" for kind, count in told["kinds"].items())
    elif "kind" in told:
        kinds = _(str(told["kind"]))
    else:
        return entry.reason
    return _("as of {day}: {kinds}").format(day=told.get("as_of", ""), kinds=kinds)
