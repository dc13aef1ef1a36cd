"""V6-401 to V6-403: allocations, duplicates, overlaps; all inside one routing table."""

from collections.abc import Iterator

import numpy as np

from inventory.finding import Flaw, Severity
from inventory.text import N_, _
from topology.addressing.notation import plain
from topology.addressing.numbers import Bools, Ints, last_words
from topology.addressing.rules.register import (
    ASSIGNMENT,
    CONTAINER,
    HOST,
    REGISTER,
    UNTYPED,
    Case,
    further,
    judged,
)

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")


@REGISTER.rule(
    "V6-401", N_("A prefix lies in a block the organisation holds"), Severity.error, basis="RFC 6177"
)
def held(case: Case) -> Iterator[Flaw | int]:
    """Prefixes of a version that the policy names allocations of, else that the plan has containers of.

    Private IPv4 and unique local space is free to all. What is outside every container is told once.
    """
    blocks = [(text, value) for text in case.policy.allocations if (value := plain(text)) is not None]
    named = np.isin(case.six, [value.version == 6 for _text, value in blocks])
    asked = ~case.within("fc00::/7", *PRIVATE)

    def make(entry: int) -> Flaw:
        message = _("{value} lies outside every block the organisation holds")
        advice = _("correct the prefix, or add the allocation to the policy")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice)

    outside = ~case.within(*(text for text, _value in blocks))
    yield from judged(asked & named, asked & named & outside, make)
    for version in (~case.six, case.six):
        yield from _uncontained(case, asked & ~named & version)


def _uncontained(case: Case, asked: Bools) -> Iterator[Flaw | int]:
    """Compare with the widest containers of the plan, whatever table they stand in."""
    holders = asked & (case.kind == CONTAINER) & (case.tree.parent < 0) & (case.length <= 64)
    if not holders.any():
        return
    yield int(np.count_nonzero(asked))
    outside = np.flatnonzero(asked & ~_covered(case, np.flatnonzero(holders)))
    if len(outside):
        message = _("{n} prefixes lie outside every container of the plan, first {value}")
        flaw = case.flaw(
            int(outside[0]),
            message.format(n=len(outside), value=case.text(int(outside[0]))),
            advice=_("name the blocks you hold as allocations in the policy: then each row outside is told"),
            evidence={"rows": [case.row(entry) for entry in outside[:100].tolist()]},
            identity=("containers",),
            severity=Severity.warning,
        )
        yield from further(flaw)


def _covered(case: Case, holders: Ints) -> Bools:
    """Tell which entries of the holders' version lie inside one of them; no holder is longer than /64."""
    first, last = case.first[0], last_words(case.first, case.length)[0]
    order = holders[np.argsort(first[holders], kind="stable")]
    reach = np.maximum.accumulate(last[order])
    place = np.searchsorted(first[order], first, "right") - 1
    covered: Bools = (place >= 0) & (last <= reach[place])
    return covered


@REGISTER.rule("V6-402", N_("A prefix stands once in a routing table"), Severity.error)
def duplicate(case: Case) -> Iterator[Flaw | int]:
    """All prefixes; anycast is no duplicate, nor a container that is assigned as a whole."""
    twin = case.tree.twin
    bad = (twin != np.arange(len(twin))) & ~case.role("anycast")
    bad &= ~((case.kind != case.kind[twin]) & ((case.kind == CONTAINER) | (case.kind[twin] == CONTAINER)))

    def make(entry: int) -> Flaw:
        first = int(twin[entry])
        ours, theirs = _holder(case, entry), _holder(case, first)
        message = _("{value} of {holder} stands already at {place}, there of {other}")
        if ours == theirs:
            message = _("{value} stands already at {place}")
        place = case.plan.place(case.row(first))
        return case.flaw(
            entry,
            message.format(value=case.text(entry), holder=ours or "?", other=theirs or "?", place=place),
            advice=_("ask who uses it; remove one row, or mark both as anycast"),
            evidence={"other": case.row(first)},
            identity=(ours, theirs),
            severity=None if ours != theirs else Severity.warning,
        )

    yield from judged(len(twin), bad, make)


def _holder(case: Case, entry: int) -> str:
    row = case.row(entry)
    return next(filter(None, (case.plan.get(name, row) for name in ("owner", "site"))), "")


def assigned_above(case: Case) -> Ints:
    """Return for every entry the narrowest assignment around it, or -1."""
    tree, kind = case.tree, case.kind
    assigned = np.flatnonzero(kind == ASSIGNMENT)
    stands = np.full(len(kind), -1, np.int64)
    stands[tree.twin[assigned[::-1]]] = assigned[::-1]
    above = tree.parent.copy()
    while (higher := (above >= 0) & (stands[above] < 0)).any():
        above[higher] = tree.parent[above[higher]]
    return np.where(above >= 0, stands[above], -1)


@REGISTER.rule(
    "V6-403", N_("Assignments do not overlap"), Severity.error, basis=N_("RFC 4632; typed prefixes of NIPAP")
)
def overlap(case: Case) -> Iterator[Flaw | int]:
    """Assignments and containers inside an assignment; rows without a type are told once a table."""
    above = assigned_above(case)
    asked = np.isin(case.kind, (ASSIGNMENT, CONTAINER))

    def make(entry: int) -> Flaw:
        outer = int(above[entry])
        message = _("{value} overlaps {other} at {place}: an assignment holds hosts only")
        message = message.format(
            value=case.text(entry), other=case.text(outer), place=case.plan.place(case.row(outer))
        )
        advice = _("make the outer row a container, or move the inner one out of it")
        evidence = {"other": case.row(outer)}
        return case.flaw(entry, message, advice=advice, evidence=evidence, identity=(case.text(outer),))

    yield from judged(asked, asked & (above >= 0), make)
    yield from _untyped(case)


def _untyped(case: Case) -> Iterator[Flaw | int]:
    parent = case.tree.parent
    inner = (parent >= 0) & (case.kind != HOST)
    open_ = inner & ((case.kind == UNTYPED) | (case.kind[parent] == UNTYPED))
    for group in np.unique(case.group[open_]).tolist():
        entries = np.flatnonzero(open_ & (case.group == group))
        first = int(entries[0])
        message = _("{n} prefixes lie inside others and at least one of the two has no type, first {value}")
        flaw = case.flaw(
            first,
            message.format(n=len(entries), value=case.text(first)),
            advice=_("state container, assignment or host, so that overlaps can be told"),
            identity=("untyped",),
            severity=Severity.info,
        )
        yield from further(flaw)
