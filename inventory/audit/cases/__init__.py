"""Cases: what people decide about suspected systems, as a fold over the journal."""

from inventory.audit.cases.confirmations import confirmation, overrides
from inventory.audit.cases.fold import SIGNED, IllegalStepError, fold, possible
from inventory.audit.cases.observing import observe, recall
from inventory.audit.cases.policy import Policy, read_policy
from inventory.audit.cases.precision import Precision, precision
from inventory.audit.cases.records import (
    Case,
    Confirmation,
    Deadline,
    Dissent,
    Exemption,
    Overdue,
    Proposal,
    State,
    Step,
    deadline,
    overdue,
)
from inventory.audit.cases.steps import (
    all_cases,
    approve,
    ask,
    case,
    confirm,
    dispute,
    dissent,
    exempt,
    quarantine,
    reject,
    reopen,
    retire,
    urge,
)

__all__ = [
    "SIGNED",
    "Case",
    "Confirmation",
    "Deadline",
    "Dissent",
    "Exemption",
    "IllegalStepError",
    "Overdue",
    "Policy",
    "Precision",
    "Proposal",
    "State",
    "Step",
    "all_cases",
    "approve",
    "ask",
    "case",
    "confirm",
    "confirmation",
    "deadline",
    "dispute",
    "dissent",
    "exempt",
    "fold",
    "observe",
    "overdue",
    "overrides",
    "possible",
    "precision",
    "quarantine",
    "read_policy",
    "recall",
    "reject",
    "reopen",
    "retire",
    "urge",
]
