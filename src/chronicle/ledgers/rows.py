"""The rows of a ledger: every span of an ordinary replay as numbers, laid down once.

The one module that reads a replayed ledger. Rows stand by view, key and the order of replay. A cell is a key
of a view; what all rows of a cell have in common is said once, for the cell.
"""

from __future__ import annotations

import datetime
import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from attrs import Factory, define

from chronicle.dates import PartialDate, Precision
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.replay import Doubt, Guess, Key, Ledger, Log, Nothing, Span, pieces
from chronicle.engine.views import is_listed
from chronicle.ledgers.columns import NONE, of_values
from chronicle.ledgers.layout import Block
from chronicle.ledgers.texts import Numbered, text_blocks
from chronicle.ledgers.values import likeness, to_text

NEVER: Final = 2**31 - 1
"""A day after all days: the end of what has none."""

ENDS_IN_NOTHING: Final = 1
"""The flag of a row that came to its end without another value in its place."""
BOUNDED: Final = 2
"""The flag of a row that other days bound than those of the windows of its begin and end."""
DOUBTED: Final = 4
"""The flag of a row about which there are doubts, in blocks of their own."""
UNLISTED: Final = 8
"""The flag of a row that lists leave out: that nothing is held can be known, and is no holding."""

FIRST: Final = 1
LAST: Final = 2
"""The flags of a time in which a cell may be empty."""

DAYS: Final = ("possible_from", "certain_from", "certain_until", "possible_until")
"""The days of a row: those on which it may stand and surely stands, and before which it does."""

PRECISIONS: Final[tuple[Precision, ...]] = ("year", "quarter", "month", "day", "range")


_NO_DATE: Final = None, NONE, NEVER, NEVER


class ViewRows(NamedTuple):
    """Where the cells and rows of a view are; ``parts`` of each of its keys, 0 where not all have as many."""

    name: str
    cell: int
    cells: int
    row: int
    rows: int
    parts: int
    value: int
    values: int


NamedIds = tuple[Sequence[str], Sequence[str]]
"""The ids of all entities and of all deals that some event names, each sorted."""


@define
class _Dates:
    """Dates as they are met, each with its number and the days of its window."""

    numbers: dict[str, tuple[PartialDate, int, int, int]] = Factory(dict)
    others: dict[PartialDate, int] = Factory(dict)
    dates: list[PartialDate] = Factory(list)

    def __getitem__(self, date: PartialDate) -> int:
        return self.numbered(date)[1]

    def numbered(self, date: PartialDate) -> tuple[PartialDate, int, int, int]:
        """A date with its number and the first and the last day of its window."""
        known = self.numbers.get(date.text)
        if known is not None and (known[0] is date or known[0] == date):
            return known
        made = date, len(self.dates), date.earliest.toordinal(), date.latest.toordinal()
        if known is None:
            self.numbers[date.text] = made
        elif date in self.others:
            # Made by code, with a text that writes another date.
            return date, self.others[date], *made[2:]
        else:
            self.others[date] = made[1]
        self.dates.append(date)
        return made

    def blocks(self) -> list[Block]:
        texts = Numbered()
        text = array("I", (texts[date.text] for date in self.dates))
        return [
            *texts.blocks("dates"),
            Block("dates.text", "I", text),
            Block("dates.earliest", "i", array("i", (date.earliest.toordinal() for date in self.dates))),
            Block("dates.latest", "i", array("i", (date.latest.toordinal() for date in self.dates))),
            Block("dates.precision", "B", bytes(PRECISIONS.index(date.precision) for date in self.dates)),
            Block("dates.approximate", "B", bytes(date.approximate for date in self.dates)),
        ]


