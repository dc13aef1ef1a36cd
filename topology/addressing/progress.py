"""Two audits of a plan: what is new, what was fixed, what is still there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory.errors import Fault, InputError, Place
from inventory.finding import Finding, Report, Severity
from inventory.text import _

SCHEMA = "govplan.findings/1"


@dataclass(frozen=True)
class Progress:
    """Two audits subtracted by the ids of their findings."""

    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    still: tuple[Finding, ...]


def subtract(before: Report, after: Report) -> Progress:
    """Return which findings came, went and stayed between two audits."""
    was = {finding.id for finding in before.findings}
    now = {finding.id for finding in after.findings}
    return Progress(
        tuple(finding for finding in after.findings if finding.id not in was),
        tuple(finding for finding in before.findings if finding.id not in now),
        tuple(finding for finding in after.findings if finding.id in was),
    )


def read_audit(path: Path | str) -> Report | None:
    """Read findings that were written as JSON; ``None`` where a file holds something else.

    Raises:
        InputError: the file says that it holds findings, and does not.
    """
    path = Path(path)
    told = _document(path)
    if told is None:
        return None
    try:
        return Report(tuple(map(_finding, told["findings"])), dict(told.get("checked", {})))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = _("the findings cannot be read: {problem}").format(problem=error)
        fix = _("write them anew with govplan ipv6 check --format json")
        raise InputError([Fault("bad-findings", Place(path.name), message, fix)]) from error


def _document(path: Path) -> Mapping[str, Any] | None:
    if path.suffix.lower() != ".json" or not path.is_file():
        return None
    try:
        told = json.loads(path.read_bytes())
    except ValueError:
        return None
    return told if isinstance(told, dict) and told.get("schema") == SCHEMA else None


def _finding(told: Mapping[str, Any]) -> Finding:
    place = Place(**told["source"]) if told["source"] else None
    return Finding(**{**told, "severity": Severity(told["severity"]), "source": place})
