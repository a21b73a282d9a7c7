"""Spans: the values of a cell between its changes, each from one window to another."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from attrs import field, frozen

from chronicle.dates import PartialDate
from chronicle.engine.replay.changes import (
    GOES_ON,
    Bounds,
    Change,
    ChangeLogs,
    Doubt,
    Key,
    Log,
    OpenDoubts,
    Other,
)


@frozen
class Span:
    """A value that a key has, from the window of its begin to the window of its end (exclusive).

    ``end`` is None while the value stands; ``ended_by`` is the id of the event that ended it. ``doubts``
    are the times in which the value is only possible, though nothing ended it.
    """

    view: str
    key: Key
    value: Any
    begin: PartialDate
    end: PartialDate | None
    ended_by: str | None
    _changes: ChangeLogs = field(eq=False, repr=False)
    _last: int = field(eq=False, repr=False)
    _bounds: Bounds | None = field(default=None, eq=False, repr=False)
    _events: tuple[str, ...] | None = field(default=None, eq=False, repr=False)
    doubts: tuple[Doubt, ...] = ()

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events that made the value, causes first, back to the last that set it outright."""
        if self._events is not None:
            return self._events
        return self._changes.events(self.view, self.key, self._last)

    @property
    def possible_from(self) -> datetime.date:
        """The first day on which the value is possible."""
        bound = None if self._bounds is None else self._bounds.possible_from
        return self.begin.earliest if bound is None else bound

    @property
    def certain_from(self) -> datetime.date:
        """The first day on which the value has certainly begun."""
        bound = None if self._bounds is None else self._bounds.certain_from
        return self.begin.latest if bound is None else bound

    @property
    def certain_until(self) -> datetime.date | None:
        """The first day on which the value may have ended; None if it has no end."""
        bound = None if self._bounds is None else self._bounds.certain_until
        return bound if bound is not None or self.end is None else self.end.earliest

    @property
    def possible_until(self) -> datetime.date | None:
        """The first day on which the value has certainly ended; None if it has no end."""
        bound = None if self._bounds is None else self._bounds.possible_until
        return bound if bound is not None or self.end is None else self.end.latest

    @property
    def bounded(self) -> bool:
        """Whether its bounds differ from the windows of its begin and end because of the order of replay."""
        return self._bounds is not None

    @property
    def ends_in_nothing(self) -> bool:
        """Whether the value ends without another one after it."""
        return self._changes.ends_in_nothing(self.view, self.key, self._last)

    def certain(self, day: datetime.date) -> bool:
        """Whether the value certainly holds on ``day``: it has begun, has not ended, and is not doubted."""
        if self.doubts and self.doubted_by(day):
            return False
        if self._bounds is None:
            return self.begin.latest <= day and (self.end is None or day < self.end.earliest)
        until = self.certain_until
        return self.certain_from <= day and (until is None or day < until)

    def doubted_by(self, day: datetime.date) -> tuple[str, ...]:
        """Ids of the events that make the value only possible on ``day``."""
        return tuple(doubt.event for doubt in self.doubts if doubt.on(day))

    def possible(self, day: datetime.date) -> bool:
        """Whether the value may hold on ``day``; true also where it is certain."""
        if self._bounds is None:
            return self.begin.earliest <= day and (self.end is None or day < self.end.latest)
        until = self.possible_until
        return self.possible_from <= day and (until is None or day < until)


class Piece(NamedTuple):
    """The changes of a cell with one value: the first and last index, the begin, and the change after."""

    first: int
    last: int
    begin: PartialDate
    following: Change | None


def pieces(log: Log) -> Iterator[Piece]:
    """The values of a cell one after the other; operations that do not change a value continue it."""
    first = 0
    for last, change in enumerate(log):
        following = log[last + 1] if last + 1 < len(log) else None
        if change.value is None:
            first = last + 1
        elif following is None or following.operation not in GOES_ON:
            yield Piece(first, last, log[first].window, following)
            first = last + 1


def spans_of(log: Log, changes: ChangeLogs) -> Iterator[Span]:
    """The spans of a cell from the log of its changes, in the order of replay."""
    if not log:
        return
    cell = log[0].view, log[0].key
    bounds, others = changes.bounds.get(cell, {}), changes.others.get(cell, ())
    if log[0].view in changes.unordered:
        bounds = {**bounds, **_unordered_bounds(log)}
    waiting = deque(sorted(others, key=attrgetter("place")))
    doubts = OpenDoubts() if cell in changes.doubted else None
    seen = 0
    for first, last, begin, following in pieces(log):
        while waiting and waiting[0].place <= last:
            yield _other_span(log[waiting[0].place], waiting.popleft(), log, changes)
        if doubts is not None:
            for change in log[seen : last + 1]:
                doubts.take(change)
            seen = last + 1
        change = log[last]
        end, ended_by = (None, None) if following is None else (following.window, following.event)
        yield Span(
            change.view,
            change.key,
            change.value,
            begin,
            end,
            ended_by,
            changes,
            last,
            bounds.get(first),
            doubts=() if doubts is None else doubts.of_span(),
        )
    for other in waiting:
        yield _other_span(log[other.place], other, log, changes)


def _unordered_bounds(log: Log) -> dict[int, Bounds]:
    """The bounds of changes whose windows overlap, in a view that is replayed in one order only.

    None of their values is certain, until a change that overlaps none of them.
    """
    bounds: dict[int, Bounds] = {}
    group: list[int] = []
    low = high = datetime.date.min
    for index, change in enumerate(log):
        if change.operation in GOES_ON:
            continue
        if group and change.window.earliest > high:
            _bound_group(group, low, high, bounds)
            group = []
        low = min(low, change.window.earliest) if group else change.window.earliest
        high = max(high, change.window.latest) if group else change.window.latest
        group.append(index)
    _bound_group(group, low, high, bounds)
    return bounds


def _bound_group(
    group: Sequence[int], low: datetime.date, high: datetime.date, bounds: dict[int, Bounds]
) -> None:
    if len(group) < 2:
        return
    before = group[0] - 1
    if before >= 0:
        bounds[before] = bounds.get(before, Bounds())._replace(certain_until=low, possible_until=high)
    for index in group[:-1]:
        bounds[index] = Bounds(None, None, datetime.date.min, high)
    bounds[group[-1]] = Bounds(None, None, datetime.date.min, None)


def _other_span(change: Change, other: Other, log: Log, changes: ChangeLogs) -> Span:
    following = next((later for later in log[other.place + 1 :] if later.operation not in GOES_ON), None)
    end = None if following is None or other.bounds.possible_until is not None else following.window
    ended_by = None if following is None else following.event
    return Span(
        change.view,
        change.key,
        other.value,
        other.begin,
        end,
        ended_by,
        changes,
        other.place,
        other.bounds,
        other.events,
    )
