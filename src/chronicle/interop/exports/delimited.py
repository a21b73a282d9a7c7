"""CSV (RFC 4180, UTF-8): events, the facts of a day, every span, or rows for a warehouse.

Cells have the exact text that was stated, even where it begins with ``=``: import such columns as text, or
ask for cells that are safe in a spreadsheet.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import chain, islice
from typing import Any

from attrs import evolve

from chronicle.codec import encode
from chronicle.dates import FOREVER, PartialDate
from chronicle.engine import views
from chronicle.engine.replay import Span
from chronicle.engine.state import Fact
from chronicle.engine.tables import (
    Row,
    Table,
    named_facts_table,
    names_beside,
    rows_by_day,
    spans_table,
    table_by_day,
)
from chronicle.engine.views.data import fact_data, value_data
from chronicle.errors import obeyed_hidden
from chronicle.events import plain_name, reference_fields
from chronicle.interop.exports.material import Material, begun_by
from chronicle.interop.exports.plain import json_text, number_text, span_data
from chronicle.values import Share

_ROWS_AT_A_TIME = 1000


def events(material: Material) -> Iterator[bytes]:
    """A row for each event, by position, with a column for every field that any of them has.

    A value that is not one text, such as sources, is JSON. Last come the names, on the day of the event, of
    the entities in each field.
    """
    head = ("position", "id", "kind", "date", "date_earliest", "date_latest")
    fields: dict[str, None] = {}
    for event in material.written:
        fields.update(dict.fromkeys(encode(event)))
    more = [name for name in fields if name not in head]
    entities: dict[str, str] = {}
    for kind in dict.fromkeys(event.kind for event in material.written):
        entities.update(_entity_fields(kind))
    stated = [name for name in entities if name in fields]
    named = [f"{name}_name{'s' * (entities[name] == 'many')}" for name in stated]
    return _csv(material, (*head, *more, *named), _event_rows(material, more, stated))


def _entity_fields(kind: str) -> dict[str, str]:
    """The fields of a kind that name entities, each with its shape: one id, or many."""
    found = ((plain_name(name), what, shape) for name, what, shape in reference_fields(kind))
    return {name: shape for name, what, shape in found if what == "entity" and shape in ("one", "many")}


def _event_rows(material: Material, more: list[str], entities: list[str]) -> Iterator[list[object]]:
    for position, event in enumerate(material.written, 1):
        plain = encode(event)
        window = (event.date.earliest, event.date.latest)
        own, day = _entity_fields(event.kind), _last_day(event.date)
        names = [_called(material, plain.get(each), day) if each in own else None for each in entities]
        stated = (plain.get(name) for name in more)
        yield [position, event.id, event.kind, event.date, *window, *stated, *names]


def _last_day(date: PartialDate) -> datetime.date:
    """The last day of a date, or the first of one that has none."""
    return date.earliest if date.latest == FOREVER else date.latest


def _called(material: Material, stated: Any, day: datetime.date) -> object:
    """The name of an entity, or the names of a list of them, in which one without a name has its id."""
    if isinstance(stated, list):
        return [material.called(each, day) or each for each in stated]
    return None if stated is None else material.called(stated, day)


_PARTS = 3  # the most parts of a key of Chronicle's views; a user's own view may have more


def facts(material: Material) -> Iterator[bytes]:
    """A row for each fact: of one view with a column for each field, else of any view alike.

    Of any view: the parts of its key, its value as JSON, the ends of a share, and last the names of
    those parts that are entities.
    """
    state = material.state
    if material.view is not None:
        return _table(material, facts_of(material, material.view))
    asked = (fact for view in material.views_asked() for fact in state.view(view))
    parts, more = _parts(material), ("certain", "since", "events")
    rows = (
        [*_common(fact, parts), *_rest(fact_data(fact), *more), *_names(fact, parts, material, state.as_of)]
        for fact in asked
    )
    return _csv(material, (*_common_columns(parts), *more, *_name_columns(parts)), rows)


def facts_of(material: Material, view: str) -> Table:
    """The facts of one view on the day of the material, with the names of entities last."""
    material.views_asked()
    return named_facts_table(view, material.state.view(view), material.state.name)


def spans(material: Material) -> Iterator[bytes]:
    """A row for each span: of one view with a column for each part of its value, else as ``facts``."""
    if material.view is not None:
        return _table(material, spans_of(material, material.view))
    parts = _parts(material)
    windows = ("begin", "begin_earliest", "begin_latest", "end", "end_earliest", "end_latest")
    more = (*windows, "ended_by", "events")
    rows = (
        [
            *_common(span, parts),
            *_rest(span_data(span), *more),
            *_names(span, parts, material, begun_by(span)),
        ]
        for span in material.spans()
    )
    return _csv(material, (*_common_columns(parts), *more, *_name_columns(parts)), rows)


def spans_of(material: Material, view: str) -> Table:
    """The spans of one view, with the names that entities had when each began."""
    cells = material.cells(view)
    table = spans_table(view, [span for cell in cells for span in cell])
    return _with_names(view, table, lambda span, entity: material.called(entity, begun_by(span)))


def by_day(material: Material) -> Iterator[bytes]:
    """A row for each period with one answer, from ``valid_from`` until ``valid_to`` (exclusive).

    This is the form of a slowly changing dimension of type 2.
    """
    return _table(material, by_day_table(material))


def by_day_table(material: Material) -> Table:
    """The rows by day of the view that was asked for, by default of holdings, with names of the first day."""
    view = material.view or views.HOLDINGS
    table = table_by_day(view, (row for cell in material.cells(view) for row in rows_by_day(cell)))

    def name(row: Row, entity: str) -> str | None:
        return material.called(entity, row.valid_from)

    return _with_names(view, table, name)


def _with_names(view: str, table: Table, name: Callable[[Any, str], str | None]) -> Table:
    return evolve(table, columns=(*table.columns, *names_beside(view, table.columns, name)))


def _parts(material: Material) -> int:
    keys = (key for view in material.views_asked() for key in material.ledger.keys(view))
    return max(map(len, keys), default=_PARTS)


def _common_columns(parts: int) -> tuple[str, ...]:
    return ("view", *(f"key_{number}" for number in range(1, parts + 1)), "value", "minimum", "maximum")


def _common(fact: Fact | Span, parts: int) -> list[object]:
    share: Share | None = getattr(fact.value, "share", None)
    ends = (None, None) if share is None else (share.minimum, share.maximum)
    value = value_data(views.view_of(fact.view), fact.key, fact.value)["value"]
    return [fact.view, *fact.key, *[""] * (parts - len(fact.key)), value, *ends]


def _name_columns(parts: int) -> tuple[str, ...]:
    return tuple(f"key_{number}_name" for number in range(1, parts + 1))


def _names(fact: Fact | Span, parts: int, material: Material, day: datetime.date) -> list[object]:
    """The names of the parts of a key that are entities; None for the others."""
    places = views.view_of(fact.view).names
    names = [material.called(part, day) if at in places else None for at, part in enumerate(fact.key)]
    return [*names, *[None] * (parts - len(names))]


def _rest(data: dict[str, Any], *names: str) -> list[object]:
    return [" ".join(data[name]) if name == "events" else data[name] for name in names]


def _table(material: Material, table: Table) -> Iterator[bytes]:
    events = table.column_names.index("events")
    rows = ([*row[:events], " ".join(row[events]), *row[events + 1 :]] for row in table.rows())
    return _csv(material, table.column_names, rows)


def _csv(material: Material, header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    cell = _harmless if material.for_spreadsheets else _cell
    every = chain([header], rows)
    while chunk := list(islice(every, _ROWS_AT_A_TIME)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows([cell(value) for value in row] for row in chunk)
        yield text.getvalue().encode("utf-8", "replace")


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a cell that a spreadsheet may compute, the wide forms of East Asian type among them."""


def _harmless(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before a text that may be one."""
    text = _cell(value)
    is_text = isinstance(value, str) or not isinstance(value, (bool, int, Fraction))
    return f"'{text}" if is_text and text.startswith(_FORMULA) else text


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return number_text(value)
    if isinstance(value, (dict, list, tuple)):
        return json_text(value)
    # Only texts of a user's own view can have such characters: those of events have none.
    return obeyed_hidden(str(value))
