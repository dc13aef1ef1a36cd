"""Verdicts into cases: every audit is kept by digest and noted in the journal once."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from inventory.audit.cases.fold import IllegalStepError, advance, blank, fold
from inventory.audit.cases.policy import Policy, read_policy
from inventory.audit.cases.records import SUBJECT, Case, Step
from inventory.errors import UsageError
from inventory.store import Draft, Identity, StaleError, Store
from inventory.text import N_, _

AUDITS = "audits/"
"""What the journal's subjects of audits begin with."""
VERDICT, AUDIT = "verdict", "audit"
"""Kinds of the documents that are stored."""
_JUDGE = N_("judge")
_TRIES = 5

Flags = Mapping[str, Collection[str]]
"""Rule pack to the systems it flags."""


def observe(
    store: Store,
    audit: Mapping[str, Any],
    actor: Identity,
    *,
    city: str = "",
    flags: Flags | None = None,
    policy: Policy | None = None,
    today: date | None = None,
) -> tuple[Case, ...]:
    """Note an audit: store its verdicts, open cases for zombies, carry every open case on.

    To note the same audit again changes nothing. A verdict older than the last one a case
    knows is stored but moves no case; another verdict for the same day, from telemetry that
    came in late, does.

    Args:
        store: the store.
        audit: the audit's document: ``as_of`` and ``verdicts``, each with at least
            ``system``, ``kind``, ``as_of``.
        actor: who had the audit made.
        city: id of the city, where the document's ``city`` does not say it.
        flags: which rule pack flags which systems, for the packs' realised precision.
        policy: the city's policy; the shipped one unless given.
        today: day to fold to; today unless given.

    Returns:
        every case of the city.

    Raises:
        UsageError: the document is no audit.
    """
    rules, city = policy or read_policy(), city or str(audit.get("city") or "")
    verdicts = _verdicts(audit)
    digests = dict(zip(verdicts, store.put_all(VERDICT, verdicts.values()), strict=True))
    whole = store.put(AUDIT, {**audit, "verdicts": list(digests.values())})
    for attempt in range(_TRIES):
        known = {case.subject: case for case in fold(store.journal(_subject(city)), date.min)}
        drafts = [_noted(audit, city, whole, verdicts, actor)] if _unseen(store, city, whole) else []
        drafts += _drafts(known, verdicts, digests, _subject(city), actor, rules, flags or {})
        try:
            store.write(drafts)
            break
        except StaleError:
            if attempt + 1 == _TRIES:
                raise
    found = fold(store.journal(_subject(city)), today or date.today())
    return tuple(case for case in found if case.city == city)


def recall(store: Store, digest: str) -> dict[str, Any]:
    """Return a stored audit with its verdicts.

    Raises:
        StoreError: it, or one of its verdicts, is missing or was changed.
    """
    audit = store.get(AUDIT, digest)
    return audit | {"verdicts": [store.get(VERDICT, verdict) for verdict in audit["verdicts"]]}


def _subject(city: str) -> str:
    return f"{SUBJECT}{city}/" if city else SUBJECT


def _verdicts(audit: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    rows = audit.get("verdicts")
    if not isinstance(rows, list | tuple) or "as_of" not in audit:
        raise UsageError(_("this is no audit: it has no verdicts or no as_of"))
    for row in rows:
        if not isinstance(row, Mapping) or {"system", "kind", "as_of"} - row.keys():
            raise UsageError(_("this is no audit: every verdict needs system, kind and as_of"))
    return {str(row["system"]): row for row in rows}


def _unseen(store: Store, city: str, digest: str) -> bool:
    return not any(digest in entry.documents for entry in store.journal(AUDITS + city))


def _noted(
    audit: Mapping[str, Any],
    city: str,
    digest: str,
    verdicts: Mapping[str, Mapping[str, Any]],
    actor: Identity,
) -> Draft:
    counts = Counter(str(verdict["kind"]) for verdict in verdicts.values())
    payload = {"as_of": str(audit["as_of"]), "kinds": dict(sorted(counts.items()))}
    return Draft(AUDITS + city, _JUDGE, actor, payload=payload, documents=[digest])


def _drafts(
    known: Mapping[str, Case],
    verdicts: Mapping[str, Mapping[str, Any]],
    digests: Mapping[str, str],
    prefix: str,
    actor: Identity,
    rules: Policy,
    flags: Flags,
) -> Iterator[Draft]:
    repeat = {"times": rules.candidate.times, "apart_days": rules.candidate.apart_days}
    for system, verdict in verdicts.items():
        case = known.get(prefix + system) or blank(prefix + system)
        if not case.last and verdict["kind"] != "zombie":
            continue
        flagged = sorted(name for name, systems in flags.items() if system in systems)
        told = {"kind": verdict["kind"], "as_of": str(verdict["as_of"]), "verdict": digests[system]}
        payload = told | repeat | {"flags": flagged}
        draft = Draft(case.subject, Step.observe, actor, "", payload, [digests[system]], seen=case.last)
        try:
            advance(case, draft, case.last + 1)
        except IllegalStepError:
            continue
        yield draft
