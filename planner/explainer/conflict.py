"""Why there is no plan: the rules that collide and the smallest relaxation of each.

Minimal sets of colliding rules are found by deletion: a rule is left out, and if the
rest still has no plan it was not needed for the collision. Every step is a solve of
the whole model, so the verdict never rests on a solver's guess.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pulp

from inventory.text import N_, _
from planner.plan import Conflict, Relaxation
from planner.problem import Problem
from planner.rulebook import RULES, Rule
from planner.rules import Choices, Row, Terms, choose, expression, rows
from planner.solver import Clock, End, run_once

DEMANDS = ("deadline", "contract_end", "pins")
"""Rules that ask for something to happen; the others limit."""
RESOURCES = {"memory_gib": N_("memory"), "sas": N_("SAS storage"), "ssd": N_("SSD storage")}
"""Names of resources that say more than their code."""
SECONDS_A_STEP = 20.0


@dataclass(frozen=True)
class Lever:
    """What rows can give together, as one slack variable (two where they are equations)."""

    name: str
    ways: tuple[pulp.LpVariable, ...]
    worth: float
    rows: list[Row]

    def terms(self, row: Row) -> Terms:
        """Terms that let a row give."""
        signs = {"<=": (-1.0,), ">=": (1.0,), "==": (1.0, -1.0)}[row.sense]
        return list(zip(self.ways, signs, strict=True))

    @property
    def amount(self) -> float:
        """What is given, in the rule's unit."""
        return sum(way.varValue or 0.0 for way in self.ways) * self.worth


@dataclass(frozen=True)
class Slack:
    """What a lever had to give, and the rows that its plan would break without it."""

    subject: str
    amount: float
    binding: tuple[Row, ...]
    proven: bool
    """True where no smaller relaxation exists."""


def _slack(lever: Lever, proven: bool) -> Slack:
    first = lever.rows[0]
    binding = tuple(row for row in lever.rows if _broken(row))
    return Slack(first.lever or first.subject[0], lever.amount, binding or (first,), proven)


def _broken(row: Row) -> bool:
    over = sum((variable.varValue or 0.0) * factor for variable, factor in row.terms) - row.right
    return {"<=": over, ">=": -over, "==": abs(over)}[row.sense] > 1e-6


def conflicts(problem: Problem, clock: Clock) -> tuple[Conflict, ...]:
    """Return every rule that takes part in a collision, with its smallest relaxation."""
    found: dict[str, tuple[str, ...]] = {}
    removed: set[str] = set()
    while clock.left > 0 and not possible(problem, removed, clock):
        core = _core(problem, removed, clock)
        if not core:
            break
        found |= {name: core for name in core if name not in found}
        limits = [name for name in core if name not in DEMANDS]
        removed |= set(limits or core)
    return tuple(_conflict(problem, name, core, clock) for name, core in found.items())


def possible(problem: Problem, without: Iterable[str], clock: Clock) -> bool:
    """Whether a plan exists when some rules are left out; a run cut short counts as yes."""
    x = choose(problem)
    for _name, row in rows(problem, x, tuple(without)):
        x.model.addConstraint(expression(row))
    x.model.setObjective(pulp.LpAffineExpression.from_constant(0))
    return run_once(x.model, clock, "conflict", SECONDS_A_STEP) is not End.infeasible


def _core(problem: Problem, removed: set[str], clock: Clock) -> tuple[str, ...]:
    """Return a minimal set of rules without a common plan, none of them removed."""
    out = set(removed)
    candidates = [name for name, rule in RULES.items() if not rule.fixed and name not in removed]
    ordered = sorted(candidates, key=lambda name: name in DEMANDS)
    for name in ordered:
        if not possible(problem, out | {name}, clock):
            out.add(name)
    return tuple(name for name in candidates if name not in out)


def _conflict(problem: Problem, name: str, core: tuple[str, ...], clock: Clock) -> Conflict:
    alone = _relaxed(problem, name, (), clock)
    others = tuple(other for other in RULES if other not in core and not RULES[other].fixed)
    slacks = alone if alone is not None else _relaxed(problem, name, others, clock)
    if not slacks:
        return Conflict(rule=name, subjects=(), periods=(), relaxation=None)
    return Conflict(
        rule=name,
        subjects=tuple(dict.fromkeys(_subjects(slacks))),
        periods=tuple(dict.fromkeys(_periods(problem, slacks))),
        relaxation=_relaxation(problem, name, slacks, alone is not None),
    )


def _relaxed(problem: Problem, name: str, without: tuple[str, ...], clock: Clock) -> list[Slack] | None:
    """Return the rows of a rule that must give at least, or ``None`` where none would help."""
    x = choose(problem)
    levers: dict[str, Lever] = {}
    for rule, row in rows(problem, x, without):
        if rule == name and row.elastic:
            lever = levers.setdefault(row.lever or ",".join(row.subject), _lever(x, row))
            lever.rows.append(row)
            x.model.addConstraint(expression(row, lever.terms(row)))
        else:
            x.model.addConstraint(expression(row))
    gives = levers.values()
    x.model.setObjective(pulp.lpSum_vars_coefs((v, lever.worth) for lever in gives for v in lever.ways))
    end = run_once(x.model, clock, "relaxation", SECONDS_A_STEP)
    if end in (End.infeasible, End.nothing):
        return None
    return [_slack(lever, end is End.proven) for lever in gives if lever.amount > 1e-4]


def _lever(x: Choices, row: Row) -> Lever:
    label = row.lever or ",".join(row.subject)
    ways = 2 if row.sense == "==" else 1
    number = x.model.numVariables()
    made = tuple(x.model.add_variable(f"slack[{label},{number + n}]", 0) for n in range(ways))
    return Lever(label, made, row.worth, [])


def _subjects(slacks: list[Slack]) -> Iterator[str]:
    for slack in slacks:
        named = [system for row in slack.binding for system in row.systems]
        yield from named or (slack.subject,)


def _periods(problem: Problem, slacks: list[Slack]) -> Iterator[str]:
    found = {row.period for slack in slacks for row in slack.binding if row.period is not None}
    yield from (problem.periods[period].name for period in sorted(found))


def _relaxation(problem: Problem, name: str, slacks: list[Slack], alone: bool) -> Relaxation:
    rule, total = RULES[name], sum(slack.amount for slack in slacks)
    told = list(_told(problem, rule, slacks))
    amount = len(told) if rule.waived else round(total / 100 if rule.unit == "CNY" else total, 2)
    text = _(rule.relaxed).format(amount=f"{amount:,.12g}", subjects="; ".join(told))
    if not all(slack.proven for slack in slacks):
        text += _(" (a smaller one is not ruled out)")
    if not alone:
        text += _(" (not enough alone: other rules collide as well)")
    quarters = len(problem.horizon)
    cost = {"team_capacity": round(total * problem.person_month_price * quarters)}
    cost |= {"one_off_budget": round(total), "om_cost_never_rises": round(total)}
    return Relaxation(what=text, amount=amount, unit=_(rule.unit), cost=cost.get(name))


def _told(problem: Problem, rule: Rule, slacks: list[Slack]) -> Iterator[str]:
    """Yield each subject with what it gives in all, largest first."""
    sums: dict[str, float] = {}
    for slack in slacks:
        sums[slack.subject] = sums.get(slack.subject, 0) + slack.amount / (100 if rule.unit == "CNY" else 1)
    for subject, amount in sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])):
        name = " ".join(problem.names.get(word, _(RESOURCES.get(word, word))) for word in subject.split())
        yield name if rule.waived else f"{name} +{round(amount, 2):,.12g}"
