"""The rules of a case: what each entry of the journal makes of it. Pure: entries in, case out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Protocol

from inventory.audit.cases.records import (
    SUBJECT,
    Case,
    Confirmation,
    Dissent,
    Exemption,
    Proposal,
    State,
    Step,
)
from inventory.audit.workdays import Term
from inventory.errors import UsageError
from inventory.store import Entry, Identity
from inventory.text import _, joined

FROM: Mapping[Step, frozenset[State]] = {
    Step.ask: frozenset({State.candidate}),
    Step.urge: frozenset({State.owner_asked}),
    Step.dispute: frozenset({State.owner_asked, State.confirmed, State.quarantined}),
    Step.confirm: frozenset({State.owner_asked, State.disputed}),
    Step.exempt: frozenset(
        {
            State.candidate,
            State.owner_asked,
            State.disputed,
            State.confirmed,
            State.quarantined,
            State.reopened,
        }
    ),
    Step.quarantine: frozenset({State.confirmed}),
    Step.retire: frozenset({State.quarantined}),
    Step.reopen: frozenset(
        {State.owner_asked, State.confirmed, State.disputed, State.exempt, State.quarantined, State.retired}
    ),
    Step.dissent: frozenset(State),
}
"""From which states a step may be taken."""
SIGNED = (Step.confirm, Step.exempt, Step.retire)
"""Steps that one person proposes and another approves."""
_WATCHED = (State.observed, State.reopened)


class IllegalStepError(UsageError):
    """The case does not allow the step now; says what it allows."""


class Written(Protocol):
    """What the rules need of an entry, written or about to be."""

    @property
    def action(self) -> str:
        """What was done."""

    @property
    def actor(self) -> Identity:
        """Who did it."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def payload(self) -> Mapping[str, Any]:
        """Everything else."""


def fold(entries: Iterable[Entry], today: date) -> tuple[Case, ...]:
    """Fold the journal into cases, in order of their first entries.

    Entries that break the rules, written past this package, change nothing; the case
    names them as irregular.
    """
    cases: dict[str, Case] = {}
    for entry in entries:
        if entry.subject.startswith(SUBJECT):
            before = cases.get(entry.subject)
            cases[entry.subject] = _tolerant(before, entry)
    return tuple(_expired(case, today) for case in cases.values())


def _tolerant(before: Case | None, entry: Entry) -> Case:
    try:
        return advance(before or blank(entry.subject), entry, entry.number)
    except (UsageError, KeyError, TypeError, ValueError):
        case = before or blank(entry.subject)
        return replace(case, irregular=(*case.irregular, entry.number), last=entry.number)


def blank(subject: str) -> Case:
    """Return a case before its first entry."""
    return Case(subject, State.observed, date.min, 0)


def advance(case: Case, entry: Written, number: int) -> Case:
    """Return what an entry makes of a case.

    Args:
        case: the case before.
        entry: what is done.
        number: number of the entry.

    Raises:
        IllegalStepError: the rules do not allow it.
    """
    step, day = Step(entry.action), _day(entry)
    case = _expired(case, day)
    if step is not Step.observe and day < case.since:
        message = _("{day} lies before the last change of the case on {since}")
        raise IllegalStepError(message.format(day=day, since=case.since))
    if step in FROM and step not in SIGNED:
        _allow(case, step)
    if step is not Step.observe and not entry.reason.strip():
        raise IllegalStepError(_("a step needs a reason: say why"))
    if step in SIGNED:
        raise IllegalStepError(_("this step is proposed by one person and approved by another"))
    return _MOVES[step](replace(case, last=number), entry, day)


def possible(case: Case, today: date) -> tuple[Step, ...]:
    """Return the steps that the rules allow a case now, signed steps as what may be proposed."""
    case = _expired(case, today)
    if case.pending:
        late = case.pending.until is not None and today > case.pending.until
        return (Step.reject, Step.dissent) if late else (Step.approve, Step.reject, Step.dissent)
    return tuple(
        step
        for step, states in FROM.items()
        if case.state in states
        and not (step is Step.urge and case.urged)
        and not (step is Step.retire and case.until is not None and today < case.until)
    )


def _allow(case: Case, step: Step) -> None:
    if case.pending and step is not Step.dissent:
        message = _("{step} waits for a second person: approve or reject it first")
        raise IllegalStepError(message.format(step=_(case.pending.step.value)))
    if case.state in FROM[step]:
        return
    steps = joined(_(step.value) for step in possible(case, date.max))
    message = _("{system} is {state}: {step} is not possible; possible are: {steps}")
    told = {"system": case.system, "state": _(case.state.value), "step": _(step.value), "steps": steps}
    raise IllegalStepError(message.format(**told))


def _expired(case: Case, day: date) -> Case:
    """An exemption that ran out makes the case observed again."""
    if case.state is not State.exempt or case.until is None or day <= case.until:
        return case
    after = case.until + timedelta(days=1)
    calm = replace(case, until=None, exemption=None, streak=0, counted=None)
    return _enter(calm, State.observed, after)


def _day(entry: Written) -> date:
    return date.fromisoformat(entry.payload["as_of" if entry.action == Step.observe else "day"])


def _enter(case: Case, state: State, day: date, **changes: Any) -> Case:
    return replace(case, state=state, since=day, pending=None, **changes)


