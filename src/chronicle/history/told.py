"""The events of a history and their source: those of files, or of a store, read when they are needed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from chronicle import events as kinds
from chronicle.dates import Day, Moment, as_day, as_moment
from chronicle.engine.declarations import Named
from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.errors import Place, Problem, UsageError, absent
from chronicle.stores import Head, Record, Store
from chronicle.stores.record import head_of

if TYPE_CHECKING:
    from chronicle.engine.replay import Projector
    from chronicle.events import Event, Knowledge
    from chronicle.ledgers.partitions.answering import RowsAnswering
    from chronicle.ledgers.stored_log import StoredLog


class ToldEvents:
    """The events of a source."""

    def __init__(
        self,
        events: Iterable[Event],
        projectors: Sequence[Projector] = (),
        *,
        places: Mapping[str, Place] | None = None,
        recorded: Sequence[str] | None = None,
        store: Store | None = None,
    ) -> None:
        """A history of ``events`` in order of position; ``chronicle.open`` is the usual way to make one.

        ``projectors`` are added to those of Chronicle. ``places`` says by event id where each stands in its
        file. ``recorded`` has the time of recording of each event, and is None for events that come from no
        store.
        """
        self._told = EventLog([*events])
        self._own_projectors = _guarded(projectors)
        self._places = dict(places or {})
        self._recorded_at = None if recorded is None else [*recorded]
        self._store = store
        self._head = head_of(None)
        # Whether events are still to be read, since a ledger on disk has answered so far.
        self._unread = False
        # The rows of a replay, where there are these and no events.
        self._rows: RowsAnswering | None = None
        self._kept_events: tuple[Event, ...] = ()
        self._named = Named()
        self._noted = 0

    @cached_property
    def _projectors(self) -> tuple[Projector, ...]:
        """Those of Chronicle and the user's own. Imported only now: a ledger on disk answers without them."""
        from chronicle.engine.projectors import PROJECTORS

        return (*PROJECTORS, *self._own_projectors)

    @classmethod
    def from_files(cls, paths: Sequence[Path], projectors: Sequence[Projector] = ()) -> Self:
        """The history in a folder or in files. Raises ``InvalidEvents`` with all problems of all files."""
        from chronicle import authoring

        authored = authoring.read(paths)
        return cls(authored.events, projectors, places=authored.places)

    def __repr__(self) -> str:
        if self._rows is not None:
            return f"<History of rows in {self._rows.path}>"
        where = "files" if self._store is None else self._store.location
        return f"<History of {self._head.position if self._unread else len(self._log)} events from {where}>"

    def close(self) -> None:
        """Close the store, if there is one. What was read can still be asked; nothing can be appended."""
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def has_events(self) -> bool:
        """Whether there are events to ask for; the rows of a replay have none."""
        return self._rows is None

    @property
    def events(self) -> tuple[Event, ...]:
        """Every event as it was written, in order of position."""
        if len(self._kept_events) < len(self._log):
            self._kept_events = tuple(self._log.events)
        return self._kept_events

    def written(self, known: Day | None = None, recorded: Moment | None = None) -> tuple[Event, ...]:
        """The events known by ``known`` and recorded by ``recorded``, both inclusive; without corrections."""
        held = self.events if recorded is None else self._held(as_moment(recorded))
        if known is None:
            return held
        day = as_day(known)
        return tuple(event for event in held if kinds.knowledge(event).day <= day)

    @property
    def head(self) -> Head | None:
        """Where the store ended when this history last read it; None for a history without a store.

        Give its position to ``append`` as ``expected`` to append only if nobody else did since (optimistic
        concurrency).
        """
        return None if self._store is None else self._head

    def refresh(self) -> int:
        """Read what others appended to the store since it was last read, and give the number of these events.

        Only new records are read. Raises ``UsageError`` (C509) without a store.
        """
        if self._store is None:
            message = "a history without a store has nothing to read again"
            raise UsageError(Problem("C509", message, help="open the files anew"))
        return self._catch_up()

    def has_news(self) -> bool:
        """Whether others appended to the store since it was last read; nothing is read. False without one."""
        return self._store is not None and self._store.head() != self._head

    def position(self, event: str) -> int:
        """The position of an event by its id, from 1. Raises ``NotFound`` (C608)."""
        position = self._some.positions.get(event)
        if position is None:
            raise absent("C608", "event", event, self.event_ids())
        return position

    def has_event(self, event: str) -> bool:
        """Whether there is an event of this id."""
        return event in self._some.positions

    def as_written(self, event: str) -> Event:
        """One event by its id, without its corrections. Raises ``NotFound`` (C608)."""
        return self._some.events[self.position(event) - 1]

    def known_since(self, event: Event) -> Knowledge:
        """From which day an event of this history could be known, as it was written, without its corrections.

        Raises ``NotFound`` (C608) for an event that is not in this history.
        """
        return kinds.knowledge(self._some.events[self.position(event.id) - 1])

    def known_days(self) -> Iterator[datetime.date]:
        """The days on which events, declarations aside, could be known, in order of position.

        Read as they are asked for: who looks for one known by some day seldom needs the last.
        """
        some: Iterable[Event] = self._told.events
        if self._unread and self._store is not None:
            from chronicle import codec

            read = codec.from_records(self._store.read(limit=self._head.position))
            some = (event for _, events in read for event in events)
        return (kinds.knowledge(event).day for event in some if not isinstance(event, kinds.EntityDeclared))

    def place(self, event: str) -> Place | None:
        """The file, line and column of an event by its id; None when it comes from a store."""
        return self._places.get(event)

    def tell_places_from(self, folder: str) -> None:
        """Tell places of files below ``folder`` by their paths from there on, as when it is published."""
        there = (*self._places.items(),)
        self._places = {event: place.seen_from(folder) for event, place in there}

    def entity_ids(self) -> tuple[str, ...]:
        """The ids of all entities that some event names, sorted."""
        return self._everything_named().in_order("entity")

    def deal_ids(self) -> tuple[str, ...]:
        """The ids of all deals that some event belongs to, sorted."""
        return self._everything_named().in_order("deal")

    def names(self, what: str, id: str) -> bool:
        """Whether some event names an ``"entity"`` or a ``"deal"`` of this id."""
        return self._everything_named().has(what, id)

    def count_named(self, what: str) -> int:
        """How many entities (``"entity"``) or deals (``"deal"``) events name."""
        return self._everything_named().count(what)

    def event_ids(self) -> tuple[str, ...]:
        """The ids of all events, in order of position. Where a ledger answers, no event is made for it."""
        if self._unread and self._store is not None:
            return tuple(record.id for record in self._store.read(limit=self._head.position))
        return tuple(event.id for event in self._log.events)

    def _everything_named(self) -> Named:
        # A ledger on disk has those of its events, which need not be read for them.
        if not self._unread or len(self._told) > self._noted:
            log = self._some
            self._named.note(log.events[self._noted :], log)
            self._noted = len(log)
        return self._named

    def _require_store(self) -> Store:
        if self._store is None:
            message = "a history without a store takes no events"
            help = "add them to a file, or record the files into a store and open that"
            raise UsageError(Problem("C509", message, help=help))
        return self._store

    @property
    def _log(self) -> EventLog:
        """The events. Reads them from the store now, if a ledger on disk has answered so far."""
        self._read_in()
        return self._told

    @property
    def _some(self) -> EventLog:
        """The events, for a caller that needs few of them: where that can be, only these are read."""
        return self._told if self._sparse is not None else self._log

    @property
    def _sparse(self) -> StoredLog | None:
        """The log that reads only what is asked for, until everything is read; None where there is none."""
        told: Any = self._told
        return told if self._unread and told.reads_some else None

    @property
    def _recorded(self) -> list[str] | None:
        """The time at which each event was recorded; None for a history without a store."""
        self._read_in()
        return self._recorded_at

    def _read_in(self) -> None:
        """Read the events from which the ledger on disk was made, if they were not read yet."""
        if self._rows is not None:
            raise self._rows.refusal()
        if self._unread and self._store is not None:
            found = _read(self._store.read(limit=self._head.position))
            self._told = EventLog(found.events)
            self._recorded_at, self._unread = found.recorded_at, False
            self._everything_read()

    def _everything_read(self) -> None:
        """Called when the events behind a ledger on disk have been read."""

    def _changed(self) -> None:
        """Called when events were added."""

    def _catch_up(self) -> int:
        """Read what others appended to the store, and give the number of these events."""
        if self._store is None or (self._unread and self._store.head() == self._head):
            return 0
        found = _read(self._store.read(after=len(self._some)))
        self._add(found)
        return len(found.events)

    def _take_in(self, added: Sequence[Record], events: Mapping[str, Event]) -> None:
        """Add records that were just appended, without reading them again; ``events`` has them by id.

        Where others appended in between, the store is read from where this history ends.
        """
        if added and added[0].position == len(self._some) + 1:
            recorded_at = [record.recorded_at for record in added]
            self._add(_Read([events[record.id] for record in added], recorded_at, head_of(added[-1])))
        else:
            self._catch_up()

    def _add(self, found: _Read) -> None:
        if not found.events:
            return
        first = len(self._some) + 1
        self._some.add(found.events)
        if self._sparse is not None:
            self._sparse.note_recorded(first, found.recorded_at)
        else:
            self._recorded_at = self._recorded_at or []
            self._recorded_at += found.recorded_at
        self._head = found.head
        self._changed()

    def _held(self, recorded: str) -> tuple[Event, ...]:
        later = self._recorded_after(recorded)
        return tuple(event for place, event in enumerate(self._log.events) if place not in later)

    def _recorded_after(self, recorded: str) -> frozenset[int]:
        """The places, from 0, of the events that were recorded after a moment."""
        if self._recorded is None:
            message = "a history without a store has no times of recording"
            help = "record the files into a store and ask that, or ask by --known"
            raise UsageError(Problem("C509", message, help=help))
        last = recorded.removesuffix("Z")
        return frozenset(place for place, at in enumerate(self._recorded) if at[: len(last)] > last)

    def _origin(self, event: Event) -> str | None:
        """In which file, or by which append, an event was told: there, and only there, order is data."""
        if self._recorded_at is None:
            place = self._places.get(event.id)
            return None if place is None else place.file
        position = self._told.positions.get(event.id)
        if position is None:
            return None
        return self._recorded_at[position - 1] if self._sparse is None else self._sparse.recorded_at(position)

    def _placed(self, problem: Problem) -> Problem:
        """The problem with the place of the first of its events that has one."""
        places = (self._places.get(event) for event in problem.events)
        return problem.at(next((place for place in places if place), None))


class _Read(NamedTuple):
    """Events that were read from a store, the time at which each was recorded, and where they end."""

    events: list[Event]
    recorded_at: list[str]
    head: Head


def _read(records: Iterator[Record]) -> _Read:
    """The events in records, which are let go as soon as they are read."""
    # Loaded when an event is read, which many questions to a ledger do not need.
    from chronicle import codec

    events: list[Event] = []
    recorded_at: list[str] = []
    last = None
    with paused_collector():
        for some, found in codec.from_records(records):
            events += found
            recorded_at += [record.recorded_at for record in some]
            last = some[-1]
    return _Read(events, recorded_at, head_of(last))


def _guarded(projectors: Sequence[Projector]) -> tuple[Projector, ...]:
    if not projectors:
        return ()
    from chronicle.engine.projectors.guarded import guarded

    return tuple(map(guarded, projectors))
