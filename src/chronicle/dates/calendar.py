"""The calendar: the names of months and quarters, their last days, and durations between days.

The only module that imports pendulum. No text of a user reaches a parser of pendulum, which would read "2014"
as 1 January.
"""

from __future__ import annotations

import datetime
from typing import Final

# pendulum is imported inside the functions that need it: the import takes 35 to 60 ms, about as long as
# the rest of start-up, and a history whose dates are all days, years or ranges of these never needs it.

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
    """The last day of the ``unit`` (``"month"`` or ``"quarter"``) that contains this month."""
    import pendulum  # not before it is needed: see above

    # Given back as a plain date: pendulum's subclass is larger and slower to compare.
    return datetime.date.fromordinal(pendulum.Date(year, month, 1).last_of(unit).toordinal())


def duration_words(first: datetime.date, last: datetime.date, latest: datetime.date | None = None) -> str:
    """The time from ``first`` to ``last`` in words, rounded down: "1 year 3 months", "22 days".

    Where the beginning is only known to lie between ``first`` and ``latest`` (inclusive), the words give the
    shortest and the longest time: "1 year 2 to 3 months", "up to 5 months". Where that beginning has no
    earliest day (``first`` is ``DAWN``): "2 months or longer", or an empty text when the shortest is less
    than a day. Raises ``ValueError`` when the beginning may lie after ``last``.
    """
    latest = first if latest is None else latest
    if max(first, latest) > last:
        raise ValueError(f"{max(first, latest)} is after {last}")
    if first == latest:
        return _words(_elapsed(first, last)) or "0 days"
    shortest = _elapsed(latest, last)
    if first == datetime.date.min:
        least = _words(shortest, exact=False)
        return least and f"{least} or longer"
    return _range_words(_words(shortest, exact=False), _words(_elapsed(first, last), exact=False))


def _elapsed(first: datetime.date, last: datetime.date) -> tuple[int, int, int]:
    """Whole years, months and days between two days."""
    import pendulum  # not before it is needed: see above

    start, end = (pendulum.Date(day.year, day.month, day.day) for day in (first, last))
    passed = end - start
    return passed.years, passed.months, passed.weeks * 7 + passed.remaining_days


def _words(elapsed: tuple[int, int, int], exact: bool = True) -> str:
    """The years and months that are not zero, else the days. With ``exact``, months are followed by days."""
    import pendulum  # not before it is needed: see above

    years, months, days = elapsed
    if years or (months and not exact):
        days = 0
    length = pendulum.duration(years=years, months=months)
    words = [length.in_words(locale="en")] if years or months else []
    # Days are written here, since a duration of pendulum would turn them into weeks.
    return " ".join([*words, *([f"{days} day" if days == 1 else f"{days} days"] if days else [])])


def _range_words(shortest: str, longest: str) -> str:
    """Two lengths as one phrase, without repeating what they have in common."""
    if not shortest or shortest == longest:
        return longest if shortest else f"up to {longest}"
    *same, count, unit = shortest.split()
    *other, most, last_unit = longest.split()
    if same == other and unit.rstrip("s") == last_unit.rstrip("s"):
        return " ".join([*same, count, "to", most, last_unit])
    return f"{shortest} to {longest}"
