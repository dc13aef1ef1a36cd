"""Judges of when and whether a system goes."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

import networkx as nx

from inventory.model import Order
from inventory.text import _, joined
from planner.plan import Action
from planner.scenario import Deadline, Forbid, Period, Pin
from planner.verifier.case import Case, Reading
from planner.verifier.judges import judge


@judge("one_action")
def one_action(case: Case) -> Iterator[Reading]:
    """Each system of the scope has exactly one move, well formed and allowed."""
    counts: dict[str, int] = {system.id: 0 for system in case.systems}
    for move in case.plan.moves:
        counts[move.system] = counts.get(move.system, 99) + 1
    for system, count in counts.items():
        message = _("{system} has {count} moves instead of one").format(system=system, count=min(count, 99))
        yield Reading(system, 0 if count == 1 else -1, message)
    for move in case.plan.moves:
        timed = (move.period in case.index) if move.action != Action.stay else move.period is None
        placed = bool(move.placements) == (move.action == Action.rehost)
        allowed = move.action.value in case.scenario.actions or move.action == Action.stay
        away = move.action == Action.stay or not (
            move.system in case.city.system and case.arrived(move.system)
        )
        message = _("{system}: action, period and placements do not fit together").format(system=move.system)
        yield Reading(move.system, 0 if timed and placed and allowed and away else -1, message)


@judge("adaptation_lead_time")
def adaptation_lead_time(case: Case) -> Iterator[Reading]:
    """The cutover lies at or after the end of the adaptation work."""
    for move, at in case.moved():
        room = at + 1 - case.lead(move.adaptation or "rehost")
        message = _("{system} is cut over {count} quarters before its adaptation can be done")
        yield Reading(move.system, room, message.format(system=move.system, count=-room))


@judge("blackout")
def blackout(case: Case) -> Iterator[Reading]:
    """The period of a cutover leaves enough consecutive free days."""
    needed = int(case.city.assume("free_days"))
    for move, at in case.moved():
        free = _free_days(case, move.system, case.calendar[at])
        message = _("{system} is cut over in {period}, which leaves {free} free days of {needed}").format(
            system=move.system, period=move.period, free=free, needed=needed
        )
        yield Reading(move.system, 0 if free >= needed else -1, message)


def _free_days(case: Case, system: str, period: Period) -> int:
    blackouts = (b for b in case.scenario.blackouts if not b.systems or system in b.systems)
    spans = tuple((blackout.start, blackout.end) for blackout in blackouts)
    return _longest_run(period.start, period.end, spans, case.city.system[system].busy)


@lru_cache(maxsize=4096)
def _longest_run(day: date, end: date, spans: tuple[tuple[date, date], ...], busy: tuple[str, ...]) -> int:
    """Count the longest run of days up to ``end`` that no blackout and no busy span touches."""
    longest = run = 0
    while day <= end:
        run = 0 if _taken(day, spans, busy) else run + 1
        longest, day = max(longest, run), day + timedelta(days=1)
    return longest


def _taken(day: date, spans: tuple[tuple[date, date], ...], busy: tuple[str, ...]) -> bool:
    if any(start <= day <= end for start, end in spans):
        return True
    today = f"{day:%m-%d}"
    for span in busy:
        first, last = span[:5], span[6:]
        inside = first <= today <= last if first <= last else today >= first or today <= last
        if inside:
            return True
    return False


@judge("cutovers_per_period")
def cutovers_per_period(case: Case) -> Iterator[Reading]:
    """No period has more cutovers than the limit."""
    if case.scenario.cutovers is not None:
        for t, period in enumerate(case.calendar):
            count = sum(at == t for _move, at in case.moved())
            message = _("{count} cutovers in {period}").format(count=count, period=period.name)
            yield Reading(period.name, case.scenario.cutovers - count, message)


@judge("precedence")
def precedence(case: Case) -> Iterator[Reading]:
    """A consumer moves no earlier than its provider."""
    inside = {system.id for system in case.systems}
    for d in case.city.dependencies:
        if d.order == Order.provider_first and {d.consumer, d.provider} <= inside:
            move, last = case.move.get(d.consumer), len(case.calendar)
            if move and move.action == Action.rehost and not case.arrived(d.provider):
                mine, theirs = case.when(d.consumer), case.when(d.provider)
                room = (last if theirs is None else theirs) <= (last if mine is None else mine)
                message = _("{consumer} moves before {provider}, on which it depends").format(
                    consumer=d.consumer, provider=d.provider
                )
                yield Reading(d.consumer, 0 if room else -1, message)


@judge("move_together")
def move_together(case: Case) -> Iterator[Reading]:
    """Tied systems and members of a cycle go in the same period."""
    for group in tied(case):
        waiting = sorted(system for system in group if not case.arrived(system))
        periods = {case.when(system) for system in waiting}
        message = _("{systems} do not go in the same period").format(systems=joined(waiting))
        yield Reading(", ".join(waiting), 0 if len(periods) <= 1 else -1, message)


def tied(case: Case) -> Iterator[set[str]]:
    """Yield the systems that go in one period: tied to each other, or in a cycle of precedence."""
    inside = {system.id for system in case.systems}
    links = [d for d in case.city.dependencies if {d.consumer, d.provider} <= inside]
    ordered = nx.DiGraph([(d.consumer, d.provider) for d in links if d.order == Order.provider_first])
    ties: nx.Graph[str] = nx.Graph((d.consumer, d.provider) for d in links if d.order == Order.together)
    for consumer, provider in ordered.edges:
        if nx.has_path(ordered, provider, consumer):
            ties.add_edge(consumer, provider)
    yield from nx.connected_components(ties)


@judge("contract_end")
def contract_end(case: Case) -> Iterator[Reading]:
    """Who can move has left a cloud whose contract ends for good inside the horizon."""
    for platform in case.city.platforms:
        contract = platform.contract
        if contract and contract.end and contract.renewable is False:
            ends = [t for t, p in enumerate(case.calendar) if p.start <= contract.end <= p.end]
            for t in ends:
                for system in case.systems:
                    if case.platform_of(system.id) == platform.id and case.can_move(system):
                        message = _("{system} is still on {platform} after its contract's end").format(
                            system=system.id, platform=platform.id
                        )
                        yield Reading(system.id, 0 if case.gone(system.id, t) else -1, message)


@judge("deadline")
def deadline(case: Case) -> Iterator[Reading]:
    """Systems with a deadline are through by then."""
    for limit in case.scenario.deadlines:
        if limit.period in case.index:
            for system in _bound(case, limit):
                late = _late(case, system, case.index[limit.period])
                message = _("{system} is {count} quarters past its deadline {period}").format(
                    system=system, count=late, period=limit.period
                )
                yield Reading(system, -late, message)


def _late(case: Case, system: str, limit: int) -> int:
    at = case.when(system)
    return max(0, (len(case.calendar) if at is None else at) - limit)


def _bound(case: Case, limit: Deadline) -> Iterator[str]:
    built = {p.id for p in case.city.projects if p.existing}
    for system in case.systems:
        open_ = case.can_move(system) or system.zombie is not None
        named = system.id in limit.systems if limit.systems else system.project in built and open_
        if named and not case.arrived(system.id):
            yield system.id


@judge("pins")
def pins(case: Case) -> Iterator[Reading]:
    """Decisions fixed or ruled out by hand are kept."""
    for pin in case.scenario.pins:
        if pin.system in case.move:
            message = _("{system} does not keep its pin: {action}").format(
                system=pin.system, action=pin.action
            )
            yield Reading(pin.system, 0 if _keeps(case, pin) else -1, message)
    for system in case.systems:
        if system.pin and system.id in case.move:
            kept = case.move[system.id].action.value == system.pin.action
            message = _("{system} does not keep its pin: {action}").format(
                system=system.id, action=system.pin.action
            )
            yield Reading(system.id, 0 if kept else -1, message)
    for ban in case.scenario.forbids:
        if ban.system in case.move:
            message = _("{system} does what was ruled out").format(system=ban.system)
            yield Reading(ban.system, -1 if _breaks(case, ban) else 0, message)


def _keeps(case: Case, pin: Pin) -> bool:
    move = case.move[pin.system]
    timed = pin.period is None or pin.action == "stay" or move.period == pin.period
    placed = pin.pool is None or {place.pool for place in move.placements} <= {pin.pool}
    return move.action.value == pin.action and timed and placed


def _breaks(case: Case, ban: Forbid) -> bool:
    move = case.move[ban.system]
    if ban.pool is not None:
        return ban.pool in {place.pool for place in move.placements}
    acted = move.action != Action.stay if ban.action is None else move.action.value == ban.action
    return acted and (ban.action == "stay" or ban.period in (None, move.period))


@judge("retire_confirmed")
def retire_confirmed(case: Case) -> Iterator[Reading]:
    """Only systems confirmed dead in writing are retired."""
    for move in case.plan.moves:
        if move.action == Action.retire:
            confirmed = move.system in case.city.system and case.city.system[move.system].zombie
            message = _("{system} is retired without a written confirmation").format(system=move.system)
            yield Reading(move.system, 0 if confirmed else -1, message)
