"""What machines cost: at the cheapest places of a platform, and beyond that elsewhere on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from planner.problem import Mover
from planner.problem.amounts import QUARTERS, quarters

PARTS = range(1, len(QUARTERS))
"""Quarters that a year may have at the end of a horizon that holds it only in part."""


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
            low = quarters(min(prices.values()))
            beyond = {pool: _even(quarters(price), low) for pool, price in prices.items()}
            for q, part in enumerate(low):
                found.least[platform][q] += crew.count * part
            for pool, fen in beyond.items():
                found.beyond[crew.workload, pool] = fen
                found.ahead[crew.workload, pool] = _ahead(quarters(prices[pool]), low, fen)
                found.quarters[crew.workload, pool] = [part + fen // len(QUARTERS) for part in low]
            most += crew.count * max(beyond.values())
            high = max(fen - prices[pool] + sum(low) for pool, fen in beyond.items())
            found.rounded += crew.count * high
        found.most = max(found.most, most)
    return found


def _even(price: Sequence[int], low: Sequence[int]) -> int:
    """Return the least yearly amount whose even quarters cover a difference in every quarter."""
    return len(QUARTERS) * max(more - less for more, less in zip(price, low, strict=True))


def _ahead(price: Sequence[int], low: Sequence[int], even: int) -> int:
    """Return by how much even quarters count a rise too low, annualised, after a cutover in any quarter."""
    over = [even // len(QUARTERS) - more + less for more, less in zip(price, low, strict=True)]
    whole = max(sum(over[q:]) for q in range(len(QUARTERS)))
    return max(0, ceil(max(whole - len(QUARTERS) / n * sum(over[:n]) for n in PARTS)))


def open_pools(mover: Mover) -> dict[str, frozenset[str]]:
    """Return the pools that some way of a system may use, by platform."""
    found: dict[str, frozenset[str]] = {}
    for path in mover.paths:
        found[path.platform] = found.get(path.platform, frozenset()) | path.pools
    return found
