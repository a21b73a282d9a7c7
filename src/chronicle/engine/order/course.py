"""The possible values of a cell over the days of a group, and the stretches of each value."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

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


Course = Sequence[tuple[int, tuple[Any, ...]]]
"""The possible values of a cell over time: pairs of a first day (an ordinal) and the values from it on."""


def course_of(stood: Sequence[tuple[int, int | None, Any]]) -> Course:
    """The course of a cell, from its values, each with its first and last day (None: without an end)."""
    starts = sorted({low for low, _, _ in stood} | {high + 1 for _, high, _ in stood if high is not None})
    course: list[tuple[int, tuple[Any, ...]]] = []
    for day in starts:
        at = (value for low, high, value in stood if low <= day and (high is None or day <= high))
        values = tuple(dict.fromkeys(at))
        if not course or set(course[-1][1]) != set(values):
            course.append((day, values))
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
    for value in dict.fromkeys(value for _, values in course for value in values if value is not None):
        places = [place for place, (_, values) in enumerate(course) if value in values]
        for low, high in runs_of(places):
            found.append(Stretch(value, low, high, surely(course, range(low, high))))
    return sorted(found, key=lambda stretch: stretch.low)


def surely(course: Course, places: Sequence[int]) -> tuple[int, int] | None:
    """The longest run of places with one value only, if possible up to the end of the course."""
    alone = [place for place in places if len(course[place][1]) == 1]
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
