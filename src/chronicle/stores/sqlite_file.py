"""The file of an SQLite store: how it is laid out, made and opened, and what its failures mean.

For ``sqlite.py`` alone. ``docs/format.md`` describes the same file for people.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from chronicle.errors import Damaged, Problem, StoreError, printable
from chronicle.stores.record import GENESIS

APPLICATION_ID = 0x4368726E
"""``Chrn`` in the header of the file: what tells a store from any other SQLite file."""

FORMAT_VERSION = 1
"""The format that this code writes, and the newest that it reads; kept as ``user_version``."""

_OLDEST_SQLITE = (3, 37, 0)
_SETTINGS = ("synchronous = FULL", "fullfsync = ON", "trusted_schema = OFF", "cell_size_check = ON")
_MAGIC = b"SQLite format 3\0"

_SCHEMA = (
    """
    CREATE TABLE records (
        position    INTEGER PRIMARY KEY,
        recorded_at TEXT NOT NULL,
        id          TEXT NOT NULL UNIQUE,
        kind        TEXT NOT NULL,
        body        TEXT NOT NULL,
        checksum    INTEGER NOT NULL,
        chain       BLOB NOT NULL
    ) STRICT
    """,
    # Where the store ends. Without it, nobody could tell that the last record is gone.
    """
    CREATE TABLE head (
        only     INTEGER PRIMARY KEY CHECK (only = 1),
        position INTEGER NOT NULL,
        chain    BLOB NOT NULL
    ) STRICT
    """,
    f"INSERT INTO head VALUES (1, 0, x'{GENESIS.hex()}')",
    """
    CREATE TRIGGER records_are_never_changed BEFORE UPDATE ON records
    BEGIN SELECT RAISE(ABORT, 'a record is never changed: record a correction'); END
    """,
    """
    CREATE TRIGGER records_are_never_deleted BEFORE DELETE ON records
    BEGIN SELECT RAISE(ABORT, 'a record is never deleted: record a retraction'); END
    """,
    # INSERT OR REPLACE deletes without asking the trigger above.
    """
    CREATE TRIGGER records_are_never_replaced BEFORE INSERT ON records
    WHEN EXISTS (SELECT 1 FROM records WHERE position = NEW.position OR id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a record is never replaced: record a correction'); END
    """,
    """
    CREATE TRIGGER head_only_moves_on BEFORE UPDATE ON head WHEN NEW.position <= OLD.position
    BEGIN SELECT RAISE(ABORT, 'the head of a store only moves on'); END
    """,
    """
    CREATE TRIGGER head_is_never_deleted BEFORE DELETE ON head
    BEGIN SELECT RAISE(ABORT, 'the head of a store is never deleted'); END
    """,
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT_VERSION}",
)


def make(path: Path) -> None:
    """Make an empty store at ``path`` when nothing is there. Raises C507 when that cannot be done."""
    _refuse_old_sqlite(str(path))
    # Not with_name(), which refuses a path without a name in words of its own.
    draft = Path(f"{path}.{token_hex(4)}.new")
    try:
        if path.exists():
            return
        draft.touch(exist_ok=False)
        _lay_out(draft)
        _give_name(draft, path)
    except (OSError, ValueError) as error:
        why = f"cannot be made: {_reason(error)}"
        raise cannot(str(path), why, help="look at the folder and its permissions") from None
    finally:
        with suppress(OSError, ValueError):
            draft.unlink(missing_ok=True)


def connect(path: Path, read_only: bool, patience: float) -> sqlite3.Connection:
    """A connection to the store at ``path``. Raises C501, C502 or C507 when it is none."""
    _refuse_old_sqlite(str(path))
    _refuse_what_is_no_store(path)
    connection = _connection(path, patience)
    try:
        with reported(str(path)):
            _refuse_other_formats(path, connection)
            # A connection for reading may not write, but it may tidy up the two files that SQLite
            # puts beside the store while it is open; one opened with mode=ro would leave them there.
            connection.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_old_sqlite(location: str) -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        oldest = ".".join(map(str, _OLDEST_SQLITE))
        raise cannot(location, f"needs SQLite {oldest} or newer, not {sqlite3.sqlite_version}")


def _connection(path: Path, patience: float) -> sqlite3.Connection:
    with reported(str(path)):
        # As a URI, so that SQLite never makes a file; as_uri() escapes "?", "#" and "%" of the path.
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=patience,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
        return connection


def _lay_out(path: Path) -> None:
    """Tables, triggers and header, in one transaction, synced to disk."""
    connection = _connection(path, patience=0)
    try:
        with reported(str(path)):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute("COMMIT")
    finally:
        connection.close()


def _give_name(draft: Path, path: Path) -> None:
    """Name the finished file. When another process was faster, its store is the one to use."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:
        # Some file systems have no hard links.
        draft.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a new name durable; where folders cannot be opened (Windows), the system sees to it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refuse_what_is_no_store(path: Path) -> None:
    """Look at the first bytes, before SQLite is asked to make sense of the rest."""
    location = str(path)
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except FileNotFoundError:
        way = "make it by recording events: chronicle record FILES --into STORE"
        raise cannot(location, "does not exist", help=way) from None
    except (OSError, ValueError) as error:
        raise cannot(location, f"cannot be opened: {_reason(error)}") from None
    if not start:
        way = "remove the file; recording makes a new store"
        raise _not_a_store(location, "is not a store: the file is empty", help=way)
    if start != _MAGIC:
        way = "give the path of a store, or of a folder of event files"
        raise _not_a_store(location, "is not a store: it is no SQLite file", help=way)


def _refuse_other_formats(path: Path, connection: sqlite3.Connection) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID or version < 1:
        way = "give the path of a store"
        raise _not_a_store(str(path), "is not a store: it is an SQLite file of something else", help=way)
    if version > FORMAT_VERSION:
        what = f"is of format {version}, newer than {FORMAT_VERSION}, the newest that is known here"
        raise StoreError(
            Problem("C502", f'store "{printable(str(path))}" {what}', help="install a newer Chronicle")
        )


@contextmanager
def reported(location: str) -> Iterator[None]:
    """Whatever SQLite raises inside, as one of our errors."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(location, error) from error
    except UnicodeDecodeError as error:
        # SQLite quotes the damaged text in its message, and Python stumbles over that.
        raise Damaged(damaged(location, "it holds text that is not UTF-8")) from error


def _translated(location: str, error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    reason = printable(str(error))
    if code is None:
        if "closed" in reason:
            return cannot(location, "is closed", help="open it again")
        return Damaged(damaged(location, reason))
    return _TRANSLATIONS.get(code & 0xFF, _failed)(location, reason)


def _busy(location: str, _: str) -> StoreError:
    what = f'store "{printable(location)}" is busy: another process is writing'
    return StoreError(Problem("C508", what, help="try again in a moment"))


def _corrupt(location: str, reason: str) -> StoreError:
    return Damaged(damaged(location, reason))


def _other(location: str, reason: str) -> StoreError:
    return _not_a_store(location, f"is not a store: {reason}")


def _failed(location: str, reason: str) -> StoreError:
    way = "nothing of this append was kept, unless it is there when you read again; look at the disk"
    return cannot(location, f"cannot be read or written: {reason}", help=way)


_TRANSLATIONS = {
    # Our statements are right: an error in one means that the tables are not what they were.
    sqlite3.SQLITE_ERROR: _corrupt,
    sqlite3.SQLITE_CORRUPT: _corrupt,
    sqlite3.SQLITE_MISMATCH: _corrupt,
    sqlite3.SQLITE_CONSTRAINT: _corrupt,
    sqlite3.SQLITE_BUSY: _busy,
    sqlite3.SQLITE_LOCKED: _busy,
    sqlite3.SQLITE_NOTADB: _other,
}


def damaged(location: str, reason: str) -> Problem:
    """C510: the file is not what SQLite or we wrote."""
    return Problem(
        "C510",
        f'file of store "{printable(location)}" is damaged: {printable(reason)}',
        help="restore a backup; nothing was repaired",
    )


def cannot(location: str, why: str, help: str | None = None) -> StoreError:
    """C507: the store cannot do what was asked of it."""
    return StoreError(Problem("C507", f'store "{printable(location)}" {why}', help=help))


def _not_a_store(location: str, why: str, help: str | None = None) -> StoreError:
    return StoreError(Problem("C501", f'"{printable(location)}" {why}', help=help))


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
