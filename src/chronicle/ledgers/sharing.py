"""What the events of a store share, in a file: which of them hang together, and since when each was known.

With it a process that adds an event, or asks for another day of knowledge, reads only the events of the parts
that differ. What is shared is kept as a number of 32 bits made of it. Two things with one number make a part
larger than it need be, and change no answer.
"""

from __future__ import annotations

import datetime
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from zlib import crc32

from chronicle.engine.partial.parts import Parts, Shared
from chronicle.events import Event, known_on
from chronicle.ledgers.layout import SHARED, Block, LedgerFile

_NAME: Final = "sharing"
_COUNTED, _TURNING, _EARLY = (f"{_NAME}.{name}" for name in ("counted", "turning", "early"))
_FOUNDED, _FOUNDED_BY = f"{_NAME}.founded", f"{_NAME}.founded_by"
_LINKED: Final = f"{_NAME}.linked"
_THINGS: Final = SHARED
_PLACES, _PLACES_FROM = f"{_NAME}.places", f"{_NAME}.places_from"
_KNOWN, _KNOWN_PLACES = f"{_NAME}.known", f"{_NAME}.known_places"


def sharing_blocks(parts: Parts, events: Sequence[Event], length: int) -> list[Block]:
    """What the first ``length`` of ``events`` share, as blocks. ``parts`` has taken in all of these."""
    found: dict[int, Sequence[int]] = {}
    for shared, places in parts.sharing(length):
        number = _number(shared)
        found[number] = places if number not in found else sorted({*found[number], *places})
    things = array("I", sorted(found))
    flat, begins = array("I"), array("I", [0])
    for thing in things:
        flat.extend(found[thing])
        begins.append(len(flat))
    founded = _founded(parts.founded)
    return [
        Block(_THINGS, "I", things),
        Block(_PLACES_FROM, "I", begins),
        Block(_PLACES, "I", flat),
        *(Block(name, "I", _numbers(entities)) for name, entities in _kinds(parts)),
        Block(_LINKED, "B", bytes([parts.linked])),
        Block(_FOUNDED, "I", array("I", founded)),
        Block(_FOUNDED_BY, "q", array("q", founded.values())),
        *_days(events, length),
    ]


def _kinds(parts: Parts) -> tuple[tuple[str, Iterable[str]], ...]:
    return (_COUNTED, parts.counted), (_TURNING, parts.turning), (_EARLY, parts.early)


def _days(events: Sequence[Event], length: int) -> list[Block]:
    """From when each event was known: the days in order, and the place of the event of each."""
    days = sorted((known_on(events[at]).toordinal(), at) for at in range(length))
    return [
        Block(_KNOWN, "i", array("i", (day for day, _ in days))),
        Block(_KNOWN_PLACES, "I", array("I", (place for _, place in days))),
    ]


def is_of_sharing(block: str) -> bool:
    """Whether the block of this name is about what events share."""
    return block.startswith((f"{_NAME}.", "turns."))


def _founded(days: Mapping[str, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for entity, day in days.items():
        number = _number(entity)
        found[number] = max(day, found.get(number, day))
    return dict(sorted(found.items()))


def _numbers(entities: Iterable[str]) -> array[int]:
    return array("I", sorted({_number(entity) for entity in entities}))


def _number(thing: Shared | str) -> int:
    # Texts, whole numbers and tuples of these, whose ``repr`` is the same in every process.
    return crc32(repr(thing).encode("utf-8", "surrogatepass"))


def lacking_blocks(file: LedgerFile, parts: Parts, events: Sequence[Event], length: int) -> tuple[str, ...]:
    """The names of the blocks of what events share that have less than ``parts``, or other days, sorted.

    They may have more: what was learned of earlier days of knowledge.
    """
    stored = StoredSharing(file, length)
    lacking = set()
    for shared, places in parts.sharing(length):
        if not {*stored.places(shared)}.issuperset(places):
            lacking.add(_PLACES)
    for name, entities in _kinds(parts):
        if not {*file.numbers(name)}.issuperset(map(_number, entities)):
            lacking.add(name)
    for entity, day in parts.founded.items():
        found = stored.founded(entity)
        if found is None or found < day:
            lacking.add(_FOUNDED)
    if parts.linked and not stored.linked:
        lacking.add(_LINKED)
    for block in _days(events, length):
        if file.numbers(block.name) != memoryview(block.numbers):
            lacking.add(block.name)
    return tuple(sorted(lacking))


class StoredSharing:
    """What the first ``length`` events of a store share, as a verified file has it.

    Ids that turned out to be another's reach everywhere: ``linked`` says that there are some.
    """

    def __init__(self, file: LedgerFile, length: int) -> None:
        self.length = length
        self.linked = bool(file.numbers(_LINKED)[0])
        self._things, self._from = file.numbers(_THINGS), file.numbers(_PLACES_FROM)
        self._places = file.numbers(_PLACES)
        self._counted, self._turning = file.numbers(_COUNTED), file.numbers(_TURNING)
        self._early = file.numbers(_EARLY)
        self._founded, self._founded_by = file.numbers(_FOUNDED), file.numbers(_FOUNDED_BY)
        self._known, self._known_places = file.numbers(_KNOWN), file.numbers(_KNOWN_PLACES)

    def places(self, shared: Shared) -> Sequence[int]:
        """The places of the events that share something, by any version of them."""
        at = _found(self._things, _number(shared))
        return () if at is None else self._places[self._from[at] : self._from[at + 1]].tolist()

    def is_counted(self, entity: str) -> bool:
        """Whether stakes in an entity are measured by a number of shares."""
        return _found(self._counted, _number(entity)) is not None

    def is_turning(self, entity: str) -> bool:
        """Whether an entity ends, comes back, merges or is split."""
        return _found(self._turning, _number(entity)) is not None

    def is_early(self, entity: str) -> bool:
        """Whether something names an entity that may have come before its founding was over."""
        return _found(self._early, _number(entity)) is not None

    def founded(self, entity: str) -> int | None:
        """The ``past`` of the date on which an entity was founded; None without a founding."""
        at = _found(self._founded, _number(entity))
        return None if at is None else self._founded_by[at]

    def known_after(self, day: datetime.date) -> Sequence[int]:
        """The places of the events that became known after a day."""
        first = bisect_right(self._known, day.toordinal())
        return self._known_places[first:].tolist()


def _found(numbers: Any, number: int) -> int | None:
    at = bisect_left(numbers, number)
    return at if at < len(numbers) and numbers[at] == number else None
