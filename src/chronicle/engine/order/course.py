"""The possible values of a cell over the days of a group, and the stretches of each value."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from attrs import frozen

from chronicle.dates import FOREVER
from chronicle.engine.order.search import Arrangement


def days_of(
    kept: Sequence[Arrangement], windows: Sequence[tuple[int, int]]
) -> list[tuple[int, int | None, Arrangement]]:
    """Each node that can be the state at the end of some day, with the first and the last such day.

    Days are proleptic ordinals, both inclusive; the last is None for a node without an end.
    """
    found: list[tuple[int, int | None, Arrangement]] = []
    for node in kept:
        inside = [first for place, (first, _) in enumerate(windows) if node.mask >> place & 1]
        outside = [last for place, (_, last) in enumerate(windows) if not node.mask >> place & 1]
        low = max(inside, default=0)
        high = min(outside) - 1 if outside else None
        if high is None or low <= high:
            found.append((low, high, node))
    return found


class ValuesFrom(NamedTuple):
    """From a day on (an ordinal), the possible values of a cell, and whether one of them is in doubt."""

    day: int
    values: tuple[Any, ...]
    doubted: bool

    @property
    def sure(self) -> bool:
        """Whether there is one value, and no doubt about it."""
        return len(self.values) == 1 and not self.doubted


Course = Sequence[ValuesFrom]
"""The possible values of a cell over time."""


def course_of(stood: Sequence[tuple[int, int | None, Any, bool]]) -> Course:
    """The course of a cell, from its values, each with its first and last day (None: without an end).

    The last part of each says whether the value is in doubt.
    """
    starts = {low for low, *_ in stood} | {high + 1 for _, high, *_ in stood if high is not None}
    course: list[ValuesFrom] = []
    for day in sorted(starts):
        at = [each for each in stood if each[0] <= day and (each[1] is None or day <= each[1])]
        values, doubted = tuple(dict.fromkeys(each[2] for each in at)), any(each[3] for each in at)
        if not course or set(course[-1].values) != set(values) or course[-1].doubted != doubted:
            course.append(ValuesFrom(day, values, doubted))
    return course


def as_date(ordinal: int) -> datetime.date:
    """The day of a proleptic ordinal; for one outside the calendar its first or last day."""
    return datetime.date.fromordinal(max(1, min(ordinal, FOREVER.toordinal())))


@frozen
class Stretch:
    """A value with the places in a course (end exclusive) where it is possible, and where it is certain."""

    value: Any
    low: int
    high: int
    sure: tuple[int, int] | None


def stretches_of(course: Course) -> list[Stretch]:
    """The stretches of each value except none, sorted by their first places."""
    found: list[Stretch] = []
    for value in dict.fromkeys(value for each in course for value in each.values if value is not None):
        places = [place for place, each in enumerate(course) if value in each.values]
        for low, high in runs_of(places):
            found.append(Stretch(value, low, high, surely(course, range(low, high))))
    return sorted(found, key=lambda stretch: stretch.low)


def surely(course: Course, places: Sequence[int]) -> tuple[int, int] | None:
    """The longest run of places that are sure, if possible up to the end of the course."""
    alone = [place for place in places if course[place].sure]
    return max(runs_of(alone), key=lambda run: (run[1] == len(course), run[1] - run[0]), default=None)


def runs_of(places: Sequence[int]) -> list[tuple[int, int]]:
    """Places without gaps, as pairs of the first and the one after the last."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place:
            runs[-1] = runs[-1][0], place + 1
        else:
            runs.append((place, place + 1))
    return runs
