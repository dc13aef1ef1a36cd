"""Why a system stays, or goes later than it could: reasons in words and numbers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from inventory.text import _
from inventory.units import yuan
from planner.plan import Action, Move, Plan, spans
from planner.problem import Mover, Path, Problem


@dataclass(frozen=True)
class Known:
    """A plan beside its problem."""

    problem: Problem
    plan: Plan
    move: dict[str, Move]

    def at(self, system: str) -> int | None:
        """Return the period in which a system goes."""
        period = self.move[system].period
        return self.problem.period_index(period) if period else None


def reasoned(problem: Problem, plan: Plan) -> Plan:
    """Return the plan with the reasons of each system that stays or goes late."""
    known = Known(problem, plan, {move.system: move for move in plan.moves})
    made = tuple(move.model_copy(update={"reasons": tuple(_why(known, move))}) for move in plan.moves)
    return plan.model_copy(update={"moves": made})


def _why(known: Known, move: Move) -> Iterator[str]:
    mover = known.problem.mover[move.system]
    if mover.arrived:
        yield _("it runs on a Xinchuang platform already")
    elif move.action == Action.stay:
        found = [*_barred(known, mover), *_costly(known, mover), *_bound(known, mover)]
        yield from found or _unprofitable(known, mover)
    elif move.action == Action.rehost:
        settled = [*_settled(known.problem, mover)]
        yield from settled or _late(known, mover, move)


def _settled(problem: Problem, mover: Mover) -> Iterator[str]:
    """Yield why a move is no matter of choice for a plan made anew."""
    decided = problem.decided.get(mover.id)
    if decided and problem.earlier and problem.past(decided):
        yield _("it was done before {period}").format(period=problem.earlier.as_of)
    elif decided and problem.earlier and problem.under_way(decided):
        text = _("its work was under way in {period}, to be done in {due}")
        yield text.format(period=problem.earlier.as_of, due=decided.period)


def _barred(known: Known, mover: Mover) -> Iterator[str]:
    for pin in known.problem.pins:
        if pin.system == mover.id and pin.action == "stay":
            yield _("it is pinned to stay: {reason}").format(reason=pin.reason or _("no reason given"))
    if not mover.may_move:
        yield _("the scenario allows no moves")
    yield from _unready(known.problem, mover)
    if not mover.paths:
        closed = {crew.workload for crew in mover.crews if not crew.options}
        for workload in sorted(closed):
            reasons = dict.fromkeys(d.reason for d in mover.dropped if d.workload == workload)
            yield _("{workload} fits no pool: {reasons}").format(
                workload=known.problem.called(workload), reasons="; ".join(reasons)
            )
        if not closed:
            yield _("no platform takes all its workloads")


def _unready(problem: Problem, mover: Mover) -> Iterator[str]:
    """Yield why no target is ready for IPv6, where that is required."""
    targets = sorted({path.platform for path in mover.paths})
    if problem.ipv6_required and problem.without_ipv6.keys() >= set(targets):
        for target in targets:
            text = _("IPv6 does not get to {platform} from end to end: {reason}")
            yield text.format(platform=problem.called(target), reason=problem.without_ipv6[target])


def cheapest(mover: Mover) -> int:
    """Return the least yearly O&M a system could have after a move, in fen."""
    return mover.kept + sum(min(o.om_cost for o in c.options) * c.count for c in mover.crews if c.options)


def _costly(known: Known, mover: Mover) -> Iterator[str]:
    cap = next((cap for cap in known.problem.caps if mover.id in cap.systems), None)
    if cap and mover.movable:
        others = sum(known.move[s].om_cost_after for s in cap.systems if s in known.move and s != mover.id)
        rise = cheapest(mover) + others - cap.audited - cap.raised
        if rise > 0:
            yield _(
                "moved, {name} would cost {after} yuan a year, {rise} above the audited {audited}"
            ).format(
                name=known.problem.called(cap.name),
                after=yuan(cheapest(mover) + others),
                rise=yuan(rise),
                audited=yuan(cap.audited + cap.raised),
            )


def _bound(known: Known, mover: Mover) -> Iterator[str]:
    problem = known.problem
    for consumer, provider in problem.order:
        if consumer == mover.id and not problem.mover[provider].arrived and known.at(provider) is None:
            yield _("it depends on {provider}, which stays").format(provider=problem.called(provider))
    for group in problem.groups:
        if mover.id in group:
            stuck = [s for s in group if s != mover.id and not problem.mover[s].movable]
            if stuck:
                yield _("it goes together with {systems}, which cannot move").format(
                    systems=problem.called(*stuck)
                )


def _unprofitable(known: Known, mover: Mover) -> Iterator[str]:
    once = min((path.one_off for path in mover.paths), default=0) + mover.parallel_run
    saving = mover.share - cheapest(mover)
    text = _("moving costs {once} yuan once and saves {saving} a year, and covers no further project")
    yield text.format(once=yuan(once), saving=yuan(saving))


def _late(known: Known, mover: Mover, move: Move) -> Iterator[str]:
    at = known.at(mover.id)
    path = next((p for p in mover.paths if p.kind == move.adaptation), mover.paths[0])
    if at is None or at < path.lead:
        return
    waiting = range(path.lead - 1, at)
    earlier = [t for t in waiting if t not in mover.blocked]
    if len(earlier) < len(waiting):
        count = len(waiting) - len(earlier)
        yield _("{count} earlier quarters are blocked for cutovers").format(count=count)
    found = [*_full(known, mover, path, earlier), *_waits(known, mover, at)]
    yield from found or [_no_hurry(move)]


def _no_hurry(move: Move) -> str:
    saving = move.om_cost_before - move.om_cost_after
    if saving <= 0:
        return _("it costs {more} yuan a year more there, so later is cheaper").format(more=yuan(-saving))
    return _("it saves only {saving} yuan a year against {once} yuan once, so others go first").format(
        saving=yuan(saving), once=yuan(move.one_off + move.parallel_run)
    )


def _full(known: Known, mover: Mover, path: Path, earlier: list[int]) -> Iterator[str]:
    problem, limit = known.problem, known.problem.scenario.cutovers
    names = [period.name for period in problem.periods]
    counts = Counter(m.period for m in known.plan.moves if m.action == Action.rehost)
    crowded = [names[t] for t in earlier if limit is not None and counts[names[t]] >= limit]
    if crowded:
        yield _("these quarters have all their cutovers: {periods}").format(periods=spans(crowded))
    for skill, effort in path.effort.items():
        team = problem.scenario.team.get(skill)  # type: ignore[call-overload]
        each = effort / path.lead
        busy = [
            names[t] for t in earlier if team is not None and _worked(known, mover, skill, t) + each > team
        ]
        if busy:
            text = _("the {skill} team is full in {periods}")
            yield text.format(skill=_(skill), periods=spans(busy))


def _worked(known: Known, mover: Mover, skill: str, t: int) -> float:
    """Work of a skill in a period by every system but one, in hundredths of a person-month."""
    total = 0.0
    for other in known.problem.movers:
        at, move = known.at(other.id), known.move[other.id]
        if other.id == mover.id or at is None:
            continue
        if move.action == Action.retire:
            total += other.retire_effort.get(skill, 0) if at == t else 0
        else:
            path = next(p for p in other.paths if p.kind == move.adaptation)
            total += path.effort.get(skill, 0) / path.lead if at - path.lead < t <= at else 0
    return total


def _waits(known: Known, mover: Mover, at: int) -> Iterator[str]:
    together = next((group for group in known.problem.groups if mover.id in group), ())
    partners = [system for system in together if system != mover.id]
    if partners:
        yield _("it goes together with {systems}").format(systems=known.problem.called(*partners))
    for consumer, provider in known.problem.order:
        if consumer == mover.id and known.at(provider) == at and provider not in partners:
            yield _("it waits for {provider}").format(provider=known.problem.called(provider))
