"""The store in one SQLite file: the default for everything that must outlive the process.

Many processes may read while one writes. A store may be used from several threads; it must not
be carried over a fork. ``sqlite_file.py`` has the file: how it is laid out, made and opened.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from chronicle.errors import Damaged, Problem
from chronicle.stores import sqlite_file
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

# The columns in the order of Record. The body is kept as text, for people with the sqlite3 shell,
# and read as the bytes that it is.
_COLUMNS = "position, recorded_at, id, kind, CAST(body AS BLOB), checksum, chain"
_READ = f"SELECT {_COLUMNS} FROM records WHERE position > ? AND position <= ? ORDER BY position LIMIT {_PAGE}"
_INSERT = "INSERT INTO records VALUES (?, ?, ?, ?, CAST(? AS TEXT), ?, ?)"
_LAST = f"SELECT {_COLUMNS} FROM records ORDER BY position DESC LIMIT 1"
_LARGEST = 2**63 - 1


class SqliteStore:
    """Keeps records in a SQLite file, in WAL mode, synced to disk at every append."""

    def __init__(self, path: Path, connection: sqlite3.Connection, read_only: bool, clock: Clock) -> None:
        """Use ``open_sqlite``, which makes sure that the file is a store."""
        self.location = str(path)
        self._connection = connection
        self._read_only = read_only
        self._clock = clock
        self._lock = RLock()

    def append(self, records: Sequence[NewRecord], expected: int | None = None) -> Appended:
        """As the contract says; synced to disk when this returns."""
        if self._read_only:
            raise sqlite_file.cannot(self.location, "was opened for reading only", help="open it for writing")
        batch = checked_batch(records)
        with self._transaction():
            head = self._stored_head()
            last = self._last(head)
            fresh = new_records(batch, self._held(batch), head.position, expected)
            added = chained(fresh, head, stamp(self._clock(), last.recorded_at if last else ""))
            if added:
                self._connection.executemany(_INSERT, added)
                head = Head(added[-1].position, added[-1].chain.hex())
                self._connection.execute(
                    "UPDATE head SET position = ?, chain = ?", (head.position, added[-1].chain)
                )
        return Appended(tuple(added), len(records) - len(added), head)

    def read(self, after: int = 0, limit: int | None = None) -> Iterator[Record]:
        """As the contract says. Read page by page, so that no long read holds the log of the writer."""
        head = self.head()
        start, stop = extent(after, limit, head.position)
        return verified(self._pages(start, stop), start, self._chain_at(start), stop, head)

    def get(self, id: str) -> Record | None:
        """As the contract says."""
        if not id.isprintable():
            return None
        found = self._rows(f"SELECT {_COLUMNS} FROM records WHERE id = ?", (id,))
        return proven(found[0]) if found else None

    def __contains__(self, id: object) -> bool:
        """As the contract says."""
        return isinstance(id, str) and self.get(id) is not None

    def head(self) -> Head:
        """As the contract says."""
        with self._reported():
            return self._stored_head()

    def verify(self, progress: Progress | None = None) -> Verification:
        """As the contract says; the structure of the file and its index are examined too."""
        with self._snapshot():
            try:
                head = self.head()
            except Damaged as damage:
                return Verification(0, head_of(None), damage.problems)
            result = examined(self._pages(0, _LARGEST), head, progress)
            return result._replace(problems=result.problems + self._file_problems())

    def close(self) -> None:
        """As the contract says."""
        with self._lock, sqlite_file.reported(self.location):
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        with self._lock, sqlite_file.reported(self.location):
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing. Takes the right to write first, so that what is read stays true until the end."""
        with self._reported():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                self._roll_back()

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """One state of the store, so that an append of another process is not taken for damage."""
        with self._reported():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._roll_back()

    def _roll_back(self) -> None:
        """Undo what was not committed; nothing, when all was."""
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _stored_head(self) -> Head:
        rows = self._connection.execute("SELECT position, chain FROM head").fetchall()
        match rows:
            case [(int(position), bytes(chain))] if position >= 0 and len(chain) == len(GENESIS):
                return Head(position, chain.hex())
        raise Damaged(sqlite_file.damaged(self.location, "its head cannot be read"))

    def _last(self, head: Head) -> Record | None:
        """The last record. It must be where ``head`` says, for nothing is added to a damaged end."""
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
                raise Damaged(sqlite_file.damaged(self.location, "its records are out of order"))
            start = page[-1].position

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[Record]:
        with self._reported():
            try:
                rows = self._connection.execute(query, values).fetchall()
            except sqlite3.OperationalError as error:
                if not str(error).startswith("Could not decode"):
                    raise
                rows = self._rows_with_damaged_text(query, values)
        return list(map(Record._make, rows))

    def _rows_with_damaged_text(self, query: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        """Rows of which some text is not UTF-8 any more. The stand-ins make the checksum name the record."""
        self._connection.text_factory = lambda text: text.decode(errors="replace")
        try:
            return self._connection.execute(query, values).fetchall()
        finally:
            self._connection.text_factory = str

    def _file_problems(self) -> tuple[Problem, ...]:
        try:
            with self._reported():
                rows = self._connection.execute("PRAGMA integrity_check(5)").fetchall()
        except Damaged as damage:
            return damage.problems
        return tuple(sqlite_file.damaged(self.location, str(text)) for (text,) in rows if text != "ok")


def open_sqlite(
    location: str | Path,
    create: bool = False,
    read_only: bool = False,
    clock: Clock = utc_now,
    patience: float = 10.0,
) -> SqliteStore:
    """Open the store in the file ``location``; ``create`` makes one when there is no file.

    ``patience`` is how many seconds to wait for another writer. Raises ``StoreError`` C501 for a
    file that is no store, C502 for one of a newer version, C507 when there is none or it cannot
    be opened.
    """
    path = Path(location)
    if create and not read_only:
        sqlite_file.make(path)
    connection = sqlite_file.connect(path, read_only, patience)
    return SqliteStore(path, connection, read_only, clock)
