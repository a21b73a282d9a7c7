"""The tables of a SQLite store: how they are made, and how those of older formats are migrated.

Only for ``file.py``. ``docs/format.md`` describes the tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from chronicle.stores.record import GENESIS

APPLICATION_ID: Final = 0x4368726E
"""``Chrn`` in the header of the file, by which a store differs from any other SQLite file."""

FORMAT_VERSION: Final = 2
"""The format that this code writes, and the newest that it reads; kept as ``user_version``."""

_RECORDS = """
    CREATE TABLE records (
        position    INTEGER PRIMARY KEY,
        recorded_at TEXT NOT NULL,
        id          TEXT NOT NULL UNIQUE,
        kind        TEXT NOT NULL,
        body        TEXT NOT NULL,
        checksum    INTEGER NOT NULL,
        chain       BLOB NOT NULL
    ) STRICT
"""

# Where the store ends. Without it, a missing last record would go unnoticed.
_HEAD = """
    CREATE TABLE head (
        only     INTEGER PRIMARY KEY CHECK (only = 1),
        position INTEGER NOT NULL,
        chain    BLOB NOT NULL
    ) STRICT
"""

_NEVER_CHANGED = """
    CREATE TRIGGER records_are_never_changed BEFORE UPDATE ON records
    BEGIN SELECT RAISE(ABORT, 'a record is never changed: record a correction'); END
"""

_NEVER_DELETED = """
    CREATE TRIGGER records_are_never_deleted BEFORE DELETE ON records
    BEGIN SELECT RAISE(ABORT, 'a record is never deleted: record a retraction'); END
"""

# INSERT OR REPLACE deletes without firing the trigger above. This one belongs to format 1.
_NEVER_REPLACED = """
    CREATE TRIGGER records_are_never_replaced BEFORE INSERT ON records
    WHEN EXISTS (SELECT 1 FROM records WHERE position = NEW.position OR id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a record is never replaced: record a correction'); END
"""

# Since format 2 positions have no gaps, even if another program writes to the file.
_ONLY_ADDED = """
    CREATE TRIGGER records_are_only_added BEFORE INSERT ON records
    WHEN NEW.position IS NOT (SELECT ifnull(max(position), 0) + 1 FROM records)
        OR EXISTS (SELECT 1 FROM records WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a record is only added, at the next position: record a correction'); END
"""

_HEAD_MOVES_ON = """
    CREATE TRIGGER head_only_moves_on BEFORE UPDATE ON head WHEN NEW.position <= OLD.position
    BEGIN SELECT RAISE(ABORT, 'the head of a store only moves on'); END
"""

_HEAD_STAYS = """
    CREATE TRIGGER head_is_never_deleted BEFORE DELETE ON head
    BEGIN SELECT RAISE(ABORT, 'the head of a store is never deleted'); END
"""

_EVERY_FORMAT = (_RECORDS, _HEAD, _NEVER_CHANGED, _NEVER_DELETED, _HEAD_MOVES_ON, _HEAD_STAYS)

_SCHEMAS: MappingProxyType[int, tuple[str, ...]] = MappingProxyType(
    {1: (*_EVERY_FORMAT, _NEVER_REPLACED), FORMAT_VERSION: (*_EVERY_FORMAT, _ONLY_ADDED)}
)

_MIGRATIONS: MappingProxyType[int, tuple[str, ...]] = MappingProxyType(
    {1: ("DROP TRIGGER records_are_never_replaced", _ONLY_ADDED)}
)
"""The statements that make the next format of each older one. Records never change."""


def lay_out(connection: sqlite3.Connection) -> None:
    """Make tables, triggers and header in an empty file, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMAS[FORMAT_VERSION]:
        connection.execute(statement)
    connection.execute("INSERT INTO head VALUES (1, 0, ?)", (GENESIS,))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
    connection.execute("COMMIT")


def migrate(connection: sqlite3.Connection) -> int:
    """Bring the tables to ``FORMAT_VERSION`` in one transaction, and give the format before."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        before = version(connection)
        for step in range(before, FORMAT_VERSION):
            for statement in _MIGRATIONS[step]:
                connection.execute(statement)
        if before < FORMAT_VERSION:
            connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return before


def version(connection: sqlite3.Connection) -> int:
    """The format of the file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def faults(connection: sqlite3.Connection) -> list[str]:
    """The faults in the structure of the file, its index, tables and triggers, in a few words each."""
    found = [str(text) for (text,) in connection.execute("PRAGMA integrity_check(5)").fetchall()]
    faults = [text for text in found if text != "ok"]
    names = _differences(connection, _SCHEMAS[version(connection)])
    return [*faults, f"not as it was made: {', '.join(names)}"] if names else faults


def _differences(connection: sqlite3.Connection, schema: Sequence[str]) -> list[str]:
    """The names of tables and triggers that are missing or changed, and of triggers that were added."""
    made = {_name(statement): _plain(statement) for statement in schema}
    found = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall())
    wrong = [name for name, statement in made.items() if _plain(str(found.get(name))) != statement]
    # Further tables and indexes do no harm; a trigger might.
    added = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
    # A damaged name may not be text.
    return wrong + [str(name) for (name,) in connection.execute(added).fetchall() if name not in made]


def _name(statement: str) -> str:
    return statement.split()[2]


def _plain(statement: str) -> str:
    return " ".join(statement.split())
