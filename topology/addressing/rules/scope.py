"""V6-2xx: what kind of space a prefix lies in, by the longest match in the dated registries."""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from inventory.finding import Flaw, Severity
from inventory.text import N_, _
from topology.addressing.numbers import Bools
from topology.addressing.registries import SPACE6, UNICAST6, Match, registry, special
from topology.addressing.rules.register import REGISTER, Case, judged
from topology.addressing.rules.texts import COMPATIBLE, MAPPED, TRANSLATED

DOCUMENTATION = "Documentation"
PROTOCOL = ("100::/64", "100:0:0:1::/64", "2001:2::/48", "2001:10::/28", "2001:20::/28", "2001::/23")
LONGEST_SHARE = 23
"""Longest block that IANA gives to a regional registry."""
OWN_RULE = ("fec0::/10", "fc00::/7", "fe80::/10", "ff00::/8")
"""Blocks of the address space that have a rule of their own."""


def _rows(case: Case, wanted: Callable[[Match], bool]) -> Bools:
    """Tell which IPv6 entries are held by a registry row of some sort."""
    return np.array([*map(wanted, special(6).rows), False])[case.registered]


def _said(case: Case, entry: int, sentence: str, advice: str) -> Flaw:
    """Return a flaw whose sentence names the registry row that decided."""
    match = case.match(entry)
    message = sentence.format(
        value=case.text(entry), block=match.row.block, name=match.row.name, basis=match.row.basis
    )
    source = registry(match.registry)
    evidence = {"registry": source.name, "dated": source.dated, "block": match.row.block}
    return case.flaw(entry, message, advice=advice, evidence=evidence)


@REGISTER.rule(
    "V6-201",
    N_("An IPv6 prefix is global unicast or unique local"),
    Severity.error,
    basis=N_("RFC 4291 section 2.4; IANA IPv6 address space"),
)
def unicast(case: Case) -> Iterator[Flaw | int]:
    """IPv6 prefixes outside 2000::/3 and fd00::/8 that no other rule names."""
    space = _rows(case, lambda m: m.registry == SPACE6 and m.row.block not in (*OWN_RULE, "2000::/3"))
    bad = (space | case.within("::/128", "::1/128")) & ~case.within(COMPATIBLE, MAPPED, TRANSLATED)
    bad |= case.within("::/128", "::1/128")
    unmatched = case.six & (case.registered < 0)

    def make(entry: int) -> Flaw:
        advice = _("take a block your carrier or the registry gave you, or one inside fd00::/8")
        if case.registered[entry] < 0:
            message = _("{value} is wider than any block of the address space")
            return case.flaw(entry, message.format(value=case.text(entry)), advice=advice)
        return _said(case, entry, _("{value} lies in {block}: {name}, not usable for networks"), advice)

    yield from judged(case.six, bad | unmatched, make)


@REGISTER.rule(
    "V6-202",
    N_("IANA has allocated the block that a prefix is from"),
    Severity.error,
    basis=N_("IANA IPv6 global unicast address assignments"),
)
def allocated(case: Case) -> Iterator[Flaw | int]:
    """Prefixes inside 2000::/3."""
    asked = case.within("2000::/3")
    held = _rows(case, lambda m: m.row.status == "reserved" or m.row.block == "2000::/3")
    for entry in np.flatnonzero(held & (case.length < LONGEST_SHARE)).tolist():
        held[entry] = not _holds_allocated(case, entry)

    def make(entry: int) -> Flaw:
        advice = _("compare with the letter of your carrier or registry; a digit may be wrong")
        return _said(case, entry, _("{value}: IANA has not allocated this space ({block})"), advice)

    yield from judged(asked, held, make)


def _holds_allocated(case: Case, entry: int) -> bool:
    value = case.value(entry)
    rest = value.bits - value.extent
    return any(
        m.row.status == "allocated" and m.value.address >> rest == value.network >> rest
        for m in special(6).rows
        if m.registry == UNICAST6 and m.value.extent >= value.extent
    )


@REGISTER.rule(
    "V6-203",
    N_("Documentation blocks are for documents only"),
    Severity.error,
    basis="RFC 3849, RFC 9637 section 4, RFC 5737",
)
def documentation(case: Case) -> Iterator[Flaw | int]:
    """All prefixes; of a plan or of rows in the state ``example`` one finding tells."""
    four = np.array([*(DOCUMENTATION in m.row.name for m in special(4).rows), False])[case.registered4]
    bad = _rows(case, lambda m: DOCUMENTATION in m.row.name) | four
    example = case.says("state", "example") | (case.policy.state == "example")

    def make(entry: int) -> Flaw:
        message = _("{value} is from a block reserved for documentation; it must not carry traffic")
        advice = _("replace it by real space, or set the state of the plan to example")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice)

    yield from judged(len(bad) - int((bad & example).sum()), bad & ~example, make)
    yield from _examples(case, np.flatnonzero(bad & example))


