"""Prices of everything scarce, and what they bring."""

from dataclasses import dataclass

from planner.solver.blocks import Mask
from planner.solver.cut import Split
from planner.solver.scarce import Amounts
from planner.solver.tables import Floats, Ints


@dataclass
class Duals:
    """The prices: of scarce things by unit, of haste by pair and period, of weight left uncovered."""

    toll: Amounts
    haste: Floats
    """(pairs, T) of those who may retire instead of waiting."""
    weight: float
    apart: Floats
    """(loads, T) how far a pair's traffic is charged, 0 to 1."""
    rule: Floats
    """(C, K) of a fen a year that a project's O&M rises."""


@dataclass
class Answer:
    """What everybody does at some prices."""

    bound: float
    period: Ints
    """(S,)"""
    moving: Mask
    """(S,)"""
    used: Amounts
    haste: Floats
    lost: float
    seen: Floats
    """(loads, T) whether a pair is apart."""
    rule: Floats
    """(C, K) how far O&M rises, fen a year."""
    orders: Ints
    """(B, T) blocks of capacity."""
    split: Split
    """The cut that it comes from."""


@dataclass
class Climb:
    """What moving prices brought."""

    bound: float
    duals: Duals
    often: Floats
    """(S, 2, T + 1) how often each system retired or stayed (0) or moved (1) when, the latest most."""
    orders: Floats
    """(B, T) blocks ordered, likewise."""

    @property
    def wanted(self) -> Floats:
        """(B,) blocks ordered in an answer, on an average."""
        return self.orders.sum(1) * len(self.often) / max(self.often.sum(), 1.0)


@dataclass(frozen=True)
class Goal:
    """What is asked of the plans that a bound is for."""

    target: float
    """What the bound cannot exceed: the cost of such a plan, fen."""
    weight: float
    """Price of a weight left uncovered, fen."""
    until: float
    """Seconds of the clock after which to stop."""
    uncovered: float = 0.0
    """Weight that they leave uncovered at the most."""
    fixed: bool = False
    """Whether a weight has this price, instead of a limit that a price stands for."""
