"""The values of a whole view that stand on a day, read column by column from a ledger on disk.

A text, a value and a date are decoded once, however many rows have them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from types import MappingProxyType
from typing import Any, Final

from chronicle.engine.replay import Key, StandingValue
from chronicle.engine.tables.columns import facts_of, keys_of
from chronicle.engine.tables.table import Column
from chronicle.ledgers.columns import Valued, block_name
from chronicle.ledgers.reading import StoredRows
from chronicle.ledgers.rows import DAYS, DOUBTED, UNLISTED, part_name
from chronicle.ledgers.texts import ERRORS, SaidTexts
from chronicle.ledgers.vectors import AT_ONCE, Rows, Searched, StandingRows, Vector, Vectors, listed, vectors

_FEW: Final = 100


def standing_rows(
    stored: StoredRows, view: str, day: datetime.date, vectors: Vectors, *, certain: bool
) -> Iterator[StandingRows]:
    """The listed rows of a view that may hold on a day, many at a time; if asked, also which certainly do."""
    place = stored.views[view]
    last = place.row + place.rows
    for first in range(place.row, last, AT_ONCE):
        within = range(first, min(last, first + AT_ONCE))
        searched = _searched(stored, within, vectors, certain=certain)
        standing = vectors.standing(searched, within, day.toordinal())
        # The days of all rows are a third of what is read for a table.
        stored.file.let_go()
        yield standing


def _searched(stored: StoredRows, within: range, vectors: Vectors, *, certain: bool) -> Searched:
    def held(name: str) -> Vector:
        return vectors.held(stored.file.within(f"rows.{name}", within.start, within.stop))

    def found() -> Searched:
        begins, certain_from, certain_until, ends = DAYS
        sure = (held(certain_from), held(certain_until)) if certain else None
        return Searched(held("flags"), held(begins), held(ends), sure)

    searched: Searched = stored.uniform.known(("searched", within, certain, type(vectors)), found)
    return searched


def all_standing(stored: StoredRows, view: str, day: datetime.date) -> Iterator[StandingValue]:
    """The listed values of a view that may hold on a day, in order of key."""
    if view not in stored.views:
        return
    quick, doubted = vectors(stored.views[view].rows), _doubted(stored, day)
    for standing, sure in standing_rows(stored, view, day, quick, certain=True):

        def taken(name: str, places: Rows = standing) -> Vector:
            return quick.take(stored.file.numbers(name), places)

        keys = _keys(stored, view, taken)
        values = _decoded(stored.value, taken("rows.value"))
        begins = _decoded(stored.date, taken("rows.begin"))
        rows, certain = listed(standing), [flag == 1 for flag in bytes(sure)]
        doubts = [doubted.get(row, ()) for row in rows] if doubted else [()] * len(rows)
        if doubted:
            certain = [sure and not events for sure, events in zip(certain, doubts, strict=True)]
        events = map(partial, repeat(stored.with_doubts), rows, doubts)
        # By ``map`` alone, since there are very many.
        yield from map(StandingValue, keys, values, certain, begins, events, doubts)


def some_standing(
    stored: StoredRows, view: str, parts: Mapping[int, str], day: datetime.date
) -> list[StandingValue]:
    """The listed values with some parts in their keys that may hold on a day.

    A look-up is little more than this, so it is written without calls that would be usual elsewhere.
    """
    ordinal, found = day.toordinal(), []
    _, certain_from, certain_until, _ = stored.days
    for row in rows_in(stored, stored.cells_with_all(view, parts), ordinal):
        doubts = _doubts(stored, row, day)
        sure = certain_from[row] <= ordinal < certain_until[row] and not doubts
        since, events = partial(stored.date, stored.begin_of[row]), partial(stored.with_doubts, row, doubts)
        key, value = stored.key(stored.cell_of[row]), stored.value(stored.value_of[row])
        found.append(StandingValue(key, value, sure, since, events, doubts))
    return found


def rows_in(stored: StoredRows, cells: Sequence[int], day: int) -> list[int]:
    """The listed rows of some cells that may hold on a day."""
    rows_from, flags, begins, ends = stored.rows_from, stored.flags, stored.days[0], stored.days[3]
    if isinstance(cells, range):
        # Their rows stand together.
        first, last = rows_from[cells.start], rows_from[cells.stop]
        whole = zip(range(first, last), begins[first:last], ends[first:last], flags[first:last], strict=True)
        return [row for row, begin, end, flag in whole if begin <= day < end and flag < UNLISTED]
    rows = (row for cell in cells for row in range(rows_from[cell], rows_from[cell + 1]))
    return [row for row in rows if begins[row] <= day < ends[row] and flags[row] < UNLISTED]


def _doubted(stored: StoredRows, day: datetime.date) -> Mapping[int, tuple[str, ...]]:
    """The rows that are doubted on a day, each with the ids of the events."""
    rows = dict.fromkeys(stored.file.numbers("doubts.row"))
    found = ((row, stored.doubted_by(row, day)) for row in rows)
    return {row: events for row, events in found if events}


def _keys(stored: StoredRows, view: str, taken: Callable[[str], Vector]) -> Iterable[Key]:
    parts = stored.views[view].parts
    if not parts:
        return map(stored.key, taken("rows.cell").tolist())
    names = stored.names.__getitem__
    return zip(*(_decoded(names, taken(part_name(part))) for part in range(parts)), strict=True)


def _decoded(of: Callable[[int], Any], numbers: Vector) -> Iterable[Any]:
    """What stands for each of some numbers, each made once."""
    wanted = numbers.tolist()
    made = {number: of(number) for number in dict.fromkeys(wanted)}
    return map(made.__getitem__, wanted)


Reader = Callable[[Sequence[int], datetime.date], Iterable[Any]]
"""What reads a column of the table of a view, of some rows on a day, as values of Python."""


LookUp = Callable[[Sequence[str], datetime.date], list[tuple[Any, ...]]]
"""What finds the rows on a day with some parts in their keys, and reads some columns of them."""


def look_up(stored: StoredRows, view: str, columns: Sequence[str], asked: Sequence[str]) -> LookUp:
    """What looks up rows of the table of a view: some ``columns``, by those parts of its keys that are asked.

    Raises ``KeyError`` for an unknown view, column or part.
    """
    place, keys = stored.views[view], {column.name: part for part, column in enumerate(keys_of(view))}
    positions = [keys[name] for name in asked]
    # A part that is asked for is the same in every row, and is not read.
    given = {name: number for number, name in enumerate(asked)}
    reads = [
        given.get(name, read) for name, read in zip(columns, readers(stored, view, columns), strict=True)
    ]
    in_first = stored.first_parts(view).rows if positions == [0] and place.parts else None

    def found(parts: Sequence[str], day: datetime.date) -> list[tuple[Any, ...]]:
        if in_first is None:
            cells = stored.cells_with_all(view, dict(zip(positions, parts, strict=True)))
            rows = rows_in(stored, cells, day.toordinal())
        else:
            rows = in_first(parts[0], day.toordinal())
        told = [[parts[read]] * len(rows) if type(read) is int else read(rows, day) for read in reads]
        return [*zip(*told, strict=True)]

    return found


def readers(stored: StoredRows, view: str, columns: Iterable[str]) -> list[Any]:
    """What reads each of some columns of the table of a view. Raises ``KeyError`` for an unknown one."""
    known = {column.name: column for column in facts_of(view)}
    return [_reader(stored, view, known[name]) for name in columns]


def _reader(stored: StoredRows, view: str, column: Column) -> Reader:
    keys = [each.name for each in keys_of(view)]
    if column.name in keys:
        return _key_reader(stored, column, keys.index(column.name))
    beside = _BESIDE.get(column.name)
    return _value_reader(stored, view, column) if beside is None else beside(stored)


def _key_reader(stored: StoredRows, column: Column, part: int) -> Reader:
    if column.kind == "texts":
        cell_of = stored.cell_of
        return lambda rows, _: [stored.key(cell_of[row]) for row in rows]
    number_of = stored.part_of_rows(part)
    names, starts, texts = stored.name, stored.names.starts, stored.names.bytes

    def read(rows: Sequence[int], _: datetime.date) -> Iterable[str]:
        if len(rows) > _FEW:
            return [names[number_of[row]] for row in rows]
        # Of a few rows each is decoded anew: to remember them takes longer.
        return [
            texts[starts[number := number_of[row]] : starts[number + 1]].tobytes().decode("utf-8", ERRORS)
            for row in rows
        ]

    return read


def _value_reader(stored: StoredRows, view: str, column: Column) -> Reader:
    value_of = stored.value_of
    if column.kind == "text":
        texts = SaidTexts(stored.file, block_name(view, column), stored.views[view].value)
        return lambda rows, _: map(texts.__getitem__, map(value_of.__getitem__, rows))

    def read(rows: Sequence[int], _: datetime.date) -> Iterable[Any]:
        values = [value_of[row] for row in rows]
        made = {value: column.read(Valued(stored.value(value))) for value in dict.fromkeys(values)}
        return map(made.__getitem__, values)

    return read


def _certain(stored: StoredRows) -> Reader:
    flags, (_, begins, ends, _) = stored.flags, stored.days

    if not len(stored.file.numbers("doubts.row")):

        def sure(rows: Sequence[int], day: datetime.date) -> Iterable[bool]:
            ordinal = day.toordinal()
            return [begins[row] <= ordinal < ends[row] for row in rows]

        return sure

    def read(rows: Sequence[int], day: datetime.date) -> Iterable[bool]:
        ordinal = day.toordinal()
        return [
            begins[row] <= ordinal < ends[row] and not (flags[row] & DOUBTED and stored.doubted_by(row, day))
            for row in rows
        ]

    return read


def _since(stored: StoredRows) -> Reader:
    begin_of, texts, dates = stored.begin_of, stored.dates.written, stored.dates.text
    return lambda rows, _: [texts[dates[begin_of[row]]] for row in rows]


def _since_earliest(stored: StoredRows) -> Reader:
    begin_of, days, made = stored.begin_of, stored.dates.earliest, datetime.date.fromordinal
    return lambda rows, _: [made(days[begin_of[row]]) for row in rows]


def _since_latest(stored: StoredRows) -> Reader:
    begin_of, days, made = stored.begin_of, stored.dates.latest, datetime.date.fromordinal
    return lambda rows, _: [made(days[begin_of[row]]) for row in rows]


def _events(stored: StoredRows) -> Reader:
    return lambda rows, day: [stored.with_doubts(row, _doubts(stored, row, day)) for row in rows]


def _doubts(stored: StoredRows, row: int, day: datetime.date) -> tuple[str, ...]:
    return stored.doubted_by(row, day) if stored.flags[row] & DOUBTED else ()


_BESIDE: Final[Mapping[str, Callable[[StoredRows], Reader]]] = MappingProxyType(
    {
        "certain": _certain,
        "since": _since,
        "since_earliest": _since_earliest,
        "since_latest": _since_latest,
        "events": _events,
    }
)
"""The columns that every view has beside its keys and values."""
