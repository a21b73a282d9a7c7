"""Who is timed in the benchmarks of stores, and the work of one of many writers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from multiprocessing.synchronize import Barrier, Lock
from typing import Any, Protocol

from chronicle.stores import NewRecord, open_store
from peers import Peer, batch_of


class Keeper(Protocol):
    """What all who are timed have in common."""

    def append(self, records: Sequence[NewRecord]) -> object: ...

    def read(self) -> Iterator[object]: ...


class Plain:
    """SQLite alone, as a short script would use it: the same columns and index, and no proof of anything."""

    def __init__(self, location: str) -> None:
        self._connection = sqlite3.connect(location, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS records (position INTEGER PRIMARY KEY, recorded_at TEXT, "
            "id TEXT UNIQUE, kind TEXT, body TEXT, checksum INTEGER, chain BLOB) STRICT"
        )

    def append(self, records: Sequence[NewRecord]) -> None:
        rows = [
            ("2026-03-01T09:30:00.000000Z", id, kind, body.decode(), 0, bytes(32))
            for id, kind, body in records
        ]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "INSERT INTO records (recorded_at, id, kind, body, checksum, chain) VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
        self._connection.execute("COMMIT")

    def read(self) -> Iterator[object]:
        return iter(self._connection.execute("SELECT * FROM records ORDER BY position"))

    def close(self) -> None:
        self._connection.close()


OPENED: dict[str, Callable[[Any], Any]] = {
    "chronicle-sqlite": lambda place: open_store(place, create=True),
    "plain-sqlite": Plain,
    "eventsourcing-sqlite": Peer,
    "chronicle-postgresql": lambda place: open_store(place, create=True),
    "eventsourcing-postgresql": Peer,
}


def write(who: str, place: Any, name: str, *, appends: int, turn: Lock, start: Barrier) -> None:
    """Open, wait for the others, and append one record at a time."""
    # One after the other: the peer makes its functions in PostgreSQL anew, and of two at once one fails.
    with turn:
        keeper = OPENED[who](place)
    with closing(keeper) as opened:
        start.wait(60)
        for number in range(1, appends + 1):
            opened.append(batch_of(name, number, 1))
