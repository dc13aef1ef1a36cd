"""The model of the cost stage as a file that any other solver reads."""

import re
from pathlib import Path
from typing import Literal

import pulp

from planner.plan import Plan
from planner.problem import Problem
from planner.rules import Choices, discounted_cost, displaced, uncovered
from planner.solver.stages import build

Form = Literal["lp", "mps"]
_NAME = re.compile(r"(?<!\S)[A-Za-z]\S*")
_LEGAL = str.maketrans("[]-", "()~")
"""In an LP file brackets mean a square and a hyphen a minus, also inside names."""


def write_model(problem: Problem, plan: Plan, path: Path, form: Form) -> None:
    """Write what the cost stage minimises and every row it must keep.

    What the earlier stages reached stands as rows such as ``keep_coverage``; the money that a plan
    without any move costs is the fixed variable ``staying``, since few readers keep a
    constant in the objective. The objective is in thousands of yuan.

    Args:
        problem: what the plan answers.
        plan: the plan; one that was not found has no coverage to keep.
        path: the file to write.
        form: lp or mps.
    """
    x = build(problem)
    _keep(problem, x, plan)
    x.model.setObjective(_without_constant(x.model, discounted_cost(problem, x)))
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "mps":
        x.model.writeMPS(str(path), with_objsense=True)
    else:
        x.model.writeLP(str(path))
        path.write_text(_NAME.sub(lambda name: name[0].translate(_LEGAL), path.read_text()))


def _keep(problem: Problem, x: Choices, plan: Plan) -> None:
    reached = {stage.name: stage.objective for stage in plan.stages}
    for stage, aim in (("under_way", displaced), ("coverage", uncovered)):
        if stage in reached:
            x.model.addConstraint(aim(problem, x) <= reached[stage], f"keep_{stage}")


def _without_constant(model: pulp.LpProblem, aim: pulp.LpAffineExpression) -> pulp.LpAffineExpression:
    staying = model.add_variable("staying", 1, 1)
    return pulp.lpSum_vars_coefs([*aim.items(), (staying, aim.constant)])
