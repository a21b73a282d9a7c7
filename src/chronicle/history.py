"""The facade: a source of events, the projectors that replay them, and every question one can ask.

Methods here are short on purpose. What they do stands on the floors below; what only one of them
needs is imported there, so that a plain question starts quickly.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Self

from attrs import evolve

from chronicle import authoring, codec
from chronicle.dates import Day, PartialDate, as_date, as_day, parse_date
from chronicle.engine import knowledge
from chronicle.engine.declarations import Named, unknown_names
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.projectors.guarded import guarded
from chronicle.engine.replay import Ledger, Projector, Span
from chronicle.engine.resolver import Reference, Resolver
from chronicle.engine.state import State
from chronicle.engine.statements import EventLog, SourceGiven, Statement, faults
from chronicle.engine.tables import Table, spans_table
from chronicle.errors import InvalidEvents, NotFound, Place, Problem, UsageError, absent, printable
from chronicle.events import (
    KINDS,
    DealAgreed,
    DealApproved,
    DealCompleted,
    DealProposed,
    EntityDeclared,
    Event,
    Knowledge,
    RecordCorrected,
    references,
)
from chronicle.events import knowledge as known_from
from chronicle.stores import Head, Record, Store, open_store
from chronicle.stores.location import is_address, is_event_file
from chronicle.stores.record import head_of

if TYPE_CHECKING:
    from chronicle.engine.conflicts import Conflict
    from chronicle.engine.diff import Difference
    from chronicle.engine.order import Origin
    from chronicle.engine.why import Evidence, Why
    from chronicle.ledgers.keeping import KeptFile, LedgerKeeper

# Ledgers of other days of knowledge are kept for a few questions in a row, and then let go.
_KEPT_LEDGERS = 8

# What is assumed is known at all times: a what-if may be asked by any knowledge.
_ALWAYS = parse_date("0001-01-01")


def open_history(
    source: str | Path,
    projectors: Sequence[Projector] = (),
    *,
    create: bool = False,
    read_only: bool = False,
    ledger: bool = True,
) -> History:
    """Open a history: a folder or a file of YAML or JSON Lines, or a store such as ``corp.db``.

    ``-`` is YAML or JSON Lines from standard input.

    ``projectors`` are yours, beside those that come with Chronicle. ``create`` makes a store that is
    not there yet. ``ledger=False`` does without a ledger on disk. Raises ``NotFound`` (C604) when there is
    nothing at ``source``, ``InvalidEvents`` with all problems of all files, ``StoreError`` for a store that
    cannot be read.
    """
    path = Path(source)
    if authoring.is_standard_input(source):
        return History.from_files([path], projectors)
    is_text = is_event_file(path)
    is_path = not is_address(source) and str(source) != "memory:"
    if is_path and not os.path.exists(path) and (is_text or not create):
        message = f'nothing to read at "{printable(str(source))}"'
        raise NotFound(Problem("C604", message, help="name a folder of event files, a file or a store"))
    if is_text or os.path.isdir(path):
        return History.from_files([path], projectors)
    store = open_store(source, create=create, read_only=read_only)
    return History.from_store(store, projectors, ledger=ledger)


class History:
    """A source of events and its projectors.

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
        """A history of ``events`` in order of position; most people call ``chronicle.open`` instead."""
        self._told = EventLog([*events])
        self._projectors = (*PROJECTORS, *map(guarded, projectors))
        self._places = dict(places or {})
        self._recorded_at = None if recorded is None else [*recorded]
        self._store = store
        self._head = head_of(None)
        # A ledger on disk that fits, while the events that it was made of are not read yet; and who keeps it.
        self._opened: KeptFile | None = None
        self._unread = False
        self._keeper: LedgerKeeper | None = None
        self._notices: list[Problem] = []
        self._kept_events: tuple[Event, ...] = ()
        self._named = Named()
        self._noted = 0
        self._assumed: frozenset[str] = frozenset()
        self._forget()

    @classmethod
    def from_files(cls, paths: Sequence[Path], projectors: Sequence[Projector] = ()) -> Self:
        """The history in a folder or in files."""
        authored = authoring.read(paths)
        return cls(authored.events, projectors, places=authored.places)

    @classmethod
    def from_store(cls, store: Store, projectors: Sequence[Projector] = (), *, ledger: bool = True) -> Self:
        """The history in a store, its checksums and chain verified on the way in.

        Where a ledger on disk fits the store, the events are only read when somebody asks for them: what was
        so on a day comes from the ledger. ``ledger=False`` does without, and makes none.
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
        """Let go of the store, if there is one. What was read can still be asked; nothing can be appended."""
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def notices(self) -> tuple[Problem, ...]:
        """What was worth a word and no error: that a ledger on disk did not fit, or could not be kept."""
        return tuple(self._notices)

    # Events

    @property
    def events(self) -> tuple[Event, ...]:
        """Every event as it was written, in order of position."""
        if len(self._kept_events) < len(self._log):
            self._kept_events = tuple(self._log.events)
        return self._kept_events

    def written(self, known: Day | None = None, recorded: Day | None = None) -> tuple[Event, ...]:
        """The events known on ``known`` and recorded by ``recorded``, each as it was written, by position."""
        held = self.events if recorded is None else self._held(as_day(recorded))
        if known is None:
            return held
        day = as_day(known)
        return tuple(event for event in held if known_from(event).day <= day)

    def event(self, event: str, known: Day | None = None) -> Event:
        """One event by its id, as corrected by what was known on ``known``.

        Raises ``NotFound`` (C608) for an id that is not there or was not known by then, ``InvalidEvents``
        (C212) for an event that was retracted.
        """
        self.position(event)
        resolved = self._resolved(known, None)
        if event in resolved.events:
            return resolved.events[event]
        if event in resolved.visible.retractions:
            message = f'event "{event}" was retracted'
            help = "retract the retraction, or record the event anew"
            raise InvalidEvents(Problem("C212", message, help=help, events=(event,)))
        message = f'event "{printable(event)}" was not known yet on {known}'
        raise NotFound(Problem("C608", message, help="ask by what was known later"))

    @property
    def head(self) -> Head | None:
        """Where the store ended when this history last read it; None for a history without a store.

        Its position is that of the last event; give it to ``append`` as ``expected`` to append only if
        nobody else did since (optimistic concurrency).
        """
        return None if self._store is None else self._head

    def refresh(self) -> int:
        """Take in what others appended to the store since it was read, and say how many events these are.

        Only what is new is read. Raises ``UsageError`` (C509) without a store.
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
        """From which day an event of this history could be known: as it was written, whatever corrects it.

        Raises ``NotFound`` (C608) for an event that is not of this history.
        """
        return known_from(self._log.events[self.position(event.id) - 1])

    def place(self, event: str) -> Place | None:
        """The file, line and column of an event by its id; None when it comes from a store."""
        return self._places.get(event)

    @paused_collector()
    def timeline(
        self,
        entity: str | None = None,
        *,
        deal: str | None = None,
        since: Day | None = None,
        until: Day | None = None,
        kinds: str | Iterable[str] | None = None,
        known: Day | None = None,
        recorded: Day | None = None,
    ) -> tuple[Event, ...]:
        """Events in the order of replay, each in the version known on ``known``.

        ``entity``, an id or a name, keeps those that concern it: those that name it, and all of every deal
        that it is a party to or that an effect of names it. The id or title of a deal in its place is that
        deal. ``deal`` keeps those that belong to the deal, its stages and others, ``kinds`` those of these
        kinds, ``since`` and ``until`` (both inclusive) those that may have happened then. Declarations are
        left out unless asked for by kind. Raises ``NotFound`` for an unknown entity (C601), deal (C602)
        or kind (C201), ``UsageError`` (C609) when no day lies between ``since`` and ``until``.
        """
        wanted = None if kinds is None else self._kinds(kinds)
        resolved = self._resolved(known, recorded)
        visible = resolved.visible
        resolver = self.resolver(known, recorded)
        if entity is not None and deal is None:
            meant = resolver.either(entity)
            entity, deal = (meant.id, None) if meant.kind == "entity" else (None, meant.id)
        elif entity is not None:
            entity = resolver.entity(entity)
        deal = None if deal is None else resolver.deal(deal)
        entity = None if entity is None else visible.names.get(entity, entity)
        concerned = frozenset() if entity is None else _deals_of(entity, visible.events)
        first = datetime.date.min if since is None else _first_day(since)
        last = datetime.date.max if until is None else as_day(until)
        if last < first:
            message = f"no day lies between {first} (since) and {last} (until)"
            raise UsageError(Problem("C609", message, help="give the earlier date as since"))
        return tuple(
            event
            for event in resolved.told
            if (not isinstance(event, EntityDeclared) if wanted is None else event.kind in wanted)
            and (entity is None or event.deal in concerned or _names(event, entity))
            and deal in (None, event.deal)
            and event.date.latest >= first
            and event.date.earliest <= last
        )

    # Answers

    def as_of(self, day: Day, known: Day | None = None, recorded: Day | None = None) -> State:
        """What was so on ``day``, by what was known on ``known`` and recorded by ``recorded``.

        A partial date stands for its end. Raises ``InvalidValue`` for what is not a day, and
        ``UsageError`` (C509) for ``recorded`` of a history that comes from files.
        """
        resolver = self.resolver(known, recorded)
        by = None if known is None else as_day(known)
        return State(as_day(day), by, resolver.ledger, self._assumed, resolver)

    def resolve(
        self, word: str, day: Day | None = None, known: Day | None = None, recorded: Day | None = None
    ) -> Reference:
        """The entity or deal that ``word`` means: an id, a name, an identifier or the title of a deal.

        Names of ``day`` come first, then those of any day; upper and lower case are the same. Raises
        ``NotFound`` (C601, C602) with what is nearest, or with all of those that have the name.
        """
        return self.resolver(known, recorded).either(word, None if day is None else as_day(day))

    def resolver(self, known: Day | None = None, recorded: Day | None = None) -> Resolver:
        """Who is meant by a word, by what was known on ``known`` and recorded by ``recorded``."""
        terms = None if known is None else as_day(known), None if recorded is None else as_day(recorded)
        ledger = self.ledger(known, recorded)
        if terms not in self._resolvers:
            later = None if terms == (None, None) else self.ledger
            self._resolvers[terms] = Resolver(self.entity_ids, self.deal_ids, ledger, later)
        return self._resolvers[terms]

    @paused_collector()
    def spans(self, *key: str, view: str = "holdings", known: Day | None = None) -> tuple[Span, ...]:
        """How the values of a key went over time, oldest first.

        ``key`` may leave out its last parts: ``spans("alibaba-group", "alibaba-pictures")`` has every
        right; it takes names for ids. Raises ``NotFound``: C606 for a view that no projector writes, C601
        and C602 for an entity and a deal that nobody has named.
        """
        ledger = self.ledger(known)
        found = ledger.spans(view, *key)
        if found or not key:
            return found
        return ledger.spans(view, *self.resolver(known, None).key(view, key))

    def spans_table(self, view: str = "holdings", known: Day | None = None) -> Table:
        """Every span of a view as a table for data frames. Raises ``NotFound`` (C606) for an unknown view."""
        return spans_table(view, self.spans(view=view, known=known))

    def ledger(self, known: Day | None = None, recorded: Day | None = None) -> Ledger:
        """Every span of every view, by what was known on ``known`` and recorded by ``recorded``."""
        if self._opened is not None and known is None and recorded is None:
            return self._opened.ledger
        return self._resolved(known, recorded).ledger

    @paused_collector()
    def why(
        self,
        *key: str,
        as_of: Day,
        view: str = "holdings",
        known: Day | None = None,
        recorded: Day | None = None,
    ) -> Why:
        """Why the facts about a key are so on a day: their events, sources, corrections and rivals.

        Of what is over by then, the event that ended it. ``key`` may leave out its last parts:
        ``why("alibaba-group", "alibaba-pictures", as_of="2015")``; it takes names for ids.
        Raises ``NotFound``: C606 for a view that no projector writes, C601 and C602 for an entity and a deal
        that nobody has named.
        """
        from chronicle.engine.why import Why, endings_for, instead, reasons_for

        state = self.as_of(as_of, known, recorded)
        evidence = self._evidence(known, recorded)
        ledger = self.ledger(known, recorded)
        spans = ledger.spans(view, *key)
        if key and not spans:
            key = self.resolver(known, recorded).key(view, key, state.as_of)
            spans = ledger.spans(view, *key)
        reasons = reasons_for(state.beginning(view, *key), state.as_of, evidence)
        ended = endings_for(spans, state.as_of, evidence)
        return Why(view, key, reasons, None if reasons else instead(spans, state.as_of, state.known), ended)

    @paused_collector()
    def diff(
        self,
        first: Day,
        second: Day,
        *,
        known: tuple[Day | None, Day | None] = (None, None),
        recorded: Day | None = None,
    ) -> tuple[Difference, ...]:
        """What changed from ``first`` to ``second``, typed, each with its events.

        ``known`` are the days of knowledge of the two sides. The same day twice with two days of
        knowledge is what changed in our knowledge, and not in the world.
        """
        from chronicle.engine.diff import difference

        before, after = self.as_of(first, known[0], recorded), self.as_of(second, known[1], recorded)
        if known[0] == known[1]:
            return difference(before, after)
        learned = self._resolved(known[1], recorded).visible.since(self._resolved(known[0], recorded).visible)
        return difference(before, after, learned)

    @paused_collector()
    def conflicts(self, known: Day | None = None, recorded: Day | None = None) -> tuple[Conflict, ...]:
        """Where sources disagree: every claim, which one counts, and by which rule."""
        return self._resolved(known, recorded).conflicts

    @paused_collector()
    def check(
        self, known: Day | None = None, recorded: Day | None = None, *, laws: bool = False
    ) -> tuple[Problem, ...]:
        """Every doubt about the history as known on ``known``, with the events involved and their place.

        Of a store, also a note (C421) on each event that was recorded before the laws of 0.2.0 came and
        has another answer by them; with ``laws`` on each such event of any history.
        """
        from chronicle.engine.checks import Examined, examine, undeclared

        resolved = self._resolved(known, recorded)
        seen = resolved.visible
        found = examine(Examined(resolved.settled.events, resolved.ordered, resolved.ledger, resolved.doubts))
        # Files that leave a name open are refused, and events made by code need declare nothing.
        names = undeclared(seen.events) if self._recorded is not None else ()
        changed = self._changed_by_laws(known, recorded, laws)
        everything = (*seen.problems, *seen.doubts, *found, *names, *changed)
        return tuple(self._placed(problem) for problem in everything)

    def _changed_by_laws(self, known: Day | None, recorded: Day | None, laws: bool) -> Iterator[Problem]:
        from chronicle.engine import earlier

        about = (
            set(self._log)
            if laws
            else {
                event.id
                for event, at in zip(self._log.events, self._recorded or (), strict=False)
                if at and at[:10] < earlier.LAWS_CAME
            }
        )
        if about:
            events = self.events if recorded is None else self._held(as_day(recorded))
            before = earlier.replayed_earlier(events, None if known is None else as_day(known))
            yield from earlier.notes(before, self._resolved(known, recorded), about)

    # The ledger on disk

    @property
    def kept_ledger(self) -> KeptFile | None:
        """The ledger on disk that answers, proven when it was opened; None where the events do."""
        return self._opened

    def keep_ledger(self) -> KeptFile | None:
        """Lay the ledger of all that is known down on disk, whatever its size, and give it, proven.

        None where that cannot be done, which ``notices`` tells. Raises ``UsageError`` (C509) without a store.
        """
        self._opened = self._keep(self._ledger_keeper())
        return self._opened

    def drop_ledger(self) -> tuple[Path, ...]:
        """Delete the ledger on disk, and say which files went. Raises ``UsageError`` (C509), ``OSError``."""
        return tuple(self._ledger_keeper().drop())

    def ledger_faults(self) -> tuple[str, ...]:
        """What in the ledger on disk is not what a full replay makes, by the names of its blocks.

        Empty where there is none. Raises what reading the store raises.
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

    # Changes

    def assume(
        self,
        deal: str | None = None,
        on: Day | None = None,
        *,
        events: Iterable[Event | Mapping[str, object]] = (),
        known: Day | None = None,
    ) -> History:
        """The same history with ``deal`` completed on a day, or with more ``events``, or both.

        A what-if that touches no store. It may be asked for any day and any day of knowledge, and
        more may be assumed upon it. By what was known on ``known`` the deal must still be open.

        Raises ``NotFound`` (C602) for an unknown deal, ``UsageError`` (C603) for one that has
        completed or was terminated and for a day before the deal was made, ``InvalidEvents`` for
        wrong events.
        """
        more = [evolve(event, known=_ALWAYS) for event in _decoded(events)]
        if deal is not None:
            self._require_open(deal, known)
            completion = self._completion(deal, on)
            self._require_made(deal, completion.date, known)
            more.append(completion)
        self._refuse_faulty(more)
        assumed = copy(self)
        assumed._told = EventLog([*self._log.events, *more])
        assumed._assumed |= {event.id for event in more}
        assumed._recorded_at = None if self._recorded is None else [*self._recorded, *("" for _ in more)]
        assumed._store, assumed._keeper, assumed._opened = None, None, None
        assumed._named, assumed._noted = Named(), 0
        assumed._forget()
        return assumed

    def _completion(self, deal: str, on: Day | None) -> DealCompleted:
        if on is None:
            help = "say on which day: assume(deal, on=...)"
            raise UsageError(Problem("C603", f'no day for deal "{deal}" to complete on', help=help))
        # To assume that a deal is done is to know of it; before anybody did there is nothing to assume.
        told = (event for event in self._visible(None, None).events if event.deal == deal)
        known = PartialDate.of(min(self.known_since(event).day for event in told))
        return DealCompleted(id=f"assumed-{deal}", date=as_date(on), known=known, deal=deal, note="assumed")

    @paused_collector()
    def append(
        self,
        events: Iterable[Event | Mapping[str, object]],
        expected: int | None = None,
        *,
        declared: bool = True,
    ) -> int:
        """Record events, or plain data as in a file, and give the number that was new.

        Atomic, durable when it returns, and idempotent by id. ``expected`` is the position that the
        store must stand at. What events name must be declared, founded or proposed by them or in the
        store; ``declared=False`` takes names that are not, which ``check`` then tells of.
        Raises ``InvalidEvents`` with all problems, ``AppendRefused`` when an id has other content already or
        the store moved on, ``UsageError`` (C509) without a store.
        """
        store = self._require_store()
        # Others may have written to the store as well, and what they wrote may be corrected here.
        self._catch_up()
        decoded = _decoded(events)
        self._refuse_faulty(decoded)
        if declared:
            self._refuse_unknown(decoded)
        written = [codec.to_record_and_back(event) for event in decoded]
        appended = store.append([record for record, _ in written], expected)
        self._take_in(appended.added, {event.id: event for _, event in written})
        return len(appended.added)

    def correct(
        self,
        event: str,
        values: Mapping[str, object],
        *,
        reason: str,
        sources: Iterable[SourceGiven] = (),
        date: Day | None = None,
        known: Day | None = None,
        id: str | None = None,
        dry_run: bool = False,
    ) -> Event:
        """Put fields of an event right by an event of its own, and give that.

        ``values`` are by name of field: what the field would have in a file, or a ``Share``, a date and the
        like; None takes the field away. ``date`` is the day of the correction, else today; it counts from
        ``known``, else from the day its earliest source was published, else from ``date``. To correct in the
        same words again changes nothing. ``dry_run`` makes the event and leaves the store as it is.

        Raises ``NotFound`` (C608) for an event that is not there, ``InvalidEvents`` for one that was
        retracted (C212), a field that it has not (C202), values that make no event and names that nobody
        declares (C204, C208); ``UsageError`` (C509) without a store, unless it is a dry run.
        """
        current = self.event(event)
        said = Statement(reason, tuple(sources), date, known, id)
        correction = said.correction(current, values, self._log)
        # Raises for values that make no event.
        knowledge.patched(current, correction.set)
        return self._stated(correction, dry_run)

    def retract(
        self,
        event: str,
        *,
        reason: str,
        sources: Iterable[SourceGiven] = (),
        date: Day | None = None,
        known: Day | None = None,
        id: str | None = None,
        dry_run: bool = False,
    ) -> Event:
        """Withdraw an event by an event of its own, and give that. Arguments and errors as of ``correct``."""
        said = Statement(reason, tuple(sources), date, known, id)
        return self._stated(said.retraction(self.event(event), self._log), dry_run)

    def _stated(self, event: Event, dry_run: bool) -> Event:
        if dry_run:
            self._refuse_faulty([event])
            self._refuse_unknown([event])
        else:
            self.append([event])
        return event

    def _require_store(self) -> Store:
        if self._store is None:
            message = "a history without a store takes no events"
            help = "add them to a file, or record the files into a store and open that"
            raise UsageError(Problem("C509", message, help=help))
        return self._store

    # How it is done

    def _forget(self) -> None:
        self._answers: dict[tuple[datetime.date | None, datetime.date | None], knowledge.Resolved] = {}
        self._resolvers: dict[tuple[datetime.date | None, datetime.date | None], Resolver] = {}

    @property
    def _log(self) -> EventLog:
        """The events, which are read now where a ledger on disk answered until now."""
        self._read_in()
        return self._told

    @property
    def _recorded(self) -> list[str] | None:
        """When each event was recorded; None for a history without a store."""
        self._read_in()
        return self._recorded_at

    def _read_in(self) -> None:
        """Read the events that the ledger on disk was made of, which the questions so far had no need of."""
        if self._unread and self._store is not None:
            with paused_collector():
                records = list(self._store.read(limit=self._head.position))
                self._told = EventLog([codec.from_record(record) for record in records])
            self._recorded_at, self._unread = [record.recorded_at for record in records], False

    def _catch_up(self) -> int:
        """Read what the store has more, and say how many events these are."""
        if self._store is None or (self._unread and self._store.head() == self._head):
            return 0
        with paused_collector():
            records = list(self._store.read(after=len(self._log)))
            self._add(records, [codec.from_record(record) for record in records])
        return len(records)

    def _take_in(self, added: Sequence[Record], events: Mapping[str, Event]) -> None:
        """Take in what was just appended, of which the ``events`` are known by id, without reading it again.

        If others appended just before, the store is read from where this history ends.
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

    def _visible(self, known: Day | None, recorded: Day | None) -> knowledge.Visible:
        held = self._log.events if recorded is None else self._held(as_day(recorded))
        return knowledge.visible(held, None if known is None else as_day(known))

    def _held(self, recorded: datetime.date) -> tuple[Event, ...]:
        if self._recorded is None:
            message = "a history without a store has no times of recording"
            help = "record the files into a store and ask that, or ask by --known"
            raise UsageError(Problem("C509", message, help=help))
        day = recorded.isoformat()
        return tuple(
            event for event, at in zip(self._log.events, self._recorded, strict=True) if at[:10] <= day
        )

    def _resolved(self, known: Day | None, recorded: Day | None) -> knowledge.Resolved:
        day = None if known is None else as_day(known)
        held = None if recorded is None else as_day(recorded)
        if (day, held) not in self._answers:
            events = self._log.events if held is None else self._held(held)
            others = [other for other in self._answers if other != (None, None)]
            if len(others) >= _KEPT_LEDGERS:
                del self._answers[others[0]]
                self._resolvers.pop(others[0], None)
            self._answers[day, held] = knowledge.resolve(events, day, self._projectors, self._told_in())
            if (
                (day, held) == (None, None)
                and self._keeper is not None
                and self._keeper.worth_it(len(events))
            ):
                self._keep(self._keeper)
        return self._answers[day, held]

    def _keep(self, keeper: LedgerKeeper) -> KeptFile | None:
        """Keep the ledger of all that is known on disk, unless the store moved on, and give it."""
        named = self.entity_ids(), self.deal_ids()
        return keeper.keep(self._resolved(None, None).ledger, named, self._head)

    def _told_in(self) -> Origin:
        """In which file, or by which append, each event was told: there, and only there, order is data."""
        places, recorded = self._places, self._recorded
        if recorded is None:
            return lambda event: place.file if (place := places.get(event.id)) else None
        positions = self._log.positions
        return lambda event: recorded[position - 1] if (position := positions.get(event.id)) else None

    def _evidence(self, known: Day | None, recorded: Day | None) -> Evidence:
        from chronicle.engine.why import Evidence

        resolved = self._resolved(known, recorded)
        return Evidence(
            events=resolved.events,
            written=lambda event: self._log.events[self.position(event) - 1],
            corrections=resolved.visible.corrections,
            places=self._places,
            conflicts=resolved.conflicts,
            announcements=resolved.announcements,
        )

    def _placed(self, problem: Problem) -> Problem:
        places = (self._places.get(event) for event in problem.events)
        return problem.at(next((place for place in places if place), None))

    def _kinds(self, kinds: str | Iterable[str]) -> frozenset[str]:
        wanted = frozenset([kinds] if isinstance(kinds, str) else kinds)
        for kind in sorted(wanted - KINDS.keys()):
            raise absent("C201", "kind of event", kind, KINDS)
        return wanted

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

    def _everything_named(self) -> Named:
        self._named.note(self._log.events[self._noted :])
        self._noted = len(self._log)
        return self._named

    def _require_open(self, deal: str, known: Day | None) -> None:
        state = State(datetime.date.max, None, self.ledger(known))
        deals = {found.deal: found.stage for found in state.deals()}
        if deal not in deals:
            raise absent("C602", "deal", deal, deals)
        if deals[deal] in ("completed", "terminated"):
            message = f'deal "{deal}" is {deals[deal]} already'
            raise UsageError(Problem("C603", message, help="assume a deal that is still open"))

    def _require_made(self, deal: str, date: PartialDate, known: Day | None) -> None:
        """A deal cannot complete before it was proposed, agreed and approved, as far as these are told."""
        stages = (
            event
            for event in self._resolved(known, None).settled.events
            if event.deal == deal and isinstance(event, DealProposed | DealAgreed | DealApproved)
        )
        last = max(stages, key=lambda event: event.date.earliest, default=None)
        if last is not None and date.latest < last.date.earliest:
            stage, when = last.kind.removeprefix("deal."), f"{last.date.earliest} at the earliest"
            message = f'deal "{deal}" cannot be completed by {date.latest}: it was {stage} on {when}'
            raise UsageError(Problem("C603", message, help=f"assume it on {last.date.earliest} or later"))

    def _refuse_unknown(self, events: Sequence[Event]) -> None:
        """What events name, and what corrections make them name, must be there."""
        corrections = [event for event in events if isinstance(event, RecordCorrected)]
        # What is recorded already names nothing new, and is looked at once.
        told = [event for event in events if not corrections or event.id not in self._log]
        targets = {event.target: event.id for event in corrections}
        after = (
            knowledge.visible([*self._log.with_statements_of(targets), *told]).events if corrections else ()
        )
        corrected = [evolve(event, id=targets[event.id]) for event in after if event.id in targets]
        problems = unknown_names([*told, *corrected], self._everything_named())
        if problems:
            raise InvalidEvents(*problems)

    def _refuse_faulty(self, events: Sequence[Event]) -> None:
        """A correction or a retraction must name an event that is there, and leave an event."""
        found = faults(self._log, events)
        if found:
            raise InvalidEvents(*found)


def _decoded(events: Iterable[Event | Mapping[str, object]]) -> list[Event]:
    """Events, those in plain data decoded. Raises ``InvalidEvents`` with the problems of all of them."""
    decoded: list[Event] = []
    problems: list[Problem] = []
    for event in events:
        try:
            decoded.append(event if isinstance(event, Event) else codec.decode(event))
        except InvalidEvents as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidEvents(*problems)
    return decoded


def _first_day(day: Day) -> datetime.date:
    return as_date(day).earliest


def _deals_of(entity: str, events: Iterable[Event]) -> frozenset[str]:
    """The deals whose stages name ``entity``: as a party, or in what the deal would do."""
    stages = (event for event in events if isinstance(event, DealProposed | DealAgreed | DealCompleted))
    return frozenset(stage.deal for stage in stages if _names(stage, entity))


def _names(event: Event, entity: str) -> bool:
    return any(what == "entity" and identifier == entity for _, what, identifier in references(event))
