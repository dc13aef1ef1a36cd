"""Quantities: words in, whole steps inside, numbers out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import units
from inventory.units import QuantityError, divide, parse, show, split

UNITS = [value for value in vars(units).values() if isinstance(value, units.Unit)]
STEPS = st.integers(-(10**15), 10**15)


@given(st.sampled_from(UNITS), STEPS)
def test_parse_reads_back_what_show_writes(unit, steps):
    assert parse(unit, show(unit, steps)) == steps


@given(st.sampled_from(UNITS), st.integers(0, 10**12))
def test_every_spelling_scales_exactly(unit, number):
    for suffix, factor in unit.spellings.items():
        exact = number * factor * unit.scale
        if exact.denominator == 1:
            assert parse(unit, f"{number} {suffix.upper()}") == exact


@pytest.mark.parametrize(
    ("unit", "raw", "steps"),
    [
        (units.YUAN, "3.5 万元", 3_500_000),
        (units.YUAN, "1,234.56", 123_456),
        (units.YUAN, "100元", 10_000),
        (units.GIB, "1.5 TiB", 1536),
        (units.GIB, 16.0, 16),
        (units.MBIT, "1 Gbps", 1000),
        (units.PERCENT, "35%", 3500),
        (units.RATIO, "0.85", 8500),
        (units.RATIO, "85 %", 8500),
        (units.MILLISECOND, "250 us", 250),
        (units.PERSON_MONTH, "1.25人月", 125),
    ],
)
def test_what_people_write(unit, raw, steps):
    assert parse(unit, raw) == steps


@pytest.mark.parametrize(
    ("unit", "raw", "code"),
    [
        (units.GIB, "lots", "not-a-number"),
        (units.GIB, "", "not-a-number"),
        (units.GIB, True, "not-a-number"),
        (units.GIB, "1,5", "not-a-number"),
        (units.GIB, "1.2.3", "not-a-number"),
        (units.GIB, "nan", "not-a-number"),
        (units.GIB, "9" * 5000, "not-a-number"),
        (units.GIB, "16 vCPU", "wrong-unit"),
        (units.YUAN, "10 USD", "wrong-unit"),
        (units.VCPU, "1.5", "too-fine"),
        (units.YUAN, "0.001", "too-fine"),
    ],
)
def test_what_is_no_quantity(unit, raw, code):
    with pytest.raises(QuantityError) as caught:
        parse(unit, raw)
    assert caught.value.code == code
    assert caught.value.fix


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**6))
def test_divide_rounds_half_away_from_zero(amount, by):
    rounded = divide(amount, by)
    assert 2 * abs(rounded * by - amount) <= by
    assert divide(-amount, by) == -rounded


@given(STEPS, st.lists(st.integers(0, 10**4), min_size=1).filter(any))
def test_split_adds_up_and_stays_near_the_share(amount, weights):
    parts = split(amount, weights)
    assert sum(parts) == amount
    assert all(
        abs(p * sum(weights) - amount * w) <= sum(weights) for p, w in zip(parts, weights, strict=True)
    )
