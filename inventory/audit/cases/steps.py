"""What people do in a case: each step is judged by the rules, then written to the journal."""

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from inventory.audit.cases.fold import IllegalStepError, advance, fold
from inventory.audit.cases.policy import Policy, read_policy
from inventory.audit.cases.records import SUBJECT, Case, State, Step, deadline
from inventory.audit.workdays import Calendar
from inventory.errors import UsageError
from inventory.store import Draft, Identity, Store
from inventory.text import _


def all_cases(store: Store, today: date | None = None) -> tuple[Case, ...]:
    """Return every case as it stands on a day, today unless given."""
    return fold(store.journal(SUBJECT), today or date.today())


def case(store: Store, system: str, today: date | None = None) -> Case:
    """Return the case of a system: ``hezhang``, or ``tieling/hezhang`` where two cities have one.

    Raises:
        UsageError: there is none, or more than one.
    """
    known = [subject.removeprefix(SUBJECT) for subject in store.subjects(SUBJECT)]
    found = [name for name in known if system in (name, name.rpartition("/")[2])]
    if len(found) == 1:
        return fold(store.journal(SUBJECT + found[0]), today or date.today())[0]
    if found:
        message = _("{system} is a case in several cities: name one of {names}")
        raise UsageError(message.format(system=system, names=", ".join(found)))
    systems = [name.rpartition("/")[2] for name in known]
    near = ", ".join(get_close_matches(system, systems) or systems[:5])
    message = _("there is no case for {system}; cases: {near}. A case opens with its first zombie verdict")
    raise UsageError(message.format(system=system, near=near or _("none")))


def ask(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    *,
    owner: str = "",
    today: date | None = None,
    seen: int | None = None,
    policy: Policy | None = None,
) -> Case:
    """Ask the owner of a candidate; the time to answer starts.

    Every step takes ``today`` (the day it was done, today unless given) and ``seen`` (the
    ``last`` of the case that the actor looked at; without it the case as it is now), and
    raises ``IllegalStepError`` where the rules forbid it, ``StaleError`` where somebody was
    faster.
    """
    term = (policy or read_policy()).answer.model_dump(mode="json")
    return _take(store, system, [(Step.ask, actor, reason, {"owner": owner, "term": term})], today, seen)


def urge(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    *,
    today: date | None = None,
    seen: int | None = None,
    policy: Policy | None = None,
    calendar: Calendar | None = None,
) -> Case:
    """Urge an owner who let the deadline pass."""
    _let_pass(case(store, system, today), today, calendar)
    term = (policy or read_policy()).urged.model_dump(mode="json")
    return _take(store, system, [(Step.urge, actor, reason, {"term": term})], today, seen)


def dispute(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    *,
    today: date | None = None,
    seen: int | None = None,
) -> Case:
    """Note that the owner says the system is in use; the dissent stays on record."""
    return _take(store, system, [(Step.dispute, actor, reason, {})], today, seen)


def dissent(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    *,
    today: date | None = None,
    seen: int | None = None,
) -> Case:
    """Note somebody's dissent; nothing else changes."""
    return _take(store, system, [(Step.dissent, actor, reason, {})], today, seen)


def confirm(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    *,
    document: str = "",
    silent: bool = False,
    approver: Identity | None = None,
    today: date | None = None,
    seen: int | None = None,
    policy: Policy | None = None,
    calendar: Calendar | None = None,
) -> Case:
    """Propose that nobody uses a system; with an approver, who must be somebody else, decide it at once.

    Args:
        store: the store.
        system: the system.
        actor: who proposes it.
        reason: why.
        document: number of the owner's letter; without one the journal's entry stands for it.
        silent: the owner let both deadlines pass without a word.
        approver: who approves it here and now; else ``approve`` does later.
        today: the day.
        seen: ``last`` of the case that was looked at.
        policy: the city's policy.
        calendar: the working days.
    """
    if silent:
        _silent(case(store, system, today), today, calendar)
    payload = {"step": Step.confirm, "document": document, "silent": silent}
    return _propose(store, system, actor, reason, payload, approver, today, seen, policy)


