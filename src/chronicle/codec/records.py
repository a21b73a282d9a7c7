"""Events to records and back. The body of a record is the whole event, readable without this code."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from attrs import evolve

from chronicle.codec.conversion import canonical_json
from chronicle.codec.plain import decode, encode
from chronicle.errors import (
    ChronicleError,
    Damaged,
    InvalidEvents,
    Place,
    Problem,
    StoreError,
    printable,
    shown,
)
from chronicle.events import Event
from chronicle.stores.record import NewRecord, Record

if TYPE_CHECKING:
    from chronicle.codec.many.event_reader import EventReader

# How many records are read at once, and how many there are at least where they are read together.
_AT_ONCE: Final = 4_096
_FEWEST: Final = 64

_R = TypeVar("_R", bound=Record | NewRecord)


def to_record(event: Event) -> NewRecord:
    """The record of an event: its id, its kind, and one line of canonical JSON in UTF-8.

    Two events of the same content have the same body, byte for byte. Raises ``InvalidEvents`` for an event
    that could not be read again, so that no such event reaches a store.
    """
    return to_record_and_back(event)[0]


def to_record_and_back(event: Event) -> tuple[NewRecord, Event]:
    """The record of an event, and the event that reading this record gives. Raises as ``to_record`` does."""
    plain = encode(event)
    back = decode(plain)
    return NewRecord(event.id, event.kind, canonical_json(plain).encode()), back


def from_record(record: Record | NewRecord) -> Event:
    """The event that a record holds.

    Raises ``Damaged`` (C505) when its body is not JSON or belongs to another event, ``InvalidEvents`` when it
    makes no event, and ``StoreError`` (C502) for a newer format, and for a kind or field that is unknown and
    so must be from a newer version.
    """
    try:
        plain = json.loads(record.body.decode())
    except (ValueError, RecursionError):
        raise _damaged(record, "is not JSON") from None
    if not isinstance(plain, dict):
        raise _damaged(record, "is not a JSON object")
    if plain.get("id") != record.id or plain.get("kind") != record.kind:
        raise _damaged(record, f"is that of another event: {shown(plain.get('id'))}")
    try:
        return decode(plain)
    except InvalidEvents as error:
        newer = [_newer(problem) for problem in error.problems if problem.code in _NEWER]
        kind_of_error = StoreError if newer else InvalidEvents
        raise kind_of_error(*(_placed(problem, record) for problem in newer or error.problems)) from None


def from_records(records: Iterator[_R]) -> Iterator[tuple[Sequence[_R], Sequence[Event]]]:
    """Records with the events that they hold, some thousand at a time: those that are alike read together.

    Raises what ``from_record`` raises for the first that makes no event, once all of ``records`` were taken:
    where a store finds that one of them was changed, that is raised.
    """
    reader: EventReader | None = None
    while some := list(islice(records, _AT_ONCE)):
        if reader is None and len(some) >= _FEWEST:
            # Imported here: it takes longer than to read a few events.
            from chronicle.codec.many.event_reader import EventReader

            reader = EventReader()
        try:
            events = [*map(from_record, some)] if reader is None else reader.events(some)
        except ChronicleError:
            deque(records, maxlen=0)
            raise
        yield some, events


# An unknown format, kind or field. This version appends none of these, so a newer one must have.
_NEWER = frozenset({"C502", "C201", "C202"})


def _newer(problem: Problem) -> Problem:
    if problem.code == "C502":
        return problem
    message = f"{problem.message}, written by a newer Chronicle"
    return Problem("C502", message, place=problem.place, help="install a newer one")


def _damaged(record: Record | NewRecord, fault: str) -> Damaged:
    message = f"body of {_name(record)} {fault}"
    help = "compare with a backup; nothing was repaired"
    return Damaged(Problem("C505", message, help=help, events=(record.id,)))


def _placed(problem: Problem, record: Record | NewRecord) -> Problem:
    _, _, way = str(problem.place).partition(": ")
    place = Place(f"{_name(record)}: {way}" if way else _name(record))
    return evolve(problem, place=place, events=(record.id,))


def _name(record: Record | NewRecord) -> str:
    number = f"record {record.position}" if isinstance(record, Record) else "record"
    return f'{number} ("{printable(record.id)}")'
