"""Tables of the facts of a day, made from the columns of a ledger on disk, for data frames.

They have the same columns and contents as the tables of a replayed ledger.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import Any, Final, Self

from attrs import frozen

from chronicle.engine.replay import Key
from chronicle.engine.replay.later import Later
from chronicle.engine.tables.arrow import EPOCH
from chronicle.engine.tables.buffers import CodedTable, Dictionary, Filled
from chronicle.engine.tables.columns import facts_of, keys_of, values_of
from chronicle.engine.tables.table import Column, Kind
from chronicle.ledgers.columns import WIDE, block_name
from chronicle.ledgers.reading import StoredRows
from chronicle.ledgers.standing import readers, standing_rows
from chronicle.ledgers.texts import NONE
from chronicle.ledgers.vectors import StandingRows, Vector, Vectors, vectors

_LIST: Final = "texts"

Facts = Callable[[Collection[Key] | None], Sequence[Any]]
"""What gives the facts of some keys of a view on a day, and those of all keys for None."""


@frozen(repr=False, eq=False)
class StandingTable(CodedTable):
    """The facts of a view on a day, one a row, as columns from a file."""

    stored: StoredRows
    day: datetime.date
    # The keys whose rows are not those of the file, and those that it does not have: their rows are made of
    # facts, and come last.
    replaced: Collection[Key]
    added: Collection[Key]
    facts: Facts

    def _with(self, columns: tuple[Column, ...]) -> Self:
        return type(self)(
            self.name, columns, self._rows, self.stored, self.day, self.replaced, self.added, self.facts
        )

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """As ``Table`` says. No fact is made for a row, and each text and value is decoded once."""
        read = readers(self.stored, self.name, self.column_names)
        for standing in self._standing(_vectors(self)):
            rows = standing.rows.tolist()
            yield from zip(*[each(rows, self.day) for each in read], strict=True)
        facts = self._in_place()
        if facts:
            yield from CodedTable(self.name, self.columns, facts).rows()

    def __len__(self) -> int:
        standing = self._standing(_vectors(self))
        return sum(len(each.rows) for each in standing) + len(self._in_place())

    def filled(self) -> Iterator[list[Filled]]:
        """The columns as buffers, some rows at a time."""
        own = {column.name for column in values_of(self.name)}
        wanted = [column for column in self.columns if column.name in own]
        if not all(block_name(self.name, column) in self.stored.file for column in wanted):
            # A number that no column can hold, for which every table raises the same error.
            yield from super().filled()
            return
        vectors = _vectors(self)
        for standing in self._standing(vectors):
            batch = _Batch(self.stored, self.name, self.day, standing, vectors)
            yield [batch.column(column) for column in self.columns]
        facts = self._in_place()
        if facts:
            yield from CodedTable(self.name, self.columns, facts).filled()

    def _in_place(self) -> Sequence[Any]:
        keys = [*self.replaced, *self.added]
        return self.facts(keys) if keys else ()

    def _standing(self, vectors: Vectors) -> Iterator[StandingRows]:
        """The rows of the file that stand on the day, many at a time, without those that are replaced."""
        stored = self.stored
        gone = sorted(row for key in self.replaced for row in stored.rows_of(self.name, key))
        for standing in standing_rows(stored, self.name, self.day, vectors):
            kept = vectors.less(standing, gone) if gone else standing
            if len(kept.rows):
                yield kept


def standing_table(
    stored: StoredRows,
    view: str,
    day: datetime.date,
    facts: Facts,
    *,
    replaced: Collection[Key] = (),
    added: Collection[Key] = (),
) -> StandingTable:
    """The table of a view on a day.

    ``facts`` gives those of some keys, or of all for None. It is only called for the rows of the table, and
    for those of the keys in ``replaced``, and in ``added``, which are not in the file: these rows come last.
    """
    last = (*replaced, *added)
    there = frozenset(last)

    def rows() -> Sequence[Any]:
        if not there:
            return facts(None)
        return [*(fact for fact in facts(None) if fact.key not in there), *facts(last)]

    return StandingTable(view, facts_of(view), Later(rows), stored, day, replaced, added, facts)


def _vectors(table: StandingTable) -> Vectors:
    return vectors(table.stored.views[table.name].rows)


class _Batch:
    """The columns of some of the rows that stand on a day."""

    def __init__(
        self, stored: StoredRows, view: str, day: datetime.date, standing: StandingRows, vectors: Vectors
    ) -> None:
        self._stored, self._place, self._day = stored, stored.views[view], day
        self._rows, self._certain = standing.rows, standing.certain
        self._vectors = vectors
        self._length = len(standing.rows)
        self._keys = {column.name: part for part, column in enumerate(keys_of(view))}

    def column(self, column: Column) -> Filled:
        """One of the columns."""
        if column.name in self._keys:
            return self._key(self._keys[column.name], column.kind)
        known = {"certain": self._sure, "since": self._since, "events": self._events}
        if column.name in known:
            return known[column.name]()
        if column.name in ("since_earliest", "since_latest"):
            return self._day_of(column.name.replace("since_", "dates."))
        return self._of_value(column)

    # What several columns need

    @cached_property
    def _cells(self) -> Vector:
        return self._take("rows.cell", self._rows)

    @cached_property
    def _firsts(self) -> Vector:
        return self._vectors.places(self._take("cells.keys_from", self._cells))

    @cached_property
    def _values(self) -> Vector:
        return self._vectors.places(self._take("rows.value", self._rows, self._place.value))

    @cached_property
    def _begins(self) -> Vector:
        return self._vectors.places(self._take("rows.begin", self._rows))

    def _numbers(self, name: str) -> memoryview:
        return self._stored.file.numbers(name)

    def _take(self, name: str, places: Vector, less: int = 0) -> Vector:
        return self._vectors.take(self._numbers(name), places, less)

    def _texts(self, name: str) -> Dictionary:
        starts = self._numbers(f"{name}.starts")
        return Dictionary(starts, self._numbers(f"{name}.bytes"), len(starts) - 1)

    # The columns

    def _key(self, part: int, kind: Kind) -> Filled:
        """A part of the keys; in a user's own view each whole key as a list."""
        names, keys = self._texts("names"), self._numbers("cells.keys")
        if kind == _LIST:
            begins, items = self._vectors.lists(self._numbers("cells.keys_from"), keys, self._cells)
            return Filled(_LIST, self._length, begins, dictionary=names, items=items, size=len(items))
        return Filled("text", self._length, self._vectors.take(keys[part:], self._firsts), dictionary=names)

    def _of_value(self, column: Column) -> Filled:
        """A column of the values."""
        name, kind = block_name(self._place.name, column), column.kind
        values = self._values
        present, missing = self._present(name, values)
        whole = Filled(kind, self._length, None, present, missing)
        if kind == "text":
            numbers = self._take(name, values)
            found = self._vectors.unlike(numbers, NONE)
            if found is not None:
                numbers = self._vectors.without(numbers, NONE)
                whole = whole._replace(present=self._vectors.bits(found), missing=self._vectors.zeros(found))
            return whole._replace(values=numbers, dictionary=self._texts(f"{name}.texts"))
        if kind == _LIST:
            begins, items = self._vectors.lists(self._numbers(f"{name}.from"), self._numbers(name), values)
            texts = self._texts(f"{name}.texts")
            return whole._replace(values=begins, dictionary=texts, items=items, size=len(items))
        if kind == "number":
            return whole._replace(values=self._vectors.take_wide(self._numbers(name), WIDE, values))
        taken = self._take(name, values)
        return whole._replace(values=self._vectors.bits(taken) if kind == "flag" else taken)

    def _present(self, name: str, values: Vector) -> tuple[Any, int]:
        if f"{name}.present" not in self._stored.file:
            return None, 0
        present = self._take(f"{name}.present", values)
        return self._vectors.bits(present), self._vectors.zeros(present)

    def _sure(self) -> Filled:
        return Filled("flag", self._length, self._vectors.bits(self._doubts[0]))

    def _since(self) -> Filled:
        texts = self._take("dates.text", self._begins)
        return Filled("text", self._length, texts, dictionary=self._texts("dates"))

    def _day_of(self, name: str) -> Filled:
        return Filled("day", self._length, self._take(name, self._begins, EPOCH))

    def _events(self) -> Filled:
        lists = self._vectors.lists(
            self._numbers("rows.behind_from"), self._numbers("rows.behind"), self._rows
        )
        more = self._doubts[1]
        begins, items = self._vectors.with_more(lists, more) if more else lists
        events = self._texts("events")
        return Filled(_LIST, self._length, begins, dictionary=events, items=items, size=len(items))

    @cached_property
    def _doubts(self) -> tuple[Vector, list[tuple[int, list[int]]]]:
        """Whether each row is certain, doubts included; and for each doubted row its further events."""
        certain, more = self._certain, list[tuple[int, list[int]]]()
        unsure = []
        for row in dict.fromkeys(self._numbers("doubts.row")):
            place = bisect_left(self._rows, row)
            found = [number for number, doubt in self._stored.doubts_of(row) if doubt.on(self._day)]
            if found and place < self._length and self._rows[place] == row:
                unsure.append(place)
                behind = set(self._stored.behind(row))
                more.append((place, [number for number in dict.fromkeys(found) if number not in behind]))
        if unsure:
            flags = bytearray(certain)
            for place in unsure:
                flags[place] = 0
            certain = flags
        return certain, more
