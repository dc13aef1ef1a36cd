"""Rules on when and whether a system goes."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from pulp import LpVariable

from planner.problem import Mover, Problem
from planner.rules.choices import Choices, Terms
from planner.rules.rows import Row, negative, rows_of
from planner.scenario import Forbid, Pin


@rows_of("one_action")
def one_action(p: Problem, x: Choices) -> Iterator[Row]:
    """One action a system; moved-by and retired-by follow from moved-at and retired-at.

    A single binary needs no row, nor does a "by" that is its "at".
    """
    for mover in p.movers:
        done = [term for t in p.horizon for term in x.moves(mover.id, t)]
        done += [(q, 1.0) for q in x.retired_at.get(mover.id, [])]
        if len(done) > 1:
            yield Row((mover.id,), done, "<=", 1, (mover.id,), elastic=False)
    for (system, platform), by in x.moved_by.items():
        ats = [x.moved_at[system, k.key] for k in p.mover[system].paths if k.platform == platform]
        yield from _follow((system, platform), by, ats)
    for system, by in x.retired_by.items():
        yield from _follow((system, "retired"), by, [x.retired_at[system]])


def _follow(subject: tuple[str, str], by: list[LpVariable], ats: list[list[LpVariable]]) -> Iterator[Row]:
    for t, variable in enumerate(by):
        if variable is not ats[0][t]:
            before = [(by[t - 1], -1.0)] if t else []
            terms = [(variable, 1.0), *before, *((at[t], -1.0) for at in ats)]
            yield Row((*subject, str(t)), terms, "==", 0, (subject[0],), t, elastic=False)


@rows_of("adaptation_lead_time")
def adaptation_lead_time(p: Problem, x: Choices) -> Iterator[Row]:
    """``z[s,k,t] = 0`` while fewer periods than the lead have passed."""
    for mover in p.movers:
        for path in mover.paths if mover.movable else ():
            for t in range(min(path.lead - 1, len(p.horizon))):
                yield Row(
                    (mover.id, path.key, p.periods[t].name),
                    [(x.moved_at[mover.id, path.key][t], 1)],
                    "<=",
                    0,
                    (mover.id,),
                    t,
                    worth=path.lead - 1 - t,
                )


@rows_of("blackout")
def blackout(p: Problem, x: Choices) -> Iterator[Row]:
    """``z[s,k,t] = 0`` in a blocked period."""
    for mover in p.movers:
        for t in sorted(mover.blocked):
            if terms := x.moves(mover.id, t):
                yield Row((mover.id, p.periods[t].name), terms, "<=", 0, (mover.id,), t)


@rows_of("cutovers_per_period")
def cutovers_per_period(p: Problem, x: Choices) -> Iterator[Row]:
    """At most the scenario's number of cutovers in each period."""
    if p.scenario.cutovers is not None:
        for t in p.horizon:
            terms = [term for mover in p.movers for term in x.moves(mover.id, t)]
            yield Row((p.periods[t].name,), terms, "<=", p.scenario.cutovers, (), t, lever="cutovers")


@rows_of("precedence")
def precedence(p: Problem, x: Choices) -> Iterator[Row]:
    """``m[consumer,t] <= m[provider,t] + r[provider,t]``; a provider already there binds nobody."""
    for consumer, provider in p.order:
        if not p.mover[provider].arrived:
            for t in p.horizon:
                terms = x.moved(consumer, t) + negative(x.through(provider, t))
                if x.moved(consumer, t):
                    yield Row(
                        (consumer, provider, p.periods[t].name), terms, "<=", 0, (consumer, provider), t
                    )


@rows_of("move_together")
def move_together(p: Problem, x: Choices) -> Iterator[Row]:
    """Members of a group go through in the same period; those already there do not count."""
    for group in p.groups:
        waiting = [system for system in group if not p.mover[system].arrived]
        for a, b in pairwise(waiting):
            for t in p.horizon:
                terms = x.through(a, t) + negative(x.through(b, t))
                if terms:
                    yield Row((a, b, p.periods[t].name), terms, "==", 0, (a, b), t)


