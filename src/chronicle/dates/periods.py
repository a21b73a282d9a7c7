"""The last days of periods between two days: of days, weeks, months, quarters and years."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal

from chronicle.errors import Problem, UsageError, printable

Period = Literal["D", "W", "M", "Q", "Y"]
"""A day, a week up to its Sunday, a month, a quarter, a year."""


def ends_between(first: datetime.date, last: datetime.date, period: str) -> Iterator[datetime.date]:
    """The last day of each period, from ``first`` to ``last``, both inclusive.

    Raises ``UsageError``: C211 for an unknown period, C609 when ``last`` lies before ``first``.
    """
    if period not in _END_OF:
        help = "a period is D (day), W (week), M (month), Q (quarter) or Y (year)"
        raise UsageError(Problem("C211", f'no period "{printable(str(period))}"', help=help))
    if last < first:
        message = f"no day lies between {first} (start) and {last} (end)"
        raise UsageError(Problem("C609", message, help="give the earlier date as start"))
    return _ends(first, last, _END_OF[period])


def _ends(
    first: datetime.date, last: datetime.date, end_of: Callable[[datetime.date], datetime.date]
) -> Iterator[datetime.date]:
    day = end_of(first)
    while day <= last:
        yield day
        if day == datetime.date.max:
            return
        day = end_of(day + datetime.timedelta(days=1))


def _end_of_week(day: datetime.date) -> datetime.date:
    left = 6 - day.weekday()
    return day + datetime.timedelta(days=min(left, (datetime.date.max - day).days))


def _end_of_months(many: int) -> Callable[[datetime.date], datetime.date]:
    def end(day: datetime.date) -> datetime.date:
        month = day.month + (-day.month) % many
        if (day.year, month) == (datetime.MAXYEAR, 12):
            return datetime.date.max
        return datetime.date(day.year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)

    return end


_END_OF: Final[Mapping[str, Callable[[datetime.date], datetime.date]]] = MappingProxyType(
    {
        "D": lambda day: day,
        "W": _end_of_week,
        "M": _end_of_months(1),
        "Q": _end_of_months(3),
        "Y": _end_of_months(12),
    }
)
