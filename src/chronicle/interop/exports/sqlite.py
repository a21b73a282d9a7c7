"""A SQLite file for datasette: tables with foreign keys, labels, indexes and views.

All tables refer to ``entities``, whose ``name`` is the label in datasette. ``holdings``, ``units``, ``names``
and other views have a row for each span. ``events`` has a row for each event, with the whole event as JSON;
``span_events`` has the events behind each span. ``holdings_by_day`` has a row for each period with one
answer. The views ``holdings_now`` and ``holdings_on_day`` add names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction

from chronicle.codec import encode
from chronicle.engine import views
from chronicle.engine.tables import Column, Table, rows_by_day, spans_table, table_by_day
from chronicle.errors import InvalidValue, Problem
from chronicle.interop.exports.columnar import read_back
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import data_line, json_text, number_text
from chronicle.stores.work_folders import work_folder

# The columns that have the id of an entity: parts of keys, and fields of values with the same name.
_ENTITY_PARTS = frozenset(name for name, refers in views.REFERS.items() if refers == "entity")
_TYPES = {
    "text": "TEXT",
    "texts": "TEXT",
    "integer": "INTEGER",
    "flag": "INTEGER",
    "day": "TEXT",
    "number": "REAL",
}
_LARGEST_INTEGER = 2**63 - 1

_SCHEMA = """
CREATE TABLE entities (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, short TEXT, type TEXT, jurisdiction TEXT, status TEXT
);
CREATE TABLE events (
    id TEXT PRIMARY KEY, position INTEGER NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL,
    date TEXT NOT NULL, date_earliest TEXT NOT NULL, date_latest TEXT NOT NULL,
    confidence TEXT, note TEXT, json TEXT NOT NULL
);
CREATE TABLE sources (
    id INTEGER PRIMARY KEY, event TEXT NOT NULL REFERENCES events(id), publisher TEXT, title TEXT, url TEXT,
    published TEXT, retrieved TEXT, quote TEXT, page TEXT
);
CREATE TABLE span_events (
    view TEXT NOT NULL, span INTEGER NOT NULL, event TEXT NOT NULL REFERENCES events(id),
    PRIMARY KEY (view, span, event)
) WITHOUT ROWID;
CREATE INDEX events_by_date ON events(date_earliest);
CREATE INDEX events_by_kind ON events(kind);
CREATE INDEX sources_by_event ON sources(event);
CREATE INDEX span_events_by_event ON span_events(event);
"""

_VIEWS = """
CREATE VIEW holdings_now AS
    SELECT holder, holders.name AS holder_name, target, targets.name AS target_name,
           "right", share, minimum, maximum, shares, begin, events
    FROM holdings
    JOIN entities AS holders ON holders.id = holder
    JOIN entities AS targets ON targets.id = target
    WHERE "end" IS NULL;
CREATE VIEW holdings_on_day AS
    SELECT holdings_by_day.*, holders.name AS holder_name, targets.name AS target_name
    FROM holdings_by_day
    JOIN entities AS holders ON holders.id = holder
    JOIN entities AS targets ON targets.id = target;
