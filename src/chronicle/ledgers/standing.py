"""The values of a whole view that stand on a day, read column by column from a ledger on disk.

A text, a value and a date are decoded once, however many rows have them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import repeat
from typing import Any

from chronicle.engine.replay import Key, StandingValue
from chronicle.ledgers.reading import StoredRows
from chronicle.ledgers.rows import DAYS
from chronicle.ledgers.vectors import AT_ONCE, StandingRows, Vector, Vectors, vectors


def standing_rows(
    stored: StoredRows, view: str, day: datetime.date, vectors: Vectors
) -> Iterator[StandingRows]:
    """The listed rows of a view that may hold on a day, many at a time."""
    place = stored.views[view]
    days = [stored.file.numbers(f"rows.{name}") for name in DAYS]
    flags = stored.file.numbers("rows.flags")
    last = place.row + place.rows
    for first in range(place.row, last, AT_ONCE):
        within = range(first, min(last, first + AT_ONCE))
        yield vectors.standing(days, flags, within, day.toordinal())


def all_standing(stored: StoredRows, view: str, day: datetime.date) -> Iterator[StandingValue]:
    """The listed values of a view that may hold on a day, in order of key."""
    if view not in stored.views:
        return
    quick, doubted = vectors(stored.views[view].rows), _doubted(stored, day)
    for standing in standing_rows(stored, view, day, quick):

        def taken(name: str, places: Vector = standing.rows) -> Vector:
            return quick.take(stored.file.numbers(name), places)

        keys = _keys(stored, view, taken("rows.cell"), quick)
        values = _decoded(stored.value, taken("rows.value"))
        begins = _decoded(stored.date, taken("rows.begin"))
        rows, certain = standing.rows.tolist(), [flag == 1 for flag in bytes(standing.certain)]
        doubts = [doubted.get(row, ()) for row in rows] if doubted else [()] * len(rows)
        if doubted:
            certain = [sure and not events for sure, events in zip(certain, doubts, strict=True)]
        events = map(partial, repeat(stored.with_doubts), rows, doubts)
        # By ``map`` alone, since there are very many.
        yield from map(StandingValue, keys, values, certain, begins, events, doubts)


def _doubted(stored: StoredRows, day: datetime.date) -> Mapping[int, tuple[str, ...]]:
    """The rows that are doubted on a day, each with the ids of the events."""
    rows = dict.fromkeys(stored.file.numbers("doubts.row"))
    found = ((row, stored.doubted_by(row, day)) for row in rows)
    return {row: events for row, events in found if events}


def _keys(stored: StoredRows, view: str, cells: Vector, quick: Vectors) -> Iterable[Key]:
    parts = stored.views[view].parts
    if not parts:
        return map(stored.key, cells.tolist())
    keys, firsts = (stored.file.numbers(f"cells.{name}") for name in ("keys", "keys_from"))
    places = quick.places(quick.take(firsts, cells))
    return zip(
        *(_decoded(stored.names.__getitem__, quick.take(keys[part:], places)) for part in range(parts)),
        strict=True,
    )


def _decoded(of: Callable[[int], Any], numbers: Vector) -> Iterable[Any]:
    """What stands for each of some numbers, each made once."""
    wanted = numbers.tolist()
    made = {number: of(number) for number in dict.fromkeys(wanted)}
    return map(made.__getitem__, wanted)
