"""One model whose rules can be left out or made to give, without building it anew.

Every row of a rule that is not a definition has a slack variable. Bound to zero the
rule holds; set free it is left out; priced in the objective it gives as little as it
can.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pulp

from planner.problem import Problem
from planner.rulebook import RULES
from planner.rules import Choices, Row, Terms, choose, expression, rows
from planner.solver import Clock, End, run_once

SECONDS_A_STEP = 20.0


@dataclass(frozen=True)
class Lever:
    """What rows can give together, as one slack variable (two where they are equations)."""

    subject: str
    ways: tuple[pulp.LpVariable, ...]
    worth: float
    rows: list[Row] = field(default_factory=list)

    def terms(self, row: Row) -> Terms:
        """Terms that let a row give."""
        signs = {"<=": (-1.0,), ">=": (1.0,), "==": (1.0, -1.0)}[row.sense]
        return list(zip(self.ways, signs, strict=True))

    def free(self, free: bool) -> None:
        """Let the rows give, or hold them."""
        for way in self.ways:
            way.bounds(0, None if free else 0)

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


class Elastic:
    """The model of a problem with a lever for everything that is not a definition."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.x: Choices = choose(problem, by_period=True)
        self.levers: dict[str, dict[str, Lever]] = {name: {} for name in RULES}
        for name, row in rows(problem, self.x):
            given = self._lever(name, row).terms(row) if row.elastic and not RULES[name].fixed else []
            self.x.model.addConstraint(expression(row, given))

    @property
    def active(self) -> set[str]:
        """The rules that have anything to give in this problem."""
        return {name for name, levers in self.levers.items() if levers}

    def possible(self, without: Collection[str], clock: Clock) -> bool:
        """Whether a plan exists when some rules are left out; a run cut short counts as yes."""
        self._release(without)
        self.x.model.setObjective(pulp.LpAffineExpression.from_constant(0))
        return run_once(self.x.model, clock, "conflict", SECONDS_A_STEP) is not End.infeasible

    def relaxed(self, name: str, without: Collection[str], clock: Clock) -> list[Slack] | None:
        """Return what a rule must give at least, or ``None`` where no amount would help."""
        self._release({name, *without})
        found = self._least({name: 1.0}, clock)
        return None if found is None else found[name]

    def together(self, scales: Mapping[str, float], clock: Clock) -> dict[str, list[Slack]]:
        """Return what several rules must give at once, the sum of their shares of a scale at its least.

        Args:
            scales: the rules that may give, and the amount of each that counts as one.
            clock: time of the whole explanation.
        """
        self._release(scales)
        return self._least(scales, clock) or {}

    def _least(self, scales: Mapping[str, float], clock: Clock) -> dict[str, list[Slack]] | None:
        levers = [(lever, scale) for name, scale in scales.items() for lever in self.levers[name].values()]
        priced = ((way, lever.worth / scale) for lever, scale in levers for way in lever.ways)
        self.x.model.setObjective(pulp.lpSum_vars_coefs(priced))
        end = run_once(self.x.model, clock, "relaxation", SECONDS_A_STEP)
        if end in (End.infeasible, End.nothing):
            return None
        return {name: [*_slacks(self.levers[name].values(), end is End.proven)] for name in scales}

    def _lever(self, name: str, row: Row) -> Lever:
        label = row.lever or ",".join(row.subject)
        if label not in self.levers[name]:
            count = 2 if row.sense == "==" else 1
            names = (f"slack[{name},{label},{way}]" for way in range(count))
            ways = tuple(self.x.model.add_variable(each, 0, 0) for each in names)
            self.levers[name][label] = Lever(row.lever or row.subject[0], ways, row.worth)
        self.levers[name][label].rows.append(row)
        return self.levers[name][label]

    def _release(self, names: Collection[str]) -> None:
        for name, levers in self.levers.items():
            for lever in levers.values():
                lever.free(name in names)


def _slacks(levers: Iterable[Lever], proven: bool) -> Iterator[Slack]:
    yield from (_slack(lever, proven) for lever in levers if lever.amount > 1e-4)


def _slack(lever: Lever, proven: bool) -> Slack:
    binding = tuple(row for row in lever.rows if _broken(row))
    return Slack(lever.subject, lever.amount, binding or (lever.rows[0],), proven)


def _broken(row: Row) -> bool:
    over = sum((variable.varValue or 0.0) * factor for variable, factor in row.terms) - row.right
    return {"<=": over, ">=": -over, "==": abs(over)}[row.sense] > 1e-6
