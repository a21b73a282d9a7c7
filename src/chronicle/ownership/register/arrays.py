"""What is done with columns of numbers in more than one place."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[numpy.int64]
Floats: TypeAlias = NDArray[numpy.float64]
Flags: TypeAlias = NDArray[numpy.bool_]


def ints(numbers: Any) -> Ints:
    """``numbers`` as an array of them."""
    return numpy.asarray(numbers, dtype=numpy.int64)


def floats(numbers: Any) -> Floats:
    """``numbers`` as an array of them."""
    return numpy.asarray(numbers, dtype=numpy.float64)


def list_starts(places: Ints, size: int) -> Ints:
    """Where the list of each of ``size`` places begins, and the end, if items lie in order of ``places``."""
    starts = numpy.zeros(size + 1, dtype=numpy.int64)
    numpy.cumsum(numpy.bincount(places, minlength=size), out=starts[1:])
    return starts


def items_of(starts: Ints, lists: Ints) -> Ints:
    """The positions of all items of some ``lists``, one list after the other."""
    first = starts[lists]
    lengths = starts[lists + 1] - first
    behind = numpy.cumsum(lengths) - lengths
    return ints(numpy.arange(int(lengths.sum())) + numpy.repeat(first - behind, lengths))


def distinct(numbers: Ints) -> Ints:
    """``numbers`` in order, each once."""
    ordered = numpy.sort(numbers)  # in numpy 2.4 unique searches by hash, which is slower
    return ints(ordered[numpy.diff(ordered, prepend=-1) != 0])


def sums(places: Ints, numbers: Floats, size: int) -> Floats:
    """The sum of the ``numbers`` at each of ``size`` places."""
    return floats(numpy.bincount(places, weights=numbers, minlength=size))


class Places:
    """Which place each of some nodes has among them."""

    def __init__(self, nodes: Ints) -> None:
        self._order = numpy.argsort(nodes, kind="stable")
        self._sorted = nodes[self._order]

    def __call__(self, nodes: Ints) -> Ints:
        """The place of each of ``nodes``, all of which must be there."""
        return self._order[numpy.searchsorted(self._sorted, nodes)]

    def of(self, node: int) -> int | None:
        """The place of one node; None if it is not there."""
        found = int(numpy.searchsorted(self._sorted, node))
        there = found < len(self._sorted) and self._sorted[found] == node
        return int(self._order[found]) if there else None
