"""The SQL statements of a PostgreSQL store."""

from __future__ import annotations

from psycopg import sql

from chronicle.stores.postgresql import connection as postgresql_connection
from chronicle.stores.postgresql import tables as postgresql_tables

_PAGE = 2000


class Statements:
    """The SQL statements for the store in one schema."""

    def __init__(self, schema: str) -> None:
        records = sql.Identifier(schema, "records")
        columns = sql.SQL(postgresql_connection.COLUMNS)
        names = {"records": records, "head": sql.Identifier(schema, "head"), "columns": columns}
        key = f"'{schema}.records'::regclass::oid"
        self.head = sql.SQL("SELECT position, chain FROM {head}").format(**names)
        self.last = sql.SQL("SELECT {columns} FROM {records} ORDER BY position DESC LIMIT 1").format(**names)
        self.by_ids = sql.SQL("SELECT {columns} FROM {records} WHERE id = ANY(%s)").format(**names)
        self.page = sql.SQL(
            "SELECT {columns} FROM {records} WHERE position > %s AND position <= %s "
            f"ORDER BY position LIMIT {_PAGE}"
        ).format(**names)
        self.at = sql.SQL(
            "SELECT {columns}, (SELECT before.chain FROM {records} AS before "
            "WHERE before.position = records.position - 1) "
            "FROM {records} AS records WHERE position = ANY(%s) ORDER BY position"
        ).format(**names)
        self.insert = sql.SQL("INSERT INTO {records} VALUES (%b, %b, %b, %b, %b, %b, %b)").format(**names)
        self.copy = sql.SQL("COPY {records} FROM STDIN (FORMAT binary)").format(**names)
        self.take_turn = sql.SQL(f"SELECT pg_advisory_xact_lock({postgresql_tables.LOCK}, {key}::integer)")
        self.listen = sql.SQL("LISTEN {}").format(sql.Identifier(f"chronicle_{schema}"))