class _Rows:
    """The columns while they grow."""

    def __init__(self, names: Numbered) -> None:
        self.names, self.dates = names, _Dates()
        self.events = Numbered()
        # The values of all views as texts, the numbers of those of this view, and each as it was met first.
        self.values, self.of_view, self.met = list[str](), dict[Any, int](), list[Any]()
        # The number of a value by the object itself: mostly cells go on with one that others have as well.
        self.known: dict[int, int] = {}
        self.keys, self.keys_from, self.turns, self.rows_from = (array("I") for _ in range(4))
        self.cell, self.value, self.begin, self.end, self.ended_by = (array("I") for _ in range(5))
        self.possible_from, self.certain_from = array("i"), array("i")
        self.certain_until, self.possible_until = array("i"), array("i")
        self.flags = bytearray()
        self.behind, self.behind_from = array("I"), array("I", [0])
        self.doubts = {name: array("I") for name in ("row", "since", "until", "event")}
        self.empty = {name: array(code) for name, code in (("cell", "I"), ("low", "i"), ("high", "i"))}
        self.empty_flags = bytearray()
        self.columns: list[Block] = []

    def take_cell(self, key: Key, turn: int) -> None:
        """Begin a cell: the rows that are taken next are its rows."""
        self.keys_from.append(len(self.keys))
        self.keys.extend([self.names.known(part) for part in key])
        self.turns.append(turn)
        self.rows_from.append(len(self.value))

    def take_log(self, ledger: Ledger, log: Log) -> None:
        """The rows of a cell of which its changes say it all."""
        for _, last, begin, following in pieces(log):
            change = log[last]
            if change.operation == "set" and not change.made_from:
                self.behind.append(self.events[change.event])
            else:
                self.behind.extend(
                    [self.events[event] for event in ledger.behind(change.view, change.key, last)]
                )
            self._window(begin, None if following is None else following.window)
            flags = ENDS_IN_NOTHING if following is not None and following.value is None else 0
            self._say(change.view, change.value, None if following is None else following.event, flags)

    def take_spans(self, spans: Iterable[Span]) -> None:
        """The rows of a cell of which more is to say."""
        for span in spans:
            flags = DOUBTED if span.doubts else 0
            self._doubt(len(self.value), span.doubts)
            self.behind.extend([self.events[event] for event in span.events])
            self._window(span.begin, span.end)
            if span.bounded:
                flags |= BOUNDED
                self._bound(span.possible_from, span.certain_from, span.certain_until, span.possible_until)
            if span.ended_by is not None and span.ends_in_nothing:
                flags |= ENDS_IN_NOTHING
            self._say(span.view, span.value, span.ended_by, flags)

    def _window(self, begin: PartialDate, end: PartialDate | None) -> None:
        _, begins, first, sure = self.dates.numbered(begin)
        _, ends, until, at_last = _NO_DATE if end is None else self.dates.numbered(end)
        self.begin.append(begins)
        self.end.append(ends)
        self.possible_from.append(first)
        self.certain_from.append(sure)
        self.certain_until.append(until)
        self.possible_until.append(at_last)

    def _bound(self, *days: datetime.date | None) -> None:
        columns = self.possible_from, self.certain_from, self.certain_until, self.possible_until
        for column, day in zip(columns, days, strict=True):
            column[-1] = NEVER if day is None else day.toordinal()

    def _say(self, view: str, value: Any, ended_by: str | None, flags: int) -> None:
        number = self.known.get(id(value))
        if number is None:
            number = self._new_value(value)
        self.value.append(number)
        self.ended_by.append(NONE if ended_by is None else self.events[ended_by])
        self.flags.append(flags if is_listed(view, value) else flags | UNLISTED)
        self.cell.append(len(self.turns) - 1)
        self.behind_from.append(len(self.behind))

    def _doubt(self, row: int, doubts: Iterable[Doubt]) -> None:
        for doubt in doubts:
            self.doubts["row"].append(row)
            self.doubts["since"].append(self.dates[doubt.since])
            self.doubts["until"].append(NONE if doubt.until is None else self.dates[doubt.until])
            self.doubts["event"].append(self.events[doubt.event])

    def take_empty(self, nothing: Nothing) -> None:
        """A time in which the cell may be empty."""
        self.empty["cell"].append(len(self.turns) - 1)
        self.empty["low"].append(nothing.low.toordinal())
        self.empty["high"].append(NEVER if nothing.high is None else nothing.high.toordinal())
        self.empty_flags.append(FIRST * nothing.first | LAST * nothing.last)

    def _new_value(self, value: Any) -> int:
        """The number of a value that was not met as this very object."""
        same = likeness(value)
        number = self.of_view.get(same)
        if number is None:
            number = self.of_view[same] = len(self.values)
            self.values.append(to_text(value))
            self.met.append(value)
        self.known[id(value)] = number
        return number

    def blocks(self) -> list[Block]:
        """Everything as it is written."""
        self.keys_from.append(len(self.keys))
        self.rows_from.append(len(self.cell))
        numbers = {
            "cells.keys": self.keys,
            "cells.keys_from": self.keys_from,
            "cells.turns": self.turns,
            "cells.rows_from": self.rows_from,
            "rows.cell": self.cell,
            "rows.value": self.value,
            "rows.begin": self.begin,
            "rows.end": self.end,
            "rows.ended_by": self.ended_by,
            **{f"rows.{name}": getattr(self, name) for name in DAYS},
            "rows.behind": self.behind,
            "rows.behind_from": self.behind_from,
            **{f"doubts.{name}": numbers for name, numbers in self.doubts.items()},
            **{f"empty.{name}": numbers for name, numbers in self.empty.items()},
        }
        return [
            *self.names.blocks("names"),
            *self.events.blocks("events"),
            *text_blocks("values", self.values),
            *self.dates.blocks(),
            *(Block(name, each.typecode, each) for name, each in numbers.items()),
            Block("rows.flags", "B", self.flags),
            Block("empty.flags", "B", self.empty_flags),
            *self.columns,
        ]


