"""Errors of SQLite as errors of Chronicle. Only for the store in this folder."""

from __future__ import annotations

import sqlite3
from types import TracebackType

from chronicle.errors import Damaged, Problem, StoreError, printable
from chronicle.stores.refusals import busy, cannot, not_a_store


class reported:  # noqa: N801  # reads as what it does: with reported(...)
    """Turns whatever SQLite raises inside into an error of Chronicle.

    A class, not a generator, since every append uses it: it takes a third of the time.
    """

    __slots__ = ("_location",)

    def __init__(self, location: str) -> None:
        self._location = location

    def __enter__(self) -> None:
        """Does nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise the error of Chronicle in place of that of SQLite."""
        if isinstance(error, sqlite3.Error):
            raise _translated(self._location, error) from error
        if isinstance(error, UnicodeDecodeError):
            # SQLite quotes the damaged text in its message, which Python then fails to decode.
            raise Damaged(damaged(self._location, "it holds text that is not UTF-8")) from error


def is_input_output(error: sqlite3.Error) -> bool:
    """Whether the disk failed, so that it is unknown which of the last writes are on it."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR


def damaged(location: str, reason: str) -> Problem:
    """The problem (C510) of a file that is not as SQLite and Chronicle wrote it."""
    return Problem(
        "C510",
        f'file of store "{printable(location)}" is damaged: {printable(reason)}',
        help="restore a backup; nothing was repaired",
    )


def _translated(location: str, error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    reason = printable(str(error))
    if code is None:
        if "closed" in reason:
            return cannot(location, "is closed", help="open it again")
        return Damaged(damaged(location, reason))
    return _TRANSLATIONS.get(code & 0xFF, _failed)(location, reason)


def _corrupt(location: str, reason: str) -> StoreError:
    return Damaged(damaged(location, reason))


def _other(location: str, _: str) -> StoreError:
    way = "give the path of a store, or of a folder of event files"
    return not_a_store(location, "is not a store: it is no SQLite file", help=way)


def _failed(location: str, reason: str) -> StoreError:
    way = "nothing of this append was kept, unless it is there when you read again; look at the disk"
    return cannot(location, f"cannot be read or written: {reason}", help=way)


def _not_writable(location: str, _: str) -> StoreError:
    way = "look at the rights to the file and to the files beside it; or open it for reading only"
    return cannot(location, "may not be written to", help=way)


def _not_opened(location: str, reason: str) -> StoreError:
    way = "SQLite keeps two files beside a store in use: look at the rights to its folder, or copy the store"
    return cannot(location, f"cannot be opened: {reason}", help=way)


_TRANSLATIONS = {
    # The statements are fixed, so an error in one means that the tables were changed.
    sqlite3.SQLITE_ERROR: _corrupt,
    sqlite3.SQLITE_CORRUPT: _corrupt,
    sqlite3.SQLITE_MISMATCH: _corrupt,
    sqlite3.SQLITE_CONSTRAINT: _corrupt,
    sqlite3.SQLITE_BUSY: busy,
    sqlite3.SQLITE_LOCKED: busy,
    sqlite3.SQLITE_NOTADB: _other,
    sqlite3.SQLITE_CANTOPEN: _not_opened,
    sqlite3.SQLITE_READONLY: _not_writable,
}
