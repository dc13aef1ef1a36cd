"""The plan as a frozen value that round-trips through JSON (``govplan.plan/1``)."""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inventory.errors import Fault, InputError, Place
from inventory.text import _, joined
from inventory.wording import sentences


class Action(StrEnum):
    """What happens to a system."""

    rehost = "rehost"
    retire = "retire"
    stay = "stay"


class Status(StrEnum):
    """How the search ended; only optimal and feasible carry a plan."""

    optimal = "optimal"
    feasible = "feasible"
    infeasible = "infeasible"
    unknown = "unknown"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Stage(_Part):
    """One objective of the lexicographic search."""

    name: str
    """coverage, cost, ipv6 or disruption."""
    objective: float
    """Value of the plan."""
    bound: float
    """Proven bound."""
    gap: float
    """|objective - bound| / max(|bound|, 1)."""
    proven: bool = True
    """False where an earlier stage was cut off before its proof."""
    seconds: float = 0.0
    """Time the stage took."""


class Placement(_Part):
    """How many machines of a workload go to which pool, and their size there."""

    workload: str
    pool: str
    count: int
    vcpu: int
    """vCPU of one machine."""
    memory_gib: int
    """Memory of one machine, GiB."""
    storage_gib: dict[str, int]
    """Storage of one machine by tier, GiB."""


class Move(_Part):
    """What the plan decides for one system."""

    system: str
    project: str | None
    action: Action
    period: str | None
    """Period of cutover or retirement; none for stay."""
    placements: tuple[Placement, ...] = ()
    om_cost_before: int
    """Recurring O&M today, fen a year."""
    om_cost_after: int
    """Recurring O&M afterwards, fen a year."""
    one_off: int
    """Adaptation and migration, fen, once."""
    parallel_run: int = 0
    """Cost of running old and new side by side, fen, once."""
    effort: int = 0
    """Adaptation effort, hundredths of a person-month."""
    adaptation: str | None = None
    """rehost, recompile, replace_db or rewrite."""
    work_starts: str | None = None
    """First period of adaptation work."""
    reasons: tuple[str, ...] = ()
    """Why it stays, or why not elsewhere, in words."""


class ProjectYear(_Part):
    """The cost rule for one project and fiscal year."""

    project: str
    year: int
    om_cost: int
    """Annualised recurring O&M, fen."""
    cap: int
    """The most the rule allows, fen."""
    assumed: bool = False
    """True where no audited amount is known and the rent stands in."""


class LedgerRow(_Part):
    """Money of one period, in fen; recurring, one-off and parallel running stay apart."""

    period: str
    om_cost: int
    one_off: int
    parallel_run: int
    commitment: int = 0
    """Minimum commitment due on clouds left behind beyond what still runs there."""
    blocks: int = 0
    """Capacity bought (also one-off)."""
    om_cost_baseline: int = 0
    """Recurring O&M of the same period if everything stays as it is."""


class BlockOrder(_Part):
    """Capacity bought: ordered in a period, of use after its lead time."""

    block: str
    period: str
    count: int


class Decided(_Part):
    """What an earlier plan decided for a system."""

    system: str
    action: Action
    period: str | None = None
    work_starts: str | None = None
    adaptation: str | None = None
    machines: dict[str, dict[str, int]] = {}
    """Workload to pool to number of machines."""


class ChangedDecision(_Part):
    """A decision that differs from the earlier plan's."""

    system: str
    decision: Literal["action", "period", "placement"]


class Replanned(_Part):
    """What a plan was planned anew from, and which decisions it changes."""

    earlier: str
    """Digest of the earlier plan."""
    as_of: str
    """First period that was still open; all before is as the earlier plan has it."""
    change_penalty: int
    """Price of a changed decision in the cost stage, fen."""
    decided: tuple[Decided, ...]
    """The earlier plan's decisions."""
    blocks: tuple[BlockOrder, ...] = ()
    """The earlier plan's orders."""
    changed: tuple[ChangedDecision, ...] = ()
    """Decisions that differ, for systems that both plans know and that have not arrived."""


class RuleState(_Part):
    """A rule as the plan meets it, at its tightest subject."""

    rule: str
    holds: bool
    slack: float | None
    """Room left at the tightest subject, in the rule's unit."""
    subject: str


class Relaxation(_Part):
    """The smallest change of one rule that makes a plan possible."""

    what: str
    amount: float
    unit: str
    cost: int | None = None
    """Price of the change in fen, where it has one."""
    change: dict[str, Any] = {}
    """The change as fields of the scenario, as its file would write them."""
    as_of: str | None = None
    """For a plan made anew: the first open period that makes it possible."""


