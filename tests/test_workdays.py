"""Working days: the notices of three years against an independent library, terms, and unknown years."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import InputError
from inventory.audit.workdays import Calendar, Term, UnknownYearError
from inventory.resources import resource

CALENDAR = Calendar.shipped()
DAYS = st.dates(date(2024, 1, 1), date(2026, 11, 30))


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_agrees_with_an_independent_calendar(year):
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    assert [d for d in days if CALENDAR.is_working(d) != chinese_calendar.is_workday(d)] == []


def test_each_year_names_its_notice():
    named = {year: notice.document for year, notice in CALENDAR.years.items()}
    assert named == {
        2024: "国办发明电〔2023〕7号",
        2025: "国办发明电〔2024〕12号",
        2026: "国办发明电〔2025〕7号",
    }


def test_make_up_days_count_and_holidays_do_not():
    assert CALENDAR.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert CALENDAR.add_working_days(date(2026, 10, 8), 2) == date(2026, 10, 10)  # a Saturday


def test_a_year_without_a_notice_is_an_error_that_names_the_table():
    with pytest.raises(UnknownYearError, match=r"2027.*working_days\.yaml") as caught:
        CALENDAR.add_working_days(date(2026, 12, 30), 5)
    assert caught.value.year == 2027


@pytest.mark.parametrize(
    ("day", "term", "due"),
    [
        (date(2026, 3, 18), Term(months=1), date(2026, 4, 20)),  # 18 April is a Saturday
        (date(2026, 1, 31), Term(months=1), date(2026, 2, 28)),  # no 31 February; a make-up Saturday
        (date(2026, 8, 31), Term(months=1, working_days=5), date(2026, 10, 13)),
        (date(2026, 9, 1), Term(days=30), date(2026, 10, 8)),
        (date(2026, 9, 30), Term(working_days=5), date(2026, 10, 13)),
        (date(2026, 10, 1), Term(), date(2026, 10, 1)),
    ],
)
def test_terms_end_when_the_law_says(day, term, due):
    assert CALENDAR.due(day, term) == due


@given(DAYS, st.integers(0, 15))
def test_adding_and_counting_are_inverse(day, count):
    last = CALENDAR.add_working_days(day, count)
    assert CALENDAR.working_days_after(day, last) == count
    assert count == 0 or CALENDAR.is_working(last)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("made_up: [2026-01-04", "made_up: [2026-01-05", "Saturday or Sunday"),
        ("first: 2026-06-19", "first: 2026-07-19", "outside its year or ends before"),
        ("year: 2025", "year: 2024", "two notices"),
        ("first: 2025-05-01", "first: 2025-04-06", "two holidays"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path, old, new, told):
    text = resource("registries", "working_days.yaml").read_text()
    assert old in text
    (tmp_path / "days.yaml").write_text(text.replace(old, new))
    with pytest.raises(InputError, match=told):
        Calendar.read(tmp_path / "days.yaml")
