"""Import of events into a store: new ones are added, changed ones corrected, vanished ones retracted.

Works in batches, each durable as a whole, and holds one batch at a time. Ids come from the keys of the
source, so the import is idempotent: one that was interrupted is simply started again.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from attrs import Factory, define, field

from chronicle import codec
from chronicle.engine.gc_pause import paused_collector
from chronicle.errors import AppendRefused, ChronicleError, Problem
from chronicle.events import Event, RecordConfirmed
from chronicle.interop.edition_days import (
    EditionDays,
    checked_record,
    confirmation,
    decoded_record,
    source_unknown,
)
from chronicle.interop.editions import differences_of, said_of
from chronicle.interop.incoming import Incoming, RowRead
from chronicle.interop.past import (
    ChangesByImports,
    Editions,
    PastImports,
    Recorded,
    SourceOf,
    Writer,
    known_from,
    source_of,
)
from chronicle.interop.summary import Summary, Unread
from chronicle.interop.undeclared import NamesSeen
from chronicle.stores import NewRecord, Record, Store
from chronicle.values import Source

BATCH: Final = 5_000
"""How many events are appended at once."""

Refuse = Callable[[Problem], None]


def import_events(
    incoming: Iterable[Incoming],
    store: Store | None,
    *,
    today: datetime.date,
    known: datetime.date | None = None,
    published: datetime.date | None = None,
    withdrawn: bool = False,
    accepted: Collection[str] = (),
    dry_run: bool = False,
    decoded: bool = False,
    as_written: bool = False,
    row: Callable[[], RowRead | None] = lambda: None,
    newer: Callable[[str], bool] = lambda _: False,
    said: Mapping[str, datetime.date] | None = None,
    refuse: Refuse = lambda _: None,
    report: Callable[[int], None] = lambda _: None,
) -> Summary:
    """Import ``incoming``, an edition of a source, into ``store``, and give a summary.

    What it adds, corrects and retracts is known from one day: ``known`` if given, else the day that an event
    gives for itself, else ``published``, the day on which the edition was published, else ``today``. An
    edition may be read after a newer one: it then counts until the day of that. With ``as_written`` events
    that do not say when they were known are left so.

    ``withdrawn`` says that ``incoming`` is all that the source has: what the store has of the same sources
    and ``incoming`` has not is retracted, unless there are rows of which not even the id could be read.
    Problems whose codes are ``accepted`` stand in the way of nothing.

    ``dry_run`` leaves the store as it is; ``store`` may then be None, for one that does not exist yet.
    ``decoded`` says that ``codec.decode`` made every event, so that none need be read again to test it.
    ``row`` gives the row of the last item, for problems that only show when it is compared. ``newer`` says by
    its id whether an event replaces that of an older edition which came before, ``said`` from when some are
    known at the earliest. ``refuse`` is called with every problem, ``report`` with the number of items read.
    Raises ``StoreError``, and ``UsageError`` (C709) when ``withdrawn`` is asked for without any source.
    """
    days = EditionDays(today, known, published, as_written, {} if said is None else said)
    write = _Import(store, days, dry_run, decoded, frozenset(accepted), row, newer, refuse)
    items = iter(incoming)
    while write.take_next(items):
        report(write.summary.read)
    if withdrawn:
        write.withdraw()
    write.summary.undeclared = write.names.undeclared(store, complete=not dry_run)
    return write.summary


class _Given(NamedTuple):
    """An event as the edition gives it, its record, whether that got the day of the edition, and its row."""

    event: Event
    record: NewRecord
    stamped: bool
    row: RowRead | None


@define
class _Import:
    store: Store | None
    days: EditionDays
    dry_run: bool
    decoded: bool
    accepted: frozenset[str]
    row: Callable[[], RowRead | None]
    newer: Callable[[str], bool]
    refuse: Refuse
    summary: Summary = Factory(Summary)
    names: NamesSeen = Factory(NamesSeen)
    _past: PastImports = field(init=False)
    _seen: bytearray = Factory(bytearray)  # one bit for each position of the store
    _sources: dict[SourceOf, Source] = Factory(dict)
    _unread: Unread = Factory(Unread)
    _half_read: set[str] = Factory(set)  # ids of events whose rows have problems
    _confirmed: list[Event] = Factory(list)
    _spoke: bool = False  # whether the store has something that is known from the day of this edition

    def __attrs_post_init__(self) -> None:
        self._past = PastImports(self.store)

    # Events of the source

    def take_next(self, items: Iterator[Incoming]) -> bool:
        """Import the next batch; False when there was nothing left."""
        with paused_collector():
            before = self.summary.read
            self.take(islice(items, BATCH))
        return self.summary.read > before

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
        if self.dry_run or not self._added(given):
            self._append([record for each in given.values() for record in self._changes(each)])
        self._confirm()

    @property
    def _store(self) -> Store:
        assert self.store is not None
        return self.store

    def _give(self, given: dict[str, _Given], event: Event) -> None:
        stamp = self.days.stamp(event)
        try:
            record = decoded_record(event, stamp) if self.decoded else checked_record(event, stamp)
        except ChronicleError as error:
            for problem in error.problems:
                self._skip(problem)
            return
        self.summary.made += 1
        self._note_source(event)
        first = given.setdefault(event.id, _Given(event, record, stamp is not None, self.row()))
        if first.record is record:
            self.names.note(event)
        elif self.newer(event.id):
            self.summary.made -= 1
            given[event.id] = _Given(event, record, stamp is not None, self.row())
        else:
            self._second(event, json.loads(first.record.body), self.row())

    def _note_source(self, event: Event) -> None:
        for source in event.sources[:1]:
            self._sources.setdefault((source.publisher or "", source.title or ""), source)

    def _added(self, given: Mapping[str, _Given]) -> bool:
        """Append the whole batch. False, with nothing appended, when some event must be compared first."""
        if self._past.changed.keys() & given.keys():
            return False
        if self.days.day < self._past.newest_complete():
            return False
        # Where the first event is there with another content, so are most of them.
        first = next(iter(given.values())).record
        if any(record.body != first.body for record in self._held((first.id,))):
            return False
        try:
            appended = self._store.append([each.record for each in given.values()])
        except AppendRefused:
            return False
        self.summary.added += len(appended.added)
        self.summary.known += appended.known
        self._spoke = self._spoke or bool(appended.added) or any(each.stamped for each in given.values())
        self._mark(appended.added)
        if appended.known:
            self._mark(self._held(given.keys() - {record.id for record in appended.added}))
        return True

    def _held(self, ids: Iterable[str]) -> Iterator[Record]:
        return (record for id in ids if (record := self._store.get(id)))

    def _changes(self, given: _Given) -> Iterator[NewRecord]:
        """What must be recorded for an event of the edition."""
        held = None if self.store is None else self.store.get(given.event.id)
        if held is None:
            self.summary.added += 1
            self._spoke = True
            yield given.record
            yield from self._gone_later(given)
            return
        if held.kind != given.record.kind:
            self._refuse_kind(given, held)
            return
        seen = self._is_seen(held.position)
        if not seen and self._is_as_before(given, held):
            self._see(held.position)
            self._confirm_later(given.event)
            return
        editions = self._past.editions(held, Writer(given.event.sources))
        if seen and not self.newer(given.event.id):
            made = editions.on(self.days.of(given.event, editions.newest)) or {}
            self._second(given.event, made, given.row)
            return
        self._see(held.position)
        yield from self._put(given, editions)

    def _is_as_before(self, given: _Given, held: Record) -> bool:
        """Whether the store has just what the edition says of an event, and no edition spoke of it later."""
        if given.event.known is not None or not self._past.untouched(held.id, self.days.day):
            return False
        plain = json.loads(held.body)
        return known_from(plain) < self.days.day and not differences_of(plain, json.loads(given.record.body))

    def _confirm_later(self, event: Event) -> None:
        self.summary.known += 1
        spoke = self._past.confirmed(event.id, self.days.day)
        self._spoke = self._spoke or spoke
        if not spoke and self.days.edition is not None:
            self._confirmed.append(event)

    def _second(self, event: Event, made: Mapping[str, Any], row: RowRead | None) -> None:
        """Compare an event that this import had already with what it made of it."""
        if made.get("kind") != event.kind or differences_of(made, codec.encode(event)):
            self._refuse_second(event, made, row)
        else:
            self.summary.known += 1

    def _put(self, given: _Given, editions: Editions) -> Iterator[NewRecord]:
        day = self.days.of(given.event, editions.newest)
        stated = json.loads(given.record.body)
        for name in ("ends", "after"):
            if name in stated:
                stated[name] = self._past.standing_for(stated[name], day)
        spoke = self._past.spoke(editions, day)
        put = editions.put(day, stated, self._past.next_day(editions, day, source_of(stated)))
        self._past.keep(editions)
        self.summary.added += put.added
        self.summary.restored += put.turned
        self.summary.corrected += put.corrected
        self.summary.known += not put.records
        self._spoke = self._spoke or bool(put.records) or (spoke and day == self.days.day)
        if not put.records and not spoke and self.days.edition == day:
            self._confirmed.append(given.event)
        yield from put.records

    def _gone_later(self, given: _Given) -> Iterator[NewRecord]:
        """The retraction of an event that a newer, complete edition has not, where one is read late."""
        plain = codec.encode(given.event)
        later = min(self._past.complete_after(self.days.day, source_of(plain)), default=None)
        if later is not None:
            recorded = Recorded(given.event.id, self.days.day, plain, ChangesByImports())
            editions = Editions([recorded], Writer(()))
            yield from editions.put(later, None, None).records
            self._past.keep(editions)

    def _confirm(self) -> None:
        """Record which events of a batch the edition states again, unchanged."""
        if not self._confirmed:
            return
        self.summary.confirmed += len(self._confirmed)
        targets = sorted(event.id for event in self._confirmed)
        sources = tuple(dict.fromkeys(source for event in self._confirmed for source in event.sources))
        self._record(confirmation(self.days.day, sources, targets))
        self._confirmed.clear()

    def _record(self, event: RecordConfirmed) -> None:
        if not self.dry_run:
            self._past.confirm(event)
            self._store.append([codec.to_record(event)])

    def _refuse_kind(self, given: _Given, held: Record) -> None:
        message = f'event "{held.id}" is recorded as {held.kind}, and the source makes it {given.record.kind}'
        help = "make ids of the kind too, so that one id is one thing"
        self._skip(Problem("C708", message, given.row.place() if given.row else None, help, (held.id,)))

    def _refuse_second(self, event: Event, taken: Mapping[str, Any], row: RowRead | None) -> None:
        self.summary.made -= 1
        given = codec.encode(event)
        names = (
            ["kind"]
            if given["kind"] != taken.get("kind")
            else [name for name, _ in differences_of(taken, given)]
        )
        told = ", ".join(
            f"{name} {said_of(taken.get(name))} and {said_of(given.get(name))}" for name in names[:3]
        )
        message = f'two rows or records make one event: "{event.id}" with {told}'
        help = "make its id of more columns; if these are two editions, import one after the other"
        self._skip(Problem("C708", message, row.place() if row else None, help, (event.id,)))

    def _skip(self, problem: Problem) -> None:
        self.summary.skipped += 1
        self.summary.reasons[problem.code] += 1
        if problem.severity == "error":
            self._half_read.update(problem.events)
            if not problem.events and problem.code not in self.accepted:
                self._unread.add(problem)
        self.refuse(problem)

    # Events that vanished from the source

    def withdraw(self) -> None:
        """Retract the events that the store has of the sources of this import and that were not in it.

        Nothing is retracted when there was something of which not even the id could be read, since it may be
        the very event that seems to be missing.
        """
        if self._unread.count:
            message = f"nothing is withdrawn, for {self._unread.words()} could not be read"
            help = "put them right and import again, or accept them with --skip CODE"
            self._skip(Problem("C709", message, help=help))
            return
        if self.store is not None:
            for record in self._held(self._half_read):
                self._note_source(codec.from_record(record))
        sources = self._sources.keys() - {("", "")}
        if not sources:
            raise source_unknown()
        batch: list[NewRecord] = []
        for record in _read(self.store):
            if not self._may_be_gone(record):
                continue
            plain = json.loads(record.body)
            if source_of(plain) in sources:
                batch += self._withdrawn(record, source_of(plain))
            if len(batch) >= BATCH:
                self._append(batch)
        self._append(batch)
        if self.days.edition is not None or self._spoke or self.summary.retracted:
            told = tuple(self._sources[each] for each in sorted(sources))
            self._record(confirmation(self.days.day, told, complete=True))

    def _may_be_gone(self, record: Record) -> bool:
        """Whether an event of the store was not in this import."""
        if self._is_seen(record.position) or record.kind.startswith("record."):
            return False
        if self._past.is_early(record.id):
            return False
        return not self._half_read or _ROW_OF.sub("", record.id) not in self._half_read

    def _withdrawn(self, record: Record, source: SourceOf) -> Sequence[NewRecord]:
        editions = self._past.editions(record, Writer(()))
        day = self.days.after(editions.newest)
        put = editions.put(day, None, self._past.next_day(editions, day, source))
        self._past.keep(editions)
        self.summary.retracted += put.turned
        return put.records

    def _append(self, batch: list[NewRecord]) -> None:
        if batch and not self.dry_run:
            self._mark(self._store.append(batch).added)
        batch.clear()

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


# What a row makes beside its first event has the id of that, and one of these endings.
_ROW_OF: Final = re.compile(r"\.(end|gone-[^.]*)$")


def _read(store: Store | None) -> Iterator[Record]:
    return iter(()) if store is None else store.read()
