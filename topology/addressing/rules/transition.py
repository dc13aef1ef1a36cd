"""V6-212 to V6-215, V6-218, V6-219: transition space, old tables, other carriers' space."""

from collections.abc import Iterator

import numpy as np

from inventory.finding import Flaw, Severity
from inventory.text import N_, _
from topology.addressing.notation import canonical
from topology.addressing.numbers import Bools
from topology.addressing.registries import NAMES, carriers, registry
from topology.addressing.rules.register import HOST, REGISTER, Case, judged

RELAY = "192.88.99.0/24"
WELL_KNOWN = "64:ff9b::/96"
TRANSLATOR_LENGTHS = (32, 40, 48, 56, 64, 96)
PRIVATE4 = ((0x0A000000, 8), (0xAC100000, 12), (0xC0A80000, 16))
_HALF = (1 << 32) - 1


def _four(number: int) -> str:
    return canonical(4, number & _HALF)


@REGISTER.rule("V6-212", N_("6to4 is a way of the past"), Severity.warning, basis="RFC 7526 section 4")
def six_to_four(case: Case) -> Iterator[Flaw | int]:
    """All prefixes: 2002::/16, and its IPv4 relays."""
    relay = case.within(RELAY)

    def make(entry: int) -> Flaw:
        text = case.text(entry)
        if relay[entry]:
            message = _("{value} is the withdrawn anycast block of 6to4 relays").format(value=text)
            return case.flaw(entry, message, advice=_("stop announcing it"), severity=Severity.error)
        four = _four(case.value(entry).address >> 80)
        message = _("{value} is 6to4 space over the IPv4 address {four}").format(value=text, four=four)
        return case.flaw(entry, message, advice=_("replace it by native IPv6"))

    yield from judged(len(case.numbers), case.within("2002::/16") | relay, make)


@REGISTER.rule("V6-213", N_("No Teredo address"), Severity.error, basis="RFC 4380 section 2.6")
def teredo(case: Case) -> Iterator[Flaw | int]:
    """IPv6 prefixes in 2001::/32."""

    def make(entry: int) -> Flaw:
        address = case.value(entry).address
        server, client = _four(address >> 64), _four(address ^ _HALF)
        message = _("{value} is Teredo space (server {server}, client {client})")
        message = message.format(value=case.text(entry), server=server, client=client)
        return case.flaw(entry, message, advice=_("replace it by native IPv6"))

    yield from judged(case.six, case.within("2001::/32"), make)


@REGISTER.rule("V6-214", N_("No ISATAP interface id"), Severity.warning, basis="RFC 5214 section 6.1")
def isatap(case: Case) -> Iterator[Flaw | int]:
    """IPv6 hosts."""
    hosts = case.six & (case.kind == HOST)
    middle = case.numbers.low >> np.uint64(32)

    def make(entry: int) -> Flaw:
        four = _four(case.value(entry).address)
        message = _("{value} is an ISATAP tunnel address over {four}").format(
            value=case.text(entry), four=four
        )
        return case.flaw(entry, message, advice=_("give the machine native IPv6"))

    yield from judged(hosts, hosts & np.isin(middle, [0x5EFE, 0x0200_5EFE]), make)


@REGISTER.rule(
    "V6-215",
    N_("A translator's prefix is formed as it must be"),
    Severity.warning,
    basis="RFC 6052 section 2.2, 3.1; RFC 8215",
)
def translator(case: Case) -> Iterator[Flaw | int]:
    """Prefixes of the role nat64, and the well-known prefix."""
    known, own = case.within(WELL_KNOWN), case.role("nat64") & case.six & (case.kind != HOST)
    private = known & (case.numbers.length == 128) & _private(case)
    length = own & ~np.isin(case.numbers.length, TRANSLATOR_LENGTHS)
    octet = own & (case.numbers.length > 64) & (case.numbers.low >> np.uint64(56) > 0)

    def make(entry: int) -> Flaw:
        text = case.text(entry)
        if private[entry]:
            message = _("{value}: the well-known prefix must not stand for the private address {four}")
            message = message.format(value=text, four=_four(case.value(entry).address))
            return case.flaw(entry, message, advice=_("use a prefix of your own, or 64:ff9b:1::/48"))
        if length[entry]:
            message = _("{value}: a translator's prefix has 32, 40, 48, 56, 64 or 96 bits")
            return case.flaw(entry, message.format(value=text), advice=_("choose one of these lengths"))
        message = _("{value}: bits 64 to 71 of a translator's prefix must be zero")
        return case.flaw(entry, message.format(value=text), advice=_("choose another /96"))

    yield from judged(known | own, private | length | octet, make)


def _private(case: Case) -> Bools:
    four = case.numbers.low & np.uint64(_HALF)
    found = np.zeros(len(four), np.bool_)
    for block, length in PRIVATE4:
        found |= four >> np.uint64(32 - length) == block >> 32 - length
    return found


@REGISTER.rule(
    "V6-218", N_("The registry tables are recent"), Severity.info, basis="RFC 6890 section 2.2.1, RFC 8190"
)
def recent(case: Case) -> Iterator[Flaw | int]:
    """Registry tables that state the day they were taken."""
    for name in NAMES:
        table = registry(name)
        if table.snapshot is None:
            continue
        months = (case.today.year - table.snapshot.year) * 12 + case.today.month - table.snapshot.month
        if months <= case.policy.limits.snapshot_months:
            yield 1
            continue
        message = _("the table {name!r} was taken on {day}, {months} months ago")
        yield Flaw(
            f"registries/{name}",
            message.format(name=table.name, day=table.snapshot, months=months),
            advice=_("transcribe the registry anew; new special blocks appear every year"),
            evidence={"snapshot": str(table.snapshot)},
        )


@REGISTER.rule(
    "V6-219",
    N_("A prefix is from the carrier whose line the site hangs on"),
    Severity.warning,
    basis=N_("carrier blocks of APNIC and BGP; assumption"),
)
def carrier(case: Case) -> Iterator[Flaw | int]:
    """Prefixes from a block of one carrier, where the row or the site's lines name carriers."""
    table, lines = carriers(), _lines(case)
    found = table.match(case.numbers)
    known = (found >= 0) & (case.stated("carrier") | case.says("site", *lines))
    wrong = [
        entry
        for entry in np.flatnonzero(known).tolist()
        if table.rows[int(found[entry])].row.name not in _hung_on(case, entry, lines)
    ]

    def make(entry: int) -> Flaw:
        match = table.rows[int(found[entry])]
        message = _("{value} is from {block} of {owner}, but the line is from {carriers}").format(
            value=case.text(entry),
            block=match.row.block,
            owner=match.row.name,
            carriers=", ".join(sorted(_hung_on(case, entry, lines))),
        )
        return case.flaw(entry, message, advice=_("a change of carrier means renumbering: plan for it"))

    yield from judged(known, np.array(wrong, np.int64), make)


def _hung_on(case: Case, entry: int, lines: dict[str, set[str]]) -> set[str]:
    row = case.row(entry)
    return {case.plan.get("carrier", row)} - {""} or lines[case.plan.get("site", row)]


def _lines(case: Case) -> dict[str, set[str]]:
    """Return the carriers of each site's lines."""
    found: dict[str, set[str]] = {}
    for link in case.city.links if case.city else ():
        for site in (link.a, link.b):
            if link.carrier:
                found.setdefault(site, set()).add(link.carrier)
    return found
