"""Savings against risk: every policy sized on past days and judged on the days after.

A policy sees only the training window. Where it would have taken vCPU away, the test
window says how long the machine would have stood at its limit: the share of samples above
the new size, counted from the histograms with the bin that holds the limit included. A
machine counts as saturated when that share exceeds the policy file's limit. The share of
saturated machines carries its exact upper bound, because a city has few machines; a
series that stands for several equal machines counts once, as it is one observation.
"""

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction

import numpy as np

from inventory.audit.evidence.bounds import upper_bound
from inventory.audit.rightsizing.policy import WHOLE, CurvePolicy, Policy, read_policy
from inventory.audit.rightsizing.window import Ints, Window, above, percentile, window
from inventory.audit.telemetry import Rollups
from inventory.model import called
from inventory.model.base import Part

TRAINING = (7, 30, 60)
"""Lengths of training windows compared, days."""
TEST = 30
"""Days on which the policies are judged."""
SPAN = max(TRAINING) + TEST
"""Days of telemetry that the whole curve takes."""


class Point(Part):
    """One policy and training window on the curve."""

    policy: str
    name: str
    source: str
    train_days: int
    test_days: int
    machines: int
    """Machines covered in both windows."""
    vcpu: int
    """Their vCPU today."""
    saved: int
    """vCPU that the policy takes away."""
    downsized: int
    """Machines that get smaller."""
    saturated: int
    """Of these, machines above the new size for more than the limit of the test window."""
    exceeded: int
    """Of these, machines that ever went above the new size."""
    upper: int
    """Exact one-sided 95 % upper bound of the saturated share, basis points, rounded up."""
    dominated: bool = False
    """Whether a policy with the same training saves as much with less saturation, or more with as much."""


class Curve(Part):
    """Every policy by what it saves and what it risks."""

    split: int
    """First test day, days since 1970-01-01."""
    saturated_share: int
    """Share of time above the new size that counts as saturated, basis points."""
    points: tuple[Point, ...]


def curve(
    rollups: Rollups,
    ladder: Collection[int],
    policy: Policy | None = None,
    *,
    test_days: int = TEST,
    training: Sequence[int] = TRAINING,
    left_out: Collection[str] = (),
) -> Curve:
    """Back-test the policies of the curve on telemetry.

    Args:
        rollups: telemetry; machines of unknown vCPU are left out.
        ladder: vCPU counts on offer.
        policy: the policies and the limit; the shipped ones unless given.
        test_days: last days, on which the policies are judged.
        training: lengths of the windows right before the test, on which they size.
        left_out: machines judged idle or dead: they are counted there.
    """
    policy = policy or read_policy()
    last = int(rollups.day.max()) if len(rollups) else 0
    split = last - test_days + 1
    test = window(rollups, "cpu", split, last)
    kept = (rollups.vcpu > 0) & ~np.isin(rollups.resources, list(left_out)) & _covered(test, policy)
    points: list[Point] = []
    for days in training:
        train = window(rollups, "cpu", split - days, split - 1)
        at = np.flatnonzero(kept & _covered(train, policy))
        points += _marked([_point(p, policy, rollups.vcpu, ladder, train, test, at) for p in policy.curve])
    return Curve(split=split, saturated_share=policy.saturated_share, points=tuple(points))


def _covered(of: Window, policy: Policy) -> np.ndarray:
    return (of.coverage >= policy.least_coverage) & (of.observed > 0)


def _point(
    by: CurvePolicy,
    policy: Policy,
    vcpu: np.ndarray,
    ladder: Collection[int],
    train: Window,
    test: Window,
    at: Ints,
) -> Point:
    now = vcpu.astype(np.int64)
    new = np.minimum(now, _climbed(need(by, train, now), ladder, now))
    smaller = at[new[at] < now[at]]
    over = above(test, np.where(now > 0, new * WHOLE // np.maximum(now, 1), WHOLE))
    long = over[smaller] * WHOLE > policy.saturated_share * test.observed[smaller]
    return Point(
        policy=by.id,
        name=called(by),
        source=by.source or "assumption",
        train_days=train.days,
        test_days=test.days,
        machines=len(at),
        vcpu=int(now[at].sum()),
        saved=int((now - new)[at].sum()),
        downsized=len(smaller),
        saturated=int(long.sum()),
        exceeded=int((over[smaller] > 0).sum()),
        upper=upper_bound(int(long.sum()), len(smaller)),
    )


def need(by: CurvePolicy, of: Window, vcpu: Ints) -> Ints:
    """Return the vCPU a policy asks for, rounded up: statistic x factor / target of each machine."""
    if by.statistic == "mean":
        used, whole = of.total, np.maximum(of.observed, 1) * WHOLE
    else:
        share = WHOLE if by.statistic == "max" else by.percentile
        used, whole = np.maximum(percentile(of, share)[1], 0), np.full(len(vcpu), WHOLE)
    found: Ints = -(-(vcpu * used * by.factor) // (whole * by.target))
    return np.maximum(found, 1)


def _climbed(needs: Ints, ladder: Collection[int], now: Ints) -> Ints:
    """Return each need rounded up the ladder; a need above it keeps the present size."""
    steps = np.array(sorted(ladder), dtype=np.int64)
    place = np.searchsorted(steps, needs)
    return np.where(place < len(steps), steps[np.minimum(place, len(steps) - 1)], now)


def _marked(points: list[Point]) -> Iterator[Point]:
    for point in points:
        beaten = any(_beats(other, point) for other in points)
        yield point.model_copy(update={"dominated": beaten})


def _beats(other: Point, point: Point) -> bool:
    risk, risked = (Fraction(p.saturated, max(1, p.downsized)) for p in (other, point))
    return other.saved >= point.saved and risk <= risked and (other.saved, risk) != (point.saved, risked)
