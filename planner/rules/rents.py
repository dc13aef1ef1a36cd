"""What machines cost: at the cheapest places of a platform, and beyond that elsewhere on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import sub

from planner.problem import Mover
from planner.problem.amounts import QUARTERS, quarters


@dataclass
class Rents:
    """What a system's machines cost from its cutover on.

    A price beyond the cheapest place is counted as four even quarters, a few fen a year too high where
    the quarters of the two prices are not: whatever keeps the cost rule so keeps it to the fen.
    """

    least: dict[str, list[int]] = field(default_factory=dict)
    """By platform: all of them at the cheapest places, fen by quarter of a year."""
    beyond: dict[tuple[str, str], int] = field(default_factory=dict)
    """By workload and pool: one machine beyond the cheapest place of the platform, fen a year."""
    quarters: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """By workload and pool: one machine, fen by quarter of a year."""
    ahead: dict[tuple[str, str], int] = field(default_factory=dict)
    """By workload and pool: what a rise from a whole year into a year in part may exceed what is counted."""
    most: int = 0
    """All of them beyond the cheapest places at the most, whatever the platform, fen a year."""
    rounded: int = 0
    """Fen a year that all of them may be counted too high."""


def rents(mover: Mover) -> Rents:
    """Return what a system's machines cost wherever it could go."""
    found = Rents()
    for platform, pools in open_pools(mover).items():
        found.least[platform] = [0 for _q in QUARTERS]
        most = 0
        for crew in mover.crews:
            prices = {option.pool: option.om_cost for option in crew.options if option.pool in pools}
            low, spread = quarters(min(prices.values())), {pool: quarters(p) for pool, p in prices.items()}
            beyond = {pool: _even(price, low) for pool, price in spread.items()}
            for q, part in enumerate(low):
                found.least[platform][q] += crew.count * part
            for pool, fen in beyond.items():
                found.beyond[crew.workload, pool] = fen
                found.ahead[crew.workload, pool] = _ahead(spread[pool], low, fen)
                found.quarters[crew.workload, pool] = [part + fen // len(QUARTERS) for part in low]
            most += crew.count * max(beyond.values())
            high = max(fen - prices[pool] + sum(low) for pool, fen in beyond.items())
            found.rounded += crew.count * high
        found.most = max(found.most, most)
    return found


def _even(price: Sequence[int], low: Sequence[int]) -> int:
    """Return the least yearly amount whose even quarters cover a difference in every quarter."""
    rise: int = max(map(sub, price, low))
    return len(QUARTERS) * rise


def _ahead(price: Sequence[int], low: Sequence[int], even: int) -> int:
    """Return by how much even quarters count a rise too low, annualised, after a cutover in any quarter."""
    *first, whole = accumulate(even // len(QUARTERS) - rise for rise in map(sub, price, low))
    found: int = max(whole - len(QUARTERS) * part // n for n, part in enumerate(first, 1))
    return max(0, found)


def open_pools(mover: Mover) -> dict[str, frozenset[str]]:
    """Return the pools that some way of a system may use, by platform."""
    found: dict[str, frozenset[str]] = {}
    for path in mover.paths:
        found[path.platform] = found.get(path.platform, frozenset()) | path.pools
    return found
