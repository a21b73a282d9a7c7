"""Vectors by numpy, some thousands of rows at a time: what is met stays in the cache of the processor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from chronicle.ledgers.layout import Numbers
from chronicle.ledgers.rows import UNLISTED
from chronicle.ledgers.texts import NONE
from chronicle.ledgers.vectors import Rows, Searched, StandingRows, Vector, Wanted, Way
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


class _ColumnSource(NamedTuple):
    """The type of a column, and the block that has it: None for the places."""

    type: Any
    numbers: Any


class _WantedByWay(NamedTuple):
    """What is wanted by one way, as ``Way`` has it."""

    through: Any
    plus: int
    sources: Sequence[_ColumnSource]


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

    def standing(self, searched: Searched, within: range, day: int) -> StandingRows:
        """As ``Vectors`` says."""
        numpy, (flags, begins, ends, certain) = self._numpy, searched
        may, too = (numpy.empty(min(len(within), _SEARCHED), dtype=bool) for _ in range(2))
        found, sure = [], []
        for start in range(within.start, within.stop, _SEARCHED):
            part = slice(start, min(start + _SEARCHED, within.stop))
            here, also = may[: part.stop - start], too[: part.stop - start]
            self._between(begins[part], ends[part], day, here, also)
            # UNLISTED is the highest flag, so one comparison is enough.
            here &= numpy.less(flags[part], UNLISTED, out=also)
            some = numpy.flatnonzero(here)
            found.append((start, some))
            if certain is not None:
                self._between(certain[0][part], certain[1][part], day, here, also)
                sure.append(here.take(some, mode="clip"))
        rows = self._joined(found)
        return StandingRows(rows, None if certain is None else numpy.concatenate(sure).view(numpy.uint8))

    def _between(self, begins: Any, ends: Any, day: int, found: Any, room: Any) -> None:
        """Whether a day is from each of ``begins`` on and before each of ``ends``, into ``found``."""
        self._numpy.less_equal(begins, day, out=found)
        found &= self._numpy.greater(ends, day, out=room)

    def _joined(self, found: Sequence[tuple[int, Any]]) -> Rows:
        """The rows at some places behind each of several starts."""
        numpy, at, count = self._numpy, 0, sum(len(some) for _, some in found)
        rows = self._meanwhile(count, numpy.intp)
        for start, some in found:
            numpy.add(some, start, out=rows[at : at + len(some)])
            at += len(some)
        together = count and int(rows[-1]) - int(rows[0]) + 1 == count
        return range(int(rows[0]), int(rows[-1]) + 1) if together else rows

    def less(self, standing: StandingRows, gone: Sequence[int]) -> StandingRows:
        """As ``Vectors`` says."""
        numpy, (rows, sure) = self._numpy, standing
        rows = numpy.asarray(rows)
        left = numpy.isin(rows, self._array(gone), invert=True, assume_unique=True)
        return StandingRows(rows[left], None if sure is None else sure[left])

    def held(self, numbers: Numbers) -> Vector:
        """As ``Vectors`` says."""
        return self._array(numbers)

    def asked(self, wanted: Sequence[tuple[Way, Sequence[Wanted | None]]]) -> Sequence[_WantedByWay]:
        """As ``Vectors`` says."""
        return [
            _WantedByWay(
                None if way.through is None else self._array(way.through),
                way.plus,
                [self._source(each) for each in wished],
            )
            for way, wished in wanted
        ]

    def _source(self, wanted: Wanted | None) -> _ColumnSource:
        numpy = self._numpy
        if wanted is None:
            return _ColumnSource(numpy.dtype(numpy.uint32), None)
        numbers, less, width = wanted
        array = numpy.frombuffer(numbers, dtype=f"V{width}") if width else self._array(numbers)
        # Blocks whose numbers are to be reduced are short: they have dates.
        return _ColumnSource(array.dtype, array - less if less else array)

    def taken(self, rows: Rows, asked: Sequence[_WantedByWay]) -> list[Vector]:
        """As ``Vectors`` says."""
        numpy, count, some = self._numpy, len(rows), min(len(rows), AT_A_TIME)
        sizes = [count * source.type.itemsize for each in asked for source in each.sources]
        self._reserve(sum(sizes) + _LINE * len(sizes))
        found, gathers = list[Any](), list[tuple[_WantedByWay, Any, list[tuple[Any, Any]]]]()
        for each in asked:
            places, gathered = None, list[tuple[Any, Any]]()
            for of, numbers in each.sources:
                column = None if numbers is None else self._together(rows, each, numbers)
                if column is None:
                    column = self._room(count, of)
                    if numbers is None:
                        # A column of places is where these are computed.
                        places = column
                    else:
                        gathered.append((numbers, column))
                found.append(column.view(numpy.uint8) if of.kind == "V" else column)
            if gathered or places is not None:
                gathers.append((each, places, gathered))
        told, room = self._meanwhile(some, numpy.uint32), self._meanwhile(some, numpy.intp)
        for part, places in self._steps(rows):
            length = part.stop - part.start
            for each, wished, gathered in gathers:
                at = told[:length] if wished is None else wished[part]
                led = self._led(each, places, at, room[:length])
                for numbers, column in gathered:
                    self._take(numbers, led, column[part])
        return found

    def _together(self, rows: Rows, asked: _WantedByWay, numbers: Any) -> Any:
        """The part of a block that is a column as it stands; None where there is none."""
        if isinstance(rows, range) and asked.through is None:
            return numbers[rows.start + asked.plus : rows.stop + asked.plus]
        return None

    def _led(self, asked: _WantedByWay, places: _Places, told: Any, room: Any) -> _Places:
        """The places to which rows lead, in ``room`` where they are new; by numbers also in ``told``."""
        through, plus = asked.through, asked.plus
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
        # The index of each item: its place in the result, plus the offset of its list; modulo 2 to the
        # power of 32, so that less than nothing can be added.
        offsets = lows - begins[:-1].view(numpy.uint32)
        for part, _ in steps:
            low, high = int(begins[part.start]), int(begins[part.stop])
            at = numpy.repeat(offsets[part], numpy.diff(begins[part.start : part.stop + 1]))
            at += numpy.arange(low, high, dtype=numpy.uint32)
            self._take(items, at.astype(numpy.intp), found[low:high])
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
