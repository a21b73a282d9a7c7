"""The facade: a source of events, the projectors that replay them, and every question one can ask.

Methods here are short on purpose. What they do stands on the floors below.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

from chronicle import authoring, codec, knowledge
from chronicle.dates import PartialDate, as_day, parse_date
from chronicle.errors import InvalidEvents, NotFound, Place, Problem, UsageError, nearest, printable
from chronicle.events import (
    KINDS,
    ORDER,
    DealCompleted,
    EntityDeclared,
    Event,
    references,
    with_effects,
)
from chronicle.events import knowledge as known_from
from chronicle.projectors import PROJECTORS
from chronicle.replay import Ledger, Projector, Span, in_order, replay
from chronicle.state import Deal, State
from chronicle.stores import Store, open_store

Day = str | PartialDate | datetime.date
"""A day: a ``date``, or a partial date or its text, which stand for their end."""

# Ledgers of other days of knowledge are kept for a few questions in a row, and then let go.
_KEPT_LEDGERS = 8

_TEXT_FILES = (".yaml", ".yml", ".jsonl")


def open_history(
    source: str | Path,
    projectors: Sequence[Projector] = (),
    *,
    create: bool = False,
    read_only: bool = False,
) -> History:
    """Open a history: a folder or a file of YAML or JSON Lines, or a store such as ``corp.db``.

    ``projectors`` are yours, beside those that come with Chronicle. ``create`` makes a store that is
    not there yet. Raises ``NotFound`` (C604) when there is nothing at ``source``, ``InvalidEvents``
    with all problems of all files, ``StoreError`` for a store that cannot be read.
    """
    path = Path(source)
    is_text = path.suffix in _TEXT_FILES
    is_path = "://" not in str(source) and str(source) != "memory:"
    if is_path and not path.exists() and (is_text or not create):
        message = f'nothing to read at "{printable(str(source))}"'
        raise NotFound(Problem("C604", message, help="name a folder of event files, a file or a store"))
    if is_text or path.is_dir():
        return History.from_files([path], projectors)
    return History.from_store(open_store(source, create=create, read_only=read_only), projectors)


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
        self._events = tuple(events)
        self._projectors = (*PROJECTORS, *projectors)
        self._places = dict(places or {})
        self._recorded = None if recorded is None else tuple(recorded)
        self._store = store
        self._forget()

    @classmethod
    def from_files(cls, paths: Sequence[Path], projectors: Sequence[Projector] = ()) -> Self:
        """The history in a folder or in files."""
        authored = authoring.read(paths)
        return cls(authored.events, projectors, places=authored.places)

    @classmethod
    def from_store(cls, store: Store, projectors: Sequence[Projector] = ()) -> Self:
        """The history in a store, its checksums and chain verified on the way in."""
        history = cls((), projectors, recorded=(), store=store)
        history._catch_up()
        return history

    def __repr__(self) -> str:
        where = "files" if self._store is None else self._store.location
        return f"<History of {len(self._events)} events from {where}>"

    def close(self) -> None:
        """Let go of the store, if there is one. What was read can still be asked; nothing can be appended."""
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Events

    @property
    def events(self) -> tuple[Event, ...]:
        """Every event as it was written, in order of position."""
        return self._events

    def position(self, event: str) -> int:
        """The position of an event by its id, from 1. Raises ``NotFound`` (C608)."""
        position = self._positions().get(event)
        if position is None:
            raise _not_there("C608", "event", event, self._positions())
        return position

    def place(self, event: str) -> Place | None:
        """The file, line and column of an event by its id; None when it comes from a store."""
        return self._places.get(event)

    def timeline(
        self,
        entity: str | None = None,
        *,
        since: Day | None = None,
        until: Day | None = None,
        kinds: Iterable[str] | None = None,
        known: Day | None = None,
        recorded: Day | None = None,
    ) -> tuple[Event, ...]:
        """Events in the order of replay, each in the version known on ``known``.

        ``entity`` keeps those that name it, ``kinds`` those of these kinds, ``since`` and ``until``
        (both inclusive) those that may have happened then. Declarations are left out unless asked
        for by kind. Raises ``NotFound`` for an unknown entity (C601) or kind (C201).
        """
        wanted = None if kinds is None else self._kinds(kinds)
        if entity is not None:
            self._require_entity(entity)
        first = datetime.date.min if since is None else _first_day(since)
        last = datetime.date.max if until is None else as_day(until)
        return tuple(
            event
            for event in in_order(self._visible(known, recorded).events, ORDER)
            if (not isinstance(event, EntityDeclared) if wanted is None else event.kind in wanted)
            and (entity is None or _names(event, entity))
            and event.date.latest >= first
            and event.date.earliest <= last
        )

    # Answers

    def as_of(self, day: Day, known: Day | None = None, recorded: Day | None = None) -> State:
        """What was so on ``day``, by what was known on ``known`` and recorded by ``recorded``.

        A partial date stands for its end. Raises ``InvalidValue`` for what is not a day, and
        ``UsageError`` (C509) for ``recorded`` of a history that comes from files.
        """
        ledger = self._ledger(known, recorded)
        return State(as_day(day), None if known is None else as_day(known), ledger)

    def spans(self, *key: str, view: str = "holdings", known: Day | None = None) -> tuple[Span, ...]:
        """How the values of a key went over time, oldest first.

        ``key`` may leave out its last parts: ``spans("alibaba-group", "alibaba-pictures")`` has every
        right. Raises ``NotFound`` (C606) for a view that no projector writes.
        """
        ledger = self._ledger(known, None)
        if view not in ledger.views:
            raise _not_there("C606", "view", view, ledger.views)
        keys = ledger.where(view, 0, key[0]) if key else ledger.keys(view)
        return tuple(span for found in keys if found[: len(key)] == key for span in ledger.cell(view, found))

    def check(self, known: Day | None = None, recorded: Day | None = None) -> tuple[Problem, ...]:
        """Every doubt about the history as known on ``known``, with the events involved and their place."""
        # Here, so that who only asks never loads what doubts.
        from chronicle.checks import Examined, examine

        visible = self._visible(known, recorded)
        ordered = with_effects(in_order(visible.events, ORDER), KINDS)
        found = examine(Examined(visible.events, tuple(ordered), self._ledger(known, recorded)))
        return tuple(self._placed(problem) for problem in (*visible.problems, *found))

    # Changes

    def assume(self, deal: str, on: Day) -> History:
        """The same history with ``deal`` completed on a day: a what-if that touches no store.

        Raises ``NotFound`` (C602) for an unknown deal, ``UsageError`` (C603) for one that has
        completed or was terminated.
        """
        self._require_open(deal)
        date = on if isinstance(on, PartialDate) else parse_date(str(on))
        # To assume that a deal is done is to know of it; before anybody did there is nothing to assume.
        told = (event for event in self._visible(None, None).events if event.deal == deal)
        known = PartialDate.of(min(known_from(event).day for event in told))
        completion = DealCompleted(id=f"assumed-{deal}", date=date, known=known, deal=deal, note="assumed")
        assumed = History((*self._events, completion), (), places=self._places)
        assumed._projectors = self._projectors
        return assumed

    def append(self, events: Iterable[Event | Mapping[str, object]], expected: int | None = None) -> int:
        """Record events, or plain data as in a file, and give the number that was new.

        Atomic, durable when it returns, and idempotent by id. ``expected`` is the position that the
        store must stand at. Raises ``InvalidEvents`` with all problems, ``Conflict`` when an id has
        other content already or the store moved on, ``UsageError`` (C509) without a store.
        """
        if self._store is None:
            message = "a history read from files takes no events"
            help = "add them to a file, or record the files into a store and open that"
            raise UsageError(Problem("C509", message, help=help))
        # Others may have written to the store as well, and what they wrote may be corrected here.
        self._catch_up()
        decoded = _decoded(events)
        self._refuse_dangling(decoded)
        appended = self._store.append([codec.to_record(event) for event in decoded], expected)
        self._catch_up()
        return len(appended.added)

    # How it is done

    def _forget(self) -> None:
        self._ledgers: dict[tuple[datetime.date | None, str | None], Ledger] = {}
        self._position_of: dict[str, int] | None = None

    def _catch_up(self) -> None:
        if self._store is not None:
            records = list(self._store.read(after=len(self._events)))
            if records:
                self._events += tuple(codec.from_record(record) for record in records)
                self._recorded = (*(self._recorded or ()), *(record.recorded_at for record in records))
                self._forget()

    def _positions(self) -> Mapping[str, int]:
        if self._position_of is None:
            self._position_of = {event.id: position for position, event in enumerate(self._events, 1)}
        return self._position_of

    def _visible(self, known: Day | None, recorded: Day | None) -> knowledge.Visible:
        held = self._events if recorded is None else self._held(as_day(recorded))
        return knowledge.visible(held, None if known is None else as_day(known))

    def _held(self, recorded: datetime.date) -> tuple[Event, ...]:
        if self._recorded is None:
            message = "a history read from files has no times of recording"
            help = "record the files into a store and ask that, or ask by --known"
            raise UsageError(Problem("C509", message, help=help))
        day = recorded.isoformat()
        return tuple(event for event, at in zip(self._events, self._recorded, strict=True) if at[:10] <= day)

    def _ledger(self, known: Day | None, recorded: Day | None) -> Ledger:
        key = (
            None if known is None else as_day(known),
            None if recorded is None else as_day(recorded).isoformat(),
        )
        if key not in self._ledgers:
            ordered = in_order(self._visible(known, recorded).events, ORDER)
            ledger = replay(with_effects(ordered, KINDS), self._projectors)
            others = [other for other in self._ledgers if other != (None, None)]
            if len(others) >= _KEPT_LEDGERS:
                del self._ledgers[others[0]]
            self._ledgers[key] = ledger
        return self._ledgers[key]

    def _placed(self, problem: Problem) -> Problem:
        places = (self._places.get(event) for event in problem.events)
        return problem.at(next((place for place in places if place), None))

    def _kinds(self, kinds: Iterable[str]) -> frozenset[str]:
        wanted = frozenset(kinds)
        for kind in sorted(wanted - KINDS.keys()):
            raise _not_there("C201", "kind of event", kind, KINDS)
        return wanted

    def entity_ids(self) -> tuple[str, ...]:
        """The ids of all entities that some event names, sorted."""
        named = {id for event in self._events for _, what, id in references(event) if what == "entity"}
        return tuple(sorted(named))

    def _require_entity(self, entity: str) -> None:
        if entity not in (known := self.entity_ids()):
            raise _not_there("C601", "entity", entity, known)

    def _require_open(self, deal: str) -> None:
        deals = {known.deal: known for known in self._deals()}
        if deal not in deals:
            raise _not_there("C602", "deal", deal, deals)
        if deals[deal].stage in ("completed", "terminated"):
            message = f'deal "{deal}" is {deals[deal].stage} already'
            raise UsageError(Problem("C603", message, help="assume a deal that is still open"))

    def _deals(self) -> tuple[Deal, ...]:
        return State(datetime.date.max, None, self._ledger(None, None)).deals()

    def _refuse_dangling(self, events: Sequence[Event]) -> None:
        """A correction or a retraction must name an event that is there."""
        known = {*self._positions(), *(event.id for event in events)}
        problems = [
            Problem(
                "C213",
                f'{event.kind} of an event that is not there: "{identifier}"',
                help=None if (near := nearest(identifier, known)) is None else f"did you mean {near}?",
                events=(event.id,),
            )
            for event in events
            for name, what, identifier in references(event)
            if what == "event" and name == "target" and identifier not in known
        ]
        if problems:
            raise InvalidEvents(*problems)


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
    return as_day(day) if isinstance(day, datetime.date) else _partial(day).earliest


def _partial(day: str | PartialDate) -> PartialDate:
    return day if isinstance(day, PartialDate) else parse_date(day)


def _names(event: Event, entity: str) -> bool:
    return any(what == "entity" and identifier == entity for _, what, identifier in references(event))


def _not_there(code: str, what: str, word: str, known: Iterable[str]) -> NotFound:
    near = nearest(word, known)
    return NotFound(Problem(code, f'no {what} "{word}"', help=f"did you mean {near}?" if near else None))