def blocks_of(ledger: Ledger, named: NamedIds) -> tuple[list[ViewRows], list[Block]]:
    """Where each view of a replayed ledger stands, and all of it as blocks of a file.

    Raises ``NotKept`` for a value that no text stands for, ``TooLarge`` for more than can be counted.
    """
    with paused_collector():
        keys = {view: {key: turn for turn, key in enumerate(ledger.keys(view))} for view in ledger.views}
        names = _names(keys, ledger.names, named)
        rows = _Rows(names)
        found = [_view(ledger, view, keys[view], rows) for view in ledger.views]
        links = array("I", [names.known(name) for pair in ledger.names.items() for name in pair])
        orders = _orders(found, rows)
        return found, [
            *rows.blocks(),
            *orders,
            *text_blocks("guesses", map(_guess_text, ledger.guesses)),
            Block("links", "I", links),
            Block("entities", "I", array("I", map(names.known, named[0]))),
            Block("deals", "I", array("I", map(names.known, named[1]))),
        ]


def _guess_text(guess: Guess) -> str:
    return json.dumps([guess.view, guess.key, guess.events, guess.counted], separators=(",", ":"))


def _names(keys: Mapping[str, Iterable[Key]], links: Mapping[str, str], named: NamedIds) -> Numbered:
    """All ids and texts of keys. They are sorted, so that their numbers sort as they do."""
    found = {part for of_view in keys.values() for key in of_view for part in key}
    found.update(links, links.values(), *named)
    return Numbered(sorted(found))


def _view(ledger: Ledger, view: str, keys: Mapping[Key, int], rows: _Rows) -> ViewRows:
    cell, row, value = len(rows.turns), len(rows.value), len(rows.values)
    rows.known, rows.of_view, rows.met = {}, {}, []
    for key in sorted(keys):
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
    return ViewRows(view, cell, len(keys), row, len(rows.value) - row, parts, value, len(rows.values) - value)


def order_name(view: ViewRows, part: int) -> str:
    """The name of the block that has the cells of a view by a part of their keys."""
    return f"order.{view.name}.{part}"


def _orders(found: Sequence[ViewRows], rows: _Rows) -> list[Block]:
    """For each part of a key but the first, by which they are sorted already: the cells by that part."""
    blocks = []
    for view in found:
        cells = range(view.cell, view.cell + view.cells)
        first, turns = rows.keys_from, rows.turns
        for part in range(1, view.parts):
            values = [rows.keys[first[cell] + part] for cell in cells]
            order = sorted(cells, key=lambda cell: (values[cell - view.cell], turns[cell]))
            blocks.append(Block(order_name(view, part), "I", array("I", order)))
    return blocks
