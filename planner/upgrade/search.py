"""The lexicographic search for upgrades: most weight ready at the end, least money, soonest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulp

from planner.plan import Stage
from planner.rules import FEN_A_UNIT
from planner.solver.search import Clock, End, Outcome, relative_gap, run
from planner.upgrade.model import Choices, build, cost, unready, waiting
from planner.upgrade.problem import Problem

STAGES = (("coverage", unready, True), ("cost", cost, False), ("earliness", waiting, True))
SHARES = {"coverage": 0.5, "cost": 0.9, "earliness": 1.0}
"""Part of the time limit that is used up when a stage ends at the latest."""


@dataclass
class Found:
    """What the search brought: when each hop is upgraded, and how each stage ended."""

    done: dict[str, int] | None = None
    """Subject to the index of its period; none where there is no plan."""
    stages: list[Stage] = field(default_factory=list)
    end: End = End.nothing


def search(
    problem: Problem,
    years: Sequence[int],
    budgets: Mapping[int, int],
    required: Sequence[str],
    clock: Clock,
) -> Found:
    """Run the stages; each keeps what those before it reached."""
    if not problem.candidates:
        return Found({}, [], End.proven)
    x, found = build(problem, years, budgets, required), Found()
    for stage, objective, whole in STAGES:
        aim = objective(problem, x)
        x.model.setObjective(aim)
        seconds = SHARES[stage] * clock.limit - clock.seconds
        if found.done is not None and (seconds <= 0 or clock.stopped):
            return _unproven(found)
        outcome = run(x.model, clock, stage, seconds=seconds, whole=whole, warm=found.done is not None)
        if outcome.end in (End.infeasible, End.nothing):
            return _unproven(found) if found.done is not None else Found(end=outcome.end)
        found.done = _done(x)
        found.stages.append(_stage(stage, aim, outcome, whole, found.end is not End.found))
        found.end = End.found if End.found in (found.end, outcome.end) else End.proven
        x.model.addConstraint(aim <= _reached(aim, whole), f"keep_{stage}")
    return found


def _unproven(found: Found) -> Found:
    found.end = End.found
    return found


def _done(x: Choices) -> dict[str, int]:
    """Read the first period in which each hop is upgraded."""
    chosen = {s: [t for t, u in enumerate(us) if (u.varValue or 0) > 0.5] for s, us in x.upgraded_by.items()}
    return {subject: periods[0] for subject, periods in chosen.items() if periods}


def _reached(aim: pulp.LpAffineExpression, whole: bool) -> float:
    value = aim.value() or 0.0
    return round(value) if whole else value + 0.5 / FEN_A_UNIT


def _stage(name: str, aim: pulp.LpAffineExpression, outcome: Outcome, whole: bool, proven: bool) -> Stage:
    unit = 1 if whole else FEN_A_UNIT
    value = float(round((aim.value() or 0.0) * unit))
    bound = min(value, round((outcome.bound or 0.0) * unit))
    return Stage(
        name=name,
        objective=value,
        bound=bound,
        gap=relative_gap(value, bound) or 0.0,
        proven=proven,
        seconds=round(outcome.seconds, 3),
    )


def needed(problem: Problem, done: Mapping[str, int], periods: int) -> dict[str, int]:
    """Leave out upgrades without which the same is ready in every period.

    The solver need not care about upgrades that cost nothing.
    """
    left, users = dict(done), problem.users()
    for subject in sorted(left, key=lambda s: (-problem.candidates[s].cost, s)):
        fewer = {s: t for s, t in left.items() if s != subject}
        served = users[subject]
        if all(
            problem.ready(by(left, t), served) == problem.ready(by(fewer, t), served) for t in range(periods)
        ):
            left = fewer
    return left


def by(done: Mapping[str, int], t: int) -> frozenset[str]:
    """Return the hops upgraded by a period."""
    return frozenset(subject for subject, when in done.items() if when <= t)
