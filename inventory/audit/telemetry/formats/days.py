"""Days and months as people write them."""

import re
from datetime import date

from inventory.audit.telemetry.zones import EPOCH, following

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{1,2}:\d{2}.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))")


def day_of(text: str) -> int | None:
    """Return the day of a text such as 2026-03-01, 2026/3/1, 20260301 or 2026年3月1日."""
    match = _DAY.fullmatch(text.strip()) or _COMPACT.fullmatch(text.strip())
    return _number(*map(int, match.groups())) if match else None


def month_of(text: str) -> tuple[int, int] | None:
    """Return the first and last day of a month such as 2026-03, 202603, 2026年3月, or of its first day."""
    match = _MONTH.fullmatch(text.strip())
    first = _number(int(match[1]), int(match[2] or match[3]), 1) if match else day_of(text)
    if first is None:
        return None
    begin = date.fromordinal(EPOCH.toordinal() + first).replace(day=1)
    return (begin - EPOCH).days, (following(begin) - EPOCH).days - 1


def month_in(text: str) -> tuple[int, int] | None:
    """Return the month that stands somewhere in a text, such as the name of a file."""
    match = re.search(r"(20\d{2})[-_/.年]?(0[1-9]|1[0-2]|[1-9](?=月))", text)
    return month_of(f"{match[1]}-{match[2]}") if match else None


def _number(year: int, month: int, day: int) -> int | None:
    try:
        return (date(year, month, day) - EPOCH).days
    except ValueError:
        return None
