"""The readiness ladder: how far up each system and website has come, and what blocks the next step.

The steps build on each other; a step counts where all before it hold or do not apply.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from inventory.model import Role, System, Website, Workload
from inventory.text import N_
from topology.dualstack.ground import Ground, Stop, versions
from topology.dualstack.hops import carries, passes
from topology.dualstack.verdict import Verdict, every, some, told


class Step(StrEnum):
    """The steps of the ladder, lowest first."""

    planned = N_("planned")
    addressed = N_("addressed")
    routed = N_("routed")
    reachable = N_("reachable")
    named = N_("named")
    serving = N_("serving")
    single_stack = N_("single-stack capable")


PATH = (Step.planned, Step.addressed, Step.routed, Step.reachable)
FRONT = (Role.web, Role.gateway)
"""Roles that answer the users of a website; the others need no public address."""


@dataclass(frozen=True)
class Row:
    """One system or website on the ladder."""

    subject: str
    """Its id, prefixed by its list: ``systems/hezhang``."""
    steps: dict[Step, Verdict]
    """The answer of every step, lowest first."""
    machines: tuple[int, int]
    """Machines that have an IPv6 address, and all that count."""
    to_core: Stop | None
    """First hop from below that does not surely carry IPv6 on the way to the city core."""
    to_province: Stop | None
    """First hop from below that does not surely let IPv6 through on the way to the highest level."""

    @property
    def id(self) -> str:
        """Id of the system or website."""
        return self.subject.partition("/")[2]

    @property
    def blocking(self) -> Step | None:
        """The first step that does not hold, or is not known to; none at the top."""
        return next((s for s, v in self.steps.items() if v in (Verdict.no, Verdict.unknown)), None)

    @property
    def rung(self) -> Step | None:
        """The highest step reached; none where not even the first is."""
        reached = None
        for step, verdict in self.steps.items():
            if step is self.blocking:
                break
            reached = step if verdict is Verdict.yes else reached
        return reached

    @property
    def ready(self) -> bool:
        """Whether IPv6 is known to get through from end to end: routed and reachable."""
        return self.steps[Step.routed] is self.steps[Step.reachable] is Verdict.yes


def system_row(ground: Ground, system: System, least_rate: int) -> Row:
    """Put a system on the ladder."""
    workloads = ground.city.workloads_of[system.id]
    return _row(
        ground,
        f"systems/{system.id}",
        _planned(ground, system, workloads),
        workloads,
        ground.places(system),
        _outside(system, ground.websites_of.get(system.id, ()), least_rate),
    )


def website_row(ground: Ground, website: Website, least_rate: int) -> Row:
    """Put a website on the ladder.

    Only the machines that face its users count. What the inventory leaves open below an
    answer over IPv6 counts as yes; what it denies stays denied.
    """
    system = ground.city.system.get(website.system or "")
    workloads = front(ground.city.workloads_of[system.id]) if system else ()
    planned = _planned(ground, system, workloads) if system else Verdict.unknown
    places = (ground.sites_of(workloads) or ground.places(system)) if system else (None,)
    outside = (told(website.aaaa), _serves(website, least_rate))
    row = _row(ground, f"websites/{website.id}", planned, workloads, places, outside)
    if website.home_ok:
        row.steps.update({step: Verdict.yes for step in PATH if row.steps[step] is Verdict.unknown})
    return row


def _row(
    ground: Ground,
    subject: str,
    planned: Verdict,
    workloads: tuple[Workload, ...],
    places: tuple[str | None, ...],
    outside: tuple[Verdict, Verdict],
) -> Row:
    (routed, core), (reachable, top) = ground.routed(places), ground.reachable(places)
    steps = {
        Step.planned: planned,
        Step.addressed: every(map(addressed, workloads)),
        Step.routed: routed,
        Step.reachable: every((routed, reachable)),
        Step.named: outside[0],
        Step.serving: outside[1],
        Step.single_stack: some(map(_alone, workloads)),
    }
    having = sum(min(list(versions(w)).count(6), w.count) for w in workloads)
    machines = having, sum(workload.count for workload in workloads)
    return Row(subject, steps, machines, ground.stop(core, judge=carries), ground.stop(top, judge=passes))


def front(workloads: tuple[Workload, ...]) -> tuple[Workload, ...]:
    """Return the workloads that face the users of a website; all where none says so."""
    return tuple(workload for workload in workloads if workload.role in FRONT) or workloads


def _planned(ground: Ground, system: System, workloads: tuple[Workload, ...]) -> Verdict:
    if not workloads:
        place = ground.places(system)[0]
        return ground.planned(place, system.owner, ground.city.pool[system.runs_on].zone)
    return every(
        ground.planned(site, system.owner, workload.zone or ground.city.pool_of(workload).zone)
        for workload in workloads
        for site in ground.sites_of([workload])
    )


def addressed(workload: Workload) -> Verdict:
    """Whether every machine of a workload has an IPv6 address; unknown where none is written down."""
    found = list(versions(workload))
    return told(found.count(6) >= workload.count) if found else Verdict.unknown


def _alone(workload: Workload) -> Verdict:
    """IPv6 without IPv4 proves it; IPv4 alone rules it out; both together leave it open."""
    found = set(versions(workload))
    return {frozenset({6}): Verdict.yes, frozenset({4}): Verdict.no}.get(frozenset(found), Verdict.unknown)


def _outside(system: System, websites: Iterable[Website], least_rate: int) -> tuple[Verdict, Verdict]:
    """Whether a system is named and serving; an internal one without a website need not be."""
    own = tuple(websites)
    if not own:
        silent = Verdict.not_applicable if system.public is False else Verdict.unknown
        return silent, silent
    return _of(own, lambda site: told(site.aaaa)), _of(own, lambda site: _serves(site, least_rate))


def _of(websites: Iterable[Website], answer: Callable[[Website], Verdict]) -> Verdict:
    return every(map(answer, websites))


def _serves(website: Website, least_rate: int) -> Verdict:
    rates = (website.link2_rate, website.link3_rate)
    enough = (told(None if rate is None else rate >= least_rate) for rate in rates)
    return every((told(website.home_ok), *enough))
