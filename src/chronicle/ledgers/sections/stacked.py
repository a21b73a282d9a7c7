"""The blocks of several ledgers one behind the other, as columns of numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import define

from chronicle.ledgers.layout import Block, LedgerFile
from chronicle.ledgers.sections.laying import PLACES
from chronicle.ledgers.texts import NONE, TextTable

Column = Any
"""An array of numpy."""


@define
class Stacked:
    """The same blocks of several ledgers, one behind the other."""

    sections: Sequence[LedgerFile]

    def lengths(self, name: str) -> list[int]:
        """How many numbers a block has in each ledger."""
        return [len(each.numbers(name)) for each in self.sections]

    def column(self, name: str) -> Column:
        """A block of all ledgers."""
        return np.concatenate([np.asarray(each.numbers(name)) for each in self.sections])

    def shifted(self, name: str, lengths: Sequence[int]) -> Column:
        """A block of numbers of things of which each ledger has so many, as numbers in all that there are."""
        shifted, before = list[Column](), 0
        for each, length in zip(self.sections, lengths, strict=True):
            numbers = np.asarray(each.numbers(name)).astype(np.int64)
            shifted.append(np.where(numbers == NONE, numbers, numbers + before))
            before += length
        return np.concatenate(shifted)

    def mapped(self, name: str, maps: Sequence[Column]) -> Column:
        """A block of numbers as what each ledger's own map makes of them; ``NONE`` stays."""
        found = list[Column]()
        for each, become in zip(self.sections, maps, strict=True):
            numbers = np.asarray(each.numbers(name))
            there = numbers != NONE
            result = np.full(len(numbers), NONE, np.uint32)
            result[there] = become[numbers[there]]
            found.append(result)
        return np.concatenate(found)

    def positions(self, name: str) -> Column:
        """A block of places in the events of each section as places in the events of all."""
        places = (np.asarray(each.numbers(PLACES)) for each in self.sections)
        return self.mapped(name, [*places])

    def texts(self, name: str) -> list[str]:
        """The texts of a table of all ledgers."""
        return [text for each in self.sections for text in TextTable(each, name).all()]

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
        for each in self.sections:
            ends = np.asarray(each.numbers(name)).astype(np.int64)
            begins.append(ends[:-1] + before)
            lengths.append(np.diff(ends))
            before += int(ends[-1])
        return np.concatenate(begins), np.concatenate(lengths)


def ranges(begins: Column, lengths: Column) -> Column:
    """The numbers of several ranges, one behind the other."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(begins - (ends - lengths), lengths) + np.arange(total)


def ends_of(lengths: Column) -> Column:
    """Where lists of some lengths end, one behind the other, after a zero."""
    return np.concatenate([[0], np.cumsum(lengths)])


def inverse(order: Column) -> Column:
    """By number its place in ``order``, which has each once."""
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places


def as_met(met: Column, count: int) -> tuple[Column, Column]:
    """Numbers below ``count`` in the order in which they are first met; and for each its place there."""
    first = np.full(count, len(met))
    # Of several values for one place the last one stays.
    first[met[::-1]] = np.arange(len(met) - 1, -1, -1)
    order = np.argsort(first, kind="stable")[: int(np.count_nonzero(first < len(met)))]
    places = np.full(count, NONE, np.uint32)
    places[order] = np.arange(len(order))
    return order, places


def block(name: str, code: str, numbers: Column) -> Block:
    """A column as a block of a file."""
    column: Any = np.ascontiguousarray(numbers.astype(_TYPES[code]))
    return Block(name, code, memoryview(column))


_TYPES = {"B": np.uint8, "I": np.uint32, "i": np.int32, "q": np.int64}
