"""The whole check of a plan: every rule, then what the organisation decided about them."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from inventory.errors import Place
from inventory.finding import Finding, Report, Rule, Severity
from inventory.loader.node import Faults, nearest
from inventory.model import City
from inventory.text import _
from topology.addressing import policy as policies
from topology.addressing.comparing import VERSIONS
from topology.addressing.plan import Plan
from topology.addressing.policy import Policy, Waiver
from topology.addressing.profile import Profile
from topology.addressing.rules import REGISTER, Case
from topology.addressing.rules.register import CONTAINER, HOST
from topology.addressing.usage import UNITS, Counts, Use, handed_out, hd_ratio


def check(
    plan: Plan,
    policy: Policy | None = None,
    profile: Profile | None = None,
    city: City | None = None,
    today: date | None = None,
) -> Report:
    """Run every rule on an address plan.

    Args:
        plan: the rows.
        policy: severities, limits and waivers; the shipped ones without it.
        profile: layout of the bits, where there is one.
        city: sites and lines that the plan belongs to, where they are known.
        today: day that ages are counted from.
    """
    policy, today = policy or read_policy(), today or date.today()
    report = REGISTER.run(Case(plan, policy, profile, city, today), locate=lambda _subject: None)
    decided = [_decided(finding, policy, today) for finding in _told_apart(report.findings)]
    return Report((), report.checked) + Report(tuple(decided))


def read_policy(path: Path | str | None = None) -> Policy:
    """Read a policy file, that of a city's folder, or the shipped one.

    Raises:
        InputError: every fault of the file, rules that do not exist included.
        UsageError: there is no such file.
    """
    policy, faults = policies.read_policy(path), Faults()
    known = {rule.id for rule in rules()}
    for rule in (*policy.severities, *(waiver.rule for waiver in policy.waivers)):
        if rule not in known:
            message = _("there is no rule {rule!r}").format(rule=rule)
            fix = _("write {name}").format(name=nearest(rule, known) or ", ".join(sorted(known)))
            faults.add("unknown-rule", Place(policies.policy_file(path).name), message, fix, rule)
    faults.stop()
    return policy


def rules() -> tuple[Rule, ...]:
    """Return every rule of the address plan, by id, those between two versions included."""
    return tuple(sorted((*REGISTER.rules, *VERSIONS.rules), key=lambda rule: rule.id))


def used(plan: Plan) -> tuple[Use, ...]:
    """Return what is handed out of every IPv6 container, in the order of the rows."""
    case = Case(plan, Policy(), None, None, date.min)
    holders = case.kind == CONTAINER
    counts = handed_out(case.numbers, case.tree, holders, case.six & (case.kind != HOST))
    return tuple(_use(case, counts, entry) for entry in np.flatnonzero(holders & case.six).tolist())


def _use(case: Case, counts: Mapping[int, Counts], entry: int) -> Use:
    length = int(case.numbers.length[entry])
    available = {unit: 1 << unit - length for unit in UNITS if unit >= length}
    taken = {unit: int(counts[unit][entry]) for unit in available}
    measured = next((unit for unit in (56, 64) if available.get(unit, 1) > 1), None)
    ratio = hd_ratio(taken[measured], available[measured]) if measured else None
    return Use(case.text(entry), case.row(entry), taken, available, ratio)


def _told_apart(findings: tuple[Finding, ...]) -> list[Finding]:
    """Number findings that say the same of twin rows, so that each has an id of its own."""
    seen: dict[str, int] = {}
    apart = []
    for finding in findings:
        count = seen[finding.id] = seen.get(finding.id, 0) + 1
        if count > 1:
            fresh = hashlib.sha256(f"{finding.id}|{count}".encode()).hexdigest()[:12]
            finding = replace(finding, id=fresh)
        apart.append(finding)
    return apart


def _decided(finding: Finding, policy: Policy, today: date) -> Finding:
    """Apply the severity and the waiver that the policy names."""
    stated = policy.severities.get(finding.rule)
    if stated is not None and stated is not finding.severity:
        finding = replace(finding, severity=stated)
    waiver = next((w for w in policy.waivers if _covers(w, finding)), None)
    return finding if waiver is None else _waived(finding, waiver, today)


def _covers(waiver: Waiver, finding: Finding) -> bool:
    return waiver.rule == finding.rule and waiver.subject in ("", finding.subject)


def _waived(finding: Finding, waiver: Waiver, today: date) -> Finding:
    told = {"reason": waiver.reason, "owner": waiver.owner, "expires": waiver.expires.isoformat()}
    evidence = finding.evidence | {"waiver": told}
    if waiver.expires < today:
        message = _("{message} (the waiver of {owner} ran out on {day})")
        message = message.format(message=finding.message, owner=waiver.owner, day=waiver.expires)
        return replace(finding, evidence=evidence, message=message)
    message = _("{message} (waived by {owner} until {day}: {reason})").format(
        message=finding.message, owner=waiver.owner, day=waiver.expires, reason=waiver.reason
    )
    return replace(finding, evidence=evidence, message=message, severity=Severity.info)
