"""What holds for right-sizing whatever the telemetry: percentiles, saturation, no double counting."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.audit import costs, rightsizing
from inventory.audit.rightsizing import Kind
from inventory.audit.rightsizing.window import above
from tests import tiny
from tests.rolled import rolled

FIRST = date(2026, 3, 1)
POLICY = rightsizing.read_policy().model_copy(update={"window_days": 2, "least_days": 1})
SHARES = st.integers(0, 10_000)
values = st.lists(SHARES, min_size=1, max_size=40)


def windowed(*series):
    days = {FIRST + timedelta(n): given for n, given in enumerate(series)}
    data = rolled({("a-app", "cpu"): days, ("a-app", "memory"): days}, expected=max(map(len, series)))
    first = (FIRST - date(1970, 1, 1)).days
    return data, rightsizing.window(data, "cpu", first, first + len(series) - 1)


@settings(deadline=None)
@given(values, st.integers(1, 10_000))
def test_the_interval_holds_the_exact_percentile(samples, share):
    _data, of = windowed(samples)
    low, high = rightsizing.percentile(of, share)
    exact = sorted(samples)[max(1, -(-len(samples) * share // 10_000)) - 1]
    assert low[0] <= exact <= high[0]
    assert high[0] - low[0] <= 50


@settings(deadline=None)
@given(values, SHARES)
def test_samples_above_a_limit_are_never_missed(samples, limit):
    _data, of = windowed(samples)
    counted, exact = above(of, np.array([limit]))[0], sum(v > limit for v in samples)
    assert exact <= counted <= sum(v > limit - 50 for v in samples)


@settings(deadline=None)
@given(values, st.integers(0, 39), SHARES)
def test_more_use_never_asks_for_less(one, place, more):
    def need(first):
        (found,) = rightsizing.suggest(tiny.city("a"), windowed(first, one)[0], POLICY).suggestions
        return found

    grown = list(one)
    grown[place % len(one)] = max(grown[place % len(one)], more)
    before, after = need(one), need(grown)
    assert before.vcpu_needed <= after.vcpu_needed
    assert before.memory_needed <= after.memory_needed


@settings(deadline=None)
@given(values)
def test_dropping_a_day_never_makes_a_suggestion(samples):
    city = tiny.city("a")
    whole, _of = windowed(samples, samples)
    rest = whole.select(whole.day > whole.day.min())
    (found,) = rightsizing.suggest(city, rest, POLICY).suggestions
    assert found.kind is Kind.unknown


@dataclass(frozen=True)
class Verdict:
    system: str
    kind: str


KINDS = ("used", "dormant", "spared", "idle_candidate", "zombie", "unknown")


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(KINDS), min_size=3, max_size=3), st.lists(SHARES, min_size=3, max_size=3))
def test_no_system_saves_both_ways(kinds, use):
    city = tiny.city("abc")
    days = {FIRST: [0], FIRST + timedelta(1): [0]}
    data = {
        (f"{s}-app", m): days | {FIRST: [u]}
        for s, u in zip("abc", use, strict=True)
        for m in ("cpu", "memory")
    }
    verdicts = [Verdict(s, k) for s, k in zip("abc", kinds, strict=True)]
    found = rightsizing.suggest(city, rolled(data, expected=1), POLICY, verdicts=verdicts)
    idle = {v.system for v in verdicts if v.kind in ("idle_candidate", "zombie")}
    assert not idle & {s.system for s in found.suggestions if s.saving}
    saved = costs.resizing(city, rightsizing.given_back(city, found)).rows
    assert sum(cut.yearly for cut in saved) == sum(s.saving for s in found.smaller)


@settings(deadline=None, max_examples=30)
@given(st.lists(values, min_size=1, max_size=5), st.integers(1, 16))
def test_points_of_the_curve_are_within_their_bounds(machines, vcpu):
    series = {(f"m{n}", "cpu"): {FIRST: v, FIRST + timedelta(1): v[::-1]} for n, v in enumerate(machines)}
    data = rolled(series, expected=1, vcpu={f"m{n}": vcpu for n in range(len(machines))})
    found = rightsizing.curve(data, (1, 2, 4, 8, 16), POLICY, test_days=1, training=(1,))
    for point in found.points:
        assert 0 <= point.saturated <= point.exceeded <= point.downsized <= point.machines == len(machines)
        assert 0 <= point.saved < point.vcpu
        assert point.upper * point.downsized >= point.saturated * 10_000
    by_max = next(p for p in found.points if p.policy == "max-0.7")
    assert by_max.exceeded == 0