class Conflict(_Part):
    """A rule that takes part in a contradiction."""

    rule: str
    subjects: tuple[str, ...]
    periods: tuple[str, ...]
    relaxation: Relaxation | None


class Digests(_Part):
    """What the plan was computed from."""

    inventory: str
    scenario: str


class Usage(_Part):
    """Load of a pool in a period against what it offers."""

    pool: str
    period: str
    resource: str
    """vcpu, memory_gib or a storage tier."""
    used: int
    capacity: int
    """After the reserve, with blocks bought."""


class RuledOut(_Part):
    """A pool that a workload cannot use, and why."""

    system: str
    workload: str
    pool: str
    reason: str


class Assumed(_Part):
    """An assumption the plan rests on, and how often."""

    key: str
    value: str
    unit: str
    grade: str | None
    count: int


class Plan(_Part):
    """A migration plan, or the reason why there is none."""

    schema_: Literal["govplan.plan/1"] = Field("govplan.plan/1", alias="schema")
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    status: Status
    stages: tuple[Stage, ...] = ()
    gap: float | None = None
    """(plan - bound) / bound of the cost stage on total discounted cost."""
    gap_of_saving: float | None = None
    """(plan - bound) / (stay-as-is - bound): the sterner one."""
    seconds: float = 0.0
    first_plan_seconds: float | None = None
    spent: dict[str, float] = {}
    """Seconds by engine: prices, repair (drafts and pieces), mip."""
    digests: Digests
    program: str
    """Version of govplan."""
    city: str
    scenario: dict[str, Any]
    periods: tuple[str, ...]
    moves: tuple[Move, ...] = ()
    projects: tuple[ProjectYear, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()
    blocks: tuple[BlockOrder, ...] = ()
    rules: tuple[RuleState, ...] = ()
    usage: tuple[Usage, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    """Systems that move together because their dependencies form a cycle or say so."""
    assumptions: tuple[Assumed, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    """Options that cannot be, with their reasons."""
    conflict: tuple[Conflict, ...] = ()
    for_study_only: tuple[str, ...] = ()
    """Legal rules that were switched off: such a plan is for study only (仅供推演)."""
    verified: bool | None = None
    """Whether the second opinion accepted it."""
    replanned: Replanned | None = None
    """What it was planned anew from; none for a first plan."""

    @property
    def found(self) -> bool:
        """Whether there is a plan to show."""
        return self.status in (Status.optimal, Status.feasible)

    @property
    def digest(self) -> str:
        """SHA-256 of the plan's JSON text."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @property
    def decided(self) -> tuple[Decided, ...]:
        """What it decides, without the figures."""
        return tuple(map(decided_by, self.moves))

    def to_json(self) -> str:
        """Return the plan as JSON text."""
        return self.model_dump_json(indent=1)


def decided_by(move: Move) -> Decided:
    """Return what a move decides, without its figures."""
    machines: dict[str, dict[str, int]] = {}
    for place in move.placements:
        machines.setdefault(place.workload, {})[place.pool] = place.count
    return Decided(
        system=move.system,
        action=move.action,
        period=move.period,
        work_starts=move.work_starts,
        adaptation=move.adaptation,
        machines=machines,
    )


def elsewhere(before: Decided, now: Decided) -> bool:
    """Whether two moves of a system set a workload that both know down in different places."""
    both = before.action is now.action is Action.rehost
    known = before.machines.keys() & now.machines.keys()
    return both and any(before.machines[name] != now.machines[name] for name in known)


def read(path: Path) -> Plan:
    """Read a plan from a JSON file.

    Raises:
        InputError: the file is missing, no JSON, or not a plan; every fault with its field.
    """
    try:
        return Plan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(
            [_fault(path, "missing-file", error.strerror or "", _("name a plan written by govplan plan"))]
        ) from error
    except ValidationError as error:
        raise InputError(
            _fault(path, "bad-plan", told, _("write the plan again with govplan plan"))
            for told in sentences(error)
        ) from error


def _fault(path: Path, code: str, message: str, fix: str) -> Fault:
    return Fault(code, Place(str(path)), message, fix)


def spans(periods: Sequence[str]) -> str:
    """Return quarters with runs drawn together: 2027Q1–2027Q3, 2028Q1."""
    runs: list[list[str]] = []
    for period in periods:
        if runs and _quarter(period) == _quarter(runs[-1][-1]) + 1:
            runs[-1].append(period)
        else:
            runs.append([period])
    return joined([run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs])


def _quarter(period: str) -> int:
    year, quarter = period.split("Q")
    return int(year) * 4 + int(quarter)
