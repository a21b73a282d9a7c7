"""Corrections and retractions: statements about an event of a history, as events of their own."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from attrs import evolve, fields, frozen

from chronicle import codec
from chronicle.dates import Day, PartialDate
from chronicle.engine.event_log import EventLog
from chronicle.engine.knowledge import visible
from chronicle.errors import InvalidEvents, Problem, nearest
from chronicle.events import NOT_CORRECTED, Event, RecordCorrected, RecordRetracted, circle, in_a_circle
from chronicle.values import Money, Share, Source

SourceGiven = Source | str | Mapping[str, object]
"""A source: a ``Source``, its fields as plain data, or only its publisher."""


@frozen
class Statement:
    """What a correction and a retraction state besides their target: reason, sources, date, known.

    ``date`` is the day of the statement (None: today). ``id`` is that of the new event (None: one is
    generated).
    """

    reason: str
    sources: tuple[SourceGiven, ...] = ()
    date: Day | None = None
    known: Day | None = None
    id: str | None = None

    def correction(
        self, event: Event, values: Mapping[str, object], held: Mapping[str, Event]
    ) -> RecordCorrected:
        """The event that sets fields of ``event`` to ``values``; None removes a field.

        A value is what the field would have in a file, or a ``Share``, a ``PartialDate`` and the like.
        ``held`` are the events of the history by id. Raises ``InvalidEvents``: C202 for a field that the kind
        does not have, C205 for an id in use, and any problem of the values.
        """
        _require_fields(event, values)
        plain = {name: _plain(value) for name, value in values.items()}
        made = self._event("record.corrected", event.id, {"set": plain}, held)
        assert isinstance(made, RecordCorrected)
        return made

    def retraction(self, event: Event, held: Mapping[str, Event]) -> Event:
        """The event that retracts ``event``. Raises ``InvalidEvents`` (C205) for an id in use."""
        return self._event("record.retracted", event.id, {}, held)

    def _event(self, kind: str, target: str, more: Mapping[str, object], held: Mapping[str, Event]) -> Event:
        given: dict[str, object] = {
            "id": self.id,
            "kind": kind,
            "date": _plain(datetime.date.today() if self.date is None else self.date),
            "target": target,
            **more,
            "reason": self.reason,
            "known": _plain(self.known),
            "sources": [_plain_source(source) for source in self.sources] or None,
        }
        event = codec.decode({name: value for name, value in given.items() if value is not None})
        return _with_free_id(event, held) if self.id is None else _require_free(event, held)


def _with_free_id(event: Event, held: Mapping[str, Event]) -> Event:
    """``event`` with an id that no other event has.

    The same statement as before keeps its id: to state it twice is idempotent.
    """
    name, number = event.id, 1
    while event.id in held and held[event.id] != event:
        number += 1
        event = evolve(event, id=f"{name}-{number}")
    return event


def _require_free(event: Event, held: Mapping[str, Event]) -> Event:
    if held.get(event.id, event) != event:
        message = f'event id "{event.id}" is taken'
        raise InvalidEvents(Problem("C205", message, help="give another id, or none"))
    return event


def _require_fields(event: Event, names: Collection[str]) -> None:
    known = [field.name for field in codec.fields_of(type(event))]
    problems = []
    for name in names:
        if name not in known and name not in NOT_CORRECTED:
            near = nearest(name, known)
            possible = ", ".join(each for each in known if each not in NOT_CORRECTED)
            help = f"did you mean {near}?" if near else f"it has {possible}"
            message = f'{event.kind} has no field "{name}"'
            problems.append(Problem("C202", message, help=help, events=(event.id,)))
    if problems:
        raise InvalidEvents(*problems)


_AS_TEXT: Final = (PartialDate, Share, Money, datetime.date)


def _plain(value: object) -> object:
    """``value`` as it would be in a file."""
    if isinstance(value, _AS_TEXT):
        return str(value)
    if isinstance(value, Source):
        return _plain_source(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _plain_source(source: SourceGiven) -> object:
    if isinstance(source, str):
        return {"publisher": source}
    if isinstance(source, Mapping):
        return _plain(source)
    given = ((each.name, getattr(source, each.name)) for each in fields(Source))
    return {name: _plain(value) for name, value in given if value is not None}


def faults(log: EventLog, more: Sequence[Event]) -> tuple[Problem, ...]:
    """The problems of the corrections and retractions among ``more``, if these were appended to ``log``.

    C213 for a target that does not exist, C214 for those in a circle, and any problem of a target as
    corrected.
    """
    statements = [each for each in more if isinstance(each, RecordCorrected | RecordRetracted)]
    statements = [each for each in statements if each.id not in log]
    if not statements:
        return ()
    new = {event.id: event for event in more if event.id not in log}
    held = log.with_statements_of(each.target for each in statements)
    dangling = [each for each in statements if each.target not in new and each.target not in log]
    followed: set[str] = set()
    circles = (circle(each, _either(new, log), followed) for each in statements)
    before = set(visible(held).problems)
    return (
        *(_dangling(each, (*log, *new) if rank < _MOST_HELP else ()) for rank, each in enumerate(dangling)),
        *(evolve(in_a_circle(ids), events=ids) for ids in circles if ids),
        *(problem for problem in visible([*held, *new.values()]).problems if problem not in before),
    )


def _either(new: Mapping[str, Event], log: EventLog) -> Callable[[str], Event | None]:
    return lambda event: new.get(event) or log.get(event)


# A search for the nearest of many ids is slow, and a hundred unknown ids are not misspellings.
_MOST_HELP = 5


def _dangling(statement: RecordCorrected | RecordRetracted, known: Iterable[str]) -> Problem:
    near = nearest(statement.target, known)
    message = f'{statement.kind} of an event that is not there: "{statement.target}"'
    return Problem("C213", message, help=near and f"did you mean {near}?", events=(statement.id,))
