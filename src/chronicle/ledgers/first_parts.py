"""The first parts of the keys of a view: where to look for one, and for the rows of its cells."""

from __future__ import annotations

import mmap
from bisect import bisect_right
from typing import Final
from zlib import crc32

from chronicle.ledgers.layout import LedgerFile, Numbers
from chronicle.ledgers.rows import DAYS, UNLISTED, ViewRows, first_name
from chronicle.ledgers.texts import ERRORS, NONE, FoundTexts

# So many cells mostly have one first part at the most, and a search among them is short.
_FEW: Final = 16


class FirstParts:
    """The first parts of the keys of a view, by which its cells and rows are found.

    A look-up is little more than this, so it is written without calls that would be usual elsewhere.
    """

    def __init__(self, file: LedgerFile, place: ViewRows, names: FoundTexts, parts: Numbers) -> None:
        """``place`` is where the view is, ``parts`` has the first part of the key of each of its cells."""
        self._slots = file.numbers(f"{first_name(place.name)}.slots")
        self._names, self._parts = names, parts
        self._starts, self._texts = names.starts, names.bytes
        self._cell, self._rows_from = place.cell, file.numbers("cells.rows_from")
        self._flags = file.numbers("rows.flags")
        self._begins, self._ends = (file.numbers(f"rows.{name}") for name in (DAYS[0], DAYS[3]))
        # Every look-up reads a place of its own in these, which the system would bring in one by one.
        for numbers in (self._slots, self._rows_from[place.cell : place.cell + place.cells]):
            bytes(numbers.cast("B")[:: mmap.PAGESIZE])

    def cells(self, part: str) -> range:
        """The cells whose keys begin with ``part``."""
        parts = self._parts
        begin = self._names.place(part, self._slots, parts)
        if begin is None:
            return range(0)
        number, few = parts[begin], begin + _FEW
        end = bisect_right(parts, number, begin, min(few, len(parts)))
        end = bisect_right(parts, number, few) if end == few else end
        return range(self._cell + begin, self._cell + end)

    def rows(self, part: str, day: int) -> list[int]:
        """The listed rows that may hold on a day, and whose keys begin with ``part``."""
        # As ``FoundTexts.place`` and ``cells`` do it, in one piece.
        wanted, slots, last = part.encode("utf-8", ERRORS), self._slots, len(self._slots) - 1
        parts, starts, texts = self._parts, self._starts, self._texts
        slot = crc32(wanted) & last
        while (begin := slots[slot]) != NONE:
            number = parts[begin]
            if texts[starts[number] : starts[number + 1]] == wanted:
                break
            slot = (slot + 1) & last
        else:
            return []
        few = begin + _FEW
        end = bisect_right(parts, number, begin, min(few, len(parts)))
        end = bisect_right(parts, number, few) if end == few else end
        first, behind = self._rows_from[self._cell + begin], self._rows_from[self._cell + end]
        begins, flags = self._begins, self._flags
        # Most rows that do not stand have ended, and of these nothing else is looked at.
        return [
            row
            for row, ended in enumerate(self._ends[first:behind], first)
            if day < ended and begins[row] <= day and flags[row] < UNLISTED
        ]