@rows_of("contract_end")
def contract_end(p: Problem, x: Choices) -> Iterator[Row]:
    """Who can move has left a cloud whose contract ends for good."""
    for due in p.contract_ends:
        for t in range(due.period, len(p.horizon)):
            subject, later = (due.system, due.subject, p.periods[t].name), t > due.period
            yield Row(subject, x.through(due.system, t), ">=", 1, (due.system,), t, implied=later)


@rows_of("deadline")
def deadline(p: Problem, x: Choices) -> Iterator[Row]:
    """Moved or retired by the deadline, and in every later period (each late quarter counts)."""
    for due in p.deadlines:
        for t in range(due.period, len(p.horizon)):
            subject, later = (due.system, p.periods[t].name), t > due.period
            yield Row(subject, x.through(due.system, t), ">=", 1, (due.system,), t, implied=later)


@rows_of("retire_confirmed")
def retire_confirmed(p: Problem, x: Choices) -> Iterator[Row]:
    """``q[s,t] = 0`` for a system nobody has confirmed dead."""
    for mover in p.movers:
        if not mover.confirmed and mover.id in x.retired_at:
            terms: Terms = [(q, 1) for q in x.retired_at[mover.id]]
            yield Row((mover.id,), terms, "<=", 0, (mover.id,))


@rows_of("pins")
def pins(p: Problem, x: Choices) -> Iterator[Row]:
    """Decisions fixed or ruled out by hand."""
    for number, pin in enumerate(p.pins):
        if pin.system in p.mover:
            yield from _pinned(p, x, pin, f"pin{number}")
    for number, ban in enumerate(p.scenario.forbids):
        if ban.system in p.mover:
            yield from _banned(p, x, ban, f"ban{number}")


def _acts(p: Problem, x: Choices, decided: Pin | Forbid) -> dict[str | None, Terms]:
    """Return the terms of each action of a system, in one period where one is named."""
    at = p.period_index(decided.period) if decided.period else None
    moves = [term for t in p.horizon if at in (None, t) for term in x.moves(decided.system, t)]
    retires = [(q, 1.0) for t, q in enumerate(x.retired_at.get(decided.system, [])) if at in (None, t)]
    return {"rehost": moves, "retire": retires, None: moves + retires}


def _pinned(p: Problem, x: Choices, pin: Pin, name: str) -> Iterator[Row]:
    subject, systems = (pin.system, name), (pin.system,)
    if pin.action == "stay":
        yield Row(subject, x.through(pin.system, len(p.horizon) - 1), "<=", 0, systems)
    else:
        yield Row(subject, _acts(p, x, pin)[pin.action], ">=", 1, systems)
    if pin.pool:
        yield from _elsewhere(p.mover[pin.system], x, name, lambda pool: pool != pin.pool)


def _banned(p: Problem, x: Choices, ban: Forbid, name: str) -> Iterator[Row]:
    subject, systems = (ban.system, name), (ban.system,)
    if ban.action == "stay":
        yield Row(subject, x.through(ban.system, len(p.horizon) - 1), ">=", 1, systems)
    elif ban.pool is None:
        yield Row(subject, _acts(p, x, ban)[ban.action], "<=", 0, systems)
    else:
        yield from _elsewhere(p.mover[ban.system], x, name, lambda pool: pool == ban.pool)


def _elsewhere(mover: Mover, x: Choices, name: str, barred: Callable[[str], bool]) -> Iterator[Row]:
    terms = [
        (x.machines[crew.workload, option.pool], 1.0)
        for crew in mover.crews
        for option in crew.options
        if barred(option.pool) and (crew.workload, option.pool) in x.machines
    ]
    if terms:
        yield Row((mover.id, name, "pool"), terms, "<=", 0, (mover.id,))
