"""From which day the events of an edition are known, and their records with that day."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Protocol

from attrs import Factory, evolve, frozen

from chronicle import codec
from chronicle.codec.conversion import canonical_json
from chronicle.dates import PartialDate
from chronicle.errors import Problem, UsageError
from chronicle.events import Event, RecordConfirmed, told_day
from chronicle.stores import NewRecord
from chronicle.values import Source


class Knowable(Protocol):
    """What says of itself when it was known: an event, or the record of one."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def known(self) -> PartialDate | None:
        """When it says that it was known."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Its sources, which may say when they were published."""


@frozen
class EditionDays:
    """From which day events of an edition are known.

    ``said`` has the days from which some are known at the earliest, by their ids, whatever that of the
    edition: what another edition says, too.
    """

    today: datetime.date
    known: datetime.date | None
    published: datetime.date | None
    as_written: bool
    said: Mapping[str, datetime.date] = Factory(dict)

    @property
    def edition(self) -> datetime.date | None:
        """The day of the edition, where one was given."""
        return self.known or self.published

    @property
    def day(self) -> datetime.date:
        """The day from which the edition is known."""
        return self.edition or self.today

    def of(self, event: Knowable, newest: datetime.date) -> datetime.date:
        """From which day a change of an event is known; ``newest`` is that of the last change in the store.

        A day that the event gives for itself is no edition, and never puts a change before others. Nor does
        the day on which its source was published. Where that is not later than what is there, the source was
        corrected without saying when.
        """
        if event.id in self.said:
            return max(self.said[event.id], self.day)
        if self.known is None:
            if event.known is not None and event.known.latest >= newest:
                return event.known.latest
            if event.known is None and not self.as_written and (own := _published(event)) and own > newest:
                return own
        return self.after(newest)

    def after(self, newest: datetime.date) -> datetime.date:
        """The day of the edition; of one that was given none, the last of these two days."""
        return max(self.today, newest) if self.edition is None else self.edition

    def stamp(self, event: Knowable) -> datetime.date | None:
        """The day that an event must be given to be known from; None where it has one of its own."""
        if self.said and event.id in self.said:
            return max(self.said[event.id], self.day)
        if self.known is not None:
            return None if told_day(event.known, event.sources) == self.known else self.known
        if self.as_written or told_day(event.known, event.sources) is not None:
            return None
        return self.day


def _published(event: Knowable) -> datetime.date | None:
    """The first day on which a source of an event was published."""
    days = (source.published.latest for source in event.sources if source.published is not None)
    return min(days, default=None)


def decoded_record(event: Event, known: datetime.date | None) -> NewRecord:
    """The record of an event that the codec has decoded, so that it need not be decoded again."""
    plain = codec.encode(event)
    if known is not None:
        plain["known"] = known.isoformat()
    return NewRecord(event.id, event.kind, canonical_json(plain).encode())


def checked_record(event: Event, known: datetime.date | None) -> NewRecord:
    """The record of an event that was made by hand. Raises what is wrong with it."""
    return codec.to_record(event if known is None else evolve(event, known=PartialDate.of(known)))


def confirmation(
    day: datetime.date,
    sources: tuple[Source, ...],
    targets: Sequence[str] = (),
    complete: bool = False,
) -> RecordConfirmed:
    """The record of an edition of ``day`` that states events again, or of one that was all its source has."""
    said = [targets, complete, [str(source) for source in sources]]
    digest = sha256(canonical_json(said).encode()).hexdigest()[:12]
    return RecordConfirmed(
        id=f"{RecordConfirmed.kind}-{day}-{digest}",
        date=PartialDate.of(day),
        known=PartialDate.of(day),
        sources=sources,
        targets=tuple(targets),
        complete=complete,
    )


def source_unknown() -> UsageError:
    """The error (C709) of a withdrawal when the events have no source."""
    help = "give `source: {publisher: ..., title: ...}` in the mapping"
    return UsageError(Problem("C709", "nothing says which source the events are of", help=help))
