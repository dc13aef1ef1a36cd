"""A piece of evidence: on how many of the observed days something was used, and how sure that is."""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum

import numpy as np

from inventory.audit.evidence.activity import Flags
from inventory.audit.evidence.bounds import WHOLE, upper_bound
from inventory.audit.evidence.floors import Ints
from inventory.audit.evidence.policy import Policy
from inventory.model import Part
from inventory.text import N_, _

DAY = 24
"""Hours."""


class Status(StrEnum):
    """What is known of a use."""

    used = N_("used")
    unused = N_("unused")
    unknown = N_("unknown")


class Item(Part):
    """One signal or metric of a system over the days that its source covers."""

    name: str
    """Signal or metric."""
    status: Status
    """used, unused or unknown."""
    days: int
    """Days from the first one observed to the day of the verdict, at most the memory."""
    observed: int
    """Days that were observed."""
    active: int
    """Days of use among them."""
    gap: int
    """Longest run of days without data."""
    coverage: int
    """Share of the days that were observed, basis points rounded down."""
    last: date | None = None
    """Last day of use."""
    hours: int | None = None
    """Hours of work on the observed days; metrics of machines only."""
    remembers: bool = False
    """True where the whole memory is covered, so that a use once a year would show."""

    @property
    def bound(self) -> int:
        """Share of days with use that is not exceeded with 95 % confidence, basis points rounded up."""
        return upper_bound(self.active, self.observed) if self.observed else WHOLE

    @property
    def sentence(self) -> str:
        """The statement in the language of the context."""
        if not self.observed:
            return _("no day was observed")
        return sentence(self.active, self.observed, self.bound, self.hours)


def sentence(active: int, observed: int, bound: int, hours: int | None) -> str:
    """Return the statement on days of use, or on days and hours of work, in the language of the context."""
    if hours is None:
        text = _(
            "{active} of {observed} observed days; with 95 % confidence used on fewer than {bound} % of days"
        )
        return text.format(active=active, observed=observed, bound=tenths(bound))
    text = _("work on {active} of {observed} observed days, in {share} % of their hours")
    return text.format(active=active, observed=observed, share=tenths(-(-hours * WHOLE // (observed * DAY))))


def tenths(basis_points: int) -> str:
    """Write basis points as per cent with one decimal, rounded up."""
    whole, rest = divmod(-(-basis_points // 10), 10)
    return f"{whole}.{rest}"


def items(
    names: Sequence[str],
    active: Flags,
    known: Flags,
    last: date,
    policy: Policy,
    worked: Ints | None = None,
) -> Iterator[tuple[Item, ...]]:
    """Yield the evidence of each system.

    Args:
        names: signals or metrics.
        active: shape (systems, names, days).
        known: same shape.
        last: the last day.
        policy: what coverage and length a statement needs.
        worked: hours of work, shape (systems, names, days), for machines: they rest while they work in
            no larger a share of the hours than tolerated. Of a signal every day of use counts.
    """
    table = _table(active, known, policy)
    hours = np.full((*table.shape[:2], 1), -1) if worked is None else worked.sum(axis=2)[..., None]
    for row in np.concatenate([table, hours], axis=2).tolist():
        yield tuple(
            _item(name, cells, last, policy["tolerated"]) for name, cells in zip(names, row, strict=True)
        )


def _table(active: Flags, known: Flags, policy: Policy) -> Ints:
    """The figures of an item by system and name; a day with use is observed, however sparsely."""
    known = known | active
    length = known.shape[2]
    days = np.where(known.any(axis=2), length - known.argmax(axis=2), 0)
    since = np.where(active.any(axis=2), active[:, :, ::-1].argmax(axis=2), -1)
    observed, gap = known.sum(axis=2), longest_gap(known)
    enough = covered(observed, days, gap, policy) & (days >= policy["shortest_days"])
    remembers = covered(observed, np.full_like(days, length), longest_gap(known, leading=True), policy)
    columns = (days, observed, active.sum(axis=2), gap, since, enough, remembers)
    return np.stack(columns, axis=2).astype(np.int64)


def longest_gap(known: Flags, *, leading: bool = False) -> Ints:
    """Return the longest run of unknown days along the last axis.

    Args:
        known: days that were observed.
        leading: count the days before the first observed one too.
    """
    at = np.arange(known.shape[-1])
    previous = np.maximum.accumulate(np.where(known, at, -1), axis=-1)
    runs = np.where(known | ((previous < 0) & (not leading)), 0, at - previous)
    return np.asarray(runs.max(axis=-1, initial=0))


def covered(observed: Ints, days: Ints, gap: Ints, policy: Policy) -> Flags:
    """Say where so many observed days and no longer a gap make a span of days known."""
    longest = np.maximum(policy["gap_days"] * WHOLE, days * policy["gap_share"])
    enough = (days > 0) & (observed * WHOLE >= days * policy["coverage"]) & (gap * WHOLE < longest)
    return np.asarray(enough)


def _item(name: str, cells: list[int], last: date, tolerated: int) -> Item:
    days, observed, active, gap, since, enough, remembers, hours = cells
    status = Status.unused if enough else Status.unknown
    if active if hours < 0 else hours * WHOLE > observed * DAY * tolerated:
        status = Status.used
    return Item(
        name=name,
        status=status,
        days=days,
        observed=observed,
        active=active,
        gap=gap,
        coverage=observed * WHOLE // days if days else 0,
        last=date.fromordinal(last.toordinal() - since) if since >= 0 else None,
        remembers=bool(remembers),
        hours=hours if hours >= 0 else None,
    )
