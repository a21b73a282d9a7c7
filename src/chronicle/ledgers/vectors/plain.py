"""Vectors by plain loops, for a few rows or where numpy is not installed."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from chronicle.ledgers.layout import Numbers
from chronicle.ledgers.rows import UNLISTED
from chronicle.ledgers.vectors import Rows, Searched, StandingRows, Vector, Wanted, Way


class PlainVectors:
    """Each operation as ``Vectors`` says."""

    def standing(self, searched: Searched, within: range, day: int) -> StandingRows:
        """As ``Vectors`` says."""
        first, last = within.start, within.stop
        flags, begins, ends, certain = searched
        whole = zip(begins[first:last], ends[first:last], flags[first:last], strict=True)
        rows = array(
            "I",
            [
                first + place
                for place, (begin, end, flag) in enumerate(whole)
                if begin <= day < end and not flag & UNLISTED
            ],
        )
        if certain is None:
            return StandingRows(rows, None)
        begins, ends = certain
        return StandingRows(rows, bytes(begins[row] <= day < ends[row] for row in rows))

    def less(self, standing: StandingRows, gone: Sequence[int]) -> StandingRows:
        """As ``Vectors`` says."""
        left_out, (rows, sure) = set(gone), standing
        left = [place for place, row in enumerate(rows) if row not in left_out]
        return StandingRows(
            array("I", [rows[place] for place in left]),
            None if sure is None else bytes([sure[place] for place in left]),
        )

    def held(self, numbers: Numbers) -> Vector:
        """As ``Vectors`` says."""
        return numbers

    def asked(
        self, wanted: Sequence[tuple[Way, Sequence[Wanted | None]]]
    ) -> Sequence[tuple[Way, Sequence[Wanted | None]]]:
        """As ``Vectors`` says."""
        return wanted

    def taken(self, rows: Rows, asked: Sequence[tuple[Way, Sequence[Wanted | None]]]) -> list[Vector]:
        """As ``Vectors`` says."""
        found = []
        for (through, plus), wanted in asked:
            numbers = rows if through is None else [through[row] for row in rows]
            places = array("I", [number + plus for number in numbers])
            found += [places if each is None else self._wanted(each, places) for each in wanted]
        return found

    def _wanted(self, wanted: Wanted, places: Vector) -> Vector:
        numbers, less, width = wanted
        if width:
            return b"".join(numbers[place * width : (place + 1) * width] for place in places)
        return array(numbers.format, [numbers[place] - less for place in places])

    def take(self, numbers: Numbers, places: Vector) -> Vector:
        """As ``Vectors`` says."""
        return array(numbers.format, [numbers[place] for place in places])

    def lists(
        self,
        starts: Numbers,
        numbers: Numbers,
        places: Vector,
        alone: Vector | None = None,  # noqa: ARG002
    ) -> tuple[Vector, Vector]:
        """As ``Vectors`` says."""
        begins, items = array("i", [0]), array("I")
        for place in places:
            items.extend(numbers[starts[place] : starts[place + 1]])
            begins.append(len(items))
        return begins, items

    def alone(self, starts: Numbers, numbers: Numbers) -> Vector | None:  # noqa: ARG002
        """As ``Vectors`` says: one list after the other is as quick."""
        return None

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
