"""The list of what must be settled before a system is switched off, as a table."""

from inventory.model import City
from inventory.text import _
from planner.report import words
from planner.report.table import Column, Table
from topology import Checklist


def table(found: Checklist, city: City) -> Table:
    """Return a row an item, with an empty column for the day and the hand that settled it."""
    columns = (
        Column(_("Topic"), width=14),
        Column(_("Standing"), width=12),
        Column(_("Record"), width=28, brief=False),
        Column(_("What to settle"), width=70),
        Column(_("Place"), width=24, brief=False),
        Column(_("Settled on, by"), width=20, brief=False),
    )
    rows = tuple(
        (_(i.topic.value), _(i.standing.value), i.subject, i.text, str(i.source or ""), "")
        for i in found.items
    )
    title = _("Before {system} is switched off").format(system=words.system(city, found.system))
    note = _("{open} of {all} items must be settled or asked first").format(
        open=len(found.blocking), all=len(found.items)
    )
    return Table(title, columns, rows, note)
