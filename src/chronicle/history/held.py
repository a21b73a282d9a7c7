"""What a history consists of: its events, their source, and the answers that are cached."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from chronicle.dates import Day, Moment, as_day, as_moment
from chronicle.engine.declarations import Named
from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.projectors.guarded import guarded
from chronicle.engine.replay import Ledger, Projector
from chronicle.engine.resolver import Resolver
from chronicle.errors import Place, Problem, UsageError, absent
from chronicle.events import (
    Event,
    Knowledge,
)
from chronicle.events import knowledge as known_from
from chronicle.stores import Head, Record, Store
from chronicle.stores.record import head_of

if TYPE_CHECKING:
    from chronicle.engine import knowledge
    from chronicle.engine.partial import PartialReplay
    from chronicle.ledgers.keeping import KeptFile, LedgerKeeper

# How many ledgers of other days of knowledge are cached.
_KEPT_LEDGERS = 8


class HeldEvents:
    """The events of a source and its projectors.

    The ledger of all that is known is kept; those of earlier days of knowledge are made on demand.
    """

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
        self._projectors = (*PROJECTORS, *map(guarded, projectors))
        self._places = dict(places or {})
        self._recorded_at = None if recorded is None else [*recorded]
        self._store = store
        self._head = head_of(None)
        # The ledger on disk, if one fits; whether its events are still to be read; and what writes it.
        self._opened: KeptFile | None = None
        self._unread = False
        self._keeper: LedgerKeeper | None = None
        self._notices: list[Problem] = []
        self._kept_events: tuple[Event, ...] = ()
        self._named = Named()
        self._noted = 0
        self._assumed: frozenset[str] = frozenset()
        # What was last replayed of everything, from which later events and other days of knowledge go on.
        self._partial: PartialReplay | None = None
        self._forget()

    @classmethod
    def from_files(cls, paths: Sequence[Path], projectors: Sequence[Projector] = ()) -> Self:
        """The history in a folder or in files. Raises ``InvalidEvents`` with all problems of all files."""
        from chronicle import authoring

        authored = authoring.read(paths)
        return cls(authored.events, projectors, places=authored.places)

    @classmethod
    def from_store(cls, store: Store, projectors: Sequence[Projector] = (), *, ledger: bool = True) -> Self:
        """The history in a store, whose checksums and chain are verified while it is read.

        Where a ledger on disk fits the store, it answers, and the events are read only when they are needed.
        ``ledger=False`` neither uses nor makes one.
        """
        history = cls((), projectors, recorded=(), store=store)
        if ledger:
            history._opened = history._ledger_keeper().opened()
        if history._opened is None:
            history._catch_up()
        else:
            history._head, history._unread = history._opened.head, True
        return history

    def __repr__(self) -> str:
        where = "files" if self._store is None else self._store.location
        events = self._head.position if self._unread else len(self._log)
        return f"<History of {events} events from {where}>"

    def close(self) -> None:
        """Close the store, if there is one. What was read can still be asked; nothing can be appended."""
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def notices(self) -> tuple[Problem, ...]:
        """Problems that are no errors: a ledger on disk did not fit the store, or could not be written."""
        return tuple(self._notices)

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
        return tuple(event for event in held if known_from(event).day <= day)

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

    def position(self, event: str) -> int:
        """The position of an event by its id, from 1. Raises ``NotFound`` (C608)."""
        position = self._log.positions.get(event)
        if position is None:
            raise absent("C608", "event", event, self._log)
        return position

    def known_since(self, event: Event) -> Knowledge:
        """From which day an event of this history could be known, as it was written, without its corrections.

        Raises ``NotFound`` (C608) for an event that is not in this history.
        """
        return known_from(self._log.events[self.position(event.id) - 1])

    def place(self, event: str) -> Place | None:
        """The file, line and column of an event by its id; None when it comes from a store."""
        return self._places.get(event)

    @property
    def kept_ledger(self) -> KeptFile | None:
        """The ledger on disk that answers, proven when it was opened; None where events are replayed."""
        return self._opened

    def keep_ledger(self) -> KeptFile | None:
        """Write the ledger of all that is known to disk, whatever its size, and give it, proven.

        None where that fails, which ``notices`` reports. Raises ``UsageError`` (C509) without a store.
        """
        keeper = self._ledger_keeper()
        keeper.asked()
        self._opened = self._keep(keeper)
        return self._opened

    def drop_ledger(self) -> tuple[Path, ...]:
        """Delete the ledger on disk, and give the files deleted.

        Raises ``UsageError`` (C509) without a store, and ``OSError`` where a file cannot be deleted.
        """
        return tuple(self._ledger_keeper().drop())

    @paused_collector()
    def ledger_faults(self) -> tuple[str, ...]:
        """The names of the blocks of the ledger on disk that differ from what a full replay gives.

        Empty where all agree or there is no ledger. Raises what reading the store raises.
        """
        if self._opened is None:
            return ()
        named = Named()
        named.note(self._log.events)
        ids = sorted(named.entities), sorted(named.deals)
        return self._opened.faults(self._resolved(None, None).ledger, ids)

    def _ledger_keeper(self) -> LedgerKeeper:
        if self._keeper is None:
            from chronicle.ledgers.keeping import LedgerKeeper

            self._keeper = LedgerKeeper(self._require_store(), self._projectors, self._notices.append)
        return self._keeper

    def _require_store(self) -> Store:
        if self._store is None:
            message = "a history without a store takes no events"
            help = "add them to a file, or record the files into a store and open that"
            raise UsageError(Problem("C509", message, help=help))
        return self._store

    def _forget(self) -> None:
        """Drop all cached answers."""
        self._answers: dict[tuple[datetime.date | None, str | None], knowledge.Resolved] = {}
        self._resolvers: dict[tuple[datetime.date | None, str | None], Resolver] = {}
        self._partial_ledgers: dict[tuple[datetime.date | None, str | None], Ledger | None] = {}

    @property
    def _log(self) -> EventLog:
        """The events. Reads them from the store now, if a ledger on disk has answered so far."""
        self._read_in()
        return self._told

    @property
    def _recorded(self) -> list[str] | None:
        """The time at which each event was recorded; None for a history without a store."""
        self._read_in()
        return self._recorded_at

    def _read_in(self) -> None:
        """Read the events from which the ledger on disk was made, if they were not read yet."""
        if self._unread and self._store is not None:
            with paused_collector():
                records = list(self._store.read(limit=self._head.position))
                from chronicle import codec

                self._told = EventLog([codec.from_record(record) for record in records])
            self._recorded_at, self._unread = [record.recorded_at for record in records], False
            if self._opened is not None:
                self._go_on_from(self._opened.ledger)

    def _catch_up(self) -> int:
        """Read what others appended to the store, and give the number of these events."""
        if self._store is None or (self._unread and self._store.head() == self._head):
            return 0
        with paused_collector():
            records = list(self._store.read(after=len(self._log)))
            from chronicle import codec

            self._add(records, [codec.from_record(record) for record in records])
        return len(records)

    def _take_in(self, added: Sequence[Record], events: Mapping[str, Event]) -> None:
        """Add records that were just appended, without reading them again; ``events`` has them by id.

        Where others appended in between, the store is read from where this history ends.
        """
        if added and added[0].position == len(self._log) + 1:
            self._add(added, [events[record.id] for record in added])
        else:
            self._catch_up()

    def _add(self, records: Sequence[Record], events: Iterable[Event]) -> None:
        if not records:
            return
        self._log.events += events
        self._recorded_at = self._recorded_at or []
        self._recorded_at += [record.recorded_at for record in records]
        self._head, self._opened = head_of(records[-1]), None
        self._forget()

    def _visible(self, known: Day | None, recorded: Moment | None) -> knowledge.Visible:
        held = self._log.events if recorded is None else self._held(as_moment(recorded))
        from chronicle.engine import knowledge

        return knowledge.visible(held, None if known is None else as_day(known))

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

    def _resolved(self, known: Day | None, recorded: Moment | None) -> knowledge.Resolved:
        """What was known by then and its replay. Cached, with the last few of other days of knowledge."""
        from chronicle.engine import knowledge

        day = None if known is None else as_day(known)
        held = None if recorded is None else as_moment(recorded)
        if (day, held) not in self._answers:
            events = self._log.events if held is None else self._held(held)
            others = [other for other in self._answers if other != (None, None)]
            if len(others) >= _KEPT_LEDGERS:
                del self._answers[others[0]]
                self._resolvers.pop(others[0], None)
            self._answers[day, held] = knowledge.resolve(events, day, self._projectors, self._origin)
            if (day, held) == (None, None):
                self._go_on_from(self._answers[day, held].ledger)
            if (
                (day, held) == (None, None)
                and self._keeper is not None
                and self._keeper.worth_it(len(events))
            ):
                self._keep(self._keeper)
        return self._answers[day, held]

    def _go_on_from(self, ledger: Ledger) -> None:
        """Note the ledger of everything so far: from now on only what differs from it is to be replayed."""
        from chronicle.engine.partial import PartialReplay

        log = self._told
        if self._partial is None:
            self._partial = PartialReplay(log, self._projectors, self._origin, ledger, len(log))
        else:
            self._partial.begin_anew(ledger)

    def _partial_ledger(self, known: datetime.date | None, recorded: str | None) -> Ledger | None:
        """The ledger by what was known and recorded by some days, where only parts need to be replayed."""
        if self._partial is None:
            return None
        kept = self._partial_ledgers
        if (known, recorded) not in kept:
            if len(kept) >= _KEPT_LEDGERS:
                del kept[next(iter(kept))]
            later = frozenset() if recorded is None else self._recorded_after(recorded)
            kept[known, recorded] = self._partial.ledger(known, later)
        return kept[known, recorded]

    @paused_collector()
    def _keep(self, keeper: LedgerKeeper) -> KeptFile | None:
        """Write the ledger of all that is known to disk. None where the store has changed since."""
        named = self.entity_ids(), self.deal_ids()
        return keeper.keep(self._resolved(None, None).ledger, named, self._head)

    def _origin(self, event: Event) -> str | None:
        """In which file, or by which append, an event was told: there, and only there, order is data."""
        if self._recorded_at is None:
            place = self._places.get(event.id)
            return None if place is None else place.file
        position = self._told.positions.get(event.id)
        return None if position is None else self._recorded_at[position - 1]

    def _placed(self, problem: Problem) -> Problem:
        """The problem with the place of the first of its events that has one."""
        places = (self._places.get(event) for event in problem.events)
        return problem.at(next((place for place in places if place), None))

    def entity_ids(self) -> tuple[str, ...]:
        """The ids of all entities that some event names, sorted."""
        if self._unread and self._opened is not None:
            return self._opened.ledger.named("entities")
        return tuple(sorted(self._everything_named().entities))

    def deal_ids(self) -> tuple[str, ...]:
        """The ids of all deals that some event belongs to, sorted."""
        if self._unread and self._opened is not None:
            return self._opened.ledger.named("deals")
        return tuple(sorted(self._everything_named().deals))

    def event_ids(self) -> tuple[str, ...]:
        """The ids of all events, in order of position. Where a ledger answers, no event is read for it."""
        if self._unread and self._store is not None:
            return tuple(record.id for record in self._store.read(limit=self._head.position))
        return tuple(event.id for event in self._log.events)

    def _everything_named(self) -> Named:
        self._named.note(self._log.events[self._noted :])
        self._noted = len(self._log)
        return self._named
