"""Worlds: the inventory with every uncertain figure somewhere in its range.

A figure is drawn from the triangle over low end, planned value and high end. The draws
come from one PCG64 stream in a fixed order, as factors in whole parts per million, so
that a seed gives the same worlds on every machine, and the first hundred of two hundred
are the hundred asked for alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import sqrt
from typing import Any

import numpy as np

from inventory import City
from inventory.model import Assumption, Block, SizingRatio, Subscription, System, Tariff
from inventory.units import divide
from planner.uncertainty.ranges import ONE, Kind, Uncertain

Factors = Sequence[int]
"""One factor for each uncertain figure, in parts per million."""


def sampled(figures: Sequence[Uncertain], worlds: int, seed: int) -> tuple[tuple[int, ...], ...]:
    """Return the factors of some worlds, drawn by a seed."""
    draws = np.random.Generator(np.random.PCG64(seed)).random((worlds, len(figures)))
    return tuple(tuple(map(_triangle, figures, row)) for row in draws)


def _triangle(figure: Uncertain, share: float) -> int:
    """Return where a share of the triangle over a figure's range lies below."""
    low, high = figure.low, figure.high
    if low == high:
        return low
    peak = (ONE - low) / (high - low)
    if share < peak:
        return round(low + (high - low) * sqrt(share * peak))
    return round(high - (high - low) * sqrt((1 - share) * (1 - peak)))


def towards_worst(figures: Sequence[Uncertain], share: float, kinds: Sequence[Kind] = ()) -> tuple[int, ...]:
    """Return each figure a share of the way to its bad end; 1 is the worst corner.

    Args:
        figures: the uncertain figures.
        share: 0 is what the plan counts with.
        kinds: kinds that leave what the plan counts with; all unless given.
    """
    moving = [share if not kinds or figure.kind in kinds else 0.0 for figure in figures]
    return tuple(ONE + round((f.worse - ONE) * part) for f, part in zip(figures, moving, strict=True))


def world(city: City, figures: Sequence[Uncertain], factors: Factors) -> City:
    """Return the city in a world."""
    wanted = _by_list(figures, factors)
    lists = {
        name: tuple(_scaled(row, of[row.id]) if row.id in of else row for row in getattr(city, name))
        for name, of in wanted.items()
    }
    return city.model_copy(update=lists)


def changed(city: City, figures: Sequence[Uncertain], factors: Factors) -> Iterator[tuple[str, Any, Any]]:
    """Yield list name, record and changed record of everything a world changes."""
    for name, of in _by_list(figures, factors).items():
        for row in getattr(city, name):
            if of.get(row.id, ONE) != ONE:
                yield name, row, _scaled(row, of[row.id])


def _by_list(figures: Sequence[Uncertain], factors: Factors) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for figure, factor in zip(figures, factors, strict=True):
        found.setdefault(figure.collection, {})[figure.record] = factor
    return found


def _scaled(record: Any, factor: int) -> Any:
    return record.model_copy(update=_SCALED[type(record)](record, factor))


def _times(amount: int, factor: int) -> int:
    return divide(amount * factor, ONE)


def _sizing(row: SizingRatio, factor: int) -> dict[str, Any]:
    return {"vcpu_ratio": max(1, _times(row.vcpu_ratio, factor))}


def _assumption(row: Assumption, factor: int) -> dict[str, Any]:
    return {"value": row.value * factor / Decimal(ONE)}


def _system(row: System, factor: int) -> dict[str, Any]:
    told = row.adaptation
    if told is None or told.effort_base is None:
        return {}
    return {"adaptation": told.model_copy(update={"effort_base": _times(told.effort_base, factor)})}


def _tariff(row: Tariff, factor: int) -> dict[str, Any]:
    return {"prices": {item: _times(price, factor) for item, price in row.prices.items()}}


def _price(row: Subscription | Block, factor: int) -> dict[str, Any]:
    return {"price": _times(row.price, factor)}


_SCALED: Mapping[type, Callable[[Any, int], dict[str, Any]]] = {
    SizingRatio: _sizing,
    Assumption: _assumption,
    System: _system,
    Tariff: _tariff,
    Subscription: _price,
    Block: _price,
}
"""What a factor does to a record of each list."""
