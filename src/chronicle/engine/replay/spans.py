"""What lies between two changes of a cell: a value that holds from one window to another."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

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
    are the times in which it is only possible, though nothing ended it.
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
        """Ids of the events that made the value, causes first, back to the last ones that set it outright."""
        if self._events is not None:
            return self._events
        return self._changes.events(self.view, self.key, self._last)

    @property
    def possible_from(self) -> datetime.date:
        """The first day on which the value may stand."""
        bound = None if self._bounds is None else self._bounds.possible_from
        return self.begin.earliest if bound is None else bound

    @property
    def certain_from(self) -> datetime.date:
        """The first day on which the value has surely begun."""
        bound = None if self._bounds is None else self._bounds.certain_from
        return self.begin.latest if bound is None else bound

    @property
    def certain_until(self) -> datetime.date | None:
        """The first day on which the value has perhaps ended; None while it stands."""
        bound = None if self._bounds is None else self._bounds.certain_until
        return bound if bound is not None or self.end is None else self.end.earliest

    @property
    def possible_until(self) -> datetime.date | None:
        """The first day on which the value has surely ended; None while it stands."""
        bound = None if self._bounds is None else self._bounds.possible_until
        return bound if bound is not None or self.end is None else self.end.latest

    @property
    def ends_in_nothing(self) -> bool:
        """Whether the value came to an end without another one in its place."""
        following = self._changes.cells[self.view][self.key][self._last + 1 :][:1]
        return any(change.value is None for change in following)

    def certain(self, day: datetime.date) -> bool:
        """Whether the value surely stands on ``day``: begun by then at the latest, ended after it."""
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
        """Whether the value may stand on ``day``; true of a certain one too."""
        if self._bounds is None:
            return self.begin.earliest <= day and (self.end is None or day < self.end.latest)
        until = self.possible_until
        return self.possible_from <= day and (until is None or day < until)


def spans_of(log: Log, changes: ChangeLogs) -> Iterator[Span]:
    """The spans of a cell, by the log of its changes, in the order of replay."""
    if not log:
        return
    cell = log[0].view, log[0].key
    bounds, others = changes.bounds.get(cell, {}), changes.others.get(cell, ())
    if log[0].view in changes.unordered:
        bounds = {**bounds, **_unordered_bounds(log)}
    begin: PartialDate | None = None
    first = 0
    doubts = OpenDoubts() if cell in changes.doubted else None
    for index, change in enumerate(log):
        for other in others:
            if other.place == index:
                yield _other_span(change, other, log, changes)
        if begin is None:
            begin, first = change.window, index
        if doubts is not None:
            doubts.take(change)
        following = log[index + 1] if index + 1 < len(log) else None
        if change.value is None or (following is not None and following.operation in GOES_ON):
            begin = begin if change.value is not None else None
            continue
        end, ended_by = (None, None) if following is None else (following.window, following.event)
        yield Span(
            change.view,
            change.key,
            change.value,
            begin,
            end,
            ended_by,
            changes,
            index,
            bounds.get(first),
            doubts=() if doubts is None else doubts.of_span(),
        )
        begin = None


def _unordered_bounds(log: Log) -> dict[int, Bounds]:
    """The bounds of changes whose windows overlap, of which nobody knows what another order would make.

    Nothing that they make is certain, until a change comes that overlaps none of them.
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
    following = next((later for later in log[other.place + 1 :] if later.operation != "confirm"), None)
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
