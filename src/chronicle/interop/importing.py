"""Import of events into a store: new ones are added, changed ones corrected, vanished ones retracted.

Works in batches, each durable as a whole, and holds one batch at a time. Ids come from the keys of the
source, so the import is idempotent: one that was interrupted is simply started again.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final

from attrs import Factory, define, field

from chronicle import codec
from chronicle.engine.gc_pause import paused_collector
from chronicle.errors import AppendRefused, ChronicleError, Problem
from chronicle.events import Event, IdentityLinked, RecordConfirmed
from chronicle.interop.edition_days import EditionDays, confirmation, source_unknown
from chronicle.interop.editions import differences_of
from chronicle.interop.given import EventGiven, Given, Recording, given_twice, of_another_kind
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
from chronicle.interop.row_records import RowRecord
from chronicle.interop.summary import Positions, Summary, Unread
from chronicle.interop.undeclared import NamesSeen
from chronicle.stores import Appended, NewRecord, Record, Store
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
    ``row`` gives the row of the item that was given last, for problems that only show when it is compared;
    ``newer`` says of an event that came before, by its id, whether that of the newer edition replaces it.
    ``refuse`` is called with every problem, ``report`` with the number of items read so far. Raises
    ``StoreError``, and ``UsageError`` (C709) when ``withdrawn`` is asked for and the events have no source.
    """
    days = EditionDays(today, known, published, as_written)
    recording = Recording(days, decoded, row)
    write = _Import(store, days, dry_run, recording, frozenset(accepted), newer, refuse)
    items = iter(incoming)
    while write.take_next(items):
        report(write.summary.read)
    if withdrawn:
        write.withdraw()
    write.summary.undeclared = write.names.undeclared(store, not dry_run, write.start())
    return write.summary


