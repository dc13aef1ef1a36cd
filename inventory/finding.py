"""Findings: what a check says, and the register that runs the checks.

A check is one function that yields once for every subject it examined: ``None``
where all is well, a ``Flaw`` where it is not. The register counts the yields, so
each rule states its denominator (12 of 340) without counting by hand. A check that
works on whole columns yields a number instead of that many ``None``.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from inventory.errors import Place
from inventory.text import N_, _


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    error = N_("error")
    warning = N_("warning")
    info = N_("info")

    @property
    def rank(self) -> int:
        """0 for error, 1 for warning, 2 for info."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Rule:
    """A check as a record that can be listed, cited and versioned."""

    id: str
    """Stable id. Example: INV-101."""
    title: str
    """One line, a msgid."""
    severity: Severity
    basis: str
    """Clause, standard or page the rule rests on; ``assumption`` where none does."""
    version: str = "1"


@dataclass(frozen=True)
class Flaw:
    """What a check found wrong with one subject."""

    subject: str
    """Id of the record, prefixed by its list: ``systems/hezhang``."""
    message: str
    fix: str = ""
    """A mechanical repair that could be applied."""
    advice: str = ""
    """What a person should decide or do."""
    evidence: dict[str, Any] = field(default_factory=dict)
    """The values that prove it."""
    identity: tuple[str, ...] = ()
    """What else, beside rule and subject, tells this flaw from another."""
    severity: Severity | None = None
    """Where it differs from the rule's."""
    source: Place | None = None
    """Where it was read, if the subject alone does not tell."""


@dataclass(frozen=True)
class Finding:
    """A flaw with its rule, its stable id and the place it was read from."""

    id: str
    rule: str
    severity: Severity
    subject: str
    message: str
    fix: str
    advice: str
    evidence: dict[str, Any]
    source: Place | None

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain JSON values."""
        shown = vars(self) | {"severity": self.severity.value}
        return shown | {"source": vars(self.source) if self.source else None}


@dataclass(frozen=True)
class Report:
    """Findings, worst first, and how many subjects each rule examined."""

    findings: tuple[Finding, ...] = ()
    checked: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: "Report") -> "Report":
        findings = sorted((*self.findings, *other.findings), key=_order)
        return Report(tuple(findings), self.checked | other.checked)

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings at or above a severity."""
        return tuple(f for f in self.findings if f.severity.rank <= severity.rank)

    def as_json(self) -> dict[str, Any]:
        """Return the report in the shape ``govplan.findings/1``."""
        found = [finding.as_json() for finding in self.findings]
        return {"schema": "govplan.findings/1", "findings": found, "checked": self.checked}


Check = Callable[..., Iterator[Flaw | None]] | Callable[..., Iterator[Flaw | int]]
Locate = Callable[[str], Place | None]


class Register:
    """An ordered set of checks that share their arguments."""

    def __init__(self) -> None:
        self.checks: dict[str, tuple[Rule, Check]] = {}

    def rule(
        self, id: str, title: str, severity: Severity, *, basis: str = "assumption", version: str = "1"
    ) -> Callable[[Check], Check]:
        """Register the decorated check under a rule.

        Raises:
            ValueError: the id is taken.
        """

        def add(check: Check) -> Check:
            if id in self.checks:
                raise ValueError(f"rule {id} is registered twice")
            self.checks[id] = (Rule(id, title, severity, basis, version), check)
            return check

        return add

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule in order of registration."""
        return tuple(rule for rule, _check in self.checks.values())

    def run(self, *args: Any, locate: Locate) -> Report:
        """Run every check; ``locate`` maps a subject to the place it was read from."""
        findings: list[Finding] = []
        checked: dict[str, int] = {}
        for rule, check in self.checks.values():
            checked[rule.id] = 0
            for flaw in check(*args):
                checked[rule.id] += flaw if isinstance(flaw, int) else 1
                if isinstance(flaw, Flaw):
                    findings.append(_finding(rule, flaw, locate))
        return Report(tuple(sorted(findings, key=_order)), checked)


def _finding(rule: Rule, flaw: Flaw, locate: Locate) -> Finding:
    named = "|".join((rule.id, flaw.subject, *flaw.identity))
    return Finding(
        id=hashlib.sha256(named.encode()).hexdigest()[:12],
        rule=rule.id,
        severity=flaw.severity or rule.severity,
        subject=flaw.subject,
        message=flaw.message,
        fix=flaw.fix,
        advice=flaw.advice,
        evidence=flaw.evidence,
        source=flaw.source or locate(flaw.subject),
    )


def _order(finding: Finding) -> tuple[int, str, str, str]:
    return finding.severity.rank, finding.rule, finding.subject, finding.id


def title(rule: Rule) -> str:
    """Return the title of a rule in the language of the context."""
    return _(rule.title)
