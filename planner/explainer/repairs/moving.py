"""Repairs of the rules on when and whether a system goes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from inventory.model import Order
from inventory.saver import file_form
from inventory.text import _
from planner.explainer.repairs.paying import larger_team
from planner.explainer.repairs.record import Repair, Trouble, overriding, repairs, told, up
from planner.plan import spans
from planner.problem import Problem, formulate
from planner.scenario import Blackout, Period, patched
from topology import build

WEEKS_A_QUARTER = 13


@repairs("adaptation_lead_time")
def hurry(of: Trouble) -> Repair:
    """Shorten the adaptation of each kind to the quarters that are left."""
    weeks: dict[str, int] = {}
    for row in (row for slack in of.slacks for row in slack.binding):
        kind = row.subject[1].rpartition(".")[2]
        fits = ((row.period or 0) + 1) * WEEKS_A_QUARTER
        weeks[kind] = min(fits, weeks.get(kind, fits))
    text = _("{kind} in {weeks} weeks instead of {now}")
    detail = told(
        text.format(kind=_(kind), weeks=short, now=of.city.assume(f"weeks.{kind}"))
        for kind, short in sorted(weeks.items())
    )
    fields = {f"weeks.{kind}": {"value": short} for kind, short in weeks.items()}
    return _with_hands(of, Repair(overriding("assumptions", fields), detail))


def _with_hands(of: Trouble, repair: Repair) -> Repair:
    """Return the repair with the larger team that the same work in less time needs, if any."""
    hurried = formulate(of.city, build(of.city), patched(of.problem.scenario, repair.change))
    hurried = replace(hurried, earlier=of.problem.earlier)
    if of.possible(hurried) or not (slacks := of.least(hurried, "team_capacity")):
        return repair
    text = _("{skill} +{months} person-months a quarter")
    more = told(text.format(skill=_(s.subject), months=up(s.amount * 100) / 100) for s in slacks)
    change = {**repair.change, **larger_team(replace(of, problem=hurried, slacks=slacks))}
    return Repair(change, _("{detail}, with {more}").format(detail=repair.detail, more=more))


@repairs("cutovers_per_period")
def allow_cutovers(of: Trouble) -> Repair:
    """Allow more cutovers in every quarter."""
    more = up(sum(slack.amount for slack in of.slacks))
    return Repair({"cutovers": (of.problem.scenario.cutovers or 0) + more})


@repairs("blackout")
def lift_blackout(of: Trouble) -> Repair:
    """Take systems out of the blackouts, and of their own busy days, that block the quarters they need."""
    scenario, movers = of.problem.scenario, [mover.id for mover in of.problem.movers]
    lifted = {(row.systems[0], t) for s in of.slacks for row in s.binding if (t := row.period) is not None}
    kept = [(span, _left(span, lifted, movers, scenario.calendar)) for span in scenario.blackouts]
    spans_left = [file_form(span) | rest for span, rest in kept if rest is not None]
    busy: dict[str, dict[str, Any]] = {
        system: {"busy": []} for system, _t in lifted if of.city.system[system].busy
    }
    change: dict[str, Any] = {"blackouts": spans_left} | (overriding("systems", busy) if busy else {})
    text = _("{system} is cut over in {period} in spite of them")
    names = [period.name for period in scenario.calendar]
    detail = [text.format(system=of.problem.called(s), period=names[t]) for s, t in sorted(lifted)]
    return Repair(change, told(detail))


def _left(
    span: Blackout, lifted: set[tuple[str, int]], movers: list[str], calendar: Sequence[Period]
) -> dict[str, Any] | None:
    """Return whom a blackout still binds: no change, those who are left, or none where nobody is."""
    bound = span.systems or movers
    freed = {s for s, t in lifted if span.start <= calendar[t].end and span.end >= calendar[t].start}
    rest = [system for system in bound if system not in freed]
    if len(rest) == len(bound):
        return {}
    return {"systems": rest} if rest else None


@repairs("precedence")
def free_order(of: Trouble) -> Repair:
    """Let consumers go before what they depend on."""
    pairs = {row.systems for slack in of.slacks for row in slack.binding}
    cut = [d for d in of.city.dependencies if (d.consumer, d.provider) in pairs and d.order != Order.any]
    fields = {d.id: {"order": Order.any.value} for d in cut}
    text = _("{consumer} goes without waiting for {provider}")
    called = of.problem.called
    detail = told(text.format(consumer=called(d.consumer), provider=called(d.provider)) for d in cut)
    return Repair(overriding("dependencies", fields), detail)


@repairs("move_together")
def split_group(of: Trouble) -> Repair:
    """Cut the ties between the parts of a group that go at different times."""
    parts = [part for slack in of.slacks for row in slack.binding for part in _parts(of.problem, row.systems)]
    cut = {
        d.id: {"order": Order.any.value}
        for d in of.city.dependencies
        if d.order != Order.any and any((d.consumer in a) != (d.provider in a) for a in parts)
    }
    return Repair(overriding("dependencies", cut), _("these ties are cut: {ties}").format(ties=told(cut)))


def _parts(problem: Problem, pair: tuple[str, ...]) -> Iterator[frozenset[str]]:
    """Yield the members of a group up to the first of two neighbours."""
    for group in problem.groups:
        if set(pair) <= set(group):
            yield frozenset(group[: group.index(pair[0]) + 1])


@repairs("contract_end")
def extend_contract(of: Trouble) -> Repair:
    """Extend each contract to the quarter in which its last system leaves, or beyond the horizon."""
    calendar = of.problem.periods
    needed: dict[str, int] = {}
    for row in (row for slack in of.slacks for row in slack.binding):
        needed[row.subject[1]] = max(needed.get(row.subject[1], 0), (row.period or 0) + 1)
    ends = {p: calendar[t].end if t < len(calendar) else None for p, t in needed.items()}
    beyond = calendar[-1].end + timedelta(days=1)
    fields = {p: {"contract": {"end": (end or beyond).isoformat()}} for p, end in ends.items()}
    text, longer = _("extend the contract of {platform} to {day}"), _("renew the contract of {platform}")
    called = of.problem.called
    what = told(
        text.format(platform=called(p), day=e.isoformat()) if e else longer.format(platform=called(p))
        for p, e in ends.items()
    )
    due = {end.subject: end.period for end in of.problem.contract_ends}
    amount = sum(t - due[p] for p, t in needed.items())
    return Repair(overriding("platforms", fields), what=what, amount=amount, unit="quarters")


@repairs("deadline")
def put_off(of: Trouble) -> Repair:
    """Put the deadline of each late system off by the quarters it is late."""
    late: dict[str, int] = {}
    for slack in of.slacks:
        late[slack.subject] = late.get(slack.subject, 0) + up(slack.amount)
    return Repair({"deadlines": [*_put_off(of.problem, late)]})


def _put_off(problem: Problem, late: dict[str, int]) -> Iterator[dict[str, Any]]:
    names = [period.name for period in problem.periods]
    for deadline in problem.scenario.deadlines:
        written = file_form(deadline)
        due = names.index(deadline.period)
        bound = list(dict.fromkeys(d.system for d in problem.deadlines if d.subject == deadline.period))
        bound = [s for s in bound if not deadline.systems or s in deadline.systems]
        on_time = [system for system in bound if system not in late]
        if len(on_time) == len(bound):
            yield written
        elif on_time:
            yield written | {"systems": on_time}
        for t in sorted({due + late[s] for s in bound if s in late and due + late[s] < len(names)}):
            put_off = [system for system in bound if due + late.get(system, 0) == t]
            yield written | {"systems": put_off, "period": names[t]}


@repairs("pins")
def drop_pins(of: Trouble) -> Repair:
    """Drop the pins and bans that are in the way."""
    scenario = of.problem.scenario
    named = {row.subject[1] for slack in of.slacks for row in slack.binding}
    pins = [file_form(p) for n, p in enumerate(scenario.pins) if f"pin{n}" not in named]
    bans = [file_form(b) for n, b in enumerate(scenario.forbids) if f"ban{n}" not in named]
    own = [p for n, p in enumerate(of.problem.pins) if f"pin{n}" in named and n >= len(scenario.pins)]
    change: dict[str, Any] = {"pins": pins, "forbids": bans}
    return Repair(change | (overriding("systems", {p.system: {"pin": None} for p in own}) if own else {}))


@repairs("past_kept")
def open_earlier(of: Trouble) -> Repair | None:
    """Make the plan anew as of an earlier quarter."""
    problem, earlier = of.problem, of.problem.earlier
    for t in reversed(range(problem.as_of)) if earlier else ():
        name = problem.periods[t].name
        if earlier and of.possible(replace(problem, earlier=earlier.model_copy(update={"as_of": name}))):
            text = _("plan anew as of {period}, which opens {quarters} again")
            opened = spans([period.name for period in problem.periods[t : problem.as_of]])
            what = text.format(period=name, quarters=opened)
            return Repair(what=what, amount=problem.as_of - t, unit="quarters", as_of=name)
    return None
