"""What a search decides."""

from dataclasses import dataclass, field

from planner.problem import Problem
from planner.rules import Choices


@dataclass
class Decisions:
    """The plan as whole numbers, straight from the model."""

    moved: dict[str, tuple[int, str]] = field(default_factory=dict)
    """System to period and path."""
    retired: dict[str, int] = field(default_factory=dict)
    machines: dict[tuple[str, str], int] = field(default_factory=dict)
    """(workload, pool) to machines, of moved systems."""
    bought: dict[tuple[str, int], int] = field(default_factory=dict)
    """(block, period) to blocks ordered."""


def decided(problem: Problem, x: Choices) -> Decisions:
    """Return what the values of a model's variables decide."""
    chosen = Decisions()
    for (system, path), ats in x.moved_at.items():
        for t, z in enumerate(ats):
            if (z.varValue or 0) > 0.5:
                chosen.moved[system] = (t, path)
    for system, ats in x.retired_at.items():
        for t, q in enumerate(ats):
            if (q.varValue or 0) > 0.5:
                chosen.retired[system] = t
    gone = {crew.workload for m in problem.movers if m.id in chosen.moved for crew in m.crews}
    for (workload, pool), y in x.machines.items():
        if workload in gone and round(y.varValue or 0):
            chosen.machines[workload, pool] = round(y.varValue or 0)
    for block, ats in x.bought.items():
        chosen.bought |= {(block, t): n for t, b in enumerate(ats) if (n := round(b.varValue or 0))}
    return chosen
