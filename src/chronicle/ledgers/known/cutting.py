"""The rows of a ledger as they were by another day of knowledge: those of today cut off.

What was not known yet is left out, and what an event ended that was not known stands. The parts that are out
of turn on that day are left out as well: they are to be replayed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from chronicle.ledgers.known import turns
from chronicle.ledgers.layout import LedgerFile, Numbers
from chronicle.ledgers.rows import ENDS_IN_NOTHING, NEVER, first_name
from chronicle.ledgers.texts import NONE

# What stands in the columns that say when a row ends, where nothing ends it.
_ENDS: Final[Mapping[str, int]] = MappingProxyType(
    {"rows.end": NONE, "rows.ended_by": NONE, "rows.certain_until": NEVER, "rows.possible_until": NEVER}
)


def out_of_turn(file: LedgerFile, day: int) -> tuple[list[int], list[int]]:
    """The numbers of the parts that are out of turn on a day of knowledge, and the places of their events.

    The day is given as its ordinal. The places are sorted.
    """
    between = zip(*(file.numbers(name) for name in (turns.SINCE, turns.UNTIL, turns.PART)), strict=True)
    parts = sorted({part for since, until, part in between if since <= day < until})
    first, places = file.numbers(turns.PLACES_FROM), file.numbers(turns.PLACES)
    return parts, sorted(place for part in parts for place in places[first[part] : first[part + 1]].tolist())


class CutFile(LedgerFile):
    """A ledger in a file, without the rows that were not known on a day and those of some parts.

    It is made in memory of the columns of the file, each when it is first asked for: a question about one
    view needs few of them. Needs numpy.
    """

    def __init__(self, file: LedgerFile, day: int, out: Sequence[int]) -> None:
        """``day`` is the ordinal of a day of knowledge, ``out`` the numbers of the parts to leave out."""
        import numpy

        self._file, self._numpy, self._day = file, numpy, day
        self._cut: dict[str, Any] = {}
        self.path, self.size = file.path, file.size
        cells = self._cells_left(out)
        cell_of = self._of("rows.cell")
        self._rows = numpy.flatnonzero((self._of(turns.KNOWN) <= day) & cells[cell_of])
        counts = numpy.bincount(cell_of[self._rows], minlength=len(cells))
        bare = self._of(turns.BARE)[self._of(turns.BARE_KNOWN) <= day]
        self._there = counts > 0
        self._there[bare] |= cells[bare]
        self._kept = numpy.flatnonzero(self._there)
        self._counts = counts[self._kept]
        self.about: Mapping[str, Any] = {**file.about, "views": self._views()}

    def _of(self, name: str) -> Any:
        return self._numpy.asarray(self._file.numbers(name))

    def _cells_left(self, out: Sequence[int]) -> Any:
        """For each cell whether it is of none of some parts."""
        numpy, part = self._numpy, self._of(turns.CELLS)
        left = numpy.ones(len(self._file.numbers(turns.PLACES_FROM)), dtype=bool)
        left[numpy.asarray(out, dtype=numpy.intp)] = False
        # The last stands for no part.
        return left[numpy.minimum(part, numpy.uint32(len(left) - 1))]

    def _views(self) -> list[list[Any]]:
        """Where the cells and rows of each view are now."""
        found = []
        for name, cell, cells, row, count, *others in self._file.about["views"]:
            first, last = self._numpy.searchsorted(self._kept, (cell, cell + cells)).tolist()
            begin, end = self._numpy.searchsorted(self._rows, (row, row + count)).tolist()
            found.append([name, first, last - first, begin, end - begin, *others])
        return found

    def __contains__(self, name: object) -> bool:
        """Whether there is a block of this name."""
        return name in self._file

    def numbers(self, name: str) -> Numbers:
        """The numbers of a block: those of the file where nothing is cut off."""
        cut = self._made(name)
        return self._file.numbers(name) if cut is None else memoryview(cut)

    def within(self, name: str, first: int, last: int) -> Numbers:
        """The same, of which only those from one place to another (exclusive) may be read."""
        cut = self._made(name)
        return self._file.within(name, first, last) if cut is None else memoryview(cut)

    def let_go(self, *, everything: bool = False) -> None:
        """As ``LedgerFile`` says."""
        self._file.let_go(everything=everything)

    def _made(self, name: str) -> Any:
        """What is left of a block; None for one that stays as it is."""
        if name not in self._cut:
            self._make(name)
        return self._cut.get(name)

    def _make(self, name: str) -> None:
        """Cut a block off, with those that are cut off with it; nothing of one that stays as it is."""
        of, _, what = name.partition(".")
        if name in ("rows.behind", "rows.behind_from"):
            self._make_behind()
        elif name == "rows.cell":
            cells = self._numpy.arange(len(self._kept), dtype=self._numpy.uint32)
            self._cut[name] = self._numpy.repeat(cells, self._counts)
        elif of == "rows":
            self._make_column(name)
        elif name in ("cells.keys", "cells.keys_from"):
            begins, keys = self._lists("cells.keys", self._lengths("cells.keys", self._kept), self._kept)
            self._cut["cells.keys_from"], self._cut["cells.keys"] = begins, keys
        elif name == "cells.rows_from":
            self._cut[name] = self._begins(self._counts)
        elif of == "cells":
            self._cut[name] = self._of(name)[self._kept]
        elif of == "order":
            numbers = self._numpy.cumsum(self._there, dtype=self._numpy.uint32) - 1
            order = self._of(name)
            self._cut[name] = numbers[order[self._there[order]]]
        elif of == "doubts":
            self._keep_some("doubts", "row", self._rows)
        elif of == "empty":
            self._keep_some("empty", "cell", self._kept)
        elif what.endswith("slots"):
            self._make_slots(name)

    def _lists(self, name: str, lengths: Any, places: Any, shorter: Any = 0) -> tuple[Any, Any]:
        """Where the lists at some places begin, with a last end, and their items.

        ``shorter`` is the number of the last items to leave out of each list.
        """
        numpy = self._numpy
        first = self._of(f"{name}_from").astype(numpy.int64)
        kept = lengths - shorter
        begins = self._begins(kept)
        at = numpy.arange(int(begins[-1])) + numpy.repeat(first[places] - begins[:-1], kept)
        return begins, self._of(name)[at]

    def _begins(self, lengths: Any) -> Any:
        """Where lists of these lengths begin, with a last end."""
        begins = self._numpy.zeros(len(lengths) + 1, dtype=self._numpy.uint32)
        self._numpy.cumsum(lengths, out=begins[1:])
        return begins

    def _lengths(self, name: str, places: Any) -> Any:
        first = self._of(f"{name}_from").astype(self._numpy.int64)
        return first[places + 1] - first[places]

    @cached_property
    def _standing(self) -> Any:
        """For each row whether what ended it was not known.

        What nothing ends may all the same be certain for a time only, by its bounds: these stay.
        """
        ended = self._of(turns.ENDED)[self._rows]
        return (ended > self._day) & (ended != NEVER)

    def _make_column(self, name: str) -> None:
        column = self._of(name)[self._rows]
        if name in _ENDS:
            column[self._standing] = _ENDS[name]
        elif name == "rows.flags":
            column[self._standing] &= 255 - ENDS_IN_NOTHING
        self._cut[name] = column

    def _make_behind(self) -> None:
        again = self._of(turns.AGAIN)[self._of(turns.AGAIN_KNOWN) > self._day]
        later = self._numpy.bincount(again, minlength=len(self._of("rows.cell")))[self._rows]
        lengths = self._lengths("rows.behind", self._rows)
        found = self._lists("rows.behind", lengths, self._rows, later)
        self._cut["rows.behind_from"], self._cut["rows.behind"] = found

    def _make_slots(self, name: str) -> None:
        for view, cell, count, *_ in self._file.about["views"]:
            if name == f"{first_name(view)}.slots":
                self._cut[name] = self._slots_left(self._of(name), self._there[cell : cell + count])

    def _slots_left(self, slots: Any, there: Any) -> Any:
        """The slots of a view for the cells that are there.

        Where no cell is left of a text, its slot has the first cell of another one: it must not be empty,
        since texts behind it are looked for through it.
        """
        numpy = self._numpy
        places = numpy.zeros(len(there) + 1, dtype=numpy.uint32)
        numpy.cumsum(there, out=places[1:])
        count, taken = int(places[-1]), slots != NONE
        left = numpy.full(len(slots), NONE, dtype=numpy.uint32)
        if count:
            left[taken] = places[slots[taken]] % count
        return left

    def _keep_some(self, name: str, of: str, kept: Any) -> None:
        """Of what is said of some rows or cells, that of the ones that are kept, by their new numbers."""
        numpy, numbers = self._numpy, self._of(f"{name}.{of}")
        places = numpy.searchsorted(kept, numbers)
        places[places == len(kept)] = 0
        there = kept[places] == numbers if len(kept) else numpy.zeros(len(numbers), dtype=bool)
        for block, _ in self._file:
            if block.startswith(f"{name}."):
                self._cut[block] = self._of(block)[there]
        self._cut[f"{name}.{of}"] = places[there].astype(numpy.uint32)
