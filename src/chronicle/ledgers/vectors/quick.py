"""Vectors by numpy, some thousands of rows at a time: what is met stays in the cache of the processor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from chronicle.ledgers.layout import Numbers
from chronicle.ledgers.rows import UNLISTED
from chronicle.ledgers.texts import NONE
from chronicle.ledgers.vectors import Rows, Vector, Wanted, Way
from chronicle.ledgers.vectors.room import SMALL, KeptRoom, counted

AT_A_TIME: Final = 32_768
"""How many rows are gathered at a time."""

_SEARCHED: Final = 65_536
"""How many rows are searched at a time."""

FEW_IN: Final = 8
"""Lists with several items are few where at most one in so many is of these."""

_LINE: Final = 64
_WHOLE: Final = 1 << 32

_KEPT: Final = KeptRoom()

_Places = Any
"""Places in a block as numpy has them, or a ``slice`` where they stand together."""


def ranges(numpy: Any, begins: Any, lengths: Any) -> Any:
    """The numbers of several ranges, one behind the other."""
    ends = numpy.cumsum(lengths, dtype=numpy.int64)
    found = numpy.repeat(begins - (ends - lengths), lengths)
    found += numpy.arange(len(found))
    return found


class NumpyVectors:
    """Each operation as ``Vectors`` says."""

    def __init__(self) -> None:
        import numpy

        self._numpy: Any = numpy
        self._rest: Any = numpy.empty(0, dtype=numpy.uint8)

    def _reserve(self, length: int) -> None:
        """Have so many bytes in one piece, from which ``_room`` is cut next."""
        if length >= SMALL and len(self._rest) < length:
            self._rest = _KEPT.give(self._numpy, length)

    def _room(self, count: int, of: Any) -> Any:
        """Room for ``count`` numbers of a type, uncleared."""
        of = self._numpy.dtype(of)
        length = count * of.itemsize
        whole = length + -length % _LINE
        self._reserve(whole)
        if len(self._rest) < whole:
            return self._numpy.empty(count, dtype=of)
        cut, self._rest = self._rest[:length], self._rest[whole:]
        return cut.view(of)

    def _meanwhile(self, count: int, of: Any) -> Any:
        """Room of its own for what no column has in the end."""
        of = self._numpy.dtype(of)
        length = count * of.itemsize
        if length < SMALL:
            return self._numpy.empty(count, dtype=of)
        return _KEPT.give(self._numpy, length)[:length].view(of)

    def _array(self, numbers: Any) -> Any:
        return self._numpy.asarray(numbers)

    def _steps(self, rows: Rows) -> Iterator[tuple[slice, _Places]]:
        """Some rows at a time: where they are among all of ``rows``, and the rows themselves as places."""
        for start in range(0, len(rows), AT_A_TIME):
            part = slice(start, min(start + AT_A_TIME, len(rows)))
            some = rows[part]
            yield part, slice(some.start, some.stop) if isinstance(rows, range) else some

    def _take(self, numbers: Any, places: _Places, out: Any) -> Any:
        if isinstance(places, slice):
            out[:] = numbers[places]
            return out
        # To look at each place once more, as ``take`` does otherwise, needs a copy: places are right.
        return numbers.take(places, out=out, mode="clip")

    def _at(self, numbers: Any, places: _Places, room: Any) -> Any:
        """The numbers at some places, to be read: in ``room`` where they do not stand together."""
        return numbers[places] if isinstance(places, slice) else self._take(numbers, places, room)

    def standing(self, days: Sequence[Numbers], flags: Numbers, within: range, day: int) -> Rows:
        """As ``Vectors`` says."""
        numpy, told = self._numpy, self._array(flags)
        begins, ends = self._array(days[0]), self._array(days[3])
        may, too = (numpy.empty(min(len(within), _SEARCHED), dtype=bool) for _ in range(2))
        found = []
        for start in range(within.start, within.stop, _SEARCHED):
            part = slice(start, min(start + _SEARCHED, within.stop))
            here, also = may[: part.stop - start], too[: part.stop - start]
            numpy.less_equal(begins[part], day, out=here)
            here &= numpy.greater(ends[part], day, out=also)
            # UNLISTED is the highest flag, so one comparison is enough.
            here &= numpy.less(told[part], UNLISTED, out=also)
            found.append((start, numpy.flatnonzero(here)))
        count, at = sum(len(some) for _, some in found), 0
        rows = self._meanwhile(count, numpy.intp)
        for start, some in found:
            numpy.add(some, start, out=rows[at : at + len(some)])
            at += len(some)
        together = count and int(rows[-1]) - int(rows[0]) + 1 == count
        return range(int(rows[0]), int(rows[-1]) + 1) if together else rows

    def less(self, rows: Rows, gone: Sequence[int]) -> Rows:
        """As ``Vectors`` says."""
        rows = self._numpy.asarray(rows)
        return rows[self._numpy.isin(rows, self._array(gone), invert=True, assume_unique=True)]

    def sure(self, days: Sequence[Numbers], rows: Rows, day: int) -> Vector:
        """As ``Vectors`` says."""
        numpy, (_, begins, ends, _) = self._numpy, map(self._array, days)
        some = min(len(rows), AT_A_TIME)
        sure, too = self._room(len(rows), bool), numpy.empty(some, dtype=bool)
        room = self._meanwhile(some, numpy.int32)
        for part, places in self._steps(rows):
            length = part.stop - part.start
            numpy.less_equal(self._at(begins, places, room[:length]), day, out=sure[part])
            sure[part] &= numpy.greater(self._at(ends, places, room[:length]), day, out=too[:length])
        return sure.view(numpy.uint8)

    def taken(self, rows: Rows, asked: Sequence[tuple[Way, Sequence[Wanted | None]]]) -> list[list[Vector]]:
        """As ``Vectors`` says."""
        numpy, some = self._numpy, min(len(rows), AT_A_TIME)
        sources = [[self._source(each, len(rows)) for each in wanted] for _, wanted in asked]
        sizes = [len(rows) * source[0].itemsize for each in sources for source in each]
        self._reserve(sum(size + -size % _LINE for size in sizes))
        found, gathers = list[list[Any]](), list[tuple[Way, Any, list[tuple[Any, int, Any]]]]()
        for (way, _), each in zip(asked, sources, strict=True):
            columns = [self._together(rows, way, *source) for source in each]
            missing = [place for place, column in enumerate(columns) if column is None]
            for place in missing:
                columns[place] = self._room(len(rows), each[place][0])
            # A column of places is where these are computed.
            wished = [columns[place] for place in missing if each[place][1] is None]
            gathered = [(*each[place][1:], columns[place]) for place in missing if each[place][1] is not None]
            if missing:
                through = None if way.through is None else self._array(way.through)
                gathers.append((way._replace(through=through), wished[0] if wished else None, gathered))
            found.append([each.view(numpy.uint8) if each.dtype.kind == "V" else each for each in columns])
        told, room = self._meanwhile(some, numpy.uint32), self._meanwhile(some, numpy.intp)
        for part, places in self._steps(rows):
            length = part.stop - part.start
            for way, wished, gathered in gathers:
                at = told[:length] if wished is None else wished[part]
                led = self._led(way, places, at, room[:length])
                for numbers, less, column in gathered:
                    self._take(numbers, led, column[part])
                    if less:
                        column[part] -= less
        return found

    def _source(self, wanted: Wanted | None, count: int) -> tuple[Any, Any, int]:
        """The type of what is wanted for ``count`` rows, what has it, and by how much it is to be reduced."""
        numpy = self._numpy
        if wanted is None:
            return numpy.dtype(numpy.uint32), None, 0
        numbers, less, width = wanted
        array = numpy.frombuffer(numbers, dtype=f"V{width}") if width else self._array(numbers)
        # Reduced at once, where that is less work than for each row.
        return (array.dtype, array - less, 0) if less and len(array) < count else (array.dtype, array, less)

    def _together(self, rows: Rows, way: Way, _: Any, numbers: Any, less: int) -> Any:
        """The part of a block that is a column as it stands; None where there is none."""
        if isinstance(rows, range) and way.through is None and numbers is not None and not less:
            return numbers[rows.start + way.plus : rows.stop + way.plus]
        return None

    def _led(self, way: Way, places: _Places, told: Any, room: Any) -> _Places:
        """The places to which rows lead, in ``room`` where they are new; by numbers also in ``told``."""
        through, plus = way
        if through is not None:
            self._take(through, places, told)
            if plus:
                # Modulo 2 to the power of 32, so that less than nothing can be added.
                told += self._numpy.uint32(plus % _WHOLE)
            room[:] = told
            return room
        if isinstance(places, slice):
            return slice(places.start + plus, places.stop + plus)
        return self._numpy.add(places, plus, out=room) if plus else places

    def take(self, numbers: Numbers, places: Vector) -> Vector:
        """As ``Vectors`` says."""
        whole = self._array(numbers)
        if isinstance(places, range):
            return whole[places.start : places.stop]
        return self._take(whole, places, self._room(len(places), whole.dtype))

    def lists(
        self, starts: Numbers, numbers: Numbers, places: Vector, alone: Vector | None = None
    ) -> tuple[Vector, Vector]:
        """As ``Vectors`` says."""
        numpy, first, items, count = self._numpy, self._array(starts), self._array(numbers), len(places)
        if isinstance(places, range):
            begins = self._room(count + 1, numpy.int32)
            low, high = int(first[places.start]), int(first[places.stop])
            numpy.subtract(first[places.start : places.stop + 1], low, out=begins, casting="unsafe")
            return begins, items[low:high]
        if alone is not None:
            several = alone == NONE
            found = int(numpy.count_nonzero(several))
            if not found:
                return counted(numpy, count + 1), alone
            if found * FEW_IN < count:
                return self._around(alone, numpy.flatnonzero(several), first, items, places)
        begins = self._room(count + 1, numpy.int32)
        begins[0] = 0
        lengths, lows = begins[1:].view(numpy.uint32), self._room(count, numpy.uint32)
        steps = [*self._steps(places)]
        even = True
        for part, some in steps:
            self._take(first, some, lows[part])
            self._take(first[1:], some, lengths[part])
            lengths[part] -= lows[part]
            even = even and bool((lengths[part] == 1).all())
        if even:
            for part, _ in steps:
                self._take(items, lows[part].astype(numpy.intp), lows[part])
            return counted(numpy, count + 1), lows
        numpy.cumsum(lengths, out=begins[1:], dtype=numpy.int32)
        found = self._room(int(begins[-1]), items.dtype)
        for part, _ in steps:
            ends = begins[part.start : part.stop + 1]
            # The index of each item: its place in the result, plus the offset of its list.
            at = numpy.arange(int(ends[0]), int(ends[-1]))
            at += numpy.repeat(lows[part].astype(numpy.int64) - ends[:-1], numpy.diff(ends))
            self._take(items, at, found[int(ends[0]) : int(ends[-1])])
        return begins, found

    def _around(self, alone: Any, others: Any, first: Any, items: Any, places: Any) -> tuple[Any, Any]:
        """Lists of which most have one item, in ``alone``, and the ``others`` are put between these."""
        numpy, count, after = self._numpy, len(alone), others + 1
        lows = first[places[others]]
        lengths = first[places[others] + 1] - lows
        # By how much the lists that follow each of the others begin later than if all had one item.
        more = numpy.append(0, numpy.cumsum(lengths.astype(numpy.int32) - 1)).astype(numpy.int32)
        begins = self._room(count + 1, numpy.int32)
        shift = numpy.repeat(more, numpy.diff(after, prepend=0, append=count + 1))
        numpy.add(counted(numpy, count + 1), shift, out=begins)
        # One place more, for an empty list at the end. What an empty list has there is written over next.
        found, room = self._room(int(begins[-1]) + 1, items.dtype), numpy.empty(AT_A_TIME, numpy.intp)
        for start in range(0, count, AT_A_TIME):
            part = slice(start, min(start + AT_A_TIME, count))
            at = room[: part.stop - start]
            at[:] = begins[part]
            found[at] = alone[part]
        found[ranges(numpy, begins[others], lengths)] = items[ranges(numpy, lows, lengths)]
        return begins, found[:-1]

    def alone(self, starts: Numbers, numbers: Numbers) -> Vector | None:
        """As ``Vectors`` says."""
        if not len(numbers):
            return None
        first = self._array(starts)
        alone = self._numpy.take(self._array(numbers), first[:-1], mode="clip")
        alone[self._numpy.diff(first) != 1] = NONE
        return alone

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
        whole = self._array(numbers)
        if not len(whole) or int(whole.max()) < number:
            return None
        return (whole != number).view(self._numpy.uint8)

    def without(self, numbers: Vector, number: int) -> Vector:
        """As ``Vectors`` says."""
        return self._numpy.where(numbers == number, self._numpy.uint32(0), numbers)

    def zeros(self, flags: Vector) -> int:
        """As ``Vectors`` says."""
        return len(flags) - int(self._numpy.count_nonzero(flags))
