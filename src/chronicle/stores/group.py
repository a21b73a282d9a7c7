"""Group commit: threads that append at the same time share one transaction and one sync to disk.

Appends are decided in the order in which the threads came, each as if it were alone: one that is refused does
not affect the others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Lock
from typing import NamedTuple

from chronicle.errors import AppendRefused, Problem, StoreError
from chronicle.stores.batch import checked_batch, new_records
from chronicle.stores.record import Appended, Head, NewRecord, Record, chained

Outcome = Appended | AppendRefused


class Request:
    """One append: its records by id, how many were given, and the position that is expected."""

    __slots__ = ("batch", "error", "expected", "given", "outcome")

    def __init__(self, records: Sequence[NewRecord], expected: int | None) -> None:
        """Raises ``InvalidValue`` or ``AppendRefused`` for records that no store can keep."""
        self.batch = checked_batch(records)
        self.given = len(records)
        self.expected = expected
        self.outcome: Outcome | None = None
        self.error: Exception | None = None


class GroupCommit:
    """Lets one thread commit what all threads wait for.

    ``commit`` takes requests and gives the outcome of each, in order, once all are durable. An exception that
    it raises applies to all of them, and means that nothing was kept.
    """

    def __init__(self, commit: Callable[[Sequence[Request]], Sequence[Outcome]]) -> None:
        self._commit = commit
        self._turn = Lock()
        self._waiting: deque[Request] = deque()

    def append(self, records: Sequence[NewRecord], expected: int | None) -> Appended:
        """Append as the contract of a store says."""
        request = Request(records, expected)
        self._waiting.append(request)
        try:
            with self._turn:
                # The thread that held the lock before may have committed this request too.
                if request.outcome is None and request.error is None:
                    self._commit_waiting()
        except BaseException:
            # Interrupted while it waited: no other thread may commit this request now.
            with suppress(ValueError):
                self._waiting.remove(request)
            raise
        if request.error is not None:
            raise request.error
        if isinstance(request.outcome, Appended):
            return request.outcome
        assert request.outcome is not None
        raise request.outcome

    def _commit_waiting(self) -> None:
        """Commit all waiting requests. When interrupted, the requests of other threads fail with an error."""
        requests: list[Request] = []
        try:
            while self._waiting:
                requests.append(self._waiting.popleft())
            self._commit_together(requests)
        except BaseException:
            _fail(requests, _interrupted())
            raise

    def _commit_together(self, requests: Sequence[Request]) -> None:
        """Commit these requests as one group.

        Where that fails, commit each alone, so that only faulty ones fail.
        """
        try:
            for request, outcome in zip(requests, self._commit(requests), strict=True):
                request.outcome = outcome
        except Exception as error:
            if len(requests) == 1 or (isinstance(error, StoreError) and error.code == "C508"):
                _fail(requests, error)
                return
            # One faulty request may have made the whole group fail.
            for request in requests:
                self._commit_together([request])


def _fail(requests: Sequence[Request], error: Exception) -> None:
    for request in requests:
        request.error = error


def _interrupted() -> StoreError:
    """The error for the other threads when the one that commits for them is interrupted, as by Ctrl-C."""
    message = "append was interrupted by another thread"
    return StoreError(Problem("C507", message, help="append the same records again; nothing is kept twice"))


class Committed(NamedTuple):
    """What a group comes to: the records to keep, the outcome of each request, and the head after."""

    added: list[Record]
    outcomes: list[Outcome]
    head: Head


def settled(
    requests: Sequence[Request], held: Mapping[str, NewRecord], head: Head, recorded_at: str
) -> Committed:
    """What ``requests`` come to in a store that ends at ``head`` and has ``held`` under their ids."""
    known = dict(held)
    added: list[Record] = []
    outcomes: list[Outcome] = []
    for request in requests:
        try:
            fresh = new_records(request.batch, known, head.position, request.expected)
        except AppendRefused as conflict:
            outcomes.append(conflict)
            continue
        records = chained(fresh, head, recorded_at)
        if records:
            head = Head(records[-1].position, records[-1].chain.hex())
            added += records
            if len(requests) > 1:
                known.update((record.id, record) for record in fresh)
        outcomes.append(Appended(tuple(records), request.given - len(records), head))
    return Committed(added, outcomes, head)
