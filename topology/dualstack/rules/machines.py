"""Rules on machines and systems."""

from collections.abc import Iterator

from inventory.finding import Flaw, Severity
from inventory.model import Workload, called
from inventory.text import N_, _
from topology.dualstack.ground import Ground, versions
from topology.dualstack.ladder import Row, system_row
from topology.dualstack.rules.register import REGISTER
from topology.dualstack.targets import read_targets
from topology.dualstack.verdict import Verdict

LADDER = N_("readiness as ordered states, after the NIST USGv6 monitor")


@REGISTER.rule("DS-503", N_("A machine with IPv4 has IPv6 beside it"), Severity.warning)
def both(ground: Ground) -> Iterator[Flaw | None]:
    """Workloads of the city's own systems with readable addresses."""
    for system in ground.systems:
        for workload in ground.city.workloads_of[system.id]:
            found = list(versions(workload))
            if found:
                yield _one_sided(workload, found.count(4), found.count(6))


def _one_sided(workload: Workload, four: int, six: int) -> Flaw | None:
    if four and six >= workload.count:
        return None
    evidence = {"machines": workload.count, "ipv4": four, "ipv6": six}
    if not four:
        message = _("{workload} has IPv6 only: is it meant to run on a single stack?")
        advice = _("enter the IPv4 address, or confirm the single stack")
        return Flaw(
            f"workloads/{workload.id}",
            message.format(workload=called(workload)),
            advice=advice,
            evidence=evidence,
            severity=Severity.info,
        )
    message = _("{workload}: {six} of {count} machines have an IPv6 address")
    return Flaw(
        f"workloads/{workload.id}",
        message.format(workload=called(workload), six=min(six, workload.count), count=workload.count),
        advice=_("give every machine an IPv6 address out of the prefix of its zone"),
        evidence=evidence,
    )


@REGISTER.rule("DS-508", N_("A system stands on the top of the ladder"), Severity.info, basis=LADDER)
def climbed(ground: Ground) -> Iterator[Flaw | None]:
    """The city's own systems with the step that blocks them; an unknown step says so."""
    least = read_targets().least_link_rate
    for system in ground.systems:
        row = system_row(ground, system, least)
        yield _blocked(ground, row) if row.blocking else None


def _blocked(ground: Ground, row: Row) -> Flaw:
    blocking = row.blocking
    assert blocking  # noqa: S101 - asked for before
    unknown = row.steps[blocking] is Verdict.unknown
    message = _("{system} is {rung}; the next step ({step}) fails")
    if unknown:
        message = _("{system} is {rung}; nobody states the next step ({step})")
    hop = row.to_core or row.to_province
    return Flaw(
        row.subject,
        message.format(
            system=called(ground.city.system[row.id]),
            rung=_(row.rung) if row.rung else _("not planned"),
            step=_(blocking),
        ),
        advice=_("find out and enter it") if unknown else _("begin with this step; later ones build on it"),
        evidence={
            "rung": row.rung and row.rung.value,
            "blocking": blocking.value,
            "steps": {step.name: verdict.value for step, verdict in row.steps.items()},
            "hop": hop and hop.subject,
        },
    )
