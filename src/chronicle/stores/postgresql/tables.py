"""The tables of a PostgreSQL store: how they are made and migrated.

Only for the store in this folder. ``docs/scale.md`` describes the tables, and the roles that use them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from psycopg import sql

from chronicle.stores.record import GENESIS

if TYPE_CHECKING:
    from psycopg import Connection

FORMAT_VERSION: Final = 1
"""The format that this code writes, and the newest that it reads; kept in the table ``format``."""

LOCK: Final = 0x4368726E
"""``Chrn``, the first half of the key of the lock of writers; the second half is the table of records."""

NOT_NEXT: Final = "ZC001"
"""The SQLSTATE with which the tables refuse records that do not follow upon the last one."""

_TABLES = (
    "CREATE TABLE {schema}.format (version integer NOT NULL)",
    """
    CREATE TABLE {schema}.records (
        position    bigint PRIMARY KEY CHECK (position > 0),
        recorded_at text COLLATE "C" NOT NULL,
        id          text COLLATE "C" NOT NULL UNIQUE,
        kind        text COLLATE "C" NOT NULL,
        body        text COLLATE "C" NOT NULL,
        checksum    bigint NOT NULL,
        chain       bytea NOT NULL
    )
    """,
    # Where the store ends. Without it, a missing last record would go unnoticed.
    """
    CREATE TABLE {schema}.head (
        single      boolean PRIMARY KEY CHECK (single),
        position    bigint NOT NULL,
        recorded_at text COLLATE "C" NOT NULL,
        chain       bytea NOT NULL
    )
    """,
    f"INSERT INTO {{schema}}.head VALUES (true, 0, '', '\\x{GENESIS.hex()}')",
)

# The body of a record is text, so that people can read it; what is hashed are its bytes in UTF-8.
_CANONICAL = r"""convert_to(position || E'\n' || recorded_at || E'\n' || id
                    || E'\n' || kind || E'\n' || body, 'UTF8')"""

_FUNCTIONS = (
    # Writers wait for a lock, so that positions become visible in order. Whatever the settings of the
    # session and the server, what was acknowledged is on disk.
    f"""
    CREATE FUNCTION {{schema}}.take_turn() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') THEN
            PERFORM set_config('synchronous_commit', 'on', true);
        END IF;
        PERFORM pg_advisory_xact_lock({LOCK}, TG_RELID::integer);
        RETURN NULL;
    END $$
    """,
    # Moves the head to the last of the records that were added, if they follow the head: without a gap, no
    # earlier in time, each chained to the one before. Runs as the owner; nobody else may move the head.
    rf"""
    CREATE FUNCTION {{schema}}.move_head() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        head {{schema}}.head;
        done record;
        last record;
    BEGIN
        SELECT * INTO STRICT head FROM {{schema}}.head;
        SELECT count(*) AS number, max(position) AS position, bool_and(follows) AS sound INTO done FROM (
            SELECT position, position = head.position + row_number() OVER chained
                AND recorded_at >= lag(recorded_at, 1, head.recorded_at) OVER chained
                AND chain = sha256(lag(chain, 1, head.chain) OVER chained || {_CANONICAL})
                AND strpos(recorded_at || id || kind || body, E'\n') = 0 AS follows
            FROM added WINDOW chained AS (ORDER BY position)
        ) AS examined;
        IF done.number = 0 THEN
            RETURN NULL;
        END IF;
        IF done.sound IS NOT TRUE THEN
            RAISE EXCEPTION 'records do not follow upon the last one' USING ERRCODE = '{NOT_NEXT}';
        END IF;
        SELECT position, recorded_at, chain INTO STRICT last FROM added WHERE position = done.position;
        UPDATE {{schema}}.head
            SET position = last.position, recorded_at = last.recorded_at, chain = last.chain;
        PERFORM pg_notify('chronicle_' || TG_TABLE_SCHEMA, last.position::text);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE FUNCTION {schema}.only_move_on() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.position <= OLD.position THEN
            RAISE EXCEPTION 'the head of a store only moves on' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
)

_TRIGGERS = (
    """
    CREATE TRIGGER writers_take_turns BEFORE INSERT ON {schema}.records
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.take_turn()
    """,
    """
    CREATE TRIGGER records_move_the_head AFTER INSERT ON {schema}.records
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {schema}.move_head()
    """,
    """
    CREATE TRIGGER records_are_never_changed BEFORE UPDATE ON {schema}.records
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('a record is never changed: record a correction')
    """,
    """
    CREATE TRIGGER records_are_never_deleted BEFORE DELETE OR TRUNCATE ON {schema}.records
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('a record is never deleted: record a retraction')
    """,
    """
    CREATE TRIGGER head_only_moves_on BEFORE UPDATE ON {schema}.head
    FOR EACH ROW EXECUTE FUNCTION {schema}.only_move_on()
    """,
    """
    CREATE TRIGGER head_is_one BEFORE INSERT OR DELETE OR TRUNCATE ON {schema}.head
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('the head of a store is one, and never deleted')
    """,
)

