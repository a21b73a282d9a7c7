"""The store in PostgreSQL, for many writers on many machines.

Writers wait for a lock in the database, so positions have no gaps and become visible in order. A store may be
used from several threads, which share one connection; it must not be used after a fork. ``tables.py`` has the
tables; ``docs/scale.md`` says when to use this store, and with which roles.
"""

from __future__ import annotations

from chronicle.stores.postgresql import connection as postgresql_connection
from chronicle.stores.postgresql import tables as postgresql_tables
from chronicle.stores.postgresql.address import parsed
from chronicle.stores.postgresql.errors import reported
from chronicle.stores.postgresql.store import PostgresqlStore
from chronicle.stores.protocol import Clock
from chronicle.stores.record import utc_now

__all__ = ["PostgresqlStore", "migrate_postgresql", "open_postgresql"]


def open_postgresql(
    location: str,
    create: bool = False,
    read_only: bool = False,
    clock: Clock = utc_now,
    patience: float = 10.0,
) -> PostgresqlStore:
    """Open the store at ``location``; ``create`` makes its schema and tables when there are none.

    ``patience`` is how many seconds to wait for another writer. Raises ``StoreError``: C502 for a store of a
    newer version, C507 when there is none or it cannot be reached, C515 for an older format unless
    ``read_only``.
    """
    address = parsed(location)
    connection = postgresql_connection.connect(address, read_only, patience)
    try:
        with reported(address.shown):
            postgresql_connection.refuse_other_formats(
                connection, address, create and not read_only, read_only
            )
        return PostgresqlStore(address, connection, read_only, clock)
    except BaseException:
        connection.close()
        raise


def migrate_postgresql(location: str, patience: float = 10.0) -> tuple[int, int]:
    """Make the store at ``location`` or bring it to the current format; the format before and after."""
    address = parsed(location)
    connection = postgresql_connection.connect(address, read_only=False, patience=patience)
    try:
        with reported(address.shown):
            return postgresql_connection.migrate(connection, address), postgresql_tables.FORMAT_VERSION
    finally:
        connection.close()
