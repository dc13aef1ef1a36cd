"""Verbs on cases: what people decide about suspected systems, step by step."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

import typer

from app_cli.frame import As, cases, verb
from inventory.audit import cases as steps
from inventory.audit.cases import Case
from inventory.store import Identity, open_store
from inventory.text import N_
from planner.report import journal, zombies
from planner.report.terminal import Format, deliver, say, to_json

SystemName = Annotated[str, typer.Argument(metavar="SYSTEM", help=N_("Id of the system."))]


Reason = Annotated[str, typer.Option("--reason", help=N_("Why, in your words."))]


By = Annotated[str | None, typer.Option("--by", help=N_("Your name; the account unless given."))]


On = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help=N_("Day it was done; today unless given.")),
]


_STORE_HELP = N_("Store: a file, or postgresql+psycopg://...; GOVPLAN_STORE unless given.")
StoreUrl = Annotated[str | None, typer.Option("--store", metavar="URL", help=_STORE_HELP)]


Paper = Annotated[str, typer.Option("--document", help=N_("Number of the document it rests on."))]


STEPS = {
    "urge": (steps.urge, N_("Urge an owner who let the deadline pass.")),
    "dispute": (steps.dispute, N_("Note that the owner says it is in use.")),
    "dissent": (steps.dissent, N_("Note somebody's dissent; nothing else changes.")),
    "approve": (steps.approve, N_("Approve what somebody else proposed.")),
    "reject": (steps.reject, N_("Reject a proposal, or withdraw your own.")),
    "quarantine": (steps.quarantine, N_("Note that a confirmed system was switched off on trial.")),
    "reopen": (steps.reopen, N_("Have a case judged anew.")),
}
"""Steps that take a reason and nothing else."""


def who(by: str | None) -> Identity:
    """Return who acts: the name given, else the account."""
    return Identity.asserted(by) if by and by.strip() else Identity.of_os()


def on_day(moment: datetime | None) -> date | None:
    """Return the day of an option."""
    return moment.date() if moment else None


@verb("list", N_("List the cases, what each waits for, and until when."), group=cases)
def list_(store: StoreUrl = None, on: On = None, format: As = Format.table) -> None:
    """List the cases."""
    with open_store(store, make=False) as found:
        known = steps.all_cases(found, on_day(on))
        value = {"schema": "govplan.cases/1", "cases": [case.as_json() for case in known]}
        deliver([zombies.cases(known)], to_json(value | {"head": str(found.head())}), format)
        say(journal.anchor(found.head()))


@verb("show", N_("Show one case with everything that was written about it."), group=cases)
def show(system: SystemName, store: StoreUrl = None, on: On = None, format: As = Format.table) -> None:
    """Show a case."""
    with open_store(store, make=False) as found:
        case = steps.case(found, system, on_day(on))
        entries = found.journal(case.subject)
        value = case.as_json() | {"entries": [entry.as_json() for entry in entries]}
        shown = [zombies.cases([case]), journal.entries(entries, found.head())]
        deliver(shown, to_json(value | {"head": str(found.head())}), format)


@verb("ask", N_("Ask the owner of a candidate; the time to answer starts."), group=cases)
def ask(
    system: SystemName,
    reason: Reason,
    owner: Annotated[str, typer.Option(help=N_("Who was asked."))] = "",
    by: By = None,
    on: On = None,
    store: StoreUrl = None,
    format: As = Format.table,
) -> None:
    """Ask the owner."""
    with open_store(store, make=False) as found:
        _show(steps.ask(found, system, who(by), reason, owner=owner, today=on_day(on)), format)


@verb("confirm", N_("Propose that nobody uses a system; a second person approves."), group=cases)
def confirm(
    system: SystemName,
    reason: Reason,
    document: Paper = "",
    silent: Annotated[bool, typer.Option("--silent", help=N_("The owner let both deadlines pass."))] = False,
    by: By = None,
    on: On = None,
    store: StoreUrl = None,
    format: As = Format.table,
) -> None:
    """Propose a confirmation."""
    with open_store(store, make=False) as found:
        actor, today = who(by), on_day(on)
        case = steps.confirm(found, system, actor, reason, document=document, silent=silent, today=today)
        _show(case, format)


@verb("exempt", N_("Propose to leave a system alone until a day; a second person approves."), group=cases)
def exempt(
    system: SystemName,
    reason: Reason,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help=N_("Last day of the exemption."))],
    document: Paper = "",
    by: By = None,
    on: On = None,
    store: StoreUrl = None,
    format: As = Format.table,
) -> None:
    """Propose an exemption."""
    with open_store(store, make=False) as found:
        actor, last, today = who(by), until.date(), on_day(on)
        case = steps.exempt(found, system, actor, reason, until=last, document=document, today=today)
        _show(case, format)


@verb("retire", N_("Propose that a system is gone once its quarantine is over."), group=cases)
def retire(
    system: SystemName,
    reason: Reason,
    document: Paper = "",
    by: By = None,
    on: On = None,
    store: StoreUrl = None,
    format: As = Format.table,
) -> None:
    """Propose to retire a system."""
    with open_store(store, make=False) as found:
        case = steps.retire(found, system, who(by), reason, document=document, today=on_day(on))
        _show(case, format)


def _plain(name: str, step: Callable[..., Case], help: str) -> None:
    def run(
        system: SystemName,
        reason: Reason,
        by: By = None,
        on: On = None,
        store: StoreUrl = None,
        format: As = Format.table,
    ) -> None:
        with open_store(store, make=False) as found:
            _show(step(found, system, who(by), reason, today=on_day(on)), format)

    verb(name, help, group=cases)(run)


for _name, (_step, _help) in STEPS.items():
    _plain(_name, _step, _help)


def _show(case: Case, format: Format) -> None:
    deliver([zombies.cases([case])], to_json({"schema": "govplan.case/1"} | case.as_json()), format)
