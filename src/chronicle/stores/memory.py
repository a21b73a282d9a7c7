"""The store in memory: a real one, for tests and what-ifs, and the example for the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from threading import RLock
from types import TracebackType
from typing import Self

from chronicle.errors import Problem, StoreError
from chronicle.stores.batch import checked_batch, new_records
from chronicle.stores.protocol import Clock
from chronicle.stores.record import (
    GENESIS,
    Appended,
    Head,
    NewRecord,
    Record,
    chained,
    extent,
    head_of,
    stamp,
    utc_now,
)
from chronicle.stores.verification import Progress, Verification, examined, proven, verified


class MemoryStore:
    """Keeps records in a list; gone when the process ends."""

    def __init__(self, location: str = "memory:", clock: Clock = utc_now) -> None:
        self.location = location
        self._clock = clock
        self._records: list[Record] = []
        self._by_id: dict[str, Record] = {}
        self._lock = RLock()
        self._closed = False

    def append(self, records: Sequence[NewRecord], expected: int | None = None) -> Appended:
        """As the contract says; durable as long as the process."""
        batch = checked_batch(records)
        with self._lock:
            head = self.head()
            held = {id: NewRecord(*self._by_id[id][2:5]) for id in batch if id in self._by_id}
            fresh = new_records(batch, held, head.position, expected)
            last = self._records[-1].recorded_at if self._records else ""
            added = chained(fresh, head, stamp(self._clock(), last))
            self._records.extend(added)
            self._by_id.update((record.id, record) for record in added)
            return Appended(tuple(added), len(records) - len(added), self.head())

    def read(self, after: int = 0, limit: int | None = None) -> Iterator[Record]:
        """As the contract says."""
        head = self.head()
        start, stop = extent(after, limit, head.position)
        previous = self._records[start - 1].chain if start else GENESIS
        return verified(islice(self._records, start, stop), start, previous, stop, head)

    def get(self, id: str) -> Record | None:
        """As the contract says."""
        self._refuse_when_closed()
        record = self._by_id.get(id)
        return proven(record) if record else None

    def __contains__(self, id: object) -> bool:
        """As the contract says."""
        self._refuse_when_closed()
        return id in self._by_id

    def head(self) -> Head:
        """As the contract says."""
        self._refuse_when_closed()
        return head_of(self._records[-1] if self._records else None)

    def verify(self, progress: Progress | None = None) -> Verification:
        """As the contract says."""
        head = self.head()
        return examined(islice(self._records, head.position), head, progress)

    def close(self) -> None:
        """As the contract says."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise StoreError(Problem("C507", f'store "{self.location}" is closed', help="open it again"))
