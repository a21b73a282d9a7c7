"""The store in one SQLite file: the default for everything that must outlive the process.

Many processes can read while one writes. A store may be used from several threads; it must not be used after
a fork. ``file.py`` makes and opens the file.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from chronicle.errors import AppendRefused, Damaged, Problem, StoreError
from chronicle.stores.database import DatabaseStore
from chronicle.stores.group import Outcome, Request, settled
from chronicle.stores.protocol import Clock
from chronicle.stores.record import End, Head, Record, stamp, utc_now
from chronicle.stores.sqlite import file as sqlite_file
from chronicle.stores.sqlite import tables as sqlite_tables
from chronicle.stores.sqlite.errors import damaged, is_input_output, reported
from chronicle.stores.verification import Linked, Progress, Verification

_PAGE = 2000
_IDS_AT_ONCE = 500
_POLL = 0.02

# The columns in the order of Record. The body is stored as text, which the sqlite3 shell shows, and read
# as bytes.
_COLUMNS = "position, recorded_at, id, kind, CAST(body AS BLOB), checksum, chain"
_READ = f"SELECT {_COLUMNS} FROM records WHERE position > ? AND position <= ? ORDER BY position LIMIT {_PAGE}"
# With the chain hash of the record before each.
_AT = (
    f"SELECT {_COLUMNS}, (SELECT before.chain FROM records AS before"
    " WHERE before.position = records.position - 1) FROM records WHERE position IN ({}) ORDER BY position"
)
_ROW = "(?, ?, ?, ?, ?, ?, ?)"
_INSERT = f"INSERT INTO records VALUES {_ROW}"
# Rows for each statement: many in one take a fifth less time than one by one.
_ROWS = 32
_INSERT_MANY = f"INSERT INTO records VALUES {', '.join([_ROW] * _ROWS)}"
_LAST = f"SELECT {_COLUMNS} FROM records ORDER BY position DESC LIMIT 1"

_AGAIN = "open it again, and append the same records again; nothing is kept twice"


class SqliteStore(DatabaseStore):
    """Keeps records in a SQLite file, in WAL mode, synced to disk at every append."""

    def __init__(self, path: Path, read_only: bool, clock: Clock, patience: float) -> None:
        """Use ``open_sqlite``, which can make a new file too."""
        super().__init__(str(path), read_only, clock)
        self._patience = patience
        self._connection = sqlite_file.connect(path, read_only, patience)
        self._reported = reported(self.location)
        self._examining: sqlite3.Connection | None = None

    def head(self) -> Head:
        """As the contract says."""
        with self._lock, self._reported:
            return self._stored_head()

    def verify(self, progress: Progress | None = None) -> Verification:
        """As the contract says; the structure of the file, its index and its triggers are verified too."""
        # Imported here: it takes longer than a question that a ledger on disk answers.
        from concurrent.futures import ThreadPoolExecutor

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
        with self._writing():
            head, recorded_at = end = self._current_end()
            held = self._held([id for request in requests for id in request.batch]) if looked_up else {}
            result = settled(requests, held, head, stamp(self._clock(), recorded_at))
            if not looked_up and any(isinstance(outcome, AppendRefused) for outcome in result.outcomes):
                # A record that exists already is no conflict, so the refusal may be wrong without a look-up.
                raise _Taken
            try:
                self._keep(result.added)
            except sqlite3.IntegrityError:
                if looked_up:
                    raise
                raise _Taken from None
        self._end = End(result.head, result.added[-1].recorded_at) if result.added else end
        return result.outcomes

    def _keep(self, records: Sequence[Record]) -> None:
        values: list[object] = []
        for position, recorded_at, id, kind, body, checksum, chain in records:
            # The body as text: to have SQLite turn bytes into text would take longer.
            values += (position, recorded_at, id, kind, body.decode(), checksum, chain)
        width, count = len(Record._fields), len(records)
        whole, kept = count - count % _ROWS, 0
        if whole:
            size = _ROWS * width
            many = (values[start : start + size] for start in range(0, whole * width, size))
            kept = self._connection.executemany(_INSERT_MANY, many).rowcount
        for start in range(whole * width, len(values), width):
            kept += self._connection.execute(_INSERT, values[start : start + width]).rowcount
        if records:
            end = (records[-1].position, records[-1].chain)
            moved = self._connection.execute("UPDATE head SET position = ?, chain = ?", end).rowcount
            self._refuse_lost(kept, count)
            self._refuse_lost(moved, 1)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All or nothing. Takes the right to write first, so that what is read stays true until the end."""
        with self._lock, self._reported:
            self._refuse_failed("the disk failed at an append", _AGAIN)
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

    def _stored_head(self) -> Head:
        return self._head_of(self._connection.execute("SELECT position, chain FROM head").fetchall())

    def _current_end(self) -> End:
        """Where the store ends; the last record is read only if another handle has written since."""
        head = self._stored_head()
        if self._end is None or self._end.head != head:
            last = self._last_of(self._rows(_LAST), head)
            self._end = End(head, last.recorded_at if last else "")
        return self._end

    def _writable_end(self) -> tuple[Head, Record | None]:
        head = self._stored_head()
        return head, self._last_of(self._rows(_LAST), head)

    def _page(self, start: int, stop: int) -> Sequence[Record]:
        return self._rows(_READ, (start, stop))

    def _at(self, positions: Sequence[int]) -> Sequence[Linked]:
        rows = self._fetched(_AT.format(",".join("?" * len(positions))), positions)
        return [(Record._make(row[:-1]), row[-1]) for row in rows]

    def _with_ids(self, ids: Sequence[str]) -> Sequence[Record]:
        found: list[Record] = []
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = ids[start : start + _IDS_AT_ONCE]
            marks = ",".join("?" * len(some))
            found += self._rows(f"SELECT {_COLUMNS} FROM records WHERE id IN ({marks})", some)
        return found

    def _sleep(self, seconds: float, _: int, /) -> None:
        time.sleep(min(_POLL, seconds))

    def _damage(self, reason: str) -> Damaged:
        return Damaged(damaged(self.location, reason))

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[Record]:
        return list(map(Record._make, self._fetched(query, values)))

    def _fetched(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._lock, self._reported:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.OperationalError as error:
                if not str(error).startswith("Could not decode"):
                    raise
                return self._rows_with_damaged_text(query, values)

    def _rows_with_damaged_text(self, query: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        """Rows in which some text is not valid UTF-8.

        Its replacement makes the checksum fail at that record.
        """
        self._connection.text_factory = lambda text: text.decode(errors="replace")
        try:
            return self._connection.execute(query, values).fetchall()
        finally:
            self._connection.text_factory = str

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
