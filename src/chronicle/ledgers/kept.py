"""A ledger with its spans in a file. It answers as a replayed one does, and decodes what is asked for."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from attrs import field, frozen

from chronicle.engine import views
from chronicle.engine.replay import Cell, Guess, Key, Ledger, LinkedIds, Listed, Nothing, Span, StandingValue
from chronicle.engine.replay.later import Later
from chronicle.ledgers.layout import SHARED, Block, LedgerFile, Numbers, Unsound, has_sharing, write
from chronicle.ledgers.reading import StoredRows
from chronicle.ledgers.rows import WholeReplay, blocks_of
from chronicle.ledgers.standing import LookUp, all_standing, look_up, some_standing
from chronicle.ledgers.tables import RowsBehind, StandingTable, standing_table
from chronicle.ledgers.texts import FoundTexts
from chronicle.stores.record import Head

if TYPE_CHECKING:
    from chronicle.engine.partial.parts import Parts


@frozen(eq=False)
class KeptLedger(Ledger):
    """Every span of every view from a file, each decoded when it is first looked up."""

    stored: StoredRows = field(kw_only=True)
    # By view, columns and the parts of the keys that are asked for.
    _look_ups: dict[Any, LookUp] = field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, file: LedgerFile) -> KeptLedger:
        """The ledger in a file, each page of which is verified when it is first read."""
        stored = StoredRows(file)
        links = [stored.names[number] for number in file.numbers("links")]
        names = LinkedIds(zip(links[::2], links[1::2], strict=True), views.ENTITY_PARTS)
        # Guesses are seldom asked for, and a register may have very many.
        guesses = cast("tuple[Guess, ...]", Later(stored.guesses))
        return cls(tuple(stored.views), cast("Any", stored), names, guesses, stored=stored)

    def keys(self, view: str) -> Iterable[Key]:
        """Every key of a view; an unknown view has none."""
        return self.stored.keys(view)

    def has(self, view: str, key: Key) -> bool:
        """Whether a key of a view is there, an empty one too."""
        return self.stored.find(view, self.names.key(view, key)) is not None

    def where(self, view: str, position: int, part: str) -> Sequence[Key]:
        """The keys of a view that have ``part`` at ``position`` (from 0)."""
        return self.stored.where(view, position, self.names.part(view, position, part))

    def beginning(self, view: str, parts: Key) -> Iterable[Key]:
        """The keys of a view that begin with ``parts``."""
        return self.stored.beginning(view, parts)

    def keys_naming(
        self, view: str, entity: str, named: Callable[[Key, Any], Iterable[str]]
    ) -> Iterable[Key]:
        """The keys of a view of which some span names ``entity``, in its key or in its value."""
        shipped = views.VIEWS.get(view)
        if shipped is None or view not in self.stored.views:
            return super().keys_naming(view, entity, named)
        found = dict.fromkeys(key for at in shipped.names for key in self.stored.where(view, at, entity))
        for key in self.stored.keys_saying(view, entity) if shipped.entities else ():
            if any(entity in named(key, span.value) for span in self.cell(view, key)):
                found[key] = None
        return found

    def keys_like(self, view: str, like: Callable[[str], bool], run: str = "") -> Iterable[Key]:
        """The keys of a view that have a text for which ``like`` is true, in them or in their values."""
        return self.stored.keys_like(view, like, run)

    def values(self, view: str) -> Iterable[tuple[Key, Any]]:
        """Every value of a view with its key, without the spans between."""
        return self.stored.all_values(view)

    def cell(self, view: str, key: Key) -> tuple[Span, ...]:
        """The spans of one key; none for a key that is not there."""
        key = self.names.key(view, key)
        spans = self._spans.get((view, key))
        if spans is None:
            cell = self.stored.find(view, key)
            spans = self._spans[view, key] = () if cell is None else self.stored.spans(view, cell)
        return spans

    def log(self, view: str, key: Key) -> None:
        """None: a file has the spans of a cell, and not the changes from which they follow."""

    def possible(self, view: str, key: Key, day: datetime.date) -> Iterable[Span]:
        """The spans of one key that may hold on a day; none for a key that is not there."""
        key = self.names.key(view, key)
        cell = self.stored.find(view, key)
        rows = () if cell is None else self.stored.possible(cell, day.toordinal())
        return [self.stored.span(view, key, row) for row in rows]

    def standing(
        self,
        view: str,
        day: datetime.date,
        wanted: Mapping[int, str],
        listed: Listed,  # noqa: ARG002  # the file says which rows are
    ) -> Iterable[StandingValue]:
        """As ``Ledger`` says."""
        if not wanted:
            return all_standing(self.stored, view, day)
        return some_standing(self.stored, view, self._staying(view, wanted), day)

    def _staying(self, view: str, parts: Mapping[int, str]) -> Mapping[int, str]:
        """Parts of keys, entities by the ids that stay."""
        return {at: self.names.part(view, at, parts[at]) for at in parts} if self.names else parts

    def nothing_in(self, cell: Cell) -> Iterable[Nothing]:
        """The times in which a cell is empty by another order that makes as much sense."""
        view, key = cell
        number = self.stored.find(view, self.names.key(view, key))
        return () if number is None else self.stored.empty(number)

    def named_ids(self) -> Mapping[str, Collection[str]]:
        """The ids of all that events name, sorted, by ``"entity"`` and ``"deal"``."""
        file, names = self.stored.file, self.stored.names
        return {
            "entity": _SomeNames(names, file, "entities"),
            "deal": _SomeNames(names, file, "deals"),
        }

    def table(
        self,
        view: str,
        day: datetime.date,
        facts: Callable[[Collection[Key] | None], Sequence[Any]],
        replaced: Collection[Key] = (),
        added: Collection[Key] = (),
    ) -> StandingTable | None:
        """The facts of a view on a day as a table, made from the columns of the file.

        ``facts`` gives those of some keys, and those of all for None. The rows of the keys in ``replaced``
        are made of facts, and come last; so are those of the keys in ``added``, which the file does not have.
        None for a view that the file does not have.
        """
        if view not in self.stored.views:
            return None
        without = self.stored.rows_of_all(view, replaced)
        return standing_table(self.stored, view, day, facts, RowsBehind(without, last=(*replaced, *added)))

    def plain_rows(
        self, view: str, day: datetime.date, parts: Mapping[str, str], columns: tuple[str, ...]
    ) -> list[tuple[Any, ...]] | None:
        """As ``Ledger`` says."""
        asked = view, columns, *parts
        found = self._look_ups.get(asked)
        if found is None:
            found = self._look_ups[asked] = look_up(self.stored, view, columns, tuple(parts))
        if not self.names:
            return found([*parts.values()], day)
        names = views.KEYS[view]
        return found([self.names.part(view, names.index(name), parts[name]) for name in parts], day)


class _SomeNames(Collection[str]):
    """Some texts of a sorted table, by a block of their numbers in order."""

    def __init__(self, names: FoundTexts, file: LedgerFile, block: str) -> None:
        self.names, self.file, self.block = names, file, block

    @property
    def numbers(self) -> Numbers:
        """The numbers of the texts."""
        return self.file.numbers(self.block)

    def __contains__(self, text: object) -> bool:
        number = self.names.number(text) if isinstance(text, str) else None
        if number is None:
            return False
        numbers = self.numbers
        at = bisect_left(numbers, number)
        return at < len(numbers) and numbers[at] == number

    def __iter__(self) -> Iterator[str]:
        return (self.names[number] for number in self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)


def write_ledger(
    out: BinaryIO, about: Mapping[str, Any], replayed: WholeReplay, more: Sequence[Block] = ()
) -> int:
    """Write a replayed ledger into an empty file, and give the length. ``about`` says what it was made from.

    ``more`` are blocks besides those of the ledger, which stand last. Raises ``NotKept`` for a value that has
    no text, ``TooLarge`` for more than can be counted, and ``OSError``.
    """
    views, blocks = blocks_of(replayed)
    return write(out, {**about, "views": [list(view) for view in views]}, [*blocks, *more])


def differing_blocks(file: LedgerFile, replayed: WholeReplay) -> tuple[str, ...]:
    """The names of the blocks of a file that differ from those of a replayed ledger, sorted."""
    from chronicle.ledgers.sharing import is_of_sharing

    views, blocks = blocks_of(replayed)
    wrong = {block.name for block in blocks if not is_as_in(file, block)}
    wrong |= {name for name, _ in file if not is_of_sharing(name)} - {block.name for block in blocks}
    if [list(view) for view in views] != file.about["views"]:
        wrong.add("views")
    return tuple(sorted(wrong))


def is_as_in(file: LedgerFile, block: Block) -> bool:
    """Whether a file has a block as it was written, and in it the same numbers."""
    sound = block.name in file and file.is_sound(block.name)
    return sound and file.numbers(block.name) == memoryview(block.numbers)


class KeptFile(NamedTuple):
    """A ledger in a file that fits, whose pages are verified when they are first read."""

    file: LedgerFile
    ledger: KeptLedger

    @property
    def path(self) -> str:
        """The path of the file."""
        return str(self.file.path)

    @property
    def size(self) -> int:
        """The size of the file in bytes."""
        return self.file.size

    @property
    def rows(self) -> int:
        """The number of its rows, each a span."""
        return sum(view.rows for view in self.ledger.stored.views.values())

    @property
    def shares(self) -> bool:
        """Whether it says what the events share, so that a few of them can be read alone."""
        return has_sharing(self.file)

    @property
    def made(self) -> str:
        """The time when it was made, in UTC."""
        return str(self.file.about["made"])

    def faults(self, replayed: WholeReplay, parts: Parts, turns: Sequence[Block] = ()) -> tuple[str, ...]:
        """The names of the blocks that differ from those of a replay.

        With those that are not as they were written, and those of what the events share, where the file has
        them, that lack something of ``parts``, or differ from ``turns``.
        """
        from chronicle.ledgers.sharing import lacking_blocks

        try:
            lacking = (
                lacking_blocks(self.file, parts, replayed.log.events, self.head.position)
                if self.shares
                else ()
            )
            late = [block.name for block in turns if self.shares and not is_as_in(self.file, block)]
        except Unsound:
            lacking, late = (SHARED,), []
        return (*differing_blocks(self.file, replayed), *lacking, *late)

    @property
    def head(self) -> Head:
        """Where the store ended when it was made."""
        return Head(self.file.about["position"], self.file.about["chain"])
