"""Why there is no plan: the rules that collide and the smallest relaxation of each.

Minimal sets of colliding rules are found by deletion: a rule is left out, and if the
rest still has no plan it was not needed for the collision. Every step is a solve of
the whole model, so the verdict never rests on a solver's guess.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from inventory.model import City
from inventory.text import N_, _, joined
from planner.explainer.elastic import Elastic, Slack
from planner.explainer.repairs import REPAIRS, Repair, Trouble
from planner.plan import Conflict, Relaxation
from planner.problem import Problem, formulate
from planner.rulebook import RULES, Rule
from planner.scenario import patched
from planner.solver import Clock
from topology import build

DEMANDS = ("deadline", "contract_end", "pins", "past_kept")
"""Rules that ask for something to happen; the others limit."""
FEW = 3
"""Systems that an alternative names; of more it gives the number."""
RESOURCES = {"memory_gib": N_("memory"), "sas": N_("SAS storage"), "ssd": N_("SSD storage")}
"""Names of resources that say more than their code."""


@dataclass(frozen=True)
class Given:
    """What a rule of a collision has to give."""

    rule: str
    core: tuple[str, ...]
    slacks: list[Slack]
    alone: bool
    """True where nothing else has to give."""
    without: tuple[str, ...] = ()
    """Rules that are left out meanwhile, since it is not enough alone."""
    joint: bool = False
    """True where it is enough together with the others of which this holds."""
    proven: bool = True
    """False where the change itself brings further collisions."""
    repair: Repair | None = None


def conflicts(problem: Problem, clock: Clock, city: City | None = None) -> tuple[Conflict, ...]:
    """Return every rule that takes part in a collision, with its smallest relaxation.

    With a city, each relaxation says exactly what to change where, and what that costs.

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
    given = [_given(model, name, involved[name], clock) for name in RULES if name in involved]
    if not any(each.alone for each in given):
        given = _together(model, given, {each.rule for each in given}, clock)
    given = _mended(model, given, clock, city) if city else given
    late = next((each for each in given if each.rule == "deadline" and each.alone), None)
    return tuple(_conflict(problem, each, late) for each in given)


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


def _given(model: Elastic, name: str, core: tuple[str, ...], clock: Clock) -> Given:
    alone = model.relaxed(name, (), clock)
    others = tuple(other for other in RULES if other not in core and not RULES[other].fixed)
    slacks = alone if alone is not None else model.relaxed(name, others, clock)
    return Given(name, core, slacks or [], alone is not None, () if alone is not None else others)


def _together(model: Elastic, given: list[Given], among: set[str], clock: Clock) -> list[Given]:
    """Return what some of the rules give at once, where none of them is enough alone.

    What a rule would have to give if all others gave way counts as one, so that no rule
    is preferred for the unit it is counted in. Who need not give then stays as it was.
    """
    giving = [each for each in given if each.rule in among]
    scales = {each.rule: sum(slack.amount for slack in each.slacks) or 1.0 for each in giving}
    found = model.together(scales, clock)
    others = {each.rule: tuple(scales.keys() - {each.rule}) for each in given}
    return [
        replace(each, slacks=found[each.rule], joint=True, without=others[each.rule])
        if found.get(each.rule)
        else replace(each, joint=False)
        for each in given
    ]


def _mended(model: Elastic, given: list[Given], clock: Clock, city: City) -> list[Given]:
    """Return the same with repairs; who knows none gives nothing where the others can do without."""
    problem = model.problem
    found = [_repaired(problem, each, clock, city) for each in given]
    lost = {each.rule for each in found if each.joint and each.repair is None}
    again = _together(model, given, {each.rule for each in given} - lost, clock) if lost else []
    if any(each.joint for each in again):
        found = [_repaired(problem, each, clock, city) for each in again]
    joint = [each for each in found if each.joint]
    enough = not joint or _enough(problem, joint, clock, city)
    alone = {each.rule for each in found if each.alone and not _enough(problem, [each], clock, city)}
    return [replace(each, proven=enough if each.joint else each.rule not in alone) for each in found]


