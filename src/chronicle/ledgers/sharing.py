"""What the events of a store share, in a file: which of them hang together, and since when each was known.

With it a process that adds an event, or asks for another day of knowledge, reads only the events of the parts
that differ. What is shared is kept as a number of 32 bits made of it. Two things with one number make a part
larger than it need be, and change no answer.
"""

from __future__ import annotations

import datetime
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, Final
from zlib import crc32

from chronicle.engine.partial.parts import KnownSharing, Parts
from chronicle.engine.partial.shared import Shared
from chronicle.events import Event, known_on
from chronicle.ledgers.layout import SHARED, Block, LedgerFile

_NAME: Final = "sharing"
COUNTED, TURNING, EARLY = (f"{_NAME}.{name}" for name in ("counted", "turning", "early"))
FOUNDED, FOUNDED_BY = f"{_NAME}.founded", f"{_NAME}.founded_by"
LINKED: Final = f"{_NAME}.linked"
THINGS: Final = SHARED
PLACES, PLACES_FROM = f"{_NAME}.places", f"{_NAME}.places_from"
KNOWN, KNOWN_PLACES = f"{_NAME}.known", f"{_NAME}.known_places"


def sharing_blocks(
    parts: Parts, events: Sequence[Event], length: int, first: int = 0, before: StoredSharing | None = None
) -> list[Block]:
    """What the first ``length`` of ``events`` share, as blocks. ``parts`` has taken in all of these.

    Where ``parts`` has a base, it is what those behind it share, which begin at the place ``first``; and what
    ``before`` has, if that was kept of some of these.
    """
    founded = _founded(parts.founded)
    for entity, day in zip(*before.foundings(), strict=True) if before else ():
        founded[entity] = max(day, founded.get(entity, day))
    founded = dict(sorted(founded.items()))
    return [
        *_things(parts, length, before),
        *(
            Block(name, "I", _numbers(entities, before.kind(name) if before else ()))
            for name, entities in _kinds(parts)
        ),
        Block(LINKED, "B", bytes([parts.linked])),
        Block(FOUNDED, "I", array("I", founded)),
        Block(FOUNDED_BY, "q", array("q", founded.values())),
        *_days(events, range(before.length if before else first, length), before),
    ]


def _things(parts: Parts, length: int, before: StoredSharing | None) -> list[Block]:
    """The numbers of all things that are shared, in order, and for each the places of those that share it."""
    found: dict[int, Sequence[int]] = dict(before.things()) if before else {}
    for sort, of_sort in parts.sharing_by_sort(length):
        begun = _number_of_sort(sort)
        for which, places in of_sort:
            number = crc32(f"{which!r})".encode(), begun)
            found[number] = places if number not in found else [*found[number], *places]
    things, flat, begins = array("I", sorted(found)), array("I"), array("I", [0])
    for thing in things:
        places = found[thing]
        # A version of an event is noted behind all events, and may share what the event shares.
        flat.extend(places if len(places) == 1 else sorted({*places}))
        begins.append(len(flat))
    return [
        Block(THINGS, "I", things),
        Block(PLACES_FROM, "I", begins),
        Block(PLACES, "I", flat),
    ]


def _kinds(parts: Parts) -> tuple[tuple[str, Iterable[str]], ...]:
    return (COUNTED, parts.counted), (TURNING, parts.turning), (EARLY, parts.early)


def _days(events: Sequence[Event], places: range, before: StoredSharing | None = None) -> list[Block]:
    """From when each event was known: the days in order, and the place of the event of each."""
    # The day above the place: as one number, of which a million take less room than pairs.
    both = [known_on(events[at]).toordinal() << _BITS | at for at in places]
    both += [day << _BITS | at for day, at in before.days()] if before else ()
    both.sort()
    return [
        Block(KNOWN, "i", array("i", [each >> _BITS for each in both])),
        Block(KNOWN_PLACES, "I", array("I", [each & _LAST for each in both])),
    ]


def days_known(events: Sequence[Event], places: range) -> list[tuple[int, int]]:
    """The day, as an ordinal, from which each event was known, and its place, as ``StoredSharing.days``."""
    return sorted((known_on(events[at]).toordinal(), at) for at in places)


_BITS: Final = 32
_LAST: Final = (1 << _BITS) - 1


