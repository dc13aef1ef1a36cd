"""What to do: which system moves where and when, proven, verified and explained."""

from planner.plan import Plan
from planner.problem import Problem, formulate
from planner.scenario import Scenario, applied, read_scenario
from planner.solver import Tick, Watch, solve

__all__ = [
    "Plan",
    "Problem",
    "Scenario",
    "Tick",
    "Watch",
    "applied",
    "formulate",
    "read_scenario",
    "solve",
]
