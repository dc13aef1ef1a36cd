"""The short summary: the facts that terminal, workbook and web show first."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from inventory.model import City
from inventory.text import _
from planner.plan import Action, Move, Plan, Usage
from planner.report import words


@dataclass(frozen=True)
class Fact:
    """One line of the summary."""

    key: str
    """Stable name. Example: om_after."""
    label: str
    value: str
    """As people read it."""
    amount: int | float | None = None
    """The same as a number: fen, a count, a share."""


def facts(plan: Plan, city: City) -> tuple[Fact, ...]:
    """Return the summary of a plan, or of the conflict where there is none."""
    head = (
        Fact("city", _("City"), words.name(city)),
        Fact("scenario", _("Scenario"), _scenario(plan)),
        Fact("status", _("Result"), words.word(plan.status)),
    )
    stamp = (Fact("stamp", _("Stamp"), words.stamp(plan)),) if plan.for_study_only else ()
    body = (*_systems(plan), *_money(plan), *_quality(plan, city)) if plan.found else _conflict(plan, city)
    return (*head, *stamp, *body, _assumed(plan))


def _scenario(plan: Plan) -> str:
    name, title = plan.scenario.get("name", ""), plan.scenario.get("title", "")
    return f"{name} {title}".strip()


def _systems(plan: Plan) -> tuple[Fact, ...]:
    counts = Counter(move.action for move in plan.moves)
    labels = {
        Action.rehost: _("Systems moved"),
        Action.retire: _("Systems retired"),
        Action.stay: _("Systems staying"),
    }
    return tuple(Fact(a.value, label, str(counts[a]), counts[a]) for a, label in labels.items())


def _money(plan: Plan) -> tuple[Fact, ...]:
    before, after = total(plan.moves, "om_cost_before"), total(plan.moves, "om_cost_after")
    saved = before - after
    percent = words.share(saved / before if before else None)
    return (
        _fen("om_before", _("O&M a year before"), before),
        _fen("om_after", _("O&M a year after"), after),
        Fact("saving", _("O&M saved a year"), f"{words.money(saved)} ({percent})", saved),
        _fen("one_off", _("One-off (adaptation, migration)"), sum(r.one_off for r in plan.ledger)),
        _fen("blocks", _("One-off (capacity bought)"), sum(r.blocks for r in plan.ledger)),
        _fen("parallel_run", _("Parallel running"), sum(r.parallel_run for r in plan.ledger)),
        _fen("commitment", _("Minimum commitment left behind"), sum(r.commitment for r in plan.ledger)),
        _horizon(plan),
    )


def _horizon(plan: Plan) -> Fact:
    spent = sum(r.om_cost + r.one_off + r.blocks + r.parallel_run + r.commitment for r in plan.ledger)
    stay = sum(row.om_cost_baseline for row in plan.ledger)
    told = _("{spent}; if all stays {stay}").format(spent=words.money(spent), stay=words.money(stay))
    return Fact("horizon", _("All money over the horizon"), told, spent)


def total(moves: tuple[Move, ...], field: str) -> int:
    """Return the sum of a money field over moves, fen."""
    return sum(getattr(move, field) for move in moves)


def _fen(key: str, label: str, amount: int) -> Fact:
    return Fact(key, label, words.money(amount), amount)


def _quality(plan: Plan, city: City) -> tuple[Fact, ...]:
    scarce, saving = scarcest(plan), plan.gap_of_saving
    of_saving = [Fact("gap_of_saving", _("Gap of the saving"), words.share(saving), saving)]
    return (
        Fact("gap", _("Gap to the proven bound"), words.share(plan.gap) + _unproven(plan), plan.gap),
        *(of_saving if saving is not None else ()),
        *_changes(plan),
        Fact("scarcest", _("Scarcest resource"), _scarce(scarce, city), _load(scarce) if scarce else None),
        Fact("verified", _("Second opinion"), _verdict(plan)),
        Fact("seconds", _("Seconds"), f"{plan.seconds:.1f}", plan.seconds),
    )


def _changes(plan: Plan) -> Iterator[Fact]:
    """Yield how many decisions of the earlier plan changed, and what that is priced at."""
    if told := plan.replanned:
        count, price = len(told.changed), words.money(told.change_penalty)
        text = _("{count} since {period} (each counts as {price})")
        told_text = text.format(count=count, period=told.as_of, price=price)
        yield Fact("changed", _("Decisions changed"), told_text, count)


def _unproven(plan: Plan) -> str:
    cost = next((stage for stage in plan.stages if stage.name == "cost"), None)
    return "" if cost is None or cost.proven else _(" (an earlier stage is not proven)")


def scarcest(plan: Plan) -> Usage | None:
    """Return the fullest pool, resource and period; the first period where several are as full."""
    return max((u for u in plan.usage if u.capacity), key=_load, default=None)


def _load(usage: Usage) -> float:
    return usage.used / usage.capacity


def _scarce(usage: Usage | None, city: City) -> str:
    if usage is None:
        return "—"
    return _("{pool}, {resource}: {used} of {capacity} ({share}) in {period}").format(
        pool=words.pool(city, usage.pool),
        resource=words.word(usage.resource),
        used=f"{usage.used:,}",
        capacity=f"{usage.capacity:,}",
        share=f"{_load(usage):.0%}",
        period=usage.period,
    )


def _verdict(plan: Plan) -> str:
    verdicts = {True: _("accepted"), False: _("REJECTED"), None: _("not asked")}
    return verdicts[plan.verified]


def _conflict(plan: Plan, city: City) -> tuple[Fact, ...]:
    label = _("Conflict: {rule}")
    return tuple(
        Fact("conflict", label.format(rule=words.rule(part.rule)), words.conflict(part, city))
        for part in plan.conflict
    )


def _assumed(plan: Plan) -> Fact:
    times = sum(assumed.count for assumed in plan.assumptions)
    text = _("{kinds} kinds, {times} times").format(kinds=len(plan.assumptions), times=times)
    return Fact("assumptions", _("Assumptions used"), text, times)
