"""The rules of the rulebook as rows of a PuLP model, and the objectives."""

from planner.problem import Problem
from planner.rulebook import RULES
from planner.rules import moving, paying, placing, replanning
from planner.rules.aims import AIMS, discounted_cost, disruption, staying, uncovered, unready
from planner.rules.choices import Choices, Terms, choose
from planner.rules.placing import apart_name
from planner.rules.replanning import displaced
from planner.rules.rows import FEN_A_UNIT, ROWS, Row, expression

__all__ = [
    "AIMS",
    "FEN_A_UNIT",
    "ROWS",
    "Choices",
    "Row",
    "Terms",
    "apart_name",
    "choose",
    "discounted_cost",
    "displaced",
    "disruption",
    "expression",
    "moving",
    "paying",
    "placing",
    "replanning",
    "rows",
    "staying",
    "uncovered",
    "unready",
]


def rows(problem: Problem, x: Choices, without: tuple[str, ...] = ()) -> list[tuple[str, Row]]:
    """Return every row with its rule's name, in rulebook order, some rules left out."""
    names = (name for name in RULES if name not in without and name not in problem.scenario.rules_off)
    return [(name, row) for name in names for row in ROWS[name](problem, x)]
