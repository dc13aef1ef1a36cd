"""IPv6 beside IPv4: where it stops, and how ready systems, websites and sites are."""

from topology.dualstack.ground import Ground, Stop
from topology.dualstack.hops import Hop, blocking_hops, carries, denies, fragile_lines, passes
from topology.dualstack.ladder import Row, Step
from topology.dualstack.pairs import Pair, pairs
from topology.dualstack.quality import Quality, qualities
from topology.dualstack.readiness import Beside, Group, Readiness, Share, SiteRow, readiness
from topology.dualstack.rules import check, rules
from topology.dualstack.targets import Target, Targets, read_targets
from topology.dualstack.verdict import Verdict

__all__ = [
    "Beside",
    "Ground",
    "Group",
    "Hop",
    "Pair",
    "Quality",
    "Readiness",
    "Row",
    "Share",
    "SiteRow",
    "Step",
    "Stop",
    "Target",
    "Targets",
    "Verdict",
    "blocking_hops",
    "carries",
    "check",
    "denies",
    "fragile_lines",
    "pairs",
    "passes",
    "qualities",
    "read_targets",
    "readiness",
    "rules",
]
