"""The rows in a folder as a ledger that answers, and the refusal of what rows do not say."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from chronicle.errors import Problem, UsageError, printable
from chronicle.ledgers.partitions.collected import CollectedLedger, StoredCells
from chronicle.ledgers.partitions.folder import StoredRowsFolder


class RowsAnswering(NamedTuple):
    """The ledger in a folder of rows, and where that is."""

    path: Path
    ledger: CollectedLedger

    def refusal(self) -> UsageError:
        """The error (C533) for a question that needs events."""
        message = f'rows in "{printable(str(self.path))}" say only what stood when, by all that is known'
        help = "ask the store they were made from for events, and for what was known or recorded earlier"
        return UsageError(Problem("C533", message, help=help))


def opened_rows(folder: str | Path) -> RowsAnswering:
    """The ledger in a folder of rows. Raises ``StoreError`` (C532) where it is not whole."""
    stored = StoredRowsFolder.opened(folder)
    return RowsAnswering(stored.path, StoredCells.of(stored).ledger(stored.said["views"]))
