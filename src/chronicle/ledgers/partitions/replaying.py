"""``replay_partition``: records in, rows out, and what a record says of what it shares with others.

Pure functions of Arrow tables, which any engine can call that splits tables: each partition must have whole
parts of the history (``Partitioning`` says which record belongs to which).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple
from zlib import crc32

from chronicle import codec
from chronicle.engine.declarations import Named
from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.knowledge import resolve
from chronicle.engine.partial.connected import target_of, tells_of
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.projectors.guarded import guarded
from chronicle.engine.replay import Ledger, Projector
from chronicle.errors import ChronicleError, Problem
from chronicle.events import Event
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.knowing import KnownRows
from chronicle.ledgers.partitions.rows import LedgerRow, broken, rows_of, rows_of_names, rows_of_statements
from chronicle.stores.record import Record, canonical_bytes

ABOUT: Final = 100
"""Says that the record is about the event whose id is in ``text``."""
FAULTY: Final = 101
"""Says that the record makes no event; ``text`` is its row as JSON."""


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
    for batch in records:
        for part, (record, event) in zip(frames.parts_in(batch), _decoded([batch]), strict=True):
            yield record, event, part


def tells(records: Iterable[Any], projectors: Sequence[Projector] = ()) -> Iterator[Any]:
    """What each record says of what it shares with others, as record batches: the first, small job.

    ``records`` are as in ``replay_partition``.
    """
    return frames.batches(_tells(records, projectors), frames.tells_schema())


def _tells(records: Iterable[Any], projectors: Sequence[Projector]) -> Iterator[tuple[Any, ...]]:
    for record, event in _decoded(records):
        position = record.position
        if not isinstance(event, Event):
            yield position, FAULTY, 0, 0, _problem_text(event)
            continue
        for how, thing, when in tells_of(event, projectors):
            yield position, how, thing, when, None
        target = target_of(event)
        if target is not None:
            yield position, ABOUT, 0, 0, target


def _problem_text(problem: Problem) -> str:
    return f"{problem.code} {problem.message}"


def _decoded(records: Iterable[Any]) -> Iterator[tuple[Record, Event | Problem]]:
    """Each record with its event, or with the first problem for which it makes none."""
    for batch in records:
        for record, proven in frames.records_of(batch):
            yield record, event_of(record, proven=proven)


def event_of(record: Record, *, proven: bool = True) -> Event | Problem:
    """The event of a record, or the first problem for which it makes none.

    ``proven`` says that it carries a checksum, which is then computed again.
    """
    canonical = canonical_bytes(record.position, record.recorded_at, record.id, record.kind, record.body)
    if proven and crc32(canonical) != record.checksum:
        message = f'record {record.position} ("{record.id}") was changed after it was written'
        help = "compare with a backup; nothing was repaired"
        return Problem("C505", message, help=help, events=(record.id,))
    try:
        return codec.from_record(record)
    except ChronicleError as error:
        return error.problems[0]
