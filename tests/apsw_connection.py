"""A connection of the package ``apsw`` that passes for one of the standard module ``sqlite3``.

apsw has SQLite's file system in the hands of Python, which the standard module has not. The adapter knows
what the store uses and no more, so that the store under test is the store as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import apsw

from fifty_appends import kept_to

# The classes that the standard module raises for the first byte of a result code; DatabaseError for others.
_CLASSES = {
    apsw.SQLITE_INTERNAL: sqlite3.InternalError,
    apsw.SQLITE_NOTFOUND: sqlite3.InternalError,
    apsw.SQLITE_ERROR: sqlite3.OperationalError,
    apsw.SQLITE_PERM: sqlite3.OperationalError,
    apsw.SQLITE_ABORT: sqlite3.OperationalError,
    apsw.SQLITE_BUSY: sqlite3.OperationalError,
    apsw.SQLITE_LOCKED: sqlite3.OperationalError,
    apsw.SQLITE_READONLY: sqlite3.OperationalError,
    apsw.SQLITE_INTERRUPT: sqlite3.OperationalError,
    apsw.SQLITE_IOERR: sqlite3.OperationalError,
    apsw.SQLITE_FULL: sqlite3.OperationalError,
    apsw.SQLITE_CANTOPEN: sqlite3.OperationalError,
    apsw.SQLITE_PROTOCOL: sqlite3.OperationalError,
    apsw.SQLITE_SCHEMA: sqlite3.OperationalError,
    apsw.SQLITE_TOOBIG: sqlite3.DataError,
    apsw.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    apsw.SQLITE_MISMATCH: sqlite3.IntegrityError,
    apsw.SQLITE_MISUSE: sqlite3.InterfaceError,
}


class Rows:
    """What a statement gave, all of it: a statement of the store is done when ``execute`` returns."""

    def __init__(self, rows: list[tuple[Any, ...]], changed: int = -1) -> None:
        self._rows = iter(rows)
        self.rowcount = changed

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)


class Connection:
    """A connection through the file system ``vfs``, with the names of ``sqlite3.Connection``.

    It keeps to ``settings``, whatever the store sets.
    """

    def __init__(self, uri: str, vfs: str, timeout: float, settings: Mapping[str, str]) -> None:
        self.text_factory: object = str
        self._settings = settings
        try:
            self._connection = apsw.Connection(
                uri, flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI, vfs=vfs
            )
        except apsw.Error as error:
            raise translated(error) from error
        self._connection.set_busy_timeout(round(timeout * 1000))
        self._checkpoint_at(1000)
        for name, value in settings.items():
            self.execute(f"PRAGMA {name} = {value}")

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, statement: str, values: Sequence[object] = ()) -> Rows:
        statement = kept_to(self._settings, statement)
        if statement.startswith("PRAGMA wal_autocheckpoint = "):
            self._checkpoint_at(int(statement.rpartition(" ")[2]))
            return Rows([])
        try:
            before = self._connection.total_changes()
            rows = list(self._connection.execute(statement, values))
            return Rows(rows, self._connection.total_changes() - before)
        except apsw.ConnectionClosedError as error:
            raise sqlite3.ProgrammingError("Cannot operate on a closed database.") from error
        except apsw.Error as error:
            raise translated(error) from error

    def _checkpoint_at(self, most: int) -> None:
        """Copy the log to the file once it has so many pages, as SQLite does: a failure is not told.

        Were it left to SQLite, apsw would tell of it.
        """

        def checkpoint(connection: apsw.Connection, name: str, pages: int) -> int:
            if pages >= most:
                with suppress(apsw.Error):
                    connection.wal_checkpoint(name)
            return apsw.SQLITE_OK

        self._connection.set_wal_hook(checkpoint)

    def executemany(self, statement: str, values: Iterable[Sequence[object]]) -> Rows:
        try:
            before = self._connection.total_changes()
            self._connection.executemany(statement, values).fetchall()
            return Rows([], self._connection.total_changes() - before)
        except apsw.Error as error:
            raise translated(error) from error

    def close(self) -> None:
        # The standard module does not tell either that the last checkpoint failed.
        with suppress(apsw.Error):
            self._connection.close()


def translated(error: apsw.Error) -> sqlite3.Error:
    """The exception that the standard module raises for the same result code."""
    code = getattr(error, "extendedresult", apsw.SQLITE_ERROR)
    kind = _CLASSES.get(code & 0xFF, sqlite3.DatabaseError)
    result = kind(str(error) or "the disk failed")
    result.sqlite_errorcode = code
    return result
