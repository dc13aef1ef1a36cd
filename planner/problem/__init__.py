"""Inventory, graph and scenario turned into plain sets and integers."""

from planner.problem.earlier import Since
from planner.problem.formulate import formulate
from planner.problem.records import (
    Apart,
    Bond,
    Cap,
    Commitment,
    Coverage,
    Crew,
    Dropped,
    Due,
    Line,
    Mover,
    Option,
    Path,
    Problem,
    Purchase,
    Room,
)

__all__ = [
    "Apart",
    "Bond",
    "Cap",
    "Commitment",
    "Coverage",
    "Crew",
    "Dropped",
    "Due",
    "Line",
    "Mover",
    "Option",
    "Path",
    "Problem",
    "Purchase",
    "Room",
    "Since",
    "formulate",
]
