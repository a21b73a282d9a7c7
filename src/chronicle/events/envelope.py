"""The envelope, which all events share: the types of its fields, when an event was known, and effects."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Literal

from attrs import field, fields, frozen

from chronicle.dates import Day, PartialDate, as_date
from chronicle.errors import InvalidEvents, Problem
from chronicle.values import Source

# What a text field refers to is part of its type, so that the reader of files, the schema and the
# checks all find the references of an event in its class.
EntityId = Annotated[str, "entity"]
DealId = Annotated[str, "deal"]
EventId = Annotated[str, "event"]

Confidence = Literal["confirmed", "reported", "rumoured"]
Right = Literal["equity", "votes", "board", "profit"]


def _date(value: Day) -> PartialDate:
    # Nearly every event comes from a file or a store, whose reader has made the date already.
    return value if type(value) is PartialDate else as_date(value)


def _date_or_none(value: Day | None) -> PartialDate | None:
    return value if value is None or type(value) is PartialDate else as_date(value)


# One repr, one equality and one hash for all kinds: what is generated for each class would take half of the
# time of an import.
@frozen(kw_only=True, repr=False, eq=False)
class Event:
    """Something that happened: a date, sources, and no behaviour.

    ``id`` is unique for ever. ``date`` is when it was true (valid time). ``known`` is when it could be known
    (knowledge time), where that is not the day on which its earliest source was published; both may be given
    as a text or a ``datetime.date``. ``deal`` names the deal that it belongs to, ``after`` the event that it
    must follow where dates leave the order open, ``ends`` the event whose beginning this one ends. ``apart``
    says that it is a happening of its own, though another source reports one just like it.
    """

    kind: ClassVar[str]
    # The fields that name what the event is about: they make its id when the author gives none.
    about: ClassVar[tuple[str, ...]]

    id: EventId
    date: PartialDate = field(converter=_date)
    known: PartialDate | None = field(default=None, converter=_date_or_none)
    sources: tuple[Source, ...] = ()
    deal: DealId | None = None
    after: EventId | None = None
    ends: EventId | None = None
    apart: bool = False
    confidence: Confidence | None = None
    note: str | None = None

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(self.id == other.id and _given(self) == _given(other))

    def __hash__(self) -> int:
        return hash(_given(self))

    def __repr__(self) -> str:
        given = ((each.name, getattr(self, each.name)) for each in fields(type(self)))
        shown = ", ".join(f"{name}={value!r}" for name, value in given if value not in (None, (), False))
        return f"{type(self).__name__}({shown})"


def _given(event: Any) -> object:
    """All fields of an event."""
    kind: Any = type(event)
    return _fields_of(kind)(event)


@cache
def _fields_of(kind: Any) -> Callable[[Any], object]:
    return attrgetter(*(each.name for each in fields(kind)))


ENVELOPE = ("id", "date", "known", "sources", "deal", "after", "ends", "apart", "confidence", "note")

# The fields that an effect does not have: it takes them from the completion of its deal.
NOT_IN_EFFECT = ("id", "date", "known", "sources", "deal", "after", "ends", "apart", "confidence")


@frozen(kw_only=True)
class Knowledge:
    """The day from which an event could be known (knowledge time).

    ``assumed`` is true when neither ``known`` nor a source gives it, so that the event's own date is taken.
    """

    day: datetime.date
    assumed: bool


def knowledge(event: Event) -> Knowledge:
    """When ``event`` could be known: ``known``, else its earliest dated source, else its own date.

    A partial date counts from its last day, so that nothing is used before it was certainly known.
    """
    day = told_day(event.known, event.sources)
    return Knowledge(day=event.date.latest if day is None else day, assumed=day is None)


def known_on(event: Event) -> datetime.date:
    """The day of ``knowledge``, without an object for each event."""
    return told_day(event.known, event.sources) or event.date.latest


def told_day(known: PartialDate | None, sources: Iterable[Source]) -> datetime.date | None:
    """The day from which an event says that it could be known, itself or by its sources; None for neither."""
    if known is not None:
        return known.latest
    return min((each.published.latest for each in sources if each.published is not None), default=None)


@frozen
class Effect:
    """What a deal would do: a kind and its fields, without an id, a date and sources.

    It happens when the deal completes, and not before. ``fields`` are pairs of a field's name and its value,
    in the order of the class.
    """

    kind: str
    fields: tuple[tuple[str, object], ...] = field(default=())


def incomplete(event: Event, message: str, help: str) -> InvalidEvents:
    """The error (C210) for an event whose fields are valid one by one, but not together."""
    return InvalidEvents(Problem("C210", f"{event.kind} {message}", help=help, events=(event.id,)))