@define
class _Import:
    store: Store | None
    days: EditionDays
    dry_run: bool
    recording: Recording
    accepted: frozenset[str]
    newer: Callable[[str], bool]
    refuse: Refuse
    summary: Summary = Factory(Summary)
    names: NamesSeen = Factory(NamesSeen)
    _past: PastImports = field(init=False)
    _seen: Positions = Factory(Positions)  # of the records of which this edition has spoken
    _sources: dict[SourceOf, Source] = Factory(dict)
    _unread: Unread = Factory(Unread)
    _half_read: set[str] = Factory(set)  # ids of events whose rows have problems
    _confirmed: list[Given] = Factory(list)
    _start: int = 0  # where the store ended before, and how many records this import added
    _recorded: int = 0
    _spoke: bool = False  # whether the store has something that is known from the day of this edition

    def __attrs_post_init__(self) -> None:
        self._start = 0 if self.store is None else self.store.head().position
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
        given: dict[str, Given] = {}
        for read, item in enumerate(batch, self.summary.read + 1):
            self.summary.read = read
            if isinstance(item, RowRecord):
                # Records of rows with new ids need no look one by one, and are most of an import.
                if given.setdefault(item.record.id, item) is not item:
                    self._give(given, item)
            elif isinstance(item, Problem):
                self._skip(item)
            else:
                self._give(given, item)
        if not given:
            return
        self._note_rows([each for each in given.values() if isinstance(each, RowRecord)])
        if self.dry_run or not self._added(given):
            self._append([record for each in given.values() for record in self._changes(each)])
        self._confirm()

    @property
    def _store(self) -> Store:
        assert self.store is not None
        return self.store

    def _give(self, given: dict[str, Given], item: Event | RowRecord) -> None:
        try:
            each = item if isinstance(item, RowRecord) else self.recording.given(item)
        except ChronicleError as error:
            for problem in error.problems:
                self._skip(problem)
            return
        self.summary.made += 1
        self._note_sources(each.sources)
        first = given.setdefault(each.id, each)
        if first is each:
            self._note_names(each)
        elif self.newer(each.id):
            self.summary.made -= 1
            given[each.id] = each
        elif first.record.body == each.record.body:
            self.summary.known += 1
        else:
            self._second(each, json.loads(first.record.body))

    def _note_rows(self, rows: Sequence[RowRecord]) -> None:
        """Note what records of rows name, and their sources: that of a form once, and each that differs."""
        self.summary.made += len(rows)
        forms = {row.form: row for row in rows}
        for each in rows if any(form.stated is None for form in forms) else forms.values():
            self._note_sources(each.sources)
        if any(form.is_noted_apart for form in forms):
            for row in rows:
                self._note_names(row)
        else:
            named = chain.from_iterable(row.named for row in rows)
            self.names.note_ids((), dict.fromkeys(chain.from_iterable(named)))

    def _note_names(self, given: Given) -> None:
        if isinstance(given, EventGiven):
            self.names.note(given.event)
        elif given.kind == IdentityLinked.kind:
            self.names.note(given.event())
        else:
            self.names.note_ids(given.names[:1] if given.form.declares else (), given.names)

    def _note_sources(self, sources: Sequence[Source]) -> None:
        for source in sources[:1]:
            self._sources.setdefault((source.publisher or "", source.title or ""), source)

    def _added(self, given: Mapping[str, Given]) -> bool:
        """Append the whole batch. False, with nothing appended, when some event must be compared first."""
        if self._past.changed.keys() & given.keys() or self.days.day < self._past.newest_complete():
            return False
        # Where the first event is there with another content, so are most of them.
        first = next(iter(given.values())).record
        if any(record.body != first.body for record in self._held((first.id,))):
            return False
        try:
            appended = self._kept([each.record for each in given.values()])
        except AppendRefused:
            return False
        self.summary.added += len(appended.added)
        self.summary.known += appended.known
        self._spoke = self._spoke or bool(appended.added) or any(each.stamped for each in given.values())
        self._seen.add_all(appended.added)
        if appended.known:
            for record in self._held(given.keys() - {record.id for record in appended.added}):
                self._seen.add(record.position)
        return True

    def _held(self, ids: Iterable[str]) -> Iterator[Record]:
        return (record for id in ids if (record := self._store.get(id)))

    def _changes(self, given: Given) -> Iterator[NewRecord]:
        """What must be recorded for an event of the edition."""
        held = None if self.store is None else self.store.get(given.id)
        if held is None:
            self.summary.added += 1
            self._spoke = True
            yield given.record
            yield from self._gone_later(given)
            return
        if held.kind != given.record.kind:
            self._skip(of_another_kind(given, held))
            return
        seen = held.position in self._seen
        if not seen and self._is_as_before(given, held):
            self._seen.add(held.position)
            self._confirm_later(given)
            return
        editions = self._past.editions(held, Writer(given.sources))
        if seen and not self.newer(given.id):
            made = editions.on(self.days.of(given, editions.newest)) or {}
            self._second(given, made)
            return
        self._seen.add(held.position)
        yield from self._put(given, editions)

    def _is_as_before(self, given: Given, held: Record) -> bool:
        """Whether the store has just what the edition says of an event, and no edition spoke of it later."""
        if given.known is not None or not self._past.untouched(held.id, self.days.day):
            return False
        plain = json.loads(held.body)
        return known_from(plain) < self.days.day and not differences_of(plain, json.loads(given.record.body))

    def _confirm_later(self, event: Given) -> None:
        self.summary.known += 1
        spoke = self._past.confirmed(event.id, self.days.day)
        self._spoke = self._spoke or spoke
        if not spoke and self.days.edition is not None:
            self._confirmed.append(event)

    def _second(self, given: Given, made: Mapping[str, Any]) -> None:
        """Compare an event that this import had already with what it made of it."""
        plain = given.plain()
        if made.get("kind") != given.kind or differences_of(made, plain):
            self.summary.made -= 1
            self._skip(given_twice(plain, made, given.row))
        else:
            self.summary.known += 1

    def _put(self, given: Given, editions: Editions) -> Iterator[NewRecord]:
        day = self.days.of(given, editions.newest)
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
            self._confirmed.append(given)
        yield from put.records

    def _gone_later(self, given: Given) -> Iterator[NewRecord]:
        """The retraction of an event that a newer, complete edition has not, where one is read late."""
        plain = given.plain()
        later = min(self._past.complete_after(self.days.day, source_of(plain)), default=None)
        if later is not None:
            recorded = Recorded(given.id, self.days.day, plain, ChangesByImports())
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
            self._kept([codec.to_record(event)])

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
                self._note_sources(codec.from_record(record).sources)
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
        if record.position in self._seen or record.kind.startswith("record."):
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
            self._seen.add_all(self._kept(batch).added)
        batch.clear()

    def _kept(self, records: Sequence[NewRecord]) -> Appended:
        appended = self._store.append(records)
        self._recorded += len(appended.added)
        return appended

    def start(self) -> int | None:
        """Where the store ended before this import; None when another writer wrote to it too."""
        end = 0 if self.store is None else self.store.head().position
        return self._start if end == self._start + self._recorded else None


# What a row makes beside its first event has the id of that, and one of these endings.
_ROW_OF: Final = re.compile(r"\.(end|gone-[^.]*)$")


def _read(store: Store | None) -> Iterator[Record]:
    return iter(()) if store is None else store.read()
