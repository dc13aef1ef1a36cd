"""V6-1xx: what stands in the cell, before anything is judged by its meaning."""

from collections.abc import Iterator

import numpy as np

from inventory.finding import Flaw, Severity
from inventory.text import N_, _
from topology.addressing.rules.register import ASSIGNMENT, CONTAINER, HOST, REGISTER, Case, judged

COMPATIBLE, MAPPED, TRANSLATED = "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96"


def _doubted(case: Case, rule: str) -> Iterator[Flaw | int]:
    """Tell every doubt that a spelling raised under one rule."""
    numbers = case.numbers
    rows = np.array([row for row, doubt in numbers.doubts.items() if doubt.rule == rule], np.int64)
    yield from judged(len(case.plan), rows, lambda row: _doubt(case, row))


def _doubt(case: Case, row: int) -> Flaw:
    doubt, written = case.numbers.doubts[row], case.plan.texts[row]
    evidence = {"row": row, "value": written} | ({"write": list(doubt.fix)} if doubt.fix else {})
    named = doubt.fix[0] if len(doubt.fix) == 1 else written.strip()
    return Flaw(
        case.named(row, named),
        doubt.message,
        fix="; ".join(doubt.fix),
        advice=doubt.advice,
        evidence=evidence,
        identity=(written,),
        source=case.plan.place(row),
    )


@REGISTER.rule(
    "V6-101",
    N_("A prefix is an address or a prefix"),
    Severity.error,
    basis="RFC 4291 section 2.2, 2.3",
)
def readable(case: Case) -> Iterator[Flaw | int]:
    """Cells that cannot be read at all."""
    yield from _doubted(case, "V6-101")


@REGISTER.rule("V6-102", N_("A network has no host bits"), Severity.error, basis="RFC 4291 section 2.3")
def host_bits(case: Case) -> Iterator[Flaw | int]:
    """Prefixes; hosts may name the subnet they stand in."""
    asked = case.kind != HOST

    def make(entry: int) -> Flaw:
        value, network = case.value(entry), case.numbers.text(entry)
        typed = case.kind[entry] in (CONTAINER, ASSIGNMENT)
        message = _("{value} has host bits; the network is {network}")
        advice = _("write {network} for the network, or mark the row as a host")
        return case.flaw(
            entry,
            message.format(value=value, network=network),
            fix=network if typed else "",
            advice="" if typed else advice.format(network=network),
            evidence={"entry": str(value), "write": [network]} if typed else {},
            identity=(str(value),),
        )

    yield from judged(asked, asked & case.numbers.host_bits, make)


@REGISTER.rule(
    "V6-103",
    N_("A prefix is spelled canonically"),
    Severity.info,
    basis="RFC 5952 section 4.1, 4.2.1, 4.2.2, 4.2.3, 4.3",
)
def spelled(case: Case) -> Iterator[Flaw | int]:
    """Leading zeros, the use of '::', capitals."""
    yield from _doubted(case, "V6-103")


@REGISTER.rule(
    "V6-104",
    N_("An IPv4 address inside an IPv6 address only in known blocks"),
    Severity.info,
    basis="RFC 5952 section 5",
)
def mixed(case: Case) -> Iterator[Flaw | int]:
    """Mixed notation."""
    yield from _doubted(case, "V6-104")


@REGISTER.rule("V6-105", N_("A prefix length is a plain number"), Severity.error)
def lengths(case: Case) -> Iterator[Flaw | int]:
    """Lengths that a library would take and a person would not write on purpose."""
    yield from _doubted(case, "V6-105")


@REGISTER.rule("V6-106", N_("A cell holds one prefix as text"), Severity.error)
def damaged(case: Case) -> Iterator[Flaw | int]:
    """What spreadsheets and keyboards do to prefixes."""
    yield from _doubted(case, "V6-106")


@REGISTER.rule("V6-107", N_("No zone of a single machine"), Severity.error, basis="RFC 4007 section 11")
def zoned(case: Case) -> Iterator[Flaw | int]:
    """Addresses with a percent sign."""
    yield from _doubted(case, "V6-107")


@REGISTER.rule(
    "V6-108",
    N_("No notation of an IPv4 host as IPv6 prefix"),
    Severity.error,
    basis="RFC 4291 section 2.5.5, RFC 2765 section 2.1",
)
def notation(case: Case) -> Iterator[Flaw | int]:
    """IPv4-mapped, IPv4-compatible and IPv4-translated blocks."""
    bad = case.within(COMPATIBLE, MAPPED, TRANSLATED) & ~case.within("::/128", "::1/128")

    def make(entry: int) -> Flaw:
        value = case.value(entry)
        four = ".".join(str(part) for part in (value.address & 0xFFFF_FFFF).to_bytes(4, "big"))
        message = _("{value} is a notation for the IPv4 host {four}, not an IPv6 assignment")
        advice = _("enter the IPv4 prefix {four}/{length}").format(
            four=four, length=max(0, value.extent - 96)
        )
        return case.flaw(entry, message.format(value=value, four=four), advice=advice)

    yield from judged(case.six, bad, make)
