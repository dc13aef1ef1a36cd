"""Time zones in integers: the offset of a zone as SQL that DuckDB and ClickHouse both run."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inventory.errors import UsageError
from inventory.text import _

EPOCH = date(1970, 1, 1)
DAY = 86_400
_FIRST, _LAST = 1992, 2060
"""Years whose changes of the clock are known to the roll-ups."""


@cache
def zone(name: str) -> ZoneInfo:
    """Return a time zone by its name.

    Raises:
        UsageError: there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = _("There is no time zone {name!r}; write it like Asia/Shanghai or UTC.")
        raise UsageError(message.format(name=name)) from error


@cache
def changes(name: str) -> tuple[tuple[int, int], ...]:
    """Return (UTC second, offset in seconds from then on), the first from the start of time."""
    found = [(0, _offset(name, _second(_FIRST)))]
    for day in range(_second(_FIRST) // DAY, _second(_LAST) // DAY):
        after = _offset(name, (day + 1) * DAY)
        if after != found[-1][1]:
            found.append((_change(name, day * DAY, (day + 1) * DAY), after))
    return tuple(found)


def _second(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


def _offset(name: str, second: int) -> int:
    moved = datetime.fromtimestamp(second, zone(name)).utcoffset() or timedelta()
    return int(moved.total_seconds())


def _change(name: str, low: int, high: int) -> int:
    before = _offset(name, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(name, middle) == before else (low, middle)
    return high


def local(column: str, name: str, first: int | None = None, last: int | None = None) -> str:
    """Return SQL of the local second of a UTC second.

    Args:
        column: SQL of the UTC second.
        name: the zone.
        first: no earlier second occurs, so that fewer cases are needed.
        last: no later second occurs.
    """
    return f"({column} + {_cases(column, changes(name), first, last)})"


def utc(column: str, name: str) -> str:
    """Return SQL of the UTC second of a local one; where a local hour occurs twice, the first."""
    known = changes(name)
    shifted = [(at + known[max(i - 1, 0)][1], offset) for i, (at, offset) in enumerate(known)]
    return f"({column} - {_cases(column, tuple(shifted), None, None)})"


def _cases(column: str, known: tuple[tuple[int, int], ...], first: int | None, last: int | None) -> str:
    ends = [at for at, _offset in known[1:]]
    live = [
        (at, offset)
        for (at, offset), end in zip(known, [*ends, None], strict=True)
        if (last is None or at <= last) and (first is None or end is None or end > first)
    ]
    if len(live) == 1:
        return str(live[0][1])
    cases = " ".join(f"WHEN {column} >= {at} THEN {offset}" for at, offset in reversed(live[1:]))
    return f"CASE {cases} ELSE {live[0][1]} END"


def midnight(day: date, name: str) -> int:
    """Return the UTC second at which a local day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone(name)).timestamp())


def months(first: int, last: int, name: str) -> list[date]:
    """Return the first day of every local month between two UTC seconds."""
    begin, end = (datetime.fromtimestamp(second, zone(name)).date() for second in (first, last))
    found, month = [], begin.replace(day=1)
    while month <= end:
        found.append(month)
        month = following(month)
    return found


def following(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)
