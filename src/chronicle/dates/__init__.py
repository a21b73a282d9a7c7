"""Dates as sources give them: a year, a quarter, a month, a day, or a range of days.

A ``PartialDate`` is a window of days together with the text that was written. Nothing is rounded to the first
of a month: "2014" stays the year 2014. The text forms are a subset of EDTF (ISO 8601-2); ``parse_date`` reads
them and ``str`` gives back exactly what was read.

The only package that imports pendulum, for the ends of months and quarters and for durations in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chronicle.dates.calendar import MONTHS, QUARTERS, duration_words
from chronicle.dates.moments import Moment, as_moment
from chronicle.dates.partial import Day, PartialDate, as_date, as_day, order_of, parse_date
from chronicle.dates.windows import DAWN, FOREVER, Precision
from chronicle.errors.exports import exported

if TYPE_CHECKING:
    from chronicle.dates.periods import Period, ends_between
    from chronicle.dates.relative import RELATIVE, relative_date, relative_text, spelled_out

__all__ = [
    "DAWN",
    "FOREVER",
    "MONTHS",
    "QUARTERS",
    "RELATIVE",
    "Day",
    "Moment",
    "PartialDate",
    "Period",
    "Precision",
    "as_date",
    "as_day",
    "as_moment",
    "duration_words",
    "ends_between",
    "order_of",
    "parse_date",
    "relative_date",
    "relative_text",
    "spelled_out",
]

__getattr__ = exported(
    __name__,
    {
        "periods": ("Period", "ends_between"),
        "relative": ("RELATIVE", "relative_date", "relative_text", "spelled_out"),
    },
)