def is_of_sharing(block: str) -> bool:
    """Whether the block of this name is about what events share."""
    return block.startswith((f"{_NAME}.", "turns."))


def _founded(days: Mapping[str, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for entity, day in days.items():
        number = _number(entity)
        found[number] = max(day, found.get(number, day))
    return found


def _numbers(entities: Iterable[str], before: Iterable[int] = ()) -> array[int]:
    return array("I", sorted({*before, *map(_number, entities)}))


def _number(thing: Shared | str) -> int:
    # Texts, whole numbers and tuples of these, whose ``repr`` is the same in every process, and printable.
    return crc32(repr(thing).encode())


@cache
def _number_of_sort(sort: str) -> int:
    """Where the number of a thing of this sort begins: what is the same in the ``repr`` of all of them."""
    return crc32(f"({sort!r}, ".encode())


def lacking_blocks(file: LedgerFile, parts: Parts, events: Sequence[Event], length: int) -> tuple[str, ...]:
    """The names of the blocks of what events share that have less than ``parts``, or other days, sorted.

    They may have more: what was learned of earlier days of knowledge.
    """
    stored = StoredSharing(file, length)
    lacking = {*lacking_in(stored, parts, length)}
    lacking |= {
        block.name
        for block in _days(events, range(length))
        if file.numbers(block.name) != memoryview(block.numbers)
    }
    return tuple(sorted(lacking))


def lacking_in(stored: KnownSharing | StoredSharing, parts: Parts, length: int) -> Iterator[str]:
    """The names of the blocks that must have more than ``stored`` says, by what ``parts`` shares."""
    for shared, places in parts.sharing(length):
        if not {*stored.places(shared)}.issuperset(places):
            yield PLACES
    found = (stored.is_counted, stored.is_turning, stored.is_early)
    for (name, entities), is_such in zip(_kinds(parts), found, strict=True):
        if not all(map(is_such, entities)):
            yield name
    for entity, day in parts.founded.items():
        since = stored.founded(entity)
        if since is None or since < day:
            yield FOUNDED
    if parts.linked and not stored.linked:
        yield LINKED


class StoredSharing:
    """What the first ``length`` events of a store share, as a verified file has it.

    Ids that turned out to be another's reach everywhere: ``linked`` says that there are some.
    """

    def __init__(self, file: LedgerFile, length: int) -> None:
        self.length = length
        self.linked = bool(file.numbers(LINKED)[0])
        self._things, self._from = file.numbers(THINGS), file.numbers(PLACES_FROM)
        self._places = file.numbers(PLACES)
        self._counted, self._turning = file.numbers(COUNTED), file.numbers(TURNING)
        self._early = file.numbers(EARLY)
        self._founded, self._founded_by = file.numbers(FOUNDED), file.numbers(FOUNDED_BY)
        self._known, self._known_places = file.numbers(KNOWN), file.numbers(KNOWN_PLACES)

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

    # All of it, to be written again

    def things(self) -> Iterator[tuple[int, Sequence[int]]]:
        """The number of each thing that is shared, and the places of the events that share it."""
        places = self._places.tolist()
        for thing, (begin, end) in zip(self._things.tolist(), pairwise(self._from.tolist()), strict=True):
            yield thing, places[begin:end]

    def kind(self, block: str) -> Sequence[int]:
        """The numbers of the entities in ``COUNTED``, ``TURNING`` or ``EARLY``."""
        found = {COUNTED: self._counted, TURNING: self._turning, EARLY: self._early}[block]
        return found.tolist()

    def foundings(self) -> tuple[Sequence[int], Sequence[int]]:
        """The numbers of the entities that were founded, and of each the ``past`` of the date."""
        return self._founded.tolist(), self._founded_by.tolist()

    def days(self) -> Iterator[tuple[int, int]]:
        """The day, as an ordinal, from which each event was known, and the place of that event."""
        return zip(self._known.tolist(), self._known_places.tolist(), strict=True)

    def known_after(self, day: datetime.date) -> Sequence[int]:
        """The places of the events that became known after a day."""
        first = bisect_right(self._known, day.toordinal())
        return self._known_places[first:].tolist()


def _found(numbers: Any, number: int) -> int | None:
    at = bisect_left(numbers, number)
    return at if at < len(numbers) and numbers[at] == number else None
