"""Room for columns, used again as soon as nobody refers to what was in it.

To clear the pages of 20 MB that are written for the first time takes longer than to gather what goes there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from weakref import finalize

SMALL: Final = 1 << 16
"""Bytes that are not worth keeping."""

_MOST: Final = 1 << 26

_counted: Any = None


class KeptRoom:
    """Pieces of memory that are given out, and given out again when nobody has them any more.

    At most ``most`` bytes are kept for the next. Several threads may use it: each step on the table of free
    pieces is one that no other thread sees half done, and who comes second makes a new piece.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        # By the identity of each piece, the one that was given back first in front.
        self._free: dict[int, Any] = {}

    @property
    def free(self) -> Sequence[int]:
        """The sizes of the pieces that are kept and not in use."""
        return [len(piece) for piece in [*self._free.values()]]

    def give(self, numpy: Any, length: int) -> Any:
        """At least ``length`` bytes, uncleared, of this array alone until it and all its views are gone."""
        piece = self._fitting(length)
        if piece is None:
            # Longer by half, so that a table of another day fits: what nobody writes to takes no memory.
            piece = numpy.empty(length + length // 2 + -length % SMALL, dtype=numpy.uint8)
        # Through a buffer, so that views of what is given refer to this array and not to that of the piece.
        given = numpy.frombuffer(memoryview(piece), dtype=numpy.uint8)
        finalize(given, self._back, piece).atexit = False
        return given

    def _fitting(self, length: int) -> Any:
        """The shortest free piece that is long enough and not three times as long; None for none."""
        fitting = [
            (len(piece), key)
            for key, piece in [*self._free.items()]
            if length <= len(piece) <= 3 * length + SMALL
        ]
        return self._free.pop(min(fitting)[1], None) if fitting else None

    def _back(self, piece: Any) -> None:
        self._free[id(piece)] = piece
        for key in [*self._free]:
            if sum(self.free) <= self._most:
                break
            self._free.pop(key, None)


def counted(numpy: Any, length: int) -> Any:
    """The numbers from 0 on, so many, in 32 bits: one array that all share, so it may not be written to."""
    global _counted  # noqa: PLW0603
    there = _counted
    if there is None or len(there) < length:
        there = numpy.arange(2 * length, dtype=numpy.int32)
        there.setflags(write=False)
        _counted = there
    return there[:length]
