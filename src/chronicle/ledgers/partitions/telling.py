"""``tells``: what records say of what they share, without an event of each where that is certain.

A pure function of Arrow tables, as ``replay_partition`` is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, repeat
from operator import and_, ne
from typing import Any, Final
from zlib import crc32

from attrs import Factory, define

from chronicle import codec
from chronicle.codec.many.event_reader import EventReader
from chronicle.codec.many.outlines import AlikeRecords, Outline, OutlineReader
from chronicle.dates import parse_date
from chronicle.engine.partial.connected import NOW, hashed, number_of, target_of, tells_of, when_of
from chronicle.engine.partial.patterns import Pattern, patterns_of
from chronicle.engine.partial.shared import EVENT
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
    teller = _AlikeTeller()
    for batch in records:
        some = frames.record_columns(batch)
        alone: Iterable[int] = range(len(some.position))
        # A user's own projector may go by any value, and not by texts alone.
        if not projectors:
            told, alone = teller.tell(some)
            if told:
                yield frames.tells_batch(told)
        rows = _told_alone(map(some.record, alone), projectors)
        yield from frames.batches(rows, frames.tells_schema())


@define
class _AlikeTeller:
    """Tells what records share by their outlines, as far as that is certain."""

    _reader: OutlineReader = Factory(OutlineReader)
    _patterns: dict[tuple[Outline, tuple[str, ...]], tuple[Pattern, ...] | None] = Factory(dict)

    def tell(self, records: frames.RecordColumns) -> tuple[list[frames.AlikeTold], Sequence[int]]:
        """What records say, and the places of those of which an event has to be asked."""
        length = len(records.position)
        if records.checksum.count(None) < length and not all(
            is_as_written(*records.record(place)) for place in range(length)
        ):
            return [], range(length)
        alike, alone = self._reader.read(records.id, records.kind, records.body)
        told = list[frames.AlikeTold]()
        for group in chain.from_iterable(map(_by_words, alike)):
            patterns = self._patterns_of(group)
            if patterns is None:
                alone += group.places
                continue
            differ = _differ(group, patterns)
            alone += (place for place, do in zip(group.places, differ, strict=True) if not do)
            some = group.where(differ)
            positions = [records.position[place] for place in some.places]
            when = {word: _when(word, some) for word in {each.when for each in patterns}}
            told += (
                frames.AlikeTold(positions, each.how, _things(each, some), when[each.when])
                for each in patterns
            )
        return told, alone

    def _patterns_of(self, group: AlikeRecords) -> tuple[Pattern, ...] | None:
        """What records say that take the same words."""
        outline = group.outline
        words = {name: group.columns[at][0] for name, at in outline.words.items()}
        known = outline, tuple(words.values())
        if known not in self._patterns:
            self._patterns[known] = patterns_of(outline.event, outline.texts, words, outline.values)
        return self._patterns[known]


def _by_words(group: AlikeRecords) -> Iterator[AlikeRecords]:
    """The records that take the same words. Words are few, and what an event means may go by them."""
    columns = [group.columns[at] for at in group.outline.words.values()]
    if all(len(set(column)) == 1 for column in columns):
        yield group
        return
    said = [*zip(*columns, strict=True)]
    for words in dict.fromkeys(said):
        yield group.where([each == words for each in said])


def _differ(group: AlikeRecords, patterns: Iterable[Pattern]) -> Sequence[bool]:
    """Of each record, whether the texts differ of which it says something."""
    used = sorted({part for each in patterns for part in each.parts if isinstance(part, int)})
    differ = [True] * len(group.places)
    for one, two in combinations(used, 2):
        differ = [*map(and_, differ, map(ne, group.columns[one], group.columns[two]))]
    return differ


def _things(pattern: Pattern, group: AlikeRecords) -> Sequence[int]:
    """Which thing each record means by a pattern."""
    sort, parts, length = pattern.sort, pattern.parts, len(group.places)
    texts = [[part] * length if isinstance(part, str) else group.columns[part] for part in parts]
    if len(texts) == 1 and sort != EVENT:
        # Most things are named again soon.
        return [*map(number_of, repeat(sort), texts[0])]
    return [hashed(sort, which) for which in zip(*texts, strict=True)]


def _when(word: str, group: AlikeRecords) -> Sequence[int]:
    """The number for a word that says when, for each record."""
    if word == NOW:
        return [0] * len(group.places)
    dates = group.columns[group.outline.date]
    numbers = {text: when_of(word, parse_date(text)) for text in {*dates}}
    return [*map(numbers.__getitem__, dates)]


def _told_alone(
    records: Iterable[tuple[Record, bool]], projectors: Sequence[Projector]
) -> Iterator[tuple[Any, ...]]:
    """What records say of which events are made."""
    for record, proven in records:
        event, position = event_of(record, proven=proven), record.position
        if not isinstance(event, Event):
            yield position, FAULTY, 0, 0, f"{event.code} {event.message}"
            continue
        for how, thing, when in tells_of(event, projectors):
            yield position, how, thing, when, None
        target = target_of(event)
        if target is not None:
            yield position, ABOUT, 0, 0, target


def events_in(batch: Any, reader: EventReader) -> Iterator[tuple[Record, Event | Problem]]:
    """Each record of a batch with its event, or with the first problem for which it makes none."""
    rows = [*frames.records_of(batch)]
    found = reader.certain_events([record for record, _ in rows])
    for (record, proven), event in zip(rows, found, strict=True):
        if event is not None and is_as_written(record, proven=proven):
            yield record, event
        else:
            yield record, event_of(record, proven=proven)


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
