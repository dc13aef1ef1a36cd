"""Which decisions of an earlier plan a new one changes."""

from collections.abc import Iterator

from planner.plan import ChangedDecision, Decided, Move, Replanned, decided_by, elsewhere
from planner.problem import Problem


def replanned(p: Problem, made: tuple[Move, ...]) -> Replanned | None:
    """Return what the plan was planned anew from with its changed decisions, if it was."""
    return p.earlier and p.earlier.model_copy(update={"changed": tuple(changed(p, made))})


def changed(p: Problem, made: tuple[Move, ...]) -> Iterator[ChangedDecision]:
    """Yield the decisions that differ: what, when, and where where both plans move a system."""
    for move in made:
        if before := p.decided.get(move.system):
            yield from _differing(before, decided_by(move))


def _differing(before: Decided, now: Decided) -> Iterator[ChangedDecision]:
    if before.action is not now.action:
        yield ChangedDecision(system=now.system, decision="action")
    elif before.period != now.period:
        yield ChangedDecision(system=now.system, decision="period")
    if elsewhere(before, now):
        yield ChangedDecision(system=now.system, decision="placement")


def change_cost(p: Problem, made: tuple[Move, ...]) -> int:
    """Return the price of all changed decisions, fen."""
    return p.earlier.change_penalty * len(list(changed(p, made))) if p.earlier else 0


def displaced(p: Problem, made: tuple[Move, ...]) -> int:
    """Return how many moves under way are not cut over in the period they were begun for."""
    when = {move.system: (move.action, move.period) for move in made}
    going = [decided for decided in p.decided.values() if p.under_way(decided)]
    return sum(when[d.system] != (d.action, d.period) for d in going)
