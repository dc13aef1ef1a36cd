"""Telemetry records: bins, roll-ups, and the lake that keeps them."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.audit import telemetry
from inventory.audit.telemetry import Lake, bin_of, edges
from tests.rolled import rolled

DAY = date(2026, 3, 1)


@given(st.sampled_from(telemetry.METRICS), st.integers(0, 10**12))
def test_a_value_lies_between_the_edges_of_its_bin(metric, value):
    value = min(value, 10_000) if metric in ("cpu", "memory") else value
    place = int(bin_of(metric, value))
    assert place <= 253
    assert edges(metric)[place] <= value
    assert value < edges(metric)[place + 1] or place == 248


def test_bins_are_half_a_point_and_eighths_of_a_doubling():
    assert edges("cpu")[:3].tolist() == [0, 50, 100]
    assert len(edges("cpu")) == 202
    assert edges("net_in")[:10].tolist() == [0, 64, 72, 80, 88, 96, 104, 112, 120, 128]
    assert bin_of("cpu", np.array([-1, 0, 49, 50, 10_000])).tolist() == [-1, 0, 0, 1, 200]


def test_a_day_counts_observed_off_and_promised_samples():
    found = rolled({("vm", "cpu"): {DAY: [100, 250, -1, 120]}}, expected=6, vcpu={"vm": 4})
    assert (found.expected[0], found.observed[0], found.off[0]) == (6, 3, 1)
    assert (found.total[0], found.peak[0], found.vcpu[0]) == (470, 250, 4)
    assert found.bins.tolist() == [2, 5]
    assert found.counts.tolist() == [2, 1]
    assert found.hours[0, [0, 6, 12, 18]].tolist() == [3, 6, 0, 3]


def test_a_day_powered_off_is_neither_missing_nor_zero():
    found = rolled({("vm", "cpu"): {DAY: [-1, -1]}}, expected=2)
    assert (found.observed[0], found.off[0], found.peak[0]) == (0, 2, telemetry.OFF)
    assert len(found.bins) == 0


@pytest.fixture
def two():
    days = {DAY + timedelta(n): [n * 100, 50] for n in range(5)}
    return rolled({("b", "cpu"): days, ("a", "net_in"): days})


def same(one, other):
    return one.resources == other.resources and telemetry.digests(one) == telemetry.digests(other)


def test_the_lake_returns_what_was_added(tmp_path, two):
    lake = Lake(tmp_path)
    assert lake.add(two) == lake.add(two)
    assert same(lake.rollups(), two)
    assert same(telemetry.joined(list(lake.chunks(size=1))), two)


def test_the_lake_selects_resources_and_days(tmp_path, two):
    lake = Lake(tmp_path)
    lake.add(two)
    found = lake.rollups(["b"], DAY + timedelta(1), DAY + timedelta(2))
    assert found.resources == ("b",)
    assert found.total.tolist() == [150, 250]


def test_signals_of_two_sources_merge_and_a_blank_stays_unknown(tmp_path):
    lake = Lake(tmp_path)
    lake.add(telemetry.signals_of([("s", "logins", 1, 3), ("s", "logins", 2, None)]))
    lake.add(telemetry.signals_of([("s", "logins", 1, 5), ("r", "deploys", 1, 0)]))
    found = lake.signals()
    assert found.systems == ("r", "s")
    assert found.count.tolist() == [0, 5, 0]
    assert found.observed.tolist() == [True, True, False]
