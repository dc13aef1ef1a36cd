"""Why this pool and no other: what each workload would cost elsewhere, and what keeps it away."""

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.model import carries
from inventory.text import _, joined
from inventory.units import yuan
from planner.plan import Action, Move, Plan, spans
from planner.problem import Crew, Mover, Option, Path, Problem


@dataclass(frozen=True)
class Place:
    """A workload and a pool that it stands in, could stand in, or cannot."""

    workload: str
    pool: str
    count: int
    """Machines that the plan sets there."""
    om_cost: int | None
    """Rent and fees of all the workload's machines there, fen a year; none where it cannot be."""
    why: str
    """Why it stands there, or why not."""


def places(problem: Problem, plan: Plan, system: str) -> tuple[Place, ...]:
    """Return every pool for every workload of a system, with why it was taken or not."""
    mover, move = problem.mover[system], next(m for m in plan.moves if m.system == system)
    return tuple(place for crew in mover.crews for place in _of_crew(problem, plan, mover, move, crew))


def _of_crew(problem: Problem, plan: Plan, mover: Mover, move: Move, crew: Crew) -> Iterator[Place]:
    counts = {p.pool: p.count for p in move.placements if p.workload == crew.workload}
    prices = {option.pool: option.om_cost for option in crew.options}
    chosen = sum(prices[pool] * count for pool, count in counts.items())
    for option in crew.options:
        cost, count = option.om_cost * crew.count, counts.get(option.pool, 0)
        reasons = [_taken(count)] if count else [*_kept_away(problem, plan, mover, move, option)]
        if counts and not count:
            reasons = [_compared(cost - chosen), *(reasons or _left_over(cost - chosen))]
        yield Place(crew.workload, option.pool, count, cost, joined(reasons))
    for dropped in mover.dropped:
        if dropped.workload == crew.workload:
            yield Place(crew.workload, dropped.pool, 0, None, dropped.reason)


def _left_over(more: int) -> list[str]:
    """Return why a pool that is cheaper and open was not taken."""
    return [_("its room does more for other systems or quarters")] if more < 0 else []


def _taken(count: int) -> str:
    return _("chosen for {count} machines").format(count=count)


def _compared(more: int) -> str:
    if more == 0:
        return _("costs the same")
    text = _("{amount} yuan a year dearer") if more > 0 else _("{amount} yuan a year cheaper")
    return text.format(amount=yuan(abs(more)))


def _kept_away(problem: Problem, plan: Plan, mover: Mover, move: Move, option: Option) -> Iterator[str]:
    platform = {room.pool: room.platform for room in problem.rooms}
    if problem.ipv6_required and platform[option.pool] in problem.without_ipv6:
        yield _("IPv6 does not get there")
    if any(ban.system == mover.id and ban.pool == option.pool for ban in problem.scenario.forbids):
        yield _("ruled out by hand")
    if move.action is not Action.rehost:
        yield _("it could stand here, but the system does not move")
        return
    if {platform[place.pool] for place in move.placements} != {platform[option.pool]}:
        yield _("on another platform than the rest of the system")
    yield from _heavier(mover, move, option)
    if full := _full(plan, move, option):
        yield _("full in {periods}").format(periods=spans(full))


def _heavier(mover: Mover, move: Move, option: Option) -> Iterator[str]:
    if not carries(move.adaptation or "rehost", option.adaptation):
        ways: dict[str, Path] = {path.kind: path for path in mover.paths}
        text = _("needs {kind}, {amount} yuan more once")
        more = ways[option.adaptation].one_off - move.one_off if option.adaptation in ways else 0
        yield text.format(kind=_(option.adaptation), amount=yuan(more))


def _full(plan: Plan, move: Move, option: Option) -> list[str]:
    """Return the periods from the move on in which not one machine more has room."""
    short = {
        row.period
        for row in plan.usage
        if row.pool == option.pool and row.capacity - row.used < option.demand.get(row.resource, 0)
    }
    return [period for period in plan.periods if period in short and period >= (move.period or "")]
