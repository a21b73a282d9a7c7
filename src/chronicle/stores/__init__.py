"""Stores: append-only keepers of records. They know no event.

``open_store`` opens one; ``protocol.Store`` is what all of them promise. A new kind of store
is a file beside ``memory.py`` and a line in the table at the foot of this one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from chronicle.errors import Problem, StoreError
from chronicle.stores.protocol import Clock, Store
from chronicle.stores.record import Appended, Head, NewRecord, Record, utc_now
from chronicle.stores.verification import Progress, Verification

__all__ = [
    "OPENERS",
    "Appended",
    "Clock",
    "Head",
    "NewRecord",
    "Progress",
    "Record",
    "Store",
    "Verification",
    "open_store",
]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def open_store(
    location: str | Path, create: bool = False, read_only: bool = False, clock: Clock = utc_now
) -> Store:
    """Open the store at ``location``: the path of an SQLite file, or ``memory:`` for a new one in memory.

    ``create`` makes the store when there is none; nothing is ever made otherwise. ``clock`` gives
    the time for ``recorded_at``. Raises ``StoreError``: C501 not a store, C502 of a newer version,
    C507 not there or not to be opened.
    """
    return OPENERS[_kind(location)](location, create, read_only, clock)


def _kind(location: str | Path) -> str:
    if location == "memory:":
        return "memory"
    scheme = _SCHEME.match(str(location))
    if not scheme:
        return "sqlite"
    # Only the scheme is shown: the rest of such an address may hold a password.
    message = f'no kind of store is called "{scheme[1]}"'
    raise StoreError(Problem("C507", message, help="give the path of a file, or memory:"))


def _open_memory(location: str | Path, _: bool, __: bool, clock: Clock) -> Store:
    from chronicle.stores.memory import MemoryStore

    return MemoryStore(str(location), clock)


def _open_sqlite(location: str | Path, create: bool, read_only: bool, clock: Clock) -> Store:
    # Here, so that who reads files alone never loads sqlite3.
    from chronicle.stores.sqlite import open_sqlite

    return open_sqlite(location, create, read_only, clock)


OPENERS: MappingProxyType[str, Callable[[str | Path, bool, bool, Clock], Store]] = MappingProxyType(
    {"memory": _open_memory, "sqlite": _open_sqlite}
)
"""Every kind of store, by name."""
