"""What a confirmed case gives the inventory: the licence to retire a system."""

from collections.abc import Iterable
from typing import Any

from inventory.audit.cases.records import Case, State
from inventory.model import ZombieConfirmation
from inventory.text import _

_STANDING = (State.confirmed, State.quarantined, State.retired)


def confirmation(case: Case) -> ZombieConfirmation | None:
    """Return the confirmation that a case stands for, or None where nobody confirmed it."""
    signed = case.confirmation
    if signed is None or case.state not in _STANDING:
        return None
    document = signed.document or _("journal, entry {number}").format(number=signed.entry)
    by = f"{signed.by.name}, {signed.approved_by.name}"
    return ZombieConfirmation(document=document, date=signed.day, by=by)


def overrides(cases: Iterable[Case], city: str = "") -> dict[str, dict[str, dict[str, Any]]]:
    """Return what a scenario overrides so that the planner may retire what was confirmed.

    Args:
        cases: the cases.
        city: only this city's; every city's unless given.
    """
    found = {
        case.system: {"zombie": signed.model_dump(mode="json")}
        for case in cases
        if city in ("", case.city) and (signed := confirmation(case))
    }
    return {"systems": found} if found else {}
