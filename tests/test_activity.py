"""Days of activity as lines and pictures: gaps are gaps, seasons run over New Year, runs cover the days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.audit.packs import State
from inventory.model import System
from planner.report import activity, zombie_charts
from planner.report.zombie_charts import Line

FIRST = date(2026, 1, 1)


def drawn(chart):
    """The data of a chart of one layer."""
    return chart.data.values


@given(st.lists(st.none() | st.integers(0, 12), min_size=1, max_size=60))
def test_the_runs_of_a_line_cover_the_observed_days_and_no_other(counts):
    cells = drawn(zombie_charts.timeline([Line("logins", FIRST, tuple(counts), (1, 3, 8))]))
    days = set()
    for cell in cells:
        start, end = (date.fromisoformat(cell[name][:10]) for name in ("start", "end"))
        run = {(start - FIRST).days + n for n in range((end - start).days)}
        assert not run & days
        days |= run
    assert days == {n for n, count in enumerate(counts) if count is not None}


@given(st.lists(st.integers(0, 12), min_size=1, max_size=40))
def test_a_day_without_use_is_never_drawn_as_one_of_use(counts):
    line = Line("logins", FIRST, tuple(counts), (1, 3, 8))
    none = {
        (date.fromisoformat(cell["start"][:10]) - FIRST).days
        for cell in drawn(zombie_charts.timeline([line]))
        if cell["most"] == 0
    }
    assert all(counts[n] == 0 for n in none)
    assert none or 0 not in counts


@pytest.mark.parametrize(
    ("season", "spans"),
    [
        ("06-01/06-30", [(date(2026, 6, 1), date(2026, 6, 30))]),
        ("12-20/01-15", [(FIRST, date(2026, 1, 15)), (date(2026, 12, 20), date(2026, 12, 31))]),
        ("02-01/02-29", [(date(2026, 2, 1), date(2026, 2, 28))]),
        ("03-01/02-10", [(FIRST, date(2026, 2, 10)), (date(2026, 3, 1), date(2026, 12, 31))]),
    ],
)
def test_seasons_are_cut_to_the_days_shown(season, spans):
    system = System(id="a", name="a", owner="o", runs_on="p", seasons=(season,))
    assert list(activity.seasons(system, FIRST, FIRST + timedelta(days=364))) == spans


def test_the_matrix_names_what_a_rule_cannot_tell():
    flags = {"gcp": {"a": State.flagged.name, "b": State.undetermined.name, "c": State.clear.name}}
    cells = drawn(zombie_charts.agreement(flags, {"gcp": "GCP"}))
    assert {cell["system"]: cell["answer"] for cell in cells} == {
        "a": "flagged",
        "b": "undetermined",
        "c": "not flagged",
    }
