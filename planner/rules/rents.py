"""What machines cost: at the cheapest places of a platform, and beyond that elsewhere on it."""

from dataclasses import dataclass, field

from planner.problem import Mover
from planner.problem.amounts import QUARTERS, quarters


@dataclass
class Rents:
    """What a system's machines cost from its cutover on."""

    least: dict[str, list[int]] = field(default_factory=dict)
    """By platform: all of them at the cheapest places, fen by quarter of a year."""
    beyond: dict[tuple[str, str], int] = field(default_factory=dict)
    """By workload and pool: one machine beyond the cheapest place of the platform, fen a year."""
    most: int = 0
    """All of them beyond the cheapest places at the most, whatever the platform, fen a year."""
    uneven: int = 0
    """Machines with a price that four quarters do not share evenly."""


def rents(mover: Mover) -> Rents:
    """Return what a system's machines cost wherever it could go."""
    found = Rents()
    for platform, pools in open_pools(mover).items():
        cheapest, most = [0 for _q in QUARTERS], 0
        for crew in mover.crews:
            prices = {option.pool: option.om_cost for option in crew.options if option.pool in pools}
            low, high = min(prices.values()), max(prices.values())
            cheapest = [
                so_far + crew.count * part for so_far, part in zip(cheapest, quarters(low), strict=True)
            ]
            most += crew.count * (high - low)
            found.beyond |= {(crew.workload, pool): price - low for pool, price in prices.items()}
            dearer = {price for price in prices.values() if price > low}
            found.uneven += crew.count * any(price % len(QUARTERS) for price in (*dearer, low) if dearer)
        found.least[platform] = cheapest
        found.most = max(found.most, most)
    return found


def open_pools(mover: Mover) -> dict[str, frozenset[str]]:
    """Return the pools that some way of a system may use, by platform."""
    found: dict[str, frozenset[str]] = {}
    for path in mover.paths:
        found[path.platform] = found.get(path.platform, frozenset()) | path.pools
    return found
