"""The window of days that a text stands for: its first day, its last day (inclusive), and its precision."""

from __future__ import annotations

import datetime
import re
from typing import Final, Literal

from chronicle.dates.calendar import last_of

Precision = Literal["year", "quarter", "month", "day", "range"]
Window = tuple[datetime.date, datetime.date, Precision]

DAWN: Final = datetime.date.min
"""The first day that there is: where a range without a beginning begins."""
FOREVER: Final = datetime.date.max
"""The last day that there is: where a range without an end ends."""
QUALIFIERS: Final = "~?%"
"""The marks that a date may end with: approximate, uncertain, or both."""

_PLAIN = re.compile(r"([0-9]{4})(?:-(?:Q([1-4])|([0-9]{2})(?:-([0-9]{2}))?))?")
_RANGE = re.compile(r"\[([^.\[\]]*)\.\.([^.\[\]]*)\]")
_MONTHS_OF_YEAR = 12
_QUARTER_NUMBERS = {"33": 1, "34": 2, "35": 3, "36": 4}  # EDTF level 2


def plain_window(text: str) -> Window | None:
    """The window of a year, quarter, month or day; None when ``text`` is none of these."""
    parts = _PLAIN.fullmatch(text)
    if parts is None or parts[1] == "0000":
        return None
    year, quarter, month, day = int(parts[1]), parts[2], parts[3], parts[4]
    if day is not None:
        return _day_window(year, int(month), int(day))
    if quarter is not None:
        return _quarter_window(year, int(quarter))
    if month is None:
        return datetime.date(year, 1, 1), datetime.date(year, 12, 31), "year"
    if month in _QUARTER_NUMBERS:
        return _quarter_window(year, _QUARTER_NUMBERS[month])
    return month_window(year, int(month))


def _day_window(year: int, month: int, day: int) -> Window | None:
    try:
        date = datetime.date(year, month, day)
    except ValueError:
        return None
    return date, date, "day"


def month_window(year: int, month: int) -> Window | None:
    """The window of a month; None unless ``month`` is from 1 to 12."""
    if not 1 <= month <= _MONTHS_OF_YEAR:
        return None
    return datetime.date(year, month, 1), last_of("month", year, month), "month"


def _quarter_window(year: int, quarter: int) -> Window:
    month = 3 * quarter - 2
    return datetime.date(year, month, 1), last_of("quarter", year, month), "quarter"


def range_window(text: str) -> Window | None:
    """The window of a range in brackets, which may run backwards; None when ``text`` is no such range."""
    ends = _RANGE.fullmatch(text)
    if ends is None or ends[0] == "[..]":
        return None
    first = plain_window(ends[1]) if ends[1] else (DAWN, DAWN, "day")
    last = plain_window(ends[2]) if ends[2] else (FOREVER, FOREVER, "day")
    return (first[0], last[1], "range") if first and last else None
