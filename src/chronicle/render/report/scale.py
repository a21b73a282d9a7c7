"""The scale of the timeline: where days lie between the first and the last."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from attrs import frozen

from chronicle.dates import DAWN
from chronicle.events import Event

_MOST_YEARS = 8


@frozen
class Scale:
    """The days from ``first`` to ``last``, as a hundred parts."""

    first: int
    last: int

    @classmethod
    def of(cls, events: Iterable[Event]) -> Scale:
        """From the year of the first to that of the last day on which any of these may have happened."""
        edges = [edge for event in events for edge in (event.date.earliest, event.date.latest)]
        inside = [edge for edge in edges if DAWN < edge < datetime.date.max]
        if not inside:
            return cls(1, 366)
        first, last = min(inside).replace(month=1, day=1), max(inside).replace(month=12, day=31)
        return cls(first.toordinal(), last.toordinal() + 1)

    def at(self, day: int) -> str:
        """Where a day lies, in per cent of the whole; a day outside lies on the edge."""
        inside = min(max(day, self.first), self.last)
        return f"{100 * (inside - self.first) / (self.last - self.first):.2f}%"

    def wide(self, first: int, last: int) -> str:
        """How wide the days from one to another are, both inclusive."""
        begin, end = max(first, self.first), min(last + 1, self.last)
        return f"{100 * max(end - begin, 0) / (self.last - self.first):.2f}%"

    def years(self) -> list[tuple[str, str]]:
        """Some years, each with where it begins."""
        first = datetime.date.fromordinal(self.first).year
        last = datetime.date.fromordinal(self.last - 1).year
        step = -(-(last - first + 1) // _MOST_YEARS)
        return [
            (str(year), self.at(datetime.date(year, 1, 1).toordinal()))
            for year in range(first, last + 1, step)
        ]

    def words(self) -> str:
        """The years of the scale: "1994 to 2015"."""
        first = datetime.date.fromordinal(self.first).year
        last = datetime.date.fromordinal(self.last - 1).year
        return str(first) if first == last else f"{first} to {last}"
