"""One instance planned, and what the planning benchmarks print of it."""

import argparse
import json
from tempfile import TemporaryDirectory
from typing import Any

import inventory
import planner
import topology
from benchmarks import textbook
from benchmarks.instances import generate
from benchmarks.meter import measured, peak_mb
from inventory import City
from planner.solver import Clock, drawn_up, figures

CAP_SECONDS = 120.0
"""No competitor is given more time than this."""

type Instance = tuple[City, planner.Scenario]
type Seconds = dict[str, float]


def options(text: str | None, **defaults: Any) -> argparse.ArgumentParser:
    """Return the options that every planning benchmark has.

    Args:
        text: what the benchmark is for.
        defaults: values of systems, pools, gap and time_limit.
    """
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--systems", type=int, default=defaults["systems"])
    parser.add_argument("--periods", type=int, default=12)
    parser.add_argument("--pools", type=int, default=defaults["pools"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blocks", action="store_true", help="blocks for sale, and a pool that opens late")
    parser.add_argument("--strained", action="store_true", help="some projects cannot keep the cost rule")
    parser.add_argument("--gap", type=float, default=defaults["gap"])
    parser.add_argument("--time-limit", type=float, default=defaults["time_limit"])
    parser.add_argument("--against", choices=["textbook"])
    return parser


def generated(given: argparse.Namespace) -> tuple[Instance, Seconds]:
    """Return the instance that the options name, read from files, and the seconds that took.

    Where each record stands in the files serves faults, of which a generated city has none; it is forgotten.
    """
    kind = {"blocks": given.blocks, "strained": given.strained}
    with TemporaryDirectory() as folder:
        with measured() as generating:
            city, scenario = generate(given.systems, given.pools, given.periods, given.seed, **kind)
            inventory.save(city, folder)
            del city
        with measured() as reading:
            city = inventory.load(folder).model_copy(update={"places": {}})
    return (city, scenario), {"generate": generating.seconds, "read": reading.seconds}


def report(name: str, instance: Instance, before: Seconds, given: argparse.Namespace) -> None:
    """Plan an instance and print the benchmark's object.

    Args:
        name: the benchmark.
        instance: what is planned.
        before: seconds by stage until it was there.
        given: gap, time limit and the competitor.
    """
    city, scenario = instance
    with measured() as formulating:
        problem = planner.formulate(city, topology.build(city), scenario)
    with measured() as solving:
        plan = planner.solve(problem, time_limit=given.time_limit, gap=given.gap)
    with measured() as verifying:
        plan = planner.verify(plan, city, scenario)
    seconds = before | {"formulate": formulating.seconds}
    seconds |= _searching(plan.spent, solving.seconds) | {"verify": verifying.seconds}
    told = {"name": name, "instance": city.id} | _found(problem, plan)
    told |= {"seconds": solving.seconds, "seconds_by_stage": seconds, "peak_mb": peak_mb()}
    if given.against:
        told |= _against(problem, city, scenario, given.gap, solving.seconds - _after_cost(plan))
    print(json.dumps(told))


def _searching(spent: dict[str, float], whole: float) -> dict[str, float]:
    """Return the seconds of the search by engine: ``extract`` is all that is none's."""
    own = {"prepare": 0.0, "prices": 0.0, "repair": 0.0, "mip": 0.0} | spent
    rest = max(0.0, whole - sum(own.values()))
    return {key: round(value, 3) for key, value in (own | {"extract": rest}).items()}


def _found(problem: planner.Problem, plan: planner.Plan) -> dict[str, Any]:
    cost = next((stage for stage in plan.stages if stage.name == "cost"), None)
    return {
        "size": {
            "systems": len(problem.movers),
            "periods": len(problem.periods),
            "pools": len(problem.rooms),
        },
        "status": plan.status.value,
        "value": cost and cost.objective,
        "bound": cost and cost.bound,
        "gap": plan.gap,
        "gap_of_saving": plan.gap_of_saving,
        "uncovered": next((s.objective for s in plan.stages if s.name == "coverage"), None),
        "verified": plan.verified,
        "first_plan_seconds": plan.first_plan_seconds,
        "seconds_by_objective": {stage.name: stage.seconds for stage in plan.stages},
    }


def _after_cost(plan: planner.Plan) -> float:
    """Return the seconds of the stages that a textbook model does not have."""
    names = [stage.name for stage in plan.stages]
    after = names.index("cost") + 1 if "cost" in names else len(names)
    return sum(stage.seconds for stage in plan.stages[after:])


def _against(
    problem: planner.Problem, city: City, scenario: planner.Scenario, gap: float, ours: float
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
        "our_seconds": round(ours, 3),
        "their": found | {"seconds": theirs.seconds, "proven": proven},
        "speedup": round(theirs.seconds / ours, 2),
        "capped": not proven,
    }
