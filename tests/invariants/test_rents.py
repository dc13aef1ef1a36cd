"""Prices in even quarters: never below what some quarters cost, and exact where quarters are even."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from planner.problem.amounts import quarters
from planner.rules.rents import open_pools, rents
from tests import tiny

PRICES = st.integers(min_value=1, max_value=3_000_000)


def mover(*prices):
    """A system of which each workload may go to two pools of one platform at some prices."""
    city = tiny.city("a", pools=[*tiny.pools(), tiny.hygon()])
    found = tiny.problem(city, tiny.scenario()).mover["a"]
    (crew,) = found.crews
    priced = zip(crew.options, prices, strict=True)
    return replace(found, crews=(replace(crew, options=tuple(replace(o, om_cost=p) for o, p in priced)),))


def of_dearer(system, low, high):
    """What one machine costs at the dearer place, counted and true, by quarter."""
    (crew,) = system.crews
    (key,) = [(crew.workload, o.pool) for o in crew.options if o.om_cost == high and low != high]
    return rents(system).quarters[key], quarters(high)


@given(PRICES, PRICES)
def test_no_quarters_from_any_on_cost_more_than_is_counted(one, other):
    low, high = sorted((one, other))
    if low == high:
        assert set(rents(mover(one, other)).beyond.values()) == {0}
        return
    counted, true = of_dearer(mover(one, other), low, high)
    for q in range(4):
        assert sum(counted[q:]) >= sum(true[q:])
        assert sum(counted[: q + 1]) >= sum(true[: q + 1])
        assert counted[q] >= true[q]
    assert sum(counted) - sum(true) <= 8


@given(PRICES.map(lambda n: 4 * n), PRICES.map(lambda n: 4 * n))
def test_even_quarters_are_counted_exactly(one, other):
    if one != other:
        counted, true = of_dearer(mover(one, other), min(one, other), max(one, other))
        assert tuple(counted) == true
    assert rents(mover(one, other)).rounded == 0


@given(PRICES, PRICES, st.integers(0, 3), st.integers(1, 3))
def test_no_rise_into_a_year_in_part_is_more_than_is_counted(one, other, q, parts):
    """A cutover in quarter q of a whole year, and what the first quarters of the next say annualised."""
    system = mover(one, other)
    found, (crew,) = rents(system), system.crews
    for option in crew.options:
        key = crew.workload, option.pool
        counted, true = found.quarters[key], quarters(option.om_cost)
        rise = [4 * sum(of[:parts]) - parts * sum(of[q:]) for of in (counted, true)]
        assert rise[1] <= rise[0] + parts * found.ahead[key]
        assert 0 <= found.ahead[key] <= 16


@given(PRICES, PRICES)
def test_what_all_machines_cost_at_the_cheapest_and_the_dearest_places(one, other):
    system = mover(one, other)
    found, (crew,) = rents(system), system.crews
    (platform,) = open_pools(system)
    assert found.least[platform] == [crew.count * part for part in quarters(min(one, other))]
    assert found.most == crew.count * max(found.beyond.values())
    assert found.rounded == found.most - crew.count * abs(one - other)
