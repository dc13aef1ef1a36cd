"""Two plans side by side: by system, period, pool, money and risk, and what was asked for."""

from planner.compare.comparing import compare
from planner.compare.records import Change, Comparison, Load, Outcome, Presumed, Quarter, Risk, Setting, Sums

__all__ = [
    "Change",
    "Comparison",
    "Load",
    "Outcome",
    "Presumed",
    "Quarter",
    "Risk",
    "Setting",
    "Sums",
    "compare",
]
