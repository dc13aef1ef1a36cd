"""Whole numbers by way of the relaxation: what it leaves whole stays, the rest is solved.

A relaxation that is nearly whole says nearly everything; a solver given the same model spends most of its
time on cuts that it hardly needs (relaxation enforced neighbourhood search, Berthold 2014, by groups).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

import pulp

from planner.solver.search import FOUND, Clock, End, run

WHOLE = 1e-6
"""How far from a whole number a value may be to count as one."""
FIXED = 0.4
"""Part of the time left that what a relaxation leaves open may take."""

type Group = Sequence[pulp.LpVariable]


@dataclass(frozen=True)
class Whole:
    """A model, and which of its whole variables stay as the relaxation has them only together."""

    model: pulp.LpProblem
    groups: Sequence[Group]
    """All of its whole variables."""
    spare: pulp.LpVariable
    """How much the relaxation keeps free of limits, so that what is rounded has room; 0 otherwise."""

    def relaxed(self, spare: float, clock: Clock, seconds: float) -> "Relaxed | None":
        """Solve the relaxation, whose values the variables hold then; return none where time was too short.

        Args:
            spare: what it keeps free, unless there is no such plan.
            clock: time and watcher of the search.
            seconds: limit.
        """
        start = [(variable, variable.varValue or 0.0) for variable in _all(self.groups)]
        for variable in _all(self.groups):
            variable.cat = "Continuous"
        found = End.infeasible
        for kept in (spare, 0.0):
            if found is End.infeasible:
                self.spare.bounds(kept, kept)
                found = run(self.model, clock.within(seconds), "repair", seconds=seconds).end
        self.spare.bounds(0, 0)
        for variable in _all(self.groups):
            variable.cat = "Integer"
        whole = [all(map(_is_whole, group)) for group in self.groups]
        return Relaxed(self.model, self.groups, whole, start) if found is End.proven else None


@dataclass(frozen=True)
class Relaxed:
    """What a relaxation says."""

    model: pulp.LpProblem
    groups: Sequence[Group]
    whole: list[bool]
    """Which groups it has whole."""
    start: list[tuple[pulp.LpVariable, float]]
    """What the variables held before."""

    def rounded(self, clock: Clock, gap: float) -> bool:
        """Return whether a plan was found in time; the variables hold it afterwards.

        Where nothing is found beside what the relaxation has whole, everybody may also do what the variables
        held before.

        Args:
            clock: time and watcher of the search.
            gap: relative gap to stop at.
        """
        kept = _all(compress(self.groups, self.whole))
        fixed = [(variable, round(variable.varValue or 0.0)) for variable in kept]
        idle = [(variable, 0) for variable, before in self.start if not (before or variable.varValue)]
        if self._solved(fixed, clock, FIXED * clock.left, gap, warm=False):
            return True
        for variable, before in self.start:
            variable.setInitialValue(before)
        return self._solved(idle, clock, clock.left, gap, warm=True)

    def _solved(
        self,
        fixed: list[tuple[pulp.LpVariable, int]],
        clock: Clock,
        seconds: float,
        gap: float,
        *,
        warm: bool,
    ) -> bool:
        """Return whether a plan was found in which some variables have the values given."""
        before = [(variable, variable.lowBound, variable.upBound) for variable, _value in fixed]
        for variable, number in fixed:
            variable.bounds(number, number)
        found = run(self.model, clock, "repair", seconds=seconds, gap=gap, warm=warm).end in FOUND
        for variable, low, up in before:
            variable.bounds(low, up)
        return found


def _is_whole(variable: pulp.LpVariable) -> bool:
    value = float(variable.varValue or 0.0)
    return abs(value - round(value)) < WHOLE


def _all(groups: Iterable[Group]) -> list[pulp.LpVariable]:
    return [variable for group in groups for variable in group]
