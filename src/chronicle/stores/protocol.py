"""The contract of a store. ``tests/test_stores.py`` tests every store against it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from chronicle.stores.record import Appended, Head, NewRecord, Record
from chronicle.stores.verification import Progress, Verification

Clock = Callable[[], datetime]
"""Gives the current time, with its time zone."""


class Store(Protocol):
    """An append-only keeper of records.

    It may be used from several threads of one process. Every failure is a ``StoreError`` or, for a record
    that no store can keep, an ``InvalidValue``.
    """

    @property
    def location(self) -> str:
        """What ``open_store`` was given, for messages."""

    def append(self, records: Sequence[NewRecord], expected: int | None = None) -> Appended:
        """Append ``records``, all of them or none; they are durable when this returns.

        Idempotent: a record that exists already, with the same id, kind and body, stays as it is, so that a
        writer who got no answer can simply try again. With ``expected`` records are appended only if the
        store ends at that position (optimistic concurrency); when all exist already, ``expected`` does not
        matter. Raises ``InvalidValue`` (C206) for a record that no store can keep; ``AppendRefused``: C503
        when an id has other content (every such id is named), C504 when the store does not end at
        ``expected``; ``StoreError``: C508 when the store is busy, C511 when an earlier append of this handle
        failed in a way that leaves open what is durable.
        """

    def restore(self, records: Sequence[Record]) -> Appended:
        """Append records of another store unchanged, with position, time and both proofs.

        All of them or none; durable when this returns. They must follow each other without a gap, and the
        first must follow what the store has; those that exist already must be identical. Raises ``Damaged``
        (C505 or C506) for records that are not valid in themselves, ``AppendRefused`` (C512) when they do not
        belong to the history in this store; the rest as ``append``.
        """

    def read(self, after: int = 0, limit: int | None = None) -> Iterator[Record]:
        """The records after position ``after`` (exclusive), in order, at most ``limit``, as of this moment.

        Checksum, chain and position of each are verified: raises ``Damaged`` (C505 or C506) at the first
        record that is not as it was written.
        """

    def get(self, id: str) -> Record | None:
        """The record with this id, its checksum verified, or None. Raises ``Damaged`` (C505)."""

    def get_all(self, ids: Collection[str]) -> dict[str, Record]:
        """The records with these ids, by id, the checksum of each verified. Raises ``Damaged`` (C505).

        What ``get`` gives for each, in less time.
        """

    def read_at(self, positions: Collection[int]) -> Iterator[Record]:
        """The records at some positions, in order, each once; none for a position that the store has not.

        Checksum, position and chain of each are verified, as ``read`` does, in far less time than a ``read``
        for each takes. Raises ``Damaged`` (C505 or C506).
        """

    def __contains__(self, id: object) -> bool:
        """Whether a record has this id."""

    def head(self) -> Head:
        """Where the store ends."""

    def wait(self, after: int, seconds: float) -> bool:
        """Wait at most ``seconds`` for a record after position ``after``; whether there is one."""

    def verify(self, progress: Progress | None = None) -> Verification:
        """Read everything, and report what was changed, lost, added or moved. Does not raise for damage.

        ``progress`` is called now and then with the number of records read and the total.
        """

    def close(self) -> None:
        """Close the store. Closing twice is allowed; any other call raises C507 from then on."""

    def __enter__(self) -> Self:
        """The store itself."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
