"""The rows of a ledger as they were by another day of knowledge: those of today cut off.

What was not known yet is left out, and what an event ended that was not known stands. The parts that are out
of turn on that day are left out as well: they are to be replayed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chronicle.ledgers.known import turns
from chronicle.ledgers.layout import LedgerFile, Numbers
from chronicle.ledgers.rows import COLUMNS, ENDS_IN_NOTHING, NEVER, first_name
from chronicle.ledgers.texts import NONE

_COLUMNS: Final = tuple(name for name in COLUMNS if name not in ("cell", "behind_from"))


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

    It is made in memory of the columns of the file. Needs numpy.
    """

    def __init__(self, file: LedgerFile, day: int, out: Sequence[int]) -> None:
        """``day`` is the ordinal of a day of knowledge, ``out`` the numbers of the parts to leave out."""
        import numpy

        self._file, self._numpy = file, numpy
        self._cut: dict[str, Any] = {}
        self.path, self.size = file.path, file.size
        cells = self._cells_left(out)
        cell_of = self._of("rows.cell")
        rows = numpy.flatnonzero((self._of(turns.KNOWN) <= day) & cells[cell_of])
        counts = numpy.bincount(cell_of[rows], minlength=len(cells))
        bare = self._of(turns.BARE)[self._of(turns.BARE_KNOWN) <= day]
        there = counts > 0
        there[bare] |= cells[bare]
        kept = numpy.flatnonzero(there)
        self._keep_cells(kept, counts[kept])
        self._keep_rows(rows, day)
        numbers = numpy.cumsum(there, dtype=numpy.uint32) - 1
        for name, _ in file:
            if name.startswith("order."):
                order = self._of(name)
                self._cut[name] = numbers[order[there[order]]]
        for view, cell, count, *_ in file.about["views"]:
            name = f"{first_name(view)}.slots"
            if name in file:
                self._cut[name] = self._slots_left(self._of(name), there[cell : cell + count])
        self._keep_some("doubts", "row", rows)
        self._keep_some("empty", "cell", kept)
        self.about: Mapping[str, Any] = {**file.about, "views": self._views(kept, rows)}

    def _of(self, name: str) -> Any:
        return self._numpy.asarray(self._file.numbers(name))

    def _cells_left(self, out: Sequence[int]) -> Any:
        """For each cell whether it is of none of some parts."""
        numpy, part = self._numpy, self._of(turns.CELLS)
        left = numpy.ones(len(self._file.numbers(turns.PLACES_FROM)), dtype=bool)
        left[numpy.asarray(out, dtype=numpy.intp)] = False
        # The last stands for no part.
        return left[numpy.minimum(part, numpy.uint32(len(left) - 1))]

    def _lists(self, name: str, lengths: Any, places: Any, shorter: Any = 0) -> tuple[Any, Any]:
        """Where the lists at some places begin, with a last end, and their items.

        ``shorter`` is the number of the last items to leave out of each list.
        """
        numpy = self._numpy
        first = self._of(f"{name}_from").astype(numpy.int64)
        kept = lengths - shorter
        begins = numpy.zeros(len(places) + 1, dtype=numpy.uint32)
        numpy.cumsum(kept, out=begins[1:])
        at = numpy.arange(int(begins[-1])) + numpy.repeat(first[places] - begins[:-1], kept)
        return begins, self._of(name)[at]

    def _lengths(self, name: str, places: Any) -> Any:
        first = self._of(f"{name}_from").astype(self._numpy.int64)
        return first[places + 1] - first[places]

    def _keep_cells(self, kept: Any, counts: Any) -> None:
        numpy = self._numpy
        begins, keys = self._lists("cells.keys", self._lengths("cells.keys", kept), kept)
        self._cut["cells.keys_from"], self._cut["cells.keys"] = begins, keys
        self._cut["cells.turns"] = self._of("cells.turns")[kept]
        first = numpy.zeros(len(kept) + 1, dtype=numpy.uint32)
        numpy.cumsum(counts, out=first[1:])
        self._cut["cells.rows_from"] = first
        self._cut["rows.cell"] = numpy.repeat(numpy.arange(len(kept), dtype=numpy.uint32), counts)

    def _keep_rows(self, rows: Any, day: int) -> None:
        numpy, cut = self._numpy, self._cut
        for name in _COLUMNS:
            cut[f"rows.{name}"] = self._of(f"rows.{name}")[rows]
        ended = self._of(turns.ENDED)[rows]
        # What nothing ends may all the same be certain for a time only, by its bounds: these stay.
        standing = (ended > day) & (ended != NEVER)
        for name in ("end", "ended_by"):
            cut[f"rows.{name}"][standing] = NONE
        for name in ("certain_until", "possible_until"):
            cut[f"rows.{name}"][standing] = NEVER
        cut["rows.flags"][standing] &= 255 - ENDS_IN_NOTHING
        again = self._of(turns.AGAIN)[self._of(turns.AGAIN_KNOWN) > day]
        later = numpy.bincount(again, minlength=len(self._of("rows.cell")))[rows]
        lengths = self._lengths("rows.behind", rows)
        cut["rows.behind_from"], cut["rows.behind"] = self._lists("rows.behind", lengths, rows, later)

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

    def _views(self, kept: Any, rows: Any) -> list[list[Any]]:
        """Where the cells and rows of each view are now."""
        found = []
        for name, cell, cells, row, count, *others in self._file.about["views"]:
            first, last = self._numpy.searchsorted(kept, (cell, cell + cells)).tolist()
            begin, end = self._numpy.searchsorted(rows, (row, row + count)).tolist()
            found.append([name, first, last - first, begin, end - begin, *others])
        return found

    def __contains__(self, name: object) -> bool:
        """Whether there is a block of this name."""
        return name in self._file

    def numbers(self, name: str) -> Numbers:
        """The numbers of a block: those of the file where nothing is cut off."""
        cut = self._cut.get(name)
        return self._file.numbers(name) if cut is None else memoryview(cut)

    def within(self, name: str, first: int, last: int) -> Numbers:
        """The same, of which only those from one place to another (exclusive) may be read."""
        cut = self._cut.get(name)
        return self._file.within(name, first, last) if cut is None else memoryview(cut)

    def let_go(self) -> None:
        """As ``LedgerFile`` says."""
        self._file.let_go()
