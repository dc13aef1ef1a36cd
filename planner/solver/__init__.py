"""The search for a plan, and the plan with every figure computed in integers."""

from functools import cache
from importlib.metadata import version
from math import ceil

import planner.solver.changes as changes
import planner.solver.figures as figures
from inventory.errors import SolverError
from planner.plan import Digests, Move, Plan, RuledOut, Stage, Status
from planner.problem import Problem
from planner.rules import FEN_A_UNIT, staying
from planner.solver.decisions import Decisions
from planner.solver.search import Clock, End, Tick, Watch, relative_gap, run_once
from planner.solver.stages import Search, build, search
from planner.solver.written import Form, write_model

__all__ = [
    "Clock",
    "Decisions",
    "End",
    "Form",
    "Tick",
    "Watch",
    "build",
    "drawn_up",
    "figures",
    "run_once",
    "solve",
    "write_model",
]

PPM = 1_000_000
NONE = 1e-5
"""Relative gap that counts as none: the model's prices are off by some fen a machine."""


def solve(
    problem: Problem, *, time_limit: float = 60.0, gap: float = 0.001, watch: Watch | None = None
) -> Plan:
    """Return the best plan found within the time limit, with its proven gap.

    Args:
        problem: what ``formulate`` returned.
        time_limit: seconds for all stages together.
        gap: relative gap asked for in the cost stage.
        watch: called during the search; returning ``False`` stops it.

    Raises:
        SolverError: the solver broke down.
    """
    clock = Clock(time_limit, watch)
    found = search(problem, clock, gap)
    return _without(problem, found, clock) if found.decisions is None else _with(problem, found, clock, gap)


@cache
def _version() -> str:
    return version("govplan")


def _frame(p: Problem, clock: Clock, status: Status) -> Plan:
    return Plan(
        status=status,
        seconds=round(clock.seconds, 3),
        first_plan_seconds=None if clock.first_plan is None else round(clock.first_plan, 3),
        spent={engine: round(seconds, 3) for engine, seconds in clock.spent.items()},
        digests=Digests(inventory=p.digest, scenario=p.scenario.digest),
        program=_version(),
        city=p.city,
        scenario=p.scenario.model_dump(mode="json"),
        periods=tuple(period.name for period in p.periods),
        groups=p.groups,
        assumptions=p.assumed,
        ruled_out=tuple(
            RuledOut(system=mover.id, workload=d.workload, pool=d.pool, reason=d.reason)
            for mover in p.movers
            for d in mover.dropped
        ),
        for_study_only=p.scenario.legal_off,
    )


def _without(p: Problem, found: Search, clock: Clock) -> Plan:
    ends = {outcome.end for outcome in found.outcomes.values()}
    return _frame(p, clock, Status.infeasible if End.infeasible in ends else Status.unknown)


def _with(p: Problem, found: Search, clock: Clock, gap: float) -> Plan:
    plan = drawn_up(p, found.decisions or Decisions(), clock)
    stages = _stages(p, found, plan.moves, figures.discounted(p, plan.ledger))
    cost = next((s for s in stages if s.name == "cost"), None)
    proven = cost is not None and all(s.proven and s.gap <= max(gap, NONE) for s in stages)
    return plan.model_copy(
        update={
            "status": Status.optimal if proven else Status.feasible,
            "stages": stages,
            "gap": cost.gap if cost else None,
            "gap_of_saving": _of_saving(p, cost) if cost else None,
        }
    )


def drawn_up(problem: Problem, chosen: Decisions, clock: Clock) -> Plan:
    """Return whole decisions as a feasible plan with every figure, its quality unproven."""
    made = figures.moves(problem, chosen)
    return _frame(problem, clock, Status.feasible).model_copy(
        update={
            "moves": made,
            "projects": figures.project_years(problem, made),
            "ledger": figures.ledger(problem, chosen, made),
            "blocks": figures.orders(problem, chosen),
            "usage": figures.usage(problem, chosen, made),
            "replanned": changes.replanned(problem, made),
        }
    )


def _stages(p: Problem, found: Search, made: tuple[Move, ...], cost: float) -> tuple[Stage, ...]:
    """Return the stages; one whose predecessor lacks a proof says so."""
    stages: list[Stage] = []
    values = {
        "under_way": float(changes.displaced(p, made)),
        "coverage": float(figures.uncovered_weight(p, made)),
        "cost": cost + changes.change_cost(p, made),
        "ipv6": float(figures.unready(p, made)),
        "disruption": float(figures.parted_quarters(p, made)),
    }
    proven = True
    for name, outcome in found.outcomes.items():
        unit = FEN_A_UNIT if name == "cost" else 1
        bound = (outcome.bound or 0.0) * unit
        value = values[name]
        bound = _no_dearer(bound, value) if name == "cost" else float(ceil(bound - 1e-6))
        stages.append(
            Stage(
                name=name,
                objective=value,
                bound=bound,
                gap=relative_gap(value, bound) or 0.0,
                proven=proven,
                seconds=round(outcome.seconds, 3),
            )
        )
        proven = proven and outcome.end is End.proven
    return tuple(stages)


def _no_dearer(bound: float, value: float) -> float:
    """Return a bound on the cost, at the most the cost of the plan.

    Raises:
        SolverError: the bound is above the plan by more than solvers round: it proves nothing.
    """
    if bound > value + NONE * abs(value):
        raise SolverError(
            f"the bound {bound:.0f} fen is above the plan, {value:.0f} fen: an error in the bound"
        )
    return min(bound, value)


def _of_saving(p: Problem, cost: Stage) -> float | None:
    """Return the gap on the saving against staying; none where even the bound saves nothing."""
    saving = staying(p) / PPM - cost.bound
    return (cost.objective - cost.bound) / saving if saving > 0 else None
