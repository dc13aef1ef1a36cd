"""Rules on websites: the AAAA record and what answers behind it, and how fast."""

from collections.abc import Iterator

from netaddr import AddrFormatError, IPAddress, IPNetwork

from inventory.finding import Flaw, Severity
from inventory.model import Website, Workload, called
from inventory.text import N_, _
from inventory.units import PERCENT, show
from topology.dualstack.ground import Ground
from topology.dualstack.ladder import front
from topology.dualstack.rules.register import REGISTER, ids
from topology.dualstack.targets import read_targets

DOCUMENTATION = (IPNetwork("2001:db8::/32"), IPNetwork("3fff::/20"))
"""RFC 3849 and RFC 9637."""
WHOLE = 10_000


@REGISTER.rule(
    "DS-505",
    N_("A website has an AAAA record that leads to a machine that answers"),
    Severity.warning,
    basis="RFC 4193 section 4.4; RFC 3849; RFC 9637 section 4",
)
def answered(ground: Ground) -> Iterator[Flaw | int]:
    """Websites of which the AAAA record is known; those in documentation space are told together."""
    asked = [website for website in ground.city.websites if website.aaaa is not None]
    examples = [website for website in asked if website.aaaa and _example(_six(ground, website))]
    flaws = [flaw for website in asked if (flaw := _deaf(ground, website))]
    if examples:
        flaws.append(_examples(examples, len(asked)))
    yield len(asked) - len(flaws)
    yield from flaws


def _machines(ground: Ground, website: Website) -> tuple[Workload, ...]:
    """Return the machines that face a website's users, of those with addresses on record."""
    machines = front(ground.city.workloads_of.get(website.system or "", ()))
    return tuple(machine for machine in machines if machine.addresses)


def _six(ground: Ground, website: Website) -> list[IPAddress]:
    found = []
    for text in (text for machine in _machines(ground, website) for text in machine.addresses):
        try:
            address = IPAddress(text)
        except (AddrFormatError, ValueError):
            continue
        if address.version == 6:
            found.append(address)
    return found


def _deaf(ground: Ground, website: Website) -> Flaw | None:
    six = _six(ground, website)
    if not website.aaaa:
        return _unnamed(website, six)
    if not six and _machines(ground, website):
        message = _("{site} ({domain}) has an AAAA record, but none of its front machines has IPv6")
        return _flaw(website, message, _("enter the address that answers, or remove the record"), six)
    if six and all(address.is_ipv6_unique_local() or address.is_link_local() for address in six):
        message = _("{site} ({domain}) has an AAAA record, but its machines have local IPv6 only")
        advice = _("use global addresses for what the Internet must reach")
        return _flaw(website, message, advice, six, Severity.error)
    if website.home_ok is False:
        message = _("{site} ({domain}) has an AAAA record, but nothing answers there over IPv6")
        return _flaw(website, message, _("let the front end listen on IPv6, and the firewall let it"), six)
    return None


def _unnamed(website: Website, six: list[IPAddress]) -> Flaw:
    message = _("{site} ({domain}) has no AAAA record")
    advice = _("give its front machines IPv6 addresses first, then publish the record")
    if six:
        message = _("{site} ({domain}) has no AAAA record, though its front machines have IPv6")
        advice = _("publish the record: {domain}. AAAA {address}")
        advice = advice.format(domain=website.domain, address=six[0])
    return _flaw(website, message, advice, six)


def _flaw(
    website: Website, message: str, advice: str, six: list[IPAddress], severity: Severity | None = None
) -> Flaw:
    text = message.format(site=called(website), domain=website.domain)
    evidence = {"domain": website.domain, "ipv6": [str(address) for address in six[:5]]}
    return Flaw(f"websites/{website.id}", text, advice=advice, evidence=evidence, severity=severity)


def _example(six: list[IPAddress]) -> bool:
    return bool(six) and all(any(address in block for block in DOCUMENTATION) for address in six)


def _examples(websites: list[Website], asked: int) -> Flaw:
    """Tell of documentation space: an error, unless the whole inventory is an example."""
    message = _("{n} websites answer in space reserved for documentation, among them {site} ({domain})")
    first = websites[0]
    return Flaw(
        f"websites/{first.id}",
        message.format(n=len(websites), site=called(first), domain=first.domain),
        advice=_("replace it by real space; nothing to do in an example"),
        evidence={"websites": ids(website.id for website in websites)},
        identity=("documentation",),
        severity=Severity.info if len(websites) == asked else Severity.error,
    )


@REGISTER.rule(
    "DS-513",
    N_("IPv6 answers about as fast as IPv4"),
    Severity.warning,
    basis=N_("degradation as national monitoring counts it: (v6 - v4) / v4; the limit is an assumption"),
)
def as_fast(ground: Ground) -> Iterator[Flaw | None]:
    """Websites of which the round trip is measured over both versions."""
    most = read_targets().most_degradation
    for website in ground.city.websites:
        four, six = website.v4_delay, website.v6_delay
        if four and six is not None:
            lost = (six - four) * WHOLE // four
            yield _slower(website, four, six, lost, most) if lost > most else None


def _slower(website: Website, four: int, six: int, lost: int, most: int) -> Flaw:
    message = _("{site} ({domain}) answers over IPv6 in {six} ms, over IPv4 in {four}: {lost} % worse")
    return Flaw(
        f"websites/{website.id}",
        message.format(
            site=called(website),
            domain=website.domain,
            six=six / 1000,
            four=four / 1000,
            lost=show(PERCENT, lost),
        ),
        advice=_("compare the two ways hop by hop; {most} % are allowed").format(most=show(PERCENT, most)),
        evidence={"v4_delay": four, "v6_delay": six},
    )