# Otherwise a trigger on a table of another role could move the head.
_RIGHTS = ("REVOKE ALL ON FUNCTION {schema}.take_turn(), {schema}.move_head() FROM PUBLIC",)

_STEPS: MappingProxyType[int, tuple[str, ...]] = MappingProxyType(
    {0: _TABLES + _FUNCTIONS + _TRIGGERS + _RIGHTS}
)
"""The statements that make the next format of each older one; 0 is no store. Records never change."""


# Not to_regclass, which may not see tables that another session has just made.
_NAMES = ("format", "records", "head")
_OURS = f"SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename IN {_NAMES}"


def version(connection: Connection[Any], schema: str) -> int:
    """The format of the store in ``schema``, 0 when there is none."""
    if len(connection.execute(_OURS, (schema,)).fetchall()) < len(_NAMES):
        return 0
    row = connection.execute(_in(schema, "SELECT max(version) FROM {schema}.format")).fetchone()
    return int(row[0]) if row and row[0] else 0


_TIME_OF_HEAD = """
    SELECT recorded_at = coalesce(
        (SELECT recorded_at FROM {schema}.records ORDER BY position DESC LIMIT 1), '') FROM {schema}.head
"""


def differences(connection: Connection[Any], schema: str) -> list[str]:
    """The names of triggers that are missing, disabled, changed or added, as a list.

    It has a further item when the head does not have the time of the last record.
    """
    made = dict(_as_made(connection, schema, statement) for statement in _TRIGGERS)
    found = {name: rest for name, *rest in connection.execute(_FOUND, {"schema": schema}).fetchall()}
    wrong = [name for name, rest in made.items() if found.get(name) != rest]
    time = connection.execute(_in(schema, _TIME_OF_HEAD)).fetchone()
    return [
        *wrong,
        *sorted(found.keys() - made.keys()),
        *([] if time == (True,) else ["the time in the head"]),
    ]


def is_torn(connection: Connection[Any], schema: str) -> bool:
    """Whether exactly one of the tables of a store is missing."""
    return len(connection.execute(_OURS, (schema,)).fetchall()) == len(_NAMES) - 1


def is_taken(connection: Connection[Any], schema: str) -> bool:
    """Whether ``schema`` has a table with one of the names of a store."""
    return connection.execute(_OURS, (schema,)).fetchone() is not None


def lock(connection: Connection[Any], schema: str) -> None:
    """Take the lock under which the tables in ``schema`` are made and changed, until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (LOCK, schema))


def migrate(connection: Connection[Any], schema: str, before: int) -> None:
    """Bring tables of the format ``before`` to ``FORMAT_VERSION``, in a transaction that holds the lock."""
    if before == 0:
        _make_schema(connection, schema)
    for step in range(before, FORMAT_VERSION):
        for statement in _STEPS[step]:
            connection.execute(_in(schema, statement))
    if before < FORMAT_VERSION:
        connection.execute(_in(schema, "DELETE FROM {schema}.format"))
        connection.execute(_in(schema, f"INSERT INTO {{schema}}.format VALUES ({FORMAT_VERSION})"))


_FOUND = """
    SELECT t.tgname, t.tgtype::integer, t.tgenabled::varchar, p.proname, p.prosecdef, p.prosrc::varchar
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relname IN ('records', 'head')
        AND NOT t.tgisinternal
    UNION ALL
    SELECT r.rulename, 0, '', '', false, '' FROM pg_rules r
    WHERE r.schemaname = %(schema)s AND r.tablename IN ('records', 'head')
"""

# The bits of ``tgtype``, by which the catalogue of PostgreSQL says when a trigger fires.
_BITS = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


def _as_made(connection: Connection[Any], schema: str, trigger: str) -> tuple[str, list[object]]:
    """The name of a trigger, and what the catalogue has for it when it is unchanged."""
    words = trigger.partition("EXECUTE")[0].split()
    name = trigger.partition("FUNCTION {schema}.")[2].partition("(")[0]
    function = next(each for each in _FUNCTIONS if f"FUNCTION {{schema}}.{name}(" in each)
    source = _in(schema, function).as_string(connection).split("$$")[1]
    kind = sum(bit for word, bit in _BITS.items() if word in words)
    return words[2], [kind, "O", name, "SECURITY DEFINER" in function, source]


def _make_schema(connection: Connection[Any], schema: str) -> None:
    # Asked first, since CREATE SCHEMA IF NOT EXISTS needs the right to create even where the schema exists.
    there = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone()
    if not there:
        connection.execute(_in(schema, "CREATE SCHEMA {schema}"))


def _in(schema: str, statement: str) -> sql.Composed:
    return sql.SQL(statement).format(schema=sql.Identifier(schema))
