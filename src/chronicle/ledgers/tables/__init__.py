"""Tables of the facts of a day, made from the columns of a ledger on disk, for data frames.

They have the same columns and contents as the tables of a replayed ledger.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Self

from attrs import frozen

from chronicle.engine.replay import Key
from chronicle.engine.replay.later import Later
from chronicle.engine.tables.buffers import CodedTable, Filled
from chronicle.engine.tables.columns import facts_of, keys_of, values_of
from chronicle.engine.tables.table import Column
from chronicle.ledgers.columns import block_name
from chronicle.ledgers.reading import StoredRows
from chronicle.ledgers.standing import readers, standing_rows
from chronicle.ledgers.tables.plan import CERTAIN, TablePlan
from chronicle.ledgers.vectors import StandingRows, Vectors, listed, vectors

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
        for some in self._standing(_vectors(self)):
            rows = listed(some.rows)
            yield from zip(*[each(rows, self.day) for each in read], strict=True)
        facts = self._in_place()
        if facts:
            yield from CodedTable(self.name, self.columns, facts).rows()

    def __len__(self) -> int:
        standing = self._standing(_vectors(self))
        return sum(len(each.rows) for each in standing) + len(self._in_place())

    def filled(self) -> Iterator[list[Filled]]:
        """The columns as buffers, some rows at a time."""
        if not self._known("has blocks", self._has_blocks):
            yield from super().filled()
            return
        vectors = _vectors(self)
        for standing in self._standing(vectors, certain=CERTAIN in self.column_names):
            # It stays, and so must not have the vectors of a table: with them it would hold its columns.
            plan = self._known(
                type(vectors), lambda: TablePlan(self.stored, self.name, self.columns, _vectors(self))
            )
            yield plan.filled(standing, self.day, vectors)
            # Only what the next rows need is read once more.
            self.stored.file.let_go()
        facts = self._in_place()
        if facts:
            yield from CodedTable(self.name, self.columns, facts).filled()

    def _known(self, what: Any, find: Callable[[], Any]) -> Any:
        """What holds of the same columns of the view on any day, found once for the file."""
        return self.stored.uniform.known((what, self.name, self.columns), find)

    def _has_blocks(self) -> bool:
        """Whether the file has what each column says.

        A number that no column can hold is not there, for which every table raises the same error; nor are
        keys of different lengths.
        """
        own, parts = {column.name for column in values_of(self.name)}, self.stored.views[self.name].parts
        if not parts and keys_of(self.name)[0].kind != "texts":
            return not self.stored.views[self.name].cells
        wanted = [column for column in self.columns if column.name in own]
        return all(block_name(self.name, column) in self.stored.file for column in wanted)

    def _in_place(self) -> Sequence[Any]:
        keys = [*self.replaced, *self.added]
        return self.facts(keys) if keys else ()

    def _standing(self, vectors: Vectors, *, certain: bool = False) -> Iterator[StandingRows]:
        """The rows of the file that stand on the day, many at a time, without those that are replaced."""
        stored = self.stored
        gone = sorted(row for key in self.replaced for row in stored.rows_of(self.name, key))
        for found in standing_rows(stored, self.name, self.day, vectors, certain=certain):
            standing = vectors.less(found, gone) if gone else found
            if len(standing.rows):
                yield standing


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
