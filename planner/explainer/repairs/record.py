"""What a repair is, and the register of the functions that find one for a rule."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from inventory.model import City
from inventory.text import joined
from inventory.units import PERSON_MONTH, YUAN, Unit, show
from planner.explainer.elastic import Slack
from planner.problem import Problem
from planner.rulebook import RULES


@dataclass(frozen=True)
class Trouble:
    """A rule that has to give, how much, and what may be looked up to say how."""

    problem: Problem
    city: City
    """The inventory as the scenario changes it."""
    slacks: list[Slack]
    possible: Callable[[Problem], bool]
    """Whether a changed problem has a plan, where nothing else is in the way."""
    least: Callable[[Problem, str], list[Slack]]
    """What a rule of a changed problem must give; nothing where that does not help."""

    def periods(self, slack: Slack) -> list[int]:
        """Return the periods in which a slack is needed."""
        return sorted({row.period for row in slack.binding if row.period is not None})


@dataclass(frozen=True)
class Repair:
    """The exact change that a relaxation comes to."""

    change: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a scenario, as its file would write them."""
    detail: str = ""
    """Whatever the relaxation's own words leave open; empty where they say it all."""
    what: str = ""
    """Words instead of the relaxation's own."""
    amount: float | None = None
    unit: str | None = None
    cost: int | None = None
    """Fen, where the change has a price."""
    as_of: str | None = None
    """For a plan made anew: the first open period that helps."""


Repairer = Callable[[Trouble], Repair | None]
REPAIRS: dict[str, Repairer] = {}
"""Rule name to the function that finds its repair; it returns none where none is known."""


def repairs(name: str) -> Callable[[Repairer], Repairer]:
    """Register the decorated function as the one that repairs a rule.

    Raises:
        KeyError: the rulebook has no such rule.
    """

    def add(finder: Repairer) -> Repairer:
        REPAIRS[RULES[name].name] = finder
        return finder

    return add


def overriding(collection: str, fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the change of some records' fields as a scenario writes it."""
    return {"overrides": {collection: {record: dict(given) for record, given in fields.items()}}}


def up(amount: float) -> int:
    """Round up to a whole number, the solver's noise aside."""
    return ceil(amount - 1e-4)


def money(fen: Mapping[Any, int]) -> dict[str, int | float]:
    """Return fen by key as a file writes them."""
    return _written(YUAN, fen)


def months(steps: Mapping[str, int]) -> dict[str, int | float]:
    """Return person-months by key as a file writes them."""
    return _written(PERSON_MONTH, steps)


def _written(unit: Unit, steps: Mapping[Any, int]) -> dict[str, int | float]:
    return {str(key): show(unit, value) for key, value in steps.items()}


def told(parts: Iterable[str]) -> str:
    """Return several changes as an enumeration."""
    return joined(parts)
