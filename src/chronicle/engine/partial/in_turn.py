"""Which parts of a history became known in the order in which they happened, and by which days they had not.

Mostly what was not known yet on a day is what happened later. Replay is a fold, and no event looks ahead:
where, in a part of a history, all that was not known on a day of knowledge lies wholly after all that was,
the ledger by that day is the one of today cut off. What a later event began is not there, what it ended
stands, and everything else is as it is. So only the other parts need to be replayed for another day of
knowledge: those in which something was known that was corrected or retracted since, became known late, or
looks ahead.

What looks ahead: claims of one deal, stage or name, of which the best known counts however far apart they are
(``conflicts``); rumours; lots, of which a later record may be one; reports of what a deal does
(``happenings``); orders of which a later event decides (``order``), for which windows must overlap; and what
names an event that is not earlier. A part with any of these is replayed on every day between the first and
the last on which something of it became known.
"""

from __future__ import annotations

import datetime
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, compress, pairwise
from operator import lt
from typing import Final

from attrs import fields_dict, frozen

from chronicle.engine.event_log import EventLog
from chronicle.engine.knowledge import visible
from chronicle.engine.partial.connected import chains_in, chains_of
from chronicle.engine.partial.parts import Parts
from chronicle.events import (
    KINDS,
    EntityDeclared,
    EntityFounded,
    EntityRenamed,
    Event,
    IdentityLinked,
    RecordConfirmed,
    RecordCorrected,
    RecordRetracted,
    known_on,
)

_RECORDS: Final = frozenset({RecordCorrected, RecordRetracted, IdentityLinked})

Between = tuple[datetime.date, datetime.date]
"""Days of knowledge from the first on, and before the last."""


def days_out_of_turn(told: Sequence[Event], chains: Iterable[Sequence[Event]] | None = None) -> list[Between]:
    """The days of knowledge by which the ledger of a part is not the one of today cut off, in order.

    ``told`` are the events of the part as they were written, in order of position, ``chains`` those of them
    of which something was said later, where these are known. Before the first of them
    was known nothing is there, and since the last was known everything is as today.
    """
    known = {event.id: known_on(event) for event in told}
    days = sorted(set(known.values()))
    if len(days) < 2:
        return []
    records = [event for event in told if type(event) in _RECORDS]
    seen: Sequence[Event] = visible(told).events if records else told
    ordering = _ordering(seen)
    counted = [event for event in seen if type(event) not in _SAYING_NOTHING or event.id in ordering]
    if _looks_ahead(counted):
        return [(days[0], days[-1])]
    dates = [event.date for event in counted]
    late = _late(
        [known[event.id].toordinal() for event in counted],
        [date.order for date in dates],
        [date.past for date in dates],
    )
    if not records:
        return late
    if any(type(event) is IdentityLinked for event in records):
        # By it any event may be about others.
        settled = max(known[event.id] for event in records)
        return _joined([(days[0], settled), *late])
    return _joined([*_otherwise(chains_of(told) if chains is None else chains, known), *late])


def _otherwise(chains: Iterable[Sequence[Event]], known: Mapping[str, datetime.date]) -> Iterator[Between]:
    """The days of knowledge by which what was known of some event is not what counts of it today.

    It was not yet corrected, or not retracted, or for a while it was retracted.
    """
    for whole in chains:
        # What only confirms is of no part, also where it was retracted.
        chain = [event for event in whole if event.id in known]
        if len(chain) < 2:
            continue
        now = _told(visible(chain).events)
        for since, until in pairwise(sorted({known[event.id] for event in chain})):
            kept = {event: written for event, written in now.items() if known[event] <= since}
            if not _are_written_alike(_told(visible(chain, since).events), kept):
                yield since, until


def _told(events: Iterable[Event]) -> Mapping[str, Event]:
    """The events by id, without records."""
    return {event.id: event for event in events if type(event) not in _RECORDS}


def _are_written_alike(some: Mapping[str, Event], others: Mapping[str, Event]) -> bool:
    """Whether the same events stand in both, also as they are written: equal shares may be so in two ways."""
    return some.keys() == others.keys() and all(
        event is others[id] or (event == others[id] and repr(event) == repr(others[id]))
        for id, event in some.items()
    )