def _enough(problem: Problem, parts: list[Given], clock: Clock, city: City) -> bool:
    """Whether the repairs, written into the scenario and formulated anew, leave a plan."""
    scenario, earlier = problem.scenario, problem.earlier
    for repair in (part.repair for part in parts if part.repair):
        scenario = patched(scenario, repair.change)
        if earlier and repair.as_of:
            earlier = earlier.model_copy(update={"as_of": repair.as_of})
    changed = replace(formulate(city, build(city), scenario), earlier=earlier)
    return Elastic(changed).possible((), clock)


def _repaired(problem: Problem, given: Given, clock: Clock, city: City) -> Given:
    if not given.slacks:
        return given

    def possible(changed: Problem) -> bool:
        return Elastic(changed).possible(given.without, clock)

    def least(changed: Problem, rule: str) -> list[Slack]:
        return Elastic(changed).relaxed(rule, given.without, clock) or []

    trouble = Trouble(problem, city, given.slacks, possible, least)
    return replace(given, repair=REPAIRS[given.rule](trouble))


def _conflict(problem: Problem, given: Given, late: Given | None) -> Conflict:
    if not given.slacks:
        return Conflict(rule=given.rule, subjects=(), periods=(), relaxation=None)
    return Conflict(
        rule=given.rule,
        subjects=tuple(dict.fromkeys(_subjects(given.slacks))),
        periods=tuple(dict.fromkeys(_periods(problem, given.slacks))),
        relaxation=_relaxation(problem, given, late),
    )


def _subjects(slacks: list[Slack]) -> Iterator[str]:
    for slack in slacks:
        named = [system for row in slack.binding for system in row.systems]
        yield from named or (slack.subject,)


def _periods(problem: Problem, slacks: list[Slack]) -> Iterator[str]:
    found = {row.period for slack in slacks for row in slack.binding if row.period is not None}
    yield from (problem.periods[period].name for period in sorted(found))


def _relaxation(problem: Problem, given: Given, late: Given | None) -> Relaxation:
    rule, total = RULES[given.rule], sum(slack.amount for slack in given.slacks)
    repair = given.repair or Repair()
    told = list(_told(problem, rule, given.slacks))
    amount = len(told) if rule.waived else round(total / 100 if rule.unit == "CNY" else total, 2)
    text = repair.what or _(rule.relaxed).format(amount=f"{amount:,.12g}", subjects="; ".join(told))
    text = f"{text} ({repair.detail})" if repair.detail else text
    return Relaxation(
        what=text + _alternative(problem, given, late) + _doubts(given),
        amount=amount if repair.amount is None else repair.amount,
        unit=_(repair.unit or rule.unit),
        cost=_cost(problem, given) if repair.cost is None else repair.cost,
        change=dict(repair.change),
        as_of=repair.as_of,
    )


def _cost(problem: Problem, given: Given) -> int | None:
    total = round(sum(slack.amount for slack in given.slacks))
    team = round(_person_months(given.slacks) * problem.person_month_price)
    costs = {"team_capacity": team, "one_off_budget": total, "om_cost_never_rises": total}
    return costs.get(given.rule)


def _doubts(given: Given) -> str:
    text = ""
    if not all(slack.proven for slack in given.slacks):
        text += _(" (a smaller one is not ruled out)")
    if given.joint:
        text += _(" (together with the other changes of which this is said)")
    elif not given.alone:
        text += _(" (not enough alone: other rules collide as well)")
    if not given.proven:
        text += _(" (the change brings other collisions: explain again after it)")
    return text


def _alternative(problem: Problem, given: Given, late: Given | None) -> str:
    """Return what would do instead of loosening a limit: going later, where that alone is enough."""
    if late is None or given.rule in DEMANDS or given.core != late.core or not given.alone:
        return ""
    quarters: dict[str, int] = {}
    for slack in late.slacks:
        quarters[slack.subject] = quarters.get(slack.subject, 0) + round(slack.amount)
    if len(quarters) > FEW:
        return _("; or put off {count} deadlines").format(count=len(quarters))
    due = {d.system: d.period for d in problem.deadlines}
    moved = {s: due[s] + more for s, more in quarters.items() if due[s] + more < len(problem.periods)}
    if len(moved) < len(quarters):
        return ""
    text = _("move {system} by {period}")
    names = [period.name for period in problem.periods]
    steps = [text.format(system=problem.called(s), period=names[t]) for s, t in moved.items()]
    return _("; or {steps}").format(steps=joined(steps))


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
