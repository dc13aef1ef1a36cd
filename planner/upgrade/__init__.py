"""Which lines and devices to upgrade: for IPv6 from end to end, and for bandwidth."""

from planner.upgrade.bandwidth import BandwidthPlan, Bottleneck, Gain, Widening, what_if_bandwidth
from planner.upgrade.plan import Aim, Basis, Ready, Spent, Upgrade, UpgradePlan, read
from planner.upgrade.problem import formulate
from planner.upgrade.propose import Least, Point, curve, least_upgrades, propose
from planner.upgrade.verify import faults, upgraded, verify

__all__ = [
    "Aim",
    "BandwidthPlan",
    "Basis",
    "Bottleneck",
    "Gain",
    "Least",
    "Point",
    "Ready",
    "Spent",
    "Upgrade",
    "UpgradePlan",
    "Widening",
    "curve",
    "faults",
    "formulate",
    "least_upgrades",
    "propose",
    "read",
    "upgraded",
    "verify",
    "what_if_bandwidth",
]
