"""What holds of roll-ups whatever the samples, and of samples however they arrive."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from inventory.audit import telemetry
from inventory.audit.telemetry import METRICS, OFF, Lake, bin_of, import_file
from inventory.audit.telemetry.buckets import from_arrow, to_arrow
from tests.rolled import rolled

START = 1_772_323_200
values = st.one_of(st.just(OFF), st.integers(0, 10_000))
days = st.dictionaries(
    st.integers(0, 20).map(lambda n: date(2026, 3, 1) + timedelta(n)),
    st.lists(values, min_size=1, max_size=8),
    min_size=1,
    max_size=4,
)
series = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from(METRICS)), days, min_size=1, max_size=4
)
calm = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@calm
@given(series)
def test_a_bucket_adds_up(given_series):
    found = rolled(given_series, expected=6)
    for row in range(len(found)):
        span = slice(found.start[row], found.start[row + 1])
        bins, counts = found.bins[span], found.counts[span]
        metric = METRICS[found.metric[row]]
        assert counts.sum() == found.observed[row]
        assert found.expected[row] >= found.observed[row] + found.off[row]
        assert found.hours[row].max() == bins.max(initial=-1) + 1
        if len(bins):
            assert bin_of(metric, found.peak[row]) == bins[-1]
            low, high = telemetry.edges(metric)[bins], telemetry.edges(metric)[bins + 1] - 1
            assert (low * counts).sum() <= found.total[row] <= (high * counts).sum()


@calm
@given(series, st.randoms(use_true_random=False))
def test_rows_survive_parquet_and_any_way_of_joining(given_series, chance):
    whole = rolled(given_series)
    wanted = telemetry.digests(whole)
    assert telemetry.digests(from_arrow(to_arrow(whole))) == wanted
    part = np.array([chance.randrange(3) for _row in range(len(whole))])
    parts = [whole.select(part == n) for n in range(3)]
    chance.shuffle(parts)
    assert telemetry.digests(telemetry.joined([*parts, parts[0]])) == wanted


@calm
@given(series)
def test_a_sample_more_is_never_less_use(given_series):
    (name, metric), of = next((key, found) for key, found in given_series.items() if found)
    day, taken = next(iter(of.items()))
    more = given_series | {(name, metric): of | {day: [*taken, 10_000]}}
    before, after = rolled(given_series), rolled(more)
    assert (after.peak >= before.peak).all()
    assert (after.observed >= before.observed).all()


rows = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.sampled_from(("cpu", "net_in")), st.integers(0, 40), st.integers(0, 99)
    ),
    min_size=1,
    max_size=30,
)


def imported(folder, parts):
    lake = Lake(folder)
    for number, part in enumerate(parts):
        lines = [f"{name},{metric},{START + 21_600 * step},{value}" for name, metric, step, value in part]
        path = Path(folder, f"{number}.csv")
        path.write_text("\n".join(["resource,metric,ts,value", *lines, ""]))
        import_file(lake, path, unit={"cpu": "percent", "net_in": "B/s"})
    return lake.digests()


@settings(calm, max_examples=10, phases=[Phase.explicit, Phase.generate])
@given(rows, st.integers(1, 3), st.randoms(use_true_random=False))
def test_files_in_any_number_and_order_with_repeats_say_the_same(given_rows, count, chance):
    unique = list({row[:3]: row for row in given_rows}.values())
    dealt = [[row for row in unique if chance.randrange(count) == 0] for _file in range(count)]
    seen = {row for part in dealt for row in part}
    dealt.append([row for row in unique if row not in seen] + unique[:1])
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as several:
        chance.shuffle(dealt)
        assert imported(several, [part for part in dealt if part]) == imported(one, [unique])
