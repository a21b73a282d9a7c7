"""A ledger of which some cells were replayed anew."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from types import MappingProxyType
from typing import Any, cast

from attrs import field, frozen

from chronicle.engine.replay.before import index_of
from chronicle.engine.replay.changes import Cell, ChangeLogs, Key, Log, Nothing
from chronicle.engine.replay.later import Later
from chronicle.engine.replay.ledger import Guess, Ledger, standing_in
from chronicle.engine.replay.linked import LinkedIds
from chronicle.engine.replay.spans import Span
from chronicle.engine.replay.standing import Listed, StandingValue

Patches = Mapping[str, Mapping[Key, Ledger]]
"""By view and key, the ledger that has a cell; a cell without an entry does not exist."""


CellsByView = Mapping[str, Collection[Key]]
"""Some cells: keys by view."""


@frozen(eq=False)
class ComposedLedger(Ledger):
    """A ledger whose cells are in several others, each in one."""

    def _holding(self, view: str, key: Key) -> Ledger:
        """The ledger that has a cell."""
        raise NotImplementedError

    def has(self, view: str, key: Key) -> bool:
        """Whether a key of a view is there, an empty one too."""
        return self._holding(view, key).has(view, key)

    def cell(self, view: str, key: Key) -> tuple[Span, ...]:
        """The spans of one key; none for a key that is not there."""
        return self._holding(view, key).cell(view, key)

    def possible(self, view: str, key: Key, day: datetime.date) -> Iterable[Span]:
        """The spans of one key that may hold on a day; none for a key that is not there."""
        return self._holding(view, key).possible(view, key, day)

    def log(self, view: str, key: Key) -> Log | None:
        """The changes of a cell of which nothing else is to say; None where there is."""
        return self._holding(view, key).log(view, key)

    def logs(self, view: str, keys: Iterable[Key]) -> Iterator[Log | None]:
        """As ``Ledger`` says."""
        return map(partial(self.log, view), keys)

    def behind(self, view: str, key: Key, last: int) -> tuple[str, ...]:
        """Ids of the events behind the value that stands after change ``last`` of a cell, causes first."""
        return self._holding(view, key).behind(view, key, last)

    def nothing_in(self, cell: Cell) -> Iterable[Nothing]:
        """The times in which by some order that makes as much sense as any a cell is empty."""
        return self._holding(*cell).nothing_in(cell)


@frozen(eq=False)
class PatchedLedger(ComposedLedger):
    """``base`` with some cells of other ledgers in place of its own. Ids mean the same in all of them."""

    base: Ledger = field(kw_only=True)
    patches: Patches = field(kw_only=True)
    # Whether ``base`` has none of the cells of the others, so that nothing of it is left out.
    beside: bool = field(default=False, kw_only=True)
    _there: dict[str, list[Key]] = field(factory=dict, init=False, repr=False)
    _by_part: dict[tuple[str, int], dict[str, list[Key]]] = field(factory=dict, init=False, repr=False)

    def keys(self, view: str) -> Iterable[Key]:
        """Every key of a view; an unknown view has none."""
        patched = self.patches.get(view)
        if patched is None:
            return self.base.keys(view)
        return [*(key for key in self.base.keys(view) if key not in patched), *self._patched_keys(view)]

    def where(self, view: str, position: int, part: str) -> Sequence[Key]:
        """The keys of a view that have ``part`` at ``position``."""
        part = self.names.part(view, position, part)
        found = self.base.where(view, position, part)
        patched = self.patches.get(view)
        if patched is None:
            return found
        index = self._by_part.get((view, position))
        if index is None:
            index = self._by_part[view, position] = index_of(self._patched_keys(view), position)
        return [*(key for key in found if key not in patched), *index.get(part, ())]

    def beginning(self, view: str, parts: Key) -> Iterable[Key]:
        """The keys of a view that begin with ``parts``."""
        found, patched = self.base.beginning(view, parts), self.patches.get(view)
        if patched is None:
            return found
        own = (key for key in self._patched_keys(view) if key[: len(parts)] == parts)
        return [*(key for key in found if key not in patched), *own]

    def values(self, view: str) -> Iterable[tuple[Key, Any]]:
        """Every value of a view with its key."""
        patched = self.patches.get(view, {})
        yield from (pair for pair in self.base.values(view) if pair[0] not in patched)
        yield from ((key, span.value) for key in patched for span in self._holding(view, key).cell(view, key))

    def standing(
        self, view: str, day: datetime.date, wanted: Mapping[int, str], listed: Listed
    ) -> Iterable[StandingValue]:
        """As ``Ledger`` says."""
        found = self.base.standing(view, day, wanted, listed)
        patched = self.patches.get(view)
        if patched is None:
            return found
        kept = [each for each in found if each.key not in patched]
        named = {position: self.names.part(view, position, part) for position, part in wanted.items()}
        for key in self._patched_keys(view):
            if all(key[position] == part for position, part in named.items()):
                kept += standing_in(patched[key].possible(view, key, day), day, listed)
        # Of one key the values stay in the order of replay, since they all come from one ledger.
        return sorted(kept, key=itemgetter(0))

    def table(
        self,
        view: str,
        day: datetime.date,
        facts: Callable[[Collection[Key] | None], Sequence[Any]],
        replaced: Collection[Key] = (),
        added: Collection[Key] = (),
    ) -> Any:
        """As ``Ledger`` says."""
        own = self.patches.get(view, ())
        if self.beside:
            return self.base.table(view, day, facts, replaced, [*added, *own])
        return self.base.table(view, day, facts, [*replaced, *own], added)

    def _holding(self, view: str, key: Key) -> Ledger:
        patched = self.patches.get(view)
        return self.base if patched is None else patched.get(self.names.key(view, key), self.base)

    def _patched_keys(self, view: str) -> list[Key]:
        if view not in self._there:
            cells = self.patches[view].items()
            self._there[view] = [key for key, ledger in cells if ledger.has(view, key)]
        return self._there[view]


def patched(
    base: Ledger,
    gone: Ledger,
    replayed: Ledger,
    *,
    beside: bool = False,
    cells: CellsByView = MappingProxyType({}),
) -> Ledger:
    """``base`` with the cells of ``replayed`` in the place of those of ``gone`` and of ``cells``.

    ``beside`` says that ``base`` has none of these cells.
    """
    patches: defaultdict[str, dict[Key, Ledger]] = defaultdict(dict)
    if isinstance(base, PatchedLedger):
        patches.update((view, dict(cells)) for view, cells in base.patches.items())
        base = base.base
    for ledger in (gone, replayed):
        for view in ledger.views:
            keys = ledger.keys(view)
            if keys:
                patches[view].update(dict.fromkeys(keys, replayed))
    for view, keys in cells.items():
        patches[view].update(dict.fromkeys(keys, replayed))
    return PatchedLedger(
        base.views,
        cast("Any", None),
        base.names,
        cast("tuple[Guess, ...]", Later(lambda: _guesses(base, patches))),
        base=base,
        patches=patches,
        beside=beside,
    )


def collected(views: tuple[str, ...], cells: Patches) -> Ledger:
    """A ledger of some cells of others, and of nothing else; ids are those that stay."""
    nothing = Ledger(views, ChangeLogs())
    guesses = cast("tuple[Guess, ...]", Later(lambda: _guesses(nothing, cells)))
    return PatchedLedger(views, cast("Any", None), LinkedIds(), guesses, base=nothing, patches=cells)


def _guesses(base: Ledger, patches: Patches) -> tuple[Guess, ...]:
    """What rests on a guess: of the cells that stayed, and of the ledgers that have the others."""
    kept = [guess for guess in base.guesses if guess.key not in patches.get(guess.view, ())]
    ledgers = {id(ledger): ledger for cells in patches.values() for ledger in cells.values()}
    more = (
        guess
        for ledger in ledgers.values()
        for guess in ledger.guesses
        if patches[guess.view].get(guess.key) is ledger
    )
    return (*kept, *more)
