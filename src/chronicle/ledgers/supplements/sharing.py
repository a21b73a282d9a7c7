"""What the events of a store share, of two files: a ledger and its supplement."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

from chronicle.engine.partial.shared import Shared
from chronicle.engine.replay import Ledger
from chronicle.engine.replay.patched import CellsByView
from chronicle.ledgers.known.by_day import StoredByDay
from chronicle.ledgers.sharing import StoredSharing


class SharingOfBoth:
    """What the events of a ledger share, and those behind them of which the supplement speaks.

    Either says more of an entity: it is counted where one of them says so, and was founded on the later day.
    """

    def __init__(self, first: StoredByDay, more: StoredSharing) -> None:
        self._first, self._more = first, more
        self.length, self.cut_length = more.length, first.length
        self.linked = first.linked or more.linked

    def places(self, shared: Shared) -> Sequence[int]:
        """The places of the events that share something, by any version of them."""
        return [*self._first.places(shared), *self._more.places(shared)]

    def is_counted(self, entity: str) -> bool:
        """Whether stakes in an entity are measured by a number of shares."""
        return self._first.is_counted(entity) or self._more.is_counted(entity)

    def is_turning(self, entity: str) -> bool:
        """Whether an entity ends, comes back, merges or is split."""
        return self._first.is_turning(entity) or self._more.is_turning(entity)

    def is_early(self, entity: str) -> bool:
        """Whether something names an entity that may have come before its founding was over."""
        return self._first.is_early(entity) or self._more.is_early(entity)

    def founded(self, entity: str) -> int | None:
        """The ``past`` of the date on which an entity was founded; None without a founding."""
        found = [day for each in (self._first, self._more) if (day := each.founded(entity)) is not None]
        return max(found, default=None)

    def known_after(self, day: datetime.date) -> Sequence[int]:
        """The places of the events that became known after a day."""
        return [*self._first.known_after(day), *self._more.known_after(day)]

    def cells_of(self, places: Collection[int]) -> tuple[CellsByView, Collection[int]]:
        """As ``KnownSharing`` says, of the events that the first file speaks of."""
        return self._first.cells_of(places)

    def cut_off(self, day: datetime.date) -> tuple[Ledger, Sequence[int]] | None:
        """The ledger by what was known on a day of the events that the first file speaks of."""
        return self._first.cut_off(day)
