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
from chronicle.engine.replay import GOES_ON, Ledger, Log
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
        rows.take(ledger, view)
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

    def take(self, ledger: Ledger, view: str) -> None:
        """Take in the cells of the next view."""
        keys, _ = ledger.in_order(view)
        positions, numbers, days = self.positions, self.turns.numbers, self.turns.known
        for key, found in zip(keys, ledger.logs(view, keys), strict=True):
            # What was said again ends no value: its rows are cut off as those of other cells.
            log = ledger.said_again(view, key) if found is None else found
            rows = len(self.known)
            event = ledger.first_event(view, key) if log is None else log[0].event
            place = positions[event] - 1
            number, day = numbers[place], days[place]
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
                self._take_log(log, [days[positions[change.event] - 1] for change in log], number)
            if len(self.known) == rows:
                self.bare.append(len(self.cells))
                self.bare_known.append(day)
            self.cells.append(number)

    def _take_log(self, log: Log, days: Sequence[int], number: int) -> None:
        """Take in the rows of a cell, as ``pieces`` has them; ``days`` are those of its changes."""
        first, end = 0, len(log)
        for following, change in enumerate(log, 1):
            if change.value is None:
                first = following
            elif following == end or log[following].operation not in GOES_ON:
                self.known.append(days[first])
                self.ended.append(NEVER if following == end else days[following])
                if following - first > 1:
                    self._take_confirmed(log[:following], first, days[first + 1 : following], number)
                first = following

    def _take_confirmed(self, log: Log, first: int, days: Sequence[int], number: int) -> None:
        """Take in what was told again of the row of the change at ``first``, the last row so far."""
        told = {change.event for change in log}
        if len(told) < len(log) or any(
            change.operation != "confirm" or change.made_from or change.value is not log[first].value
            for change in log[first + 1 :]
        ):
            self.whole.add(number)
        self.again.extend([len(self.known) - 1] * len(days))
        self.again_known.extend(days)

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
