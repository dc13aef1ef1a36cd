"""V6-304, V6-305, V6-311, V6-312: single IPv6 addresses and their interface ids."""

from collections.abc import Iterator

import numpy as np

from inventory.finding import Flaw, Severity
from inventory.text import N_, _
from topology.addressing.numbers import BARE, Bools
from topology.addressing.registries import INTERFACES, registry
from topology.addressing.rules.local import exposed
from topology.addressing.rules.register import CONTAINER, HOST, REGISTER, Case, judged

WORDS = ("dead", "beef", "cafe", "babe", "face", "feed", "c0de", "f00d")


def _hosts(case: Case) -> Bools:
    hosts: Bools = case.six & (case.kind == HOST)
    return hosts


@REGISTER.rule(
    "V6-304",
    N_("No machine has the anycast address of the routers"),
    Severity.error,
    basis="RFC 4291 section 2.6.1",
)
def router_anycast(case: Case) -> Iterator[Flaw | int]:
    """IPv6 hosts whose subnet is known: written behind the slash, or the row around them."""
    length, written = case.numbers.length, case.numbers.written
    hosts = _hosts(case) & ~case.role("anycast", "loopback")
    named = hosts & (written != BARE) & (length < 127)
    parent = case.tree.parent
    around = hosts & ~named & (parent >= 0) & (case.kind[parent] != CONTAINER) & (length[parent] < 127)
    first = (case.numbers.network[0][parent] == case.numbers.high) & (
        case.numbers.network[1][parent] == case.numbers.low
    )

    def make(entry: int) -> Flaw:
        message = _("{value} is the first address of its subnet, which all routers answer to")
        return case.flaw(
            entry, message.format(value=case.text(entry)), advice=_("give the machine another address")
        )

    yield from judged(named | around, (named & ~case.numbers.host_bits) | (around & first), make)


@REGISTER.rule(
    "V6-305",
    N_("No reserved interface id"),
    Severity.error,
    basis=N_("IANA reserved IPv6 interface identifiers (RFC 5453, 2526, 6543)"),
)
def reserved_id(case: Case) -> Iterator[Flaw | int]:
    """IPv6 hosts; the id of all zeros is asked about by the rule before."""
    hosts, low = _hosts(case) & ~case.role("anycast"), case.numbers.low
    spans = [(_id(row.first), _id(row.last), row.name) for row in registry(INTERFACES).rows]
    spans = [span for span in spans if span[1]]
    bad = np.zeros(len(low), np.bool_)
    for start, end, _name in spans:
        bad |= (low >= np.uint64(start)) & (low <= np.uint64(end))

    def make(entry: int) -> Flaw:
        name = next(name for start, end, name in spans if start <= int(low[entry]) <= end)
        message = _("{value}: its interface id is reserved ({name})").format(
            value=case.text(entry), name=name
        )
        return case.flaw(entry, message, advice=_("give the machine another address"))

    yield from judged(hosts, hosts & bad, make)


def _id(text: str) -> int:
    return int(text.replace(":", ""), 16)


@REGISTER.rule(
    "V6-311",
    N_("No server's address shows its network card"),
    Severity.info,
    basis="RFC 8064, RFC 9099 section 2.1.5",
)
def network_card(case: Case) -> Iterator[Flaw | int]:
    """IPv6 hosts."""
    hosts = _hosts(case)
    middle = (case.numbers.low >> np.uint64(24)) & np.uint64(0xFFFF)

    def make(entry: int) -> Flaw:
        message = _("{value} is made of a hardware address: it tells the maker and follows the card")
        advice = _("give servers chosen addresses, or stable ones of RFC 7217")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice)

    yield from judged(hosts, hosts & (middle == 0xFFFE), make)


@REGISTER.rule(
    "V6-312",
    N_("No exposed machine has an address that is guessed first"),
    Severity.info,
    basis="RFC 7707, RFC 9099 section 2.1.4",
)
def guessable(case: Case) -> Iterator[Flaw | int]:
    """IPv6 hosts that face the Internet."""
    hosts = _hosts(case) & exposed(case)
    wrong = [entry for entry in np.flatnonzero(hosts).tolist() if _guessed(int(case.numbers.low[entry]))]

    def make(entry: int) -> Flaw:
        message = _("{value}: its interface id is among those that scanners try first")
        advice = _("weigh it: easy to remember, easy to find")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice)

    yield from judged(hosts, np.array(wrong, np.int64), make)


def _guessed(low: int) -> bool:
    """Low numbers, an IPv4 address in hexadecimal or in decimal groups, words."""
    digits = f"{low:016x}"
    groups = [digits[n : n + 4] for n in range(0, 16, 4)]
    decimal = all(group.isdigit() and int(group) < 256 for group in groups)
    return low < 1 << 32 or decimal or any(word in digits for word in WORDS)
