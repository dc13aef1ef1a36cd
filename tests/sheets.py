"""Small address plans written as rows, and what the checker says of them."""

from datetime import date

from topology.addressing import Plan, Policy, check

TODAY = date(2026, 11, 1)
COLUMNS = ("kind", "role", "zone", "vrf", "site", "owner", "public", "slaac", "since", "last_seen")


def plan(*rows):
    """Rows are texts, or texts with what else they say."""
    told = [(row, {}) if isinstance(row, str) else row for row in rows]
    names = dict.fromkeys(name for _text, said in told for name in said)
    return Plan([text for text, _said in told], {n: [said.get(n, "") for _t, said in told] for n in names})


def said(rule, *rows, policy=None, profile=None, city=None, today=TODAY):
    """The findings of one rule on some rows."""
    report = check(plan(*rows), policy or Policy(), profile, city, today)
    return [finding for finding in report.findings if finding.rule == rule]
