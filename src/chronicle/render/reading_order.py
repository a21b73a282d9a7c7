"""The order in which a page shows events: that of replay, except for dates without a beginning.

For replay "by April 2015" may be long before all other days. A reader looks for it at April 2015, and for
undated events at the end.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from chronicle.dates import DAWN, PartialDate
from chronicle.events import Event
from chronicle.render.words.days import is_undated

_Place = tuple[int, datetime.date]


def in_reading_order(events: Sequence[Event]) -> tuple[list[Event], list[Event]]:
    """Events, given in the order of replay, in the order of a page: those with a date, and those without.

    An event with a latest day and no earliest comes after all that begin by that day, but before events that
    follow it by ``after``, and after the one that it follows. All others keep their order.
    """
    undated = [event for event in events if is_undated(event.date)]
    dated = [event for event in events if not is_undated(event.date)]
    begun = [event for event in dated if not _without_begin(event.date)]
    open_ended = [event for event in dated if _without_begin(event.date)]
    return list(_merged(begun, open_ended)), undated


def first_or_last(
    events: Sequence[Event], first: int | None = None, last: int | None = None
) -> tuple[Event, ...]:
    """The ``first`` or the ``last`` so many of events in the order in which they are read, in that of replay.

    Events without a date are among neither while there are others.
    """
    if first is None and last is None:
        return tuple(events)
    dated, undated = in_reading_order(events)
    chosen = [*dated, *undated][:first] if last is None else [*undated, *dated][-last:]
    ids = {event.id for event in chosen}
    return tuple(event for event in events if event.id in ids)


def _without_begin(date: PartialDate) -> bool:
    # The first day alone is not an open range: it is the date of what was always so.
    return date.earliest == DAWN and date.latest != DAWN


def _merged(begun: Sequence[Event], open_ended: Sequence[Event]) -> Iterator[Event]:
    """Both lists in one order: each of ``open_ended`` before its event of ``begun``."""
    places = _places(begun, open_ended)
    waiting = sorted(open_ended, key=lambda event: places[event.id])
    told = 0
    for index, event in enumerate(begun):
        while told < len(waiting) and places[waiting[told].id][0] <= index:
            yield waiting[told]
            told += 1
        yield event
    yield from waiting[told:]


def _places(begun: Sequence[Event], open_ended: Sequence[Event]) -> Mapping[str, _Place]:
    """For each of ``open_ended``: the index in ``begun`` before which it comes, and its latest day."""
    firsts = list(accumulate((event.date.earliest for event in begun), max))
    indexes = {event.id: index for index, event in enumerate(begun)}
    limits: dict[str, _Place] = {}
    for index, event in enumerate(begun):
        _limit(limits, event, (index, event.date.latest))
    places: dict[str, _Place] = {}
    # An event comes after the one it follows in the order of replay, so going backwards its place is known.
    for event in reversed(open_ended):
        behind = indexes.get(event.after or "", -1) + 1
        own = max(behind, bisect_right(firsts, event.date.latest)), event.date.latest
        places[event.id] = min(own, limits.get(event.id, own))
        _limit(limits, event, places[event.id])
    return places


def _limit(limits: dict[str, _Place], event: Event, place: _Place) -> None:
    """Note that the event that ``event`` follows must come before ``place``."""
    if event.after is not None:
        limits[event.after] = min(place, limits.get(event.after, place))
