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
from itertools import accumulate, pairwise
from typing import Final

from attrs import frozen

from chronicle.engine.event_log import EventLog
from chronicle.engine.knowledge import visible
from chronicle.engine.order.union import Union
from chronicle.engine.partial.connected import chains_of, versions_of
from chronicle.engine.partial.parts import EVENT, Parts
from chronicle.events import (
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


def days_out_of_turn(told: Sequence[Event]) -> list[Between]:
    """The days of knowledge by which the ledger of a part is not the one of today cut off, in order.

    ``told`` are the events of the part as they were written, in order of position. Before the first of them
    was known nothing is there, and since the last was known everything is as today.
    """
    known = {event.id: known_on(event) for event in told}
    days = sorted(set(known.values()))
    if len(days) < 2:
        return []
    records = [event for event in told if type(event) in _RECORDS]
    seen: Sequence[Event] = visible(told).events if records else told
    counted = [event for event in seen if type(event) not in _SAYING_NOTHING]
    if _looks_ahead(counted):
        return [(days[0], days[-1])]
    late = _late(counted, known)
    if not records:
        return late
    if any(type(event) is IdentityLinked for event in records):
        # By it any event may be about others.
        settled = max(known[event.id] for event in records)
        return _joined([(days[0], settled), *late])
    return _joined([*_otherwise(told, known), *late])


def _otherwise(told: Sequence[Event], known: Mapping[str, datetime.date]) -> Iterator[Between]:
    """The days of knowledge by which what was known of some event is not what counts of it today.

    It was not yet corrected, or not retracted, or for a while it was retracted.
    """
    for chain in chains_of(told):
        if len(chain) < 2:
            continue
        now = _told(visible(chain).events)
        for since, until in pairwise(sorted({known[event.id] for event in chain})):
            kept = {event: written for event, written in now.items() if known[event] <= since}
            if _told(visible(chain, since).events) != kept:
                yield since, until


def _told(events: Iterable[Event]) -> Mapping[str, tuple[Event, str]]:
    """The events by id, without records, each as it is written: equal shares may be written in two ways."""
    return {event.id: (event, repr(event)) for event in events if type(event) not in _RECORDS}


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


def _late(events: Sequence[Event], known: Mapping[str, datetime.date]) -> list[Between]:
    """The days of knowledge by which something was known that does not lie before all that was not."""
    ordered = sorted(events, key=lambda event: known[event.id])
    ends = list(accumulate((event.date.latest for event in ordered), max))
    begins = list(accumulate((event.date.earliest for event in reversed(ordered)), min))[::-1]
    days = [known[event.id] for event in ordered]
    found: list[Between] = []
    for place, (day, following) in enumerate(pairwise(days)):
        if day != following and ends[place] >= begins[place + 1]:
            if found and found[-1][1] == day:
                found[-1] = found[-1][0], following
            else:
                found.append((day, following))
    return found


def _looks_ahead(events: Sequence[Event]) -> bool:
    """Whether what an event of a part comes to may depend on a later one."""
    if len(events) < 2:
        return False
    windows = sorted((event.date.earliest, event.date.latest) for event in events)
    if any(begin <= end for (_, end), (begin, _) in pairwise(windows)):
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
    parts.add_versions(versions_of(log.with_statements_of(log.stated_about())))
    between: list[tuple[datetime.date, datetime.date, int]] = []
    found = _several(parts, log)
    numbers = array("I", [LONE]) * len(log)
    for number, places in enumerate(found):
        for place in places:
            numbers[place] = number
        days = days_out_of_turn([log.events[place] for place in places])
        between += [(since, until, number) for since, until in days]
    known = array("i", [known_on(event).toordinal() for event in log.events])
    return PartsInTurn(between, found, numbers, known)


def _several(parts: Parts, log: EventLog) -> list[list[int]]:
    """The places of each part with more than one event."""
    union, events, positions = Union(), log.events, log.positions
    for shared, places in parts.sharing(len(log)):
        sort, which = shared
        joined = list(places)
        if sort == EVENT and which in positions:
            joined.append(positions[which] - 1)
        # Whether they hang together is asked last, since it takes longest.
        if len(joined) > 1 and parts.binds(shared):
            union.join_all([place for place in joined if type(events[place]) is not RecordConfirmed])
    found: defaultdict[int, list[int]] = defaultdict(list)
    for place in sorted(union.parents):
        found[union.root(place)].append(place)
    return list(found.values())
