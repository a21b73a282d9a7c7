"""What a store has of earlier imports: each event of a source, edition by edition.

An edition has one day on which it became known. What it changed was recorded as known on that day, so that
the editions of one event stand in the order of these days, whatever the order in which they were read. One
that is read late, after a newer one, is put between its neighbours: what it says counts until the next day
on which an edition speaks of the event, and from then on what counted before.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from attrs import Factory, define

from chronicle import codec
from chronicle.dates import PartialDate, parse_date
from chronicle.events import (
    Event,
    RecordConfirmed,
    RecordCorrected,
    RecordRetracted,
    knowledge,
)
from chronicle.interop.editions import Patch, derived_id, differences_of, digest_of
from chronicle.stores import NewRecord, Record, Store
from chronicle.values import Source

SourceOf = tuple[str, str]
"""A source as editions of it have it in common: its publisher and its title."""


class Correction(NamedTuple):
    """A correction by an import, and the day from which it is known."""

    day: datetime.date
    patch: Patch


class Retraction(NamedTuple):
    """A retraction by an import, of an event or of a retraction, and the day from which it is known."""

    day: datetime.date
    id: str
    target: str


@define
class ChangesByImports:
    """What imports recorded about one event, in the order of recording."""

    corrections: list[Correction] = Factory(list)
    turns: list[Retraction] = Factory(list)


@define
class Recorded:
    """An event as it was first recorded, the day from which it is known, and what imports changed of it."""

    id: str
    since: datetime.date
    plain: Mapping[str, Any]
    changes: ChangesByImports

    def on(self, day: datetime.date) -> dict[str, Any]:
        """Its fields by what is known on a day."""
        plain = dict(self.plain)
        # Sorted by day, and those of one day as they were recorded.
        for correction in sorted(self.changes.corrections, key=lambda each: each.day):
            if correction.day <= day:
                plain.update((name, json.loads(text)) for name, text in correction.patch)
        return {name: value for name, value in plain.items() if value is not None}

    def retracted(self, day: datetime.date) -> list[str]:
        """The retractions of it that count on a day."""
        undone: set[str] = set()
        counting: list[str] = []
        # A retraction is recorded after what it retracts.
        for turn in reversed(self.changes.turns):
            if turn.day <= day and turn.id not in undone:
                undone.add(turn.target)
                counting += [turn.id] if turn.target == self.id else []
        return counting

    def days(self) -> Iterator[datetime.date]:
        """The days on which an import recorded something of it."""
        yield self.since
        yield from (each.day for each in self.changes.corrections)
        yield from (each.day for each in self.changes.turns)


@define
class Writer:
    """Makes the corrections and retractions of an import; corrections have ``sources``."""

    sources: tuple[Source, ...] = ()

    def correct(self, recorded: Recorded, day: datetime.date, patch: Patch) -> NewRecord:
        """The correction of an event, known from ``day``."""
        recorded.changes.corrections.append(Correction(day, patch))
        number = len(recorded.changes.corrections)
        return codec.to_record(
            RecordCorrected(
                id=derived_id(recorded.id, "corrected", digest_of(number, patch)),
                date=PartialDate.of(day),
                known=PartialDate.of(day),
                sources=self.sources,
                target=recorded.id,
                set=patch,
                reason="changed by its source",
            )
        )

    def turn(self, recorded: Recorded, day: datetime.date, target: str, reason: str) -> NewRecord:
        """The retraction of an event or of an earlier retraction of it, known from ``day``."""
        id = derived_id(recorded.id, "retracted", str(len(recorded.changes.turns) + 1))
        recorded.changes.turns.append(Retraction(day, id, target))
        date = PartialDate.of(day)
        return codec.to_record(RecordRetracted(id=id, date=date, known=date, target=target, reason=reason))


@define
class Editions:
    """One event of a source, as its editions have it.

    ``records`` are sorted by the day from which they are known. The last is the event under its own id; those
    before it stand for it until then, each from the edition on in which it was, which was read late.
    """

    records: list[Recorded]
    writer: Writer

    @property
    def own(self) -> Recorded:
        """The event under its own id."""
        return self.records[-1]

    @property
    def newest(self) -> datetime.date:
        """The last day from which something of the event is known."""
        return max(day for record in self.records for day in record.days())

    def standing(self, day: datetime.date) -> Recorded | None:
        """The record that stands for the event on a day, retracted or not; None before the first."""
        return next((each for each in reversed(self.records) if each.since <= day), None)

    def on(self, day: datetime.date) -> dict[str, Any] | None:
        """The fields of the event by what is known on a day; None where it is not there."""
        record = self.standing(day)
        return None if record is None or record.retracted(day) else record.on(day)

    def put(
        self, day: datetime.date, stated: Mapping[str, Any] | None, next_day: datetime.date | None
    ) -> Put:
        """Make the event what an edition states, None for nothing, from ``day`` until before ``next_day``."""
        before = None if next_day is None else self.standing(next_day)
        kept = None if next_day is None or before is None else before.on(next_day)
        turned = self._turned(day, stated is None)
        made = [record for record, _ in turned]
        patch: Patch = ()
        standing = self.standing(day)
        if stated is not None:
            if standing is None:
                made += self._brought_forward(day, stated)
            else:
                patch = differences_of(standing.on(day), stated)
                made += [self.writer.correct(standing, day, patch)] if patch else []
        if next_day is not None and made:
            made += self._back(next_day, kept, [turn for _, turn in turned])
        return Put(made, stated is not None and standing is None, bool(turned), bool(patch))

    def _turned(self, day: datetime.date, away: bool) -> list[tuple[NewRecord, tuple[Recorded, Retraction]]]:
        """The retractions that take the event away on a day, or bring it back."""
        record = self.standing(day)
        if record is None or bool(record.retracted(day)) == away:
            return []
        targets = [record.id] if away else record.retracted(day)
        reason = "not in the source any more" if away else "in the source again"
        return [
            (self.writer.turn(record, day, target, reason), (record, record.changes.turns[-1]))
            for target in targets
        ]

    def _brought_forward(self, day: datetime.date, stated: Mapping[str, Any]) -> Iterator[NewRecord]:
        """The event under an id for the time before it was first known, retracted when that is over."""
        until = self.records[0].since
        plain = {**stated, "id": early_id(self.own.id, day), "known": day.isoformat()}
        event = codec.decode(plain)
        early = Recorded(event.id, day, codec.encode(event), ChangesByImports())
        self.records.insert(0, early)
        yield codec.to_record(event)
        yield self.writer.turn(early, until, early.id, "known from then on under the id of its source")

    def _back(
        self,
        day: datetime.date,
        kept: Mapping[str, Any] | None,
        turned: Iterable[tuple[Recorded, Retraction]],
    ) -> Iterator[NewRecord]:
        """What makes the event from ``day`` on what it was before an edition was read late.

        ``kept`` are the fields that it had then, also where it was retracted, for it may come back; None
        where there was no record of it.
        """
        standing = self.standing(day)
        for record, turn in turned:
            yield self.writer.turn(record, day, turn.id, "another edition speaks of it")
        if standing is None:
            return
        if kept is None:
            yield self.writer.turn(standing, day, standing.id, "not in the source any more")
            return
        patch = differences_of(standing.on(day), kept)
        if patch:
            yield self.writer.correct(standing, day, patch)


class Put(NamedTuple):
    """The records that an edition makes of an event; whether it is added, comes or goes, and is corrected."""

    records: list[NewRecord]
    added: bool
    turned: bool
    corrected: bool


_EARLY = "edition"


def early_id(id: str, day: datetime.date) -> str:
    """The id of an event for the time before it was first known, by an edition of ``day`` read late."""
    return derived_id(id, _EARLY, day.isoformat().replace("-", ""))


def _stem(id: str) -> str:
    """What the ids of all editions of an event that were read late begin with."""
    return early_id(id, datetime.date.min).rpartition("-")[0]


def known_from(plain: Mapping[str, Any]) -> datetime.date:
    """The day from which an event could be known, by its fields: see ``knowledge``."""
    if plain.get("known") is not None:
        return parse_date(plain["known"]).latest
    days = [each["published"] for each in plain.get("sources") or () if each.get("published")]
    return min((parse_date(day).latest for day in days), default=None) or parse_date(plain["date"]).latest


@define
class PastImports:
    """The corrections, retractions and confirmations that earlier imports recorded in a store.

    Those of other hands are left alone. Holds what was changed, and the ids that editions confirmed only of
    the days that are asked for.
    """

    store: Store | None
    _changes: dict[str, ChangesByImports] = Factory(dict)
    _roots: dict[str, str] = Factory(dict)  # by id of a retraction, the event that it is about in the end
    _early: defaultdict[str, list[str]] = Factory(lambda: defaultdict(list))  # by stem
    _confirming: defaultdict[datetime.date, list[str]] = Factory(lambda: defaultdict(list))
    _confirmed: dict[datetime.date, set[str]] = Factory(dict)
    _complete: defaultdict[datetime.date, set[SourceOf]] = Factory(lambda: defaultdict(set))

    def __attrs_post_init__(self) -> None:
        for record in () if self.store is None else self.store.read():
            if record.kind.startswith("record."):
                self._note(codec.from_record(record))

    def _note(self, event: Event) -> None:
        if isinstance(event, RecordCorrected):
            changes = self._changes.get(event.target, ChangesByImports())
            number = len(changes.corrections) + 1
            if event.id == derived_id(event.target, "corrected", digest_of(number, event.set)):
                changes.corrections.append(Correction(knowledge(event).day, event.set))
                self._changes[event.target] = changes
        elif isinstance(event, RecordRetracted):
            root = self._roots.get(event.target, event.target)
            changes = self._changes.get(root, ChangesByImports())
            if event.id == derived_id(root, "retracted", str(len(changes.turns) + 1)):
                changes.turns.append(Retraction(knowledge(event).day, event.id, event.target))
                self._changes[root] = changes
                self._roots[event.id] = root
                stem, mark, day = root.rpartition(f".{_EARLY}-")
                if mark and day.isdigit():
                    self._early[stem + mark.rstrip("-")].append(root)
        elif isinstance(event, RecordConfirmed):
            self.confirm(event)

    def confirm(self, event: RecordConfirmed) -> None:
        """Note an edition that states events again."""
        day = knowledge(event).day
        if event.targets:
            self._confirming[day].append(event.id)
            if day in self._confirmed:
                self._confirmed[day].update(event.targets)
        if event.complete:
            self._complete[day].update((each.publisher or "", each.title or "") for each in event.sources)

    @property
    def changed(self) -> Mapping[str, ChangesByImports]:
        """What imports changed, by id of the event."""
        return self._changes

    def untouched(self, id: str, day: datetime.date) -> bool:
        """Whether no import changed an event, nor any edition after ``day`` spoke of anything."""
        if id in self._changes or day < max((*self._confirming, *self._complete), default=day):
            return False
        return not self._early or _stem(id) not in self._early

    def is_early(self, id: str) -> bool:
        """Whether an event stands for another one for the time before that was first known."""
        stem, mark, day = id.rpartition(f".{_EARLY}-")
        return bool(mark) and day.isdigit() and id in self._early.get(stem + mark.rstrip("-"), ())

    def editions(self, held: Record, writer: Writer) -> Editions:
        """The editions of an event that the store has."""
        ids = [*self._early.get(_stem(held.id), ()), held.id]
        # A rehearsal does not record what it would make, and does not find it again.
        there = [record for id in ids if (record := held if id == held.id else self._found(id))]
        records = [self._recorded(record) for record in there]
        return Editions(sorted(records, key=lambda each: each.since), writer)

    def keep(self, editions: Editions) -> None:
        """Remember what was changed of an event."""
        for record in editions.records:
            if record.changes.corrections or record.changes.turns:
                self._changes[record.id] = record.changes
        early = [record.id for record in editions.records[:-1]]
        if early:
            self._early[_stem(editions.own.id)] = early

    def standing_for(self, id: str, day: datetime.date) -> str:
        """The id of what stands for an event on a day: its own, unless it was known only later."""
        held = self._found(id)
        early = [each for each in self._early.get(_stem(id), ()) if each <= early_id(id, day)]
        if held is None or not early or knowledge(codec.from_record(held)).day <= day:
            return id
        return max(early)

    def _found(self, id: str) -> Record | None:
        return None if self.store is None else self.store.get(id)

    def _recorded(self, record: Record) -> Recorded:
        plain: dict[str, Any] = json.loads(record.body)
        changes = self._changes.get(record.id) or ChangesByImports()
        return Recorded(record.id, known_from(plain), plain, changes)

    # The days on which editions spoke of events

    def confirmed(self, id: str, day: datetime.date) -> bool:
        """Whether an edition of a day states an event again."""
        if day not in self._confirming:
            return False
        if day not in self._confirmed:
            records = (record for each in self._confirming[day] if (record := self._found(each)))
            found = (codec.from_record(record) for record in records)
            self._confirmed[day] = {
                target for each in found if isinstance(each, RecordConfirmed) for target in each.targets
            }
        return id in self._confirmed[day]

    def spoke(self, editions: Editions, day: datetime.date) -> bool:
        """Whether an edition of a day spoke of an event."""
        days = {each for record in editions.records for each in record.days()}
        return day in days or self.confirmed(editions.own.id, day)

    def next_day(self, editions: Editions, day: datetime.date, source: SourceOf) -> datetime.date | None:
        """The first later day on which an edition spoke of an event, or was all that its source had."""
        days = {each for record in editions.records for each in record.days() if each > day}
        later = (each for each in self._confirming if each > day)
        days.update(each for each in later if self.confirmed(editions.own.id, each))
        days.update(self.complete_after(day, source))
        return min(days, default=None)

    def complete_after(self, day: datetime.date, source: SourceOf) -> Iterator[datetime.date]:
        """The days after ``day`` of the editions that were all that a source had."""
        return (each for each, sources in self._complete.items() if each > day and source in sources)

    def newest_complete(self) -> datetime.date:
        """The last day of an edition that was all that its source had."""
        return max(self._complete, default=datetime.date.min)


def source_of(plain: Mapping[str, Any]) -> SourceOf:
    """The first source of an event, by its fields."""
    sources = plain.get("sources") or [{}]
    return sources[0].get("publisher", ""), sources[0].get("title", "")
