"""The scale of a picture of time: where days lie, and which years and months are written on it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

_APART: Final = 58.0
_YEARS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_MONTHS: Final = (1, 3)
_NAMES: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS_OF_A_MONTH: Final = 30.4


@frozen
class Axis:
    """The days from ``first`` to before ``last``, from ``left`` to ``right``."""

    first: datetime.date
    last: datetime.date
    left: float
    right: float

    @classmethod
    def over(cls, days: Iterable[datetime.date], left: float, right: float) -> Axis:
        """From the beginning of the first month to the end of the last; of a year where there is no day."""
        found = sorted(days) or [datetime.date(2000, 1, 1), datetime.date(2000, 12, 31)]
        first, last = found[0], found[-1]
        years = last.year - first.year
        if years > 2:
            begin = first.replace(month=1, day=1)
            end = _year(last.year + 1)
        else:
            begin, end = first.replace(day=1), _month_after(last)
        return cls(begin, end, left, right)

    def at(self, day: datetime.date) -> float:
        """Where a day begins; a day outside is at the edge."""
        whole = max(1, (self.last - self.first).days)
        part = min(max((day - self.first).days / whole, 0.0), 1.0)
        return round(self.left + part * (self.right - self.left), 1)

    def ticks(self) -> Iterator[tuple[float, str, bool]]:
        """The marks on it: where, what is written there, and whether a year begins."""
        days = (self.last - self.first).days
        per_day = (self.right - self.left) / max(1, days)
        for months in _MONTHS:
            if months * _DAYS_OF_A_MONTH * per_day >= _APART:
                yield from self._months(months)
                return
        step = next((years for years in _YEARS if years * 365 * per_day >= _APART), _YEARS[-1])
        for year in range(-(-self.first.year // step) * step, self.last.year + 1, step):
            day = _year(year)
            if self.first <= day <= self.last:
                yield self.at(day), str(year), True

    def _months(self, step: int) -> Iterator[tuple[float, str, bool]]:
        day, named = self.first, False
        while day < self.last:
            if (day.month - 1) % step == 0:
                begins, words = day.month == 1 or not named, _NAMES[day.month - 1]
                yield self.at(day), f"{words} {day.year}" if begins else words, begins
                named = True
            day = _month_after(day)


def _year(year: int) -> datetime.date:
    return datetime.date(year, 1, 1) if 1 <= year <= datetime.MAXYEAR else datetime.date.max


def _month_after(day: datetime.date) -> datetime.date:
    if (day.year, day.month) == (datetime.MAXYEAR, 12):
        return datetime.date.max
    return datetime.date(day.year + day.month // 12, day.month % 12 + 1, 1)
