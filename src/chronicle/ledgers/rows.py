"""The rows of a ledger: every span of a replay as numbers.

The only module that reads a replayed ledger in order to write it. Rows are sorted by view, key and the order
of replay. A cell is a key of a view; what all rows of a cell share is written once, for the cell.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import accumulate, chain, repeat
from operator import sub
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.replay import GOES_ON, Doubt, Key, Ledger, Nothing, Span
from chronicle.engine.views import Stake, is_listed
from chronicle.ledgers.columns import of_values
from chronicle.ledgers.layout import Block
from chronicle.ledgers.texts import (
    NONE,
    Numbered,
    NumberedDates,
    slots_block,
    text_blocks,
)
from chronicle.ledgers.values import likeness, likeness_of_share, to_text
from chronicle.values import Share

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


NamedIds = tuple[Sequence[str], Sequence[str]]
"""The ids of all entities and of all deals that some event names, each sorted."""


class WholeReplay(NamedTuple):
    """A ledger, the events from which it was replayed, and the ids that these name."""

    ledger: Ledger
    log: EventLog
    named: NamedIds


class _RowColumns:
    """The columns while rows are added."""

    def __init__(self, names: Numbered) -> None:
        self.names, self.dates = names, NumberedDates()
        self.events = Numbered()
        # The values of all views as texts; by value of this view its number; its values in that order.
        self.values, self.of_view, self.met = list[str](), dict[Any, tuple[int, int]](), list[Any]()
        # By the identity of a share that share and its number; which is the same for equal ones.
        self.shares, self.likely = dict[int, tuple[Share, int]](), dict[Hashable, int]()
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

    def take_cells(self, keys: Sequence[Key], turns: Iterable[int]) -> None:
        """Begin the cells of a view, whose rows come next; ``turns`` are places by ``EventLog.turn``."""
        self.keys_from.extend(accumulate(map(len, keys[:-1]), initial=len(self.keys)) if keys else ())
        self.keys.extend(map(self.names.numbers.__getitem__, chain.from_iterable(keys)))
        self.turns.extend(turns)

    def take_rows(self, ledger: Ledger, view: str, keys: Sequence[Key]) -> None:
        """Add the rows of the cells that were begun last.

        Nearly all follow from the changes of a cell alone. Of these it is written without calls that would be
        usual elsewhere.
        """
        numbers, met, numbered = self.events.numbers, self.dates.met, self.dates.numbered
        told, behind, value_of = self.told, self.behind, self._value
        first_cell, laid_down = len(self.rows_from), len(self.rows["cell"])
        for cell, (key, log) in enumerate(zip(keys, ledger.logs(view, keys), strict=True), first_cell):
            if len(told) > _AT_ONCE:
                self.lay_down()
                laid_down = len(self.rows["cell"])
            self.rows_from.append(laid_down + len(told))
            if log is None:
                self.take_spans(ledger.cell(view, key))
                self.take_empty(ledger.nothing_in((view, key)))
                continue
            # As ``pieces`` has it.
            first, end = 0, len(log)
            for last, (_, _, operation, value, window, event, made_from) in enumerate(log, 1):
                following = log[last] if last < end else None
                if value is None:
                    first = last
                    continue
                if following is not None and following.operation in GOES_ON:
                    continue
                if operation == "set" and not made_from:
                    behind.append(numbers.setdefault(event, len(numbers)))
                else:
                    behind.extend([self.events[each] for each in ledger.behind(view, key, last - 1)])
                number, flags = value_of(view, value)
                if following is None:
                    ends, until, at_last, ended_by = NONE, NEVER, NEVER, NONE
                else:
                    _, _, _, after, end_window, ending, _ = following
                    _, ends, until, at_last = met.get(id(end_window)) or numbered(end_window)
                    ended_by = numbers.setdefault(ending, len(numbers))
                    flags |= ENDS_IN_NOTHING if after is None else 0
                begin = window if first + 1 == last else log[first].window
                first = last
                _, begins, since, sure = met.get(id(begin)) or numbered(begin)
                days = since, sure, until, at_last
                told.append((cell, number, begins, ends, ended_by, *days, flags, len(behind)))

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
            cell = len(self.rows_from) - 1
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

    def take_empty(self, times: Iterable[Nothing]) -> None:
        """Add times in which the cell may be empty."""
        for nothing in times:
            self.empty["cell"].append(len(self.rows_from) - 1)
            self.empty["low"].append(nothing.low.toordinal())
            self.empty["high"].append(NEVER if nothing.high is None else nothing.high.toordinal())
            self.empty_flags.append(FIRST * nothing.first | LAST * nothing.last)

    def _value(self, view: str, value: Any) -> tuple[int, int]:
        """The number of a value, and the flag that lists leave it out."""
        same = self._stake(value) if isinstance(value, Stake) else likeness(value)
        found = self.of_view.get(same)
        if found is None:
            found = len(self.values), 0 if is_listed(view, value) else UNLISTED
            self.of_view[same] = found
            self.values.append(to_text(value))
            self.met.append(value)
        return found

    def _stake(self, stake: Stake) -> Hashable:
        """As ``likeness``, with a number for the share: there are few shares, and many stakes."""
        share = stake.share
        found = self.shares.get(id(share))
        if found is None:
            number = self.likely.setdefault(likeness_of_share(share), len(self.likely))
            # With this very object, so that it lives as long as its identity is used as a key.
            found = self.shares[id(share)] = share, number
        return found[1], *stake[1:]

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
    positions, turns = log.positions, log.turns()

    def turns_of(view: str) -> Iterable[int]:
        return _turns(ledger, view, lambda event: turns[positions[event] - 1])

    return blocks_in_turn(ledger, named, turns_of)


def blocks_in_turn(
    ledger: Ledger, named: NamedIds, turns_of: Callable[[str], Iterable[int]]
) -> tuple[list[ViewRows], list[Block]]:
    """The same of any ledger. ``turns_of`` gives for each cell of a view, sorted by key, its place among all.

    ``named`` are ids that the file is to have besides those in the keys. Raises as ``blocks_of`` does.
    """
    with paused_collector():
        names = _names(ledger, named)
        rows = _RowColumns(names)
        found = [_view(ledger, view, turns_of(view), rows) for view in ledger.views]
        links = array("I", [names.known(name) for pair in ledger.names.items() for name in pair])
        guesses = (
            json.dumps([each.view, each.key, each.events, each.counted], separators=(",", ":"))
            for each in ledger.guesses
        )
        return found, [
            *rows.blocks(),
            *_parts(found, rows),
            *_orders(found, rows),
            *text_blocks("guesses", sorted(guesses)),
            Block("links", "I", links),
            Block("entities", "I", array("I", map(names.known, named[0]))),
            Block("deals", "I", array("I", map(names.known, named[1]))),
        ]


def _turns(ledger: Ledger, view: str, turn_of: Callable[[str], int]) -> Iterable[int]:
    """Of each cell of a view its place among all, in the order of the events that first changed them."""
    keys, places = ledger.in_order(view)
    told = [*map(turn_of, ledger.first_events(view, keys))]
    turns = array("I", places)
    # Those that one event changed first stay in the order of replay.
    replayed = sorted(range(len(keys)), key=places.__getitem__)
    for turn, cell in enumerate(sorted(replayed, key=told.__getitem__)):
        turns[cell] = turn
    return turns


def _names(ledger: Ledger, named: NamedIds) -> Numbered:
    """All ids and texts of keys, sorted, so that their numbers sort as the texts do."""
    found = {*ledger.names, *ledger.names.values(), *named[0], *named[1]}
    for view in ledger.views:
        found.update(chain.from_iterable(ledger.keys(view)))
    return Numbered(sorted(found))


def _view(ledger: Ledger, view: str, turns: Iterable[int], rows: _RowColumns) -> ViewRows:
    cell, row, value = len(rows.turns), rows.count, len(rows.values)
    rows.of_view, rows.met = {}, []
    keys, _ = ledger.in_order(view)
    rows.take_cells(keys, turns)
    rows.take_rows(ledger, view, keys)
    lengths = {*map(len, keys)}
    parts = lengths.pop() if len(lengths) == 1 else 0
    rows.columns += of_values(view, rows.met)
    if parts:
        firsts, places = [key[0] for key in reversed(keys)], range(len(keys) - 1, -1, -1)
        first_of = dict(zip(firsts, places, strict=True))
        rows.columns.append(slots_block(first_name(view), first_of.items()))
    return ViewRows(view, cell, len(keys), row, rows.count - row, parts, value, len(rows.values) - value)


def first_name(view: str) -> str:
    """The name of the slots that have the first cell of a view with each first part of its keys."""
    return f"first.{view}"


def order_name(view: ViewRows, part: int) -> str:
    """The name of the block that has the cells of a view sorted by one part of their keys."""
    return f"order.{view.name}.{part}"


def part_name(part: int) -> str:
    """The name of the block that has a part of the key of each row: ``NONE`` where the view has no such."""
    return f"rows.part{part}"


def _parts(found: Sequence[ViewRows], rows: _RowColumns) -> list[Block]:
    """The parts of the keys as columns of rows, all of which were added: a table reads them as they stand."""
    blocks = []
    for part in range(max((view.parts for view in found), default=0)):
        column = array("I")
        for view in found:
            if part >= view.parts:
                column.extend(repeat(NONE, view.rows))
                continue
            first, last = rows.keys_from[view.cell], view.cell + view.cells
            numbers = rows.keys[first + part : first + view.cells * view.parts : view.parts]
            counts = map(sub, rows.rows_from[view.cell + 1 : last + 1], rows.rows_from[view.cell : last])
            column.extend(chain.from_iterable(map(repeat, numbers, counts)))
        blocks.append(Block(part_name(part), "I", column))
    return blocks


def _orders(found: Sequence[ViewRows], rows: _RowColumns) -> list[Block]:
    """For each part of a key but the first, the cells sorted by that part. Cells are sorted by the first."""
    blocks = []
    for view in found:
        first = rows.keys_from[view.cell] if view.cells else 0
        turns = rows.turns[view.cell : view.cell + view.cells]
        by_turn = sorted(range(view.cells), key=turns.__getitem__) if view.parts > 1 else []
        for part in range(1, view.parts):
            values = rows.keys[first + part : first + view.cells * view.parts : view.parts]
            order = sorted(by_turn, key=values.__getitem__)
            numbers = array("I", [view.cell + place for place in order])
            blocks.append(Block(order_name(view, part), "I", numbers))
    return blocks
