"""``suggest``: what size each workload needs, or why nothing can be said.

P99.5 of CPU with the headroom of its class and the largest working set of memory, up the
flavour ladder. The upper edge of each interval counts. Where telemetry is silent nothing
is suggested; a system that is judged idle, dead, dormant or a stand-by is left out, so
that nothing is counted twice and no stand-by loses the size it needs when it is called.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Protocol

from inventory.audit.rightsizing.fit import Size, fitting, needed, price, targets, tariff_of
from inventory.audit.rightsizing.measure import Measure, machines, percent
from inventory.audit.rightsizing.policy import WHOLE, Policy, SizeClass, read_policy
from inventory.audit.rightsizing.records import Digests, Kind, Reading, Rightsizing, Suggestion
from inventory.audit.telemetry import Rollups, digests
from inventory.errors import UsageError
from inventory.model import City, Status, Workload, by_id, called
from inventory.text import N_, _

EPOCH = date(1970, 1, 1)
SIZED = ("used", "unknown")
"""Verdicts with which a system is sized; any other leaves it out."""
IDLE = N_("judged idle or unused: what it would save is counted there, not here")
WHY = {
    "dormant": N_("dormant: the season in which it works is not in the window"),
    "spared": N_("kept as stand-by, archive or security: it needs its size when it is called"),
}
"""Why a verdict leaves a system out, where that is not its idleness."""


class Judged(Protocol):
    """What is asked of a verdict: which system, and how it was judged."""

    @property
    def system(self) -> str:
        """System id."""

    @property
    def kind(self) -> str:
        """used, dormant, spared, idle_candidate, zombie or unknown."""


def suggest(
    city: City,
    rollups: Rollups,
    policy: Policy | None = None,
    *,
    last: date | None = None,
    verdicts: Iterable[Judged] = (),
) -> Rightsizing:
    """Suggest a size for every workload of the city's own living systems.

    Args:
        city: the inventory.
        rollups: telemetry of at least the window's days.
        policy: headroom, window and ladder floor; the shipped one unless given.
        last: last day of the window; the last day of the telemetry unless given.
        verdicts: judgements of the systems; idle, dead, dormant and stand-by ones are left out.

    Raises:
        UsageError: there is no telemetry and no last day.
    """
    policy = policy or read_policy()
    measured = measure(rollups, policy, last)
    out = left_out(city, verdicts)
    own = [w for w in city.workloads if _living(city, w)]
    return Rightsizing(
        city=city.id,
        first=EPOCH + timedelta(days=measured.first),
        last=EPOCH + timedelta(days=measured.last),
        percentile=policy.percentile,
        digests=Digests(inventory=city.digest, policy=policy.digest, buckets=_buckets(measured, own)),
        suggestions=tuple(_suggestion(city, measured, w, out.get(w.system, "")) for w in own),
    )


def given_back(city: City, found: Rightsizing) -> list[tuple[Workload, int, int]]:
    """Return workload, vCPU and GiB that one machine gives back, for every smaller size."""
    known = by_id(city.workloads)
    return [(known[s.workload], *s.given_back) for s in found.smaller]


def measure(rollups: Rollups, policy: Policy, last: date | None = None) -> Measure:
    """Return the readings of the policy's window.

    Raises:
        UsageError: there is no telemetry and no last day.
    """
    if last is None and not len(rollups):
        raise UsageError(_("there is no telemetry; import some with govplan import telemetry"))
    end = (last - EPOCH).days if last else int(rollups.day.max())
    return Measure(rollups, policy, end - policy.window_days + 1, end)


def left_out(city: City, verdicts: Iterable[Judged] = ()) -> Mapping[str, str]:
    """Return the systems that are not sized, with the reason."""
    reasons = {
        s.id: _("confirmed as a zombie: {document}").format(document=s.zombie.document)
        for s in city.systems
        if s.zombie
    }
    reasons |= {s.id: _("the system is suspended") for s in city.systems if s.status is Status.suspended}
    return {v.system: _(WHY.get(v.kind, IDLE)) for v in verdicts if v.kind not in SIZED} | reasons


def _living(city: City, workload: Workload) -> bool:
    system = city.system[workload.system]
    return not system.external and system.status is not Status.retired


def _buckets(of: Measure, workloads: Iterable[Workload]) -> str:
    names = {name for workload in workloads for name in machines(workload)}
    rows = (of.rollups.day >= of.first) & (of.rollups.day <= of.last)
    known = digests(of.rollups.select(rows))
    lines = [f"{name} {digest}\n" for name, digest in sorted(known.items()) if name in names]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _suggestion(city: City, of: Measure, workload: Workload, reason: str) -> Suggestion:
    known = Suggestion(
        workload=workload.id,
        system=workload.system,
        kind=Kind.left_out if reason else Kind.unknown,
        size_class=called(of.policy.size_class(workload)),
        count=workload.count,
        vcpu=workload.vcpu,
        memory_gib=workload.memory_gib,
        reason=reason or _size_unknown(of, workload),
    )
    if known.reason:
        return known
    cpu = of.reading(workload, "cpu", of.policy.percentile)
    if isinstance(cpu, str):
        return known.model_copy(update={"reason": cpu})
    return _sized(city, of, workload, known, cpu)


def _size_unknown(of: Measure, workload: Workload) -> str:
    if workload.vcpu is None or workload.memory_gib is None:
        return _("the inventory does not know its size")
    for name in machines(workload):
        seen = int(of.rollups.vcpu[of.place[name]]) if name in of.place else 0
        if seen and seen != workload.vcpu:
            told = _("the inventory says {vcpu} vCPU, the telemetry of {machine} {seen}: correct one")
            return told.format(vcpu=workload.vcpu, machine=name, seen=seen)
    return ""


def _sized(city: City, of: Measure, workload: Workload, known: Suggestion, cpu: Reading) -> Suggestion:
    memory = of.reading(workload, "memory", WHOLE)
    present = Size(workload.vcpu or 0, workload.memory_gib or 0)
    used = (cpu.high, memory.high if isinstance(memory, Reading) else None)
    rank, tariff = of.policy.size_class(workload), tariff_of(city, workload)
    need = needed(of.policy, present, rank, used)
    size = fitting(city, need, present, tariff)
    kind = _kind(present, need, size)
    changed = size is not None and kind is not Kind.keep
    before, after = price(tariff, present), price(tariff, size or present)
    worth = None if before is None or after is None or size is None else (before - after) * workload.count
    return known.model_copy(
        update={
            "kind": kind,
            "vcpu_needed": need.vcpu,
            "memory_needed": need.memory,
            "vcpu_to": size.vcpu if size else None,
            "memory_to": size.memory if size else None,
            "cpu": cpu,
            "memory": memory if isinstance(memory, Reading) else None,
            "saving": worth if changed else None,
            "reason": _reason(of.policy, rank, cpu, memory, above=size is None),
            "targets": tuple(targets(city, of.policy, present, rank, used)),
        }
    )


def _kind(present: Size, need: Size, size: Size | None) -> Kind:
    if size is None or not present.holds(need):
        return Kind.up
    return Kind.keep if size == present else Kind.down


def _reason(policy: Policy, of: SizeClass, cpu: Reading, memory: Reading | str, *, above: bool) -> str:
    parts = [
        _("CPU P{share} is at most {high}, with {headroom} headroom").format(
            share=f"{policy.percentile / 100:g}", high=percent(cpu.high), headroom=percent(of.cpu_headroom)
        ),
        _("memory keeps its size: {reason}").format(reason=memory)
        if isinstance(memory, str)
        else _("largest working set {high}, with {headroom} headroom").format(
            high=percent(memory.high), headroom=percent(of.memory_headroom)
        ),
    ]
    return "; ".join([*parts, *([_("the need is above the ladder")] if above else [])])
