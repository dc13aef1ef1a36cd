"""The problem as plain sets and integers: no solver, no inventory classes.

Index ``t`` counts periods from 0; money is fen, effort hundredths of a person-month,
capacity whole vCPU, GiB and Mbit/s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from inventory.text import joined
from planner.plan import Action, Assumed, Decided, Replanned
from planner.scenario import Period, Pin, Scenario


@dataclass(frozen=True)
class Option:
    """One machine of a workload in one pool."""

    workload: str
    pool: str
    vcpu: int
    memory_gib: int
    storage_gib: Mapping[str, int]
    om_cost: int
    """Rent and software fees of one machine, fen a year."""
    adaptation: str
    """Least adaptation kind the pool asks of the workload."""

    @property
    def demand(self) -> dict[str, int]:
        """Demand of one machine by resource."""
        return {"vcpu": self.vcpu, "memory_gib": self.memory_gib, **self.storage_gib}


@dataclass(frozen=True)
class Dropped:
    """An option that cannot be, and why (already in words)."""

    workload: str
    pool: str
    reason: str


@dataclass(frozen=True)
class Crew:
    """The machines of one workload and where they could go."""

    workload: str
    count: int
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Path:
    """One way to bring a system over: onto a platform by an adaptation kind."""

    platform: str
    kind: str
    effort: Mapping[str, int]
    """Effort by skill, spread evenly over the ``lead`` periods that end with the cutover."""
    lead: int
    """Periods of work, the cutover's included."""
    one_off: int
    pools: frozenset[str]
    """Pools this way may use."""

    @property
    def key(self) -> str:
        """Name of the path inside its system."""
        return f"{self.platform}.{self.kind}"


@dataclass(frozen=True)
class Mover:
    """A system in the plan's scope: what it costs now and what may become of it."""

    id: str
    project: str | None
    platform: str
    arrived: bool
    """True where it runs on a Xinchuang platform already."""
    share: int
    """Its yearly O&M today, fen."""
    rent: int
    """The part of the share that present resources cost; it ends with a move."""
    parallel_run: int
    """Old rent due while old and new run side by side, fen, once."""
    overlap: int
    """Whole periods before the cutover in which the target is already occupied."""
    paths: tuple[Path, ...]
    crews: tuple[Crew, ...]
    confirmed: bool
    """True where its death is confirmed in writing."""
    retire_cost: int
    retire_effort: Mapping[str, int]
    blocked: frozenset[int]
    """Periods without cutover."""
    dropped: tuple[Dropped, ...] = ()
    retirable: bool = True
    """Whether the scenario lets it retire at all."""
    may_move: bool = True

    @property
    def kept(self) -> int:
        """Yearly O&M that a move does not touch: support, labour."""
        return self.share - self.rent

    @property
    def movable(self) -> bool:
        """Whether any way to move exists."""
        return bool(self.paths) and self.may_move


@dataclass(frozen=True)
class Room:
    """A target pool's capacity by resource and period, reserve taken off."""

    pool: str
    platform: str
    capacity: Mapping[str, tuple[int, ...]]
    used: Mapping[str, int]
    """What runs there today."""


@dataclass(frozen=True)
class Purchase:
    """A block of capacity that may be bought."""

    block: str
    pool: str
    adds: Mapping[str, int]
    price: int
    lead: int
    """Periods from order to use."""
    maximum: int


@dataclass(frozen=True)
class Cap:
    """The cost rule's subject: systems whose O&M is summed, and the audited amount."""

    name: str
    systems: tuple[str, ...]
    audited: int
    """Audited yearly O&M, or its assumption, fen."""
    assumed: bool
    raised: int = 0
    """How much more the scenario allows, fen a year."""


@dataclass(frozen=True)
class Coverage:
    """An existing project that counts once all its systems are through."""

    project: str
    weight: int
    systems: tuple[str, ...]
    """Systems that must move or retire; those already there are left out."""


@dataclass(frozen=True)
class Bond:
    """A dependency between two systems of the plan."""

    id: str
    consumer: str
    provider: str
    mbit: int


@dataclass(frozen=True)
class Apart:
    """Traffic that a pair of places puts on a line; ``None`` means where it is now."""

    bond: str
    a: str
    a_platform: str | None
    b: str
    b_platform: str | None
    mbit: int


@dataclass(frozen=True)
class Line:
    """A line that parted systems could fill."""

    link: str
    room: int
    """Mbit/s left below the planned peak."""
    loads: tuple[Apart, ...]


