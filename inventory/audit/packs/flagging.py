"""What each rule says: flagged, not flagged, or undetermined for lack of data."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from inventory.audit.evidence import EPOCH, Flags, Ints, Uses, uses
from inventory.audit.packs.reading import read_packs
from inventory.audit.packs.records import Condition, Pack, State
from inventory.audit.packs.statistics import Slab, interval, quiet_days
from inventory.audit.telemetry import LIFE, METRICS, SIGNALS, USES, Rollups, Signals

type Votes = NDArray[np.int8]
"""1 flagged, 0 not flagged, -1 undetermined."""

_STATES = {1: State.flagged, 0: State.clear, -1: State.undetermined}
_MACHINE = (*METRICS, "network", "disk")
"""What a machine is asked, not a system."""
_UNKNOWN, _CLEAR = -1, -2
_RANK = {1: 1, _UNKNOWN: _UNKNOWN, 0: _CLEAR}
"""Votes so that the least of several decides."""


class Ballots:
    """Collects what each rule says of machines, chunk after chunk, and then of systems."""

    def __init__(self, as_of: date, packs: Sequence[Pack]) -> None:
        self.last = (as_of - EPOCH).days
        self.packs = tuple(packs)
        self.longest = max((pack.window_days for pack in packs), default=1)
        self._votes: dict[tuple[str, int | None], dict[str, int]] = {
            (pack.id, number): {} for pack in packs for number in (None, *range(len(pack.conditions)))
        }

    def count(self, chunk: Rollups) -> None:
        """Ask every rule about the machines of a chunk; a machine belongs to one chunk only."""
        slab = Slab(chunk, self.last)
        here = np.unique(chunk.resource)
        names = [chunk.resources[index] for index in here]
        for pack in self.packs:
            for number, votes in _pack_votes(slab, pack).items():
                self._votes[pack.id, number].update(zip(names, votes[here].tolist(), strict=True))

    def flags(self, signals: Signals, machines: Mapping[str, Sequence[str]]) -> dict[str, dict[str, State]]:
        """Return what each pack says of each system.

        A rule about machines flags a system when it flags all its machines, and clears it as
        soon as it clears one.

        Args:
            signals: business signals.
            machines: names of the machines by system.
        """
        seen = uses(signals, tuple(machines), self.last - self.longest + 1, self.last)
        return {
            pack.id: dict(zip(machines, map(_state, self._said(pack, seen, machines)), strict=True))
            for pack in self.packs
        }

    def _said(self, pack: Pack, seen: Uses, machines: Mapping[str, Sequence[str]]) -> Votes:
        if pack.level == "resource":
            return _by_system(self._votes[pack.id, None], machines)
        columns = [
            _by_system(self._votes[pack.id, number], machines)
            if condition.metric in _MACHINE
            else _signal_votes(seen, condition, condition.window_days or pack.window_days, pack.least_days)
            for number, condition in enumerate(pack.conditions)
        ]
        return combined(columns, pack.combine)


def flags(
    chunks: Iterable[Rollups],
    signals: Signals,
    as_of: date,
    machines: Mapping[str, Sequence[str]],
    packs: Sequence[Pack] | None = None,
) -> dict[str, dict[str, State]]:
    """Return what each pack says of each system on a day.

    Args:
        chunks: buckets, a machine in one chunk only.
        signals: business signals.
        as_of: last day of every window.
        machines: names of the machines by system.
        packs: the rules; without them the shipped ones.
    """
    ballots = Ballots(as_of, read_packs() if packs is None else packs)
    for chunk in chunks:
        ballots.count(chunk)
    return ballots.flags(signals, machines)


def _pack_votes(slab: Slab, pack: Pack) -> dict[int | None, Votes]:
    found: dict[int | None, Votes] = {
        n: _votes(slab, c, pack) for n, c in enumerate(pack.conditions) if c.metric in _MACHINE
    }
    whole = combined(list(found.values()), pack.combine)
    off = slab.off(pack.window_days) & pack.off_is_idle
    return found | {None: np.where(off, np.int8(1), whole)}


def _votes(slab: Slab, condition: Condition, pack: Pack) -> Votes:
    days = condition.window_days or pack.window_days
    least = min(pack.least_days, days)
    if condition.statistic == "days_with_mean":
        quiet, seen = quiet_days(slab, condition, days)
        wanted = condition.days or 1
        return _decided(quiet >= wanted, quiet < wanted, seen >= least)
    found = interval(slab, condition, days)
    limit, vcpu = _limit(slab, condition)
    strict = condition.at_most is None
    under = found.high * vcpu < limit * found.scale if strict else found.high * vcpu <= limit * found.scale
    over = found.low * vcpu >= limit * found.scale if strict else found.low * vcpu > limit * found.scale
    return _decided(under, over, (found.scale > 0) & (found.days >= least) & (vcpu > 0))


def _limit(slab: Slab, condition: Condition) -> tuple[int, Ints]:
    """The threshold, and what the statistic is to be multiplied by before it is compared."""
    if condition.milli_vcpu is not None:
        return condition.milli_vcpu * 10, slab.rollups.vcpu.astype(np.int64)
    limit = condition.at_most if condition.at_most is not None else condition.below
    return limit or 0, np.ones(slab.size, np.int64)


def _decided(flagged: Flags, cleared: Flags, known: Flags) -> Votes:
    votes = np.where(flagged, 1, np.where(cleared, 0, _UNKNOWN))
    return np.where(known, votes, _UNKNOWN).astype(np.int8)


def combined(votes: Sequence[Votes], how: str) -> Votes:
    """Combine conditions: ``all`` is the least of clear, undetermined, flagged; ``any`` the greatest."""
    ranks = np.stack([np.where(v == 0, _CLEAR, v) for v in votes])
    rank = ranks.min(axis=0) if how == "all" else ranks.max(axis=0)
    return np.where(rank == _CLEAR, 0, rank).astype(np.int8)


def _by_system(votes: Mapping[str, int], machines: Mapping[str, Sequence[str]]) -> Votes:
    """The least of clear, undetermined and flagged of a system's machines."""
    found = [
        min((_RANK[votes.get(n, _UNKNOWN)] for n in names), default=_UNKNOWN) for names in machines.values()
    ]
    return np.array([0 if rank == _CLEAR else rank for rank in found], np.int8)


def _signal_votes(seen: Uses, condition: Condition, days: int, least: int) -> Votes:
    """Days with use of the signal, or of any signal of a kind that is known at all."""
    kinds = {"use": USES, "life": LIFE}
    columns = [SIGNALS.index(name) for name in kinds.get(condition.metric, (condition.metric,))]
    known, active = (flags[:, columns, -days:] for flags in (seen.known, seen.active))
    enough = (known.sum(axis=2) >= min(least, days)).any(axis=1)
    used = active.any(axis=1).sum(axis=1)
    limit = condition.at_most or 0
    return _decided((used <= limit) & enough, used > limit, enough | (used > limit))


def _state(vote: int) -> State:
    return _STATES[int(vote)]
