"""Stores: append-only keepers of records. They know nothing of events.

``open_store`` opens one; ``protocol.Store`` is the contract that all of them keep. A new kind of store is a
file beside ``memory.py`` and a line in ``OPENERS`` and ``MIGRATORS``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from chronicle.errors import Problem, StoreError, not_installed
from chronicle.stores.protocol import Clock, Store
from chronicle.stores.record import Appended, Head, NewRecord, Record, utc_now
from chronicle.stores.verification import Progress, Verification

__all__ = [
    "MIGRATORS",
    "OPENERS",
    "Appended",
    "Clock",
    "Head",
    "Migrated",
    "NewRecord",
    "Progress",
    "Record",
    "Store",
    "Verification",
    "migrate_store",
    "open_store",
]

_SETTINGS = re.compile(
    r"\b(?:host|hostaddr|dbname|user|password|service)\s*=|^postgres(?:ql)?:", re.IGNORECASE
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


class Migrated(NamedTuple):
    """The formats of a store before and after a migration; ``before`` is 0 when there was no store."""

    before: int
    after: int


def open_store(
    location: str | Path, create: bool = False, read_only: bool = False, clock: Clock = utc_now
) -> Store:
    """Open the store at ``location``.

    That is the path of a SQLite file, ``postgresql://user@host/database`` (with ``?schema=NAME`` for another
    schema than ``chronicle``), or ``memory:`` for a new store in memory. ``create`` makes the store when
    there is none; without it nothing is ever made. ``clock`` gives the time for ``recorded_at``. Raises
    ``StoreError``: C501 for what is not a store, C502 for a newer version, C507 when it does not exist or
    cannot be opened, C515 for an older format that is opened for writing.
    """
    return OPENERS[_kind(location)](location, create, read_only, clock)


def migrate_store(location: str | Path) -> Migrated:
    """Bring the store at ``location`` to the current format; a store of this format stays as it is.

    Records are never changed. In PostgreSQL the tables are made where there are none. Raises ``StoreError``:
    C501 for what is not a store, C502 for a newer version, C507 when it does not exist or cannot be opened,
    C508 when it is busy.
    """
    return Migrated(*MIGRATORS[_kind(location)](location))


def _kind(location: str | Path) -> str:
    """The kind of store that a location names. Raises ``StoreError`` (C507) for an unknown scheme."""
    if location == "memory:":
        return "memory"
    scheme = _SCHEME.match(str(location))
    if not scheme:
        _refuse_settings(str(location))
        return "sqlite"
    if scheme[1].lower() in ("postgresql", "postgres"):
        return "postgresql"
    # Only the scheme is shown: the rest of such an address may hold a password.
    message = f'no kind of store is called "{scheme[1]}"'
    raise StoreError(Problem("C507", message, help="give the path of a file, postgresql://..., or memory:"))


def _refuse_settings(location: str) -> None:
    """Refuse (C507) connection settings of libpq, which would else become a file name, password and all."""
    if _SETTINGS.search(location):
        message = "settings of a server, where a store should be named"
        raise StoreError(Problem("C507", message, help="write it as postgresql://user@host/database"))


def _open_memory(location: str | Path, _: bool, __: bool, clock: Clock) -> Store:
    from chronicle.stores.memory import MemoryStore

    return MemoryStore(str(location), clock)


def _open_sqlite(location: str | Path, create: bool, read_only: bool, clock: Clock) -> Store:
    # Imported here, so that a history in files does not load sqlite3.
    from chronicle.stores.sqlite import open_sqlite

    return open_sqlite(location, create, read_only, clock)


def _open_postgresql(location: str | Path, create: bool, read_only: bool, clock: Clock) -> Store:
    store: Store = _postgresql().open_postgresql(str(location), create, read_only, clock)
    return store


def _migrate_memory(_: str | Path) -> tuple[int, int]:
    return 1, 1


def _migrate_sqlite(location: str | Path) -> tuple[int, int]:
    from chronicle.stores.sqlite import migrate_sqlite

    return migrate_sqlite(location)


def _migrate_postgresql(location: str | Path) -> tuple[int, int]:
    formats: tuple[int, int] = _postgresql().migrate_postgresql(str(location))
    return formats


def _postgresql() -> Any:
    try:
        from chronicle.stores import postgresql
    except ImportError:
        raise not_installed("psycopg", "which stores in PostgreSQL need", "postgresql") from None
    return postgresql


OPENERS: MappingProxyType[str, Callable[[str | Path, bool, bool, Clock], Store]] = MappingProxyType(
    {"memory": _open_memory, "sqlite": _open_sqlite, "postgresql": _open_postgresql}
)
"""The function that opens each kind of store, by the name of the kind."""

MIGRATORS: MappingProxyType[str, Callable[[str | Path], tuple[int, int]]] = MappingProxyType(
    {"memory": _migrate_memory, "sqlite": _migrate_sqlite, "postgresql": _migrate_postgresql}
)
"""The function that migrates each kind of store: it gives the format before, 0 for none, and after."""
