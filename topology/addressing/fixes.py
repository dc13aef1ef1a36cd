"""Every mechanical repair applied: what was written wrong is written right, and no row is lost."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from inventory.finding import Finding, Report
from topology.addressing.plan import Plan


def fixed(plan: Plan, report: Report) -> Plan:
    """Return the plan with every mechanical repair of its report.

    A cell that holds several values becomes as many rows, with the other columns repeated.
    """
    texts = corrections(plan, report.findings)
    if not texts:
        return plan
    counts = np.ones(len(plan), np.int64)
    for row, found in texts.items():
        counts[row] = len(found)
    origin = np.repeat(np.arange(len(plan)), counts)
    written = [text for row, old in enumerate(plan.texts) for text in texts.get(row, (old,))]
    rows = origin.tolist()
    return Plan(
        written,
        {name: plan.column(name).taken(origin) for name in plan.columns},
        plan.sources,
        plan.part[origin],
        plan.line[origin],
        {new: plan.damage[row] for new, row in enumerate(rows) if row in plan.damage},
        plan.headings,
    )


def corrections(plan: Plan, findings: Iterable[Finding]) -> dict[int, tuple[str, ...]]:
    """Return the texts to write instead of each row that has a mechanical repair."""
    spelled: dict[int, list[str]] = {}
    inner: dict[int, dict[str, str]] = defaultdict(dict)
    for finding in findings:
        told = finding.evidence
        if "write" in told and "entry" in told:
            inner[told["row"]][told["entry"]] = told["write"][0]
        elif "write" in told:
            spelled[told["row"]] = told["write"]
    return {
        row: tuple(inner[row].get(text, text) for text in spelled.get(row, [plan.texts[row]]))
        for row in spelled.keys() | inner.keys()
    }
