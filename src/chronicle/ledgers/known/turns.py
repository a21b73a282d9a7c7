"""Since when each row of a ledger was known, in a file, and which parts were told out of turn.

With it the ledger by another day of knowledge is made of the rows of today (``cutting.py``), and only the
events of the parts that are out of turn then are read (``engine/partial/in_turn.py``).
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from attrs import Factory, define

from chronicle.engine.event_log import EventLog
from chronicle.engine.partial.in_turn import LONE, PartsInTurn
from chronicle.engine.replay import Key, Ledger, Log, Piece, pieces
from chronicle.ledgers.layout import TURNS, Block
from chronicle.ledgers.rows import NEVER
from chronicle.ledgers.texts import NONE

SINCE: Final = TURNS
UNTIL, PART, PLACES, PLACES_FROM = (f"turns.{name}" for name in ("until", "part", "places", "places_from"))
CELLS: Final = "turns.cells"
KNOWN, ENDED = "turns.known", "turns.ended"
AGAIN, AGAIN_KNOWN = "turns.again", "turns.again_known"
BARE, BARE_KNOWN = "turns.bare", "turns.bare_known"


def turn_blocks(ledger: Ledger, turns: PartsInTurn, log: EventLog) -> list[Block]:
    """Since when the rows of a replayed ledger were known, and the parts out of turn, as blocks.

    ``turns`` are the parts of the events of ``log``, from which the ledger was replayed.
    """
    rows = _RowsByDay(turns, log.positions)
    for view in ledger.views:
        for key in sorted(ledger.keys(view)):
            rows.take(ledger, view, key)
    return rows.blocks()


@define
class _RowsByDay:
    """What is known since when, cell by cell, in the order in which a ledger is written."""

    turns: PartsInTurn
    positions: Mapping[str, int]
    # By cell the number of its part, and for each row since when it and its end were known.
    cells: array[int] = Factory(lambda: array("I"))
    known: array[int] = Factory(lambda: array("i"))
    ended: array[int] = Factory(lambda: array("i"))
    # What is confirmed: the row, and since when that was known.
    again: array[int] = Factory(lambda: array("I"))
    again_known: array[int] = Factory(lambda: array("i"))
    # The cells without a row, each with the day since when it was there.
    bare: array[int] = Factory(lambda: array("I"))
    bare_known: array[int] = Factory(lambda: array("i"))
    # Parts of which a row says more than can be cut off: they are out of turn until everything is known.
    whole: set[int] = Factory(set)

    def take(self, ledger: Ledger, view: str, key: Key) -> None:
        """Take in the next cell."""
        log, rows = ledger.log(view, key), len(self.known)
        first = self.positions[ledger.first_event(view, key)] - 1
        number, day = self.turns.numbers[first], self.turns.known[first]
        if log is None:
            self.whole.add(number)
            for span in ledger.cell(view, key):
                self.known.append(day)
                self.ended.append(NEVER if span.ended_by is None else day)
        elif len(log) == 1 and log[0].value is not None:
            # As of most cells of a register.
            self.known.append(day)
            self.ended.append(NEVER)
        else:
            for piece in pieces(log):
                self._take_piece(piece, log, number)
        if len(self.known) == rows:
            self.bare.append(len(self.cells))
            self.bare_known.append(day)
        self.cells.append(number)

    def _take_piece(self, piece: Piece, log: Log, number: int) -> None:
        first, last, _, following = piece
        row = len(self.known)
        self.known.append(self._day(log[first].event))
        self.ended.append(NEVER if following is None else self._day(following.event))
        if last > first:
            again = log[first + 1 : last + 1]
            told = {change.event for change in log[: last + 1]}
            if len(told) <= last or any(
                change.operation != "confirm" or change.made_from or change.value is not log[first].value
                for change in again
            ):
                self.whole.add(number)
            self.again.extend([row] * len(again))
            self.again_known.extend([self._day(change.event) for change in again])

    def _day(self, event: str) -> int:
        return self.turns.known[self.positions[event] - 1]

    def blocks(self) -> list[Block]:
        """Everything as blocks of the file."""
        between, places = self._out()
        numbers = {number: at for at, number in enumerate(places)}
        ends = accumulate((len(each) for each in places.values()), initial=0)
        return [
            Block(SINCE, "i", array("i", [since for since, _, _ in between])),
            Block(UNTIL, "i", array("i", [until for _, until, _ in between])),
            Block(PART, "I", array("I", [numbers[number] for _, _, number in between])),
            Block(PLACES_FROM, "I", array("I", ends)),
            Block(PLACES, "I", array("I", [place for each in places.values() for place in each])),
            Block(CELLS, "I", array("I", [numbers.get(number, NONE) for number in self.cells])),
            Block(KNOWN, "i", self.known),
            Block(ENDED, "i", self.ended),
            Block(AGAIN, "I", self.again),
            Block(AGAIN_KNOWN, "i", self.again_known),
            Block(BARE, "I", self.bare),
            Block(BARE_KNOWN, "i", self.bare_known),
        ]

    def _out(self) -> tuple[list[tuple[int, int, int]], dict[int, Sequence[int]]]:
        """The days of knowledge by which parts are out of turn, and the places of the events of these."""
        self.whole.discard(LONE)
        between = [
            (since.toordinal(), until.toordinal(), number)
            for since, until, number in self.turns.between
            if number not in self.whole
        ]
        for number in sorted(self.whole):
            days = [self.turns.known[place] for place in self.turns.places[number]]
            if min(days) < max(days):
                between.append((min(days), max(days), number))
        between.sort(key=lambda each: (self.turns.places[each[2]][0], each[0]))
        return between, {number: self.turns.places[number] for _, _, number in between}
