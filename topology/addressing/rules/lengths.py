"""V6-301 to V6-310: how long a prefix should be for what it is."""

from collections.abc import Iterator

import numpy as np

from inventory.finding import Flaw, Severity
from inventory.text import N_, _
from topology.addressing.notation import Value
from topology.addressing.numbers import BARE
from topology.addressing.rules.register import ASSIGNMENT, CONTAINER, HOST, REGISTER, Case, further, judged

SUBNET = 64
_TOP = np.uint64(0xFFFF_FFFF_FFFF_FF80)


@REGISTER.rule(
    "V6-301",
    N_("A subnet of machines is a /64"),
    Severity.warning,
    basis="RFC 4291 section 2.5.1, RFC 7421",
)
def subnet(case: Case) -> Iterator[Flaw | int]:
    """IPv6 subnets of the role lan, or with stateless configuration."""
    slaac = case.says("slaac", "yes")
    asked = case.six & (case.role("lan") | slaac) & ~np.isin(case.kind, (CONTAINER, HOST))

    def make(entry: int) -> Flaw:
        message = _("{value}: a subnet of machines is a /64")
        if slaac[entry]:
            message = _("{value}: stateless configuration works in a /64 only")
        severity = Severity.error if slaac[entry] else None
        advice = _("give the subnet a /64 of its own")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice, severity=severity)

    yield from judged(asked, asked & (case.numbers.length != SUBNET), make)


@REGISTER.rule(
    "V6-302",
    N_("A line between routers is a /127"),
    Severity.warning,
    basis="RFC 6164 section 5, 6; RFC 9099 section 2.1.2; RFC 3021",
)
def line(case: Case) -> Iterator[Flaw | int]:
    """Prefixes of the role p2p; a /64 set aside for one /127 is well, and /30 or /31 in IPv4."""
    length, written = case.numbers.length, case.numbers.written
    asked = case.role("p2p") & (case.kind != CONTAINER) & (written != BARE)
    asked &= ~((case.kind == HOST) & (length == np.where(case.six, 128, 32)))
    around = np.zeros(len(asked), np.bool_)
    narrow = np.flatnonzero(case.six & (length == 127) & (case.tree.parent >= 0))
    around[case.tree.parent[narrow]] = True
    well = np.where(case.six, (length == 127) | ((length == SUBNET) & around), np.isin(length, (30, 31)))

    def make(entry: int) -> Flaw:
        six = case.six[entry]
        message = _("{value}: a line between two routers is a {length}").format(
            value=case.text(entry), length="/127" if six else "/31"
        )
        return case.flaw(entry, message, advice=_("longer blocks invite ping-pong and neighbour exhaustion"))

    yield from judged(asked, asked & ~well, make)


@REGISTER.rule(
    "V6-303", N_("A /127 keeps away from reserved addresses"), Severity.warning, basis="RFC 6164 section 6"
)
def edges(case: Case) -> Iterator[Flaw | int]:
    """IPv6 prefixes of 127 bits."""
    asked = case.six & (case.numbers.length == 127)
    low = case.numbers.network[1]

    def make(entry: int) -> Flaw:
        message = _("{value}: its last 64 bits are all zero, or among the highest 128 values")
        advice = _("take the next /127 of the same /64")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice)

    yield from judged(asked, asked & ((low == 0) | (low >= _TOP)), make)


@REGISTER.rule(
    "V6-306",
    N_("Loopbacks are single addresses out of one /64"),
    Severity.warning,
    basis="RFC 9099 section 2.1.3",
)
def loopback(case: Case) -> Iterator[Flaw | int]:
    """IPv6 rows of the role loopback."""
    asked = case.six & case.role("loopback") & (case.kind != CONTAINER)
    single = asked & (case.numbers.length == 128)

    def make(entry: int) -> Flaw:
        value = case.value(entry)
        alone = str(Value(value.version, value.address, value.bits))
        message = _("{value}: a loopback is one address, a /128").format(value=value)
        if case.kind[entry] == ASSIGNMENT or not case.numbers.host_bits[entry]:
            return case.flaw(entry, message, advice=_("write the address of the loopback with /128"))
        evidence = {"entry": str(value), "write": [alone]}
        return case.flaw(entry, message, fix=alone, evidence=evidence, identity=(str(value),))

    yield from judged(asked, asked & ~single, make)
    for group in np.unique(case.group[single]).tolist():
        yield from _scattered(case, np.flatnonzero(single & (case.group == group)))


