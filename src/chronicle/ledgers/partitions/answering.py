"""The rows in a folder as a ledger that answers, and the refusal of what rows do not say."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Final

from attrs import field, frozen

from chronicle.errors import Problem, UsageError, printable
from chronicle.ledgers.partitions.collected import CollectedLedger, StoredCells
from chronicle.ledgers.partitions.folder import StoredRowsFolder

# How many ledgers of days of knowledge are kept.
_KEPT: Final = 8


@frozen
class RowsAnswering:
    """The ledgers in a folder of rows: of all that is known, and of each day of knowledge."""

    stored: StoredRowsFolder
    _ledgers: dict[datetime.date | None, CollectedLedger] = field(factory=dict, init=False, repr=False)

    @property
    def path(self) -> Path:
        """The folder."""
        return self.stored.path

    def by(self, known: datetime.date | None) -> CollectedLedger:
        """The ledger by what was known on a day; None stands for all that is known.

        Raises ``UsageError`` (C533) where the rows do not have what was known earlier.
        """
        if known is not None and not self.stored.knows_days:
            message = f'rows in "{printable(str(self.path))}" were made without what was known earlier'
            help = "run chronicle replay again without --latest-only, or ask the store they were made from"
            raise UsageError(Problem("C533", message, help=help))
        if known not in self._ledgers:
            others = [day for day in self._ledgers if day is not None]
            if len(others) >= _KEPT:
                del self._ledgers[others[0]]
            self._ledgers[known] = StoredCells.of(self.stored, known).ledger(self.stored.said["views"])
        return self._ledgers[known]

    def refusal(self) -> UsageError:
        """The error (C533) for a question that needs events."""
        message = f'rows in "{printable(str(self.path))}" say what stood when, and not the events behind it'
        help = "ask the store they were made from for events, and for what was recorded earlier"
        return UsageError(Problem("C533", message, help=help))


def opened_rows(folder: str | Path) -> RowsAnswering:
    """The ledgers in a folder of rows. Raises ``StoreError`` (C532) where it is not whole."""
    return RowsAnswering(StoredRowsFolder.opened(folder))
