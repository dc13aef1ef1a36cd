"""Evidence: on which days somebody used a system, and how sure that is."""

from inventory.audit.evidence.activity import Activity, Bits, Flags, activity, span
from inventory.audit.evidence.bounds import WHOLE, lower_bound, upper_bound
from inventory.audit.evidence.floors import WORK, Ints, histograms
from inventory.audit.evidence.items import Item, Status, covered, items, longest_gap, sentence, tenths
from inventory.audit.evidence.policy import Policy, Setting, canonical, digest, read_policy
from inventory.audit.evidence.spans import Load, Row, loads, spans
from inventory.audit.evidence.uses import EPOCH, Uses, collected, uses

__all__ = [
    "EPOCH",
    "WHOLE",
    "WORK",
    "Activity",
    "Bits",
    "Flags",
    "Ints",
    "Item",
    "Load",
    "Policy",
    "Row",
    "Setting",
    "Status",
    "Uses",
    "activity",
    "canonical",
    "collected",
    "covered",
    "digest",
    "histograms",
    "items",
    "loads",
    "longest_gap",
    "lower_bound",
    "read_policy",
    "sentence",
    "span",
    "spans",
    "tenths",
    "upper_bound",
    "uses",
]