@dataclass(frozen=True)
class Commitment:
    """What a cloud contract guarantees by period, and what its systems pay anyway."""

    platform: str
    due: tuple[int, ...]
    rents: Mapping[str, int]
    """Yearly rent by system."""


@dataclass(frozen=True)
class Due:
    """A system that must be through by the end of a period."""

    system: str
    period: int
    subject: str
    """Who says so: a contract or a deadline."""


@dataclass(frozen=True)
class Problem:
    """Everything the rules need."""

    city: str
    digest: str
    scenario: Scenario
    names: Mapping[str, str]
    """Names by id, for explanations."""
    movers: tuple[Mover, ...]
    rooms: tuple[Room, ...]
    purchases: tuple[Purchase, ...]
    caps: tuple[Cap, ...]
    coverage: tuple[Coverage, ...]
    order: tuple[tuple[str, str], ...]
    """(consumer, provider) pairs: the provider goes no later."""
    groups: tuple[tuple[str, ...], ...]
    """Systems that go in the same period."""
    bonds: tuple[Bond, ...]
    lines: tuple[Line, ...]
    without_ipv6: Mapping[str, str]
    """Target platforms that IPv6 is not known to reach from end to end, and why in words;
    empty where the scenario ignores IPv6."""
    commitments: tuple[Commitment, ...]
    contract_ends: tuple[Due, ...]
    deadlines: tuple[Due, ...]
    pins: tuple[Pin, ...]
    """Decisions fixed by hand: the scenario's, then the inventory's."""
    person_month_price: int
    earlier: Replanned | None = None
    """The plan to keep to where the problem is a re-planning."""
    assumed: tuple[Assumed, ...] = ()
    """The assumptions that stood in, and how often."""

    @property
    def periods(self) -> tuple[Period, ...]:
        """The planning periods."""
        return self.scenario.calendar

    @property
    def horizon(self) -> range:
        """Period indices."""
        return range(self.scenario.periods)

    def quarter(self, t: int) -> int:
        """Return which quarter of its year a period is, 0 to 3."""
        return int(self.periods[t].name[-1]) - 1

    @cached_property
    def mover(self) -> dict[str, Mover]:
        """Movers by system id."""
        return {mover.id: mover for mover in self.movers}

    @cached_property
    def decided(self) -> dict[str, Decided]:
        """What the earlier plan decided for systems that have not arrived, by system."""
        rows = self.earlier.decided if self.earlier else ()
        return {d.system: d for d in rows if d.system in self.mover and not self.mover[d.system].arrived}

    @property
    def as_of(self) -> int:
        """Index of the first period still open; 0 unless this is a re-planning."""
        return (self.earlier and self.period_index(self.earlier.as_of)) or 0

    def past(self, decided: Decided) -> bool:
        """Whether an earlier decision was carried out before the first open period."""
        at = self.period_index(decided.period) if decided.period else None
        return at is not None and at < self.as_of

    def under_way(self, decided: Decided) -> bool:
        """Whether the work of an earlier move has begun and its cutover lies ahead."""
        begun = decided.work_starts is not None and decided.work_starts < self.periods[self.as_of].name
        ahead = decided.period is not None and not self.past(decided)
        return decided.action is Action.rehost and begun and ahead

    def called(self, *ids: str) -> str:
        """Return the names behind some ids as an enumeration."""
        return joined(self.names.get(name, name) for name in ids)

    @cached_property
    def years(self) -> dict[int, tuple[int, ...]]:
        """Period indices by fiscal year."""
        found: dict[int, list[int]] = {}
        for t, period in enumerate(self.periods):
            found.setdefault(period.fiscal_year, []).append(t)
        return {year: tuple(ts) for year, ts in found.items()}

    def period_index(self, name: str) -> int | None:
        """Return the index of a period by name, if it lies in the horizon."""
        return self._index.get(name)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {period.name: t for t, period in enumerate(self.periods)}

    @property
    def ipv6_required(self) -> bool:
        """Whether systems may only go where IPv6 gets."""
        return self.scenario.ipv6 == "require" and "ipv6_ready_target" not in self.scenario.rules_off

    @property
    def coverage_by(self) -> int:
        """Index of the period by which coverage counts."""
        named = self.scenario.coverage_deadline
        found = self.period_index(named) if named else None
        return self.scenario.periods - 1 if found is None else found
