"""Two searches of one model that tell each other their plans: the solver's, and the one piece by piece.

The solver asks now and then whether somebody knows a better plan (HiGHS's callback for a user's
solution) and says when it has found one. For its first seconds it is left alone, so that what is proven
at once is the same on every machine.
"""

from math import inf

import pulp

from planner.solver.pieces import Standing
from planner.solver.search import Clock
from planner.solver.tables import Floats

LESS = 1e-9
"""Part of a plan's value by which another must be less."""


class Exchange:
    """The best plans of the two, each waiting for the other."""

    def __init__(
        self,
        standing: Standing,
        aim: pulp.LpAffineExpression,
        clock: Clock,
        opens: float,
        least: float = -inf,
        enough: float = -inf,
    ) -> None:
        """Begin with no plan.

        Args:
            standing: the model.
            aim: its objective.
            clock: of the search.
            opens: seconds of the clock until which the solver is left alone.
            least: value than which none is less.
            enough: value of a plan that is good enough to stop.
        """
        self.clock, self.opens, self.least, self.enough = clock, opens, least, enough
        self.cost = standing.row(aim)
        self.constant = aim.constant
        self._value = self._their_value = inf
        self._ours: Floats | None = None
        self._theirs: Floats | None = None

    def value(self, values: Floats) -> float:
        """Return what the solver's objective makes of (columns,) values."""
        return float(self.cost @ values) + self.constant

    def offer(self, values: Floats) -> None:
        """Keep a plan for the solver."""
        self._value, self._ours = self.value(values), values.copy()

    @property
    def over(self) -> bool:
        """Whether a plan is known than which none is better, or one that is good enough."""
        ours = self._value if self.clock.seconds >= self.opens else inf
        return self._value <= self.least or min(ours, self._their_value) <= self.enough

    def better(self, known: float) -> Floats | None:
        """Return the plan kept for the solver once, where it is better than the one it knows."""
        if self._ours is None or self.clock.seconds < self.opens:
            return None
        values, self._ours = self._ours, None
        return values if self._value + LESS * abs(self._value) < known else None

    def found(self, values: Floats) -> None:
        """Keep a plan that the solver has found."""
        self._theirs, self._their_value = values, self.value(values)

    def taken(self) -> Floats | None:
        """Return the plan that the solver has found since."""
        found, self._theirs = self._theirs, None
        return found
