"""Tables of values over time: all spans of a view, and the same cut into rows for a warehouse.

A span has a window at each end. A warehouse needs a row for each time in which one answer holds, from
``valid_from``, inclusive, to ``valid_to``, exclusive, where no rows of a key overlap: a slowly changing
dimension of type 2. So the time of a key is cut where the answer changes: the value (of several possible ones
the one that begins last, as in ``State.share``), or whether it is certain.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import pairwise
from operator import attrgetter

from attrs import evolve, frozen

from chronicle.engine.replay import Span
from chronicle.engine.tables.columns import keys_of, named, text_of, values_of
from chronicle.engine.tables.table import Column, Table
from chronicle.engine.views import is_listed

_WINDOWS = (
    text_of("begin"),
    Column("begin_earliest", "day", attrgetter("begin.earliest")),
    Column("begin_latest", "day", attrgetter("begin.latest")),
    text_of("end"),
    Column("end_earliest", "day", lambda row: row.end and row.end.earliest),
    Column("end_latest", "day", lambda row: row.end and row.end.latest),
)


def spans_table(view: str, spans: Iterable[Span]) -> Table:
    """Spans of one view, one per row: key, value, the windows of begin and end, and the events.

    Spans in which nothing is held are left out.
    """
    columns = (
        *keys_of(view),
        *values_of(view),
        *_WINDOWS,
        *named("text", "ended_by"),
        *named("texts", "events"),
    )
    return Table(f"spans of {view}", columns, tuple(_listed(spans)))


@frozen
class Row:
    """A time in which one answer holds: from ``valid_from`` to ``valid_to``, exclusive (None: no end)."""

    span: Span
    valid_from: datetime.date
    valid_to: datetime.date | None
    certain: bool


def table_by_day(view: str, rows: Iterable[Row]) -> Table:
    """Rows by day of one view: key, value, ``valid_from``, ``valid_to`` (exclusive) and ``certain``."""
    of_span = (
        *keys_of(view),
        *values_of(view),
    )
    more = (*_WINDOWS, *named("texts", "events"))
    columns = (
        *(_of_span(column) for column in of_span),
        *named("day", "valid_from", "valid_to"),
        *named("flag", "certain"),
        *(_of_span(column) for column in more),
    )
    return Table(f"{view} by day", columns, tuple(rows))


def _of_span(column: Column) -> Column:
    return column._replace(read=lambda row: column.read(row.span))


def rows_by_day(spans: Iterable[Span]) -> Iterator[Row]:
    """The rows of the spans of one key, which are in the order of replay. No two rows overlap.

    A value that held on no day, since it changed again on the day of its begin, has no row.
    """
    cell = tuple(_listed(spans))
    pending: Row | None = None
    for row in _pieces(cell):
        if pending is not None and _goes_on(pending, row):
            pending = evolve(pending, valid_to=row.valid_to)
            continue
        if pending is not None:
            yield pending
        pending = row
    if pending is not None:
        yield pending


def _listed(spans: Iterable[Span]) -> Iterator[Span]:
    return (span for span in spans if is_listed(span.view, span.value))


def _goes_on(before: Row, after: Row) -> bool:
    same = before.span is after.span and before.certain == after.certain
    return same and before.valid_to == after.valid_from


def _pieces(cell: tuple[Span, ...]) -> Iterator[Row]:
    """A row for each time between two days on which any window of the cell opens or closes."""
    starting = sorted(range(len(cell)), key=lambda index: cell[index].possible_from)
    # A heap of the negative indexes of the possible spans: the one that begins last is on top.
    standing: list[int] = []
    position = 0
    for day, until in pairwise([*edges(cell), None]):
        assert day is not None
        while position < len(starting) and cell[starting[position]].possible_from <= day:
            heappush(standing, -starting[position])
            position += 1
        while standing and not cell[-standing[0]].possible(day):
            heappop(standing)
        if standing:
            span = cell[-standing[0]]
            yield Row(span, day, until, span.certain(day))


def edges(cell: Iterable[Span]) -> list[datetime.date]:
    """The days on which what is so of one key, or whether it is certain, may change."""
    days: set[datetime.date] = set()
    for span in cell:
        days.update((span.possible_from, span.certain_from))
        # A value that is never certain has ``datetime.date.min`` as ``certain_until``.
        ends = (day for day in (span.certain_until, span.possible_until) if day is not None)
        days.update(day for day in ends if day > span.possible_from)
        for doubt in span.doubts:
            days.update((doubt.since.earliest, *(() if doubt.until is None else (doubt.until.latest,))))
    return sorted(days)
