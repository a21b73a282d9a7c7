"""A ledger of rows: it answers as a replayed one does."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, cast

from attrs import define, field, frozen

from chronicle.engine.knowledge import Visible
from chronicle.engine.replay import Cell, Guess, Key, Ledger, LinkedIds, Log, Nothing, Span
from chronicle.engine.replay.later import Later
from chronicle.engine.views import ENTITY_PARTS
from chronicle.errors import Problem, StoreError, shown
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.folder import StoredRowsFolder
from chronicle.ledgers.partitions.rows import (
    CELL,
    CORRECTED,
    GUESS,
    LINK,
    NAMED,
    NOTHING,
    RETRACTED,
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
    # By view the keys of its cells, in the order in which they were taken in.
    keys: dict[str, list[Key]] = field(factory=lambda: defaultdict(list))
    guesses: list[Guess] = field(factory=list)
    names: dict[str, str] = field(factory=dict)
    corrections: dict[str, tuple[str, ...]] = field(factory=dict)
    retractions: dict[str, str] = field(factory=dict)
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
            elif row.what == CORRECTED:
                self.corrections[row.key[0]] = tuple(row.events or ())
            elif row.what == RETRACTED:
                self.retractions[row.key[0]] = (row.events or ("",))[0]
            elif row.what == NAMED:
                self.named[row.value or ""].update(row.key)

    def take_cells(self, view: str, rows: Any, bucket: int) -> None:
        """Take in whole cells of a view from a bucket. Those that are here stay. Raises as ``take`` does."""
        found = Collected()
        for batch in rows.to_batches(frames.BATCH):
            found.take(batch, bucket)
        cells = self.cells[view]
        for key, cell in found.cells[view].items():
            if key in cells:
                _refuse_two(view, key, cells[key], bucket)
            else:
                cells[key] = cell
                self.keys[view].append(key)

    def _take_cell(self, row: LedgerRow, bucket: int) -> None:
        cells, key = self.cells[row.view], tuple(row.key)
        cell = cells.get(key)
        if cell is None:
            cell = cells[key] = CollectedCell(bucket)
            self.keys[row.view].append(key)
        else:
            _refuse_two(row.view, key, cell, bucket)
        if row.what == SPAN:
            cell.spans.append(row)
        elif row.what == NOTHING:
            cell.empty.append(row)

    def need(self, view: str, parts: Sequence[str] = ()) -> None:
        """Take in the cells of a view that have all of some parts in their keys, unless they are here."""

    def need_naming(self, view: str, entity: str) -> None:
        """Take in the cells of a view that name an entity in key or value, unless they are here."""

    def ledger(self, views: Sequence[str]) -> CollectedLedger:
        """The ledger of all that was taken in, with these views."""
        guesses = cast("tuple[Guess, ...]", Later(lambda: self.guesses))
        names = LinkedIds(self.names, ENTITY_PARTS)
        return CollectedLedger(tuple(views), cast("Any", None), names, guesses, collected=self)


def _refuse_two(view: str, key: Key, cell: CollectedCell, bucket: int) -> None:
    if cell.bucket != bucket:
        message = f"two partitions have {shown(key)} of {view}"
        help = "a projector of your own keeps not what its partition_key promises; leave that out"
        raise StoreError(Problem("C531", message, help=help))


@frozen(eq=False)
class CollectedLedger(Ledger):
    """Every span of every view from rows, each made when it is first looked up."""

    collected: Collected = field(kw_only=True)
    _values: dict[str, Any] = field(factory=dict, init=False, repr=False)
    _ordered: dict[str, list[Key]] = field(factory=dict, init=False, repr=False)
    _by_part: dict[tuple[str, int], KeysByText] = field(factory=dict, init=False, repr=False)
    _by_name: dict[str, KeysByText] = field(factory=dict, init=False, repr=False)

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
        self.collected.need(view, [part])
        index = self._by_part.setdefault((view, position), KeysByText())
        index.go_on(self.collected.keys[view], lambda key: key[position : position + 1])
        return self._in_turn(view, index.keys.get(part, ()))

    def keys_naming(
        self, view: str, entity: str, named: Callable[[Key, Any], Iterable[str]]
    ) -> Iterable[Key]:
        """The keys of a view of which some span names ``entity``, in its key or in its value."""
        self.collected.need_naming(view, entity)
        index = self._by_name.setdefault(view, KeysByText())
        index.go_on(
            self.collected.keys[view],
            lambda key: {each for span in self.cell(view, key) for each in named(key, span.value)},
        )
        return index.keys.get(entity, ())

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

    def stated(self) -> Visible:
        """Which events correct and retract which; the events themselves are not here."""
        collected = self.collected
        return Visible((), corrections=collected.corrections, retractions=collected.retractions)

    def _found(self, view: str, key: Key) -> CollectedCell | None:
        key = self.names.key(view, key)
        found = self.collected.cells[view].get(key)
        if found is None:
            self.collected.need(view, key)
            found = self.collected.cells[view].get(key)
        return found

    def _value(self, text: str) -> Any:
        if text not in self._values:
            self._values[text] = of_text(text)
        return self._values[text]


@define
class KeysByText:
    """Keys by texts in them, for keys of which there come more."""

    keys: dict[str, list[Key]] = field(factory=dict)
    _done: int = field(default=0, init=False)

    def go_on(self, keys: Sequence[Key], texts: Callable[[Key], Iterable[str]]) -> None:
        """Take in those keys that came since this was last called."""
        for place in range(self._done, len(keys)):
            for text in texts(keys[place]):
                self.keys.setdefault(text, []).append(keys[place])
        self._done = len(keys)


# Of how many buckets, each of a view, the tables are kept, to choose cells from; and how often that is done
# before it is quicker to take in all.
_KEPT: Final = 32
_MANY: Final = 64


@define
class StoredCells(Collected):
    """The rows in a folder, taken in when something in them is first asked for.

    For a question about some parts of a key only those files of a view are read whose filter may have them,
    and only the cells that have them are taken in.
    """

    folder: StoredRowsFolder = field(kw_only=True)
    # The day of knowledge; None for all that is known.
    known: datetime.date | None = field(default=None, kw_only=True)
    # By view the buckets of which all is here, and what was asked for of the others.
    whole: dict[str, set[int]] = field(factory=lambda: defaultdict(set), init=False)
    _asked: set[tuple[str, ...]] = field(factory=set, init=False)
    _tables: dict[tuple[str, int], Any] = field(factory=dict, init=False)
    _chosen: Counter[tuple[str, int]] = field(factory=Counter, init=False)

    @classmethod
    def of(cls, folder: StoredRowsFolder, known: datetime.date | None = None) -> StoredCells:
        """The cells in a folder by what was known on a day, and what is said of no view alone.

        Raises ``StoreError`` (C532).
        """
        cells = cls(folder=folder, known=known)
        for bucket in range(folder.buckets):
            for batch in folder.rows("", bucket, known).to_batches(frames.BATCH):
                cells.take(batch, bucket)
        return cells

    def need(self, view: str, parts: Sequence[str] = ()) -> None:
        """Read the buckets that may have cells of a view with all of some parts in their keys."""
        if not parts:
            for bucket in range(self.folder.buckets):
                self._take_whole(view, bucket)
            return
        for bucket in self._may_have(view, parts, "in keys"):
            self._choose(view, bucket, lambda rows: frames.with_cells(rows, parts))

    def need_naming(self, view: str, entity: str) -> None:
        """Read the buckets that may have cells of a view that name an entity."""
        for bucket in self._may_have(view, [entity], "anywhere"):
            self._choose(view, bucket, lambda rows: frames.with_cells_naming(rows, entity))

    def _may_have(self, view: str, parts: Sequence[str], where: str) -> Iterable[int]:
        """The buckets that may have cells with some parts, of which not all is here; none the second time."""
        asked = view, where, *parts
        if len(self.whole[view]) == self.folder.buckets or asked in self._asked:
            return ()
        self._asked.add(asked)
        return [
            bucket
            for bucket in range(self.folder.buckets)
            if bucket not in self.whole[view]
            and all(self.folder.may_have(view, bucket, part) for part in parts)
        ]

    def _choose(self, view: str, bucket: int, cells: Callable[[Any], Any]) -> None:
        """Take in some cells of a bucket; all of them where some were asked for often."""
        rows = self._tables.pop((view, bucket), None)
        self._chosen[view, bucket] += 1
        if self._chosen[view, bucket] > (1 if rows is None else _MANY):
            self._take_whole(view, bucket, rows)
            return
        if rows is None:
            rows = self.folder.rows(view, bucket, self.known).combine_chunks()
        self.take_cells(view, cells(rows), bucket)
        self._tables[view, bucket] = rows
        if len(self._tables) > _KEPT:
            del self._tables[next(iter(self._tables))]

    def _take_whole(self, view: str, bucket: int, rows: Any = None) -> None:
        if bucket in self.whole[view]:
            return
        kept = self._tables.pop((view, bucket), rows)
        self.take_cells(view, self.folder.rows(view, bucket, self.known) if kept is None else kept, bucket)
        self.whole[view].add(bucket)
