"""Three-valued answers: what nobody stated is unknown, never no."""

from collections.abc import Iterable
from enum import StrEnum

from inventory.text import N_


class Verdict(StrEnum):
    """An answer; ``not_applicable`` where the question does not arise."""

    yes = N_("yes")
    no = N_("no")
    unknown = N_("unknown")
    not_applicable = N_("not applicable")


def told(value: bool | None) -> Verdict:
    """Turn a field that may be blank into an answer."""
    if value is None:
        return Verdict.unknown
    return Verdict.yes if value else Verdict.no


def every(verdicts: Iterable[Verdict]) -> Verdict:
    """Return no where one is no, else unknown where one is unknown; unknown of nothing."""
    found = set(verdicts) - {Verdict.not_applicable}
    for verdict in (Verdict.no, Verdict.unknown, Verdict.yes):
        if verdict in found:
            return verdict
    return Verdict.unknown


def some(verdicts: Iterable[Verdict]) -> Verdict:
    """Return yes where one is yes, else unknown where one is unknown; unknown of nothing."""
    found = set(verdicts) - {Verdict.not_applicable}
    for verdict in (Verdict.yes, Verdict.unknown, Verdict.no):
        if verdict in found:
            return verdict
    return Verdict.unknown
