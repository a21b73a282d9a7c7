"""Some of the rows that stand on a day, with what was taken for them out of the blocks of a ledger."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property

from chronicle.ledgers.reading import StoredRows
from chronicle.ledgers.vectors import StandingRows, Vector, Vectors

More = Sequence[tuple[int, Sequence[int]]]
"""What some rows, by their places, have besides."""


class StandingBatch:
    """Some of the rows that stand on a day.

    ``taken`` has what is wanted of the blocks for each of them, by the way there and a name.
    """

    def __init__(
        self,
        stored: StoredRows,
        day: datetime.date,
        standing: StandingRows,
        vectors: Vectors,
        taken: Mapping[tuple[str, str], Vector],
    ) -> None:
        self._stored, self.day = stored, day
        self.rows, self.sure = standing
        self.length = len(self.rows)
        self.vectors, self.taken = vectors, taken

    @cached_property
    def doubts(self) -> More:
        """The rows that are in doubt on the day, by their places, each with the events that say so."""
        doubted = list[tuple[int, list[int]]]()
        for row in dict.fromkeys(self._stored.file.numbers("doubts.row")):
            place = bisect_left(self.rows, row)
            found = [number for number, doubt in self._stored.doubts_of(row) if doubt.on(self.day)]
            if found and place < self.length and self.rows[place] == row:
                behind = set(self._stored.behind(row))
                more = [number for number in dict.fromkeys(found) if number not in behind]
                doubted.append((place, more))
        return doubted
