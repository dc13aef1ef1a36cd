"""What binds a plan that is made anew: the past, moves under way, and the price of change."""

from collections.abc import Iterator

import pulp

from planner.plan import Action, Decided
from planner.problem import Crew, Mover, Problem
from planner.rules.choices import Choices, Terms
from planner.rules.rows import FEN_A_UNIT, Row, rows_of


@rows_of("past_kept")
def past_kept(p: Problem, x: Choices) -> Iterator[Row]:
    """Done is done, with its places and orders; nothing begins before the first open period."""
    for mover in p.movers if p.earlier else ():
        decided = p.decided.get(mover.id)
        if decided and p.past(decided):
            yield from _done(p, x, mover, decided)
        elif terms := _too_early(p, x, mover, decided):
            yield Row((mover.id, "early"), terms, "<=", 0, (mover.id,), p.as_of)
    ordered = {(o.block, o.period): o.count for o in p.earlier.blocks} if p.earlier else {}
    for block, bought in x.bought.items():
        for t in range(p.as_of):
            name = p.periods[t].name
            yield Row((block, name), [(bought[t], 1.0)], "==", ordered.get((block, name), 0), (), t)


def _done(p: Problem, x: Choices, mover: Mover, decided: Decided) -> Iterator[Row]:
    yield Row((mover.id, "done"), acted(p, x, decided), ">=", 1, (mover.id,), p.as_of)
    for crew, placed in _placed(mover, decided):
        for option in crew.options:
            terms: Terms = [(x.machines[crew.workload, option.pool], 1.0)]
            right = placed.get(option.pool, 0)
            yield Row((mover.id, crew.workload, option.pool), terms, "==", right, (mover.id,), p.as_of)


def _placed(mover: Mover, decided: Decided) -> Iterator[tuple[Crew, dict[str, int]]]:
    """Yield the workloads that the earlier plan knew, with where it set them."""
    for crew in mover.crews if decided.action is Action.rehost and mover.movable else ():
        if crew.workload in decided.machines:
            yield crew, decided.machines[crew.workload]


def acted(p: Problem, x: Choices, decided: Decided) -> Terms:
    """Terms that are 1 where a system does in the same period what the earlier plan decided."""
    at = p.period_index(decided.period) if decided.period else None
    if at is None:
        return []
    if decided.action is Action.rehost:
        return x.moves(decided.system, at)
    return [(q, 1.0) for q in x.retired_at.get(decided.system, [])[at : at + 1]]


def _too_early(p: Problem, x: Choices, mover: Mover, decided: Decided | None) -> Terms:
    """Moves that would begin before the first open period, or before their own work did."""
    begun = decided.work_starts if decided and p.under_way(decided) else None
    first = p.as_of if begun is None else (p.period_index(begun) or 0)
    terms: Terms = [
        (x.moved_at[mover.id, path.key][t], 1.0)
        for path in (mover.paths if mover.movable else ())
        for t in p.horizon
        if t < p.as_of or max(0, t + 1 - path.lead) < first
    ]
    return terms + [(q, 1.0) for q in x.retired_at.get(mover.id, [])[: p.as_of]]


def displaced(p: Problem, x: Choices) -> pulp.LpAffineExpression:
    """Moves under way that are not cut over in the period they were begun for (minimised)."""
    going = [decided for decided in p.decided.values() if p.under_way(decided)]
    kept = [(z, -f) for decided in going for z, f in acted(p, x, decided)]
    return pulp.lpSum_vars_coefs(kept) + len(going)


def change_cost(p: Problem, x: Choices) -> pulp.LpAffineExpression:
    """The price of every changed decision, in thousands of yuan; nothing for a first plan.

    What becomes of a system and when is one decision, where its machines stand another.
    """
    terms: Terms = []
    constant = 0
    for decided in p.decided.values():
        if decided.action is Action.stay:
            terms += x.through(decided.system, len(p.horizon) - 1)
        else:
            constant += 1
            terms += [(v, -f) for v, f in acted(p, x, decided)]
            terms += _displaced_machines(p, x, decided)
    price = p.earlier.change_penalty / FEN_A_UNIT if p.earlier else 0.0
    return (pulp.lpSum_vars_coefs(terms) + constant) * price


def _displaced_machines(p: Problem, x: Choices, decided: Decided) -> Terms:
    """Return a binary that is 1 where a system moves and its machines stand elsewhere than decided."""
    mover = p.mover[decided.system]
    if decided.action is not Action.rehost or not mover.movable or p.past(decided):
        return []
    elsewhere = x.model.add_variable(f"k[{mover.id}]", 0, 1, "Binary")
    moved = x.moved(mover.id, len(p.horizon) - 1)
    for crew, placed in _placed(mover, decided):
        for option in crew.options:
            wanted = placed.get(option.pool, 0)
            fewer = [(m, f * wanted) for m, f in moved] + [(x.machines[crew.workload, option.pool], -1.0)]
            for sign in (1.0, -1.0):
                row = [(v, sign * f) for v, f in fewer] + [(elsewhere, -float(max(crew.count, wanted)))]
                x.model.addConstraint(pulp.lpSum_vars_coefs(row) <= 0)
    return [(elsewhere, 1.0)]
