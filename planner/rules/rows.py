"""The register that turns each rule of the rulebook into rows of the model."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import pulp

from planner.problem import Problem
from planner.rulebook import RULES
from planner.rules.choices import Choices, Terms

FEN_A_UNIT = 100_000
"""Money meets the solver in thousands of yuan."""


@dataclass(frozen=True)
class Row:
    """``sum(terms) sense right`` about some systems in some period."""

    subject: tuple[str, ...]
    """Who or what the row is about; also its name."""
    terms: Terms
    sense: Literal["<=", ">=", "=="]
    right: float
    systems: tuple[str, ...] = ()
    """Systems it speaks of."""
    period: int | None = None
    worth: float = 1.0
    """How many units of the rule one unit of slack stands for."""
    lever: str | None = None
    """Rows with one lever give together: a larger team serves every period."""
    elastic: bool = True
    """False for definitions, which no relaxation may touch."""
    implied: bool = False
    """True where another row of the rule asks as much; it only tells which periods are concerned."""


RowMaker = Callable[[Problem, Choices], Iterator[Row]]
ROWS: dict[str, RowMaker] = {}
"""Rule name to the function that makes its rows, in rulebook order."""


def rows_of(name: str) -> Callable[[RowMaker], RowMaker]:
    """Register the decorated function as the rows of a rule.

    Raises:
        KeyError: the rulebook has no such rule.
    """

    def add(maker: RowMaker) -> RowMaker:
        ROWS[RULES[name].name] = maker
        return maker

    return add


def expression(row: Row, extra: Terms = []) -> pulp.LpAffineExpression:  # noqa: B006 - never changed
    """Return the row as a PuLP constraint, with extra terms such as a slack."""
    left = pulp.lpSum_vars_coefs(row.terms + extra)
    if row.sense == "<=":
        return left <= row.right
    return left >= row.right if row.sense == ">=" else left == row.right


def scaled(terms: Terms, unit: float) -> Terms:
    """Divide every coefficient by a unit."""
    return [(variable, coefficient / unit) for variable, coefficient in terms]


def negative(terms: Terms) -> Terms:
    """Turn the sign of every coefficient."""
    return [(variable, -coefficient) for variable, coefficient in terms]
