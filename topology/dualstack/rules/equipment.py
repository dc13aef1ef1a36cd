"""Rules on devices."""

from collections.abc import Iterator, Sequence

from inventory.finding import Flaw, Severity
from inventory.model import Device, Policy, called
from inventory.text import N_, _
from topology.dualstack.ground import Ground
from topology.dualstack.rules.register import REGISTER, by_county, ids, place


@REGISTER.rule("DS-506", N_("IPv6 is filtered where IPv4 is"), Severity.warning, basis="RFC 9099")
def filtered(ground: Ground) -> Iterator[Flaw | None]:
    """Devices that filter or deny IPv4; those that deny IPv6 alone are told by DS-504 and TOP-115."""
    for device in ground.city.devices:
        if device.v4_policy in (Policy.filter, Policy.deny):
            yield _open(ground, device) if device.v6_policy in (None, Policy.allow) else None


def _open(ground: Ground, device: Device) -> Flaw:
    message = _("{device} at {site} guards IPv4 ({policy}) but lets all IPv6 through")
    if device.v6_policy is None:
        message = _("{device} at {site} guards IPv4 ({policy}); nobody states what it does with IPv6")
    policy = _(str(device.v4_policy))
    return Flaw(
        f"devices/{device.id}",
        message.format(device=called(device), site=place(ground, device.site), policy=policy),
        advice=_("give IPv6 the rules that IPv4 has"),
        evidence={"v4_policy": device.v4_policy, "v6_policy": device.v6_policy},
    )


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