def exempt(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    *,
    until: date,
    document: str = "",
    approver: Identity | None = None,
    today: date | None = None,
    seen: int | None = None,
    policy: Policy | None = None,
) -> Case:
    """Propose to leave a system alone until a day, for a reason; then it is observed again."""
    rules = policy or read_policy()
    days = (until - (today or date.today())).days
    if days > rules.exemption_days:
        message = _("an exemption lasts at most {most} days; until {until} are {days}")
        raise IllegalStepError(message.format(most=rules.exemption_days, until=until, days=days))
    payload = {"step": Step.exempt, "until": until.isoformat(), "document": document}
    return _propose(store, system, actor, reason, payload, approver, today, seen, rules)


def quarantine(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    *,
    today: date | None = None,
    seen: int | None = None,
    policy: Policy | None = None,
) -> Case:
    """Note that a confirmed system was switched off on trial."""
    days = (policy or read_policy()).quarantine_days
    return _take(store, system, [(Step.quarantine, actor, reason, {"days": days})], today, seen)


def retire(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    *,
    document: str = "",
    approver: Identity | None = None,
    today: date | None = None,
    seen: int | None = None,
    policy: Policy | None = None,
) -> Case:
    """Propose that a system, its quarantine over, is gone for good."""
    payload = {"step": Step.retire, "document": document}
    return _propose(store, system, actor, reason, payload, approver, today, seen, policy)


def reopen(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    *,
    today: date | None = None,
    seen: int | None = None,
) -> Case:
    """Have a case judged anew; use that appears in a verdict does so by itself."""
    return _take(store, system, [(Step.reopen, actor, reason, {})], today, seen)


def approve(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    *,
    today: date | None = None,
    seen: int | None = None,
    policy: Policy | None = None,
) -> Case:
    """Approve what somebody else proposed."""
    _entitled(actor, policy)
    return _take(store, system, [(Step.approve, actor, reason, {})], today, seen)


def reject(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    *,
    today: date | None = None,
    seen: int | None = None,
) -> Case:
    """Reject a proposal, or withdraw one's own."""
    return _take(store, system, [(Step.reject, actor, reason, {})], today, seen)


_Act = tuple[Step, Identity, str, Mapping[str, Any]]


def _propose(
    store: Store,
    system: str,
    actor: Identity,
    reason: str,
    payload: Mapping[str, Any],
    approver: Identity | None,
    today: date | None,
    seen: int | None,
    policy: Policy | None,
) -> Case:
    acts: list[_Act] = [(Step.propose, actor, reason, payload)]
    if approver is not None:
        _entitled(approver, policy)
        acts.append((Step.approve, approver, reason, {}))
    return _take(store, system, acts, today, seen)


def _take(store: Store, system: str, acts: Iterable[_Act], today: date | None, seen: int | None) -> Case:
    """Judge the acts in order on the case as it stands, and write them all or none."""
    day = today or date.today()
    before = now = case(store, system, day)
    drafts: list[Draft] = []
    for step, actor, reason, payload in acts:
        whole = {**payload, "day": day.isoformat()}
        known = (before.last if seen is None else seen) if not drafts else None
        drafts.append(Draft(before.subject, step, actor, reason, whole, [], known))
        now = advance(now, drafts[-1], now.last + 1)
    store.write(drafts)
    return case(store, before.subject.removeprefix(SUBJECT), day)


def _entitled(approver: Identity, policy: Policy | None) -> None:
    methods = (policy or read_policy()).approvers
    if approver.method not in methods:
        message = _("{name} cannot approve: the policy wants a name known by {methods}")
        names = ", ".join(_(method.value) for method in methods)
        raise IllegalStepError(message.format(name=approver.name, methods=names))


def _let_pass(found: Case, today: date | None, calendar: Calendar | None) -> None:
    due = deadline(found, calendar or Calendar.shipped())
    if due is None:
        return
    if due.last is None:
        # Raises what the calendar lacks.
        (calendar or Calendar.shipped()).is_working(date(due.unknown_year or 0, 1, 1))
    elif (today or date.today()) <= due.last:
        raise IllegalStepError(
            _("the owner of {system} has until {last}").format(system=found.system, last=due.last)
        )


def _silent(found: Case, today: date | None, calendar: Calendar | None) -> None:
    if found.state is not State.owner_asked:
        raise IllegalStepError(
            _("{system} has no owner who was asked and is silent").format(system=found.system)
        )
    if not found.urged:
        raise IllegalStepError(_("the owner of {system} was not urged yet").format(system=found.system))
    _let_pass(found, today, calendar)
