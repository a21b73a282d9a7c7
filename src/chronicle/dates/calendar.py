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


def duration_words(first: datetime.date, last: datetime.date, latest: datetime.date | None = None) -> str:
    """How long it is from ``first`` to ``last`` in words, rounded down: "1 year 3 months", "22 days".

    Where the beginning is only known to lie between ``first`` and ``latest`` (inclusive), the shortest
    and the longest that it can be: "1 year 2 to 3 months", "up to 5 months", and with a beginning that has no
    earliest day "2 months or longer". Empty where it may be no day at all and nobody knows the longest.
    Raises ``ValueError`` when the beginning may lie after ``last``.
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
    """Years and months, else months, else days, those that are not zero; months have days where ``exact``."""
    import pendulum  # not before it is needed: see above

    years, months, days = elapsed
    if years or (months and not exact):
        days = 0
    length = pendulum.duration(years=years, months=months)
    words = [length.in_words(locale="en")] if years or months else []
    # Not a duration of pendulum, which makes weeks of days.
    return " ".join([*words, *([f"{days} day" if days == 1 else f"{days} days"] if days else [])])


def _range_words(shortest: str, longest: str) -> str:
    """Two lengths as one phrase, in which what both begin with and the unit of both are said once."""
    if not shortest or shortest == longest:
        return longest if shortest else f"up to {longest}"
    *same, count, unit = shortest.split()
    *other, most, last_unit = longest.split()
    if same == other and unit.rstrip("s") == last_unit.rstrip("s"):
        return " ".join([*same, count, "to", most, last_unit])
    return f"{shortest} to {longest}"
