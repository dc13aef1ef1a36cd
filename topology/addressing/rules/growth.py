"""V6-407 to V6-409: room to grow, blocks that fill up, blocks that nobody lives in."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from inventory.finding import Flaw, Severity
from inventory.text import N_, _
from topology.addressing.numbers import Bools, Ints
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
from topology.addressing.usage import handed_out, hd_ratio

SCALE = 10_000
ROOM = 48
"""Containers up to this length are measured: a /56 in them is a site."""


@REGISTER.rule(
    "V6-407", N_("Neighbouring blocks are kept free while there is room"), Severity.info, basis="RFC 3531"
)
def crowded(case: Case) -> Iterator[Flaw | int]:
    """IPv6 containers with blocks of one length in them, unless the profile packs them."""
    if case.profile is not None and case.profile.order == "dense":
        return
    parent, taken, buddies = _blocks(case)
    yield len(parent)
    tight = parent[(taken <= case.policy.limits.crowded_share / SCALE) & (buddies > 0)]
    if len(tight):
        message = _("{n} blocks are filled side by side though half of them is free, first {value}")
        flaw = case.flaw(
            int(tight[0]),
            message.format(n=len(tight), value=case.text(int(tight[0]))),
            advice=_("hand out the next blocks far apart, so that each can double in place"),
            evidence={"blocks": [case.text(int(entry)) for entry in tight[:100]]},
        )
        yield from further(flaw)


def _blocks(case: Case) -> tuple[Ints, Ints, Ints]:
    """Return containers, the share of slots taken, and how many blocks have a taken neighbour."""
    tree, length = case.tree, case.numbers.length
    inner, starts = tree.children()
    inner = inner[case.six[inner] & (case.kind[inner] != HOST) & (case.kind[tree.parent[inner]] == CONTAINER)]
    starts = np.flatnonzero(np.diff(tree.parent[inner], prepend=-1))
    if not len(starts):
        return inner, inner, inner
    holders = tree.parent[inner[starts]]
    widest = np.minimum.reduceat(length[inner], starts)
    narrowest = np.maximum.reduceat(length[inner], starts)
    counts = np.diff(np.append(starts, len(inner)))
    buddies = np.add.reduceat(_paired(case, inner).astype(np.int64), starts)
    even = (widest == narrowest) & (counts > 1) & (widest <= 64)
    share = counts / 2.0 ** (widest - length[holders])
    return holders[even], share[even], buddies[even]


def _paired(case: Case, inner: Ints) -> Bools:
    """Tell which blocks stand right behind the block they would grow into."""
    high, _low = case.numbers.network
    place = case.tree.order
    rank = np.empty(len(place), np.int64)
    rank[place] = np.arange(len(place))
    order = inner[np.argsort(rank[inner])]
    bit = np.uint64(1) << (64 - np.minimum(case.numbers.length[order], 64)).astype(np.uint64)
    before, after = order[:-1], order[1:]
    joint = (case.tree.parent[before] == case.tree.parent[after]) & (high[before] ^ high[after] == bit[1:])
    found = np.zeros(len(place), np.bool_)
    found[after] = joint & (case.numbers.length[before] == case.numbers.length[after])
    result: Bools = found[inner]
    return result


@REGISTER.rule(
    "V6-408",
    N_("A block is not full"),
    Severity.info,
    basis=N_("RFC 3194; 0.94 is what CNNIC asks for before it grants more"),
)
def full(case: Case) -> Iterator[Flaw | int]:
    """IPv6 containers of /48 and wider, in /56."""
    unit, length = 56, case.numbers.length
    holders = case.six & (case.kind == CONTAINER) & (length <= ROOM)
    used = handed_out(case.numbers, case.tree, case.kind == CONTAINER, case.six & (case.kind != HOST))[unit]
    limit = case.policy.limits.hd_ratio / SCALE
    ratios = {e: hd_ratio(used[e], 2.0 ** (unit - int(length[e]))) for e in np.flatnonzero(holders).tolist()}
    wrong = [entry for entry, ratio in ratios.items() if ratio is not None and ratio >= limit]

    def make(entry: int) -> Flaw:
        ratio, count = ratios[entry] or 0.0, int(used[entry])
        message = _("{value} is nearly full: {used} of {all} /56 are handed out, HD-ratio {ratio}")
        return case.flaw(
            entry,
            message.format(
                value=case.text(entry), used=count, all=2 ** (unit - int(length[entry])), ratio=f"{ratio:.3f}"
            ),
            advice=_("ask for more space in time"),
            evidence={"used_56": count, "hd_ratio": round(ratio, 4)},
        )

    yield from judged(holders, np.array(wrong, np.int64), make)


@REGISTER.rule("V6-409", N_("An assignment is in use"), Severity.info)
def idle(case: Case) -> Iterator[Flaw | int]:
    """Assignments with a day they were made; never seen is told, not taken for unused."""
    since, seen = _days(case, "since"), _days(case, "last_seen")
    asked = np.isin(case.kind, (ASSIGNMENT, UNTYPED)) & (since > 0)
    oldest = case.today.toordinal() - case.policy.limits.idle_months * 30
    lived = np.zeros(len(asked), np.bool_)
    lived[case.tree.parent[case.tree.parent >= 0]] = True
    bad = asked & (since < oldest) & (seen < oldest) & ~case.stated("site") & ~lived

    def make(entry: int) -> Flaw:
        row = case.row(entry)
        last = case.plan.get("last_seen", row) or _("never")
        message = _("{value}: assigned on {since}, without site and address, last seen: {seen}")
        message = message.format(value=case.text(entry), since=case.plan.get("since", row), seen=last)
        return case.flaw(entry, message, advice=_("ask its owner; take it back only with a yes in writing"))

    yield from judged(asked, bad, make)


def _days(case: Case, field: str) -> Ints:
    """Return the day of each entry as an ordinal; 0 where there is none that can be read."""
    codes, words = case.plan.codes(field)
    return np.array([_ordinal(word) for word in words], np.int64)[codes][case.numbers.row]


def _ordinal(text: str) -> int:
    try:
        return date.fromisoformat(text.replace("/", "-")[:10]).toordinal()
    except ValueError:
        return 0
