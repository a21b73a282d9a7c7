"""The contract of a store. One test, ``tests/test_stores.py``, holds every store to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from chronicle.stores.record import Appended, Head, NewRecord, Record
from chronicle.stores.verification import Progress, Verification

Clock = Callable[[], datetime]
"""Gives the time of now, with its zone."""


class Store(Protocol):
    """An append-only keeper of records.

    May be used from several threads of one process. Every failure is a ``StoreError`` or, for
    a record that no store can keep, an ``InvalidValue``.
    """

    @property
    def location(self) -> str:
        """What ``open_store`` was given, for messages."""

    def append(self, records: Sequence[NewRecord], expected: int | None = None) -> Appended:
        """Take in ``records``, all of them or none; they are durable when this returns.

        Appending is idempotent: a record that is there already, with the same id, kind and body, is left
        as it is, so that a writer who got no answer may simply try again. With ``expected`` records are
        taken only while the store ends at that position (optimistic concurrency); when all are there
        already, nothing is done and ``expected`` does not matter.

        Raises ``AppendRefused`` C503 when an id is taken by other content (every such id is named),
        and C504 when ``expected`` is not the position of the head; C508 when the store is busy;
        C511 when an earlier append of this handle failed in a way that leaves open what is durable.
        """

    def restore(self, records: Sequence[Record]) -> Appended:
        """Take in records of another store as they are, with position, time and both proofs.

        All of them or none, durable when this returns. They follow upon one another without a gap,
        and the first upon what is here; those that are here already must be the very same.

        Raises ``Damaged`` C505 or C506 for records that are not sound in themselves, ``AppendRefused``
        C512 when they are not of the history that is here; the rest as ``append`` does.
        """

    def read(self, after: int = 0, limit: int | None = None) -> Iterator[Record]:
        """The records behind position ``after``, in order, at most ``limit``, as of this moment.

        Checksum, chain and position of each are verified on the way: raises ``Damaged`` C505 or
        C506 at the first record that is not what was written.
        """

    def get(self, id: str) -> Record | None:
        """The record with this id, its checksum verified; None when there is none."""

    def __contains__(self, id: object) -> bool:
        """Whether a record has this id."""

    def head(self) -> Head:
        """Where the store ends."""

    def wait(self, after: int, seconds: float) -> bool:
        """Wait until a record stands behind position ``after``, at most ``seconds``; whether one does."""

    def verify(self, progress: Progress | None = None) -> Verification:
        """Read everything and say what was changed, lost, added or moved. Raises nothing for damage.

        ``progress`` is called now and then with the number of records done and their total.
        """

    def close(self) -> None:
        """Let go of the store. Closing twice does no harm; anything else then raises C507."""

    def __enter__(self) -> Self:
        """The store itself."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
