"""Rules on the ways of IPv6: where they stop, and how good they are beside those of IPv4."""

from collections.abc import Iterator, Sequence

from inventory.finding import Flaw, Severity
from inventory.model import System, called
from inventory.text import N_, _, joined
from topology.dualstack.ground import Ground, Stop
from topology.dualstack.hops import carries, denies, passes
from topology.dualstack.quality import Quality, qualities
from topology.dualstack.rules.register import REGISTER, by_county, ids, place
from topology.dualstack.verdict import Verdict

WORK_POINTS = N_("2025 IPv6 work points (2025-05-20)")
CORE, EDGE = N_("city core"), N_("Internet edge")

type Stopped = tuple[Stop, str]
"""A hop, and whether it is met on the way to the core or to the edge."""


@REGISTER.rule(
    "DS-504", N_("IPv6 gets from every system to core and Internet edge"), Severity.warning, basis=WORK_POINTS
)
def first_hops(ground: Ground) -> Iterator[Flaw | int]:
    """The city's own systems; one finding a hop that stops some of them first."""
    met: dict[str, tuple[Stopped, list[System]]] = {}
    for system in ground.systems:
        if stopped := _stopped(ground, system):
            met.setdefault(stopped[0].subject, (stopped, []))[1].append(system)
    yield len(ground.systems) - len(met)
    for stopped, systems in met.values():
        yield _stops(ground, *stopped, systems)


def _stopped(ground: Ground, system: System) -> Stopped | None:
    places = ground.places(system)
    core = ground.stop(ground.routed(places)[1], judge=carries)
    edge = ground.stop(ground.reachable(places)[1], judge=passes)
    if core and (core.verdict is Verdict.no or edge is None or edge.verdict is not Verdict.no):
        return core, CORE
    return (edge, EDGE) if edge else None


def _stops(ground: Ground, stop: Stop, end: str, systems: Sequence[System]) -> Flaw:
    message = _(
        "IPv6 of {n} systems stops at {hop} on the way to the {end}, among them {system}; behind it: "
        "{sites} sites, {systems} systems, {organisations} organisations, {villages} villages"
    )
    if stop.verdict is not Verdict.no:
        message = _(
            "nobody says whether IPv6 of {n} systems gets through {hop} to the {end}, among them {system}; "
            "behind it: {sites} sites, {systems} systems, {organisations} organisations, {villages} villages"
        )
    hop, advice = _hop(ground, stop)
    behind = {name: getattr(stop, name) for name in ("sites", "systems", "organisations", "villages")}
    return Flaw(
        stop.subject,
        message.format(n=len(systems), hop=hop, end=_(end), system=called(systems[0]), **behind),
        advice=advice,
        evidence=behind | {"stopped": ids(system.id for system in systems), "verdict": stop.verdict.value},
        severity=Severity.error if stop.verdict is Verdict.no and any(s.public for s in systems) else None,
    )


def _hop(ground: Ground, stop: Stop) -> tuple[str, str]:
    """Return what a hop is called, and what to do about it."""
    kind, _slash, name = stop.subject.partition("/")
    ask = _("find out and enter it; money may not be needed")
    if kind == "links":
        line = next(line for line in ground.city.links if line.id == name)
        return called(line), _("make the line dual-stack") if stop.verdict is Verdict.no else ask
    device = next(device for device in ground.city.devices if device.id == name)
    told = _("{device} at {site}").format(device=called(device), site=place(ground, device.site))
    if stop.verdict is not Verdict.no:
        return told, ask
    parity = _("give IPv6 the rules that IPv4 has")
    return told, parity if denies(device) else _("make the device dual-stack")


@REGISTER.rule("DS-507", N_("IPv6 has as good ways as IPv4"), Severity.warning)
def as_good(ground: Ground) -> Iterator[Flaw | int]:
    """Sites that IPv6 gets to: bandwidth and lines; below the counties one finding a county."""
    reached = [found for found in qualities(ground) if found.ways6]
    worse = [found for found in reached if found.narrower or found.fewer]
    flaws = list(
        by_county(
            ground,
            worse,
            lambda found: f"sites/{found.site}",
            lambda found: found.site,
            lambda subject, group: _worse(ground, subject, group),
        )
    )
    yield len(reached) - len(flaws)
    yield from flaws


def _worse(ground: Ground, subject: str, group: Sequence[Quality]) -> Flaw:
    narrower, fewer = [q for q in group if q.narrower], [q for q in group if q.fewer]
    texts = []
    for found in narrower[:1]:
        text = _("IPv6 gets {six} Mbit/s on its best way, IPv4 {four}")
        texts.append(_told(ground, text.format(six=found.mbit6, four=found.mbit4), narrower))
    for found in fewer[:1]:
        text = _("IPv6 has {six} ways without a common line, IPv4 {four}")
        texts.append(_told(ground, text.format(six=found.ways6, four=found.ways4), fewer))
    worst = group[0]
    return Flaw(
        subject,
        joined(texts),
        advice=_("make the wider line or the second one and its devices dual-stack"),
        evidence={
            "sites": ids(found.site for found in group),
            "ipv4": {"mbit": worst.mbit4, "ways": worst.ways4},
            "ipv6": {"mbit": worst.mbit6, "ways": worst.ways6},
        },
    )


def _told(ground: Ground, text: str, group: Sequence[Quality]) -> str:
    site = place(ground, group[0].site)
    if len(group) == 1:
        return f"{site}: {text}"
    return _("{n} sites, among them {site}: {text}").format(n=len(group), site=site, text=text)
