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
from typing import Any, Final

from attrs import Factory, define, field

from chronicle import codec
from chronicle.dates import parse_date
from chronicle.engine.gc_pause import paused_collector
from chronicle.errors import AppendRefused, ChronicleError, Problem
from chronicle.events import Event, RecordConfirmed
from chronicle.interop.editions import differences_of, known_if_alike, names_another
from chronicle.interop.editions.days import EditionDays, confirmation, source_unknown
from chronicle.interop.given import Given, Noted, Recording, given_twice, of_another_kind
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
from chronicle.stores import Appended, NewRecord, Record, Store

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
    gives for itself, else ``published``, the day of publication of the edition, else ``today``. An edition
    may be read after a newer one: it then counts until that day. ``as_written`` leaves events without a day.

    ``withdrawn`` says that ``incoming`` is all that the source has: what the store has of the same sources
    and ``incoming`` has not is retracted, unless there are rows of which not even the id could be read;
    problems whose codes are ``accepted`` are in the way of nothing.

    ``dry_run`` leaves the store as it is; ``store`` may then be None, for one that does not exist yet.
    ``decoded`` says that ``codec.decode`` made every event, so that none need be read again to test it.
    ``row`` gives the row of the last item, for problems that only show when it is compared. ``newer`` says by
    its id whether an event replaces that of an older edition which came before, ``said`` from when some are
    known at the earliest. ``refuse`` is called with every problem, ``report`` with the number of items read.
    Raises ``StoreError``, and ``UsageError`` (C709) when ``withdrawn`` is asked for without any source.
    """
    days = EditionDays(today, known, published, as_written, {} if said is None else said)
    recording = Recording(days, decoded, row)
    write = _Import(store, days, dry_run, recording, frozenset(accepted), newer, refuse)
    items = iter(incoming)
    while write.take_next(items):
        report(write.summary.read)
    if withdrawn:
        write.withdraw()
    write.summary.undeclared = write.noted.names.undeclared(store, not dry_run, write.start())
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
    noted: Noted = Factory(Noted)
    _past: PastImports = field(init=False)
    _seen: Positions = Factory(Positions)  # of the records of which this edition has spoken
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
        every: list[Given] = []
        for read, item in enumerate(batch, self.summary.read + 1):
            self.summary.read = read
            if isinstance(item, RowRecord):
                every.append(item)
                # Records of rows with new ids need no look one by one, and are most of an import.
                if given.setdefault(item.record.id, item) is not item:
                    self._give(given, item)
            elif isinstance(item, Problem):
                self._skip(item)
            elif each := self._recorded_event(item):
                every.append(each)
                self._give(given, each)
        if not given:
            return
        rows = [each for each in given.values() if isinstance(each, RowRecord)]
        self.summary.made += len(rows)
        self.noted.sources_of(every)
        self.noted.names_of_rows(rows)
        if self.dry_run or not self._added(given):
            self._append(list(self._all_changes(given)))
        self._confirm()

    @property
    def _store(self) -> Store:
        assert self.store is not None
        return self.store

    def _recorded_event(self, event: Event) -> Given | None:
        try:
            return self.recording.given(event)
        except ChronicleError as error:
            for problem in error.problems:
                self._skip(problem)
            return None

    def _give(self, given: dict[str, Given], each: Given) -> None:
        self.summary.made += 1
        first = given.setdefault(each.id, each)
        if first is each:
            self.noted.names_of(each)
        elif self.newer(each.id):
            self.summary.made -= 1
            given[each.id] = each
        elif first.record.body == each.record.body:
            self.summary.known += 1
        else:
            self._second(each, json.loads(first.record.body))

    def _added(self, given: Mapping[str, Given]) -> bool:
        """Append the whole batch. False, with nothing appended, when some event must be compared first."""
        if self._past.changed.keys() & given.keys() or self.days.day < self._past.newest_complete():
            return False
        # Where the first event is there, so are most of them, and some of them with other content.
        if next(iter(given)) in self._store:
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
            rest = given.keys() - {record.id for record in appended.added}
            for record in self._store.get_all(rest).values():
                self._seen.add(record.position)
        return True

    def _all_changes(self, given: Mapping[str, Given]) -> Iterator[NewRecord]:
        """What must be recorded for the events of a batch."""
        held = {} if self.store is None else self.store.get_all(given.keys())
        for id, each in given.items():
            yield from self._changes(each, held.get(id))

    def _changes(self, given: Given, held: Record | None) -> Iterable[NewRecord]:
        """What must be recorded for an event of the edition, of which the store has ``held``."""
        if held is None:
            self.summary.added += 1
            self._spoke = True
            return (given.record, *self._gone_later(given))
        if held.kind != given.record.kind:
            self._skip(of_another_kind(given, held))
            return ()
        seen = held.position in self._seen
        if not seen and self._is_as_before(given, held):
            self._seen.add(held.position)
            return ()
        if seen and self._is_again(given, held):
            self.summary.known += 1
            return ()
        editions = self._past.editions(held, Writer(given.sources))
        if seen and not self.newer(given.id):
            made = editions.on(self.days.of(given, editions.newest)) or {}
            self._second(given, made)
            return ()
        self._seen.add(held.position)
        return self._put(given, editions)

    def _is_again(self, given: Given, held: Record) -> bool:
        """Whether this edition gave an event before that is in the store just so; many rows declare one."""
        own = given.known is not None and self.days.known is None
        alike = held.body == given.record.body and (given.stamped or own) and not names_another(held.body)
        return alike and self._past.untouched(held.id, self.days.day)

    def _is_as_before(self, given: Given, held: Record) -> bool:
        """Note that the store has just what the edition says, and no edition spoke of it later, if so."""
        if not self._past.untouched(held.id, self.days.day):
            return False
        if given.known is not None:
            # It is known from the day that it gives for itself, unless the edition was given one.
            alike = (
                held.body == given.record.body and self.days.known is None and not names_another(held.body)
            )
            self.summary.known += alike
            return alike
        known = known_if_alike(held.body, given.record.body)
        if known is not None:
            since = parse_date(known.decode()).latest
            if since == self.days.day and not names_another(held.body):
                self.summary.known += 1
                self._spoke = True
                return True
        else:
            plain = json.loads(held.body)
            since = known_from(plain)
            if differences_of(plain, json.loads(given.record.body)):
                return False
        if since < self.days.day:
            self._confirm_later(given)
        return since < self.days.day

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
        if self._past.newest_complete() <= self.days.day:
            return
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
            for record in self.store.get_all(self._half_read).values():
                self.noted.source_of(codec.from_record(record).sources)
        sources = self.noted.sources.keys() - {("", "")}
        if not sources:
            raise source_unknown()
        batch: list[NewRecord] = []
        for record in () if self.store is None else self.store.read():
            if not self._may_be_gone(record):
                continue
            plain = json.loads(record.body)
            if source_of(plain) in sources:
                batch += self._withdrawn(record, source_of(plain))
            if len(batch) >= BATCH:
                self._append(batch)
        self._append(batch)
        if self.days.edition is not None or self._spoke or self.summary.retracted:
            told = tuple(self.noted.sources[each] for each in sorted(sources))
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
