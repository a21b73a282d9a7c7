"""``replay_partition``: records in, rows out.

A pure function of Arrow tables, which any engine can call that splits tables: each partition must have whole
parts of the history (``Partitioning`` says which record belongs to which).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from chronicle.codec.many.event_reader import EventReader
from chronicle.engine.declarations import Named
from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.knowledge import resolve
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.projectors.guarded import guarded
from chronicle.engine.replay import Ledger, Projector
from chronicle.errors import Problem
from chronicle.events import Event
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.knowing import KnownRows
from chronicle.ledgers.partitions.rows import LedgerRow, broken, rows_of, rows_of_names, rows_of_statements
from chronicle.ledgers.partitions.telling import events_in
from chronicle.stores.record import Record


def replay_partition(
    records: Iterable[Any], projectors: Sequence[Projector] = (), *, known: bool = True
) -> Iterator[Any]:
    """Replay whole parts of a history, and give what the replay says of their cells, row by row.

    ``records`` are record batches of Arrow in any order, with the columns of ``records_schema``, and maybe
    with ``part``, the part of each; the result are batches with those of ``rows_schema``. ``projectors`` are
    a user's own. With ``known`` there are rows of every day of knowledge, else only of all that is known. A
    record that makes no event is a row of its own, and nothing else is affected by it. Raises ``NotKept`` for
    a value of a user's own view that has no text.
    """
    with paused_collector():
        told, faulty = list[_ReadRecord](), list[Any]()
        for record, event, part in _with_parts(records):
            if isinstance(event, Event):
                told.append(_ReadRecord(record.position, record.recorded_at, event, part))
            else:
                faulty.append(broken(record.position, event))
        told.sort(key=lambda each: each.position)
        rows = _rows(told, (*PROJECTORS, *map(guarded, projectors)), known=known)
        # All of it now: rows are made from what replay keeps, for which the collector has to rest.
        made = list(frames.batches(chain(rows, faulty), frames.rows_schema()))
    return iter(made)


class _ReadRecord(NamedTuple):
    """An event with its position, where it comes from, and its part."""

    position: int
    origin: str
    event: Event
    part: int


def _rows(
    told: Sequence[_ReadRecord], projectors: Sequence[Projector], *, known: bool
) -> Iterator[LedgerRow]:
    """What a replay of the events says, row by row."""
    events = [each.event for each in told]
    origins = {each.event.id: each.origin for each in told}
    positions = {each.event.id: each.position for each in told}

    def replayed(some: Sequence[Event], day: datetime.date | None) -> tuple[Ledger, Iterable[LedgerRow]]:
        found = resolve(some, day, projectors, lambda event: origins.get(event.id))
        return found.ledger, chain(rows_of(found.ledger, positions), rows_of_statements(found.visible))

    if known:
        yield from KnownRows(events, {each.event.id: each.part for each in told}).rows(replayed)
    else:
        yield from replayed(events, None)[1]
    named = Named()
    named.note(events, EventLog(events))
    yield from rows_of_names(named)


def _with_parts(records: Iterable[Any]) -> Iterator[tuple[Record, Event | Problem, int]]:
    reader = EventReader()
    for batch in records:
        for part, (record, event) in zip(frames.parts_in(batch), events_in(batch, reader), strict=True):
            yield record, event, part
