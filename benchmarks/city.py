"""One city planned: seconds, value, bound and gap, beside a newcomer's model if asked.

``python -m benchmarks.city [--scenario NAME] [--gap G] [--time-limit S] [--against textbook]``
"""

import argparse
import json
from pathlib import Path
from typing import Any

import inventory
import planner
import topology
from benchmarks import textbook
from benchmarks.meter import measured, peak_mb
from inventory.resources import resource
from planner.solver import Clock, drawn_up, figures

CAP_SECONDS = 120.0
"""No competitor is given more time than this."""


def main() -> None:
    """Run the benchmark and print its object."""
    options = _options()
    folder = Path(options.city) if options.city else resource("tieling")
    with measured() as reading:
        city = inventory.load(folder)
        graph = topology.build(city)
        scenario = planner.read_scenario(folder, options.scenario)
    with measured() as formulating:
        problem = planner.formulate(city, graph, scenario)
    with measured() as solving:
        plan = planner.solve(problem, time_limit=options.time_limit, gap=options.gap)
    with measured() as verifying:
        plan = planner.verify(plan, city, scenario)
    result = _ours(problem, plan) | {
        "seconds": solving.seconds,
        "seconds_read": reading.seconds,
        "seconds_formulate": formulating.seconds,
        "seconds_verify": verifying.seconds,
    }
    if options.against:
        result |= _against(problem, city, scenario, options.gap, solving.seconds)
    print(json.dumps(result | {"peak_mb": peak_mb()}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", help="folder of the city; the demo city without it")
    parser.add_argument("--scenario", default="baseline")
    parser.add_argument("--gap", type=float, default=0.005)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--against", choices=["textbook"])
    return parser.parse_args()


def _ours(problem: planner.Problem, plan: planner.Plan) -> dict[str, Any]:
    cost = next((stage for stage in plan.stages if stage.name == "cost"), None)
    return {
        "name": "city",
        "size": {
            "systems": len(problem.movers),
            "periods": len(problem.periods),
            "pools": len(problem.rooms),
        },
        "value": cost and cost.objective,
        "bound": cost and cost.bound,
        "gap": plan.gap,
        "gap_of_saving": plan.gap_of_saving,
        "uncovered": next((s.objective for s in plan.stages if s.name == "coverage"), None),
        "verified": plan.verified,
        "first_plan_seconds": plan.first_plan_seconds,
        "seconds_by_stage": {stage.name: stage.seconds for stage in plan.stages},
    }


def _against(
    problem: planner.Problem, city: inventory.City, scenario: planner.Scenario, gap: float, ours: float
) -> dict[str, Any]:
    with measured() as theirs:
        chosen, proven = textbook.solve(problem, gap, CAP_SECONDS)
    found: dict[str, Any] = {"value": None, "uncovered": None, "verified": None}
    if chosen is not None:
        plan = planner.verify(drawn_up(problem, chosen, Clock(CAP_SECONDS, None)), city, scenario)
        found = {
            "value": figures.discounted(problem, plan.ledger),
            "uncovered": figures.uncovered_weight(problem, plan.moves),
            "verified": plan.verified,
        }
    return {
        "against": "textbook",
        "their": found | {"seconds": theirs.seconds, "proven": proven},
        "speedup": round(theirs.seconds / ours, 2),
        "capped": not proven,
    }


if __name__ == "__main__":
    main()
