"""The way of prices that climb: direction and length of their steps."""

from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from planner.solver.tables import Floats

PATIENCE, SHORTER = 5, 0.7
"""Steps without a better bound after which steps become shorter, and how much."""
INERTIA = 0.35
"""Part of the last direction kept in the next."""
LASTING = 0.9
"""Part of what slopes were like that is kept with every step."""
FAINT, TINY = 1e-3, 1e-9
"""Part of the dearest kind's worth that prices of every kind are taken to be worth at the least; no slope."""


@dataclass
class Path:
    """The way of the prices: direction and length of the steps."""

    length: float = 1.0
    idle: int = 0
    back: bool = False
    """Whether to go on from the best prices so far."""
    direction: list[Floats] | None = None
    steep: list[float] = field(default_factory=list)
    """How steep slopes of each kind were lately, squared."""

    def learn(self, better: bool) -> None:
        """Shorten the steps once several in a row brought nothing."""
        self.idle = 0 if better else self.idle + 1
        self.back = self.idle >= PATIENCE
        if self.back:
            self.length, self.idle, self.direction = self.length * SHORTER, 0, None

    def step(self, slopes: list[Floats], worth: list[float], missing: float) -> list[Floats]:
        """Return the moves of all prices, in widths of their limits.

        Prices of a kind move the further the more they are worth and the flatter their slopes are: eight
        rooms of four pools weigh as much as the cost rules of three thousand projects.

        Args:
            slopes: of the bound, by kind of price.
            worth: what a price of each kind comes to in widths of its limit, fen.
            missing: what the bound is thought to miss, fen.
        """
        if self.direction is None:
            self.direction = slopes
        else:
            pairs = zip(slopes, self.direction, strict=True)
            self.direction = [(1 - INERTIA) * slope + INERTIA * old for slope, old in pairs]
        reach = self._reach(slopes, worth)
        norm = sum(far * float((slope**2).sum()) for far, slope in zip(reach, self.direction, strict=True))
        unit = self.length * missing / max(norm, 1e-12)
        return [unit * far * slope for far, slope in zip(reach, self.direction, strict=True)]

    def _reach(self, slopes: list[Floats], worth: list[float]) -> list[float]:
        """Return how far prices of each kind move for the same slope."""
        now = [float((slope**2).sum()) / max(1, int(np.count_nonzero(slope))) for slope in slopes]
        before = self.steep or now
        self.steep = [LASTING * old + (1 - LASTING) * new for old, new in zip(before, now, strict=True)]
        least: float = max(worth) * FAINT or 1.0
        pairs = zip(worth, self.steep, strict=True)
        return [sqrt(max(each, least) / (sqrt(steep) + TINY)) for each, steep in pairs]


def worth_of(prices: Floats, widths: Floats) -> float:
    """Return what prices come to in widths of their limits, on the average of those above 0."""
    worth = (prices * np.where(np.isfinite(widths), widths, 0.0))[prices > 0]
    return float(worth.mean()) if worth.size else 0.0
