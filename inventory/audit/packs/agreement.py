"""Who flags what: how many systems each rule flags, and how far two rules agree."""

from collections.abc import Mapping

from inventory.audit.evidence import WHOLE
from inventory.audit.packs.records import State
from inventory.model import Part


class Agreement(Part):
    """The matrix of the rules."""

    packs: tuple[str, ...]
    flagged: tuple[int, ...]
    """Systems that each rule flags."""
    undetermined: tuple[int, ...]
    """Systems of which each rule says nothing for lack of data."""
    both: tuple[tuple[int, ...], ...]
    """Systems that two rules flag together."""
    jaccard: tuple[tuple[int | None, ...], ...]
    """Shared part of what either of two rules flags, basis points; empty where neither flags any."""
    by_any: int
    """Systems that at least one rule flags."""
    by_all: int
    """Systems that every rule flags."""


def agreement(flags: Mapping[str, Mapping[str, State]]) -> Agreement:
    """Return how far the rules agree.

    Args:
        flags: what each rule says of each system, by pack.
    """
    sets = [{name for name, state in of.items() if state is State.flagged} for of in flags.values()]
    open_ = [sum(state is State.undetermined for state in of.values()) for of in flags.values()]
    return Agreement(
        packs=tuple(flags),
        flagged=tuple(len(found) for found in sets),
        undetermined=tuple(open_),
        both=tuple(tuple(len(a & b) for b in sets) for a in sets),
        jaccard=tuple(tuple(_jaccard(a, b) for b in sets) for a in sets),
        by_any=len(set().union(*sets)),
        by_all=len(set.intersection(*sets)) if sets else 0,
    )


def _jaccard(a: set[str], b: set[str]) -> int | None:
    return len(a & b) * WHOLE // len(a | b) if a | b else None
