"""Rules on devices, and on what IPv6 gets of the lines."""

from collections.abc import Iterator, Sequence

from inventory.finding import Flaw, Severity
from inventory.model import Device, Policy, called
from inventory.text import N_, _
from topology.dualstack.ground import Ground
from topology.dualstack.hops import open_lines
from topology.dualstack.rules.register import REGISTER, by_county, ids, place
from topology.graph import links
from topology.levels import tops
from topology.paths.route import narrowest, neighbours


@REGISTER.rule("DS-506", N_("IPv6 is filtered where IPv4 is"), Severity.warning, basis="RFC 9099")
def filtered(ground: Ground) -> Iterator[Flaw | None]:
    """Devices that filter IPv4; those that deny IPv6 are told by TOP-115."""
    for device in ground.city.devices:
        if device.v4_policy is Policy.filter:
            yield _open(ground, device) if device.v6_policy in (None, Policy.allow) else None


def _open(ground: Ground, device: Device) -> Flaw:
    message = _("{device} at {site} filters IPv4 but lets all IPv6 through")
    if device.v6_policy is None:
        message = _("{device} at {site} filters IPv4; nobody states what it does with IPv6")
    return Flaw(
        f"devices/{device.id}",
        message.format(device=called(device), site=place(ground, device.site)),
        advice=_("give IPv6 the rules that IPv4 has"),
        evidence={"v4_policy": device.v4_policy, "v6_policy": device.v6_policy},
    )


@REGISTER.rule("DS-507", N_("IPv6 gets as much bandwidth as IPv4"), Severity.warning)
def as_wide(ground: Ground) -> Iterator[Flaw | int]:
    """Sites with a way for IPv6 and a known bandwidth; below the counties one finding a county."""
    roots = [site.id for site in tops(ground.city.sites)]
    all_lines = narrowest(neighbours(links(ground.graph)), roots)
    six = narrowest(neighbours(open_lines(ground.graph)), roots)
    known = {site: (line.mbit, six[site].mbit) for site, line in all_lines.items() if site in six}
    widths = {site: (four or 0, got) for site, (four, got) in known.items() if four and got is not None}
    poorer = [site for site, (four, got) in widths.items() if got < four]

    def told(subject: str, sites: Sequence[str]) -> Flaw:
        four, got = widths[sites[0]]
        message = _("{site}: IPv6 gets {six} Mbit/s on its best way, IPv4 {four}")
        if len(sites) > 1:
            message = _(
                "{n} sites get less over IPv6 than over IPv4, among them {site} ({six} of {four} Mbit/s)"
            )
        return Flaw(
            subject,
            message.format(n=len(sites), site=place(ground, sites[0]), six=got, four=four),
            advice=_("make the wider line and its devices dual-stack"),
            evidence={"sites": ids(sites), "ipv4": four, "ipv6": got},
        )

    flaws = list(by_county(ground, poorer, lambda site: f"sites/{site}", lambda site: site, told))
    yield len(widths) - len(flaws)
    yield from flaws


@REGISTER.rule("DS-509", N_("A device states whether it can do IPv6"), Severity.info, basis="RIPE-772")
def stated(ground: Ground) -> Iterator[Flaw | int]:
    """Every device; lines are told by TOP-121. Below the counties one finding a county."""
    silent = [device for device in ground.city.devices if device.ip_mode is None]

    def told(subject: str, devices: Sequence[Device]) -> Flaw:
        message = _("{device} at {site}: nobody states whether it can do IPv6")
        if len(devices) > 1:
            message = _("nobody states whether {n} devices can do IPv6, among them {device} at {site}")
        return Flaw(
            subject,
            message.format(n=len(devices), device=called(devices[0]), site=place(ground, devices[0].site)),
            advice=_("ask the maker for evidence and enter ip_mode; ask for it when buying"),
            evidence={"devices": ids(device.id for device in devices)},
        )

    flaws = list(by_county(ground, silent, lambda d: f"devices/{d.id}", lambda d: d.site, told))
    yield len(ground.city.devices) - len(flaws)
    yield from flaws
