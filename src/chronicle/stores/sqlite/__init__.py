"""The store in one SQLite file: the default for everything that must outlive the process.

Many processes can read while one writes. A store may be used from several threads; it must not be used after
a fork. ``file.py`` makes and opens the file.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from chronicle.errors import AppendRefused, Damaged, Problem, StoreError, printable
from chronicle.stores.group import GroupCommit, Outcome, Request, settled
from chronicle.stores.protocol import Clock
from chronicle.stores.record import (
    GENESIS,
    Appended,
    End,
    Head,
    NewRecord,
    Record,
    extent,
    head_of,
    stamp,
    utc_now,
)
from chronicle.stores.restoring import checked_records, continuing, taken
from chronicle.stores.sqlite import file as sqlite_file
from chronicle.stores.sqlite import tables as sqlite_tables
from chronicle.stores.sqlite.errors import cannot, damaged, is_input_output, reported
from chronicle.stores.verification import (
    Progress,
    Verification,
    ending,
    examined,
    missing_at,
    proven,
    verified,
)

_PAGE = 2000
_IDS_AT_ONCE = 500
_POLL = 0.02

# The columns in the order of Record. The body is stored as text, which the sqlite3 shell shows, and read
# as bytes.
_COLUMNS = "position, recorded_at, id, kind, CAST(body AS BLOB), checksum, chain"
_READ = f"SELECT {_COLUMNS} FROM records WHERE position > ? AND position <= ? ORDER BY position LIMIT {_PAGE}"
_ROW = "(?, ?, ?, ?, ?, ?, ?)"
_INSERT = f"INSERT INTO records VALUES {_ROW}"
# Rows for each statement: many in one take a fifth less time than one by one.
_ROWS = 32
_INSERT_MANY = f"INSERT INTO records VALUES {', '.join([_ROW] * _ROWS)}"
_LAST = f"SELECT {_COLUMNS} FROM records ORDER BY position DESC LIMIT 1"
_LARGEST = 2**63 - 1


class SqliteStore:
    """Keeps records in a SQLite file, in WAL mode, synced to disk at every append."""

    def __init__(self, path: Path, read_only: bool, clock: Clock, patience: float) -> None:
        """Use ``open_sqlite``, which can also make a new file."""
        self.location = str(path)
        self._patience = patience
        self._connection = sqlite_file.connect(path, read_only, patience)
        self._read_only = read_only
        self._clock = clock
        self._lock = RLock()
        self._reported = reported(self.location)
        self._group = GroupCommit(self._commit)
        self._failed = False
        self._end: End | None = None
        self._examining: sqlite3.Connection | None = None

    def append(self, records: Sequence[NewRecord], expected: int | None = None) -> Appended:
        """As the contract says; synced to disk when this returns."""
        self._refuse_read_only()
        return self._group.append(records, expected)

    def restore(self, records: Sequence[Record]) -> Appended:
        """As the contract says; synced to disk when this returns."""
        self._refuse_read_only()
        if not records:
            return Appended((), 0, self.head())
        checked_records(records)
        with self._transaction():
            head = self._stored_head()
            start = min(records[0].position - 1, head.position)
            held = list(self._pages(start, min(start + len(records), head.position)))
            fresh = continuing(records, held, head, self._last(head), self._chain_at(start))
            twice = self._held([record.id for record in fresh])
            if twice:
                raise AppendRefused(*(taken(record) for record in fresh if record.id in twice))
            self._insert(fresh)
        return Appended(tuple(fresh), len(records) - len(fresh), head_of(fresh[-1]) if fresh else head)

    def read(self, after: int = 0, limit: int | None = None) -> Iterator[Record]:
        """As the contract says.

        Reads page by page, so that no long read keeps the log from being truncated.
        """
        head = self.head()
        start, stop = extent(after, limit, head.position)
        return verified(self._pages(start, stop), start, self._chain_at(start), stop, head)

    def get(self, id: str) -> Record | None:
        """As the contract says."""
        if not id.isprintable():
            self.head()
            return None
        found = self._rows(f"SELECT {_COLUMNS} FROM records WHERE id = ?", (id,))
        return proven(found[0]) if found else None

    def __contains__(self, id: object) -> bool:
        """As the contract says."""
        return self.get(id if isinstance(id, str) else "\n") is not None

    def head(self) -> Head:
        """As the contract says."""
        with self._lock, self._reported:
            return self._stored_head()

    def wait(self, after: int, seconds: float) -> bool:
        """As the contract says. Polls the head, since other processes write to the file too."""
        end = time.monotonic() + seconds
        while self.head().position <= after:
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(_POLL, left))
        return True

    def verify(self, progress: Progress | None = None) -> Verification:
        """As the contract says; the structure of the file, its index and its triggers are verified too."""
        with ThreadPoolExecutor(1) as beside, self._snapshot():
            # The check of SQLite takes as long as that of the records, and releases the interpreter lock.
            of_file = beside.submit(self._file_problems)
            try:
                result = self._examined(progress)
                return result._replace(problems=result.problems + of_file.result())
            except BaseException:
                # Otherwise an interrupt would wait until the check of SQLite is done.
                if self._examining:
                    self._examining.interrupt()
                raise

    def close(self) -> None:
        """As the contract says."""
        with self._lock, self._reported:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _commit(self, requests: Sequence[Request]) -> Sequence[Outcome]:
        """Commit a group of appends.

        To look up ids costs as much as to add records, and most ids are new. So the records are inserted
        first without a look-up; the file refuses an id that exists.
        """
        try:
            return self._settle(requests, looked_up=False)
        except _Taken:
            return self._settle(requests, looked_up=True)

    def _settle(self, requests: Sequence[Request], looked_up: bool) -> Sequence[Outcome]:
        """Append in one transaction.

        Raises ``_Taken`` when a look-up is needed and ``looked_up`` is false.
        """
        with self._transaction():
            head, recorded_at = end = self._current_end()
            held = self._held([id for request in requests for id in request.batch]) if looked_up else {}
            result = settled(requests, held, head, stamp(self._clock(), recorded_at))
            if not looked_up and any(isinstance(outcome, AppendRefused) for outcome in result.outcomes):
                # A record that exists already is no conflict, so the refusal may be wrong without a look-up.
                raise _Taken
            try:
                self._insert(result.added)
            except sqlite3.IntegrityError:
                if looked_up:
                    raise
                raise _Taken from None
        self._end = End(result.head, result.added[-1].recorded_at) if result.added else end
        return result.outcomes

    def _insert(self, records: Sequence[Record]) -> None:
        # The body goes in as text: converting it in SQLite takes longer.
        rows = [(*record[:4], record.body.decode(), *record[5:]) for record in records]
        whole, kept = len(rows) - len(rows) % _ROWS, 0
        if whole:
            many = (rows[start : start + _ROWS] for start in range(0, whole, _ROWS))
            some = (list(chain.from_iterable(some)) for some in many)
            kept = self._connection.executemany(_INSERT_MANY, some).rowcount
        for row in rows[whole:]:
            kept += self._connection.execute(_INSERT, row).rowcount
        if records:
            end = (records[-1].position, records[-1].chain)
            moved = self._connection.execute("UPDATE head SET position = ?, chain = ?", end).rowcount
            # A trigger added by others may drop what is written, without an error.
            if (kept, moved) != (len(rows), 1):
                raise Damaged(damaged(self.location, "its tables do not keep what they are given"))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """One transaction, all or nothing.

        It takes the write lock first, so that what it reads stays true.
        """
        with self._lock, self._reported:
            self._refuse_failed()
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                # After a failed sync the operating system may report success for the next one, though the
                # data is lost. So this handle takes no further appends.
                self._failed = is_input_output(error)
                raise
            finally:
                self._roll_back()

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """One state of the store, so that an append of another process is not taken for damage."""
        with self._lock, self._reported:
            try:
                self._connection.execute("BEGIN")
                yield
            finally:
                self._roll_back()

    def _roll_back(self) -> None:
        """Roll back what was not committed, if anything."""
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _refuse_read_only(self) -> None:
        if self._read_only:
            raise cannot(self.location, "was opened for reading only", help="open it for writing")

    def _refuse_failed(self) -> None:
        if self._failed:
            message = f'store "{printable(self.location)}" takes no more: the disk failed at an append'
            help = "open it again, and append the same records again; nothing is kept twice"
            raise StoreError(Problem("C511", message, help=help))

    def _stored_head(self) -> Head:
        rows = self._connection.execute("SELECT position, chain FROM head").fetchall()
        match rows:
            case [(int(position), bytes(chain))] if position >= 0 and len(chain) == len(GENESIS):
                return Head(position, chain.hex())
        raise Damaged(damaged(self.location, "its head cannot be read"))

    def _current_end(self) -> End:
        """Where the store ends; the last record is read only if another handle has written since."""
        head = self._stored_head()
        if self._end is None or self._end.head != head:
            last = self._last(head)
            self._end = End(head, last.recorded_at if last else "")
        return self._end

    def _last(self, head: Head) -> Record | None:
        """The last record. Raises ``Damaged`` unless ``head`` says that the store ends with it."""
        rows = self._rows(_LAST)
        last = proven(rows[0]) if rows else None
        problem = ending(head_of(last), head)
        if problem:
            raise Damaged(problem)
        return last

    def _held(self, ids: Collection[str]) -> dict[str, NewRecord]:
        """What the store has under these ids."""
        held: dict[str, NewRecord] = {}
        wanted = list(ids)
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            some = wanted[start : start + _IDS_AT_ONCE]
            marks = ",".join("?" * len(some))
            for record in self._rows(f"SELECT {_COLUMNS} FROM records WHERE id IN ({marks})", some):
                held[record.id] = NewRecord(*proven(record)[2:5])
        return held

    def _chain_at(self, position: int) -> bytes:
        if not position:
            return GENESIS
        rows = self._rows(_READ, (position - 1, position))
        if not rows:
            raise Damaged(missing_at(position))
        return proven(rows[0]).chain

    def _pages(self, start: int, stop: int) -> Iterator[Record]:
        while start < stop and (page := self._rows(_READ, (start, stop))):
            yield from page
            if page[-1].position <= start:
                raise Damaged(damaged(self.location, "its records are out of order"))
            start = page[-1].position

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[Record]:
        with self._lock, self._reported:
            try:
                rows = self._connection.execute(query, values).fetchall()
            except sqlite3.OperationalError as error:
                if not str(error).startswith("Could not decode"):
                    raise
                rows = self._rows_with_damaged_text(query, values)
        return list(map(Record._make, rows))

    def _rows_with_damaged_text(self, query: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        """Rows in which some text is not valid UTF-8.

        Its replacement makes the checksum fail at that record.
        """
        self._connection.text_factory = lambda text: text.decode(errors="replace")
        try:
            return self._connection.execute(query, values).fetchall()
        finally:
            self._connection.text_factory = str

    def _examined(self, progress: Progress | None) -> Verification:
        try:
            head = self.head()
        except Damaged as damage:
            return Verification(0, head_of(None), damage.problems)
        return examined(self._pages(-_LARGEST, _LARGEST), head, progress)

    def _file_problems(self) -> tuple[Problem, ...]:
        """The faults of the file itself, found over a separate connection."""
        try:
            connection = sqlite_file.connect(Path(self.location), read_only=True, patience=self._patience)
            self._examining = connection
            try:
                with reported(self.location):
                    return tuple(damaged(self.location, fault) for fault in sqlite_tables.faults(connection))
            finally:
                self._examining = None
                connection.close()
        except StoreError as error:
            return error.problems


class _Taken(Exception):
    """An id that was assumed to be new exists in the store."""


def open_sqlite(
    location: str | Path,
    create: bool = False,
    read_only: bool = False,
    clock: Clock = utc_now,
    patience: float = 10.0,
) -> SqliteStore:
    """Open the store in the file ``location``; ``create`` makes one when there is no file.

    ``patience`` is how many seconds to wait for another writer. Raises ``StoreError``: C501 for a file that
    is not a store, C502 for one of a newer version, C507 when there is none or it cannot be opened, C515 for
    an older format unless ``read_only``.
    """
    path = Path(location)
    if create and not read_only:
        sqlite_file.make(path)
    return SqliteStore(path, read_only, clock, patience)


def migrate_sqlite(location: str | Path, patience: float = 10.0) -> tuple[int, int]:
    """Bring the store in the file ``location`` to the current format; gives the format before and after."""
    return sqlite_file.migrate(Path(location), patience)
