"""The store itself: how it appends (in turn or optimistically) and reads, and what it refuses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8

from chronicle.errors import AppendRefused, Damaged, Problem, printable
from chronicle.stores.database import DatabaseStore
from chronicle.stores.group import Outcome, Request, settled
from chronicle.stores.postgresql import connection as postgresql_connection
from chronicle.stores.postgresql import tables as postgresql_tables
from chronicle.stores.postgresql.address import Address
from chronicle.stores.postgresql.copying import in_binary, pieces
from chronicle.stores.postgresql.errors import AGAIN, damaged, is_lost, is_not_next, reported
from chronicle.stores.postgresql.listening import Listener
from chronicle.stores.postgresql.statements import Statements
from chronicle.stores.protocol import Clock
from chronicle.stores.record import (
    Appended,
    End,
    Head,
    NewRecord,
    Record,
    chained,
    head_of,
    stamp,
)
from chronicle.stores.refusals import cannot
from chronicle.stores.verification import (
    Linked,
    Progress,
    Verification,
    proven,
)

# The number of records from which on an append is sent in pieces.
_BULK = 500
_WRITE_SOMETHING = "SELECT pg_logical_emit_message(true, 'chronicle', '')"
# Seconds after which a waiting thread looks whether the store was closed.
_LOOK = 1.0


class _Turn(NamedTuple):
    """What a writer with the lock finds: the head, the last record, and what is held under some ids."""

    head: Head
    last: Record | None
    held: dict[str, NewRecord]

    @property
    def end(self) -> End:
        return End(self.head, self.last.recorded_at if self.last else "")


class PostgresqlStore(DatabaseStore):
    """Keeps records in a schema of a PostgreSQL database, durable at every append."""

    def __init__(
        self, address: Address, connection: psycopg.Connection[Any], read_only: bool, clock: Clock
    ) -> None:
        """Use ``open_postgresql``, which makes sure that there is a store."""
        super().__init__(address.shown, read_only, clock)
        self._address = address
        self._connection = connection
        self._statements = Statements(address.schema)
        self._listener = Listener(address, self._statements)
        self._optimistic = True
        self._closed = False
        self._warnings: list[str] = []
        connection.add_notice_handler(self._on_notice)

    def head(self) -> Head:
        """As the contract says."""
        with self._reported():
            return self._head_of(self._connection.execute(self._statements.head, binary=True).fetchall())

    def verify(self, progress: Progress | None = None) -> Verification:
        """As the contract says; the triggers of the tables are verified too."""
        with self._snapshot():
            result = self._examined(progress)
            return result._replace(problems=result.problems + self._table_problems())

    def close(self) -> None:
        """As the contract says."""
        self._closed = True
        with self._lock:
            self._connection.close()
        self._listener.close()

    # Writing

    def _commit(self, requests: Sequence[Request]) -> Sequence[Outcome]:
        """Commit a group of appends: optimistically where that may succeed, else in turn."""
        with self._writing():
            kept = (
                self._append_optimistically(requests, self._end) if self._end and self._optimistic else None
            )
            return self._settled_in_turn(requests) if kept is None else kept

    def _append_optimistically(self, requests: Sequence[Request], end: End) -> Sequence[Outcome] | None:
        """Append in one statement, assuming that the store still ends at ``end`` and has none of the ids.

        The tables refuse the records where that is not so: then None, and nothing was kept.
        """
        recorded_at = stamp(self._clock(), end.recorded_at)
        try:
            if len(requests) == 1 and len(requests[0].batch) >= _BULK:
                outcomes = self._copied_in_pieces(requests[0], end.head, recorded_at)
            else:
                outcomes = self._inserted(requests, end.head, recorded_at)
        except psycopg.Error as error:
            if is_not_next(error):
                return None
            raise
        last = outcomes[-1] if outcomes else None
        if not isinstance(last, Appended):
            return None
        self._end = End(last.head, recorded_at)
        return outcomes

    def _inserted(self, requests: Sequence[Request], head: Head, recorded_at: str) -> Sequence[Outcome]:
        """Insert the records of ``requests``, taken as new; empty, and none inserted, if one is refused."""
        result = settled(requests, {}, head, recorded_at)
        if not result.added or any(isinstance(outcome, AppendRefused) for outcome in result.outcomes):
            return ()
        self._insert(result.added)
        return result.outcomes

    def _copied_in_pieces(self, request: Request, head: Head, recorded_at: str) -> Sequence[Outcome]:
        """The same for one large append, in pieces: the next is hashed while the server stores the last."""
        if request.expected not in (None, head.position):
            return ()
        added: list[Record] = []

        def chaining() -> Iterator[Sequence[Record]]:
            for some in pieces(list(request.batch.values())):
                records = chained(some, head_of(added[-1]) if added else head, recorded_at)
                added.extend(records)
                yield records

        self._copy(chaining(), len(request.batch))
        return [Appended(tuple(added), request.given - len(added), head_of(added[-1]))]

    def _settled_in_turn(self, requests: Sequence[Request]) -> Sequence[Outcome]:
        """Wait for the lock, see what the store has, and keep what is new."""
        before = self._end
        turn = self._turn([id for request in requests for id in request.batch])
        result = settled(requests, turn.held, turn.head, stamp(self._clock(), turn.end.recorded_at))
        self._keep(result.added)
        # Where others write too, or everything is there already, optimism costs more than it saves.
        self._optimistic = before in (None, turn.end) and not turn.held
        self._end = End(result.head, result.added[-1].recorded_at) if result.added else turn.end
        return result.outcomes

    def _turn(self, ids: Collection[str]) -> _Turn:
        """Begin a transaction and take the lock of writers; what the store holds under ``ids``.

        ``_keep`` ends it.
        """
        connection, statements = self._connection, self._statements
        # Not prepared: when a pipeline fails, psycopg may think that a statement is prepared which is not.
        with connection.pipeline():
            # Each statement must see what was committed before the lock was taken.
            connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED", prepare=False)
            connection.execute(statements.take_turn, prepare=False)
            heads = connection.execute(statements.head, prepare=False, binary=True)
            lasts = connection.execute(statements.last, prepare=False, binary=True)
            found = connection.execute(statements.by_ids, (list(ids),), prepare=False, binary=True)
        head = self._head_of(heads.fetchall())
        last = self._last_of(map(Record._make, lasts), head)
        return _Turn(head, last, {row[2]: NewRecord(*proven(Record._make(row))[2:5]) for row in found})

    def _keep(self, records: Sequence[Record]) -> None:
        """End our turn. One record goes in one round trip with the commit, for others wait."""
        if len(records) == 1:
            with self._connection.pipeline():
                done = self._insert_one(records[0])
                self._connection.execute("COMMIT", prepare=False)
            self._refuse_lost(done.rowcount, 1)
        else:
            self._insert(records)
            if not records:
                # Records that exist already may not be on the replicas yet, and only a commit that wrote
                # something waits for them.
                self._connection.execute(_WRITE_SOMETHING)
            self._connection.execute("COMMIT")

    def _insert(self, records: Sequence[Record]) -> None:
        if len(records) > 1:
            self._copy(pieces(records), len(records))
        elif records:
            self._refuse_lost(self._insert_one(records[0]).rowcount, 1)

    def _insert_one(self, record: Record) -> psycopg.Cursor[Any]:
        position, recorded_at, id, kind, body, checksum, chain = record
        values = (Int8(position), recorded_at, id, kind, body.decode(), Int8(checksum), chain)
        return self._connection.execute(self._statements.insert, values, prepare=True)

    def _copy(self, parts: Iterable[Sequence[Record]], count: int) -> None:
        with self._connection.cursor() as cursor:
            with cursor.copy(self._statements.copy) as copy:
                for piece in in_binary(parts):
                    copy.write(piece)
            self._refuse_lost(cursor.rowcount, count)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Rolls back what fails inside, and forgets where the store ended."""
        with self._reported():
            self._refuse_failed("an append had no answer", AGAIN)
            self._warnings.clear()
            try:
                yield
            except BaseException as error:
                self._end = None
                self._undo()
                self._failed = is_lost(error, self._connection)
                raise
            if self._warnings:
                self._failed = True
                raise cannot(
                    self.location, f"may not have kept this everywhere: {self._warnings[0]}", help=AGAIN
                )

    def _on_notice(self, notice: psycopg.errors.Diagnostic) -> None:
        """Note a warning: a server that stops waiting for its replicas warns, and commits all the same."""
        if notice.severity_nonlocalized == "WARNING":
            self._warnings.append(printable(notice.message_primary or ""))

    def _undo(self) -> None:
        """Roll back what was not committed, if anything."""
        with suppress(psycopg.Error):
            if self._connection.info.transaction_status != TransactionStatus.IDLE:
                self._connection.execute("ROLLBACK")

    # Reading

    @contextmanager
    def _reported(self) -> Iterator[None]:
        with self._lock, reported(self.location):
            if self._closed:
                raise cannot(self.location, "is closed", help="open it again")
            yield

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """One state of the store, so that an append meanwhile is not taken for damage."""
        with self._reported():
            try:
                self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield
            finally:
                self._undo()

    def _writable_end(self) -> tuple[Head, Record | None]:
        turn = self._turn(())
        return turn.head, turn.last

    def _page(self, start: int, stop: int) -> Sequence[Record]:
        return self._rows(self._statements.page, (Int8(start), Int8(stop)))

    def _at(self, positions: Sequence[int]) -> Sequence[Linked]:
        rows = self._fetched(self._statements.at, ([Int8(position) for position in positions],))
        return [(Record._make(row[:-1]), row[-1]) for row in rows]

    def _with_ids(self, ids: Sequence[str]) -> Sequence[Record]:
        return self._rows(self._statements.by_ids, (list(ids),))

    def _sleep(self, seconds: float, after: int, /) -> None:
        # The server wakes who waits, by NOTIFY, over a connection of its own.
        self._listener.wait(min(seconds, _LOOK), lambda: self.head().position > after)

    def _damage(self, reason: str) -> Damaged:
        return Damaged(damaged(self.location, reason))

    def _rows(self, query: sql.Composed, values: Sequence[object]) -> list[Record]:
        return list(map(Record._make, self._fetched(query, values)))

    def _fetched(self, query: sql.Composed, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._reported():
            try:
                return self._connection.execute(query, values, prepare=True, binary=True).fetchall()
            except UnicodeDecodeError:
                return postgresql_connection.rows_with_damaged_text(self._connection, query, values)

    def _table_problems(self) -> tuple[Problem, ...]:
        """The triggers that differ from how they were made. Not looked at in a store of another format."""
        with self._reported():
            schema = self._address.schema
            if postgresql_tables.version(self._connection, schema) != postgresql_tables.FORMAT_VERSION:
                return ()
            told = ", ".join(postgresql_tables.differences(self._connection, schema))
        return (damaged(self.location, f"not as it was made: {told}"),) if told else ()
