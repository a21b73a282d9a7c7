"""Fifty appends to a store, one after the other: what the tests of power loss and of failing disks watch.

As a program, ``python fifty_appends.py STORE LOG FIRST LAST`` does those from FIRST to LAST with the standard
module ``sqlite3`` and writes to LOG what it was told: so a watcher of its system calls sees both.
"""

from __future__ import annotations

import os
import random
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from chronicle.errors import StoreError
from chronicle.stores import NewRecord, Store, open_store

SMALL = {"wal_autocheckpoint": "40", "cache_size": "12"}
"""Settings with which checkpoints come often, and a large batch goes to the log before it is committed."""


def _batches() -> list[list[NewRecord]]:
    dice = random.Random(50)
    batches = []
    for number in range(1, 51):
        size = {20: 60, 40: 30}.get(number) or dice.choice((1, 1, 1, 2, 5))
        bodies = [b'{"n":"%s"}' % (b"x" * dice.randrange(900)) for _ in range(size)]
        batches.append(
            [NewRecord(f"event-{number}-{part}", "note.added", body) for part, body in enumerate(bodies, 1)]
        )
    return batches


BATCHES = _batches()
"""Single events and batches, two of them larger than the memory that SQLite is given."""


def append_all(
    path: Path,
    tell: Callable[[str, int], None],
    first: int = 1,
    last: int = len(BATCHES),
    failed: Callable[[Store], None] = Store.close,
) -> None:
    """Make the store and append the batches ``first`` to ``last``; half way it is closed and opened again.

    ``tell`` is called with "made" and 0 when there is a store, and with "began" and "acknowledged" and the
    number of the batch at every append. ``failed`` is called with the store when an append was refused.
    """
    store = open_store(path, create=True)
    tell("made", 0)
    for number in range(first, last + 1):
        tell("began", number)
        try:
            store.append(BATCHES[number - 1])
        except StoreError:
            failed(store)
            raise
        tell("acknowledged", number)
        if number == (first + last) // 2:
            store.close()
            store = open_store(path)
    store.close()


class SmallConnection(sqlite3.Connection):
    """A connection that keeps to ``SMALL`` whatever the store sets."""

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return super().execute(kept_to(SMALL, statement), *values)


def kept_to(settings: Mapping[str, str], statement: str) -> str:
    """The statement, or where it is one of the settings, that with its value."""
    words = statement.split()
    if words[0] == "PRAGMA" and len(words) > 2 and words[1] in settings:
        return f"PRAGMA {words[1]} = {settings[words[1]]}"
    return statement


def program(path: Path, log: Path, first: int = 1, last: int = len(BATCHES)) -> list[str]:
    """The command that does this in a process of its own."""
    return [sys.executable, __file__, str(path), str(log), str(first), str(last)]


def _main(path: str, log: str, first: str, last: str) -> int:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    connect = sqlite3.connect

    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, factory=SmallConnection, **options)
        for name in SMALL:
            connection.execute(f"PRAGMA {name} = as small")
        return connection

    def tell(what: str, number: int) -> None:
        os.write(descriptor, f"{what} {number}\n".encode())

    def failed(store: Store) -> None:
        """Try whether the store goes on all the same, and end without closing, as if killed."""
        for batch in BATCHES[int(last) :] or BATCHES[:1]:
            with suppress(StoreError):
                store.append(batch)
                tell("acknowledged after a failure", 0)
        tell("failed", 0)
        os._exit(3)

    sqlite3.connect = connected
    try:
        append_all(Path(path), tell, int(first), int(last), failed)
    except StoreError:
        tell("not made", 0)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
