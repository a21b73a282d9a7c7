"""The facts of many days as one table, with the day in the first column.

Most facts stand on many of the days. What a row says besides its day is made once, and rows only
refer to it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from attrs import field, frozen

from chronicle.engine.tables.table import Column, Table


class FactOnDays(NamedTuple):
    """What rows say besides their day: a fact, and the columns of a day on which it is told so."""

    columns: tuple[Column, ...]
    fact: Any


def table_over_days(
    name: str,
    columns: Sequence[Column],
    told: Sequence[FactOnDays],
    days: Iterable[tuple[datetime.date, Sequence[int]]],
) -> Table:
    """The rows of each day, in order, each with its ``day`` in front.

    ``days`` has for each day the numbers of what is told on it, in ``told``. Values are read by the columns
    of their day, when they are asked for, and once.
    """
    of_rows = _RowsOfDays([*days])
    said = (_Said(told, number) for number in range(len(columns)))
    read = (Column(each.name, each.kind, values) for each, values in zip(columns, said, strict=True))
    return _OverDays(f"{name} over days", (Column("day", "day", _day_of), *read), of_rows)


_Row = tuple[datetime.date, int]
"""A day, and the number of what is told on it."""


def _day_of(row: _Row) -> datetime.date:
    return row[0]


@frozen(slots=False, eq=False)
class _Said:
    """One column of what rows say, read from a row."""

    told: Sequence[FactOnDays]
    number: int

    @cached_property
    def values(self) -> list[Any]:
        """What each says in this column."""
        return [columns[self.number].read(fact) for columns, fact in self.told]

    def __call__(self, row: _Row) -> Any:
        return self.values[row[1]]


@frozen(slots=False, eq=False)
class _RowsOfDays(Sequence[_Row]):
    """The rows of all days."""

    days: Sequence[tuple[datetime.date, Sequence[int]]]
    _length: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_length", sum(len(numbers) for _, numbers in self.days))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[_Row]:
        return ((day, number) for day, numbers in self.days for number in numbers)

    def __getitem__(self, which: Any) -> Any:
        return [*self][which]


@frozen(repr=False, eq=False)
class _OverDays(Table):
    """A table of such rows."""

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows as tuples of Python values, in the order of the columns."""
        for chunk in self._chunks(_AT_ONCE):
            yield from zip(*self._values(chunk), strict=True)

    def batches(self, size: int) -> Iterator[list[list[Any]]]:
        """The values, column by column, of up to ``size`` rows at a time."""
        return map(self._values, self._chunks(size))

    def _chunks(self, size: int) -> Iterator[list[_Row]]:
        chunk: list[_Row] = []
        for row in self._rows:
            chunk.append(row)
            if len(chunk) == size:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _values(self, chunk: list[_Row]) -> list[list[Any]]:
        numbers = [number for _, number in chunk]
        found = []
        for column in self.columns:
            if isinstance(column.read, _Said):
                values = column.read.values
                found.append([values[number] for number in numbers])
            else:
                found.append([column.read(row) for row in chunk])
        return found


_AT_ONCE = 8_192
