"""The file of a SQLite store: how it is made, opened and migrated. Only for the store in this folder."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

from chronicle.errors import Problem, StoreError, printable, reason_of
from chronicle.stores.drafts import drafted, sync, sync_folder
from chronicle.stores.refusals import cannot, newer, not_a_store
from chronicle.stores.sqlite import tables as sqlite_tables
from chronicle.stores.sqlite.errors import reported
from chronicle.stores.sqlite.tables import APPLICATION_ID, FORMAT_VERSION

_OLDEST_SQLITE = (3, 37, 0)
_SETTINGS = ("synchronous = FULL", "fullfsync = ON", "trusted_schema = OFF", "cell_size_check = ON")
# For writers: a cache for the index of ids, and fewer, larger checkpoints; but a log small enough that
# ``_write_log_anew`` is quick.
_WRITING = ("cache_size = -32000", "wal_autocheckpoint = 2000")
_AT_ONCE = 1 << 20


def make(path: Path) -> None:
    """Make an empty store at ``path`` unless a file is there. Raises C507 when that fails."""
    _refuse_old_sqlite(str(path))
    try:
        if path.exists():
            return
        with drafted(path) as draft:
            draft.touch(exist_ok=False)
            _lay_out(draft)
    except FileExistsError:
        # Another process has made the store meanwhile.
        return
    except (OSError, ValueError) as error:
        why = f"cannot be made: {reason_of(error)}"
        raise cannot(str(path), why, help="look at the folder and its permissions") from None


def connect(path: Path, read_only: bool, patience: float) -> sqlite3.Connection:
    """A connection to the store at ``path``.

    Raises ``StoreError``: C501 for what is not a store, C502 for a newer version, C507 when it cannot be
    opened, and C515 for an older format unless ``read_only``.
    """
    _refuse_old_sqlite(str(path))
    _refuse_what_is_no_store(path)
    connection = _connection(path, patience, _is_fixed(path) if read_only else False)
    try:
        with reported(str(path)):
            _refuse_other_formats(path, connection)
            _write_log_anew(path, connection, read_only)
            connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
            if read_only:
                # Such a connection cannot write, but removes the two files that SQLite keeps beside an open
                # store; one opened with mode=ro would leave them there.
                connection.execute("PRAGMA query_only = ON")
            else:
                _refuse_older_format(path, connection)
                _prepare_for_writing(path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def migrate(path: Path, patience: float) -> tuple[int, int]:
    """Bring the store at ``path`` to the current format; gives the format before and after.

    Raises ``StoreError``: C501, C502 or C507 when it cannot be used, C508 when another process is writing.
    """
    _refuse_old_sqlite(str(path))
    _refuse_what_is_no_store(path)
    connection = _connection(path, patience, fixed=False)
    try:
        with reported(str(path)):
            _refuse_other_formats(path, connection)
            return sqlite_tables.migrate(connection), FORMAT_VERSION
    finally:
        connection.close()


def _refuse_old_sqlite(location: str) -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        oldest = ".".join(map(str, _OLDEST_SQLITE))
        raise cannot(location, f"needs SQLite {oldest} or newer, not {sqlite3.sqlite_version}")


def _connection(path: Path, patience: float, fixed: bool) -> sqlite3.Connection:
    with reported(str(path)):
        # As a URI, so that SQLite never makes a file; as_uri() escapes "?", "#" and "%" of the path.
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{'mode=ro&immutable=1' if fixed else 'mode=rw'}",
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


def _is_fixed(path: Path) -> bool:
    """Whether to read the file alone, as it is now, without the two files by which SQLite shares it.

    So on a file system that is read-only. So also when nobody has the store open and this user may not write
    to it: SQLite would create the two files as this user, and the writers of the store could not use them; or
    when this user may make no files in its folder, where SQLite could not create them.
    """
    if _log_size(path):
        return False
    folder = path.absolute().parent
    if hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY:
        return True
    may_share = os.access(path, os.W_OK) and os.access(folder, os.W_OK)
    return not may_share and not os.path.exists(f"{path}-shm")


def _log_size(path: Path) -> int:
    """The size of the log that SQLite keeps beside a file in use, or after a crash; 0 without one."""
    try:
        return Path(f"{path}-wal").stat().st_size
    except OSError:
        return 0


def _write_log_anew(path: Path, connection: sqlite3.Connection, read_only: bool) -> None:
    """Make the log durable, before anything is built on it.

    After a failed sync the operating system takes data for written that never reached the disk, and the next
    sync reports success. What a writer left in the log before it was stopped may therefore be gone when the
    power fails, though SQLite reads it and copies it to the file. Writing the same bytes once more makes sure
    that they reach the disk. When another process is appending, it did so when it opened the store.
    """
    if not _log_size(path):
        return
    try:
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY}:
            return
        raise
    try:
        with Path(f"{path}-wal").open("r+b", buffering=0) as log:
            place = 0
            while page := log.read(_AT_ONCE):
                log.seek(place)
                place += log.write(page)
            sync(log.fileno())
    except OSError as error:
        # A reader without the right to write makes SQLite copy nothing from the log.
        if not (read_only and isinstance(error, PermissionError)):
            raise cannot(str(path), f"cannot be written: {reason_of(error)}", "look at the disk") from None
    finally:
        connection.execute("ROLLBACK")


def _prepare_for_writing(path: Path, connection: sqlite3.Connection) -> None:
    for setting in _WRITING:
        connection.execute(f"PRAGMA {setting}")
    _keep_a_log(path, connection)
    try:
        # SQLite syncs the name of a new log, but reports no error when that fails.
        sync_folder(path.absolute().parent)
    except OSError as error:
        raise cannot(str(path), f"cannot be written: {reason_of(error)}", "look at the disk") from None


def _keep_a_log(path: Path, connection: sqlite3.Connection) -> None:
    """Set the journal mode to WAL. With any other mode a power failure may undo a commit.

    SQLite answers with the mode that is in effect, and raises nothing when it cannot change it.
    """
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise cannot(str(path), "cannot be written: no log can be kept beside it", help="look at the disk")


def _lay_out(path: Path) -> None:
    """Make tables, triggers and header, synced to disk."""
    connection = _connection(path, patience=0, fixed=False)
    try:
        with reported(str(path)):
            _keep_a_log(path, connection)
            sqlite_tables.lay_out(connection)
    finally:
        connection.close()


def _refuse_what_is_no_store(path: Path) -> None:
    """Look at the file before SQLite opens it. Raises C501 and C507.

    The file is not opened here: closing it would release the locks that other connections of this process
    have on it, and another process could then remove the log while they use it.
    """
    location = str(path)
    try:
        status = path.stat()
    except FileNotFoundError:
        way = "make it by recording events: chronicle record FILES --into STORE"
        raise cannot(location, "does not exist", help=way) from None
    except (OSError, ValueError) as error:
        raise cannot(location, f"cannot be opened: {reason_of(error)}") from None
    if stat.S_ISDIR(status.st_mode):
        raise cannot(location, "cannot be opened: is a directory")
    if not os.access(path, os.R_OK):
        raise cannot(location, "cannot be opened: permission denied")
    if not status.st_size:
        way = "remove the file; recording makes a new store"
        raise not_a_store(location, "is not a store: the file is empty", help=way)


def _refuse_other_formats(path: Path, connection: sqlite3.Connection) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = sqlite_tables.version(connection)
    if application != APPLICATION_ID or version < 1:
        way = "give the path of a store"
        raise not_a_store(str(path), "is not a store: it is an SQLite file of something else", help=way)
    if version > FORMAT_VERSION:
        raise newer(str(path), version, FORMAT_VERSION)


def _refuse_older_format(path: Path, connection: sqlite3.Connection) -> None:
    version = sqlite_tables.version(connection)
    if version < FORMAT_VERSION:
        what = f"is of format {version}; format {FORMAT_VERSION} is written here"
        way = f"bring it up to date: chronicle migrate {printable(str(path))}"
        raise StoreError(Problem("C515", f'store "{printable(str(path))}" {what}', help=way))
