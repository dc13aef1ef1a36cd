"""Machines and what they show: sizes, measured use, systems that look dead."""

from collections.abc import Iterator

from inventory.checks.register import REGISTER, own
from inventory.finding import Flaw, Severity
from inventory.model import City, Status, System, Workload, called
from inventory.model.fields import title
from inventory.text import N_, _, joined
from inventory.units import PERCENT, show

IDLE = "idle below 5 % CPU (p95), as a published Azure console sets it; no log-ins added by assumption"
FEWEST_DAYS = 14
LEAST_COVERAGE = 9_000
IDLE_CPU = 500
HOT_CPU = 8_000


def _machines(city: City) -> Iterator[Workload]:
    return (w for w in city.workloads if not city.system[w.system].external)


@REGISTER.rule("INV-401", N_("A workload has measured use"), Severity.warning)
def measured(city: City) -> Iterator[Flaw | None]:
    """Without percentiles of CPU and memory nothing can be right-sized."""
    for workload in _machines(city):
        usage = workload.usage
        known = usage and usage.cpu_p90 is not None and usage.memory_p90 is not None
        message = _("{workload} has no measured use; it moves at its present size")
        yield (
            None
            if known
            else Flaw(
                f"workloads/{workload.id}",
                message.format(workload=called(workload)),
                advice=_("ask the operator for 90 days of CPU and memory"),
            )
        )


@REGISTER.rule("INV-402", N_("Measured use covers its window"), Severity.warning)
def covered(city: City) -> Iterator[Flaw | None]:
    """Missing samples are no idleness: below 90 % the percentiles may mislead."""
    for workload in _machines(city):
        if workload.usage is None or workload.usage.coverage is None:
            continue
        coverage = workload.usage.coverage
        message = _("{workload}: samples cover {coverage} % of the window, {least} % are needed")
        yield (
            None
            if coverage >= LEAST_COVERAGE
            else Flaw(
                f"workloads/{workload.id}",
                message.format(
                    workload=called(workload),
                    coverage=show(PERCENT, coverage),
                    least=show(PERCENT, LEAST_COVERAGE),
                ),
                advice=_("repair the collection before the figure decides a size"),
                evidence={"coverage": coverage},
            )
        )


@REGISTER.rule("INV-403", N_("Measured use spans at least 14 days"), Severity.warning)
def long_enough(city: City) -> Iterator[Flaw | None]:
    """Workloads whose window is known."""
    for workload in _machines(city):
        if workload.usage is None or workload.usage.window_days is None:
            continue
        days = workload.usage.window_days
        message = _("{workload}: the window is {days} days, {least} are needed")
        yield (
            None
            if days >= FEWEST_DAYS
            else Flaw(
                f"workloads/{workload.id}",
                message.format(workload=called(workload), days=days, least=FEWEST_DAYS),
                advice=_("measure longer; 90 days see a whole quarter"),
                evidence={"days": days},
            )
        )


@REGISTER.rule("INV-404", N_("A workload states its size"), Severity.warning)
def sized(city: City) -> Iterator[Flaw | None]:
    """vCPU, memory and storage; assumptions stand in where one is unknown."""
    for workload in _machines(city):
        fields = ("vcpu", "memory_gib", "storage_gib")
        missing = [field for field in fields if getattr(workload, field) in (None, {})]
        message = _("{workload} lacks {fields}; assumptions stand in")
        yield (
            None
            if not missing
            else Flaw(
                f"workloads/{workload.id}",
                message.format(
                    workload=called(workload), fields=joined(_(title(field)) for field in missing)
                ),
                advice=_("enter the size from the operator's list"),
                evidence={"missing": missing},
            )
        )


