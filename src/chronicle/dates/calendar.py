"""The calendar: the names of months and quarters, where they end, and how long it is between two days.

The only file that knows pendulum. No text of a user reaches a parser of pendulum, which reads
"2014" as 1 January.
"""

from __future__ import annotations

import datetime
from typing import Final

# pendulum is imported inside the functions that need it. To import it costs about as much as all
# the rest of a start (35 to 60 ms, measured), and a history in which every date is a full day, a
# year or an open range of these never needs it.

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
QUARTERS: Final = ("first", "second", "third", "fourth")


def month_words(day: datetime.date) -> str:
    """The month of a day, with its year: "March 2014"."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def last_of(unit: str, year: int, month: int) -> datetime.date:
    """The last day of the ``unit``, a month or a quarter, in which this month lies."""
    import pendulum  # not before it is needed: see above

    # A plain date again: the subclass of pendulum is larger, slower to compare, and nobody's business.
    return datetime.date.fromordinal(pendulum.Date(year, month, 1).last_of(unit).toordinal())


def duration_words(first: datetime.date, last: datetime.date) -> str:
    """The time between two days in words: "1 year 3 months". Their order does not matter."""
    if first == last:
        return "0 days"
    import pendulum  # not before it is needed: see above

    start, end = (pendulum.Date(day.year, day.month, day.day) for day in sorted((first, last)))
    return start.diff(end).in_words(locale="en")
