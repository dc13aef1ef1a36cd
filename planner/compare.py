"""Two plans side by side: what differs by system, in money, and in what was asked for."""

from dataclasses import asdict, dataclass
from difflib import unified_diff
from typing import Any

from inventory.saver import file_form, yaml_text
from planner.plan import Action, Move, Plan
from planner.scenario import carried


@dataclass(frozen=True)
class Outcome:
    """What one plan decides for a system."""

    action: Action
    period: str | None
    pools: tuple[str, ...]
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
class Comparison:
    """The difference of two plans."""

    names: tuple[str, str]
    """Scenario names."""
    for_study_only: tuple[tuple[str, ...], tuple[str, ...]]
    """Legal rules that each scenario switches off: such a plan is for study only (仅供推演)."""
    same_inventory: bool
    """False where the inventories differ, as they are or by the scenarios' overrides."""
    changes: tuple[Change, ...]
    """Systems for which the plans differ, by id."""
    alike: int
    """Number of systems for which they agree."""
    sums: tuple[Sums, ...]
    scenario_diff: str
    """Unified diff of the scenarios as files say them; empty where they are the same."""

    def as_json(self) -> dict[str, Any]:
        """Return the comparison in the shape ``govplan.comparison/1``."""
        return {"schema": "govplan.comparison/1"} | asdict(self)


def compare(a: Plan, b: Plan) -> Comparison:
    """Compare two plans: every system, every total, and the scenarios behind them."""
    first, second = _outcomes(a), _outcomes(b)
    systems = sorted(first | second)
    changes = [Change(s, first.get(s), second.get(s)) for s in systems if first.get(s) != second.get(s)]
    return Comparison(
        names=(str(a.scenario.get("name", "")), str(b.scenario.get("name", ""))),
        for_study_only=(a.for_study_only, b.for_study_only),
        same_inventory=a.digests.inventory == b.digests.inventory,
        changes=tuple(changes),
        alike=len(systems) - len(changes),
        sums=tuple(Sums(key, x, _sums(b)[key]) for key, x in _sums(a).items()),
        scenario_diff=_diff(a, b),
    )


def _outcomes(plan: Plan) -> dict[str, Outcome]:
    return {move.system: _outcome(move) for move in plan.moves}


def _outcome(move: Move) -> Outcome:
    pools = tuple(sorted({place.pool for place in move.placements}))
    return Outcome(move.action, move.period, pools, move.om_cost_after, move.one_off, move.parallel_run)


def _sums(plan: Plan) -> dict[str, int]:
    actions = {"moved": Action.rehost, "retired": Action.retire, "staying": Action.stay}
    counts = {key: sum(m.action is action for m in plan.moves) for key, action in actions.items()}
    money = ("om_cost", "one_off", "blocks", "parallel_run", "commitment")
    return {
        **counts,
        "om_cost_after": sum(move.om_cost_after for move in plan.moves),
        **{key: sum(getattr(row, key) for row in plan.ledger) for key in money},
    }


def _diff(a: Plan, b: Plan) -> str:
    lines = unified_diff(_lines(a), _lines(b), _title(a), _title(b), lineterm="")
    return "\n".join(lines)


def _title(plan: Plan) -> str:
    return str(plan.scenario.get("name", ""))


def _lines(plan: Plan) -> list[str]:
    return yaml_text(file_form(carried(plan.scenario))).splitlines()
