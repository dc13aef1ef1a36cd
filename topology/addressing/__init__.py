"""Address plans: read what people have, check it, repair it, compare it, generate the next one.

plan = read(["规划.xlsx"])                  # columns, never an object a row
report = check(plan, policy, profile, city)
write_corrected(plan, report, "规划.xlsx", "规划-已更正.xlsx")
compare(read("2025.xlsx"), plan)            # two versions; subtract() does the same for two audits
"""

from topology.addressing.audit import check, read_policy, rules, used
from topology.addressing.comparing import Change, ChangeKind, Comparison, compare
from topology.addressing.correcting import copy_name, write_all_corrected, write_corrected
from topology.addressing.fixes import fixed
from topology.addressing.free import next_free
from topology.addressing.generating import generate, partners, reverse_zones
from topology.addressing.layout import Decoded, decode
from topology.addressing.plan import Heading, Plan, from_city, joined
from topology.addressing.policy import CITY_FILE, Exchange, Limits, Policy, Waiver
from topology.addressing.profile import BitField, Profile, read_profile
from topology.addressing.progress import Progress, read_audit, subtract
from topology.addressing.reading import read, remember
from topology.addressing.registries import NAMES, Registry, registry
from topology.addressing.usage import Use

__all__ = [
    "CITY_FILE",
    "NAMES",
    "BitField",
    "Change",
    "ChangeKind",
    "Comparison",
    "Decoded",
    "Exchange",
    "Heading",
    "Limits",
    "Plan",
    "Policy",
    "Profile",
    "Progress",
    "Registry",
    "Use",
    "Waiver",
    "check",
    "compare",
    "copy_name",
    "decode",
    "fixed",
    "from_city",
    "generate",
    "joined",
    "next_free",
    "partners",
    "read",
    "read_audit",
    "read_policy",
    "read_profile",
    "registry",
    "remember",
    "reverse_zones",
    "rules",
    "subtract",
    "used",
    "write_all_corrected",
    "write_corrected",
]
