"""The rows of a ledger: every span of a replay as numbers.

The only module that reads a replayed ledger in order to write it. Rows are sorted by view, key and the order
of replay. A cell is a key of a view; what all rows of a cell share is written once, for the cell.
"""

from __future__ import annotations

import datetime
import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from attrs import Factory, define

from chronicle.dates import PartialDate, Precision
from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.replay import Doubt, Guess, Key, Ledger, Log, Nothing, Span, pieces
from chronicle.engine.views import is_listed
from chronicle.ledgers.columns import of_values
from chronicle.ledgers.layout import Block, LedgerFile, numbers_of
from chronicle.ledgers.texts import NONE, DecodedTexts, Numbered, TextTable, slots_block, text_blocks
from chronicle.ledgers.values import likeness, to_text

NEVER: Final = 2**31 - 1
"""The number of a day after all days, for what has no end."""

ENDS_IN_NOTHING: Final = 1
"""The flag of a row that ended without another value in its place."""
BOUNDED: Final = 2
"""The flag of a row whose days are not those of the windows of its begin and end."""
DOUBTED: Final = 4
"""The flag of a row about which there are doubts, which are in blocks of their own."""
UNLISTED: Final = 8
"""The flag of a row that lists leave out, such as a share of zero."""

FIRST: Final = 1
LAST: Final = 2
"""The flags of a time in which a cell may be empty: ``Nothing.first`` and ``Nothing.last``."""

DAYS: Final = ("possible_from", "certain_from", "certain_until", "possible_until")
"""The days of a row: from when it is possible and certain (inclusive), and until when (exclusive)."""

PRECISIONS: Final[tuple[Precision, ...]] = ("year", "quarter", "month", "day", "range")

COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("cell", "value", "begin", "end", "ended_by"), "I"),
        **dict.fromkeys(DAYS, "i"),
        "flags": "B",
        "behind_from": "I",
    }
)
"""The columns of a row, each with its type code."""

_AT_ONCE: Final = 20_000


class ViewRows(NamedTuple):
    """Where the cells, rows and values of a view begin, and how many there are.

    ``parts`` is the number of parts of its keys, 0 where keys differ in that.
    """

    name: str
    cell: int
    cells: int
    row: int
    rows: int
    parts: int
    value: int
    values: int


_Dated = tuple[PartialDate, int, int, int]
NamedIds = tuple[Sequence[str], Sequence[str]]
"""The ids of all entities and of all deals that some event names, each sorted."""


class WholeReplay(NamedTuple):
    """A ledger, the events from which it was replayed, and the ids that these name."""

    ledger: Ledger
    log: EventLog
    named: NamedIds


@define
class _NumberedDates:
    """Dates as they occur, each with its number and the days of its window."""

    numbers: dict[str, _Dated] = Factory(dict)
    others: dict[PartialDate, int] = Factory(dict)
    dates: list[PartialDate] = Factory(list)
    # By the identity of the object, since most dates are shared objects.
    met: dict[int, _Dated] = Factory(dict)

    def __getitem__(self, date: PartialDate) -> int:
        return self.numbered(date)[1]

    def numbered(self, date: PartialDate) -> _Dated:
        """A date with its number and the first and the last day of its window as ordinals."""
        found = self.met.get(id(date))
        if found is None:
            found = self.met[id(date)] = self._numbered(date)
        return found

    def _numbered(self, date: PartialDate) -> _Dated:
        known = self.numbers.get(date.text)
        if known is not None and (known[0] is date or known[0] == date):
            # With this very object, so that it lives as long as its identity is used as a key.
            return date, *known[1:]
        made = date, len(self.dates), date.earliest.toordinal(), date.latest.toordinal()
        if known is None:
            self.numbers[date.text] = made
        elif date in self.others:
            # Made in code, with the text of another date.
            return date, self.others[date], *made[2:]
        else:
            self.others[date] = made[1]
        self.dates.append(date)
        return made

    def blocks(self) -> list[Block]:
        return dates_blocks(
            (
                date.text,
                date.earliest.toordinal(),
                date.latest.toordinal(),
                PRECISIONS.index(date.precision),
                date.approximate,
            )
            for date in self.dates
        )