def _joined(found: Iterable[Between]) -> list[Between]:
    """The same days in order, none of them twice."""
    joined: list[Between] = []
    for since, until in sorted(found):
        if joined and since <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(until, joined[-1][1])
        elif since < until:
            joined.append((since, until))
    return joined


_SAYING_NOTHING: Final = frozenset({*_RECORDS, RecordConfirmed})


def _ordering(events: Iterable[Event]) -> set[str]:
    """The ids of the events that stand in some order because it was said so, whatever else they say."""
    return {
        id
        for event in events
        for named in (event.after, event.ends)
        if named is not None
        for id in (event.id, named)
    }


def _late(days: Sequence[int], orders: Sequence[int], pasts: Sequence[int]) -> list[Between]:
    """The days of knowledge by which something was known that does not lie before all that was not.

    Each event has a day, as an ordinal, from which it was known, and the ``order`` and the ``past`` of its
    date.
    """
    turns = sorted(range(len(days)), key=days.__getitem__)
    ends = list(accumulate(map(pasts.__getitem__, turns), max))
    begins = list(accumulate(map(orders.__getitem__, reversed(turns)), min))[::-1]
    found: list[tuple[int, int]] = []
    for place, (at, following) in enumerate(pairwise(turns)):
        since, until = days[at], days[following]
        if since != until and begins[place + 1] < ends[place]:
            if found and found[-1][1] == since:
                found[-1] = found[-1][0], until
            else:
                found.append((since, until))
    return [(_day(since), _day(until)) for since, until in found]


_day = datetime.date.fromordinal


def _looks_ahead(events: Sequence[Event]) -> bool:
    """Whether what an event of a part comes to may depend on a later one."""
    if len(events) < 2:
        return False
    windows = sorted((event.date.order, event.date.past) for event in events)
    if any(begin < past for (_, past), (begin, _) in pairwise(windows)):
        return True
    stated = [fact for fact in map(_fact, events) if fact is not None]
    if len(set(stated)) < len(stated):
        return True
    ends = {event.id: event.date.latest for event in events}
    return any(_reaches_ahead(event, ends) for event in events)


def _reaches_ahead(event: Event, ends: Mapping[str, datetime.date]) -> bool:
    for named in (event.after, event.ends):
        if named is not None and ends.get(named, datetime.date.min) >= event.date.earliest:
            return True
    if event.confidence == "rumoured":
        return True
    if event.deal is not None and not event.kind.startswith("deal."):
        return True
    return type(event) is EntityDeclared or getattr(event, "lot", None) is not None


def _fact(event: Event) -> tuple[str, ...] | None:
    """What only one claim counts of, however far apart several are."""
    if type(event) is EntityRenamed:
        return event.kind, event.entity, event.name
    if type(event) is EntityFounded:
        return event.kind, event.entity
    return None if event.deal is None else (event.kind, event.deal)


# The parts of a history

LONE: Final = 2**32 - 1
"""The number of the part of an event that shares nothing with others."""


@frozen
class PartsInTurn:
    """The parts of a history, and by which days of knowledge they are out of turn.

    ``places`` has the places in the log of the events of each part with several, and ``numbers`` for each
    event the number of its part there, or ``LONE``. ``between`` are days of knowledge, each with the number
    of a part that is out of turn then, and ``known`` has the day from which each event was known, as an
    ordinal.
    """

    between: Sequence[tuple[datetime.date, datetime.date, int]]
    places: Sequence[Sequence[int]]
    numbers: Sequence[int]
    known: Sequence[int]

    def out_of_turn(self, day: datetime.date) -> list[int]:
        """The places, sorted, of the events of all parts to be replayed by what was known on a day."""
        numbers = {number for since, until, number in self.between if since <= day < until}
        return sorted(place for number in numbers for place in self.places[number])


