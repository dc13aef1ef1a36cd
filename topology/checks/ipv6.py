"""Rules of IPv6 on the way: hops that carry IPv4 only, and policies that deny."""

from collections.abc import Iterator

from inventory.finding import Flaw, Severity
from inventory.model import Device, Ipv6, Level, Link, called
from inventory.text import N_, _
from topology.checks.survey import REGISTER, WORK_POINTS, Survey, each, ids, in_groups
from topology.dualstack import Hop, denies, fragile_lines
from topology.levels import above


@REGISTER.rule("TOP-114", N_("IPv6 passes every hop on the way up"), Severity.warning, basis=WORK_POINTS)
def hops(survey: Survey) -> Iterator[Flaw | None]:
    """One finding a hop with the sites behind it; last lines to villages county by county."""
    denying = {f"devices/{device.id}" for device in survey.city.devices if denies(device)}
    blocking = {subject: hop for subject, hop in survey.hops.items() if subject not in denying}
    last = {line.id for line in survey.city.links if f"links/{line.id}" in blocking and _last(survey, line)}
    yield from in_groups(
        survey,
        (line for line in survey.city.links if line.id in last or f"links/{line.id}" not in blocking),
        lambda line: line.id in last,
        lambda subject, lines: _villages(subject, survey, lines),
    )
    for line in survey.city.links:
        if line.id not in last and f"links/{line.id}" in blocking:
            yield _blocking(survey, blocking[f"links/{line.id}"], survey.line(line))
    for device in survey.city.devices:
        hop = blocking.get(f"devices/{device.id}")
        yield _blocking(survey, hop, _device(survey, device)) if hop else None


def _last(survey: Survey, line: Link) -> bool:
    """Whether a line leads to a village of a county."""
    lower = survey.lower(line)
    return lower.level is Level.village and above(survey.sites, lower.id, Level.county) is not None


def _villages(subject: str, survey: Survey, lines: tuple[Link, ...]) -> Flaw:
    message = _("{place}: {n} lines to villages carry IPv4 only, among them {line}").format(
        place=survey.place(subject.removeprefix("sites/")), n=len(lines), line=survey.line(lines[0])
    )
    advice = _("make them dual-stack when the hops before them are")
    return Flaw(subject, message, advice=advice, evidence={"links": ids(line.id for line in lines)})


def _device(survey: Survey, device: Device) -> str:
    return _("{name} at {site}").format(name=called(device), site=survey.place(device.site))


def _blocking(survey: Survey, hop: Hop, name: str) -> Flaw:
    words, counts = survey.carries(hop.behind)
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
def policies(survey: Survey) -> Iterator[Flaw | None]:
    """Policies of the two IP versions that differ, with the sites behind the device."""

    def faulty(device: Device) -> Flaw | None:
        if not denies(device):
            return None
        hop = survey.hops.get(f"devices/{device.id}")
        words, counts = survey.carries(hop.behind if hop else ())
        return Flaw(
            f"devices/{device.id}",
            _("{device} denies IPv6 but not IPv4; behind it: {what}").format(
                device=_device(survey, device), what=words or _("no site")
            ),
            advice=_("give IPv6 the rules that IPv4 has"),
            evidence=counts | {"v4_policy": device.v4_policy, "v6_policy": device.v6_policy},
            severity=None if hop else Severity.warning,
        )

    yield from each((d for d in survey.city.devices if d.v6_policy is not None), faulty)


@REGISTER.rule(
    "TOP-120", N_("IPv6 is as well protected as IPv4"), Severity.warning, basis=N_("RFC 9099; assumption")
)
def fragile(survey: Survey) -> Iterator[Flaw | None]:
    """Lines beside which there is a second way for IPv4 only."""
    found = fragile_lines(survey.graph)

    def faulty(line: Link) -> Flaw | None:
        if line.id not in found:
            return None
        words, counts = survey.carries(found[line.id])
        return Flaw(
            f"links/{line.id}",
            _("{line} is the only way for IPv6, not for IPv4; when it fails IPv6 ends for: {what}").format(
                line=survey.line(line), what=words
            ),
            advice=_("make the backup line and its devices dual-stack"),
            evidence=counts | {"sites": ids(found[line.id])},
        )

    yield from each((line for line in survey.city.links if line.ip_mode is not Ipv6.v4_only), faulty)


@REGISTER.rule("TOP-121", N_("It is known what carries IPv6"), Severity.info, basis=WORK_POINTS)
def unknown_mode(survey: Survey) -> Iterator[Flaw | None]:
    """Lines whose IP version nobody stated; below the counties one finding a county."""

    def told(subject: str, lines: tuple[Link, ...]) -> Flaw:
        message = (
            _("{line}: nobody states whether it carries IPv6").format(line=survey.line(lines[0]))
            if subject.startswith("links/")
            else _("{place}: nobody states whether {n} lines carry IPv6, among them {line}").format(
                place=survey.place(subject.removeprefix("sites/")), n=len(lines), line=survey.line(lines[0])
            )
        )
        advice = _("ask the carrier; unknown lines are taken to let IPv6 through")
        return Flaw(subject, message, advice=advice, evidence={"links": ids(line.id for line in lines)})

    yield from in_groups(survey, survey.city.links, lambda line: line.ip_mode is None, told)
