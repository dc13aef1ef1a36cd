"""One MIP run: HiGHS in process, watched, stoppable, deterministic.

Thread count and seed are constant for the whole process: HiGHS keeps one scheduler a
thread and answers ``NotSolved`` to a run that asks for another count.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray

from inventory.errors import SolverError

THREADS = 1
SEED = 0
MONEY_GAP = 1e-6
CALLBACKS = [
    highspy.cb.HighsCallbackType.kCallbackMipInterrupt,
    highspy.cb.HighsCallbackType.kCallbackMipSolution,
    highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution,
    highspy.cb.HighsCallbackType.kCallbackMipUserSolution,
]
INTERRUPT, SOLUTION, IMPROVING, ASKED = CALLBACKS


@dataclass(frozen=True)
class Tick:
    """Where the search stands."""

    stage: str
    """coverage, cost, ipv6 or disruption; repair while a plan is drafted or bettered."""
    seconds: float
    """Since the start of the whole search."""
    incumbent: float | None
    """Objective of the best plan so far."""
    bound: float | None
    """Proven bound."""
    gap: float | None
    """|incumbent - bound| / |bound|."""


Watch = Callable[[Tick], bool]
"""Called now and then during a search; ``False`` stops it and keeps the best plan."""


class Partner(Protocol):
    """Another search of the same model."""

    @property
    def over(self) -> bool:
        """Whether no better plan is to be looked for."""

    def better(self, known: float) -> NDArray[np.float64] | None:
        """Return (columns,) of a plan that is better than the value known, if there is one."""

    def found(self, values: NDArray[np.float64]) -> None:
        """Take note of (columns,) of a plan that was found."""


class End(Enum):
    """How a run ended."""

    proven = "proven"
    found = "found"
    infeasible = "infeasible"
    nothing = "nothing"


FOUND = (End.found, End.proven)
"""Ends of runs that brought something."""


@dataclass(frozen=True)
class Outcome:
    """What a run brought."""

    end: End
    bound: float | None = None
    seconds: float = 0.0


class Clock:
    """Seconds since the start, the limit, the first plan seen and the watcher's word."""

    def __init__(self, limit: float, watch: Watch | None) -> None:
        self.start = time.monotonic()
        self.limit = limit
        self.watch = watch
        self.stopped = False
        self.first_plan: float | None = None
        self.spent: dict[str, float] = {}
        """Seconds by engine."""
        self._told = -1.0

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.start

    @property
    def left(self) -> float:
        """Seconds left."""
        return max(0.0, self.limit - self.seconds)

    @contextmanager
    def spending(self, engine: str) -> Iterator[None]:
        """Count the seconds of a block of work as an engine's."""
        since = self.seconds
        yield
        self.spent[engine] = self.spent.get(engine, 0.0) + self.seconds - since

    def within(self, seconds: float) -> "Clock":
        """Return a clock of some seconds that stops with this one, for a search that makes no plans yet."""

        def watch(_tick: Tick) -> bool:
            self.tell("repair", None, None)
            return not self.stopped

        return Clock(seconds, watch)

    def tell(self, stage: str, incumbent: float | None, bound: float | None) -> None:
        """Tell the watcher, at most five times a second."""
        if self.watch and self.seconds - self._told >= 0.2:
            self._told = self.seconds
            tick = Tick(stage, self.seconds, incumbent, bound, relative_gap(incumbent, bound))
            self.stopped = self.stopped or not self.watch(tick)


def relative_gap(value: float | None, bound: float | None) -> float | None:
    """Return |value - bound| / max(|bound|, 1), ``None`` where either is unknown."""
    if value is None or bound is None:
        return None
    return abs(value - bound) / max(abs(bound), 1.0)


def run(
    model: pulp.LpProblem,
    clock: Clock,
    stage: str,
    *,
    seconds: float,
    gap: float = MONEY_GAP,
    whole: bool = False,
    warm: bool = False,
    effort: float = 0.3,
    partner: Partner | None = None,
) -> Outcome:
    """Solve a model once; the variables hold the plan afterwards.

    HiGHS measures its gap against the plan, a plan states it against the bound: the gap
    asked for is turned from one into the other.

    Args:
        model: the model with its objective.
        clock: time and watcher of the whole search.
        stage: name for the watcher.
        seconds: limit of this run.
        gap: relative gap to stop at.
        whole: True where the objective takes whole values only.
        warm: start from the present values of the whole variables, where there are any.
        effort: part of the work that goes into heuristics.
        partner: another search to share plans with.

    Raises:
        SolverError: HiGHS broke down or did not run.
    """
    started = clock.seconds
    warm = warm and _prepared(model)
    with clock.spending("mip"):
        listen = _listener(clock, stage, partner)
        stats = model.solve(_solver(listen, seconds, gap, whole, warm, effort))
    status = pulp.LpSolveStatus
    if stats.status in (status.Infeasible, status.Undefined) and not stats.has_solution:
        return Outcome(End.infeasible)
    if stats.status == status.NotSolved:
        raise SolverError("HiGHS did not run; the process uses another thread count")
    if not stats.has_solution:
        return Outcome(End.nothing, stats.best_bound)
    clock.first_plan = clock.seconds if clock.first_plan is None else clock.first_plan
    proven = stats.status == status.Optimal
    bound = stats.objective if proven and stats.best_bound is None else stats.best_bound
    return Outcome(End.proven if proven else End.found, bound, clock.seconds - started)


def _prepared(model: pulp.LpProblem) -> bool:
    """Leave only whole variables their values, if any: what follows from them may suit another objective."""
    variables = model.variables()
    for variable in variables:
        if variable.cat != pulp.LpInteger:
            variable.varValue = None
    return any(variable.varValue is not None for variable in variables)


type _Listener = Callable[..., None]


def _solver(
    listen: _Listener, seconds: float, gap: float, whole: bool, warm: bool, effort: float
) -> pulp.HiGHS:
    return pulp.HiGHS(
        msg=False,
        threads=THREADS,
        timeLimit=max(seconds, 0.1),
        gapRel=gap / (1 + gap),
        gapAbs=0.999 if whole else 1e-9,
        warmStart=warm,
        random_seed=SEED,
        mip_heuristic_effort=effort,
        callbackTuple=(listen, None),
        callbacksToActivate=CALLBACKS,
    )


def _listener(clock: Clock, stage: str, partner: Partner | None) -> _Listener:
    def listen(kind: Any, _message: str, out: Any, control: Any, _user: Any) -> None:
        if clock.first_plan is None and kind == SOLUTION:
            clock.first_plan = clock.seconds
        if partner and kind == IMPROVING:
            partner.found(np.array(out.mip_solution))
        if partner and kind == ASKED and (better := partner.better(out.mip_primal_bound)) is not None:
            control.setSolution(better)
        clock.tell(stage, _finite(out.mip_primal_bound), _finite(out.mip_dual_bound))
        if clock.stopped or (partner and partner.over):
            control.user_interrupt = 1

    return listen


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def run_once(model: pulp.LpProblem, clock: Clock, stage: str, seconds: float) -> End:
    """Solve as far as the seconds and the clock allow and say how it ended."""
    return run(model, clock, stage, seconds=min(seconds, clock.left)).end
