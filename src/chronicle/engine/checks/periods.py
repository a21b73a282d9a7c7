"""On which days the values that stand together are too much: one sweep over the days of begins and ends."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from chronicle.engine.replay import Key, Span


class CertainDays(NamedTuple):
    """The days on which a span is certain, from ``first`` to ``last``, exclusive, and its weight."""

    first: datetime.date
    last: datetime.date | None
    weight: Fraction
    span: Span


class Crowd(NamedTuple):
    """The spans that stand together on the first day of a period on which they are too much."""

    day: datetime.date
    weight: Fraction
    newest: Span
    spans: tuple[Span, ...]


def certain_stretch(span: Span, weight: Fraction) -> CertainDays | None:
    """The days on which a span is certain, up to its first doubt; None if there is none."""
    first = span.certain_from
    ends = [doubt.since.earliest for doubt in span.doubts]
    ends += [] if span.certain_until is None else [span.certain_until]
    last = min(ends, default=None)
    return CertainDays(first, last, weight, span) if last is None or first < last else None


def crowds(
    stretches: Iterable[CertainDays], too_much: Callable[[Fraction, Collection[CertainDays]], bool]
) -> Iterator[Crowd]:
    """The first day of each period on which ``too_much`` (of the weight, and of what stands) is true.

    Within a period there is one more for each day on which a key not yet given raises the weight to a new
    maximum.
    """
    stretches = list(stretches)
    standing: dict[int, CertainDays] = {}
    weight, told, worst = Fraction(0), set[Key](), Fraction(0)
    for day, turns in _by_day(stretches):
        begun = [stretches[index] for index, begins in turns if begins]
        for index, begins in turns:
            stretch = stretches[index]
            if begins:
                standing[index] = stretch
                weight += stretch.weight
            else:
                del standing[index]
                weight -= stretch.weight
        if not too_much(weight, standing.values()):
            told, worst = set(), Fraction(0)
            continue
        others = [stretch for stretch in begun if stretch.span.key not in told]
        if weight > worst and (others or not told):
            newest = (others or begun or list(standing.values()))[-1]
            yield Crowd(day, weight, newest.span, tuple(stretch.span for stretch in standing.values()))
            told.update(stretch.span.key for stretch in standing.values())
            worst = weight


def _by_day(stretches: list[CertainDays]) -> Iterator[tuple[datetime.date, list[tuple[int, bool]]]]:
    days: dict[datetime.date, list[tuple[int, bool]]] = {}
    for index, stretch in enumerate(stretches):
        days.setdefault(stretch.first, []).append((index, True))
    for index, stretch in enumerate(stretches):
        if stretch.last is not None:
            days.setdefault(stretch.last, []).append((index, False))
    for day in sorted(days):
        yield day, days[day]
