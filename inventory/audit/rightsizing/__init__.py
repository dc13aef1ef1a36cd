"""How large machines must be for their measured use, what smaller ones save, and what they risk."""

from inventory.audit.rightsizing.curve import SPAN, Curve, Point, curve
from inventory.audit.rightsizing.fit import Headroom
from inventory.audit.rightsizing.measure import Measure, machines, with_sizes
from inventory.audit.rightsizing.policy import CurvePolicy, Policy, SizeClass, read_policy
from inventory.audit.rightsizing.records import Kind, Reading, Rightsizing, Suggestion, Target
from inventory.audit.rightsizing.suggest import Judged, given_back, left_out, measure, suggest
from inventory.audit.rightsizing.usage import overrides, usage
from inventory.audit.rightsizing.window import Window, percentile, window

__all__ = [
    "SPAN",
    "Curve",
    "CurvePolicy",
    "Headroom",
    "Judged",
    "Kind",
    "Measure",
    "Point",
    "Policy",
    "Reading",
    "Rightsizing",
    "SizeClass",
    "Suggestion",
    "Target",
    "Window",
    "curve",
    "given_back",
    "left_out",
    "machines",
    "measure",
    "overrides",
    "percentile",
    "read_policy",
    "suggest",
    "usage",
    "window",
    "with_sizes",
]
