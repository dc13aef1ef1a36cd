"""What a comparison consists of; the first plan is ``a``, the second ``b``."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from planner.plan import Action


@dataclass(frozen=True)
class Outcome:
    """What one plan decides for a system."""

    action: Action
    period: str | None
    adaptation: str | None
    pools: Mapping[str, int]
    """Machines by pool."""
    om_cost_after: int
    """Recurring O&M afterwards, fen a year."""
    one_off: int
    """Fen, once."""
    parallel_run: int
    """Fen, once."""


@dataclass(frozen=True)
class Change:
    """A system for which the plans differ; one side is missing where a plan does not know it."""

    system: str
    a: Outcome | None
    b: Outcome | None

    def more(self, field: str) -> int:
        """Return by how many fen the second plan costs more in a money field."""
        return getattr(self.b, field, 0) - getattr(self.a, field, 0)


@dataclass(frozen=True)
class Sums:
    """One figure of both plans."""

    key: str
    """moved, retired, staying, om_cost_after, om_cost, one_off, blocks, parallel_run or commitment."""
    a: int
    b: int

    @property
    def more(self) -> int:
        """By how much the second is larger."""
        return self.b - self.a


@dataclass(frozen=True)
class Quarter:
    """A period of both plans: who goes, and the money of the period in fen."""

    period: str
    figures: tuple[Sums, ...]
    """moved, retired, om_cost, one_off, blocks, parallel_run and commitment."""

    @property
    def differs(self) -> bool:
        """Whether the plans differ in it."""
        return any(figure.more for figure in self.figures)


@dataclass(frozen=True)
class Load:
    """A pool's resource in both plans; nothing where a plan does not use the pool at all."""

    pool: str
    resource: str
    """machines (moved there), vcpu, memory_gib or a storage tier."""
    peak: tuple[int | None, int | None]
    """Largest amount in use in any period."""
    room: tuple[int | None, int | None]
    """Least amount left in any period in which the pool offers some; none for machines."""


@dataclass(frozen=True)
class Risk:
    """One sign of what may go wrong with the plans; nothing where a plan does not tell."""

    key: str
    """uncovered, parted, fullest, tight, gap, gap_of_saving, unproven, rejected, rules_off,
    study_only, assumed_kinds, assumed_times or assumed_caps."""
    a: float | None
    b: float | None


@dataclass(frozen=True)
class Presumed:
    """An assumption on which the plans rest differently; nothing where a plan does without."""

    key: str
    a: str | None
    """Value and unit."""
    b: str | None
    times: tuple[int, int]
    """How often each plan uses it."""


@dataclass(frozen=True)
class Setting:
    """A field of the scenario that differs; nothing where a scenario does not speak of it."""

    path: str
    """Where it stands in the file. Example: overrides.pools.kunpeng-a.vcpu."""
    a: Any
    b: Any


@dataclass(frozen=True)
class Comparison:
    """The difference of two plans."""

    names: tuple[str, str]
    """Scenario names."""
    for_study_only: tuple[tuple[str, ...], tuple[str, ...]]
    """Legal rules that each scenario switches off: such a plan is for study only (仅供推演)."""
    rules_off: tuple[tuple[str, ...], tuple[str, ...]]
    """Every rule that each scenario switches off."""
    same_inventory: bool
    """False where the inventories differ, as they are or by the scenarios' overrides."""
    changes: tuple[Change, ...]
    """Systems for which the plans differ, by id."""
    alike: int
    """Number of systems for which they agree."""
    sums: tuple[Sums, ...]
    periods: tuple[Quarter, ...]
    """Every period of either plan, in order."""
    pools: tuple[Load, ...]
    """Every target pool and resource of either plan."""
    risks: tuple[Risk, ...]
    presumed: tuple[Presumed, ...]
    """Assumptions on which the plans rest differently, by key."""
    settings: tuple[Setting, ...]
    """Fields and overrides in which the scenarios differ, in file order."""
    scenario_diff: str
    """Unified diff of the scenarios as files say them; empty where they are the same."""

    def as_json(self) -> dict[str, Any]:
        """Return the comparison in the shape ``govplan.comparison/1``."""
        return {"schema": "govplan.comparison/1"} | asdict(self)
