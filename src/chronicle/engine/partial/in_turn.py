"""Which parts of a history became known in the order in which they happened, and by which days they had not.

Mostly what was not known yet on a day is what happened later. Replay is a fold, and no event looks ahead:
where, in a part of a history, all that was not known on a day of knowledge lies wholly after all that was,
the ledger by that day is the one of today cut off. What a later event began is not there, what it ended
stands, and everything else is as it is. So only the other parts need to be replayed for another day of
knowledge: those in which something became known late, was corrected since, or looks ahead.

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
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Final

from attrs import frozen

from chronicle.engine.event_log import EventLog
from chronicle.engine.knowledge import visible
from chronicle.engine.order.union import Union
from chronicle.engine.partial.connected import versions_of
from chronicle.engine.partial.parts import Parts
from chronicle.events import (
    EntityDeclared,
    EntityFounded,
    EntityRenamed,
    Event,
    IdentityLinked,
    RecordConfirmed,
    RecordCorrected,
    RecordRetracted,
    told_day,
)

_RECORDS: Final = frozenset({RecordCorrected, RecordRetracted, IdentityLinked})

Between = tuple[datetime.date, datetime.date]
"""Days of knowledge from the first on, and before the last."""


def days_out_of_turn(told: Sequence[Event]) -> list[Between]:
    """The days of knowledge by which the ledger of a part is not the one of today cut off, in order.

    ``told`` are the events of the part as they were written, in order of position. Before the first of them
    was known nothing is there, and since the last was known everything is as today.
    """
    known = {event.id: _known_from(event) for event in told}
    days = sorted(set(known.values()))
    if len(days) < 2:
        return []
    corrected = [known[event.id] for event in told if type(event) in _RECORDS]
    seen: Sequence[Event] = told
    if corrected:
        # As of today: by every day since the last of the records was known, each event is as it is now.
        seen = visible(told).events
    counted = [event for event in seen if type(event) not in _SAYING_NOTHING]
    if _looks_ahead(counted):
        return [(days[0], days[-1])]
    late = _late(counted, known)
    if not corrected:
        return late
    settled = max(corrected)
    first = [(days[0], settled)] if days[0] < settled else []
    return [*first, *((max(since, settled), until) for since, until in late if until > settled)]


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
    known = array("i", [_known_from(event).toordinal() for event in log.events])
    return PartsInTurn(between, found, numbers, known)


def _several(parts: Parts, log: EventLog) -> list[list[int]]:
    """The places of each part with more than one event."""
    union = Union()
    confirming = {place for place, event in enumerate(log.events) if type(event) is RecordConfirmed}
    for places in parts.binding():
        joined = places
        if confirming:
            joined = [place for place in places if place not in confirming]
        union.join_all(joined)
    found: defaultdict[int, list[int]] = defaultdict(list)
    for place in sorted(union.parents):
        found[union.root(place)].append(place)
    return list(found.values())


def _known_from(event: Event) -> datetime.date:
    # As ``knowledge`` has it, without an object for each event.
    return told_day(event.known, event.sources) or event.date.latest
