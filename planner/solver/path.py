"""The way of prices that climb: direction and length of their steps."""

from dataclasses import dataclass

from planner.solver.tables import Floats

PATIENCE, SHORTER = 5, 0.7
"""Steps without a better bound after which steps become shorter, and how much."""
INERTIA = 0.35
"""Part of the last direction kept in the next."""


@dataclass
class Path:
    """The way of the prices: direction and length of the steps."""

    length: float = 1.0
    idle: int = 0
    back: bool = False
    """Whether to go on from the best prices so far."""
    direction: list[Floats] | None = None

    def learn(self, better: bool) -> None:
        """Shorten the steps once several in a row brought nothing."""
        self.idle = 0 if better else self.idle + 1
        self.back = self.idle >= PATIENCE
        if self.back:
            self.length, self.idle, self.direction = self.length * SHORTER, 0, None

    def step(self, slopes: list[Floats], missing: float) -> list[Floats]:
        """Return the moves of all prices, in widths of their limits."""
        if self.direction is None:
            self.direction = slopes
        else:
            pairs = zip(slopes, self.direction, strict=True)
            self.direction = [(1 - INERTIA) * slope + INERTIA * old for slope, old in pairs]
        norm = sum(float((slope**2).sum()) for slope in self.direction)
        return [self.length * missing / max(norm, 1e-12) * slope for slope in self.direction]
