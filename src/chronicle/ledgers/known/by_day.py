"""What the events of a store share, and the ledger by another day of knowledge, from one file."""

from __future__ import annotations

import datetime
import sys
from bisect import bisect_left
from collections.abc import Collection, Sequence
from itertools import chain, pairwise
from typing import Final, cast

from attrs import evolve

from chronicle.engine.replay import Guess, Key, Ledger
from chronicle.engine.replay.later import Later
from chronicle.engine.replay.patched import CellsByView
from chronicle.ledgers.kept import KeptLedger
from chronicle.ledgers.known import turns
from chronicle.ledgers.known.cutting import CutFile, out_of_turn
from chronicle.ledgers.layout import TURNS, LedgerFile
from chronicle.ledgers.sharing import StoredSharing

_FEW: Final = 1_000
"""Fewer events than these are replayed sooner than numpy is imported."""


class StoredByDay(StoredSharing):
    """What the first events of a store share, and what a file says of other days of knowledge."""

    def __init__(self, file: LedgerFile, length: int) -> None:
        """Raises ``Unsound`` where something that is read later is not as it was written."""
        super().__init__(file, length)
        self._file, self.cut_length = file, length
        file.prove_shared()

    def cells_of(self, places: Collection[int]) -> tuple[CellsByView, Collection[int]]:
        """As ``KnownSharing`` says: of the parts that are out of turn by some day of knowledge."""
        if TURNS not in self._file:
            return {}, ()
        first, flat = (self._file.numbers(name) for name in (turns.PLACES_FROM, turns.PLACES))
        found, wanted = dict[int, Sequence[int]](), frozenset(places)
        for part, (begin, end) in enumerate(pairwise(first)):
            if flat[begin] in wanted:
                of_part = flat[begin:end].tolist()
                if wanted.issuperset(of_part):
                    found[part] = of_part
        stored = KeptLedger.of(self._file).stored
        cells = [cell for cell, part in enumerate(self._file.numbers(turns.CELLS)) if part in found]
        keys = dict[str, Collection[Key]]()
        for view in stored.views.values():
            first_one, end_one = (bisect_left(cells, at) for at in (view.cell, view.cell + view.cells))
            keys[view.name] = [*map(stored.key, cells[first_one:end_one])]
        return keys, frozenset(chain.from_iterable(found.values()))

    def cut_off(self, day: datetime.date) -> tuple[Ledger, Sequence[int]] | None:
        """The ledger by what was known on a day, without the parts out of turn, and where their events are.

        None where the file does not say since when its rows were known, without numpy, and where numpy is
        not imported yet and the events are so few that they are replayed sooner.
        """
        if TURNS not in self._file or (self.length < _FEW and "numpy" not in sys.modules):
            return None
        parts, places = out_of_turn(self._file, day.toordinal())
        try:
            ledger = KeptLedger.of(CutFile(self._file, day.toordinal(), parts))
        except ImportError:
            return None
        guesses = Later(lambda: [each for each in ledger.stored.guesses() if ledger.has(each.view, each.key)])
        return evolve(ledger, guesses=cast("tuple[Guess, ...]", guesses)), places