def _examples(case: Case, entries: np.ndarray) -> Iterator[Flaw | int]:
    if not len(entries):
        return
    counts = Counter(_block(case, entry) for entry in entries.tolist())
    yield len(entries) - 1
    first = int(entries[0])
    told = ", ".join(f"{block} ({count})" for block, count in counts.items())
    message = _("{n} prefixes of this example are from blocks reserved for documentation: {blocks}")
    yield Flaw(
        "blocks/documentation",
        message.format(n=len(entries), blocks=told),
        advice=_("take real space before anything is built"),
        evidence={"first": case.text(first), "count": len(entries), "blocks": dict(counts)},
        severity=Severity.warning,
        source=case.plan.place(case.row(first)),
    )


def _block(case: Case, entry: int) -> str:
    rows = case.registered if case.six[entry] else case.registered4
    return special(6 if case.six[entry] else 4).rows[int(rows[entry])].row.block


@REGISTER.rule(
    "V6-204", N_("Unique local space begins with fd"), Severity.error, basis="RFC 4193 section 3.1, 3.2"
)
def undefined_local(case: Case) -> Iterator[Flaw | int]:
    """Prefixes in fc00::/7."""
    local = _rows(case, lambda m: m.row.block == "fc00::/7")

    def make(entry: int) -> Flaw:
        message = _("{value}: fc00::/8 is undefined, only fd00::/8 may be used")
        advice = _("draw a random global id and take a /48 inside fd00::/8")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice)

    yield from judged(local, local & ~case.within("fd00::/8"), make)


@REGISTER.rule(
    "V6-209", N_("No link-local address in a plan"), Severity.error, basis="RFC 4291 section 2.5.6"
)
def link_local(case: Case) -> Iterator[Flaw | int]:
    """IPv6 prefixes in fe80::/10."""
    proper = case.within("fe80::/64")

    def make(entry: int) -> Flaw:
        message = _("{value} is link-local: it is valid on one link only and never routed")
        if not proper[entry]:
            message = _("{value} is link-local, and outside fe80::/64 where such addresses must lie")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=_("remove the row"))

    yield from judged(case.six, case.within("fe80::/10"), make)


@REGISTER.rule("V6-210", N_("No site-local address"), Severity.error, basis="RFC 3879 section 4")
def site_local(case: Case) -> Iterator[Flaw | int]:
    """IPv6 prefixes in fec0::/10."""

    def make(entry: int) -> Flaw:
        message = _("{value} is site-local, a kind of address withdrawn in 2004")
        advice = _("renumber to a /48 inside fd00::/8 or to global space")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice)

    yield from judged(case.six, case.within("fec0::/10"), make)


@REGISTER.rule("V6-211", N_("No multicast prefix"), Severity.error, basis="RFC 4291 section 2.7")
def multicast(case: Case) -> Iterator[Flaw | int]:
    """IPv6 prefixes in ff00::/8."""

    def make(entry: int) -> Flaw:
        message = _("{value} is multicast: no network or machine can have it")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=_("remove the row"))

    yield from judged(case.six, case.within("ff00::/8"), make)


@REGISTER.rule(
    "V6-216",
    N_("No block reserved for protocols, tests or discarding"),
    Severity.error,
    basis="RFC 6666 section 4, RFC 9780 section 7.1, RFC 5180, RFC 4843, RFC 7343, RFC 2928",
)
def protocol(case: Case) -> Iterator[Flaw | int]:
    """IPv6 prefixes held by such a registry row."""

    def make(entry: int) -> Flaw:
        return _said(
            case,
            entry,
            _("{value} is reserved: {name} ({block}, {basis})"),
            _("take space that was given to you"),
        )

    yield from judged(case.six, _rows(case, lambda m: m.row.block in PROTOCOL), make)


@REGISTER.rule("V6-217", N_("SRv6 SID space only for locators"), Severity.warning, basis="RFC 9602 section 5")
def segment_ids(case: Case) -> Iterator[Flaw | int]:
    """IPv6 prefixes in 5f00::/16 whose role is not ``srv6-locator``."""
    asked = case.within("5f00::/16")

    def make(entry: int) -> Flaw:
        message = _("{value} is SRv6 SID space, valid inside one SR domain only")
        advice = _("set the role srv6-locator if it is one; never publish it in DNS")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice)

    yield from judged(asked, asked & ~case.role("srv6-locator"), make)