WrittenDate = tuple[str, int, int, int, bool]
"""A date: its text, its first and last day as ordinals, the place of its precision, if it is approximate."""


def dates_blocks(dates: Iterable[WrittenDate]) -> list[Block]:
    """Dates as blocks, in the order of their numbers. Raises ``TooLarge``."""
    written, texts = [*dates], Numbered()
    text = array("I", [texts[date[0]] for date in written])
    return [
        *texts.blocks("dates"),
        Block("dates.text", "I", text),
        Block("dates.earliest", "i", array("i", [date[1] for date in written])),
        Block("dates.latest", "i", array("i", [date[2] for date in written])),
        Block("dates.precision", "B", bytes(date[3] for date in written)),
        Block("dates.approximate", "B", bytes(date[4] for date in written)),
    ]


class StoredDates:
    """The dates in a file by their numbers, each made once."""

    text = numbers_of("dates.text")
    earliest, latest = numbers_of("dates.earliest"), numbers_of("dates.latest")
    _precision, _approximate = numbers_of("dates.precision"), numbers_of("dates.approximate")

    def __init__(self, file: LedgerFile) -> None:
        self.file = file
        self.texts = TextTable(file, "dates")
        self.written = DecodedTexts(self.texts)
        self._made: dict[int, PartialDate] = {}

    def __getitem__(self, number: int) -> PartialDate:
        if number not in self._made:
            self._made[number] = self._date(number)
        return self._made[number]

    def _date(self, number: int) -> PartialDate:
        # Not read from the text: the file has what that says, and a date from code may differ from its text.
        return PartialDate(
            datetime.date.fromordinal(self.earliest[number]),
            datetime.date.fromordinal(self.latest[number]),
            PRECISIONS[self._precision[number]],
            bool(self._approximate[number]),
            self.texts[self.text[number]],
        )


