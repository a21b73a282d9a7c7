"""The store in memory, for tests and what-ifs, and the simplest example of a store."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from threading import Condition
from types import TracebackType
from typing import Self

from chronicle.errors import AppendRefused, Problem, StoreError
from chronicle.stores.group import Request, settled
from chronicle.stores.protocol import Clock
from chronicle.stores.record import (
    GENESIS,
    Appended,
    Head,
    NewRecord,
    Record,
    extent,
    head_of,
    stamp,
    utc_now,
)
from chronicle.stores.restoring import checked_records, continuing, taken
from chronicle.stores.verification import (
    Progress,
    Verification,
    examined,
    held_positions,
    proven,
    verified,
    verified_at,
)


class MemoryStore:
    """Keeps records in a list, for as long as the process runs."""

    def __init__(self, location: str = "memory:", clock: Clock = utc_now) -> None:
        self.location = location
        self._clock = clock
        self._records: list[Record] = []
        self._by_id: dict[str, Record] = {}
        self._changed = Condition()
        self._closed = False

    def append(self, records: Sequence[NewRecord], expected: int | None = None) -> Appended:
        """As the contract says, but durable only while the process runs."""
        request = Request(records, expected)
        with self._changed:
            head = self.head()
            held = {id: NewRecord(*self._by_id[id][2:5]) for id in request.batch if id in self._by_id}
            last = self._records[-1].recorded_at if self._records else ""
            added, (outcome,), _ = settled([request], held, head, stamp(self._clock(), last))
            self._keep(added)
        if isinstance(outcome, AppendRefused):
            raise outcome
        return outcome

    def restore(self, records: Sequence[Record]) -> Appended:
        """As the contract says."""
        with self._changed:
            head = self.head()
            if not records:
                return Appended((), 0, head)
            checked_records(records)
            start = min(records[0].position - 1, head.position)
            held = self._records[start : start + len(records)]
            last = self._records[-1] if self._records else None
            fresh = continuing(records, held, head, last, self._chain_at(start))
            twice = next((record for record in fresh if record.id in self._by_id), None)
            if twice:
                raise AppendRefused(taken(twice))
            self._keep(fresh)
            return Appended(tuple(fresh), len(records) - len(fresh), self.head())

    def read(self, after: int = 0, limit: int | None = None) -> Iterator[Record]:
        """As the contract says."""
        head = self.head()
        start, stop = extent(after, limit, head.position)
        return verified(islice(self._records, start, stop), start, self._chain_at(start), stop, head)

    def get(self, id: str) -> Record | None:
        """As the contract says."""
        self._refuse_when_closed()
        record = self._by_id.get(id)
        return proven(record) if record else None

    def get_all(self, ids: Collection[str]) -> dict[str, Record]:
        """As the contract says."""
        self._refuse_when_closed()
        return {id: proven(record) for id in ids if (record := self._by_id.get(id))}

    def read_at(self, positions: Collection[int]) -> Iterator[Record]:
        """As the contract says."""
        head = self.head()
        wanted, records = held_positions(positions, head), self._records
        return verified_at(((records[at - 1], self._chain_at(at - 1)) for at in wanted), wanted, head)

    def __contains__(self, id: object) -> bool:
        """As the contract says."""
        self._refuse_when_closed()
        return id in self._by_id

    def head(self) -> Head:
        """As the contract says."""
        self._refuse_when_closed()
        return head_of(self._records[-1] if self._records else None)

    def wait(self, after: int, seconds: float) -> bool:
        """As the contract says."""
        with self._changed:
            return self._changed.wait_for(lambda: self.head().position > after, seconds)

    def verify(self, progress: Progress | None = None) -> Verification:
        """As the contract says."""
        head = self.head()
        return examined(islice(self._records, head.position), head, progress)

    def close(self) -> None:
        """As the contract says."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _keep(self, records: Sequence[Record]) -> None:
        self._records.extend(records)
        self._by_id.update((record.id, record) for record in records)
        self._changed.notify_all()

    def _chain_at(self, position: int) -> bytes:
        return self._records[position - 1].chain if position else GENESIS

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise StoreError(Problem("C507", f'store "{self.location}" is closed', help="open it again"))
