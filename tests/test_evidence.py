"""Days of use: what counts as work, what is masked, what is unknown, and how sure a bound is."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import InputError
from inventory.audit import evidence
from inventory.audit.evidence import (
    WORK,
    Policy,
    Status,
    activity,
    items,
    lower_bound,
    read_policy,
    upper_bound,
)
from inventory.text import speaking
from tests.quiet import AS_OF, LAST, YEAR, machine

POLICY = read_policy()
CPU, NET_IN = WORK.index("cpu"), WORK.index("net_in")


def at_most(active, observed, share):
    """Exact probability of so many active days or fewer."""
    p = Fraction(share, 10_000)
    return sum(comb(observed, k) * p**k * (1 - p) ** (observed - k) for k in range(active + 1))


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_bound_is_the_least_share_that_is_unlikely(days):
    bound = upper_bound(*days)
    assert bound == 10_000 or at_most(*days, bound) <= Fraction(1, 20)
    assert at_most(*days, bound - 1) > Fraction(1, 20)
    assert lower_bound(*days) == (10_000 - upper_bound(days[1] - days[0], days[1]) if days[0] else 0)


@pytest.mark.parametrize(("n", "bound"), [(90, 328), (182, 164), (365, 82)])
def test_no_day_of_use_bounds_the_rate_by_the_root_of_one_in_twenty(n, bound):
    assert upper_bound(0, n) == bound
    assert bound - 1 < 10_000 * (1 - 0.05 ** (1 / n)) <= bound


def item(known, active=None, worked=None):
    known = np.array(known, np.bool_)
    active = np.zeros_like(known) if active is None else np.array(active, np.bool_)
    hours = None if worked is None else worked[None, None]
    ((found,),) = items(["logins"], active[None, None], known[None, None], AS_OF, POLICY, hours)
    return found


def days(length, **missing):
    known = np.ones(length, np.bool_)
    for offset in missing.get("lost", ()):
        known[length - 1 - offset] = False
    return known


def test_the_auditors_sentence():
    found = item(days(182))
    assert found.sentence == ("0 of 182 observed days; with 95 % confidence used on fewer than 1.7 % of days")
    with speaking("zh_CN"):
        assert "182" in found.sentence


@pytest.mark.parametrize(
    ("length", "lost", "status"),
    [
        (YEAR, (), Status.unused),
        (YEAR, range(100, 119), Status.unused),
        (YEAR, range(100, 120), Status.unknown),
        (YEAR, range(20), Status.unknown),
        (100, range(1, 100, 10), Status.unused),
        (100, range(1, 100, 9), Status.unknown),
        (100, range(40, 45), Status.unknown),
        (89, (), Status.unknown),
        (90, (), Status.unused),
    ],
)
def test_what_is_missing_makes_unknown(length, lost, status):
    assert item(days(length, lost=lost)).status is status


def test_one_day_is_use_however_little_is_known():
    known, active = np.zeros(YEAR, np.bool_), np.zeros(YEAR, np.bool_)
    active[200] = True
    found = item(known, active)
    assert (found.status, found.active, found.observed) == (Status.used, 1, 1)
    assert (AS_OF - found.last).days == YEAR - 1 - 200


def test_days_before_the_first_are_no_gap_but_no_memory_either():
    known = days(YEAR)
    known[:200] = False
    found = item(known)
    assert (found.status, found.days, found.gap, found.remembers) == (Status.unused, 195, 0, False)


def test_a_machine_rests_while_it_works_in_a_twentieth_of_the_hours():
    worked = np.zeros(YEAR, np.int64)
    worked[:237] = 2
    found = item(days(YEAR), worked > 0, worked)
    assert (found.status, found.active, found.hours) == (Status.unused, 237, 474)
    assert found.sentence == "work on 237 of 395 observed days, in 5.0 % of their hours"
    worked[237] = 1
    assert item(days(YEAR), worked > 0, worked).status is Status.used


def work(rollups, policy=POLICY):
    return activity([rollups], LAST - YEAR + 1, LAST, policy)


def test_rest_is_no_work_and_a_single_sample_is():
    found = work(machine("m", bursts=[("cpu", 6000, [10], {3}), ("net_in", 90_000, [11], {5})]))
    assert np.flatnonzero(found.active[0, CPU]).tolist() == [YEAR - 1 - 3]
    assert np.flatnonzero(found.active[0, NET_IN]).tolist() == [YEAR - 1 - 5]
    assert found.known.all()


def test_who_works_all_the_time_does_not_rest():
    found = work(machine("m", rest={"cpu": 4000}))
    assert found.active[0, CPU].all()
    assert found.floor[0, CPU] == POLICY["ceiling.cpu"]


@pytest.mark.parametrize(
    ("hours", "share", "masked"),
    [([2], 0.71, True), ([1, 2, 3], 0.9, True), ([2], 0.69, False), ([1, 2, 3, 4], 0.99, False)],
)
def test_a_job_at_a_fixed_time_is_masked_and_logged(hours, share, masked):
    nights = set(range(int(YEAR * share) + 1))
    found = work(machine("m", bursts=[("cpu", 6000, hours, nights)]))
    assert found.active[0, CPU].sum() == (0 if masked else len(nights))
    assert np.flatnonzero(found.jobs[0, CPU]).tolist() == (hours if masked else [])
    assert found.masked[0, CPU] == (len(nights) if masked else 0)


def test_a_job_does_not_hide_work_at_another_hour():
    found = work(machine("m", bursts=[("cpu", 6000, [2], set(range(YEAR))), ("cpu", 6000, [14], {7})]))
    assert np.flatnonzero(found.active[0, CPU]).tolist() == [YEAR - 1 - 7]


def test_off_is_known_and_missing_is_not():
    found = work(machine("m", off=range(10), lost=range(20, 25)))
    known = found.known[0, CPU]
    assert known[-10:].all()
    assert not known[YEAR - 25 : YEAR - 20].any()
    assert not found.active.any()


def test_many_machines_do_not_mix():
    busy = machine("b", bursts=[("cpu", 6000, [10], {3})])
    found = activity([machine("a"), busy], LAST - YEAR + 1, LAST, POLICY)
    assert found.resources == ("a", "b")
    assert found.active[:, CPU].sum(axis=1).tolist() == [0, 1]


def test_the_policy_says_what_is_assumed():
    assert {"prior", "rate", "cap.human"} <= {row.id for row in POLICY.assumptions}
    assert all(row.source for row in POLICY.settings if not row.assumed)
    with pytest.raises(InputError, match="lacks nothing_known"):
        POLICY["nothing_known"]


def test_the_digest_follows_the_numbers():
    rows = [r.model_copy(update={"value": r.value + (r.id == "prior")}) for r in POLICY.settings]
    assert (
        Policy(**{**dict(POLICY), "settings": rows}).digest != POLICY.digest == evidence.read_policy().digest
    )
