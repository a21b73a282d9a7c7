"""What an edition gives: events, or records of rows, each with the day from which it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from attrs import Factory, define, frozen

from chronicle import codec
from chronicle.dates import PartialDate
from chronicle.errors import Problem
from chronicle.events import Event, IdentityLinked
from chronicle.interop.editions import differences_of, said_of
from chronicle.interop.editions.days import EditionDays, checked_record, decoded_record
from chronicle.interop.incoming import RowRead
from chronicle.interop.past import SourceOf
from chronicle.interop.row_records import RecordForm, RowRecord
from chronicle.interop.undeclared import NamesSeen
from chronicle.stores import NewRecord, Record
from chronicle.values import Source


class EventGiven(NamedTuple):
    """An event as the edition gives it, its record, whether that got the day of the edition, and its row."""

    event: Event
    record: NewRecord
    stamped: bool
    row: RowRead | None

    @property
    def id(self) -> str:
        """The id of the event."""
        return self.event.id

    @property
    def kind(self) -> str:
        """The kind of the event."""
        return self.event.kind

    @property
    def known(self) -> PartialDate | None:
        """When the event says that it was known."""
        return self.event.known

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources of the event."""
        return self.event.sources

    def plain(self) -> dict[str, Any]:
        """The event as plain data, without the day of the edition."""
        return codec.encode(self.event)


Given = EventGiven | RowRecord
"""What an edition gives: an event, or the record of one. Both say the same of it."""


@frozen
class Recording:
    """Makes the records of an edition, known from the days that ``days`` gives.

    ``decoded`` says that ``codec.decode`` made every event, so that none need be read again to test it;
    ``row`` gives the row of the event that was given last.
    """

    days: EditionDays
    decoded: bool
    row: Callable[[], RowRead | None]

    def given(self, event: Event) -> EventGiven:
        """An event of the edition with its record. Raises what is wrong with it."""
        day = self.days.stamp(event)
        record = decoded_record(event, day) if self.decoded else checked_record(event, day)
        return EventGiven(event, record, day is not None, self.row())


@define
class Noted:
    """What is noted of all events of an edition: the entities that they name, and their sources."""

    names: NamesSeen = Factory(NamesSeen)
    sources: dict[SourceOf, Source] = Factory(dict)

    def sources_of(self, given: Iterable[Given]) -> None:
        """Note the sources of events in their order; of records that say the same, those of the first."""
        forms: set[RecordForm] = set()
        for each in given:
            if isinstance(each, RowRecord) and each.form.stated is not None:
                if each.form in forms:
                    continue
                forms.add(each.form)
            self.source_of(each.sources)

    def names_of_rows(self, rows: Sequence[RowRecord]) -> None:
        """Note the entities that records of rows name."""
        if any(form.is_noted_apart for form in {row.form for row in rows}):
            for row in rows:
                self.names_of(row)
        else:
            named = chain.from_iterable(row.named for row in rows)
            self.names.note_ids((), dict.fromkeys(chain.from_iterable(named)))

    def names_of(self, given: Given) -> None:
        """Note the entities that an event names."""
        if isinstance(given, EventGiven):
            self.names.note(given.event)
        elif given.kind == IdentityLinked.kind:
            self.names.note(given.event())
        else:
            self.names.note_ids(given.names[:1] if given.form.declares else (), given.names)

    def source_of(self, sources: Sequence[Source]) -> None:
        """Note the first of the sources of an event."""
        for source in sources[:1]:
            self.sources.setdefault((source.publisher or "", source.title or ""), source)


# Findings (C708) about events of one id


def of_another_kind(given: Given, held: Record) -> Problem:
    """The problem of an event whose id the store has for an event of another kind."""
    message = f'event "{held.id}" is recorded as {held.kind}, and the source makes it {given.record.kind}'
    help = "make ids of the kind too, so that one id is one thing"
    return Problem("C708", message, given.row.place() if given.row else None, help, (held.id,))


def given_twice(plain: Mapping[str, Any], taken: Mapping[str, Any], row: RowRead | None) -> Problem:
    """The problem of an event that the edition has already, as ``taken``, with other content."""
    names = [name for name, _ in differences_of(taken, plain)]
    if plain["kind"] != taken.get("kind"):
        names = ["kind"]
    told = ", ".join(
        f"{name} {said_of(taken.get(name))} and {said_of(plain.get(name))}" for name in names[:3]
    )
    message = f'two rows or records make one event: "{plain["id"]}" with {told}'
    help = "make its id of more columns; if these are two editions, import one after the other"
    return Problem("C708", message, row.place() if row else None, help, (plain["id"],))
