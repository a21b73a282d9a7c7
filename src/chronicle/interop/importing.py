"""Import of events into a store: new ones are added, changed ones corrected, vanished ones retracted.

Works in batches, each durable as a whole, and holds one batch at a time. Ids come from the keys of the
source, so the import is idempotent: one that was interrupted is simply started again.
"""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from attrs import Factory, define, frozen

from chronicle import codec
from chronicle.codec.conversion import canonical_json
from chronicle.dates import PartialDate
from chronicle.engine.gc_pause import paused_collector
from chronicle.errors import AppendRefused, ChronicleError, Problem, UsageError, shown
from chronicle.events import (
    Event,
    RecordCorrected,
    RecordRetracted,
)
from chronicle.interop.editions import (
    PastImports,
    current_edition,
    derived_id,
    differences_of,
    digest_of,
    said_of,
    say_the_same,
)
from chronicle.interop.incoming import Incoming
from chronicle.interop.undeclared import NamesSeen, Undeclared
from chronicle.stores import NewRecord, Record, Store

BATCH: Final = 5_000
"""How many events are appended at once."""


Refuse = Callable[[Problem], None]


Report = Callable[[int], None]


@define
class Summary:
    """What an import did.

    ``made`` events and ``skipped`` problems came from the source; ``read`` counts both. Of the events,
    ``added`` are new, ``known`` existed with the same content, and ``corrected`` with another. ``retracted``
    events existed and are no longer in the source; ``restored`` ones had been retracted and are in it again.
    ``undeclared`` are the entities that the events name and that neither they nor the store declare.
    """

    read: int = 0
    made: int = 0
    added: int = 0
    known: int = 0
    corrected: int = 0
    restored: int = 0
    retracted: int = 0
    skipped: int = 0
    reasons: Counter[str] = Factory(Counter)
    undeclared: Undeclared = Factory(Undeclared)


def import_events(
    incoming: Iterable[Incoming],
    store: Store | None,
    *,
    today: datetime.date,
    withdrawn: bool = False,
    dry_run: bool = False,
    decoded: bool = False,
    refuse: Refuse = lambda _: None,
    report: Report = lambda _: None,
) -> Summary:
    """Import ``incoming`` into ``store``, and give a summary.

    Corrections and retractions are dated ``today``. ``withdrawn`` retracts what the store has of the same
    sources and ``incoming`` does not. ``dry_run`` leaves the store as it is; ``store`` may then be None, for
    one that does not exist yet. ``decoded`` says that ``codec.decode`` made every event, so that none need be
    read again to test it. ``refuse`` is called with every problem, ``report`` with the number of items read
    so far. Raises ``StoreError``, and ``UsageError`` (C709) when ``withdrawn`` is asked for and the events
    have no source.
    """
    work = _Import(store, today, dry_run, _trusted if decoded else codec.to_record, refuse)
    items = iter(incoming)
    while work.take_next(items):
        report(work.summary.read)
    if withdrawn:
        work.withdraw()
    work.summary.undeclared = work.names.undeclared(store, complete=not dry_run)
    return work.summary


def source_unknown() -> UsageError:
    """The error (C709) of a withdrawal when the events have no source."""
    help = "give `source: {publisher: ..., title: ...}` in the mapping"
    return UsageError(Problem("C709", "nothing says which source the events are of", help=help))


@frozen
class _Given:
    """An event as the source gives it now, and its record."""

    event: Event
    record: NewRecord