def _observe(case: Case, entry: Written, day: date) -> Case:
    kind, verdict = str(entry.payload["kind"]), str(entry.payload.get("verdict", ""))
    if case.as_of is not None and (day < case.as_of or (day == case.as_of and verdict == case.verdict)):
        message = _("a verdict of {day} is no news: the case knows one of {known}")
        raise IllegalStepError(message.format(day=day, known=case.as_of))
    since = day if case.as_of is None else case.since
    case = replace(case, as_of=day, kind=kind, verdict=verdict, since=since)
    if kind == "zombie":
        return _unused(case, entry, day)
    if kind == "used":
        return _used(case, day)
    if kind == "unknown":
        return case
    calm = replace(case, streak=0, counted=None)
    return _enter(calm, State.observed, day) if case.state is State.candidate else calm


def _unused(case: Case, entry: Written, day: date) -> Case:
    case = replace(case, flags=tuple(entry.payload.get("flags", ())))
    apart = int(entry.payload["apart_days"])
    if case.counted is None or (day - case.counted).days >= apart:
        case = replace(case, streak=case.streak + 1, counted=day)
    if case.state in _WATCHED and case.streak >= int(entry.payload["times"]):
        return _enter(case, State.candidate, day)
    return case


def _used(case: Case, day: date) -> Case:
    case = replace(case, streak=0, counted=None)
    if case.state in (*_WATCHED, State.exempt):
        return case
    if case.state is State.candidate:
        return _enter(case, State.observed, day)
    return _reopened(case, max(day, case.since), answer="in_use")


def _reopened(case: Case, day: date, **changes: Any) -> Case:
    cleared = {"until": None, "term": None, "term_from": None, "urged": False}
    cleared |= {"confirmation": None, "exemption": None}
    return _enter(case, State.reopened, day, streak=0, counted=None, **cleared, **changes)


def _ask(case: Case, entry: Written, day: date) -> Case:
    term = Term.model_validate(entry.payload["term"])
    owner = str(entry.payload.get("owner", ""))
    return _enter(case, State.owner_asked, day, owner=owner, term=term, term_from=day, urged=False)


def _urge(case: Case, entry: Written, day: date) -> Case:
    if case.urged:
        raise IllegalStepError(_("the owner was urged already"))
    return replace(case, urged=True, term=Term.model_validate(entry.payload["term"]), term_from=day)


def _dispute(case: Case, entry: Written, day: date) -> Case:
    said = Dissent(entry.actor, day, entry.reason)
    changes = {"answer": "in_use", "dissent": (*case.dissent, said), "confirmation": None, "until": None}
    return _enter(case, State.disputed, day, **changes)


def _dissent(case: Case, entry: Written, day: date) -> Case:
    return replace(case, dissent=(*case.dissent, Dissent(entry.actor, day, entry.reason)))


def _quarantine(case: Case, entry: Written, day: date) -> Case:
    days = int(entry.payload["days"])
    return _enter(case, State.quarantined, day, until=day + timedelta(days=days))


def _reopen(case: Case, _entry: Written, day: date) -> Case:
    return _reopened(case, day)


def _propose(case: Case, entry: Written, day: date) -> Case:
    step = Step(entry.payload["step"])
    if step not in SIGNED:
        raise IllegalStepError(_("{step} needs no proposal").format(step=_(step.value)))
    _allow(case, step)
    until = entry.payload.get("until") if step is Step.exempt else None
    last = date.fromisoformat(until) if until else None
    if step is Step.exempt and (last is None or last <= day):
        raise IllegalStepError(_("an exemption needs a last day that is still to come"))
    if step is Step.retire and case.until is not None and day < case.until:
        message = _("{system} is in quarantine until {until}: it may be retired from then on")
        raise IllegalStepError(message.format(system=case.system, until=case.until))
    document, silent = str(entry.payload.get("document", "")), bool(entry.payload.get("silent", False))
    return replace(case, pending=Proposal(step, entry.actor, entry.reason, day, last, document, silent))


def _pending(case: Case) -> Proposal:
    if case.pending is None:
        raise IllegalStepError(_("nothing is proposed for {system}").format(system=case.system))
    return case.pending


def _approve(case: Case, entry: Written, day: date) -> Case:
    proposal = _pending(case)
    if entry.actor.person == proposal.by.person:
        message = _("{name} proposed it: somebody else must approve")
        raise IllegalStepError(message.format(name=proposal.by.name))
    if proposal.step is Step.exempt:
        if proposal.until is None or day > proposal.until:
            raise IllegalStepError(_("the proposed exemption has run out: reject it"))
        signed = Exemption(proposal.reason, proposal.document, day, proposal.by, entry.actor, case.last)
        return _enter(case, State.exempt, day, until=proposal.until, exemption=signed, confirmation=None)
    if proposal.step is Step.retire:
        return _enter(case, State.retired, day, until=None)
    agreement = Confirmation(proposal.document, day, proposal.by, entry.actor, case.last)
    # Overruling an owner does not turn the owner's answer round.
    agreed = case.state is State.owner_asked and not proposal.silent
    answer = "unused" if agreed else case.answer
    return _enter(case, State.confirmed, day, confirmation=agreement, answer=answer)


def _reject(case: Case, entry: Written, day: date) -> Case:
    proposal = _pending(case)
    said = Dissent(entry.actor, day, entry.reason)
    own = entry.actor.person == proposal.by.person
    return replace(case, pending=None, dissent=case.dissent if own else (*case.dissent, said))


_MOVES: Mapping[Step, Callable[[Case, Written, date], Case]] = {
    Step.observe: _observe,
    Step.ask: _ask,
    Step.urge: _urge,
    Step.dispute: _dispute,
    Step.dissent: _dissent,
    Step.quarantine: _quarantine,
    Step.reopen: _reopen,
    Step.propose: _propose,
    Step.approve: _approve,
    Step.reject: _reject,
}