def _scattered(case: Case, entries: np.ndarray) -> Iterator[Flaw | int]:
    blocks, first = np.unique(case.numbers.high[entries], return_index=True)
    if len(blocks) > 1:
        entry = int(entries[first[0]])
        message = _("{n} loopbacks of one routing table lie in {blocks} different /64, the first {value}")
        flaw = case.flaw(
            entry,
            message.format(n=len(entries), blocks=len(blocks), value=case.text(entry)),
            advice=_("gather them in one /64, so that one filter covers them"),
            identity=("scattered",),
            severity=Severity.info,
        )
        yield from further(flaw)


@REGISTER.rule(
    "V6-307",
    N_("A prefix ends on a hexadecimal digit"),
    Severity.warning,
    basis="RFC 6177 section 5, RIPE-690",
)
def nibble(case: Case) -> Iterator[Flaw | int]:
    """IPv6 prefixes up to /64; one that nothing of the plan surrounds may have come so."""
    asked = case.six & (case.kind != HOST) & (case.numbers.length <= SUBNET)

    def make(entry: int) -> Flaw:
        length = int(case.numbers.length[entry])
        message = _("{value}: /{length} does not end on a hexadecimal digit").format(
            value=case.text(entry), length=length
        )
        advice = _("plan with /{shorter} or /{longer}: text, filters and reverse DNS stay readable")
        advice = advice.format(shorter=length // 4 * 4, longer=length // 4 * 4 + 4)
        severity = Severity.info if case.tree.parent[entry] < 0 else None
        return case.flaw(entry, message, advice=advice, severity=severity)

    yield from judged(asked, asked & (case.numbers.length % 4 > 0), make)


@REGISTER.rule(
    "V6-308",
    N_("A site has more than one subnet"),
    Severity.warning,
    basis="RFC 6177 section 5, RIPE-690 section 4.2",
)
def site_block(case: Case) -> Iterator[Flaw | int]:
    """Sites with IPv6 prefixes for machines."""
    codes, words = case.plan.codes("site")
    site = codes[case.numbers.row]
    asked = case.six & (site > 0) & (case.kind != HOST) & ~case.role("p2p", "loopback", "anycast")
    widest = np.full(len(words), 129)
    np.minimum.at(widest, site[asked], case.numbers.length[asked])
    narrow = (widest >= SUBNET) & (widest < 129)

    def make(number: int) -> Flaw:
        entry = int(np.flatnonzero(asked & (site == number))[0])
        message = _("{site} has nothing wider than {value}: no second subnet fits")
        message = message.format(site=words[number], value=case.text(entry))
        return case.flaw(entry, message, advice=_("give the site a /56 or /48"), identity=(words[number],))

    yield from judged(int((widest < 129).sum()), narrow, make)


@REGISTER.rule(
    "V6-309", N_("Lengths from 65 to 126 are used on purpose"), Severity.info, basis="RFC 7608, RFC 7421"
)
def between(case: Case) -> Iterator[Flaw | int]:
    """IPv6 prefixes that are no hosts and no translator's."""
    length = case.numbers.length
    asked = case.six & (case.kind != HOST) & ~case.role("nat64") & ~case.within("64:ff9b::/96")

    def make(entry: int) -> Flaw:
        message = _("{value}: it can be routed, but machines cannot configure themselves in it")
        advice = _("take a /64 for machines, a /127 for a line")
        return case.flaw(entry, message.format(value=case.text(entry)), advice=advice)

    yield from judged(asked, asked & (length > SUBNET) & (length < 127), make)
