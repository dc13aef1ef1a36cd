"""The facts of a case, recomputed from plan, inventory and scenario alone."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from math import ceil

import topology
from inventory.model import ADAPTATION_KINDS, City, Pool, Project, Role, Status, System, Workload, Zone, by_id
from inventory.units import divide, split
from planner.plan import Action, Move, Placement, Plan
from planner.scenario import Period, Scenario
from planner.sizing import Size, Sizer
from planner.verifier.reach import reached_platforms


@dataclass(frozen=True)
class Reading:
    """How one subject stands to a rule."""

    subject: str
    slack: float
    """Room left, in the rule's unit; negative where the rule is broken."""
    message: str
    """What is wrong, in words; used where the slack is negative."""


@dataclass(frozen=True)
class Case:
    """A plan before the judge, with the inventory as the scenario changes it."""

    plan: Plan
    city: City
    scenario: Scenario
    inventory: str
    """Digest of the inventory before the scenario changed it."""

    @cached_property
    def calendar(self) -> tuple[Period, ...]:
        """The planning periods."""
        return self.scenario.calendar

    @cached_property
    def index(self) -> dict[str, int]:
        """Period name to its position."""
        return {period.name: t for t, period in enumerate(self.calendar)}

    @cached_property
    def sizer(self) -> Sizer:
        """Sizes by the city's assumptions."""
        scenario = self.scenario
        return Sizer(self.city, rightsize=scenario.rightsize, size_by=scenario.size_by)

    @cached_property
    def graph(self) -> topology.Graph:
        """The topology, for the ways between platforms."""
        return topology.build(self.city)

    @cached_property
    def workload(self) -> dict[str, Workload]:
        """Workloads by id."""
        return by_id(self.city.workloads)

    @cached_property
    def systems(self) -> tuple[System, ...]:
        """Every system that must have a move."""
        return tuple(s for s in self.city.systems if not s.external and s.status != Status.retired)

    @cached_property
    def alive(self) -> frozenset[str]:
        """Ids of these systems."""
        return frozenset(system.id for system in self.systems)

    @cached_property
    def move(self) -> dict[str, Move]:
        """Moves by system."""
        return {move.system: move for move in self.plan.moves}

    @cached_property
    def targets(self) -> tuple[Pool, ...]:
        """Pools the scenario allows."""
        named = self.scenario.targets
        xinchuang = {p.id for p in self.city.platforms if p.xinchuang}
        return tuple(p for p in self.city.pools if p.platform in xinchuang and (not named or p.id in named))

    @cached_property
    def with_ipv6(self) -> frozenset[str]:
        """Platforms that IPv6 is known to reach from end to end."""
        return reached_platforms(self.city)

    def misses_ipv6(self, move: Move) -> bool:
        """Whether a move leads onto a platform that IPv6 is not known to reach."""
        pools = (self.city.pool[place.pool] for place in move.placements)
        return any(pool.platform not in self.with_ipv6 for pool in pools)

    @cached_property
    def _routes(self) -> dict[tuple[str, str], topology.Route | None]:
        return {}

    def route(self, a: str, b: str) -> topology.Route | None:
        """Return the way between two platforms."""
        if (a, b) not in self._routes:
            self._routes[a, b] = topology.platform_route(self.graph, a, b)
        return self._routes[a, b]

    def platform_of(self, system: str) -> str:
        """Return the platform a system runs on today."""
        return self.city.pool[self.city.system[system].runs_on].platform

    def arrived(self, system: str) -> bool:
        """Whether a system runs on a Xinchuang platform already."""
        return self.city.platform[self.platform_of(system)].xinchuang

    @cached_property
    def _when(self) -> dict[str, int]:
        rows = ((system, self.index.get(move.period or "")) for system, move in self.move.items())
        return {system: t for system, t in rows if t is not None}

    def when(self, system: str) -> int | None:
        """Return the period in which a system is cut over or retired."""
        return self._when.get(system)

    def gone(self, system: str, t: int) -> bool:
        """Whether a system has moved or been retired by a period."""
        at = self.when(system)
        return at is not None and at <= t

    def moved(self) -> Iterator[tuple[Move, int]]:
        """Yield every rehosted system with its period."""
        for move in self.plan.moves:
            at = self.when(move.system)
            if move.action == Action.rehost and at is not None:
                yield move, at

    def price(self, size: Size, pool: Pool) -> int | None:
        """Return a machine's yearly rent in fen, from the tariff's rows."""
        key = (pool.tariff, size.vcpu, size.memory_gib, *size.storage_gib.items())
        if key not in self._prices:
            self._prices[key] = self._priced(size, pool)
        return self._prices[key]

    @cached_property
    def _prices(self) -> dict[tuple[object, ...], int | None]:
        return {}

    def _priced(self, size: Size, pool: Pool) -> int | None:
        tariff = self.city.tariff.get(pool.tariff or "")
        if tariff is None or tariff.basis == "free":
            return None if tariff is None else 0
        total = Fraction(0)
        for item, amount in {"host": 1, "memory": size.memory_gib, "vcpu": size.vcpu, **_gib(size)}.items():
            month = tariff.prices.get(item, 0 if item == "host" else None)  # type: ignore[call-overload]
            if month is None:
                return None
            factor = Fraction(tariff.term_factors.get(item, 10_000), 10_000)  # type: ignore[call-overload]
            total += 12 * month * amount * factor
        return divide(total)

    @cached_property
    def listed(self) -> dict[str, int]:
        """Yearly rent of each system's present machines at list price, fen."""
        found = {system.id: 0 for system in self.city.systems}
        for workload in self.city.workloads:
            rent = self.price(self.sizer.present(workload), self.city.pool_of(workload))
            found[workload.system] += workload.count * (rent or 0)
        return found

    @cached_property
    def share(self) -> dict[str, int]:
        """Yearly O&M of each system today, fen: its part of the audited amount."""
        booked = {s.id: self.listed[s.id] if s.om_cost is None else s.om_cost for s in self.city.systems}
        for project in self.city.projects:
            members = [s.id for s in self.city.systems_of[project.id]]
            amount = last_audited(project)
            if members and amount is not None:
                weights = [booked[m] for m in members]
                parts = split(amount, weights if any(weights) else [1] * len(members))
                booked.update(zip(members, parts, strict=True))
        return booked

    @cached_property
    def present(self) -> dict[tuple[str, str], int]:
        """What runs in each pool today, by resource."""
        found: Counter[tuple[str, str]] = Counter()
        for workload in self.city.workloads:
            if self.city.system[workload.system].status != Status.retired:
                for resource, amount in self.sizer.present(workload).demand().items():
                    found[self.city.pool_of(workload).id, resource] += workload.count * amount
        return found

    @cached_property
    def overlap(self) -> int:
        """Whole periods before the cutover in which the target is already occupied."""
        return int(Fraction(self.city.assume("parallel_weeks")) // 13)

    @cached_property
    def arriving(self) -> dict[tuple[str, str], dict[int, int]]:
        """What each pool takes on, by resource and first period, parallel running included."""
        found: dict[tuple[str, str], dict[int, int]] = {}
        for move, at in self.moved():
            for place in move.placements:
                each = {"vcpu": place.vcpu, "memory_gib": place.memory_gib, **place.storage_gib}
                for resource, amount in each.items():
                    taken = found.setdefault((place.pool, resource), {})
                    first = at - self.overlap
                    taken[first] = taken.get(first, 0) + place.count * amount
        return found

    def rent(self, system: str) -> int:
        """Return the part of a system's O&M that its present machines cost."""
        return min(self.listed[system], self.share[system])

    @cached_property
    def _targets(self) -> dict[tuple[str, str], Size | None]:
        return {}

    def target(self, workload: Workload, pool: Pool) -> Size | None:
        """Return the size of a workload's machine in a pool."""
        key = (workload.id, pool.id)
        if key not in self._targets:
            self._targets[key] = self.sizer.target(workload, pool)
        return self._targets[key]

    @cached_property
    def _om_costs(self) -> dict[str, tuple[int, ...]]:
        return {}

    def om_costs(self, system: str) -> tuple[int, ...]:
        """Return a system's recurring O&M in each period, fen."""
        if system not in self._om_costs:
            self._om_costs[system] = tuple(self._om_cost(system, t) for t in range(len(self.calendar)))
        return self._om_costs[system]

    def _om_cost(self, system: str, t: int) -> int:
        name = self.calendar[t].name
        if not self.gone(system, t):
            return quarter(self.share[system], name)
        move = self.move[system]
        if move.action == Action.retire:
            return 0
        kept = quarter(self.share[system] - self.rent(system), name)
        return kept + sum(place.count * quarter(self.running(place) or 0, name) for place in move.placements)

    @cached_property
    def _running(self) -> dict[tuple[str, str], int | None]:
        return {}

    def running(self, place: Placement) -> int | None:
        """Return one placed machine's yearly cost: rent and software fees."""
        key = (place.workload, place.pool)
        if key not in self._running:
            self._running[key] = self._run(self.workload.get(place.workload), self.city.pool.get(place.pool))
        return self._running[key]

    def _run(self, workload: Workload | None, pool: Pool | None) -> int | None:
        size = self.target(workload, pool) if workload and pool else None
        rent = self.price(size, pool) if size and pool else None
        if workload is None or pool is None or size is None or rent is None:
            return None
        return rent + self._fees(workload, pool, size)

    def _fees(self, workload: Workload, pool: Pool, size: Size) -> int:
        wanted = {
            row.subscription
            for row in self.city.compatibility
            if row.architecture == pool.architecture and row.software in {workload.os, *workload.software}
        }
        fees = (fee for fee in self.city.subscriptions if fee.id in wanted)
        return sum(fee.price if fee.per == "vm" else fee.price * size.vcpu for fee in fees)

    def adaptation(self, system: System, workload: Workload, pool: Pool) -> str:
        """Return the least adaptation a workload needs in a pool, or ``impossible``."""
        names = [name for name in (workload.os, *workload.software) if name]
        rows = self._needed.get(pool.architecture or "", {})
        needed = [rows.get(name, "recompile") for name in names]
        if "impossible" in needed:
            return "impossible"
        if system.adaptation:
            return system.adaptation.kind.value
        return max(needed, key=ADAPTATION_KINDS.index, default="rehost")

    @cached_property
    def _needed(self) -> dict[str, dict[str, str]]:
        """Adaptation by architecture and software."""
        found: dict[str, dict[str, str]] = {}
        for row in self.city.compatibility:
            found.setdefault(row.architecture.value, {})[row.software] = row.adaptation
        return found

    def unfit(self, system: System, workload: Workload, pool: Pool) -> str | None:
        """Return why a workload may not stand in a pool, as the name of the obstacle."""
        level = system.mlps_level or int(self.city.assume("mlps_level"))
        built = self.city.platform[pool.platform].mlps_level
        zone = workload.zone or self.city.pool_of(workload).zone
        tests: tuple[tuple[str, Callable[[], bool]], ...] = (
            ("mlps", lambda: built is not None and level > built),
            ("zone", lambda: None not in (zone, pool.zone) and zone != pool.zone),
            ("database zone", lambda: workload.role == Role.database and pool.zone == Zone.internet),
            ("architecture", lambda: self.adaptation(system, workload, pool) == "impossible"),
            ("storage tier or price", lambda: self._unpriced(workload, pool)),
            ("latency", lambda: self._too_far(system.id, pool.platform)),
        )
        return next((name for name, failed in tests if failed()), None)

    def _unpriced(self, workload: Workload, pool: Pool) -> bool:
        size = self.target(workload, pool)
        return size is None or self.price(size, pool) is None

    @cached_property
    def _bounded(self) -> dict[str, list[tuple[str, int]]]:
        """System to its partners outside the plan that bear only so much delay."""
        found: dict[str, list[tuple[str, int]]] = {}
        for d in self.city.dependencies:
            for system, partner in ((d.consumer, d.provider), (d.provider, d.consumer)):
                if d.latency is not None and self.city.system[partner].external:
                    found.setdefault(system, []).append((partner, d.latency))
        return found

    def _too_far(self, system: str, platform: str) -> bool:
        for partner, limit in self._bounded.get(system, ()):
            way = self.route(platform, self.platform_of(partner))
            if way and way.latency is not None and way.latency > limit:
                return True
        return False

    def can_move(self, system: System) -> bool:
        """Whether some platform could take every workload of a system."""
        fits: dict[str, set[str]] = {}
        workloads = self.city.workloads_of[system.id]
        for pool in self.targets:
            taken = {w.id for w in workloads if self.unfit(system, w, pool) is None}
            fits.setdefault(pool.platform, set()).update(taken)
        return bool(workloads) and any(len(taken) == len(workloads) for taken in fits.values())

    def lead(self, kind: str) -> int:
        """Return how many quarters an adaptation kind takes, the cutover's included."""
        if kind not in self._leads:
            self._leads[kind] = max(1, ceil(Fraction(self.city.assume(f"weeks.{kind}")) / 13))
        return self._leads[kind]

    @cached_property
    def _leads(self) -> dict[str, int]:
        return {}

    def effort(self, move: Move) -> dict[str, int]:
        """Return the work of a move by skill, in hundredths of a person-month."""
        if move.action == Action.retire:
            return {"application": int(Fraction(self.city.assume("effort.retire")) * 100)}
        stated = self.city.system[move.system].adaptation
        total = stated.effort_base if stated else None
        if total is None:
            total = int(Fraction(self.city.assume(f"effort.{move.adaptation}")) * 100)
        share = Fraction(self.city.assume("database_share")) if move.adaptation == "replace_db" else 0
        return {"application": total - int(total * share), "database": int(total * share)}


def _gib(size: Size) -> dict[str, int]:
    return {tier.value: gib for tier, gib in size.storage_gib.items() if gib}


def last_audited(project: Project) -> int | None:
    """Return the audited O&M of the last year on record, fen."""
    years = sorted(project.audited_om)
    return project.audited_om[years[-1]] if years else None


def quarter(annual: int, period: str) -> int:
    """Return the part of a yearly amount that falls into a quarter."""
    return _quarters(annual)[int(period[-1]) - 1]


@cache
def _quarters(annual: int) -> tuple[int, ...]:
    return tuple(split(annual, (1, 1, 1, 1)))
