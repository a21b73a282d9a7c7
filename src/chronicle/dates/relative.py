"""Days counted from today, as people type them in a question: ``today``, ``last-year``, ``30-days-ago``.

They are for questions only. A file must mean the same day whenever it is read.
"""

from __future__ import annotations

import datetime
import re
from typing import Final

from chronicle.dates.partial import PartialDate, parse_date
from chronicle.dates.windows import month_window

RELATIVE: Final = (
    "today",
    "yesterday",
    "tomorrow",
    *(f"{which}-{period}" for which in ("this", "last") for period in ("month", "quarter", "year")),
)
"""The words for days and periods that are counted from today."""

_DAYS: Final = {"today": 0, "yesterday": -1, "tomorrow": 1}
_PERIOD: Final = re.compile(r"(this|last) (month|quarter|year)")
_AGO: Final = re.compile(r"(\d{1,6}) (day|week|month|year)s? ago")
_SHORT: Final = re.compile(r"-(\d{1,6})([dwmy])")
_UNITS: Final = {"d": "day", "w": "week", "m": "month", "y": "year"}
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


def relative_date(text: str, today: datetime.date) -> PartialDate | None:
    """The date that ``text`` means on the day ``today``; None for a text that is not counted from today.

    ``last-year`` is the whole year before, as ``2025`` is, so that it stands for its last day where a day is
    asked for. Words may be separated by ``-``, ``.``, ``_`` or a blank; case does not matter. None also for a
    day before the year 1.
    """
    meant = relative_text(text, today)
    return None if meant is None else parse_date(meant)


def relative_text(text: str, today: datetime.date) -> str | None:
    """The same as the text of the date."""
    words = " ".join(re.split(r"[\s._-]+", text.strip().lower())) if text[:1] != "-" else text.lower()
    if words in _DAYS:
        return _day(today, "day", -_DAYS[words])
    if period := _PERIOD.fullmatch(words):
        return _period(today, back=period[1] == "last", unit=period[2])
    if ago := _AGO.fullmatch(words):
        return _day(today, ago[2], int(ago[1]))
    short = _SHORT.fullmatch(words)
    return _day(today, _UNITS[short[2]], int(short[1])) if short else None


def spelled_out(text: str) -> str:
    """``-30d`` as ``30-days-ago``, which does not begin as an option does; any other text as it is."""
    short = _SHORT.fullmatch(text.lower())
    return text if short is None else f"{short[1]}-{_UNITS[short[2]]}s-ago"


def _day(today: datetime.date, unit: str, back: int) -> str | None:
    """The day so many units before today; in a shorter month its last day."""
    try:
        if unit in ("day", "week"):
            return (today - datetime.timedelta(days=back * (7 if unit == "week" else 1))).isoformat()
        year, month = _month(today, back * _MONTHS[unit])
        last = month_window(year, month)
        return None if last is None else last[1].replace(day=min(today.day, last[1].day)).isoformat()
    except (OverflowError, ValueError):
        return None


def _period(today: datetime.date, back: bool, unit: str) -> str:
    year, month = _month(today, _MONTHS[unit] if back else 0)
    texts = {
        "month": f"{year:04}-{month:02}",
        "quarter": f"{year:04}-Q{(month + 2) // 3}",
        "year": f"{year:04}",
    }
    return texts[unit]


def _month(today: datetime.date, back: int) -> tuple[int, int]:
    """The year and the month so many months before that of today."""
    months = today.year * 12 + today.month - 1 - back
    return months // 12, months % 12 + 1
