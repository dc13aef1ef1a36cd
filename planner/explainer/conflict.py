"""Why there is no plan: the rules that collide and the smallest relaxation of each.

Minimal sets of colliding rules are found by deletion: a rule is left out, and if the
rest still has no plan it was not needed for the collision. Every step is a solve of
the whole model, so the verdict never rests on a solver's guess.
"""

from collections.abc import Callable, Collection, Iterator

from inventory.text import N_, _
from planner.explainer.elastic import Elastic, Slack
from planner.plan import Conflict, Relaxation
from planner.problem import Problem
from planner.rulebook import RULES, Rule
from planner.solver import Clock

DEMANDS = ("deadline", "contract_end", "pins", "past_kept")
"""Rules that ask for something to happen; the others limit."""
Price = Callable[[Collection[str]], int | None]
"""What it costs to bring IPv6 to some platforms, fen; none where no money helps."""
RESOURCES = {"memory_gib": N_("memory"), "sas": N_("SAS storage"), "ssd": N_("SSD storage")}
"""Names of resources that say more than their code."""


def conflicts(problem: Problem, clock: Clock, price: Price | None = None) -> tuple[Conflict, ...]:
    """Return every rule that takes part in a collision, with its smallest relaxation.

    Where a price for IPv6 is given, the relaxation of ``ipv6_ready_target`` has a cost.

    Demands are tried alone, then beside each limit, then all rules together: most
    collisions are between one limit and what is demanded, and those take few solves.
    """
    model = Elastic(problem)
    if model.possible((), clock):
        return ()
    found: dict[str, tuple[str, ...]] = {}
    limits = [name for name in RULES if name in model.active and name not in DEMANDS]
    for beside in ((), *((name,) for name in limits), limits):
        while clock.left > 0 and (core := _core(model, {*DEMANDS, *beside} - found.keys(), clock)):
            found |= dict.fromkeys(_culprits(core), core)
    cores = dict.fromkeys(found.values())
    involved = {name: core for core in cores for name in core if name not in found} | found
    told = (_conflict(model, name, involved[name], clock, price) for name in RULES if name in involved)
    return tuple(told)


def _culprits(core: tuple[str, ...]) -> list[str]:
    """Return the limits of a collision, or its demands where no limit takes part."""
    return [name for name in core if name not in DEMANDS] or list(core)


def _core(model: Elastic, within: set[str], clock: Clock) -> tuple[str, ...]:
    """Return a minimal set of rules, among some, that have no common plan; none if they have."""
    kept = [name for name in RULES if name in model.active & within]
    if model.possible(model.active - within, clock):
        return ()
    for name in sorted(kept, key=lambda name: name in DEMANDS):
        others = set(kept) - {name}
        if not model.possible(model.active - others, clock):
            kept.remove(name)
    return tuple(kept)


def _conflict(
    model: Elastic, name: str, core: tuple[str, ...], clock: Clock, price: Price | None
) -> Conflict:
    problem, alone = model.problem, model.relaxed(name, (), clock)
    others = tuple(other for other in RULES if other not in core and not RULES[other].fixed)
    slacks = alone if alone is not None else model.relaxed(name, others, clock)
    if not slacks:
        return Conflict(rule=name, subjects=(), periods=(), relaxation=None)
    return Conflict(
        rule=name,
        subjects=tuple(dict.fromkeys(_subjects(slacks))),
        periods=tuple(dict.fromkeys(_periods(problem, slacks))),
        relaxation=_relaxation(problem, name, slacks, alone is not None, price),
    )


def _subjects(slacks: list[Slack]) -> Iterator[str]:
    for slack in slacks:
        named = [system for row in slack.binding for system in row.systems]
        yield from named or (slack.subject,)


def _periods(problem: Problem, slacks: list[Slack]) -> Iterator[str]:
    found = {row.period for slack in slacks for row in slack.binding if row.period is not None}
    yield from (problem.periods[period].name for period in sorted(found))


def _relaxation(
    problem: Problem, name: str, slacks: list[Slack], alone: bool, price: Price | None
) -> Relaxation:
    rule, total = RULES[name], sum(slack.amount for slack in slacks)
    told = list(_told(problem, rule, slacks))
    amount = len(told) if rule.waived else round(total / 100 if rule.unit == "CNY" else total, 2)
    text = _(rule.relaxed).format(amount=f"{amount:,.12g}", subjects="; ".join(told))
    if not all(slack.proven for slack in slacks):
        text += _(" (a smaller one is not ruled out)")
    if not alone:
        text += _(" (not enough alone: other rules collide as well)")
    cost = {"team_capacity": round(_person_months(slacks) * problem.person_month_price)}
    cost |= {"one_off_budget": round(total), "om_cost_never_rises": round(total)}
    if price and name == "ipv6_ready_target":
        return Relaxation(
            what=text, amount=amount, unit=_(rule.unit), cost=price([s.subject for s in slacks])
        )
    return Relaxation(what=text, amount=amount, unit=_(rule.unit), cost=cost.get(name))


def _person_months(slacks: list[Slack]) -> float:
    """Return the person-months of a larger team in the quarters that need it."""
    return sum(slack.amount * len({row.period for row in slack.binding}) for slack in slacks)


def _told(problem: Problem, rule: Rule, slacks: list[Slack]) -> Iterator[str]:
    """Yield each subject with what it gives in all, largest first."""
    sums: dict[str, float] = {}
    for slack in slacks:
        sums[slack.subject] = sums.get(slack.subject, 0) + slack.amount / (100 if rule.unit == "CNY" else 1)
    for subject, amount in sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])):
        name = " ".join(problem.names.get(word, _(RESOURCES.get(word, word))) for word in subject.split())
        yield name if rule.waived else f"{name} +{round(amount, 2):,.12g}"
