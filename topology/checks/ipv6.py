"""Rules of IPv6 on the way: hops that carry IPv4 only, and policies that deny."""

from collections.abc import Iterator

from inventory.finding import Flaw, Severity
from inventory.model import Device, Level, Link
from inventory.text import N_, _
from topology.checks.view import REGISTER, WORK_POINTS, View, each, ids, in_groups
from topology.dualstack import Hop, denies
from topology.graph import called


@REGISTER.rule("TOP-114", N_("IPv6 passes every hop on the way up"), Severity.warning, basis=WORK_POINTS)
def hops(view: View) -> Iterator[Flaw | None]:
    """One finding a hop with the sites behind it; last lines to villages county by county."""
    denying = {f"devices/{device.id}" for device in view.city.devices if denies(device)}
    blocking = {subject: hop for subject, hop in view.hops.items() if subject not in denying}
    last = {
        line.id
        for line in view.city.links
        if f"links/{line.id}" in blocking and view.lower(line).level is Level.village
    }
    yield from in_groups(
        view,
        (line for line in view.city.links if line.id in last or f"links/{line.id}" not in blocking),
        lambda line: line.id in last,
        lambda subject, lines: _villages(subject, view, lines),
    )
    for line in view.city.links:
        if line.id not in last and f"links/{line.id}" in blocking:
            yield _blocking(view, blocking[f"links/{line.id}"], view.line(line))
    for device in view.city.devices:
        hop = blocking.get(f"devices/{device.id}")
        yield _blocking(view, hop, _device(view, device)) if hop else None


def _villages(subject: str, view: View, lines: tuple[Link, ...]) -> Flaw:
    message = _("{place}: {n} lines to villages carry IPv4 only, among them {line}").format(
        place=view.place(subject.removeprefix("sites/")), n=len(lines), line=view.line(lines[0])
    )
    advice = _("make them dual-stack when the hops before them are")
    return Flaw(subject, message, advice=advice, evidence={"links": ids(line.id for line in lines)})


def _device(view: View, device: Device) -> str:
    return _("{name} at {site}").format(name=called(device), site=view.place(device.site))


def _blocking(view: View, hop: Hop, name: str) -> Flaw:
    words, counts = view.carries(hop.behind)
    later = len(hop.behind) - len(hop.first_for)
    message = _("{name} carries IPv4 only; without IPv6 behind it: {what}").format(name=name, what=words)
    if later:
        message += _("; {n} of these sites lie behind another such hop before it").format(n=later)
    return Flaw(
        hop.subject,
        message,
        advice=_("make it dual-stack; begin with the hops nearest to the province"),
        evidence=counts | {"first_for": len(hop.first_for), "sites": ids(hop.behind)},
    )


@REGISTER.rule(
    "TOP-115", N_("No device denies IPv6 where it lets IPv4 through"), Severity.error, basis="RFC 9099"
)
def policies(view: View) -> Iterator[Flaw | None]:
    """Policies of the two IP versions that differ, with the sites behind the device."""

    def faulty(device: Device) -> Flaw | None:
        if not denies(device):
            return None
        hop = view.hops.get(f"devices/{device.id}")
        words, counts = view.carries(hop.behind if hop else ())
        return Flaw(
            f"devices/{device.id}",
            _("{device} denies IPv6 but not IPv4; behind it: {what}").format(
                device=_device(view, device), what=words or _("no site")
            ),
            advice=_("give IPv6 the rules that IPv4 has"),
            evidence=counts | {"v4_policy": device.v4_policy, "v6_policy": device.v6_policy},
            severity=None if hop else Severity.warning,
        )

    yield from each((d for d in view.city.devices if d.v6_policy is not None), faulty)
