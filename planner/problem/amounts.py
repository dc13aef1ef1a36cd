"""Yearly money by quarter, and what a later fen is worth today."""

from functools import cache

from inventory.units import split

QUARTERS = (1, 1, 1, 1)
PPM = 1_000_000


@cache
def quarters(annual: int) -> tuple[int, int, int, int]:
    """Split a yearly amount over its four quarters so that they add up exactly."""
    first, second, third, fourth = split(annual, QUARTERS)
    return first, second, third, fourth


def in_period(annual: int, period: str) -> int:
    """Return the part of a yearly amount that falls into a quarter such as ``2027Q3``."""
    return quarters(annual)[int(period[-1]) - 1]


def discounts(rate: int, periods: int) -> tuple[int, ...]:
    """Return the worth of one fen in each quarter, in parts per million.

    Args:
        rate: discount rate a year in basis points.
        periods: number of quarters; the first is not discounted.
    """
    yearly = 1 + rate / 10_000
    return tuple(round(PPM / yearly ** (t / 4)) for t in range(periods))
