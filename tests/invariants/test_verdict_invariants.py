"""Less data never makes a zombie, nor does more use."""

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.audit.evidence import read_policy
from inventory.audit.telemetry import LIFE, SIGNALS, USES
from inventory.audit.verdicts import Kind, judge
from tests.quiet import AS_OF, YEAR, lake, machine, signal, town

POLICY = read_policy()
COLUMNS = ("system", "signal", "day", "count", "observed")
SERIES = st.fixed_dictionaries(
    {
        "days": st.sampled_from([30, 120, 250, YEAR]),
        "used": st.sets(st.integers(0, YEAR - 1), max_size=2),
        "lost": st.sampled_from([(), range(10, 12), range(60, 110), range(0, YEAR, 5)]),
    }
)
WORLD = st.fixed_dictionaries(
    {
        "signals": st.dictionaries(st.sampled_from(SIGNALS), SERIES, max_size=5),
        "seasons": st.sampled_from([(), ("06-01/06-30",), ("10-20/11-10",)]),
        "status": st.sampled_from(["production", "suspended"]),
        "busy": st.booleans(),
        "metrics": st.sampled_from([("cpu", "net_in"), ("net_in",), ("cpu",), ()]),
    }
)


@cache
def vm(busy, metrics):
    """A machine that works on every tenth day, or never."""
    bursts = [("cpu", 6000, (10,), range(0, YEAR, 10))] if busy else []
    return machine("vm-a", bursts=bursts, metrics=metrics)


@cache
def other():
    """A second system without a fault: what it shows, the city collects."""
    return [row for name in SIGNALS for row in signal("b", name)]


def verdict(world, signals=None, buckets=None):
    rows = [row for name, how in world["signals"].items() for row in signal("a", name, **how)]
    telemetry = lake([buckets or vm(world["busy"], world["metrics"]), machine_b()], rows, other())
    if signals is not None:
        telemetry = replace(telemetry, business=signals(telemetry.business))
    city = town("a", "b", seasons=world["seasons"], status=world["status"])
    return judge(city, telemetry, AS_OF, POLICY, rules=()).by_system["a"]


@cache
def machine_b():
    return machine("vm-b", metrics=("cpu",))


def kept(signals, rows):
    return replace(signals, **{name: getattr(signals, name)[rows] for name in COLUMNS})


def no_worse(after, before):
    assert after.score <= before.score
    assert after.kind is not Kind.zombie or before.kind is Kind.zombie


@settings(max_examples=50, deadline=None)
@given(WORLD, st.sampled_from(SIGNALS), st.booleans())
def test_deleting_a_signal_never_raises_the_score_nor_makes_a_zombie(world, name, everywhere):
    def less(signals):
        gone = signals.signal == SIGNALS.index(name)
        mine = signals.system == signals.systems.index("a") if "a" in signals.systems else gone & False
        return kept(signals, ~(gone & (mine | everywhere)))

    after, before = verdict(world, less), verdict(world)
    assert after.score <= before.score
    if not everywhere:
        no_worse(after, before)


@settings(max_examples=20, deadline=None)
@given(WORLD, st.sampled_from([("cpu",), ("net_in",), ()]))
def test_deleting_a_metric_never_raises_the_score_nor_makes_a_zombie(world, metrics):
    less = tuple(name for name in world["metrics"] if name in metrics)
    no_worse(verdict(world, buckets=vm(world["busy"], less)), verdict(world))


@settings(max_examples=40, deadline=None)
@given(WORLD, st.integers(0, 10**6), st.floats(0.0, 0.9))
def test_deleting_days_without_use_never_raises_the_score(world, seed, share):
    def less(signals):
        drawn = np.random.default_rng(seed).random(len(signals)) < share
        mine = signals.system == 0 if "a" in signals.systems else np.zeros(len(signals), np.bool_)
        return kept(signals, ~(drawn & mine & (signals.count == 0)))

    no_worse(verdict(world, less), verdict(world))


@settings(max_examples=50, deadline=None)
@given(WORLD, st.sampled_from((*USES, *LIFE)), st.sets(st.integers(0, YEAR - 1), min_size=1, max_size=3))
def test_adding_use_never_raises_the_score_nor_makes_a_zombie(world, name, days):
    how = world["signals"].get(name, {"days": 1, "used": set(), "lost": range(1)})
    lost = set(how["lost"]) | set(range(how["days"], YEAR))
    more = {"days": YEAR, "used": how["used"] | days, "lost": lost - days}
    kept_days = {o for o in how["used"] if o not in lost}
    more["used"] = kept_days | days
    after = verdict(world | {"signals": world["signals"] | {name: more}})
    no_worse(after, verdict(world))
    if name in USES:
        assert after.kind in (Kind.used, Kind.dormant)


@settings(max_examples=20, deadline=None)
@given(WORLD, st.sets(st.integers(0, YEAR - 1), min_size=1, max_size=30))
def test_adding_work_never_raises_the_score(world, days):
    nights = [("cpu", 6000, (10,), range(0, YEAR, 10))] if world["busy"] else []
    more = machine("vm-a", bursts=[*nights, ("cpu", 8000, (15,), days)], metrics=world["metrics"])
    no_worse(verdict(world, buckets=more), verdict(world))
