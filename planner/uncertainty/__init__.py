"""What becomes of a plan when figures are not what it counts with, and a plan with a margin."""

from planner.uncertainty.margin import Margin, cautious, with_margin
from planner.uncertainty.ranges import Kind, Policy, Range, Uncertain, read_policy, uncertain
from planner.uncertainty.replay import STRESSED, Breach
from planner.uncertainty.stress import ALL, Alone, Blame, Money, Rate, Stress, stress

__all__ = [
    "ALL",
    "STRESSED",
    "Alone",
    "Blame",
    "Breach",
    "Kind",
    "Margin",
    "Money",
    "Policy",
    "Range",
    "Rate",
    "Stress",
    "Uncertain",
    "cautious",
    "read_policy",
    "stress",
    "uncertain",
    "with_margin",
]
