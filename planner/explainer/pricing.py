"""The price of each rule and pin: the plan without it, against the plan there is."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from planner.explainer.repairs.record import overriding
from planner.explainer.standing import NOTHING
from planner.explainer.study import Study, Trial
from planner.rulebook import RULES
from planner.rules import Row, choose, rows
from planner.scenario import Scenario, patched

MANY = 2
"""Decisions by hand from which on each has a price of its own."""


@dataclass(frozen=True)
class Price:
    """A rule, or a decision fixed by hand, and the plan without it."""

    rule: str
    system: str | None
    """The system of a pin or ban; none for a whole rule."""
    trial: Trial | None
    """None where no decisions whatever could break the rule: it has no price."""
    legal: bool
    """True where a document demands it: the plan without it is for study only."""


def prices(of: Study) -> Iterator[Price]:
    """Yield the price of each rule that can be switched off, then of each pin and ban.

    A rule none of whose rows could be broken, even if every variable of the row took its
    worst value at once, cannot matter and is not searched again. Every other is: in whole
    numbers a limit with room left may still be what keeps a better plan away.

    Raises:
        SolverError: the solver broke down.
        UsageError: there is no plan for this inventory.
    """
    x = choose(of.problem)
    able = {name for name, row in rows(of.problem, x) if row.elastic and _can_break(row)}
    for name, rule in RULES.items():
        if not rule.fixed and name not in of.scenario.rules_off:
            without = of.scenario.model_copy(update={"rules_off": (*of.scenario.rules_off, name)})
            trial = of.otherwise(without, looser=True) if name in able else None
            yield Price(name, None, trial, rule.legal)
    for system, without in _unpinned(of):
        yield Price("pins", system, of.otherwise(without, looser=True), False)


def _can_break(row: Row) -> bool:
    """Whether the worst values of a row's variables, each taken alone, break it."""
    signs = {"<=": (1.0,), ">=": (-1.0,), "==": (1.0, -1.0)}[row.sense]
    return any(_worst(row, sign) > sign * row.right + NOTHING for sign in signs)


def _worst(row: Row, sign: float) -> float:
    return sum(sign * f * (inf if v.upBound is None else v.upBound) for v, f in row.terms if sign * f > 0)


def _unpinned(of: Study) -> Iterator[tuple[str, Scenario]]:
    """Yield the scenario without each pin and ban; where there is only one, the whole rule has its price."""
    scenario, own = of.scenario, of.problem.pins[len(of.scenario.pins) :]
    if len(scenario.decisions) + len(own) < MANY:
        return
    for n, pin in enumerate(scenario.pins):
        pins = scenario.pins[:n] + scenario.pins[n + 1 :]
        yield pin.system, scenario.model_copy(update={"pins": pins})
    for n, ban in enumerate(scenario.forbids):
        bans = scenario.forbids[:n] + scenario.forbids[n + 1 :]
        yield ban.system, scenario.model_copy(update={"forbids": bans})
    for pin in own:
        yield pin.system, patched(scenario, overriding("systems", {pin.system: {"pin": None}}))
