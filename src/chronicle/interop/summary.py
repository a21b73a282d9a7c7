"""What an import did, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from attrs import Factory, define

from chronicle.errors import Problem
from chronicle.interop.undeclared import Undeclared
from chronicle.stores import Record


@define
class Summary:
    """What an import did.

    ``made`` events and ``skipped`` problems came from the source; ``read`` counts both. Of the events,
    ``added`` are new, ``known`` existed with the same content, and ``corrected`` with another. Of those with
    the same content ``confirmed`` are stated again by an edition that the store did not have. ``retracted``
    events existed and are no longer in the source; ``restored`` ones had been retracted and are in it again.
    ``undeclared`` are the entities that the events name and that neither they nor the store declare.
    """

    read: int = 0
    made: int = 0
    added: int = 0
    known: int = 0
    confirmed: int = 0
    corrected: int = 0
    restored: int = 0
    retracted: int = 0
    skipped: int = 0
    reasons: Counter[str] = Factory(Counter)
    undeclared: Undeclared = Factory(Undeclared)


@define
class Unread:
    """Rows of which not even the id could be read: how many, and where the first ones are."""

    count: int = 0
    _places: list[str] = Factory(list)

    def add(self, problem: Problem) -> None:
        """Count the row of a problem."""
        self.count += 1
        if problem.place and len(self._places) < _LISTED:
            self._places.append(str(problem.place))

    def words(self) -> str:
        """The rows in words."""
        many = "one row or record" if self.count == 1 else f"{self.count:,} rows or records"
        more = ", ..." if self.count > _LISTED else ""
        return f"{many} ({', '.join(self._places)}{more})" if self._places else many


_LISTED: Final = 5


@define
class Positions:
    """Positions of a store, one bit for each."""

    _bits: bytearray = Factory(bytearray)

    def add(self, position: int) -> None:
        """Put a position to them."""
        byte = position >> 3
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1 - len(self._bits) + 4_096))
        self._bits[byte] |= 1 << (position & 7)

    def add_all(self, added: Sequence[Record]) -> None:
        """Put those of records that were added one after the other."""
        if not added:
            return
        first, last = added[0].position, added[-1].position
        # Whole bytes at once, and what is before and behind them bit by bit.
        start, stop = (first + 7) >> 3, (last + 1) >> 3
        for position in range(first, min(start << 3, last + 1)):
            self.add(position)
        for position in range(max(stop << 3, first), last + 1):
            self.add(position)
        if start < stop:
            self.add(last)
            self._bits[start:stop] = b"\xff" * (stop - start)

    def __contains__(self, position: object) -> bool:
        assert isinstance(position, int)
        byte = position >> 3
        return byte < len(self._bits) and bool(self._bits[byte] & (1 << (position & 7)))