def parts_in_turn(parts: Parts, log: EventLog) -> PartsInTurn:
    """Find them. ``parts`` are those of all events of the log, and have no base."""
    # By any version of an event it may be about others: these then belong to its part by every day.
    chains, versions = chains_in(log)
    parts.add_versions(versions)
    between: list[tuple[datetime.date, datetime.date, int]] = []
    found, events = _several(parts, log), log.events
    glance = _Glance(events)
    numbers = array("I", [LONE]) * len(log)
    for number, places in enumerate(found):
        for place in places:
            numbers[place] = number
    stated = defaultdict[int, list[Sequence[Event]]](list)
    for chain in chains:
        stated[numbers[log.positions[chain[0].id] - 1]].append(chain)
    for number, places in enumerate(found):
        days = glance.days_out_of_turn(places)
        if days is None:
            days = days_out_of_turn([events[place] for place in places], stated[number])
        between += [(since, until, number) for since, until in days]
    return PartsInTurn(between, found, numbers, glance.known)


class _Glance:
    """What tells of most parts by which days they are out of turn: numbers of many events, side by side.

    ``known`` has the day from which each event was known, as an ordinal.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self.known = array("i", [known_on(event).toordinal() for event in events])
        self._orders = array("q", [event.date.order for event in events])
        self._pasts = array("q", [event.date.past for event in events])
        self._noted = bytes(map(_note, events))

    def days_out_of_turn(self, places: Sequence[int]) -> Sequence[Between] | None:
        """As the function says of the events at some places; None where that has to be asked."""
        days = [*map(self.known.__getitem__, places)]
        first, last = min(days), max(days)
        if first == last:
            return ()
        noted = [*map(self._noted.__getitem__, places)]
        if _ASK in noted:
            return None
        orders, pasts = [*map(self._orders.__getitem__, places)], [*map(self._pasts.__getitem__, places)]
        # Each lies wholly after the one before; else it is seen when they are sorted.
        overlap = any(map(lt, orders[1:], pasts)) and any(map(lt, sorted(orders)[1:], sorted(pasts)))
        stated = [_fact(self._events[place]) for place in compress(places, noted)]
        if overlap or len(set(stated)) < len(stated):
            return ((_day(first), _day(last)),)
        return _late(days, orders, pasts) if days != sorted(days) or orders != sorted(orders) else ()


_ASK: Final = 2
_STATES: Final = 1
_STATING: Final = frozenset({EntityRenamed, EntityFounded})
_TO_BE_ASKED: Final = _SAYING_NOTHING | {EntityDeclared}
_WITH_LOTS: Final = frozenset(kind for kind in KINDS.values() if "lot" in fields_dict(kind))


def _note(event: Event) -> int:
    """Whether an event may look ahead, or states what only one claim counts of."""
    kind = type(event)
    if event.after is not None or event.ends is not None or event.confidence is not None:
        return _ASK
    if kind in _TO_BE_ASKED or (kind in _WITH_LOTS and event.lot is not None):  # type: ignore[attr-defined]
        return _ASK
    if event.deal is not None:
        return _STATES if event.kind.startswith("deal.") else _ASK
    return _STATES if kind in _STATING else 0


def _several(parts: Parts, log: EventLog) -> list[list[int]]:
    """The places of each part with more than one event."""
    parents, joined = array("I", range(len(log))), bytearray(len(log))
    confirming = {place for place, event in enumerate(log.events) if type(event) is RecordConfirmed}
    if confirming:
        # What only confirms hangs together with nothing, for one may confirm everything.
        ordering = _ordering(log.events)
        confirming = {place for place in confirming if log.events[place].id not in ordering}
    for places in parts.binding():
        some = [place for place in places if place not in confirming] if confirming else places
        if len(some) > 1:
            _join(some, parents, joined)
    found: defaultdict[int, list[int]] = defaultdict(list)
    for place in compress(range(len(log)), joined):
        found[_root(place, parents)].append(place)
    return list(found.values())


def _join(places: Sequence[int], parents: array[int], joined: bytearray) -> None:
    """Make one set of the sets of some numbers. ``parents`` leads from each to the least of its set."""
    least = _root(places[0], parents)
    for place in places:
        joined[place] = True
        root = place
        while (above := parents[root]) != root:
            root = above
        if root < least:
            parents[least], least = root, root
        # What led to the place still leads to the least by way of its root.
        parents[root] = parents[place] = least


def _root(place: int, parents: array[int]) -> int:
    while (above := parents[place]) != place:
        parents[place] = parents[above]
        place = above
    return place
