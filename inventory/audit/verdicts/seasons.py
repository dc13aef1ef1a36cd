"""Yearly spans such as 06-20/07-05 as days; a span may run over New Year."""

from calendar import isleap
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from inventory.errors import Fault, InputError, Place
from inventory.text import _

type Span = tuple[date, date]


def spans(seasons: Sequence[str], first: date, last: date) -> Iterator[Span]:
    """Yield every span of the seasons that ends between two days, in order of its end."""
    found = (_span(season, year) for season in seasons for year in range(first.year - 1, last.year + 2))
    yield from sorted((s for s in found if first <= s[1] <= last), key=lambda s: (s[1], s[0]))


def last_ended(seasons: Sequence[str], first: date, as_of: date) -> Span | None:
    """Return the span that ended last before or on a day and began no earlier than ``first``."""
    whole = [span for span in spans(seasons, first, as_of) if span[0] >= first]
    return whole[-1] if whole else None


def next_end(seasons: Sequence[str], as_of: date) -> date:
    """Return the first day after ``as_of`` on which a span ends."""
    later = as_of + timedelta(days=1)
    return next(spans(seasons, later, later + timedelta(days=800)))[1]


def _span(season: str, year: int) -> Span:
    start, end = (_day(text, year) for text in season.split("/"))
    return (start, end) if start <= end else (start, _day(season.split("/")[1], year + 1))


def _day(text: str, year: int) -> date:
    """The day of a year; 29 February is the 28th in years without one."""
    month, day = int(text[:2]), int(text[3:])
    try:
        return date(year, month, 28 if (month, day) == (2, 29) and not isleap(year) else day)
    except ValueError:
        message = _("{text} is no day of the year").format(text=text)
        fix = _("write the season as MM-DD/MM-DD")
        raise InputError(
            [Fault("bad-season", Place("systems", column="seasons"), message, fix, text)]
        ) from None
