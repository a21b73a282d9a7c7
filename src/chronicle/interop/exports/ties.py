"""Ties as formats of registers can say them: one value from a begin to an end, each with a window.

Such a format has no way to say that one of several values is so. Where the dates of a tie leave open what
comes first, it is told by day instead: a holding as the range around all the shares that are possible between
two days, which is certain; any other tie while it is certain. That a tie is only possible since one of the
two has ended is not told: the end is.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

from attrs import evolve, frozen

from chronicle.dates import DAWN, FOREVER, PartialDate, parse_date
from chronicle.engine import views
from chronicle.engine.replay import Key, Nothing, Span
from chronicle.engine.tables import edges
from chronicle.interop.exports.material import Material, begun_by
from chronicle.values import Share, confirms, range_around


@frozen
class TieTold:
    """A value between two entities.

    ``begun_by`` is the first day by which it has begun, ``over_by`` the first one by which it has ended, None
    if it has no end; ``goes_on`` whether another value follows at its end. Of ``span`` are its sources.
    """

    span: Span
    value: Any
    begin: PartialDate
    end: PartialDate | None
    begun_by: datetime.date
    over_by: datetime.date | None
    goes_on: bool

    @property
    def view(self) -> str:
        """The view of which it is."""
        return self.span.view

    @property
    def key(self) -> Key:
        """What has the value."""
        return self.span.key


def ties(material: Material, cell: Sequence[Span], undated: bool) -> list[TieTold]:
    """The ties of the spans of one key, in order of time; spans in which nothing is held are left out.

    ``undated`` says whether the format has ties without a date of their begin.
    """
    spans = [span for span in cell if views.is_listed(span.view, span.value)]
    told = [_as_it_is(span, following) for span, following in pairwise((*spans, None)) if span is not None]
    if not spans or spans[0].view == views.LINEAGE:
        return told
    if any(_is_bounded(span) for span in spans) or not all(_follows(*pair) for pair in pairwise(spans)):
        told = _by_their_bounds(told)
    empty = material.ledger.nothing_in((spans[0].view, spans[0].key))
    if told and not empty and not any(_is_open(tie, undated) for tie in told):
        return told
    days = sorted({*_days(spans), *_within(empty)})
    if spans[0].view == views.HOLDINGS:
        return [*_by_day(spans, days, lambda day: _possible(material, spans, day))]
    return [*_by_day(spans, days, lambda day: _certain(spans, day))]


def _within(empty: Iterable[Nothing]) -> Iterator[datetime.date]:
    """The days on which times begin and end in which nothing may be held."""
    for time in empty:
        yield from (day for day in (time.low, time.high) if day not in (None, FOREVER))


def _by_their_bounds(told: list[TieTold]) -> list[TieTold]:
    """Ties of one value, with windows from where it is possible to where it is certain, and back.

    One that is never certain has its own windows, if they overlap and it is possible in both. No tie where
    there are several values, or where certainty comes and goes.
    """
    spans = [tie.span for tie in told]
    if any(tie.value != told[0].value for tie in told):
        return []
    days = _days(spans)
    times = [(_state(spans, day), day, until) for day, until in zip(days, (*days[1:], None), strict=True)]
    runs = [[*run] for possible, run in groupby(times, key=lambda time: time[0] is not None) if possible]
    found = [_bounded(spans, run) for run in runs]
    if None in found:
        return told if len(told) == 1 and _is_by_its_windows(told[0]) else []
    return [tie for tie in found if tie is not None]


def _state(spans: Sequence[Span], day: datetime.date) -> bool | None:
    """Whether it is certain on a day that one of some spans holds; None where none may."""
    possible = [span for span in spans if span.possible(day)]
    return any(_is_sure(span, day) for span in possible) if possible else None


_Times = list[tuple[bool | None, datetime.date, datetime.date | None]]
"""Times that follow each other: whether what is so is certain, from a day until another one."""


def _bounded(spans: Sequence[Span], times: _Times) -> TieTold | None:
    """The tie of a time that is possible at its begin, then certain, then possible; None for any other."""
    turns = [(sure, [*between]) for sure, between in groupby(times, key=lambda time: time[0])]
    certain = [number for number, (sure, _) in enumerate(turns) if sure]
    if len(certain) != 1:
        return None
    sure = turns[certain[0]][1]
    begin, over = _window(times[0][1], sure[0][1]), times[-1][2]
    end = None if sure[-1][2] is None else _window(sure[-1][2], over or FOREVER)
    span = _latest(spans, sure[0][1])
    return TieTold(span, span.value, begin, end, begin.latest, over, goes_on=False)


def _is_by_its_windows(tie: TieTold) -> bool:
    span, begin, end = tie.span, tie.begin, tie.end
    if end is None or not end.earliest <= begin.latest < end.latest:
        return False
    return (span.possible_from, span.possible_until) == (begin.earliest, end.latest)


def _window(first: datetime.date, last: datetime.date) -> PartialDate:
    texts = ("" if first == DAWN else str(first), "" if last == FOREVER else str(last))
    return PartialDate.of(first) if first == last else parse_date(f"[{texts[0]}..{texts[1]}]")


def _is_open(tie: TieTold, undated: bool) -> bool:
    """Whether a window has no last day, or that of an end no first one: no format has such dates."""
    begin, end = tie.begin, tie.end
    if end is not None and (end.earliest == DAWN or end.latest == FOREVER):
        return True
    return begin.latest == FOREVER and not (undated and begin.earliest == DAWN)


def _is_bounded(span: Span) -> bool:
    """Whether the order of replay leaves a value other days than the windows of its begin and end."""
    ends = (None, None) if span.end is None else (span.end.earliest, span.end.latest)
    possible, certain = (span.possible_from, span.possible_until), (span.certain_from, span.certain_until)
    begin = span.begin
    return possible != (begin.earliest, ends[1]) or certain != (begin.latest, ends[0])


def _days(spans: Sequence[Span]) -> list[datetime.date]:
    """The days on which what is so may change, but for the last day there is."""
    return [day for day in edges(spans) if day != FOREVER]


def _follows(span: Span, following: Span) -> bool:
    end = span.end
    return end is not None and (end == following.begin or end.latest <= following.begin.earliest)


def _as_it_is(span: Span, following: Span | None) -> TieTold:
    goes_on = following is not None and following.begin == span.end and not span.ends_in_nothing
    return TieTold(span, span.value, span.begin, span.end, begun_by(span), span.possible_until, goes_on)


def _by_day(
    spans: Sequence[Span], days: Sequence[datetime.date], value_on: Callable[[datetime.date], Any]
) -> Iterator[TieTold]:
    """A tie for each time between two of the days in which one value is told; None is told on no day."""
    runs = [(value, [*run]) for value, run in groupby(days, key=value_on)]
    for (value, run), (following, next_run) in pairwise((*runs, (None, [FOREVER]))):
        day, until = run[0], next_run[0]
        if value is not None:
            is_over = until != FOREVER
            begin, end = PartialDate.of(day), PartialDate.of(until) if is_over else None
            if is_over and day == DAWN:
                begin = _window(day, until - datetime.timedelta(days=1))
            over_by, goes_on = until if is_over else None, _goes_on(value, following)
            yield TieTold(_latest(spans, day), value, begin, end, begin.latest, over_by, goes_on)


def _goes_on(value: Any, following: Any) -> bool:
    """Whether a value can be told as a change of another: not where it says less, and so would confirm it."""
    stakes = isinstance(value, views.Stake) and isinstance(following, views.Stake)
    return stakes and not confirms(following.share, value.share, rounded=False)


def _possible(material: Material, spans: Sequence[Span], day: datetime.date) -> views.Stake | None:
    """What is held on a day, as one stake: with the range around all that is possible."""
    span = _latest(spans, day)
    state = evolve(material.state, as_of=day)
    shares = [Share.exact(0) if share is None else share for share in state.candidates(*span.key)]
    if all(share.is_nothing for share in shares):
        return None
    return span.value if len(shares) == 1 else views.Stake(range_around(shares))


def _certain(spans: Sequence[Span], day: datetime.date) -> Any:
    """What is certain on a day."""
    return next((span.value for span in reversed(spans) if _is_sure(span, day)), None)


def _is_sure(span: Span, day: datetime.date) -> bool:
    """Whether a value is certain on a day, whatever the end of an entity does to it."""
    until = span.certain_until
    return span.certain_from <= day and (until is None or day < until)


def _latest(spans: Sequence[Span], day: datetime.date) -> Span:
    """The last of the spans that may hold on a day."""
    return next((span for span in reversed(spans) if span.possible(day)), spans[-1])
