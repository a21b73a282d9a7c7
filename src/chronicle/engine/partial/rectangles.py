"""Rectangles: what a history answers for every day, by what was known on every day.

A span stands from the window of its begin to the window of its end. By later knowledge it may begin, end or
be worth something else. A rectangle is a span together with the days of knowledge between which it is known
just so: valid time on one side, knowledge time on the other. So a state of any day, by what was known on any
day, is a choice among rectangles, and nothing has to be replayed for it.

Each part of a history is replayed once for every day on which something of it became known.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from attrs import Factory, define, evolve, field, frozen

from chronicle.dates import PartialDate
from chronicle.engine.conflicts import Conflict
from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.knowledge import Resolved, resolve, visible
from chronicle.engine.order import Origin
from chronicle.engine.partial.parts import Parts
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Doubt, Key, Projector, Span
from chronicle.events import Event, IdentityLinked, RecordCorrected, RecordRetracted, knowledge

_RECORDS: Final = (RecordCorrected, RecordRetracted, IdentityLinked)


@frozen(kw_only=True)
class KnownBetween:
    """The days of knowledge between which something is known: from the first on, and before the last.

    ``known_until`` is None for what is still known.
    """

    known_from: datetime.date
    known_until: datetime.date | None = None

    def known(self, day: datetime.date | None) -> bool:
        """Whether it is known on a day; None stands for all that is known."""
        if day is None:
            return self.known_until is None
        return self.known_from <= day and (self.known_until is None or day < self.known_until)


Item = TypeVar("Item", bound=KnownBetween)


@frozen(kw_only=True)
class Rectangle(KnownBetween):
    """A span, and the days of knowledge between which it was known just so.

    The value is possible from ``possible_from`` until ``possible_until``, and certain from ``certain_from``
    until ``certain_until`` but for the ``doubts``; ends are exclusive, None stands for no end. ``events`` are
    the ids of those that made it, causes first, ``ended_by`` is the id of the one that ended it.
    """

    view: str
    key: Key
    value: Any
    begin: PartialDate
    end: PartialDate | None
    possible_from: datetime.date
    certain_from: datetime.date
    certain_until: datetime.date | None
    possible_until: datetime.date | None
    doubts: tuple[Doubt, ...]
    events: tuple[str, ...]
    ended_by: str | None

    def possible(self, day: datetime.date) -> bool:
        """Whether the value may hold on ``day``; true also where it is certain."""
        return self.possible_from <= day and (self.possible_until is None or day < self.possible_until)

    def certain(self, day: datetime.date) -> bool:
        """Whether the value certainly holds on ``day``."""
        until = self.certain_until
        return self.certain_from <= day and (until is None or day < until) and not self.doubted_by(day)

    def doubted_by(self, day: datetime.date) -> tuple[str, ...]:
        """Ids of the events that make the value only possible on ``day``."""
        return tuple(doubt.event for doubt in self.doubts if doubt.on(day))


@frozen(kw_only=True)
class Version(KnownBetween):
    """An event as it was known between two days of knowledge, with the ids of its corrections by then.

    ``announced_by`` is the id of the event that states what the completion of a deal does.
    """

    event: Event
    corrections: tuple[str, ...] = ()
    announced_by: str | None = None


@frozen(kw_only=True)
class Disagreement(KnownBetween):
    """A conflict between claims, as it was known between two days of knowledge."""

    conflict: Conflict


@frozen(eq=False)
class Rectangles:
    """What a history answers for every day, by what was known on every day.

    ``days`` are those on which something became known. ``rectangles`` are in the order in which a state gives
    its facts: view by view, in order of key. ``versions`` are those of every event, by its id.
    """

    days: tuple[datetime.date, ...]
    views: tuple[str, ...]
    rectangles: tuple[Rectangle, ...]
    versions: Mapping[str, tuple[Version, ...]]
    disagreements: tuple[Disagreement, ...]

    def on(self, day: datetime.date, known: datetime.date | None = None) -> Iterator[Rectangle]:
        """The rectangles of what is possible on a day, by what was known on another: all facts of a state."""
        return (each for each in self.rectangles if each.known(known) and each.possible(day))


@paused_collector()
def rectangles(
    log: EventLog,
    projectors: Sequence[Projector],
    origin: Origin,
    assumed: frozenset[str] = frozenset(),
    known: datetime.date | None = None,
) -> Rectangles:
    """The rectangles of the events of a log, by all that was known on the day ``known`` and before it.

    ``assumed`` are the ids of events that are assumptions: a basis that rests on one of them is ``assumed``.
    """
    cells: dict[tuple[str, Key], _ByKnowledge[Rectangle]] = {}
    versions: dict[str, tuple[Version, ...]] = {}
    disagreements: list[Disagreement] = []
    names: dict[str, None] = dict.fromkeys(_views_of(projectors))
    for events in _parts(log, projectors):
        part = _PartKnown()
        for day in _days(events, known):
            part.take(resolve(events, day, projectors, origin), day, assumed)
        cells |= part.cells
        versions |= {event: course.items for event, course in part.versions.items()}
        disagreements += part.conflicts.items
        names |= dict.fromkeys(view for view, _ in part.cells)
    order = {view: at for at, view in enumerate(names)}
    listed = sorted(cells, key=lambda cell: (order[cell[0]], cell[1]))
    return Rectangles(
        days=_days(log.events, known),
        views=tuple(names),
        rectangles=tuple(each for cell in listed for each in cells[cell].items),
        versions=versions,
        disagreements=tuple(disagreements),
    )


def _days(events: Iterable[Event], known: datetime.date | None) -> tuple[datetime.date, ...]:
    """The days, up to ``known``, on which something of these events became known."""
    days = sorted({knowledge(event).day for event in events})
    return tuple(day for day in days if known is None or day <= known)


def _views_of(projectors: Sequence[Projector]) -> Iterator[str]:
    return (view for projector in projectors for view in projector.views)


# The parts of a history


def _parts(log: EventLog, projectors: Sequence[Projector]) -> Iterator[Sequence[Event]]:
    """The events of each part of a history; of all of it, where its parts are not to be told apart."""
    parts = Parts(log)
    parts.catch_up()
    if parts.linked or any(projector not in PROJECTORS for projector in projectors):
        yield tuple(log.events)
        return
    _add_versions(parts, log)
    waiting = dict.fromkeys(range(len(log)))
    while waiting:
        places = parts.around([next(iter(waiting))], len(log)) or ()
        for place in places:
            del waiting[place]
        yield [log.events[place] for place in places]


def _add_versions(parts: Parts, log: EventLog) -> None:
    """Note what corrected events share: by any correction an event may become one of another part."""
    records = [place for place, event in enumerate(log.events) if isinstance(event, _RECORDS)]
    new = bool(records)
    while new:
        events = [log.events[place] for place in parts.around(records, len(log)) or ()]
        days = sorted({knowledge(log.events[place]).day for place in records})
        new = False
        for day in days:
            seen = visible(events, day)
            corrected = (event for event in seen.events if event.id in seen.corrections)
            new = parts.add_versions(corrected) or new


# What is known of one part, day by day


@define
class _GivenItem(Generic[Item]):
    item: Item
    until: datetime.date | None = None


@define
class _ByKnowledge(Generic[Item]):
    """What is known of one thing over the days of knowledge, in the order in which it is given on each day.

    What is given again at the next day of knowledge, and not after something that it came before, goes on.
    """

    _entries: list[_GivenItem[Item]] = field(factory=list)
    _standing: list[_GivenItem[Item]] = field(factory=list)

    @property
    def items(self) -> tuple[Item, ...]:
        """All that was ever known, each with its days of knowledge."""
        return tuple(evolve(entry.item, known_until=entry.until) for entry in self._entries)

    def take(self, found: Sequence[Item], day: datetime.date) -> None:
        """Take what is known from ``day`` on; what is not among it is known until then."""
        going_on = list(self._going_on(found))
        for entry in self._standing:
            if all(entry is not each for each in going_on):
                entry.until = day
        self._standing = [each or _GivenItem(item) for each, item in zip(going_on, found, strict=True)]
        # From the last to the first: what is new stands before the next that goes on, after what is over.
        place = len(self._entries)
        for entry, old in zip(self._standing[::-1], going_on[::-1], strict=True):
            if old is None:
                self._entries.insert(place, entry)
            else:
                place = next(at for at, each in enumerate(self._entries) if each is old)

    def _going_on(self, found: Sequence[Item]) -> Iterator[_GivenItem[Item] | None]:
        """For each item its entry of the day of knowledge before; None for one that is new."""
        before = self._standing
        for item in found:
            same = next((at for at, entry in enumerate(before) if _same(entry.item, item)), None)
            yield None if same is None else before[same]
            before = before if same is None else before[same + 1 :]


def _same(before: KnownBetween, now: KnownBetween) -> bool:
    """Whether two items differ in their days of knowledge alone. Of equal amounts the text counts, too."""
    then = evolve(now, known_from=before.known_from)
    return before == then and repr(before) == repr(then)


@define
class _PartKnown:
    """What is known of one part of a history, day by day."""

    cells: defaultdict[tuple[str, Key], _ByKnowledge[Rectangle]] = Factory(lambda: defaultdict(_ByKnowledge))
    versions: defaultdict[str, _ByKnowledge[Version]] = Factory(lambda: defaultdict(_ByKnowledge))
    conflicts: _ByKnowledge[Disagreement] = field(factory=_ByKnowledge)

    def take(self, resolved: Resolved, day: datetime.date, assumed: frozenset[str]) -> None:
        """Take what is known from ``day`` on."""
        spans: dict[tuple[str, Key], list[Rectangle]] = {cell: [] for cell in self.cells}
        for span in resolved.ledger:
            spans.setdefault((span.view, span.key), []).append(_rectangle(span, day, assumed))
        for cell, found in spans.items():
            self.cells[cell].take(found, day)
        versions: dict[str, list[Version]] = {event: [] for event in self.versions}
        for event in resolved.visible.events:
            versions.setdefault(event.id, []).append(_version(event, resolved, day))
        for event_id, told in versions.items():
            self.versions[event_id].take(told, day)
        conflicts = [Disagreement(conflict=conflict, known_from=day) for conflict in resolved.conflicts]
        self.conflicts.take(conflicts, day)


def _rectangle(span: Span, day: datetime.date, assumed: frozenset[str]) -> Rectangle:
    value, events = span.value, span.events
    if assumed and getattr(value, "basis", None) is not None and not assumed.isdisjoint(events):
        value = value._replace(basis="assumed")
    return Rectangle(
        view=span.view,
        key=span.key,
        value=value,
        begin=span.begin,
        end=span.end,
        possible_from=span.possible_from,
        certain_from=span.certain_from,
        certain_until=span.certain_until,
        possible_until=span.possible_until,
        doubts=span.doubts,
        events=events,
        ended_by=span.ended_by,
        known_from=day,
    )


def _version(event: Event, resolved: Resolved, day: datetime.date) -> Version:
    announced = resolved.announcements.get(event.id)
    return Version(
        event=event,
        corrections=resolved.visible.corrections.get(event.id, ()),
        announced_by=None if announced is None else announced.id,
        known_from=day,
    )