"""


def everything(material: Material) -> Iterator[bytes]:
    """The bytes of the whole file. Raises ``InvalidValue`` (C741) for a count that SQLite cannot keep."""
    with work_folder("export") as folder:
        path = folder / "export.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            _write(connection, material)
        with path.open("rb") as file:
            yield from read_back(file)


def _write(connection: sqlite3.Connection, material: Material) -> None:
    # The file is private until it is complete, so it need not survive a crash.
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    connection.executescript(_SCHEMA)
    with connection:
        _write_entities(connection, material)
        _write_events(connection, material)
        taken = set(_TAKEN)
        for view in material.ledger.views:
            name = _table_name(view, taken)
            taken.add(name.casefold())
            _write_view(connection, material, view, name)
    if {views.HOLDINGS, views.NAMES} <= set(material.ledger.views):
        connection.executescript(_VIEWS)
    connection.execute("ANALYZE")


def _write_entities(connection: sqlite3.Connection, material: Material) -> None:
    connection.executemany(
        "INSERT INTO entities VALUES (?, ?, ?, ?, ?, ?)",
        (_entity(material, entity) for entity in sorted(_mentioned(material))),
    )


def _mentioned(material: Material) -> set[str]:
    """Every id that a row may refer to: of entities with a name, and of those that were never declared."""
    found: set[str] = set()
    for name in material.ledger.views:
        view = views.view_of(name)
        for key in material.ledger.keys(name):
            found.update(key[position] for position in view.names)
        for column in _ENTITY_PARTS.intersection(view.entities):
            named = (getattr(span.value, column) for span in material.ledger.spans(name))
            found.update(filter(None, named))
    return found


def _entity(material: Material, entity: str) -> tuple[object, ...]:
    name, kind, status = (material.last(view, entity) for view in (views.NAMES, views.TYPES, views.STATUS))
    return (
        entity,
        data_line(name.name) if name else entity,
        name and name.short and data_line(name.short),
        kind and kind.type,
        kind and kind.jurisdiction,
        status and status.status,
    )


def _write_events(connection: sqlite3.Connection, material: Material) -> None:
    for position, event in enumerate(material.written, 1):
        plain = encode(event)
        window = (event.date.earliest.isoformat(), event.date.latest.isoformat())
        title = data_line(material.tell(event))
        connection.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(event.id, position, event.kind, title, str(event.date), *window),
                *(event.confidence, event.note, json_text(plain)),
            ),
        )
        for source in event.sources:
            parts = (source.publisher, source.title, source.url, source.published, source.retrieved)
            stated = (*parts, source.quote, source.page)
            connection.execute(
                "INSERT INTO sources VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
                (event.id, *(None if part is None else str(part) for part in stated)),
            )


def _write_view(connection: sqlite3.Connection, material: Material, view: str, name: str) -> None:
    spans = tuple(span for cell in material.cells(view) for span in cell)
    _write_table(connection, name, spans_table(view, spans))
    connection.executemany(
        "INSERT OR IGNORE INTO span_events VALUES (?, ?, ?)",
        ((view, number, event) for number, span in enumerate(spans, 1) for event in span.events),
    )
    if view == views.HOLDINGS:
        rows = (row for cell in material.cells(view) for row in rows_by_day(cell))
        _write_table(connection, f"{name}_by_day", table_by_day(view, rows))


_TAKEN = frozenset(
    {"entities", "events", "sources", "span_events", "holdings_by_day", "holdings_now", "holdings_on_day"}
)


def _table_name(view: str, taken: set[str]) -> str:
    """The name of the table of a view: that of the view, unless SQLite or another table has it."""
    plain = data_line(view)
    name, number = plain, 1
    while name.casefold() in taken or name.casefold().startswith("sqlite_"):
        name, number = f"view_{plain}" if number == 1 else f"view_{plain}_{number}", number + 1
    return name


def _write_table(connection: sqlite3.Connection, name: str, table: Table) -> None:
    columns = ", ".join(_column(column) for column in table.columns)
    connection.execute(f"CREATE TABLE {_quoted(name)} (id INTEGER PRIMARY KEY, {columns})")
    marks = ", ".join("?" * (len(table.columns) + 1))
    connection.executemany(
        f"INSERT INTO {_quoted(name)} VALUES ({marks})",
        ([number, *map(_cell, row)] for number, row in enumerate(table.rows(), 1)),
    )
    for column in table.columns:
        if column.name in _INDEXED or column.name in _ENTITY_PARTS:
            index = _quoted(f"{name}_by_{column.name}")
            connection.execute(f"CREATE INDEX {index} ON {_quoted(name)}({_quoted(column.name)})")


_INDEXED = frozenset({"begin_earliest", "valid_from", "ended_by"})


def _column(column: Column) -> str:
    points_to = ""
    if column.name in _ENTITY_PARTS and column.kind == "text":
        points_to = " REFERENCES entities(id)"
    elif column.name == "ended_by":
        points_to = " REFERENCES events(id)"
    return f"{_quoted(column.name)} {_TYPES[column.kind]}{points_to}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cell(value: object) -> object:
    """A value for SQLite: days as text, numbers as floats (their exact text is in another column)."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Fraction):
        return float(number_text(value))
    if isinstance(value, int):
        if abs(value) > _LARGEST_INTEGER:
            help = "export as JSON Lines or CSV, where numbers have no limit"
            raise InvalidValue(Problem("C741", "count is too large for a column of SQLite", help=help))
        return value
    text = json_text(value) if isinstance(value, (tuple, list)) else str(value)
    return text.encode("utf-8", "replace").decode()
