"""``tells``: what records say of what they share, as columns of numbers.

A pure function of Arrow tables, as ``replay_partition`` is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple
from zlib import crc32

from chronicle import codec
from chronicle.codec.many.event_reader import EventReader
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.partial.connected import (
    ACTS,
    FOUNDS,
    NEVER_ACTS,
    said_in_columns,
    target_of,
    versions_of,
)
from chronicle.engine.replay import Projector
from chronicle.errors import ChronicleError, Problem
from chronicle.events import Event
from chronicle.ledgers.partitions import frames
from chronicle.stores.record import Record, canonical_bytes

ABOUT: Final = 100
"""Says that the record is about the event whose id is in ``text``."""
FAULTY: Final = 101
"""Says that the record makes no event; ``text`` says why."""


def tells(records: Iterable[Any], projectors: Sequence[Projector] = ()) -> Iterator[Any]:
    """What each record says of what it shares with others, as record batches: the first, small job.

    ``records`` are as in ``replay_partition``.
    """
    reader = EventReader()
    for batch in records:
        positions, events, with_text = list[int](), list[Event](), list[tuple[Any, ...]]()
        for record, event in events_in(batch, reader):
            if not isinstance(event, Event):
                with_text.append((record.position, FAULTY, 0, 0, f"{event.code} {event.message}"))
                continue
            positions.append(record.position)
            events.append(event)
            target = target_of(event)
            if target is not None:
                with_text.append((record.position, ABOUT, 0, 0, target))
        yield told_by(positions, events, projectors)
        yield from frames.batches(with_text, frames.tells_schema())


@paused_collector()
def told_of_versions(records: Any, projectors: Sequence[Projector]) -> tuple[Any, set[tuple[int, str]]]:
    """What the versions that corrections make of events say, and about which events are those at a position.

    ``records`` are a batch of events with all that is said of them, in order of position.
    """
    positions, events = dict[str, int](), list[Event]()
    for record, event in events_in(records, EventReader()):
        if isinstance(event, Event):
            positions[event.id] = record.position
            events.append(event)
    versions = versions_of(events)
    places = [positions[version.id] for version in versions]
    targets = zip(places, map(target_of, versions), strict=True)
    about = {(place, target) for place, target in targets if target is not None}
    return told_by(places, versions, projectors), about


def told_by(positions: Sequence[int], events: Sequence[Event], projectors: Sequence[Projector] = ()) -> Any:
    """What events at some positions say of what they share, as a record batch with numbers alone."""
    np = frames.numpy()
    at, told, known = np.array(positions, np.int64), list[_AlikeTold](), list[Any]()
    orders = np.array([event.date.order for event in events], np.int64)
    for how, sort, things, those, when in said_in_columns(events, projectors):
        if not things:
            continue
        if not known or known[0] is not those:
            # What events of one kind say, mostly all of them say.
            known = [those, np.asarray(those, np.int64)]
        places = known[1]
        if when == ACTS:
            acts = orders[places]
        elif when == FOUNDS:
            acts = np.array([events[place].date.past for place in those], np.int64)
        else:
            acts = np.full(len(things), _NEVER if when == NEVER_ACTS else 0, np.int64)
        told.append(_AlikeTold(at[places], how, _numbers_of(sort, things), acts))
    return _tells_batch(told)


# After all that was founded.
_NEVER: Final = 2**62


class _AlikeTold(NamedTuple):
    """What some records say alike: arrays of their positions, how it binds, and arrays of things and of when.

    The arrays have numbers of 64 bits.
    """

    positions: Any
    how: int
    things: Any
    when: Any


def _tells_batch(told: Sequence[_AlikeTold]) -> Any:
    """What records say of what they share as a record batch."""
    arrow, np, schema = frames.pyarrow(), frames.numpy(), frames.tells_schema()
    how = np.repeat(np.array([each.how for each in told], np.int8), [len(each.things) for each in told])
    arrays = [
        how if name == "how" else np.concatenate([getattr(each, of) for each in told] or [how])
        for name, of in zip(schema.names, ("positions", "how", "things", "when"), strict=False)
    ]
    columns = [arrow.array(array, kind) for array, kind in zip(arrays, schema.types, strict=False)]
    return arrow.RecordBatch.from_arrays([*columns, arrow.nulls(len(how), schema.types[-1])], schema=schema)


# Longer texts are shortened first, so that a table of texts is not as wide as the longest of many.
_LONGEST: Final = 64


def _numbers_of(sort: str, things: Sequence[Any]) -> Any:
    """A number for each of some things, the same in every process.

    If two things had the same number, parts would only be larger.
    """
    texts = _texts_of(things)
    if max(map(len, texts)) > _LONGEST:
        texts = [text if len(text) <= _LONGEST else _shortened(text) for text in texts]
    np = frames.numpy()
    table = np.array(texts)
    # As a sum over the characters, each times a number for where it stands, so that it counts for nothing
    # how wide the table is. Sums leave out what is above 64 bits.
    characters = table.view(np.uint32).reshape(len(texts), -1).astype(np.uint64)
    summed = characters @ _factors()[: characters.shape[1]]
    return (summed + np.frombuffer(_hashed(sort.encode()), "<u8")).view(np.int64)


def _texts_of(things: Sequence[Any]) -> Sequence[str]:
    """Things as texts: one that is no text is a tuple of them, mostly."""
    kinds = {*map(type, things)}
    if kinds == {str}:
        return things
    if kinds == {tuple}:
        try:
            return [*map("\x1f".join, things)]
        except TypeError:
            pass
    return [thing if isinstance(thing, str) else "\x1f".join(map(str, thing)) for thing in things]


def _shortened(text: str) -> str:
    return _hashed(text.encode("utf-8", "surrogatepass"), 32).hex()


def _hashed(data: bytes, size: int = 8) -> bytes:
    return blake2b(data, digest_size=size).digest()


@cache
def _factors() -> Any:
    """An odd number for each place in a text, as if by chance."""
    hashed = b"".join(_hashed(b"%d" % place) for place in range(_LONGEST))
    return frames.numpy().frombuffer(hashed, "<u8") | frames.numpy().uint64(1)


# The events of records


def events_in(batch: Any, reader: EventReader) -> Iterator[tuple[Record, Event | Problem]]:
    """Each record of a batch with its event, or with the first problem for which it makes none."""
    columns = frames.record_columns(batch)
    records, proven = columns.records(), [checksum is not None for checksum in columns.checksum]
    found = reader.certain_events(records)
    for record, has_proof, event in zip(records, proven, found, strict=True):
        if event is not None and (not has_proof or is_as_written(record)):
            yield record, event
        else:
            yield record, event_of(record, proven=has_proof)


def event_of(record: Record, *, proven: bool = True) -> Event | Problem:
    """The event of a record, or the first problem for which it makes none.

    ``proven`` says that it carries a checksum, which is then computed again.
    """
    if not is_as_written(record, proven=proven):
        message = f'record {record.position} ("{record.id}") was changed after it was written'
        help = "compare with a backup; nothing was repaired"
        return Problem("C505", message, help=help, events=(record.id,))
    try:
        return codec.from_record(record)
    except ChronicleError as error:
        return error.problems[0]


def is_as_written(record: Record, proven: bool = True) -> bool:
    """Whether a record has the checksum that it carries, if it carries one."""
    return not proven or crc32(canonical_bytes(*record[:5])) == record.checksum
