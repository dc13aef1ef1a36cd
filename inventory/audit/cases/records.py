"""A case: where the decision about one suspected system stands, folded from the journal."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Literal

from inventory.audit.workdays import Calendar, Term, UnknownYearError
from inventory.store import Identity
from inventory.text import N_

SUBJECT = "cases/"
"""What the journal's subjects of cases begin with."""


class State(StrEnum):
    """Where a case stands."""

    observed = N_("observed")
    """The verdict is noted; nobody is asked yet."""
    candidate = N_("candidate")
    """The verdict repeated; the owner is to be asked."""
    owner_asked = N_("owner_asked")
    """The owner has a deadline to answer."""
    confirmed = N_("confirmed")
    """Two persons signed that nobody uses it."""
    exempt = N_("exempt")
    """Left alone until a day, for a reason."""
    disputed = N_("disputed")
    """The owner says it is in use."""
    quarantined = N_("quarantined")
    """Switched off on trial; can be switched on again."""
    retired = N_("retired")
    """Gone."""
    reopened = N_("reopened")
    """Use appeared, or somebody reopened it: it is judged anew."""


class Step(StrEnum):
    """What can be done in a case."""

    observe = N_("observe")
    ask = N_("ask")
    urge = N_("urge")
    dispute = N_("dispute")
    dissent = N_("dissent")
    confirm = N_("confirm")
    exempt = N_("exempt")
    quarantine = N_("quarantine")
    retire = N_("retire")
    reopen = N_("reopen")
    propose = N_("propose")
    approve = N_("approve")
    reject = N_("reject")


Answer = Literal["unused", "in_use"]


@dataclass(frozen=True)
class Proposal:
    """A step that waits for a second person."""

    step: Step
    """confirm, exempt or retire."""
    by: Identity
    reason: str
    day: date
    until: date | None = None
    """Last day of a proposed exemption."""
    document: str = ""
    """Number of the document that the step rests on."""
    silent: bool = False
    """True where the owner let every deadline pass without a word."""


@dataclass(frozen=True)
class Dissent:
    """Somebody who disagreed; kept whatever is decided."""

    by: Identity
    day: date
    reason: str


@dataclass(frozen=True)
class Confirmation:
    """Two persons' word that nobody uses the system."""

    document: str
    day: date
    by: Identity
    approved_by: Identity
    entry: int
    """Number of the journal's entry that approved it."""


@dataclass(frozen=True)
class Exemption:
    """Two persons' word that the system is left alone for a time; ``Case.until`` says how long."""

    reason: str
    document: str
    day: date
    by: Identity
    approved_by: Identity
    entry: int
    """Number of the journal's entry that approved it."""


@dataclass(frozen=True)
class Deadline:
    """A last day, or the year whose working days must be known to tell it."""

    last: date | None
    unknown_year: int | None = None


@dataclass(frozen=True)
class Case:
    """Where the decision about one system stands."""

    subject: str
    """Subject of its entries in the journal. Example: cases/tieling/hezhang."""
    state: State
    since: date
    """First day in this state."""
    last: int
    """Number of its last entry; pass it as ``seen`` so that nobody decides on an old page."""
    streak: int = 0
    """Zombie verdicts in a row that count."""
    counted: date | None = None
    """Day of the last verdict that counted."""
    as_of: date | None = None
    """Day of the last verdict."""
    kind: str = ""
    """Kind of the last verdict. Example: zombie."""
    verdict: str = ""
    """Digest of the last verdict's document."""
    flags: tuple[str, ...] = ()
    """Rule packs that flagged the system when it was last called a zombie."""
    owner: str = ""
    """Who was asked."""
    term: Term | None = None
    """The time the owner has, counted from ``term_from``."""
    term_from: date | None = None
    urged: bool = False
    until: date | None = None
    """Last day of the exemption, or of the quarantine."""
    pending: Proposal | None = None
    """A step that waits for a second person."""
    confirmation: Confirmation | None = None
    exemption: Exemption | None = None
    answer: Answer | None = None
    """What the owner, or later use, said."""
    dissent: tuple[Dissent, ...] = ()
    irregular: tuple[int, ...] = ()
    """Entries written past the rules; they changed nothing."""

    @property
    def system(self) -> str:
        """Id of the system."""
        return self.subject.rpartition("/")[2]

    @property
    def city(self) -> str:
        """Id of the city, empty where the audit named none."""
        return self.subject.removeprefix(SUBJECT).rpartition("/")[0]

    def as_json(self) -> dict[str, Any]:
        """Return the case as plain JSON values."""
        return {"system": self.system, "city": self.city} | {k: _plain(v) for k, v in vars(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Term):
        return value.model_dump(mode="json")
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(item) for name, item in vars(value).items()}
    return value


def deadline(case: Case, calendar: Calendar) -> Deadline | None:
    """Return by when the owner must answer; None where nobody is asked."""
    if case.state is not State.owner_asked or case.term is None or case.term_from is None:
        return None
    try:
        return Deadline(calendar.due(case.term_from, case.term))
    except UnknownYearError as error:
        return Deadline(None, error.year)


@dataclass(frozen=True)
class Overdue:
    """A case that waits longer than it should."""

    case: Case
    deadline: Deadline
    late: int | None
    """Working days past the deadline; None where the year's calendar is missing."""


def overdue(cases: tuple[Case, ...], today: date, calendar: Calendar) -> tuple[Overdue, ...]:
    """Return the cases whose owner has not answered in time, latest first.

    Where the calendar of the deadline's year is missing, a case is listed as soon as its
    deadline may have passed, with ``late`` unknown.
    """
    found = []
    for case in cases:
        due = deadline(case, calendar)
        if due is None or case.term is None or case.term_from is None:
            continue
        if due.last is None:
            soonest = case.term_from + timedelta(
                28 * case.term.months + case.term.days + case.term.working_days
            )
            found += [Overdue(case, due, None)] if today > soonest else []
        elif today > due.last:
            found.append(Overdue(case, due, _late(due.last, today, calendar)))
    return tuple(sorted(found, key=lambda row: (-(row.late or 0), row.case.subject)))


def _late(last: date, today: date, calendar: Calendar) -> int | None:
    try:
        return calendar.working_days_after(last, today)
    except UnknownYearError:
        return None
