"""How a rule that has to give is made to give: the exact change of scenario or inventory."""

from planner.explainer.repairs import moving, paying, placing
from planner.explainer.repairs.record import REPAIRS, Repair, Trouble

__all__ = ["REPAIRS", "Repair", "Trouble", "moving", "paying", "placing"]
