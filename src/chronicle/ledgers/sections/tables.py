"""Tables of the texts of several ledgers: which of them are equal, some of them as a new table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, count
from typing import Final
from zlib import crc32

import numpy as np
from attrs import frozen

from chronicle.ledgers.layout import Block
from chronicle.ledgers.sections.stacked import (
    Column,
    Stacked,
    as_met,
    become,
    block,
    ends_of,
    inverse,
    ranges,
)
from chronicle.ledgers.texts import NONE, check_size, last_slot

_AT_ONCE: Final = 1 << 15
"""So many texts are looked at together."""


@frozen
class StackedTexts:
    """Texts one behind the other: where each begins and the last one ends, and the bytes of all."""

    starts: Column
    raw: Column

    @classmethod
    def of(cls, stacked: Stacked, name: str, within: Column | None = None) -> StackedTexts:
        """The texts of a table of all ledgers, one behind the other.

        With ``within`` these are of each ledger those from a place on, and so many.
        """
        lengths, parts = list[Column](), list[Column]()
        for at, (starts, texts) in enumerate(
            zip(stacked.each(f"{name}.starts"), stacked.each(f"{name}.bytes"), strict=True)
        ):
            first, length = (0, len(starts) - 1) if within is None else within[at]
            chosen = starts[first : first + length + 1]
            lengths.append(np.diff(chosen))
            parts.append(texts[chosen[0] : chosen[-1]].copy())
        return cls(ends_of(np.concatenate(lengths)), np.concatenate(parts))

    @classmethod
    def of_width(cls, rows: Column) -> StackedTexts:
        """The bytes of each row of an array of numbers, as if they were a text."""
        width = rows.shape[1] * rows.itemsize
        return cls(np.arange(len(rows) + 1) * width, rows.view(np.uint8).reshape(-1))

    @classmethod
    def behind(cls, tables: Sequence[StackedTexts]) -> StackedTexts:
        """The texts of several tables."""
        lengths = np.concatenate([np.diff(table.starts) for table in tables])
        return cls(ends_of(lengths), np.concatenate([table.raw for table in tables]))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __iter__(self) -> Iterator[bytes]:
        """The bytes of each text."""
        return chain.from_iterable(map(self._some, range(0, len(self), _AT_ONCE)))

    def _some(self, begin: int) -> Iterator[bytes]:
        starts = self.starts[begin : begin + _AT_ONCE + 1]
        texts, places = self.raw[starts[0] : starts[-1]].tobytes(), (starts - starts[0]).tolist()
        return map(texts.__getitem__, map(slice, places, places[1:]))

    def numbered(self) -> tuple[Column, Column]:
        """For each text its number among the different ones, as they are met; and where each is first met."""
        known = dict[bytes, int]()
        # The place of the first that is equal. A number for each new one would take a step of Python.
        places = np.fromiter(map(known.setdefault, self, count()), np.uint32, len(self))
        is_first = places == np.arange(len(places))
        numbers = np.cumsum(is_first, dtype=np.uint32) - np.uint32(1)
        return numbers[places], np.flatnonzero(is_first)

    def sorted(self) -> tuple[Column, Column]:
        """The same with numbers in the order of the texts."""
        numbers, first = self.numbered()
        # Bytes of UTF-8 are in the order of what they stand for.
        texts = [*self.chosen(first)]
        order = np.array(sorted(range(len(texts)), key=texts.__getitem__), np.uint32)
        return inverse(order)[numbers], first[order]

    def chosen(self, places: Column) -> StackedTexts:
        """Some of the texts, by their places."""
        lengths = np.diff(self.starts)[places]
        starts = ends_of(lengths)
        chosen = np.empty(int(starts[-1]), np.uint8)
        for begin in range(0, len(places), _AT_ONCE):
            some = slice(begin, begin + _AT_ONCE)
            end = min(begin + _AT_ONCE, len(places))
            chosen[starts[begin] : starts[end]] = self.raw[ranges(self.starts[places[some]], lengths[some])]
        return StackedTexts(starts, chosen)

    def hashes(self) -> Column:
        """The CRC-32 of each text."""
        return np.fromiter(map(crc32, self), np.uint32, len(self))

    def blocks(self, name: str) -> list[Block]:
        """The table as two blocks. Raises ``TooLarge``."""
        check_size(name, len(self.raw))
        return [block(f"{name}.starts", "i", self.starts), block(f"{name}.bytes", "B", self.raw)]


def stacked_column(stacked: Stacked, name: str, table: str) -> tuple[StackedTexts, Column]:
    """The texts of a table of all ledgers, and a column of numbers of its texts as places in them."""
    lengths = [count - 1 for count in stacked.lengths(f"{table}.starts")]
    return StackedTexts.of(stacked, table), stacked.shifted(name, lengths)


def texts_as_met(table: str, name: str, texts: StackedTexts, places: Column) -> Iterator[Block]:
    """A column of texts, given by their places, and its table: both numbered as texts are met in it."""
    same, first = texts.numbered()
    numbers = become(places, same)
    order, new = as_met(numbers, len(first))
    yield from texts.chosen(first[order]).blocks(table)
    yield block(name, "I", become(numbers, new))


def hashed_slots(name: str, hashes: Column, places: Column) -> Block:
    """As ``slots_block``, of the CRC-32 of each text and its place.

    There each text in turn takes the first empty slot. Here all do at once; where several want one, the first
    of them has it, and the others, also one that had it before, want the next.
    """
    length, last = len(hashes), last_slot(len(hashes))
    taken = np.full(last + 1, length)
    wanted, waiting = hashes & last, np.arange(length)
    while len(waiting):
        # Of several values for one place the last one stays.
        waiting = np.sort(waiting)[::-1]
        slots = wanted[waiting]
        before = taken[slots]
        taken[slots[waiting < before]] = waiting[waiting < before]
        has = taken[slots] == waiting
        waiting = np.concatenate([waiting[~has], before[has & (before < length)]])
        wanted[waiting] = (wanted[waiting] + 1) & last
    return block(f"{name}.slots", "I", np.append(places, NONE)[taken])
