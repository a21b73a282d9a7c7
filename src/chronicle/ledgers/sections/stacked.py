"""The blocks of several ledgers one behind the other, as columns of numpy.

What was read of a ledger is copied and leaves memory: there is only what is being joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial, reduce
from typing import Any, Final

import numpy as np
from attrs import define

from chronicle.ledgers.layout import Block, LedgerFile
from chronicle.ledgers.sections.laying import PLACES
from chronicle.ledgers.texts import NONE
from chronicle.ledgers.vectors import quick

Column = Any
"""An array of numpy."""

Take = Callable[[Block], None]
"""Is given blocks one by one."""

_BITS: Final = np.uint64(32)

_AT_ONCE: Final = 1 << 18
"""So many numbers are looked at together where there may be many more."""


@define
class Stacked:
    """The same blocks of several ledgers, one behind the other."""

    sections: Sequence[LedgerFile]

    def each(self, name: str) -> Iterator[Column]:
        """A block of each ledger, in memory until the next one is asked for."""
        for section in self.sections:
            yield np.asarray(section.numbers(name))
            section.let_go(everything=True)

    def lengths(self, name: str) -> list[int]:
        """How many numbers a block of numbers of 32 bits has in each ledger."""
        return [dict(each)[name] // np.dtype(np.uint32).itemsize for each in self.sections]

    def column(self, name: str) -> Column:
        """A block of all ledgers."""
        return np.concatenate([each.copy() for each in self.each(name)])

    def shifted(self, name: str, lengths: Sequence[int]) -> Column:
        """A block of numbers of things of which each ledger has so many, as numbers in all that there are."""
        shifted, before = list[Column](), 0
        for each, length in zip(self.each(name), lengths, strict=True):
            shifted.append(np.add(each, np.uint32(before), out=each.copy(), where=each != NONE))
            before += length
        return np.concatenate(shifted)

    def mapped(self, name: str, maps: Sequence[Column]) -> Column:
        """A block of numbers as what each ledger's own map makes of them; ``NONE`` stays."""
        return np.concatenate(
            [become(numbers, of) for numbers, of in zip(self.each(name), maps, strict=True)]
        )

    def positions(self, name: str) -> Column:
        """A block of places in the events of each section as places in the events of all."""
        return self.mapped(name, [*self.each(PLACES)])

    def values_of(self, section: int, view: str) -> tuple[int, int]:
        """Where the values of a view begin in a ledger, and how many there are."""
        views = {name: (first, count) for name, *_, first, count in self.sections[section].about["views"]}
        found: tuple[int, int] = views[view]
        return found

    def slices(self, name: str) -> tuple[Column, Column]:
        """Where each list begins in the numbers of all ledgers, and its length: ``name`` has the ends.

        A ledger has one number more than lists: where the first begins, then where each ends.
        """
        begins, lengths, before = list[Column](), list[Column](), 0
        for ends in self.each(name):
            begins.append(ends[:-1] + np.uint32(before))
            lengths.append(np.diff(ends))
            before += int(ends[-1])
        return np.concatenate(begins), np.concatenate(lengths)


def become(numbers: Column, of: Column) -> Column:
    """What ``of`` has for each of some numbers; ``NONE`` stays."""
    there = numbers != NONE
    result = np.full(len(numbers), NONE, np.uint32)
    result[there] = of[numbers[there]]
    return result


ranges = partial(quick.ranges, np)


def ends_of(lengths: Column) -> Column:
    """Where lists of some lengths end, one behind the other, after a zero."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def inverse(order: Column) -> Column:
    """By number its place in ``order``, which has each once."""
    places = np.empty(len(order), np.uint32)
    places[order] = np.arange(len(order), dtype=np.uint32)
    return places


def in_order(keys: Column) -> Column:
    """Places of rows of numbers, at least one, sorted by the first number and by those behind it."""
    bits = int(keys.max()).bit_length() or 1
    # As few numbers as have room for all, since each of them is sorted by.
    packed = [
        reduce(lambda number, part: number << np.uint64(bits) | part, parts.T.astype(np.uint64))
        for parts in np.split(keys, range(64 // bits, keys.shape[1], 64 // bits), axis=1)
    ]
    return np.lexsort(packed[::-1])


def sorted_pairs(numbers: Column, places: Column) -> tuple[Column, Column]:
    """Numbers that are not negative, each with its place, sorted by both."""
    # As one number, which is sorted many times faster than two, and in its place.
    pairs = numbers.astype(np.uint64)
    pairs <<= _BITS
    pairs |= places
    pairs.sort()
    places = pairs.astype(np.uint32)
    pairs >>= _BITS
    return pairs.astype(np.uint32), places


def as_met(met: Column, count: int) -> tuple[Column, Column]:
    """Numbers below ``count`` in the order in which they are first met; and for each its place there.

    ``NONE`` is no number.
    """
    first = first_met(met, count)
    is_first = np.zeros(len(met), bool)
    is_first[first[first < len(met)]] = True
    order = met[is_first]
    places = np.full(count, NONE, np.uint32)
    places[order] = np.arange(len(order), dtype=np.uint32)
    return order, places


def first_met(met: Column, count: int) -> Column:
    """For each number below ``count`` its first place in ``met``, whose length stands for none."""
    first = np.full(count, len(met))
    # Of several values for one place the last one stays.
    for begin in reversed(range(0, len(met), _AT_ONCE)):
        some = met[begin : begin + _AT_ONCE]
        there = np.flatnonzero(some != NONE)[::-1]
        first[some[there]] = there + begin
    return first


def hand_over(blocks: Iterable[Block], take: Take) -> None:
    """Have ``take`` take blocks, of which none is kept here while the next one is made."""
    for _ in map(take, blocks):
        pass


def block(name: str, code: str, numbers: Column) -> Block:
    """A column as a block of a file."""
    column: Any = np.ascontiguousarray(numbers, _TYPES[code])
    return Block(name, code, memoryview(column))


_TYPES = {"B": np.uint8, "I": np.uint32, "i": np.int32, "q": np.int64}