@define
class _Import:
    store: Store | None
    today: datetime.date
    dry_run: bool
    record: Callable[[Event], NewRecord]
    refuse: Refuse
    summary: Summary = Factory(Summary)
    names: NamesSeen = Factory(NamesSeen)
    _past: dict[str, PastImports] = Factory(dict)
    _seen: bytearray = Factory(bytearray)  # one bit for each position of the store
    _sources: set[tuple[str, str]] = Factory(set)
    _targets: dict[str, str] = Factory(dict)  # by id of a retraction, the event that was first retracted
    _unread: int = 0

    def __attrs_post_init__(self) -> None:
        for record in _read(self.store):
            if record.kind.startswith("record."):
                self._remember(codec.from_record(record))

    # Events of the source

    def take_next(self, items: Iterator[Incoming]) -> bool:
        """Import the next batch; False when there was nothing left."""
        with paused_collector():
            batch = list(islice(items, BATCH))
            self.take(batch)
        return bool(batch)

    def take(self, batch: Iterable[Incoming]) -> None:
        """Add, correct or skip the events of a batch, in one step that is durable when this returns."""
        given: dict[str, _Given] = {}
        for item in batch:
            self.summary.read += 1
            if isinstance(item, Problem):
                self._skip(item)
            else:
                self._give(given, item)
        if not given:
            return
        if not self.dry_run and self._added(given):
            return
        new = [record for each in given.values() for record in self._changes(each)]
        if new and not self.dry_run:
            self._mark(self._store.append(new).added)

    @property
    def _store(self) -> Store:
        assert self.store is not None
        return self.store

    def _give(self, given: dict[str, _Given], event: Event) -> None:
        try:
            record = self.record(event)
        except ChronicleError as error:
            for problem in error.problems:
                self._skip(problem)
            return
        self.summary.made += 1
        for source in event.sources[:1]:
            self._sources.add((source.publisher or "", source.title or ""))
        first = given.setdefault(event.id, _Given(event, record))
        if first.record is record:
            self.names.note(event)
            return
        if say_the_same(first.record, record):
            self.summary.known += 1
        else:
            self._refuse_second(event, first.record)

    def _added(self, given: Mapping[str, _Given]) -> bool:
        """Append the whole batch. False, with nothing appended, when some event must be compared first."""
        if self._past.keys() & given.keys():
            return False
        try:
            appended = self._store.append([each.record for each in given.values()])
        except AppendRefused:
            return False
        self.summary.added += len(appended.added)
        self.summary.known += appended.known
        self._mark(appended.added)
        if appended.known:
            self._mark(self._held(given.keys() - {record.id for record in appended.added}))
        return True

    def _held(self, ids: Iterable[str]) -> Iterator[Record]:
        return (record for id in ids if (record := self._store.get(id)))

    def _changes(self, given: _Given) -> Iterator[NewRecord]:
        held = None if self.store is None else self.store.get(given.event.id)
        if held is None:
            self.summary.added += 1
            yield given.record
            return
        if self._is_seen(held.position):
            if say_the_same(held, given.record):
                self.summary.known += 1
            else:
                self._refuse_second(given.event, held)
            return
        self._see(held.position)
        yield from self._compared(given, held)

    def _compared(self, given: _Given, held: Record) -> Iterator[NewRecord]:
        past = self._past.get(held.id)
        if held.kind != given.record.kind:
            message = (
                f'event "{held.id}" is recorded as {held.kind}, and the source makes it {given.record.kind}'
            )
            help = "make ids of the kind too, so that one id is one thing"
            self._skip(Problem("C708", message, help=help, events=(held.id,)))
            return
        if past is None and held.body == given.record.body:
            self.summary.known += 1
            return
        restored = past is not None and past.retracted
        if past is not None and restored:
            self.summary.restored += 1
            yield self._turn(held.id, past, "in the source again")
        current, stated = current_edition(held, past), codec.encode(given.event)
        patch = differences_of(current, stated)
        if patch:
            self.summary.corrected += 1
            yield self._correction(given.event, held, patch)
        elif not restored:
            self.summary.known += 1

    def _correction(self, event: Event, held: Record, patch: tuple[tuple[str, str], ...]) -> NewRecord:
        past = self._past.setdefault(held.id, PastImports())
        past.corrections.append(patch)
        known = event.known or PartialDate.of(self.today)
        return codec.to_record(
            RecordCorrected(
                id=derived_id(held.id, "corrected", digest_of(len(past.corrections), patch)),
                date=PartialDate.of(self.today),
                known=known,
                sources=event.sources,
                target=held.id,
                set=patch,
                reason="changed by its source",
            )
        )

    def _turn(self, target: str, past: PastImports, reason: str) -> NewRecord:
        """Retract an event, or retract its last retraction."""
        last = past.turns[-1] if past.turns else target
        id = derived_id(target, "retracted", str(len(past.turns) + 1))
        past.turns.append(id)
        day = PartialDate.of(self.today)
        return codec.to_record(RecordRetracted(id=id, date=day, known=day, target=last, reason=reason))

    def _refuse_second(self, event: Event, first: NewRecord | Record) -> None:
        self.summary.made -= 1
        given, taken = codec.encode(event), json.loads(first.body)
        names = (
            ["kind"] if given["kind"] != taken["kind"] else [name for name, _ in differences_of(taken, given)]
        )
        told = ", ".join(
            f"{name} {said_of(taken.get(name))} and {said_of(given.get(name))}" for name in names[:3]
        )
        message = f"two rows or records make one event: {shown(event.id)} with {told}"
        help = "make its id of more columns; if these are two editions, import one after the other"
        self._skip(Problem("C708", message, help=help, events=(event.id,)))

    def _skip(self, problem: Problem) -> None:
        self.summary.skipped += 1
        self.summary.reasons[problem.code] += 1
        self._unread += problem.severity == "error"
        self.refuse(problem)

    # Events that vanished from the source

    def withdraw(self) -> None:
        """Retract the events that the store has of the sources of this import and that were not in it.

        Nothing is retracted when something could not be read, since it may be the very events that seem to be
        missing.
        """
        if self._unread:
            message = f"nothing is withdrawn, for {self._unread:,} rows or records could not be read"
            self._skip(Problem("C709", message, help="put them right and import again"))
            return
        sources = self._sources - {("", "")}
        if not sources:
            raise source_unknown()
        batch: list[NewRecord] = []
        for record in _read(self.store):
            if self._is_seen(record.position) or record.kind.startswith("record."):
                continue
            past = self._past.get(record.id, PastImports())
            if past.retracted or _source_of(record) not in sources:
                continue
            self._past[record.id] = past
            self.summary.retracted += 1
            batch.append(self._turn(record.id, past, "not in the source any more"))
            if len(batch) == BATCH:
                self._append(batch)
        self._append(batch)

    def _append(self, batch: list[NewRecord]) -> None:
        if batch and not self.dry_run:
            self._store.append(batch)
        batch.clear()

    # Earlier imports, and the events seen in this one

    def _remember(self, event: Event) -> None:
        """Note a correction or a retraction that an import made; those by other hands are left alone."""
        if isinstance(event, RecordCorrected):
            past = self._past.get(event.target, PastImports())
            number = len(past.corrections) + 1
            if event.id == derived_id(event.target, "corrected", digest_of(number, event.set)):
                past.corrections.append(event.set)
                self._past[event.target] = past
        elif isinstance(event, RecordRetracted):
            target = self._targets.get(event.target, event.target)
            past = self._past.get(target, PastImports())
            if event.id == derived_id(target, "retracted", str(len(past.turns) + 1)):
                past.turns.append(event.id)
                self._past[target] = past
                self._targets[event.id] = target

    def _mark(self, added: Iterable[Record]) -> None:
        for record in added:
            self._see(record.position)

    def _see(self, position: int) -> None:
        byte = position >> 3
        if byte >= len(self._seen):
            self._seen.extend(bytes(byte + 1 - len(self._seen) + 4_096))
        self._seen[byte] |= 1 << (position & 7)

    def _is_seen(self, position: int) -> bool:
        byte = position >> 3
        return byte < len(self._seen) and bool(self._seen[byte] & (1 << (position & 7)))


def _trusted(event: Event) -> NewRecord:
    """The record of an event that the codec has decoded, so that it need not be decoded again."""
    return NewRecord(event.id, event.kind, canonical_json(codec.encode(event)).encode())


def _read(store: Store | None) -> Iterator[Record]:
    return iter(()) if store is None else store.read()


def _source_of(record: Record) -> tuple[str, str]:
    sources = json.loads(record.body).get("sources") or [{}]
    return sources[0].get("publisher", ""), sources[0].get("title", "")
