"""Operations on whole columns of numbers: by numpy where it is installed and pays, else by plain loops.

Both give the same. numpy is optional, and not imported for a few rows, since the import takes longer than
those.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, Protocol

from chronicle.ledgers.layout import Numbers

MANY: Final = 50_000
"""The number of rows from which on importing numpy saves time."""

SOME: Final = 500
"""The same where numpy is imported already."""

AT_ONCE: Final = 1_000_000
"""How many rows are searched at a time."""

Vector = Any
"""A sequence of numbers with the buffer protocol."""

Rows = Any
"""Some rows in order: a ``Vector``, or a ``range`` of rows that stand together."""


class Way(NamedTuple):
    """How a row leads to a place in a block: by its number in ``through``, plus ``plus``.

    Without ``through`` the row itself is that number.
    """

    through: Numbers | None = None
    plus: int = 0


class Wanted(NamedTuple):
    """What is wanted of a block: its numbers reduced by ``less``, or its items of ``width`` bytes."""

    numbers: Numbers
    less: int = 0
    width: int = 0


class Searched(NamedTuple):
    """What tells which rows stand: their flags, and the days between which each may hold.

    ``certain`` has the days between which each certainly holds, where that is asked.
    """

    flags: Vector
    begins: Vector
    ends: Vector
    certain: tuple[Vector, Vector] | None


class StandingRows(NamedTuple):
    """The rows that stand on a day; ``sure`` has whether each certainly does, or is None if not asked."""

    rows: Rows
    sure: Vector


class Vectors(Protocol):
    """The operations of a library of vectors."""

    def standing(self, searched: Searched, within: range, day: int) -> StandingRows:
        """The listed rows ``within`` that may stand on ``day``; without their doubts, whether they do."""

    def less(self, standing: StandingRows, gone: Sequence[int]) -> StandingRows:
        """The same without the rows that are ``gone``, which are in order."""

    def held(self, numbers: Numbers) -> Vector:
        """The same numbers as this library has them, so that it need not look at them for each table."""

    def asked(self, wanted: Sequence[tuple[Way, Sequence[Wanted | None]]]) -> Any:
        """What ``taken`` needs to know of what is wanted, by each way; None are the places themselves.

        The places are those in a block, so only of a way through one.
        """

    def taken(self, rows: Rows, asked: Any) -> list[Vector]:
        """All that is wanted, in turn, at the place to which each of ``rows`` leads."""

    def take(self, numbers: Numbers, places: Vector) -> Vector:
        """The number at each of ``places``."""

    def lists(
        self, starts: Numbers, numbers: Numbers, places: Vector, alone: Vector | None = None
    ) -> tuple[Vector, Vector]:
        """Where the list of each of ``places`` begins, with a last end, and the items of all these lists.

        ``alone`` is the item of each list that has but one, and ``NONE`` for others, where that is known.
        """

    def alone(self, starts: Numbers, numbers: Numbers) -> Vector | None:
        """The item of each list that has but one, and ``NONE`` for others; None where that is of no use."""

    def with_more(
        self, lists: tuple[Vector, Vector], more: Sequence[tuple[int, Sequence[int]]]
    ) -> tuple[Vector, Vector]:
        """The same with further items at the end of some lists, given by the indexes of these lists."""

    def bits(self, flags: Vector) -> Vector:
        """A bit for each flag, the first in the lowest bit of the first byte."""

    def unlike(self, numbers: Vector, number: int) -> Vector | None:
        """A flag for each of ``numbers`` that is less than ``number``; None where none is as large."""

    def without(self, numbers: Vector, number: int) -> Vector:
        """``numbers`` with 0 in place of ``number``."""

    def zeros(self, flags: Vector) -> int:
        """How many flags are not set."""


def vectors(rows: int) -> Vectors:
    """The vectors for a table of so many rows."""
    # Where numpy is imported already, a table of a few hundred rows is made faster with it.
    if rows >= MANY or (rows >= SOME and "numpy" in sys.modules):
        with suppress(ImportError):
            from chronicle.ledgers.vectors.quick import NumpyVectors

            return NumpyVectors()
    from chronicle.ledgers.vectors.plain import PlainVectors

    return PlainVectors()


def listed(rows: Rows) -> list[int]:
    """Rows as a list of integers of Python."""
    return [*rows] if isinstance(rows, range) else rows.tolist()
