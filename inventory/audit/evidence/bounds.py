"""Exact one-sided bounds on a share, in whole numbers and rounded the safe way."""

from functools import cache

WHOLE = 10_000
"""Basis points of one."""
ERROR = 20
"""One in twenty: 95 % confidence, one-sided."""


@cache
def upper_bound(active: int, observed: int) -> int:
    """Return the Clopper-Pearson upper bound on a daily rate, in basis points rounded up.

    It is the smallest share at which ``active`` or fewer of ``observed`` days have at most
    5 % probability; for no active day that is 1 - 0.05^(1/n). Binomial tails are compared
    as integers, so the bound is exact on every machine.
    """
    if active >= observed:
        return WHOLE
    low, high, guess = active * WHOLE // observed, WHOLE, _guess(active, observed)
    probes = [guess - 8, guess + 8]
    while low + 1 < high:
        probe = probes.pop() if probes else (low + high) // 2
        if low < probe < high:
            low, high = (low, probe) if _unlikely(active, observed, probe) else (probe, high)
    return high


def _guess(active: int, observed: int) -> int:
    """Where to look first (Wilson's bound); the answer does not depend on it."""
    share, z = active / observed, 1.645
    spread = z * ((share * (1 - share) + z * z / 4 / observed) / observed) ** 0.5
    return int(WHOLE * (share + z * z / 2 / observed + spread) / (1 + z * z / observed))


def lower_bound(active: int, observed: int) -> int:
    """Return the Clopper-Pearson lower bound on a rate, in basis points rounded down."""
    return WHOLE - upper_bound(observed - active, observed) if active and observed else 0


def _unlikely(active: int, observed: int, share: int) -> bool:
    """Say whether ``active`` or fewer of ``observed`` are at most 5 % likely at a share below one."""
    whole = int(WHOLE**observed)
    if 2 * active < observed:
        return _tail(active, observed, share) * ERROR <= whole
    return (whole - _tail(observed - active - 1, observed, WHOLE - share)) * ERROR <= whole


def _tail(active: int, observed: int, share: int) -> int:
    """Weight of ``active`` or fewer of ``observed``; all weights together are WHOLE ** observed."""
    rest = WHOLE - share
    term = tail = int(rest**observed)
    for done in range(active):
        term = term * (observed - done) * share // ((done + 1) * rest)
        tail += term
    return tail