@REGISTER.rule("INV-405", N_("A workload runs on its pool's instruction set"), Severity.error)
def same_architecture(city: City) -> Iterator[Flaw | None]:
    """Where both are known."""
    for workload in _machines(city):
        pool = city.pool_of(workload)
        if workload.architecture is None or pool.architecture is None:
            continue
        message = _("{workload} is {has}, its pool {pool} is {offers}")
        yield (
            None
            if workload.architecture is pool.architecture
            else Flaw(
                f"workloads/{workload.id}",
                message.format(
                    workload=called(workload),
                    has=workload.architecture.value,
                    pool=called(pool),
                    offers=pool.architecture.value,
                ),
                advice=_("correct the instruction set or the pool"),
            )
        )


@REGISTER.rule("INV-406", N_("A workload has room for its peaks"), Severity.warning)
def not_hot(city: City) -> Iterator[Flaw | None]:
    """CPU p95 at most 80 %."""
    for workload in _machines(city):
        if workload.usage is None or workload.usage.cpu_p95 is None:
            continue
        cpu = workload.usage.cpu_p95
        message = _("{workload}: CPU p95 is {cpu} %, above {most} %")
        yield (
            None
            if cpu <= HOT_CPU
            else Flaw(
                f"workloads/{workload.id}",
                message.format(
                    workload=called(workload), cpu=show(PERCENT, cpu), most=show(PERCENT, HOT_CPU)
                ),
                advice=_("give it more vCPU now; do not shrink it"),
                evidence={"cpu_p95": cpu},
            )
        )


@REGISTER.rule(
    "INV-411", N_("A system that looks dead is confirmed or cleared"), Severity.warning, basis=IDLE
)
def looks_dead(city: City) -> Iterator[Flaw | None]:
    """Systems whose log-ins and CPU are all known; one with a business calendar may only sleep."""
    for system in own(city):
        peak = _peak(city, system)
        if system.monthly_logins is None or peak is None or system.busy:
            continue
        dead = system.monthly_logins == 0 and peak < IDLE_CPU and not system.zombie
        message = _("{system} looks dead: no log-in last month, CPU p95 at most {cpu} %")
        yield (
            None
            if not dead
            else Flaw(
                f"systems/{system.id}",
                message.format(system=called(system), cpu=show(PERCENT, peak)),
                advice=_("ask the owner; only a signed confirmation lets a plan retire it"),
                evidence={"monthly_logins": 0, "cpu_p95": peak, "last_change": str(system.last_change)},
            )
        )


@REGISTER.rule("INV-412", N_("A confirmed zombie no longer runs"), Severity.warning)
def zombie_stopped(city: City) -> Iterator[Flaw | None]:
    """Systems with a confirmation: each day in production is paid for nothing."""
    for system in own(city):
        if not system.zombie:
            continue
        running = system.status in (Status.production, Status.trial)
        message = _("{system} was confirmed a zombie on {day} ({document}) and still runs")
        yield (
            None
            if not running
            else Flaw(
                f"systems/{system.id}",
                message.format(
                    system=called(system), day=system.zombie.date, document=system.zombie.document
                ),
                advice=_("back up its data, switch it off and give its machines back"),
                evidence={"document": system.zombie.document, "by": system.zombie.by},
            )
        )


@REGISTER.rule("INV-413", N_("A stopped system holds no machines"), Severity.warning)
def stopped_machines(city: City) -> Iterator[Flaw | None]:
    """Suspended and retired systems of the city."""
    for system in city.systems:
        if system.external or system.status not in (Status.suspended, Status.retired):
            continue
        machines = sum(workload.count for workload in city.workloads_of[system.id])
        message = _("{system} is {status} and still holds {count} machines")
        yield (
            None
            if not machines
            else Flaw(
                f"systems/{system.id}",
                message.format(system=called(system), status=_(system.status.value), count=machines),
                advice=_("release the machines, or correct the status"),
                evidence={"machines": machines},
            )
        )


def _peak(city: City, system: System) -> int | None:
    """Return the highest CPU p95 of a system; none where any machine's is unknown."""
    usages = [workload.usage for workload in city.workloads_of[system.id]]
    known = [usage.cpu_p95 for usage in usages if usage and usage.cpu_p95 is not None]
    return max(known) if known and len(known) == len(usages) else None
