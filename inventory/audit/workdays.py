"""Chinese working days: weekdays, less the days off, plus the make-up days (调休) of each year's notice.

The notices are data (``configs/registries/working_days.yaml``). A year without a notice is
unknown and an error, never Monday to Friday.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Self

from inventory.errors import Fault, InputError, Place, UsageError
from inventory.loader import read_document
from inventory.model import Part
from inventory.model.base import Count
from inventory.resources import resource
from inventory.text import _

_DAY = timedelta(days=1)
_TABLE = ("registries", "working_days.yaml")


class UnknownYearError(UsageError):
    """The calendar has no notice for a year; ``year`` says which."""

    def __init__(self, year: int, table: str) -> None:
        self.year = year
        message = _(
            "the working days of {year} are unknown: add the State Council's notice for {year} to {table}"
        )
        super().__init__(message.format(year=year, table=table))


class Holiday(Part):
    """Days off that belong together, weekends inside them included."""

    name: str
    """Example: 春节."""
    first: date
    """First day off."""
    last: date
    """Last day off."""


class Year(Part):
    """What the notice for one year says."""

    year: int
    """Example: 2026."""
    document: str
    """Number of the notice. Example: 国办发明电〔2025〕7号."""
    title: str
    """Title of the notice."""
    url: str
    """Where it is published."""
    off: tuple[Holiday, ...]
    """Days off."""
    made_up: tuple[date, ...] = ()
    """Saturdays and Sundays on which people work."""


class Notices(Part):
    """The table of notices."""

    name: str
    """What the table is."""
    years: tuple[Year, ...]
    """One notice a year."""


class Term(Part):
    """A time allowed: months first, then days, then working days."""

    months: Count = 0
    """Calendar months."""
    days: Count = 0
    """Calendar days."""
    working_days: Count = 0
    """Working days."""
    basis: str = "assumption"
    """Document and clause; ``assumption`` where none is known."""


class Calendar:
    """The working days of the years whose notices are known."""

    def __init__(self, notices: Notices, table: str) -> None:
        self.years = {notice.year: notice for notice in notices.years}
        """Notices by year."""
        self._table = table
        self._off = {day for notice in notices.years for holiday in notice.off for day in _days(holiday)}
        self._made_up = {day for notice in notices.years for day in notice.made_up}

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a table of notices.

        Raises:
            InputError: every fault of the table.
        """
        notices = read_document(path, Notices)
        if faults := list(_faults(notices, Place(path.as_posix()))):
            raise InputError(faults)
        return cls(notices, path.as_posix())

    @staticmethod
    def shipped() -> "Calendar":
        """Return the calendar that comes with the program."""
        return _shipped()

    def is_working(self, day: date) -> bool:
        """Say whether people work on a day.

        Raises:
            UnknownYearError: the year has no notice here.
        """
        if day.year not in self.years:
            raise UnknownYearError(day.year, self._table)
        return day in self._made_up or (day.weekday() < 5 and day not in self._off)

    def add_working_days(self, day: date, count: int) -> date:
        """Return the ``count``-th working day after a day; the day itself does not count.

        Raises:
            UnknownYearError: the count reaches a year without a notice.
        """
        while count > 0:
            day += _DAY
            count -= self.is_working(day)
        return day

    def working_days_after(self, day: date, last: date) -> int:
        """Count the working days after ``day`` up to and including ``last``."""
        return sum(self.is_working(day + _DAY * n) for n in range(1, (last - day).days + 1))

    def due(self, day: date, term: Term) -> date:
        """Return the last day of a term that begins the day after ``day``.

        A month ends on the same day of the month, or on its last day; where months and days
        end on a day off, the term runs to the next working day (民法典第二百零二、二百零三条).

        Raises:
            UnknownYearError: the term reaches a year without a notice.
        """
        end = _months_later(day, term.months) + _DAY * term.days
        if end > day and not self.is_working(end):
            end = self.add_working_days(end, 1)
        return self.add_working_days(end, term.working_days)


@cache
def _shipped() -> Calendar:
    return Calendar.read(resource(*_TABLE))


def _days(holiday: Holiday) -> Iterator[date]:
    for n in range((holiday.last - holiday.first).days + 1):
        yield holiday.first + _DAY * n


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + _DAY * (day.day - 1), following - _DAY)


def _faults(notices: Notices, place: Place) -> Iterator[Fault]:
    years = [notice.year for notice in notices.years]
    for year in sorted({year for year in years if years.count(year) > 1}):
        yield _fault(place, _("two notices for {year}").format(year=year), str(year))
    for notice in notices.years:
        off = [day for holiday in notice.off for day in _days(holiday)]
        for day in sorted({day for day in off if off.count(day) > 1}):
            yield _fault(place, _("two holidays on the same day"), day.isoformat())
        for holiday in notice.off:
            if holiday.last < holiday.first or notice.year not in (holiday.first.year, holiday.last.year):
                yield _fault(
                    place, _("the holiday lies outside its year or ends before it begins"), holiday.name
                )
        for day in notice.made_up:
            if day.year != notice.year or day.weekday() < 5 or day in off:
                message = _("a make-up day must be a Saturday or Sunday of the year that is not off")
                yield _fault(place, message, day.isoformat())


def _fault(place: Place, message: str, value: str) -> Fault:
    return Fault("bad-calendar", place, message, _("write what the notice says"), value)
