"""A ledger with its spans in a file. It answers as a replayed one does, and decodes what is asked for."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, BinaryIO, cast

from attrs import field, frozen

from chronicle.engine.replay import Cell, Guess, Key, Ledger, Nothing, Span
from chronicle.engine.replay.later import Later
from chronicle.ledgers.layout import Block, LedgerFile, write
from chronicle.ledgers.reading import StoredRows
from chronicle.ledgers.rows import NamedIds, blocks_of
from chronicle.ledgers.tables import StandingTable, standing_table


@frozen(eq=False)
class KeptLedger(Ledger):
    """Every span of every view from a file, each decoded when it is first looked up."""

    stored: StoredRows = field(kw_only=True)

    @classmethod
    def of(cls, file: LedgerFile) -> KeptLedger:
        """The ledger in a verified file."""
        stored = StoredRows(file)
        links = [stored.names[number] for number in file.numbers("links")]
        names = dict(zip(links[::2], links[1::2], strict=True))
        # Guesses are seldom asked for, and a register may have very many.
        guesses = cast("tuple[Guess, ...]", Later(stored.guesses))
        return cls(tuple(stored.views), cast("Any", stored), names, guesses, stored=stored)

    def keys(self, view: str) -> Iterable[Key]:
        """Every key of a view; an unknown view has none."""
        return self.stored.keys(view)

    def has(self, view: str, key: Key) -> bool:
        """Whether a key of a view is there, an empty one too."""
        return self.stored.find(view, self._by_name(key)) is not None

    def where(self, view: str, position: int, part: str) -> Sequence[Key]:
        """The keys of a view that have ``part`` at ``position`` (from 0)."""
        return self.stored.where(view, position, self.names.get(part, part))

    def keys_like(self, view: str, like: Callable[[str], bool]) -> Iterable[Key]:
        """The keys of a view that have a text for which ``like`` is true, in them or in their values."""
        return self.stored.keys_like(view, like)

    def cell(self, view: str, key: Key) -> tuple[Span, ...]:
        """The spans of one key; none for a key that is not there."""
        key = self._by_name(key)
        spans = self._spans.get((view, key))
        if spans is None:
            cell = self.stored.find(view, key)
            spans = self._spans[view, key] = () if cell is None else self.stored.spans(view, cell)
        return spans

    def nothing_in(self, cell: Cell) -> Iterable[Nothing]:
        """The times in which a cell is empty by another order that makes as much sense."""
        view, key = cell
        number = self.stored.find(view, self._by_name(key))
        return () if number is None else self.stored.empty(number)

    def named(self, what: str) -> tuple[str, ...]:
        """The ids of all ``"entities"`` or ``"deals"`` that events name, sorted."""
        return tuple(self.stored.names[number] for number in self.stored.file.numbers(what))

    def table(
        self, view: str, day: datetime.date, facts: Callable[[], Sequence[Any]]
    ) -> StandingTable | None:
        """The facts of a view on a day as a table, made from the columns of the file."""
        return standing_table(self.stored, view, day, facts)


def write_ledger(out: BinaryIO, about: Mapping[str, Any], ledger: Ledger, named: NamedIds) -> int:
    """Write a replayed ledger into an empty file, and give the length. ``about`` says what it was made from.

    Raises ``NotKept`` for a value that has no text, ``TooLarge`` for more than can be counted, and
    ``OSError``.
    """
    views, blocks = blocks_of(ledger, named)
    return write(out, {**about, "views": [list(view) for view in views]}, blocks)


def differing_blocks(file: LedgerFile, ledger: Ledger, named: NamedIds) -> tuple[str, ...]:
    """The names of the blocks of a file that differ from those of a replayed ledger, sorted."""
    views, blocks = blocks_of(ledger, named)
    wrong = {block.name for block in blocks if not _same(file, block)}
    wrong |= {name for name, _ in file} - {block.name for block in blocks}
    if [list(view) for view in views] != file.about["views"]:
        wrong.add("views")
    return tuple(sorted(wrong))


def _same(file: LedgerFile, block: Block) -> bool:
    return block.name in file and file.numbers(block.name) == memoryview(block.numbers)
