"""Operations on whole columns of numbers: by numpy where it is installed and pays, else by plain loops.

Both give the same. numpy is optional, and not imported for a few rows, since the import takes longer than
those.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, Protocol

from chronicle.ledgers.layout import Numbers
from chronicle.ledgers.rows import UNLISTED

MANY: Final = 50_000
"""The number of rows from which on importing numpy saves time."""

SOME: Final = 500
"""The same where numpy is imported already."""

AT_ONCE: Final = 1_000_000
"""How many rows are searched at a time."""

_IN_CACHE: Final = 16_384
"""How many lists are joined at a time, so that the data stay in the cache of the processor."""

# Sizes in bytes: room that is not worth cutting from a piece, a line of the cache, a piece, a large page.
_SMALL: Final = 1 << 16
_LINE: Final = 64
_PIECE: Final = 1 << 24
_LARGE_PAGE: Final = 1 << 21

Vector = Any
"""A sequence of numbers with the buffer protocol."""


class StandingRows(NamedTuple):
    """The listed rows possible on a day, in order, and whether each is certain, without its doubts."""

    rows: Vector
    certain: Vector


class Vectors(Protocol):
    """The operations of a library of vectors."""

    def standing(self, days: Sequence[Numbers], flags: Numbers, within: range, day: int) -> StandingRows:
        """The rows ``within`` that may stand on ``day``, by the days and the flags of each of these."""

    def less(self, standing: StandingRows, gone: Sequence[int]) -> StandingRows:
        """The same without the rows ``gone``, which are in order."""

    def take(self, numbers: Numbers, places: Vector, less: int = 0) -> Vector:
        """The number at each of ``places``, reduced by ``less``."""

    def places(self, numbers: Vector, less: int = 0, times: int = 1) -> Vector:
        """``numbers``, each reduced by ``less`` and taken so many ``times``, in the type of places."""

    def take_wide(self, numbers: Numbers, width: int, places: Vector) -> Vector:
        """The item at each of ``places``, where every item is ``width`` bytes wide."""

    def lists(self, starts: Numbers, numbers: Numbers, places: Vector) -> tuple[Vector, Vector]:
        """Where the list of each of ``places`` begins, with a last end, and the items of all these lists."""

    def with_more(
        self, lists: tuple[Vector, Vector], more: Sequence[tuple[int, Sequence[int]]]
    ) -> tuple[Vector, Vector]:
        """The same with further items at the end of some lists, given by the indexes of these lists."""

    def bits(self, flags: Vector) -> Vector:
        """A bit for each flag, the first in the lowest bit of the first byte."""

    def unlike(self, numbers: Vector, number: int) -> Vector | None:
        """A flag for each number that is not ``number``; None where no number is equal to it."""

    def without(self, numbers: Vector, number: int) -> Vector:
        """``numbers`` with 0 in place of ``number``."""

    def zeros(self, flags: Vector) -> int:
        """How many flags are not set."""


class PlainVectors:
    """Vectors by plain loops."""

    def standing(self, days: Sequence[Numbers], flags: Numbers, within: range, day: int) -> StandingRows:
        """As ``Vectors`` says."""
        first = within.start
        possible_from, certain_from, certain_until, possible_until = days
        whole = zip(possible_from, possible_until, flags, strict=True)
        rows = array(
            "I",
            [
                first + place
                for place, (begins, ends, flag) in enumerate(whole)
                if begins <= day < ends and not flag & UNLISTED
            ],
        )
        sure = bytes(certain_from[row - first] <= day < certain_until[row - first] for row in rows)
        return StandingRows(rows, sure)

    def less(self, standing: StandingRows, gone: Sequence[int]) -> StandingRows:
        """As ``Vectors`` says."""
        left_out = set(gone)
        kept = [place for place, row in enumerate(standing.rows) if row not in left_out]
        return StandingRows(
            array("I", [standing.rows[place] for place in kept]),
            bytes(standing.certain[place] for place in kept),
        )

    def take(self, numbers: Numbers, places: Vector, less: int = 0) -> Vector:
        """As ``Vectors`` says."""
        if less:
            return array(numbers.format, [numbers[place] - less for place in places])
        return array(numbers.format, [numbers[place] for place in places])

    def places(self, numbers: Vector, less: int = 0, times: int = 1) -> Vector:
        """As ``Vectors`` says."""
        if not less and times == 1:
            return numbers
        return array("I", [(number - less) * times for number in numbers])

    def take_wide(self, numbers: Numbers, width: int, places: Vector) -> Vector:
        """As ``Vectors`` says."""
        return b"".join(numbers[place * width : (place + 1) * width] for place in places)

    def lists(self, starts: Numbers, numbers: Numbers, places: Vector) -> tuple[Vector, Vector]:
        """As ``Vectors`` says."""
        begins, items = array("i", [0]), array("I")
        for place in places:
            items.extend(numbers[starts[place] : starts[place + 1]])
            begins.append(len(items))
        return begins, items

    def with_more(
        self, lists: tuple[Vector, Vector], more: Sequence[tuple[int, Sequence[int]]]
    ) -> tuple[Vector, Vector]:
        """As ``Vectors`` says."""
        added = dict(more)
        begins, items = array("i", [0]), array("I")
        for place in range(len(lists[0]) - 1):
            items.extend(lists[1][lists[0][place] : lists[0][place + 1]])
            items.extend(added.get(place, ()))
            begins.append(len(items))
        return begins, items

    def bits(self, flags: Vector) -> Vector:
        """As ``Vectors`` says."""
        text = "".join("1" if flag else "0" for flag in reversed(flags))
        return int(text or "0", 2).to_bytes((len(flags) + 7) // 8, "little")

    def unlike(self, numbers: Vector, number: int) -> Vector | None:
        """As ``Vectors`` says."""
        return bytes(each != number for each in numbers) if number in numbers else None

    def without(self, numbers: Vector, number: int) -> Vector:
        """As ``Vectors`` says."""
        return array(numbers.typecode, [0 if each == number else each for each in numbers])

    def zeros(self, flags: Vector) -> int:
        """As ``Vectors`` says."""
        return sum(not flag for flag in flags)


class NumpyVectors:
    """Vectors by numpy."""

    def __init__(self) -> None:
        import numpy

        self._numpy: Any = numpy
        self._rest: Any = numpy.empty(0, dtype=numpy.uint8)

    def _room(self, count: int, of: Any) -> Any:
        """Room for ``count`` numbers of a type, cut from one large piece where it is not small.

        To clear small pages, one by one as they are first written, took half of the time of a table. A piece
        is large enough for numpy to ask the system for large pages, and only those that are used are cleared.
        """
        length = count * self._numpy.dtype(of).itemsize
        if length < _SMALL:
            return self._numpy.empty(count, dtype=of)
        whole = length + -length % _LINE
        if len(self._rest) < whole:
            piece = self._numpy.empty(max(whole, _PIECE) + _LARGE_PAGE, dtype=self._numpy.uint8)
            self._rest = piece[-piece.__array_interface__["data"][0] % _LARGE_PAGE :]
        cut, self._rest = self._rest[:length], self._rest[whole:]
        return cut.view(of)

    def _taken(self, numbers: Any, places: Vector) -> Any:
        # To look at each place once more, as ``take`` does otherwise, needs a copy: places are right.
        room = self._room(len(places), numbers.dtype)
        return self._numpy.take(numbers, places, out=room, mode="clip")

    def _array(self, numbers: Any) -> Any:
        return self._numpy.asarray(numbers)

    def standing(self, days: Sequence[Numbers], flags: Numbers, within: range, day: int) -> StandingRows:
        """As ``Vectors`` says."""
        numpy, told = self._numpy, self._array(flags)
        possible_from, certain_from, certain_until, possible_until = map(self._array, days)
        may, too = self._room(len(within), bool), self._room(len(within), bool)
        numpy.less_equal(possible_from, day, out=may)
        may &= numpy.greater(possible_until, day, out=too)
        # UNLISTED is the highest flag, so one comparison is enough.
        may &= numpy.less(told, UNLISTED, out=too)
        places = numpy.flatnonzero(may)
        certain = certain_from.take(places) <= day
        certain &= certain_until.take(places) > day
        places += within.start
        return StandingRows(places, certain.view(numpy.uint8))

    def less(self, standing: StandingRows, gone: Sequence[int]) -> StandingRows:
        """As ``Vectors`` says."""
        numpy, rows = self._numpy, standing.rows
        kept = numpy.isin(rows, self._array(gone), invert=True, assume_unique=True)
        return StandingRows(rows[kept], standing.certain[kept])

    def take(self, numbers: Numbers, places: Vector, less: int = 0) -> Vector:
        """As ``Vectors`` says."""
        # ``take`` needs half of the time of an index.
        taken = self._taken(self._array(numbers), places)
        if less:
            taken -= less
        return taken

    def places(self, numbers: Vector, less: int = 0, times: int = 1) -> Vector:
        """As ``Vectors`` says."""
        places = self._room(len(numbers), self._numpy.intp)
        self._numpy.subtract(numbers, less, out=places)
        if times != 1:
            places *= times
        return places

    def take_wide(self, numbers: Numbers, width: int, places: Vector) -> Vector:
        """As ``Vectors`` says."""
        wide = self._numpy.frombuffer(numbers, dtype=f"V{width}")
        return self._taken(wide, places).view(self._numpy.uint8)

    def lists(self, starts: Numbers, numbers: Numbers, places: Vector) -> tuple[Vector, Vector]:
        """As ``Vectors`` says."""
        numpy, first, items = self._numpy, self._array(starts), self._array(numbers)
        lengths = self._taken(first[1:], places)
        lengths -= self._taken(first, places)
        lengths = lengths.view(numpy.int32)
        begins = self._room(len(places) + 1, numpy.int32)
        begins[0] = 0
        numpy.cumsum(lengths, out=begins[1:], dtype=numpy.int32)
        found = self._room(int(begins[-1]), items.dtype)
        for start in range(0, len(places), _IN_CACHE):
            part = slice(start, start + _IN_CACHE)
            low, high = int(begins[start]), int(begins[min(start + _IN_CACHE, len(places))])
            # The index of each item: its place in the result, plus the offset of its list.
            at = numpy.arange(low, high)
            behind = first.take(places[part]).astype(numpy.int64) - begins[:-1][part]
            at += numpy.repeat(behind, lengths[part])
            numpy.take(items, at, out=found[low:high], mode="clip")
        return begins, found

    def with_more(
        self, lists: tuple[Vector, Vector], more: Sequence[tuple[int, Sequence[int]]]
    ) -> tuple[Vector, Vector]:
        """As ``Vectors`` says."""
        numpy, (begins, items) = self._numpy, lists
        at = [int(begins[place + 1]) for place, added in more for _ in added]
        numbers = [number for _, added in more for number in added]
        longer = numpy.zeros(len(begins), dtype=numpy.int32)
        for place, added in more:
            longer[place + 1] = len(added)
        return begins + numpy.cumsum(longer, dtype=numpy.int32), numpy.insert(items, at, numbers)

    def bits(self, flags: Vector) -> Vector:
        """As ``Vectors`` says."""
        return self._numpy.packbits(self._array(flags), bitorder="little")

    def unlike(self, numbers: Vector, number: int) -> Vector | None:
        """As ``Vectors`` says."""
        unlike = numbers != number
        return None if unlike.all() else unlike.view(self._numpy.uint8)

    def without(self, numbers: Vector, number: int) -> Vector:
        """As ``Vectors`` says."""
        return self._numpy.where(numbers == number, self._numpy.uint32(0), numbers)

    def zeros(self, flags: Vector) -> int:
        """As ``Vectors`` says."""
        return len(flags) - int(self._numpy.count_nonzero(flags))


def vectors(rows: int) -> Vectors:
    """The vectors for a table of so many rows."""
    # Where numpy is imported already, a table of a few hundred rows is made faster with it.
    if rows >= MANY or (rows >= SOME and "numpy" in sys.modules):
        with suppress(ImportError):
            return NumpyVectors()
    return PlainVectors()
