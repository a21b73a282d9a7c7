"""A ledger of two files: some cells of the first are those of the second."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from heapq import merge
from operator import itemgetter
from typing import Any, cast

from attrs import field, frozen

from chronicle.engine.replay import Guess, Key, Ledger, Listed, StandingValue
from chronicle.engine.replay.later import Later
from chronicle.engine.replay.patched import ComposedLedger, PatchedLedger, Patches
from chronicle.engine.views import KEYS
from chronicle.ledgers.kept import KeptLedger
from chronicle.ledgers.layout import Numbers
from chronicle.ledgers.supplements.replaced import REPLACED
from chronicle.ledgers.tables import RowsBehind, following_table, standing_table


@frozen(eq=False)
class SupplementedLedger(ComposedLedger):
    """The cells of ``base``, but for those that ``more`` has and those that are ``gone``, by view.

    Neither has ids that turned out to be another's.
    """

    base: KeptLedger = field(kw_only=True)
    more: KeptLedger = field(kw_only=True)
    gone: Mapping[str, frozenset[Key]] = field(kw_only=True)
    _replaced: dict[str, frozenset[Key]] = field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, base: KeptLedger, more: KeptLedger, gone: Mapping[str, frozenset[Key]]) -> SupplementedLedger:
        """The ledger of both files."""

        def guesses() -> list[Guess]:
            stayed = [each for each in base.guesses if not _is_replaced(more, gone, each.view, each.key)]
            return [*stayed, *more.guesses]

        lazily = cast("tuple[Guess, ...]", Later(guesses))
        return cls(base.views, cast("Any", None), base.names, lazily, base=base, more=more, gone=gone)

    def is_replaced(self, view: str, key: Key) -> bool:
        """Whether a key is not that of ``base``."""
        return _is_replaced(self.more, self.gone, view, key)

    def replaced(self, view: str) -> frozenset[Key]:
        """The keys of a view that are not those of ``base``, as a set: all of them are decoded."""
        found = self._replaced.get(view)
        if found is None:
            found = self._replaced[view] = frozenset(self.more.keys(view)) | self.gone.get(view, frozenset())
        return found

    def patches(self) -> Patches:
        """By view and key, the ledger that has a cell in the place of ``base``; of one that is gone, none."""
        return {view: dict.fromkeys(self.replaced(view), self.more) for view in self.views}

    def keys(self, view: str) -> Iterable[Key]:
        """Every key of a view; an unknown view has none."""
        return self._without_replaced(view, self.base.keys(view), self.more.keys(view))

    def where(self, view: str, position: int, part: str) -> Sequence[Key]:
        """The keys of a view that have ``part`` at ``position`` (from 0)."""
        found = self.base.where(view, position, part)
        more = self.more.where(view, position, part) if self._is_in(view) else ()
        return [*(key for key in found if not self.is_replaced(view, key)), *more]

    def beginning(self, view: str, parts: Key) -> Iterable[Key]:
        """The keys of a view that begin with ``parts``."""
        found = self.base.beginning(view, parts)
        more = self.more.beginning(view, parts) if self._is_in(view) else ()
        return [*(key for key in found if not self.is_replaced(view, key)), *more]

    def keys_naming(
        self, view: str, entity: str, named: Callable[[Key, Any], Iterable[str]]
    ) -> Iterable[Key]:
        """The keys of a view of which some span names ``entity``, in its key or in its value."""
        found = self.base.keys_naming(view, entity, named)
        return [
            *(key for key in found if not self.is_replaced(view, key)),
            *self.more.keys_naming(view, entity, named),
        ]

    def keys_like(self, view: str, like: Callable[[str], bool], run: str = "") -> Iterable[Key]:
        """The keys of a view that have a text for which ``like`` is true, in them or in their values."""
        found = self.base.keys_like(view, like, run)
        return [
            *(key for key in found if not self.is_replaced(view, key)),
            *self.more.keys_like(view, like, run),
        ]

    def values(self, view: str) -> Iterator[tuple[Key, Any]]:
        """Every value of a view with its key."""
        replaced = self.replaced(view)
        yield from (pair for pair in self.base.values(view) if pair[0] not in replaced)
        yield from self.more.values(view)

    def standing(
        self, view: str, day: datetime.date, wanted: Mapping[int, str], listed: Listed
    ) -> Iterable[StandingValue]:
        """As ``Ledger`` says."""
        found = self.base.standing(view, day, wanted, listed)
        if not self._is_in(view):
            return found
        if wanted:
            found = [each for each in found if not self.is_replaced(view, each.key)]
        else:
            replaced = self.replaced(view)
            found = [each for each in found if each.key not in replaced]
        return [*merge(found, self.more.standing(view, day, wanted, listed), key=itemgetter(0))]

    def table(
        self,
        view: str,
        day: datetime.date,
        facts: Callable[[Collection[Key] | None], Sequence[Any]],
        replaced: Collection[Key] = (),
        added: Collection[Key] = (),
    ) -> Any:
        """As ``Ledger`` says. The rows of ``more`` come behind those of ``base``, as columns of its file."""
        if not self._is_in(view):
            return self.base.table(view, day, facts, replaced, added)
        one, other = self.base.stored, self.more.stored
        followed = cast("Collection[Key]", Later(lambda: self._more_without(view, replaced)))
        behind = RowsBehind(other.rows_of_all(view, replaced), followed=followed)
        following = following_table(other, view, day, facts, behind)
        without: Sequence[int] = self._rows_replaced(view)
        more = [key for key in replaced if not self.is_replaced(view, key)]
        if more:
            without = sorted([*without, *one.rows_of_all(view, more)])
        last = (*replaced, *added)
        return standing_table(one, view, day, facts, RowsBehind(without, following, followed, last))

    def _rows_replaced(self, view: str) -> Numbers:
        """The rows of ``base``, in order, of the cells that are not those of ``base``."""
        place, rows = self.base.stored.views[view], self.more.stored.file.numbers(REPLACED)
        return rows[bisect_left(rows, place.row) : bisect_left(rows, place.row + place.rows)]

    def _more_without(self, view: str, keys: Collection[Key]) -> list[Key]:
        """The keys of ``more`` but for some, sorted as its rows are."""
        left_out = frozenset(keys)
        return sorted(key for key in self.more.keys(view) if key not in left_out)

    def plain_rows(
        self, view: str, day: datetime.date, parts: Mapping[str, str], columns: tuple[str, ...]
    ) -> list[tuple[Any, ...]] | None:
        """As ``Ledger`` says. Rows of both files by their keys, in the order of these."""
        names = KEYS.get(view)
        if names is None or not self._is_in(view):
            return self.base.plain_rows(view, day, parts, columns)
        wanted, count = (*names, *columns), len(names)
        found, more = (each.plain_rows(view, day, parts, wanted) for each in (self.base, self.more))
        if found is None or more is None:
            return None
        both = [*(row for row in found if not self.is_replaced(view, row[:count])), *more]
        # Rows of one key come from one file, and stay in the order of replay.
        return [row[count:] for row in sorted(both, key=itemgetter(slice(count)))]

    def _holding(self, view: str, key: Key) -> Ledger:
        return self.more if self.is_replaced(view, key) else self.base

    def _is_in(self, view: str) -> bool:
        """Whether something of a view is not that of ``base``."""
        rows = self.more.stored.views.get(view)
        return view in self.gone or (rows is not None and rows.cells > 0)

    def _without_replaced(self, view: str, found: Iterable[Key], more: Iterable[Key]) -> list[Key]:
        replaced = self.replaced(view)
        return [*(key for key in found if key not in replaced), *more]


def _is_replaced(more: Ledger, gone: Mapping[str, frozenset[Key]], view: str, key: Key) -> bool:
    return key in gone.get(view, ()) or more.has(view, key)


def on_disk(ledger: Ledger) -> Ledger:
    """The ledger behind which parts were replayed, in this process or before; of any other that itself."""
    base = ledger.base if isinstance(ledger, PatchedLedger) else ledger
    return base.base if isinstance(base, SupplementedLedger) else base


def replaced_in(ledger: Ledger) -> Patches:
    """By view and key, the ledger that has a cell in the place of that on disk; of one that is gone, none."""
    base = ledger.base if isinstance(ledger, PatchedLedger) else ledger
    cells: dict[str, dict[Key, Ledger]] = {}
    for patches in (
        base.patches() if isinstance(base, SupplementedLedger) else {},
        ledger.patches if isinstance(ledger, PatchedLedger) else {},
    ):
        for view, of_view in patches.items():
            cells.setdefault(view, {}).update(of_view)
    return cells
