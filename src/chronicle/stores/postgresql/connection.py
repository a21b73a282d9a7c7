"""The connection of a PostgreSQL store: how it is made and set up, and what is refused.

Only for the store in this folder.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Format
from psycopg.types.string import ByteaBinaryLoader

from chronicle.errors import Damaged, Problem, StoreError, printable
from chronicle.stores.postgresql import tables as postgresql_tables
from chronicle.stores.postgresql.address import Address
from chronicle.stores.postgresql.errors import damaged
from chronicle.stores.refusals import cannot, newer, not_a_store

# Our errors say what goes wrong; without a handler Python would print the warnings of psycopg as well.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

COLUMNS = "position, recorded_at::varchar, id::varchar, kind::varchar, body, checksum, chain"
"""The columns in the order of ``Record``. The connection loads ``text`` as bytes and ``varchar`` as text."""

_LOOK = "look at the address, and whether the server runs"
_PASSWORD = "give it in a password file, as docs/scale.md says"
_ASKED = "password"
_MAKE = "make it: chronicle migrate URL"
_PARAMETERS = {"connect_timeout": "10", "fallback_application_name": "chronicle"}

# These override the settings of the role and the database. Tables are always named with their schema, never
# found by a search path, and read by an index even before the server has statistics of them.
_SETTINGS = """
    SELECT set_config('search_path', 'pg_catalog', false),
        set_config('synchronous_commit', CASE current_setting('synchronous_commit')
            WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
        set_config('enable_seqscan', 'off', false),
        set_config('enable_bitmapscan', 'off', false),
        set_config('lock_timeout', %s, false),
        set_config('default_transaction_isolation', 'read committed', false),
        set_config('default_transaction_read_only', %s, false)
"""


def connect(address: Address, read_only: bool, patience: float = 10.0) -> psycopg.Connection[Any]:
    """A connection to the server of ``address``, with autocommit. Raises ``StoreError`` (C507).

    ``patience`` is how many seconds to wait for another writer.
    """
    connection, told = _connected(address)
    if connection is None:
        # Raised here and not in an except block: the error of libpq may quote the address with its password.
        raise cannot(address.shown, f"cannot be reached: {told}", help=_PASSWORD if _ASKED in told else _LOOK)
    try:
        _set_up(connection, address, read_only, patience)
    except BaseException:
        connection.close()
        raise
    return connection


def refuse_other_formats(
    connection: psycopg.Connection[Any], address: Address, create: bool, read_only: bool
) -> None:
    """Raise for a store that cannot be used; with ``create``, make it when there is none.

    C507 when there is no store, C502 for a newer format, C515 for an older one unless ``read_only``, and
    ``Damaged`` (C510) when one of its tables is missing.
    """
    found = postgresql_tables.version(connection, address.schema)
    if found == 0 and postgresql_tables.is_torn(connection, address.schema):
        raise Damaged(damaged(address.shown, "one of its tables is missing"))
    if found == 0 and create:
        migrate(connection, address)
        return
    if found == 0:
        raise cannot(address.shown, f'has no store in the schema "{address.schema}"', help=_MAKE)
    _refuse_newer(address, found)
    if found < postgresql_tables.FORMAT_VERSION and not read_only:
        what = f"is of format {found}, older than {postgresql_tables.FORMAT_VERSION}, and can only be read"
        message = f'store "{printable(address.shown)}" {what}'
        raise StoreError(Problem("C515", message, help="bring it up to date: chronicle migrate URL"))


def migrate(connection: psycopg.Connection[Any], address: Address) -> int:
    """Make the tables, or bring them to the current format; gives the format before. Raises C501 and C502.

    When two processes make the same store at the same time, the second waits and then finds it made.
    """
    schema = address.schema
    with connection.transaction():
        postgresql_tables.lock(connection, schema)
        found = postgresql_tables.version(connection, schema)
        _refuse_newer(address, found)
        if found == 0 and postgresql_tables.is_taken(connection, schema):
            why = f'has tables of something else in the schema "{schema}"'
            raise not_a_store(address.shown, why, help="give another schema: ?schema=NAME")
        postgresql_tables.migrate(connection, schema, found)
    return found


def rows_with_damaged_text(
    connection: psycopg.Connection[Any], query: sql.Composed, values: Sequence[object]
) -> list[tuple[Any, ...]]:
    """Rows in which some text is not valid UTF-8. Its replacement makes the checksum fail at that record."""
    with connection.cursor(binary=True) as cursor:
        cursor.adapters.register_loader("varchar", _Lenient)
        return cursor.execute(query, values).fetchall()


class _Lenient(Loader):
    """Loads text with a stand-in for each byte that is not valid UTF-8."""

    format = Format.BINARY

    def load(self, data: Buffer) -> str:
        return bytes(data).decode(errors="replace")


def _connected(address: Address) -> tuple[psycopg.Connection[Any] | None, str]:
    """A connection, or None and the reason, in words without a password."""
    try:
        asked = conninfo_to_dict(address.for_libpq)
        ours = {name: value for name, value in _PARAMETERS.items() if name not in asked}
        whole = make_conninfo(address.for_libpq, client_encoding="UTF8", **ours)
    except psycopg.Error:
        return None, "the address is not one that PostgreSQL understands"
    try:
        return psycopg.connect(whole, autocommit=True), ""
    except psycopg.Error as error:
        said = str(error).strip().partition("\n")[0].removeprefix("connection failed: ")
    return None, said.removeprefix("connection is bad: ")


def _set_up(connection: psycopg.Connection[Any], address: Address, read_only: bool, patience: float) -> None:
    """Set up the connection. Raises ``StoreError`` (C507) for a database that is not in UTF-8."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        help = "make a database for it: CREATE DATABASE chronicle ENCODING 'UTF8' TEMPLATE template0"
        raise cannot(address.shown, f"is in a database of the encoding {encoding}, not UTF8", help=help)
    connection.execute(_SETTINGS, (f"{max(1, round(patience * 1000))}ms", "on" if read_only else "off"))
    connection.adapters.register_loader("text", ByteaBinaryLoader)


def _refuse_newer(address: Address, found: int) -> None:
    if found > postgresql_tables.FORMAT_VERSION:
        raise newer(address.shown, found, postgresql_tables.FORMAT_VERSION)
