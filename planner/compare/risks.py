"""What may go wrong with either plan: room, proof, rules left out, assumptions behind figures."""

from planner.compare.records import Presumed, Risk
from planner.plan import Assumed, Plan
from planner.scenario import carried


def risks(a: Plan, b: Plan) -> tuple[Risk, ...]:
    """Return every sign of risk of both plans."""
    first, second = _risks(a), _risks(b)
    return tuple(Risk(key, first[key], second[key]) for key in first)


def _risks(plan: Plan) -> dict[str, float | None]:
    reached = {stage.name: stage.objective for stage in plan.stages}
    loads = [row.used / row.capacity for row in plan.usage if row.capacity]
    return {
        "uncovered": reached.get("coverage"),
        "parted": reached.get("disruption"),
        "fullest": max(loads, default=None),
        "tight": sum(row.used == row.capacity > 0 for row in plan.usage) if plan.found else None,
        "gap": plan.gap,
        "gap_of_saving": plan.gap_of_saving,
        "unproven": sum(not stage.proven for stage in plan.stages) if plan.found else None,
        "rejected": None if plan.verified is None else int(not plan.verified),
        "rules_off": len(carried(plan.scenario).rules_off),
        "study_only": len(plan.for_study_only),
        "assumed_kinds": len(plan.assumptions),
        "assumed_times": sum(row.count for row in plan.assumptions),
        "assumed_caps": len({row.project for row in plan.projects if row.assumed}),
    }


def presumed(a: Plan, b: Plan) -> tuple[Presumed, ...]:
    """Return the assumptions that only one plan uses, or that differ in value."""
    first, second = ({row.key: row for row in plan.assumptions} for plan in (a, b))
    every = [_presumed(key, first.get(key), second.get(key)) for key in sorted(first | second)]
    return tuple(row for row in every if row.a != row.b)


def _presumed(key: str, a: Assumed | None, b: Assumed | None) -> Presumed:
    return Presumed(key, _told(a), _told(b), (a.count if a else 0, b.count if b else 0))


def _told(row: Assumed | None) -> str | None:
    return f"{row.value} {row.unit}".strip() if row else None
