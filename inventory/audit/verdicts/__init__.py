"""Verdicts: which systems nobody uses, on what evidence, and what would change that."""

from inventory.audit.verdicts.auditing import judge
from inventory.audit.verdicts.bundles import bundle, replay_bundle
from inventory.audit.verdicts.calibration import Calibration, calibrate
from inventory.audit.verdicts.facts import Facts, facts_of, judged, machines
from inventory.audit.verdicts.records import (
    ALGORITHM,
    Audit,
    Contribution,
    Digests,
    Family,
    FamilyState,
    Kind,
    Masked,
    Verdict,
)
from inventory.audit.verdicts.remarks import Remark
from inventory.audit.verdicts.replaying import replay

__all__ = [
    "ALGORITHM",
    "Audit",
    "Calibration",
    "Contribution",
    "Digests",
    "Facts",
    "Family",
    "FamilyState",
    "Kind",
    "Masked",
    "Remark",
    "Verdict",
    "bundle",
    "calibrate",
    "facts_of",
    "judge",
    "judged",
    "machines",
    "replay",
    "replay_bundle",
]