class _RowColumns:
    """The columns while rows are added."""

    def __init__(self, names: Numbered) -> None:
        self.names, self.dates = names, _NumberedDates()
        self.events = Numbered()
        # The values of all views as texts; by value of this view its number; its values in that order.
        self.values, self.of_view, self.met = list[str](), dict[Any, tuple[int, int]](), list[Any]()
        self.keys, self.keys_from, self.turns, self.rows_from = (array("I") for _ in range(4))
        # Rows are collected and moved into the columns many at a time, which is quicker.
        self.told: list[tuple[int, ...]] = []
        self.rows = {name: array(code) for name, code in COLUMNS.items()}
        self.rows["behind_from"].append(0)
        self.behind = array("I")
        self.doubts = {name: array("I") for name in ("row", "since", "until", "event")}
        self.empty = {name: array(code) for name, code in (("cell", "I"), ("low", "i"), ("high", "i"))}
        self.empty_flags = bytearray()
        self.columns: list[Block] = []

    def take_cell(self, key: Key, turn: int) -> None:
        """Begin a cell, to which the next rows belong. ``turn`` is its place in the order of replay."""
        self.keys_from.append(len(self.keys))
        self.keys.extend([self.names.known(part) for part in key])
        self.turns.append(turn)
        self.rows_from.append(self.count)
        if len(self.told) > _AT_ONCE:
            self.lay_down()

    def take_log(self, ledger: Ledger, log: Log) -> None:
        """Add the rows of a cell that follow from its changes alone.

        Nearly all rows are added here, so it is written without calls that would be usual elsewhere.
        """
        numbers, numbered, cell = self.events.numbers, self.dates.numbered, len(self.turns) - 1
        for _, last, begin, following in pieces(log):
            view, key, operation, value, _, event, made_from = log[last]
            if operation == "set" and not made_from:
                self.behind.append(numbers.setdefault(event, len(numbers)))
            else:
                for event in ledger.behind(view, key, last):
                    self.behind.append(numbers.setdefault(event, len(numbers)))
            number, flags = self._value(view, value)
            ends, until, at_last, ended_by = NONE, NEVER, NEVER, NONE
            if following is not None:
                _, ends, until, at_last = numbered(following.window)
                ended_by = numbers.setdefault(following.event, len(numbers))
                flags |= 0 if following.value is not None else ENDS_IN_NOTHING
            _, begins, first, sure = numbered(begin)
            days = first, sure, until, at_last
            self.told.append((cell, number, begins, ends, ended_by, *days, flags, len(self.behind)))

    def take_spans(self, spans: Iterable[Span]) -> None:
        """Add the rows of a cell that has bounds, doubts or several values."""
        for span in spans:
            self._doubt(self.count, span.doubts)
            self.behind.extend([self.events[event] for event in span.events])
            number, flags = self._value(span.view, span.value)
            flags |= DOUBTED if span.doubts else 0
            flags |= BOUNDED if span.bounded else 0
            flags |= ENDS_IN_NOTHING if span.ended_by is not None and span.ends_in_nothing else 0
            # The end first, as in ``take_log``, so that dates have their numbers in one order.
            ends, begins = NONE if span.end is None else self.dates[span.end], self.dates[span.begin]
            ended_by = NONE if span.ended_by is None else self.events[span.ended_by]
            days = span.possible_from, span.certain_from, span.certain_until, span.possible_until
            ordinals = (NEVER if day is None else day.toordinal() for day in days)
            cell = len(self.turns) - 1
            self.told.append((cell, number, begins, ends, ended_by, *ordinals, flags, len(self.behind)))

    @property
    def count(self) -> int:
        """The number of rows so far."""
        return len(self.rows["cell"]) + len(self.told)

    def lay_down(self) -> None:
        """Move the rows that were added into the columns."""
        for column, numbers in zip(self.rows.values(), zip(*self.told, strict=True), strict=False):
            column.extend(numbers)
        self.told.clear()

    def _doubt(self, row: int, doubts: Iterable[Doubt]) -> None:
        for doubt in doubts:
            self.doubts["row"].append(row)
            self.doubts["since"].append(self.dates[doubt.since])
            self.doubts["until"].append(NONE if doubt.until is None else self.dates[doubt.until])
            self.doubts["event"].append(self.events[doubt.event])

    def take_empty(self, nothing: Nothing) -> None:
        """Add a time in which the cell may be empty."""
        self.empty["cell"].append(len(self.turns) - 1)
        self.empty["low"].append(nothing.low.toordinal())
        self.empty["high"].append(NEVER if nothing.high is None else nothing.high.toordinal())
        self.empty_flags.append(FIRST * nothing.first | LAST * nothing.last)

    def _value(self, view: str, value: Any) -> tuple[int, int]:
        """The number of a value, and the flag that lists leave it out."""
        same = likeness(value)
        found = self.of_view.get(same)
        if found is None:
            found = len(self.values), 0 if is_listed(view, value) else UNLISTED
            self.of_view[same] = found
            self.values.append(to_text(value))
            self.met.append(value)
        return found

    def blocks(self) -> list[Block]:
        """Everything as blocks of the file."""
        self.lay_down()
        self.keys_from.append(len(self.keys))
        self.rows_from.append(self.count)
        numbers = {
            "cells.keys": self.keys,
            "cells.keys_from": self.keys_from,
            "cells.turns": self.turns,
            "cells.rows_from": self.rows_from,
            **{f"rows.{name}": numbers for name, numbers in self.rows.items()},
            "rows.behind": self.behind,
            **{f"doubts.{name}": numbers for name, numbers in self.doubts.items()},
            **{f"empty.{name}": numbers for name, numbers in self.empty.items()},
        }
        return [
            *self.names.blocks("names"),
            slots_block("names", self.names.numbers.items()),
            *self.events.blocks("events"),
            *text_blocks("values", self.values),
            *self.dates.blocks(),
            *(Block(name, each.typecode, each) for name, each in numbers.items()),
            Block("empty.flags", "B", self.empty_flags),
            *self.columns,
        ]


