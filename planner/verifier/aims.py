"""What a plan reaches, recomputed: coverage, discounted cost, IPv6, quarters spent apart."""

from planner.plan import LedgerRow
from planner.verifier.case import Case
from planner.verifier.replanning import changes, displaced

PPM = 1_000_000


def reached(case: Case) -> dict[str, float]:
    """Return the value of each stage by name; the cost in fen."""
    found = {
        "coverage": float(_uncovered(case)),
        "cost": discounted(case, [_spent(row) for row in case.plan.ledger]) + _change_cost(case),
        "disruption": float(_parted(case)),
    }
    if case.scenario.ipv6 == "prefer":
        found["ipv6"] = float(sum(case.misses_ipv6(move) for move, _at in case.moved()))
    if case.plan.replanned:
        found["under_way"] = float(displaced(case))
    return found


def _change_cost(case: Case) -> int:
    return len(changes(case)) * case.plan.replanned.change_penalty if case.plan.replanned else 0


def discounted(case: Case, amounts: list[int]) -> float:
    """Return what amounts of successive quarters are worth in the first, in fen."""
    yearly: float = 1 + case.scenario.discount_rate / 10_000
    worth: list[int] = [round(PPM / yearly ** (t / 4)) for t in range(len(amounts))]
    return sum(amount * part for amount, part in zip(amounts, worth, strict=True)) / PPM


def _spent(row: LedgerRow) -> int:
    return row.om_cost + row.one_off + row.parallel_run + row.commitment + row.blocks


def _uncovered(case: Case) -> int:
    """Weigh the existing projects with a system not through by the coverage deadline."""
    limit, total = case.index.get(case.scenario.coverage_deadline or "", len(case.calendar) - 1), 0
    for project in case.city.projects:
        members = [system for system in case.city.systems_of[project.id] if system.id in case.alive]
        waiting = [s.id for s in members if not case.arrived(s.id)]
        if project.existing and not all(case.gone(s, limit) for s in waiting):
            grades = {s.criticality.value if s.criticality else "ordinary" for s in members}
            total += max(int(case.city.assume(f"coverage_weight.{grade}")) for grade in grades)
    return total


def _parted(case: Case) -> int:
    """Count the quarters in which one partner of a dependency has gone and the other could but has not."""
    actions = case.scenario.actions
    free = {
        s.id
        for s in case.systems
        if not case.arrived(s.id) and ("retire" in actions or ("rehost" in actions and case.can_move(s)))
    }
    pairs = [(d.consumer, d.provider) for d in case.city.dependencies if {d.consumer, d.provider} <= free]
    gone = {system: case.when(system) for system in free}
    never = len(case.calendar)
    at = {system: never if when is None else when for system, when in gone.items()}
    return sum(abs(at[a] - at[b]) for a, b in pairs)
