"""How often the owners agreed: realised precision by rule, with exact bounds."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, exp, floor, inf, lgamma, log, log1p

from inventory.audit.cases.records import Case, State

CONFIDENCE = 0.95
"""Of each bound, one-sided."""
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
    return Precision(rule, right, wrong, waiting, lower(right, answered), upper(right, answered))


def lower(right: int, of: int) -> int:
    """Return the Clopper-Pearson lower bound of a share in basis points, rounded down; 0 of 0 gives 0."""
    return floor(_lower(right, of) * 10_000)


def upper(right: int, of: int) -> int:
    """Return the Clopper-Pearson upper bound of a share in basis points, rounded up; 0 of 0 gives 10,000."""
    return ceil((1 - _lower(of - right, of)) * 10_000)


def _lower(right: int, of: int) -> float:
    """The share at which ``right`` or more of ``of`` would be a one-in-twenty surprise."""
    if right == 0:
        return 0.0
    low, high = 0.0, 1.0
    for _round in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _tail(right, of, middle) < 1 - CONFIDENCE else (low, middle)
    return low


def _tail(right: int, of: int, share: float) -> float:
    """Probability of ``right`` or more of ``of``."""
    yes, no = (log(share) if share > 0 else -inf), (log1p(-share) if share < 1 else -inf)
    ways = (lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) for k in range(right, of + 1))
    weights = (k * yes + ((of - k) * no if k < of else 0.0) for k in range(right, of + 1))
    return sum(exp(way + weight) for way, weight in zip(ways, weights, strict=True))
