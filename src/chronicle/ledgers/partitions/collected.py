"""A ledger of rows: it answers as a replayed one does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from attrs import define, field, frozen

from chronicle.engine.replay import Cell, Guess, Key, Ledger, Log, Nothing, Span
from chronicle.errors import Problem, StoreError, shown
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.rows import (
    CELL,
    GUESS,
    LINK,
    NAMED,
    NOTHING,
    SPAN,
    Row,
    guess_of,
    nothing_of,
    span_of,
)
from chronicle.ledgers.values import of_text


@define
class CollectedCell:
    """The rows of one cell: its spans, and the times in which it may be empty."""

    bucket: int
    spans: list[Row] = field(factory=list)
    empty: list[Row] = field(factory=list)

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
            row = Row(*values)
            if row.what in (SPAN, NOTHING, CELL):
                self._take_cell(row, bucket)
            elif row.what == GUESS:
                self.guesses.append(guess_of(row))
            elif row.what == LINK:
                dropped, stays = row.key
                self.names[dropped] = stays
            elif row.what == NAMED:
                self.named[row.value or ""].update(row.key)

    def _take_cell(self, row: Row, bucket: int) -> None:
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

    def ledger(self, views: Sequence[str]) -> CollectedLedger:
        """The ledger of all that was taken in, with these views."""
        ordered = {
            view: dict(sorted(cells.items(), key=lambda item: item[1].turn))
            for view, cells in self.cells.items()
        }
        return CollectedLedger(
            tuple(views), cast("Any", None), self.names, tuple(self.guesses), collected=ordered
        )


@frozen(eq=False)
class CollectedLedger(Ledger):
    """Every span of every view from rows, each made when it is first looked up."""

    collected: Mapping[str, Mapping[Key, CollectedCell]] = field(kw_only=True)
    _values: dict[str, Any] = field(factory=dict, init=False, repr=False)

    def keys(self, view: str) -> Iterable[Key]:
        """Every key of a view; an unknown view has none."""
        return self.collected.get(view, {}).keys()

    def has(self, view: str, key: Key) -> bool:
        """Whether a key of a view is there, an empty one too."""
        return self._by_name(key) in self.collected.get(view, {})

    def cell(self, view: str, key: Key) -> tuple[Span, ...]:
        """The spans of one key; none for a key that is not there."""
        key = self._by_name(key)
        spans = self._spans.get((view, key))
        if spans is None:
            found = self.collected.get(view, {}).get(key)
            rows = [] if found is None else sorted(found.spans, key=lambda row: row.place or 0)
            spans = self._spans[view, key] = tuple(span_of(row, self._value) for row in rows)
        return spans

    def log(self, view: str, key: Key) -> Log | None:  # noqa: ARG002  # there are no changes here
        """None: rows have spans, and not the changes from which these were made."""
        return None

    def nothing_in(self, cell: Cell) -> Iterable[Nothing]:
        """The times in which by some order that makes as much sense as any a cell is empty."""
        view, key = cell
        found = self.collected.get(view, {}).get(self._by_name(key))
        return () if found is None else map(nothing_of, found.empty)

    def _value(self, text: str) -> Any:
        if text not in self._values:
            self._values[text] = of_text(text)
        return self._values[text]
