"""Judge of a plan made anew: what of the earlier one it keeps and what it changes."""

from collections.abc import Iterator

from inventory.text import _
from planner.plan import Action, Decided, Move, decided_by, elsewhere
from planner.verifier.case import Case, Reading
from planner.verifier.judges import judge


@judge("past_kept")
def past_kept(case: Case) -> Iterator[Reading]:
    """Nothing before the first open period differs from the earlier plan."""
    if case.plan.replanned is None:
        return
    before = waiting(case)
    for move in case.plan.moves:
        if move.system in case.city.system and not case.arrived(move.system):
            kept = _keeps(case, before.get(move.system), move)
            message = _("{system} changes what lies before {period}").format(
                system=move.system, period=case.plan.replanned.as_of
            )
            yield Reading(move.system, 0 if kept else -1, message)
    yield from _orders(case)


def _keeps(case: Case, before: Decided | None, move: Move) -> bool:
    as_of = _as_of(case)
    if before and before.period and before.period < as_of:
        return _same(before, move) and not elsewhere(before, decided_by(move))
    earliest = (before.work_starts or as_of) if before and _begun(case, before) else as_of
    return move.period is None or (move.period >= as_of and (move.work_starts or move.period) >= earliest)


def _orders(case: Case) -> Iterator[Reading]:
    earlier = case.plan.replanned.blocks if case.plan.replanned else ()
    ours, theirs = (
        {(o.block, o.period): o.count for o in orders if o.period < _as_of(case)}
        for orders in (case.plan.blocks, earlier)
    )
    for block, period in sorted(ours.keys() | theirs.keys()):
        same = ours.get((block, period)) == theirs.get((block, period))
        message = _("the order of {block} in {period} is not as it was").format(block=block, period=period)
        yield Reading(block, 0 if same else -1, message)


def _as_of(case: Case) -> str:
    return case.plan.replanned.as_of if case.plan.replanned else ""


def _begun(case: Case, before: Decided) -> bool:
    """Whether a move was under way when the plan was made anew."""
    begun = before.work_starts is not None and before.work_starts < _as_of(case)
    return before.action is Action.rehost and begun and (before.period or "") >= _as_of(case)


def _same(before: Decided, move: Move) -> bool:
    return (before.action, before.period) == (move.action, move.period)


def waiting(case: Case) -> dict[str, Decided]:
    """Return what was decided for systems that both plans know and that have not arrived."""
    rows = case.plan.replanned.decided if case.plan.replanned else ()
    inside = {system.id for system in case.systems if not case.arrived(system.id)}
    return {row.system: row for row in rows if row.system in inside}


def changes(case: Case) -> list[tuple[str, str]]:
    """Return system and kind of every decision that differs."""
    found = []
    for system, before in waiting(case).items():
        if move := case.move.get(system):
            if not _same(before, move):
                found.append((system, "period" if before.action is move.action else "action"))
            if elsewhere(before, decided_by(move)):
                found.append((system, "placement"))
    return found


def displaced(case: Case) -> int:
    """Count the moves under way that are not cut over when they should be."""
    going = [before for before in waiting(case).values() if _begun(case, before)]
    return sum(b.system not in case.move or not _same(b, case.move[b.system]) for b in going)
