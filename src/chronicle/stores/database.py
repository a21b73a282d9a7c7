"""What the stores in a database have in common: records are rows of one table, beside a head of one row.

A store of its kind says how rows are read, written and waited for; what these mean is said here.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from threading import RLock
from types import TracebackType
from typing import Any, Self

from chronicle.errors import AppendRefused, Damaged
from chronicle.stores.group import GroupCommit, Outcome, Request
from chronicle.stores.protocol import Clock
from chronicle.stores.record import GENESIS, Appended, End, Head, NewRecord, Record, extent, head_of
from chronicle.stores.refusals import cannot, no_more
from chronicle.stores.verification import (
    Linked,
    Progress,
    Verification,
    ending,
    examined,
    held_positions,
    missing_at,
    proven,
    verified,
    verified_at,
)

_LARGEST = 2**63 - 1
_POSITIONS_AT_ONCE = 500


class DatabaseStore(ABC):
    """A store in a database, durable at every append. It may be used from several threads."""

    def __init__(self, location: str, read_only: bool, clock: Clock) -> None:
        self.location = location
        self._read_only = read_only
        self._clock = clock
        self._lock = RLock()
        self._group = GroupCommit(self._commit)
        # Where the store ends, while nobody else has written since this handle did.
        self._end: End | None = None
        self._failed = False

    def append(self, records: Sequence[NewRecord], expected: int | None = None) -> Appended:
        """As the contract says; durable when this returns."""
        self._refuse_read_only()
        return self._group.append(records, expected)

    def restore(self, records: Sequence[Record]) -> Appended:
        """As the contract says; durable when this returns."""
        from chronicle.stores.restoring import checked_records, continuing, taken

        self._refuse_read_only()
        if not records:
            return Appended((), 0, self.head())
        checked_records(records)
        with self._writing():
            head, last = self._writable_end()
            start = min(records[0].position - 1, head.position)
            held = list(self._pages(start, min(start + len(records), head.position)))
            fresh = continuing(records, held, head, last, self._chain_at(start))
            twice = self._held([record.id for record in fresh])
            if twice:
                raise AppendRefused(*(taken(record) for record in fresh if record.id in twice))
            self._keep(fresh)
            self._end = None
        return Appended(tuple(fresh), len(records) - len(fresh), head_of(fresh[-1]) if fresh else head)

    def read(self, after: int = 0, limit: int | None = None) -> Iterator[Record]:
        """As the contract says. Read page by page, so that no long read holds up who writes."""
        head = self.head()
        start, stop = extent(after, limit, head.position)
        return verified(self._pages(start, stop), start, self._chain_at(start), stop, head)

    def get(self, id: str) -> Record | None:
        """As the contract says."""
        if not id.isprintable():
            self.head()
            return None
        found = self._with_ids([id])
        return proven(found[0]) if found else None

    def get_all(self, ids: Collection[str]) -> dict[str, Record]:
        """As the contract says."""
        possible = [id for id in ids if id.isprintable()]
        if not possible:
            self.head()
        return {record.id: proven(record) for record in self._with_ids(possible)}

    def read_at(self, positions: Collection[int]) -> Iterator[Record]:
        """As the contract says. So many at a time that no long read holds up who writes."""
        head = self.head()
        wanted = held_positions(positions, head)
        return verified_at(
            (
                row
                for start in range(0, len(wanted), _POSITIONS_AT_ONCE)
                for row in self._at(wanted[start : start + _POSITIONS_AT_ONCE])
            ),
            wanted,
            head,
        )

    def __contains__(self, id: object) -> bool:
        """As the contract says."""
        return self.get(id if isinstance(id, str) else "\n") is not None

    @abstractmethod
    def head(self) -> Head:
        """As the contract says."""

    def wait(self, after: int, seconds: float) -> bool:
        """As the contract says. Others write to the database too, so the head is looked at ever again."""
        end = time.monotonic() + seconds
        while self.head().position <= after:
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._sleep(left, after)
        return True

    @abstractmethod
    def close(self) -> None:
        """As the contract says."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What each database does in its own way

    @abstractmethod
    def _commit(self, requests: Sequence[Request]) -> Sequence[Outcome]:
        """Keep what a group of appends asks for."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[None]:
        """All that is done inside is kept or none of it, and nobody else writes meanwhile."""

    @abstractmethod
    def _writable_end(self) -> tuple[Head, Record | None]:
        """Where the store ends, and its last record; within ``_writing``."""

    @abstractmethod
    def _keep(self, records: Sequence[Record]) -> None:
        """Write rows of records, within ``_writing``."""

    @abstractmethod
    def _page(self, start: int, stop: int) -> Sequence[Record]:
        """The next rows behind position ``start`` up to ``stop``, in order; none when there are no more."""

    @abstractmethod
    def _at(self, positions: Sequence[int]) -> Sequence[Linked]:
        """The rows at some positions, in order, each with the chain hash of the row before it."""

    @abstractmethod
    def _with_ids(self, ids: Sequence[str]) -> Sequence[Record]:
        """The rows with these ids."""

    @abstractmethod
    def _sleep(self, seconds: float, after: int, /) -> None:
        """Wait until the store may have moved behind position ``after``, at most ``seconds``."""

    @abstractmethod
    def _damage(self, reason: str) -> Damaged:
        """C510: the tables are not what we wrote."""

    # What rows mean

    def _head_of(self, rows: Sequence[Any]) -> Head:
        match rows:
            case [(int(position), bytes(chain))] if position >= 0 and len(chain) == len(GENESIS):
                return Head(position, chain.hex())
        raise self._damage("its head cannot be read")

    def _last_of(self, rows: Iterable[Record], head: Head) -> Record | None:
        """The last record. It must be where ``head`` says, for nothing is added to a damaged end."""
        last = next(map(proven, rows), None)
        problem = ending(head_of(last), head)
        if problem:
            raise Damaged(problem)
        return last

    def _held(self, ids: Collection[str]) -> dict[str, NewRecord]:
        """What the store has under these ids."""
        return {record.id: NewRecord(*proven(record)[2:5]) for record in self._with_ids(list(ids))}

    def _chain_at(self, position: int) -> bytes:
        if not position:
            return GENESIS
        rows = list(self._pages(position - 1, position))
        if not rows:
            raise Damaged(missing_at(position))
        return proven(rows[0]).chain

    def _pages(self, start: int, stop: int) -> Iterator[Record]:
        while start < stop and (page := self._page(start, stop)):
            yield from page
            if page[-1].position <= start:
                raise self._damage("its records are out of order")
            start = page[-1].position

    def _examined(self, progress: Progress | None) -> Verification:
        """What is wrong with the records, within one state of the store."""
        try:
            head = self.head()
        except Damaged as damage:
            return Verification(0, head_of(None), damage.problems)
        return examined(self._pages(-_LARGEST, _LARGEST), head, progress)

    def _refuse_lost(self, kept: int, given: int) -> None:
        # A trigger that is not ours may swallow what is written without a word.
        if kept != given:
            raise self._damage("its tables do not keep what they are given")

    def _refuse_read_only(self) -> None:
        if self._read_only:
            raise cannot(self.location, "was opened for reading only", help="open it for writing")

    def _refuse_failed(self, why: str, help: str) -> None:
        if self._failed:
            raise no_more(self.location, why, help)
