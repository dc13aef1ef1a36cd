"""How often the owners agreed: realised precision by rule, with exact bounds."""

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.audit.cases.records import Case, State
from inventory.audit.evidence import lower_bound, upper_bound

OWN = "govplan"
"""Name of the program's own verdict among the rule packs."""
_ASKED = (State.owner_asked, State.confirmed, State.disputed, State.quarantined, State.retired)


@dataclass(frozen=True)
class Precision:
    """How a rule's flags fared with the owners."""

    rule: str
    right: int
    """Owners who said: nobody uses it."""
    wrong: int
    """Owners who said it is in use, and systems whose use appeared later."""
    waiting: int
    """Cases without an answer, and owners who stayed silent."""
    lower: int
    """One-sided exact 95 % lower bound of the precision, basis points, rounded down."""
    upper: int
    """One-sided exact 95 % upper bound of the precision, basis points, rounded up."""

    @property
    def answered(self) -> int:
        """Cases that count."""
        return self.right + self.wrong


def precision(cases: Iterable[Case]) -> tuple[Precision, ...]:
    """Return the realised precision of the program's verdict and of each rule pack.

    Only systems that the program called zombies become cases, so a pack's precision is
    that of its flags among them, not among everything it flags.
    """
    counts: dict[str, list[int]] = {}
    for case in cases:
        column = _column(case)
        if column is None:
            continue
        for rule in (OWN, *case.flags):
            counts.setdefault(rule, [0, 0, 0])[column] += 1
    ordered = sorted(counts, key=lambda rule: (rule != OWN, rule))
    return tuple(_precision(rule, *counts[rule]) for rule in ordered)


def _column(case: Case) -> int | None:
    if case.answer is not None:
        return 0 if case.answer == "unused" else 1
    return 2 if case.state in _ASKED else None


def _precision(rule: str, right: int, wrong: int, waiting: int) -> Precision:
    answered = right + wrong
    return Precision(rule, right, wrong, waiting, lower_bound(right, answered), upper_bound(right, answered))