def blocks_of(replayed: WholeReplay) -> tuple[list[ViewRows], list[Block]]:
    """Where the cells and rows of each view of a replayed ledger are, and all of it as blocks of a file.

    Raises ``NotKept`` for a value that has no text, ``TooLarge`` for more than can be counted.
    """
    ledger, log, named = replayed
    with paused_collector():
        keys = {view: _turns(ledger, log, view) for view in ledger.views}
        names = _names(keys, ledger.names, named)
        rows = _RowColumns(names)
        found = [_view(ledger, view, keys[view], rows) for view in ledger.views]
        links = array("I", [names.known(name) for pair in ledger.names.items() for name in pair])
        orders = _orders(found, rows)
        return found, [
            *rows.blocks(),
            *orders,
            *text_blocks("guesses", sorted(map(_guess_text, ledger.guesses))),
            Block("links", "I", links),
            Block("entities", "I", array("I", map(names.known, named[0]))),
            Block("deals", "I", array("I", map(names.known, named[1]))),
        ]


def _turns(ledger: Ledger, log: EventLog, view: str) -> Mapping[Key, int]:
    """By key of a view its place among all, in the order of the events by which they were first told."""
    keys = sorted(ledger.keys(view), key=lambda key: log.turn(ledger.first_event(view, key)))
    return {key: turn for turn, key in enumerate(keys)}


def _guess_text(guess: Guess) -> str:
    return json.dumps([guess.view, guess.key, guess.events, guess.counted], separators=(",", ":"))


def _names(keys: Mapping[str, Iterable[Key]], links: Mapping[str, str], named: NamedIds) -> Numbered:
    """All ids and texts of keys, sorted, so that their numbers sort as the texts do."""
    found = {part for of_view in keys.values() for key in of_view for part in key}
    found.update(links, links.values(), *named)
    return Numbered(sorted(found))


def _view(ledger: Ledger, view: str, keys: Mapping[Key, int], rows: _RowColumns) -> ViewRows:
    cell, row, value = len(rows.turns), rows.count, len(rows.values)
    rows.of_view, rows.met = {}, []
    ordered = sorted(keys)
    for key in ordered:
        rows.take_cell(key, keys[key])
        log = ledger.log(view, key)
        if log is not None:
            rows.take_log(ledger, log)
            continue
        rows.take_spans(ledger.cell(view, key))
        for nothing in ledger.nothing_in((view, key)):
            rows.take_empty(nothing)
    lengths = {len(key) for key in keys}
    parts = lengths.pop() if len(lengths) == 1 else 0
    rows.columns += of_values(view, rows.met)
    if parts:
        first_of = {key[0]: place for place, key in reversed([*enumerate(ordered)])}
        rows.columns.append(slots_block(first_name(view), first_of.items()))
    return ViewRows(view, cell, len(keys), row, rows.count - row, parts, value, len(rows.values) - value)


def first_name(view: str) -> str:
    """The name of the slots that have the first cell of a view with each first part of its keys."""
    return f"first.{view}"


def order_name(view: ViewRows, part: int) -> str:
    """The name of the block that has the cells of a view sorted by one part of their keys."""
    return f"order.{view.name}.{part}"


def _orders(found: Sequence[ViewRows], rows: _RowColumns) -> list[Block]:
    """For each part of a key but the first, the cells sorted by that part. Cells are sorted by the first."""
    blocks = []
    for view in found:
        cells = range(view.cell, view.cell + view.cells)
        first, turns = rows.keys_from, rows.turns
        for part in range(1, view.parts):
            values = [rows.keys[first[cell] + part] for cell in cells]
            order = sorted(cells, key=lambda cell: (values[cell - view.cell], turns[cell]))
            blocks.append(Block(order_name(view, part), "I", array("I", order)))
    return blocks
