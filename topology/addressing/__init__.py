"""Address plans: read what people have, check it, repair it, compare it, generate the next one."""

from topology.addressing.audit import check, rules
from topology.addressing.fixes import fixed
from topology.addressing.plan import Plan, from_city, joined
from topology.addressing.policy import Policy, read_policy
from topology.addressing.profile import Profile, read_profile
from topology.addressing.reading import read

__all__ = [
    "Plan",
    "Policy",
    "Profile",
    "check",
    "fixed",
    "from_city",
    "joined",
    "read",
    "read_policy",
    "read_profile",
    "rules",
]
