"""V6-205 to V6-208: unique local space and how people use it."""

from collections.abc import Iterator

import numpy as np

from inventory.finding import Flaw, Severity
from inventory.text import N_, _
from topology.addressing.numbers import Bools, Ints
from topology.addressing.rules.register import HOST, REGISTER, Case, judged

SITE_BLOCK = 48
"""Length of the block that one global id makes (RFC 4193 section 3.1)."""
WORDS = ("dead", "beef", "cafe", "babe", "face", "feed", "c0de", "f00d", "1234", "abcd", "0000", "8888")
FEWEST_DIGITS = 5
"""Fewer different digits among ten look chosen: chance gives that once in about 600."""


def _local(case: Case) -> Bools:
    return case.within("fd00::/8")


@REGISTER.rule(
    "V6-205",
    N_("The global id of unique local space is random"),
    Severity.warning,
    basis="RFC 4193 section 3.2, RFC 9099 section 2.1.1",
)
def random_id(case: Case) -> Iterator[Flaw | int]:
    """Global ids in use, each once."""
    inside = np.flatnonzero(_local(case) & (case.numbers.length >= SITE_BLOCK))
    ids = (case.numbers.high[inside] >> np.uint64(16)) & np.uint64((1 << 40) - 1)
    distinct, first, counts = np.unique(ids, return_index=True, return_counts=True)
    made = np.array([_chosen(f"{int(number):010x}") for number in distinct], np.bool_)

    def make(index: int) -> Flaw:
        entry, digits = int(inside[first[index]]), f"{int(distinct[index]):010x}"
        message = _("{value}: the global id {id} looks chosen by hand, not drawn at random")
        return case.flaw(
            entry,
            message.format(value=case.text(entry), id=digits),
            advice=_("draw a new id before the plan is built; clashes show when networks are joined"),
            evidence={"prefixes": int(counts[index])},
            identity=(digits,),
        )

    yield from judged(len(distinct), made, make)


def _chosen(digits: str) -> bool:
    return (
        len(set(digits)) < FEWEST_DIGITS
        or any(word in digits for word in WORDS)
        or not any(digit in "abcdef" for digit in digits)
    )


@REGISTER.rule(
    "V6-206", N_("A site's unique local block is a /48"), Severity.warning, basis="RFC 4193 section 3.1"
)
def local_block(case: Case) -> Iterator[Flaw | int]:
    """The widest unique local prefixes: nothing of the plan lies around them."""
    asked = _local(case) & (case.tree.parent < 0) & (case.kind != HOST)

    def make(entry: int) -> Flaw:
        wide = case.numbers.length[entry] < SITE_BLOCK
        message = _("{value}: one global id makes a /48, no wider and no narrower block")
        advice = (
            _("draw one random global id a /48; a wider block takes ids that others may draw")
            if wide
            else _("enter the /48 that it was cut from as a container")
        )
        severity = Severity.error if wide else None
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice, severity=severity)

    yield from judged(asked, asked & (case.numbers.length != SITE_BLOCK), make)


@REGISTER.rule(
    "V6-207", N_("No unique local address faces the Internet"), Severity.error, basis="RFC 4193 section 4.4"
)
def local_public(case: Case) -> Iterator[Flaw | int]:
    """Unique local prefixes."""
    local = _local(case)

    def make(entry: int) -> Flaw:
        message = _("{value} is unique local space on a side that faces the Internet")
        advice = _("use global space there; keep such addresses out of public DNS")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice)

    yield from judged(local, local & exposed(case), make)


def exposed(case: Case) -> Bools:
    """Tell which entries stand in the Internet zone or serve the public."""
    return case.says("zone", "internet") | case.says("public", "yes")


@REGISTER.rule(
    "V6-208",
    N_("Unique local space beside IPv4 is known to stay idle"),
    Severity.warning,
    basis="RFC 6724 section 2.1",
)
def unused(case: Case) -> Iterator[Flaw | int]:
    """Sites with unique local space."""
    codes, words = case.plan.codes("site")
    site = codes[case.numbers.row]
    local, six = _local(case), case.six

    def having(mask: Bools) -> Ints:
        return np.bincount(site[mask], minlength=len(words))

    both = (having(local) > 0) & (having(~six) > 0) & (having(six & ~local) == 0)
    both[0] = False
    asked = np.count_nonzero(having(local)[1:])

    def make(number: int) -> Flaw:
        entry = int(np.flatnonzero(local & (site == number))[0])
        message = _("{site} has IPv4 and only {value}, unique local: machines prefer IPv4, IPv6 stays unused")
        advice = _("give the site global IPv6, or change the policy table of its machines")
        message = message.format(site=words[number], value=case.text(entry))
        return case.flaw(entry, message, advice=advice, identity=(words[number],))

    yield from judged(int(asked), both, make)
