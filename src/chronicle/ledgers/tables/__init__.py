"""Tables of the facts of a day, made from the columns of a ledger on disk, for data frames.

They have the same columns and contents as the tables of a replayed ledger.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from typing import Any, Self

from attrs import evolve, frozen

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


@frozen
class RowsBehind:
    """What of a table is not in the rows of its file.

    ``without`` are rows of the file, in order, that are not in the table. Behind the others come the rows of
    ``following``, the table of a second file, which has the keys ``followed``; and last those of the keys in
    ``last``, made of facts.
    """

    without: Sequence[int] = ()
    following: StandingTable | None = None
    followed: Collection[Key] = ()
    last: Collection[Key] = ()


@frozen(repr=False, eq=False)
class StandingTable(CodedTable):
    """The facts of a view on a day, one a row, as columns from a file."""

    stored: StoredRows
    day: datetime.date
    behind: RowsBehind
    facts: Facts

    def _with(self, columns: tuple[Column, ...]) -> Self:
        behind, following = self.behind, self.behind.following
        if following is not None:
            behind = evolve(behind, following=following._with(columns))
        return type(self)(self.name, columns, self._rows, self.stored, self.day, behind, self.facts)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """As ``Table`` says. No fact is made for a row, and each text and value is decoded once."""
        read = readers(self.stored, self.name, self.column_names)
        for some in self._standing(_vectors(self)):
            rows = listed(some.rows)
            yield from zip(*[each(rows, self.day) for each in read], strict=True)
        if self.behind.following is not None:
            yield from self.behind.following.rows()
        facts = self._last()
        if facts:
            yield from CodedTable(self.name, self.columns, facts).rows()

    def __len__(self) -> int:
        standing = self._standing(_vectors(self))
        own = sum(len(each.rows) for each in standing) + len(self._last())
        return own if self.behind.following is None else own + len(self.behind.following)

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
        if self.behind.following is not None:
            yield from self.behind.following.filled()
        facts = self._last()
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

    def _last(self) -> Sequence[Any]:
        return self.facts(self.behind.last) if self.behind.last else ()

    def _standing(self, vectors: Vectors, *, certain: bool = False) -> Iterator[StandingRows]:
        """The rows of the file that stand on the day, many at a time, and are in the table."""
        without = self.behind.without
        for found in standing_rows(self.stored, self.name, self.day, vectors, certain=certain):
            standing = vectors.less(found, without) if without else found
            if len(standing.rows):
                yield standing


def standing_table(
    stored: StoredRows, view: str, day: datetime.date, facts: Facts, behind: RowsBehind
) -> StandingTable:
    """The table of a view on a day.

    ``facts`` gives those of some keys, or of all for None. It is only called for what the rows are made of,
    and for the rows that come last.
    """

    def rows() -> Sequence[Any]:
        there = frozenset([*behind.followed, *behind.last])
        if not there:
            return facts(None)
        own = (fact for fact in facts(None) if fact.key not in there)
        parts = (facts(keys) for keys in (behind.followed, behind.last) if keys)
        return [*own, *chain.from_iterable(parts)]

    return StandingTable(view, facts_of(view), Later(rows), stored, day, behind, facts)


def following_table(
    stored: StoredRows, view: str, day: datetime.date, facts: Facts, behind: RowsBehind
) -> StandingTable:
    """The table of the keys that are ``followed``, all of which a second file has."""
    return evolve(
        standing_table(stored, view, day, facts, RowsBehind(behind.without)),
        rows=Later(lambda: facts(behind.followed) if behind.followed else ()),
    )


def _vectors(table: StandingTable) -> Vectors:
    return vectors(table.stored.views[table.name].rows)
