"""A ledger of rows: it answers as a replayed one does."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, cast

from attrs import define, field, frozen

from chronicle.engine.replay import Cell, Guess, Key, Ledger, LinkedIds, Log, Nothing, Span
from chronicle.engine.replay.later import Later
from chronicle.engine.views import ENTITY_PARTS
from chronicle.errors import Problem, StoreError, shown
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.folder import IdFilter, StoredRowsFolder
from chronicle.ledgers.partitions.rows import (
    CELL,
    GUESS,
    LINK,
    NAMED,
    NOTHING,
    SPAN,
    LedgerRow,
    guess_of,
    nothing_of,
    span_of,
)
from chronicle.ledgers.values import of_text


@define
class CollectedCell:
    """The rows of one cell: its spans, and the times in which it may be empty."""

    bucket: int
    spans: list[LedgerRow] = field(factory=list)
    empty: list[LedgerRow] = field(factory=list)

    @property
    def turn(self) -> tuple[int, int, int]:
        """A sort key that puts the cells of a view roughly in the order of replay."""
        if not self.spans:
            return 0, 0, self.bucket
        return self.spans[0].turn or 0, self.spans[0].position or 0, self.bucket


@define
class Collected:
    """The rows of partitions, by view and key."""

    cells: dict[str, dict[Key, CollectedCell]] = field(factory=lambda: defaultdict(dict))
    guesses: list[Guess] = field(factory=list)
    names: dict[str, str] = field(factory=dict)
    named: dict[str, set[str]] = field(factory=lambda: defaultdict(set))

    def take(self, batch: Any, bucket: int) -> None:
        """Take in the rows of a batch of a partition.

        Raises ``StoreError`` (C531) for a cell that another partition has as well.
        """
        for values in frames.rows_in(batch):
            row = LedgerRow(*values)
            if row.what in (SPAN, NOTHING, CELL):
                self._take_cell(row, bucket)
            elif row.what == GUESS:
                self.guesses.append(guess_of(row))
            elif row.what == LINK:
                dropped, stays = row.key
                self.names[dropped] = stays
            elif row.what == NAMED:
                self.named[row.value or ""].update(row.key)

    def _take_cell(self, row: LedgerRow, bucket: int) -> None:
        cells, key = self.cells[row.view], tuple(row.key)
        cell = cells.get(key)
        if cell is None:
            cell = cells[key] = CollectedCell(bucket)
        elif cell.bucket != bucket:
            message = f"two partitions have {shown(key)} of {row.view}"
            help = "a projector of your own keeps not what its partition_key promises; leave that out"
            raise StoreError(Problem("C531", message, help=help))
        if row.what == SPAN:
            cell.spans.append(row)
        elif row.what == NOTHING:
            cell.empty.append(row)

    def need(self, view: str, parts: Sequence[str] = ()) -> None:
        """Take in the cells of a view that have all of some parts in their keys, unless they are here."""

    def ledger(self, views: Sequence[str]) -> CollectedLedger:
        """The ledger of all that was taken in, with these views."""
        guesses = cast("tuple[Guess, ...]", Later(lambda: self.guesses))
        names = LinkedIds(self.names, ENTITY_PARTS)
        return CollectedLedger(tuple(views), cast("Any", None), names, guesses, collected=self)


@frozen(eq=False)
class CollectedLedger(Ledger):
    """Every span of every view from rows, each made when it is first looked up."""

    collected: Collected = field(kw_only=True)
    _values: dict[str, Any] = field(factory=dict, init=False, repr=False)
    _ordered: dict[str, list[Key]] = field(factory=dict, init=False, repr=False)
    _by_part: dict[tuple[str, int, str], list[Key]] = field(factory=dict, init=False, repr=False)

    def keys(self, view: str) -> Iterable[Key]:
        """Every key of a view; an unknown view has none."""
        if view not in self._ordered:
            self.collected.need(view)
            self._ordered[view] = self._in_turn(view, self.collected.cells[view])
        return self._ordered[view]

    def _in_turn(self, view: str, keys: Iterable[Key]) -> list[Key]:
        cells = self.collected.cells[view]
        return sorted(keys, key=lambda key: cells[key].turn)

    def has(self, view: str, key: Key) -> bool:
        """Whether a key of a view is there, an empty one too."""
        return self._found(view, key) is not None

    def where(self, view: str, position: int, part: str) -> Sequence[Key]:
        """The keys of a view that have ``part`` at ``position``."""
        part = self.names.part(view, position, part)
        if view in self._ordered:
            return super().where(view, position, part)
        asked = view, position, part
        if asked not in self._by_part:
            self.collected.need(view, [part])
            found = [key for key in self.collected.cells[view] if key[position] == part]
            self._by_part[asked] = self._in_turn(view, found)
        return self._by_part[asked]

    def cell(self, view: str, key: Key) -> tuple[Span, ...]:
        """The spans of one key; none for a key that is not there."""
        key = self.names.key(view, key)
        spans = self._spans.get((view, key))
        if spans is None:
            found = self._found(view, key)
            rows = [] if found is None else sorted(found.spans, key=lambda row: row.place or 0)
            spans = self._spans[view, key] = tuple(span_of(row, self._value) for row in rows)
        return spans

    def log(self, view: str, key: Key) -> Log | None:  # noqa: ARG002  # there are no changes here
        """None: rows have spans, and not the changes from which these were made."""
        return None

    def nothing_in(self, cell: Cell) -> Iterable[Nothing]:
        """The times in which by some order that makes as much sense as any a cell is empty."""
        found = self._found(*cell)
        return () if found is None else map(nothing_of, found.empty)

    def named(self, what: str) -> tuple[str, ...]:
        """The ids of all ``"entities"`` or ``"deals"`` that events name, sorted."""
        return tuple(sorted(self.collected.named[what]))

    def _found(self, view: str, key: Key) -> CollectedCell | None:
        key = self.names.key(view, key)
        self.collected.need(view, key)
        return self.collected.cells[view].get(key)

    def _value(self, text: str) -> Any:
        if text not in self._values:
            self._values[text] = of_text(text)
        return self._values[text]


@define
class StoredCells(Collected):
    """The rows in a folder, each view and bucket read when something in it is first asked for.

    Of the buckets of a view only those are read whose filter may have what is asked for.
    """

    folder: StoredRowsFolder = field(kw_only=True)
    # The day of knowledge; None for all that is known.
    known: datetime.date | None = field(default=None, kw_only=True)
    # By view the buckets that were read.
    read: dict[str, set[int]] = field(factory=lambda: defaultdict(set), init=False)
    _filters: dict[int, IdFilter] = field(factory=dict, init=False)

    @classmethod
    def of(cls, folder: StoredRowsFolder, known: datetime.date | None = None) -> StoredCells:
        """The cells in a folder by what was known on a day, and what is said of no view alone.

        Raises ``StoreError`` (C532).
        """
        cells = cls(folder=folder, known=known)
        cells.need("")
        return cells

    def need(self, view: str, parts: Sequence[str] = ()) -> None:
        """Read the buckets that may have cells of a view with all of some parts in their keys."""
        read = self.read[view]
        if len(read) == self.folder.buckets:
            return
        for bucket in range(self.folder.buckets):
            if bucket not in read and all(self._filter(bucket).may_have(part) for part in parts):
                read.add(bucket)
                for batch in self.folder.rows(view, bucket, self.known):
                    self.take(batch, bucket)

    def _filter(self, bucket: int) -> IdFilter:
        if bucket not in self._filters:
            self._filters[bucket] = self.folder.filter(bucket)
        return self._filters[bucket]
