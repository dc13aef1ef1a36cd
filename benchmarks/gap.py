"""Generalised-assignment files put through the planner's own problem and solver, beside bare HiGHS.

``python -m benchmarks.gap FILE [--time-limit S] [--alone]`` prints one JSON object an instance.

``ratio`` is the time of the planner, from its problem to the drawn-up plan, over the time
of HiGHS on the model of the textbooks (PuLP, binaries, one row a job and one an agent) in the same run.
What was imported is left out of garbage collection, which would be charged to either by chance.
"""

import argparse
import gc
import json
from math import ceil
from pathlib import Path
from typing import Any

import pulp

import planner
from benchmarks.assignment import Assignment, best_known, problem, read
from benchmarks.meter import measured, peak_mb
from planner.solver.search import relative_gap

ROUNDS = 5


def main() -> None:
    """Run the benchmark and print an object an instance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--alone", action="store_true", help="leave bare HiGHS out")
    options = parser.parse_args()
    with measured() as reading:
        instances = read(options.file)
    gc.freeze()
    for of in instances:
        head = {"name": of.name, "seconds_read": reading.seconds}
        head |= {"best_known": best_known(options.file, of.name)}
        print(json.dumps(head | _run(of, options) | {"peak_mb": peak_mb()}), flush=True)


def _run(of: Assignment, given: argparse.Namespace) -> dict[str, Any]:
    """Run both in turns, a short run up to five times; the fastest of each counts."""
    mine: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    while not mine or (len(mine) < ROUNDS and sum(told["seconds"] for told in mine + theirs) < 1):
        mine.append(ours(of, given.time_limit))
        theirs += [] if given.alone else [bare(of, given.time_limit)]
    best = min(mine, key=lambda told: told["seconds"])
    if given.alone:
        return best
    their = min(theirs, key=lambda told: told["seconds"])
    return best | {"their": their, "ratio": round(best["seconds"] / their["seconds"], 3)}


def ours(of: Assignment, time_limit: float) -> dict[str, Any]:
    """Return value, bound and seconds of the planner on an instance."""
    with measured() as formulating:
        made = problem(of)
    with measured() as solving:
        plan = planner.solve(made, time_limit=time_limit, gap=_gap(of))
    cost = next((stage for stage in plan.stages if stage.name == "cost"), None)
    chosen = {m.system: int(m.placements[0].pool[1:]) for m in plan.moves if m.placements}
    complete = len(chosen) == len(of.jobs)
    unit = planner.rules.FEN_A_UNIT
    return {
        "size": {"agents": len(of.agents), "jobs": len(of.jobs), "maximised": of.maximised},
        "value": of.value([chosen[f"j{job}"] for job in of.jobs]) if complete else None,
        "bound": cost and of.own(_whole(cost.bound / unit)),
        "gap": cost and relative_gap(cost.objective / unit, _whole(cost.bound / unit)),
        "status": plan.status.value,
        "seconds": solving.seconds,
        "first_plan_seconds": plan.first_plan_seconds,
        "seconds_by_stage": {"formulate": formulating.seconds}
        | {stage.name: stage.seconds for stage in plan.stages},
    }


def _gap(of: Assignment) -> float:
    """Return a gap that only the best value keeps: costs are whole numbers."""
    most = sum(max(of.price(agent, job) for agent in of.agents) for job in of.jobs)
    return min(1e-4, 0.9 / max(most, 1))


def _whole(bound: float) -> int:
    """Return what a bound says of a sum of whole numbers."""
    return ceil(bound - 1e-6)


def bare(of: Assignment, time_limit: float) -> dict[str, Any]:
    """Return value, bound and seconds of HiGHS with its own settings on the model of the textbooks."""
    with measured() as solving:
        stats = _textbook(of, time_limit)
    bound = stats.best_bound if stats.best_bound is not None else stats.objective
    found = stats.has_solution and stats.objective is not None
    return {
        "name": "HiGHS",
        "seconds": solving.seconds,
        "value": of.own(stats.objective) if found else None,
        "bound": of.own(_whole(bound)) if bound is not None else None,
    }


def _textbook(of: Assignment, time_limit: float) -> Any:
    model = pulp.LpProblem("gap", pulp.LpMinimize)
    at = [[model.add_variable(f"x[{k},{j}]", 0, 1, "Binary") for j in of.jobs] for k in of.agents]
    model.setObjective(
        pulp.lpSum_vars_coefs([(at[k][j], of.price(k, j)) for k in of.agents for j in of.jobs])
    )
    for j in of.jobs:
        model.addConstraint(pulp.lpSum(at[k][j] for k in of.agents) == 1)
    for k in of.agents:
        load = pulp.lpSum_vars_coefs([(at[k][j], of.demands[k][j]) for j in of.jobs])
        model.addConstraint(load <= of.capacities[k])
    return model.solve(pulp.HiGHS(msg=False, threads=1, timeLimit=time_limit))


if __name__ == "__main__":
    main()
