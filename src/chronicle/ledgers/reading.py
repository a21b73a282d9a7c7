"""The rows of a ledger in a file, looked up by view and key; values are decoded when they are asked for."""

from __future__ import annotations

import datetime
import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from chronicle.dates import PartialDate
from chronicle.engine.replay import Bounds, Doubt, Guess, Key, Nothing, Span, with_doubts
from chronicle.ledgers.first_parts import FirstParts
from chronicle.ledgers.layout import LedgerFile, Numbers, numbers_of
from chronicle.ledgers.rows import (
    BOUNDED,
    DAYS,
    DOUBTED,
    ENDS_IN_NOTHING,
    FIRST,
    LAST,
    NEVER,
    ViewRows,
    order_name,
    part_name,
)
from chronicle.ledgers.texts import ERRORS, NONE, DecodedTexts, FoundTexts, StoredDates, TextTable
from chronicle.ledgers.uniform import UniformBlocks
from chronicle.ledgers.values import of_text, to_text


class StoredRows:
    """The rows in a file, and what their numbers stand for; each block is verified when it is first read."""

    key_parts, keys_from = numbers_of("cells.keys"), numbers_of("cells.keys_from")
    _turns, rows_from = numbers_of("cells.turns"), numbers_of("cells.rows_from")
    begin_of, _end = numbers_of("rows.begin"), numbers_of("rows.end")
    value_of, _ended_by = numbers_of("rows.value"), numbers_of("rows.ended_by")
    flags, cell_of = numbers_of("rows.flags"), numbers_of("rows.cell")
    _behind, _behind_from = numbers_of("rows.behind"), numbers_of("rows.behind_from")

    def __init__(self, file: LedgerFile) -> None:
        self.file = file
        self.views = {name: ViewRows(name, *rest) for name, *rest in file.about["views"]}
        self.names = FoundTexts(file, "names")
        self.event_ids = TextTable(file, "events")
        self.values = TextTable(file, "values")
        self.name = DecodedTexts(self.names)
        self.dates = StoredDates(file)
        self.uniform = UniformBlocks(file)
        self._decoded: dict[int, Any] = {}
        self._spans: dict[int, Span] = {}
        self._firsts: dict[str, FirstParts] = {}
        self._all: dict[str, dict[Key, int]] = {}
        self._met: dict[str, dict[Key, int]] = {}
        # The names that were last looked for, since several views are searched for one text.
        self._names_like: tuple[Callable[[str], bool] | None, set[int]] = None, set()

    @cached_property
    def days(self) -> list[Numbers]:
        """The columns of ``DAYS``."""
        return [self.file.numbers(f"rows.{name}") for name in DAYS]

    @cached_property
    def _doubts(self) -> list[Numbers]:
        return [self.file.numbers(f"doubts.{name}") for name in ("row", "since", "until", "event")]

    @cached_property
    def _empty(self) -> list[Numbers]:
        return [self.file.numbers(f"empty.{name}") for name in ("cell", "low", "high", "flags")]

    # Cells

    def key(self, cell: int) -> Key:
        """The key of a cell."""
        return tuple([self.name[number] for number in self._parts(cell)])

    def keys(self, view: str) -> list[Key]:
        """The keys of a view, in the order of the events that first changed them (``EventLog.turn``)."""
        if view not in self._all:
            # All cells by key, since callers that ask for all keys mostly look each of them up.
            self._all[view] = {self.key(cell): cell for cell in self._in_turn(self._cells(view))}
        return list(self._all[view])

    def _cells(self, view: str) -> range:
        if view not in self.views:
            return range(0)
        place = self.views[view]
        return range(place.cell, place.cell + place.cells)

    def _in_turn(self, cells: Sequence[int]) -> list[int]:
        return sorted(cells, key=self._turns.__getitem__)

    def find(self, view: str, key: Key) -> int | None:
        """The cell of a key, or None."""
        if view in self._all:
            return self._all[view].get(key)
        met = self._met.get(view, {}).get(key)
        if met is not None:
            return met
        found = [self.names.number(part) for part in key]
        cells, wanted = self._cells(view), [number for number in found if number is not None]
        if cells and self.views[view].parts == len(key):
            cells = self.first_parts(view).cells(key[0])
        if len(wanted) < len(key):
            return None
        place = bisect_left(cells, wanted, key=self._parts)
        return cells[place] if place < len(cells) and self._parts(cells[place]) == wanted else None

    def _parts(self, cell: int) -> list[int]:
        return self.key_parts[self.keys_from[cell] : self.keys_from[cell + 1]].tolist()

    def parts_of(self, view: str, position: int) -> Numbers:
        """One part of the keys of all cells of a view whose keys are of one length."""
        place, first = self.views[view], self.first_part[view]
        # A view without cells has keys of no length.
        parts = self.file.part("cells.keys", first, first + place.parts * place.cells)
        return parts[position :: place.parts or 1]

    def part_of_rows(self, part: int) -> Numbers:
        """One part of the key of each row; nothing where no key has so many parts."""
        name = part_name(part)
        return self.file.numbers(name) if name in self.file else memoryview(b"")

    @cached_property
    def first_part(self) -> Mapping[str, int]:
        """Where the parts of the keys of each view begin."""
        found, next_one = dict[str, int](), 0
        for name, place in self.views.items():
            found[name] = next_one
            next_one += place.parts * place.cells
            if not place.parts:
                next_one = self.keys_from[place.cell + place.cells]
        return found

    def where(self, view: str, position: int, part: str) -> list[Key]:
        """The keys of a view that have ``part`` at ``position``, in the order of ``keys``.

        Raises ``IndexError`` for a position that no key has.
        """
        return self._keys_of(view, self.cells_with(view, position, part))

    def beginning(self, view: str, parts: Key) -> list[Key]:
        """The keys of a view that begin with ``parts``, in the order of ``keys``."""
        cells, wanted = self.cells_with(view, 0, parts[0]), [self.names.number(part) for part in parts]
        return self._keys_of(view, [cell for cell in cells if self._parts(cell)[: len(wanted)] == wanted])

    def _keys_of(self, view: str, cells: Sequence[int]) -> list[Key]:
        keys = {self.key(cell): cell for cell in self._in_turn(cells)}
        # Remembered, since keys that were asked for are mostly looked up next.
        self._met.setdefault(view, {}).update(keys)
        return list(keys)

    def cells_with(self, view: str, position: int, part: str) -> Sequence[int]:
        """The cells of a view whose keys have ``part`` at ``position``.

        Raises ``IndexError`` for a position that no key has.
        """
        if view not in self.views:
            return ()
        parts = self.views[view].parts
        if parts and not position:
            return self.first_parts(view).cells(part)
        number, cells = self.names.number(part), self._cells(view)
        if number is None or not cells:
            return ()
        if position and not parts:
            return [cell for cell in cells if self._parts(cell)[position] == number]
        if position >= (parts or 1):
            raise IndexError(position)
        if not parts:
            return _equal(cells, number, lambda cell: self.key_parts[self.keys_from[cell]])
        column = self.parts_of(view, position)
        order = cast("Sequence[int]", self.file.numbers(order_name(self.views[view], position)))
        return _equal(order, number, lambda cell: column[cell - cells.start])

    def cells_with_all(self, view: str, parts: Mapping[int, str]) -> Sequence[int]:
        """The cells of a view with these parts in their keys, by position, of which there is at least one.

        In order of key. Raises ``IndexError`` for a position that no key has.
        """
        found = [self.cells_with(view, position, part) for position, part in parts.items()]
        if len(found) == 1 and isinstance(found[0], range):
            return found[0]
        return sorted(set(found[0]).intersection(*found[1:]))

    def first_parts(self, view: str) -> FirstParts:
        """The first parts of the keys of a view, whose keys are all of one length."""
        found = self._firsts.get(view)
        if found is None:
            place, parts = self.views[view], self.parts_of(view, 0)
            found = self._firsts[view] = FirstParts(self.file, place, self.names, parts)
        return found

    def keys_like(self, view: str, like: Callable[[str], bool], run: str = "") -> list[Key]:
        """The keys of a view that have a text for which ``like`` is true, in them or in their values.

        Only the texts that have ``run`` or are not in ASCII are looked at, and only the keys that are found
        are decoded. The text of a value is that in the file, which has more than the value.
        """
        if view not in self.views:
            return []
        place, cells = self.views[view], set[int]()
        if like != self._names_like[0]:
            self._names_like = like, self.names.like(like, run)
        named = self._names_like[1]
        said = self.values.like(like, run, place.value, place.value + place.values)
        if said:
            cells = self._cells_saying(place, said)
        if named:
            cells.update(cell for cell in self._cells(view) if not named.isdisjoint(self._parts(cell)))
        return self._keys_of(view, [*cells])

    def keys_saying(self, view: str, text: str) -> list[Key]:
        """The keys of a view that have a value in which a text stands for itself, at any place.

        Only the values that have it are looked at, and only the keys that are found are decoded.
        """
        place, starts, wanted = self.views[view], self.values.starts, to_text(text).encode("utf-8", ERRORS)
        first, behind = starts[place.value], starts[place.value + place.values]
        told, said = self.values.bytes[first:behind].tobytes(), set[int]()
        at = told.find(wanted)
        while at >= 0:
            number = bisect_right(starts, first + at, place.value, place.value + place.values) - 1
            said.add(number)
            at = told.find(wanted, starts[number + 1] - first)
        return self._keys_of(view, [*self._cells_saying(place, said)]) if said else []

    def _cells_saying(self, place: ViewRows, said: Container[int]) -> set[int]:
        """The cells of a view that have some of its values, by the numbers of these."""
        first, last = place.row, place.row + place.rows
        values, cells = (self.file.part(f"rows.{name}", first, last) for name in ("value", "cell"))
        return {cells[row] for row, number in enumerate(values) if number in said}

    def empty(self, cell: int) -> Iterator[Nothing]:
        """The times in which a cell may be empty by another order."""
        cells, low, high, flags = self._empty
        for place in range(bisect_left(cells, cell), bisect_right(cells, cell)):
            yield Nothing(
                datetime.date.fromordinal(low[place]),
                _day(high[place]),
                bool(flags[place] & FIRST),
                bool(flags[place] & LAST),
            )

    def guesses(self) -> list[Guess]:
        """The guesses: cells whose order could not be decided."""
        told = map(json.loads, TextTable(self.file, "guesses"))
        return [Guess(view, tuple(key), tuple(events), counted) for view, key, events, counted in told]

    # Rows

    def rows_of(self, view: str, key: Key) -> range:
        """The rows of a key; none for one that is not there."""
        cell = self.find(view, key)
        return range(0) if cell is None else range(self.rows_from[cell], self.rows_from[cell + 1])

    def rows_of_all(self, view: str, keys: Iterable[Key]) -> list[int]:
        """The rows of some keys, in order."""
        return sorted(row for key in keys for row in self.rows_of(view, key))

    def spans(self, view: str, cell: int) -> tuple[Span, ...]:
        """The spans of a cell, in the order of replay."""
        key = self.key(cell)
        return tuple(
            self.span(view, key, row) for row in range(self.rows_from[cell], self.rows_from[cell + 1])
        )

    def possible(self, cell: int, day: int) -> list[int]:
        """The rows of a cell that may hold on a day, given as its ordinal."""
        begins, ends = self.days[0], self.days[3]
        rows = range(self.rows_from[cell], self.rows_from[cell + 1])
        return [row for row in rows if begins[row] <= day < ends[row]]

    def span(self, view: str, key: Key, row: int) -> Span:
        """The span in a row, made once."""
        span = self._spans.get(row)
        if span is None:
            span = self._spans[row] = self._span(view, key, row)
        return span

    def _span(self, view: str, key: Key, row: int) -> Span:
        end, ended_by, flags = self._end[row], self._ended_by[row], self.flags[row]
        return Span(
            view,
            key,
            self.value(self.value_of[row]),
            self.dates[self.begin_of[row]],
            None if end == NONE else self.dates[end],
            None if ended_by == NONE else self.event_ids[ended_by],
            cast("Any", self),
            row,
            self._bounds(row) if flags & BOUNDED else None,
            doubts=tuple(doubt for _, doubt in self.doubts_of(row)) if flags & DOUBTED else (),
        )

    def doubted_by(self, row: int, day: datetime.date) -> tuple[str, ...]:
        """The ids of the events because of which a row is only possible on a day."""
        return tuple(doubt.event for _, doubt in self.doubts_of(row) if doubt.on(day))

    def with_doubts(self, row: int, doubted_by: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of the events behind a row, and of those that make it doubtful."""
        found = tuple(self.event_ids[number] for number in self.behind(row))
        return with_doubts(found, doubted_by) if doubted_by else found

    def all_values(self, view: str) -> Iterator[tuple[Key, Any]]:
        """Every value of a view with its key. None of them is kept, since there may be very many."""
        place = self.views.get(view)
        for cell in self._cells(view) if place else ():
            key = self.key(cell)
            for row in range(self.rows_from[cell], self.rows_from[cell + 1]):
                yield key, of_text(self.values[self.value_of[row]])

    def years(self) -> Counter[int]:
        """By year, how many values began in it, as far as that is certain: by the first day of each."""
        found: Counter[int] = Counter()
        for date, count in Counter(self.begin_of).items():
            found[self.year(date)] += count
        return found

    def year(self, date: int) -> int:
        """The year of the first day of a date, by its number."""
        return datetime.date.fromordinal(self.dates.earliest[date]).year

    def happened(
        self, first: datetime.date, last: datetime.date, without: Container[int] = ()
    ) -> dict[str, datetime.date]:
        """The ids of the events that began or ended a value from one day to another, each with its day.

        By these days; ``without`` some rows.
        """
        low, high, earliest = first.toordinal(), last.toordinal(), self.dates.earliest
        days = {date: day for date, day in enumerate(earliest) if low <= day <= high}
        found: dict[int, int] = {}
        for row, date in enumerate(self.begin_of):
            if date in days and row not in without:
                found.setdefault(self.behind(row)[-1], days[date])
        for row, date in enumerate(self._end):
            if date in days and self._ended_by[row] != NONE and row not in without:
                found.setdefault(self._ended_by[row], days[date])
        events = sorted(found, key=lambda event: (found[event], event))
        return {self.event_ids[event]: datetime.date.fromordinal(found[event]) for event in events}

    def value(self, number: int) -> Any:
        """The value with this number, decoded once."""
        if number not in self._decoded:
            self._decoded[number] = of_text(self.values[number])
        return self._decoded[number]

    def date(self, number: int) -> PartialDate:
        """The date with this number, made once."""
        return self.dates[number]

    def _bounds(self, row: int) -> Bounds:
        return Bounds(*(_day(column[row]) for column in self.days))

    def doubts_of(self, row: int) -> Iterator[tuple[int, Doubt]]:
        """The doubts about a row, each with the number of its event."""
        rows, since, until, event = self._doubts
        for place in range(bisect_left(rows, row), bisect_right(rows, row)):
            ended = None if until[place] == NONE else self.dates[until[place]]
            yield event[place], Doubt(self.dates[since[place]], ended, self.event_ids[event[place]])

    # What a span needs from its replay

    def events(self, view: str, key: Key, last: int) -> tuple[str, ...]:  # noqa: ARG002  # as replay has it
        """The ids of the events behind a row, causes first."""
        return tuple(self.event_ids[number] for number in self.behind(last))

    def behind(self, row: int) -> Sequence[int]:
        """The numbers of the events behind a row, causes first."""
        return self._behind[self._behind_from[row] : self._behind_from[row + 1]]

    def ends_in_nothing(self, view: str, key: Key, last: int) -> bool:  # noqa: ARG002
        """Whether a row ended without another value in its place."""
        return bool(self.flags[last] & ENDS_IN_NOTHING)


def _equal(cells: Sequence[int], number: int, at: Callable[[int], int]) -> Sequence[int]:
    """Those of some cells, sorted by ``at``, for which it gives ``number``."""
    begin = bisect_left(cells, number, key=at)
    return cells[begin : bisect_right(cells, number, begin, key=at)]


def _day(number: int) -> datetime.date | None:
    return None if number == NEVER else datetime.date.fromordinal(number)
