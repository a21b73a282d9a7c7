"""The linear equations of one large loop: by sparse elimination, or by going around where that is enough."""

from __future__ import annotations

from typing import Any, Final, Protocol

import numpy

from chronicle.ownership.register.arrays import Floats, floats

ENDLESS: Final = 1e10
"""What goes around a loop so often is lost in the errors of floats."""

LARGE: Final = 500
"""Smaller loops are eliminated at once."""

_NEAR: Final = 1e-14  # a smaller part of what is there is not worth another round
_TIMES: Final = 400
_TOO_MUCH: Final = numpy.zeros(0)


class Solved(Protocol):
    """What solves equations with many right sides."""

    def solve(self, right: Floats, trans: str = "N") -> Floats:
        """The solution; with ``trans="T"`` that of the transposed equations."""


def eliminated_whole(matrix: Any) -> Solved | None:
    """The elimination of a matrix; None where there is no solution without negative numbers."""
    from scipy.sparse.linalg import splu

    if matrix.shape[0] >= LARGE and _is_endless(matrix):
        # An elimination finds that too, and of thousands that hold each other at random it does not end.
        return None
    try:
        # The diagonal may always be the pivot, as it is in the exact elimination of solve.py.
        found: Solved = splu(
            matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )
    except RuntimeError:
        return None
    return found if _is_finite(found, matrix) else None


def _is_endless(matrix: Any) -> bool:
    """Whether so much goes around a loop that it is seen by going around."""
    return _summed(matrix.tocsr(), numpy.ones(matrix.shape[0]), ENDLESS) is _TOO_MUCH


def _summed(matrix: Any, right: Floats, most: float = numpy.inf) -> Floats | None:
    """The solution by going around; ``_TOO_MUCH`` above a number, None where that would be too often.

    Nothing of ``right`` is below zero, so that each time around only adds.
    """
    values = right
    for _ in range(_TIMES):
        left = right - matrix @ values
        values = values + left
        if (numpy.abs(left) <= _NEAR * values).all():
            return floats(values)
        if (values > most).any():
            return _TOO_MUCH
    return None


def gone_around(matrix: Any) -> Solved | None:
    """What solves a matrix by going around the loop; None where there is no solution as above."""
    if matrix.shape[0] < LARGE:
        return eliminated_whole(matrix)
    found = _GoneAround(matrix)
    return found if _is_finite(found, matrix) else None


def _is_finite(found: Solved, matrix: Any) -> bool:
    """Whether the sum of all ways around is finite, and nothing in it is below zero."""
    ways = found.solve(numpy.ones(matrix.shape[0]))
    return bool(((ways > 1.0 - 1e-9) & (ways < ENDLESS)).all())


class _GoneAround:
    """Equations that are solved by going around the loop as long as what comes back can be seen.

    No right side may have anything below zero. Where that would be too often they are eliminated after all.
    """

    def __init__(self, matrix: Any) -> None:
        self._matrix = matrix.tocsr()
        self._eliminated: Solved | None = None

    def solve(self, right: Floats, trans: str = "N") -> Floats:
        """As ``Solved`` says; of no number where there is no solution."""
        if self._eliminated is None:
            values = _summed(self._matrix.T if trans == "T" else self._matrix, right)
            if values is not None:
                return values
            self._eliminated = eliminated_whole(self._matrix.tocsc())
        if self._eliminated is None:
            return numpy.full(len(right), numpy.nan)
        return self._eliminated.solve(right, trans)
