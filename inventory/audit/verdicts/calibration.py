"""What the owners' answers say of the weights assumed; a proposal, applied by nobody but people."""

from collections.abc import Iterable, Sequence
from math import log10

from inventory.audit.evidence import Policy, lower_bound, upper_bound
from inventory.audit.verdicts.records import Family, Verdict
from inventory.model import Part

ENOUGH = 20
"""Answers of each kind below which a proposal is only shown as weak (assumption)."""


class Weight(Part):
    """How often a family spoke against systems that turned out unused, and against used ones."""

    family: Family
    cap: int
    """Most that the family weighs now, millibels."""
    unused: int
    """Answers "nobody uses it" where the family spoke against the system."""
    of_unused: int
    """All answers "nobody uses it"."""
    used: int
    """Answers "it is in use" where the family spoke against the system."""
    of_used: int
    """All answers "it is in use"."""
    proposed: int
    """Log-odds of the answers with half an answer added to each cell, millibels, never below zero."""

    @property
    def weak(self) -> bool:
        """True where too few answered for the proposal to mean much."""
        return min(self.of_unused, self.of_used) < ENOUGH


class Bundle(Part):
    """How systems fared against which the same families spoke."""

    families: tuple[Family, ...]
    right: int
    wrong: int
    lower: int
    """Exact one-sided 95 % bounds on the share that nobody uses, basis points."""
    upper: int


class Calibration(Part):
    """Weights by family and answers by bundle of evidence."""

    weights: tuple[Weight, ...]
    bundles: tuple[Bundle, ...]


def calibrate(answers: Iterable[tuple[Verdict, bool]], policy: Policy) -> Calibration:
    """Compare verdicts with the owners' answers.

    Args:
        answers: verdicts, each with True where the owner said that nobody uses the system.
        policy: the weights in force.
    """
    known = [(_spoke(verdict), unused) for verdict, unused in answers]
    weights = tuple(_weight(family, known, policy) for family in Family)
    kinds = sorted({spoke for spoke, _unused in known}, key=lambda s: (len(s), s))
    return Calibration(weights=weights, bundles=tuple(_bundle(kind, known) for kind in kinds))


type Answer = tuple[tuple[Family, ...], bool]


def _spoke(verdict: Verdict) -> tuple[Family, ...]:
    return tuple(part.family for part in verdict.contributions if part.weight > 0)


def _weight(family: Family, answers: Sequence[Answer], policy: Policy) -> Weight:
    unused = [family in spoke for spoke, nobody in answers if nobody]
    used = [family in spoke for spoke, nobody in answers if not nobody]
    ratio = (sum(unused) + 0.5) / (len(unused) + 1) / ((sum(used) + 0.5) / (len(used) + 1))
    return Weight(
        family=family,
        cap=policy[f"cap.{family.name}"],
        unused=sum(unused),
        of_unused=len(unused),
        used=sum(used),
        of_used=len(used),
        proposed=max(0, round(1000 * log10(ratio))),
    )


def _bundle(families: tuple[Family, ...], answers: Sequence[Answer]) -> Bundle:
    right = sum(unused for spoke, unused in answers if spoke == families)
    total = sum(spoke == families for spoke, _unused in answers)
    return Bundle(
        families=families,
        right=right,
        wrong=total - right,
        lower=lower_bound(right, total),
        upper=upper_bound(right, total),
    )
