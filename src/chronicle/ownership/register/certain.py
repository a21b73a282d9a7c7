"""How far a solution in floats can be from the exact one: bounds that are proved, not estimated.

Let ``A`` be the exact weights, ``y*`` the smallest solution of ``y = A y + b`` of which nothing is negative,
``y`` what floats found, and ``w`` a vector with ``w - A w >= g > 0``. Let ``|A y + b - y| <= d g`` for a
number ``d``. Then ``z = y + d w`` has ``A z + b - z <= d g - d g = 0``: it is a super-solution. What starts
with nothing and is put into the right side again and again rises to the smallest solution, and never above a
super-solution; so ``y* <= z``. In the same way ``y - d w`` is a sub-solution. That alone proves nothing, as
what goes around a closed loop satisfies its equations too; but ``A w < w`` with ``w > 0`` proves that the
powers of ``A`` vanish (Berman and Plemmons, Nonnegative Matrices in the Mathematical Sciences, chapter 6),
and then a sub-solution is never above the solution. So ``y - d w <= y* <= y + d w``, whatever way ``y`` and
``w`` were found.

Where the value of the holder itself is one by definition, its equation is left out. That the bounds raise
and lower it too makes the right sides of the others only greater and less, so that both hold as before.

The two conditions are checked in floats themselves. A sum of k products of numbers that are not negative is
off by at most ``(k + 1) u`` of itself, ``u = 2**-53`` (Higham, Accuracy and Stability of Numerical
Algorithms, chapter 3), a weight by at most two units in its last place; twice of that is allowed for.
"""

from __future__ import annotations

from typing import Final

import numpy

from chronicle.ownership.register.arrays import Floats, Ints, floats

UNIT: Final = 2.0**-53
_TINY: Final = 1e-290  # above what an underflow can take away
_UP: Final = 1 + 1e-12  # more than the last few operations can be off


def slack(counts: Ints) -> Floats:
    """By which part of itself a sum of so many products can be off at most, with twice that for safety."""
    return floats((counts + 8) * (2 * UNIT))


def radius(
    coming: Floats, right: Floats, values: Floats, waning: tuple[Floats, Floats], counts: Ints
) -> Floats:
    """How far ``values`` can be from the exact solution, at each place; endlessly if nothing is proved.

    ``coming`` is ``A y`` in floats, ``right`` is ``b``, ``waning`` is ``w`` and ``A w``, ``counts`` has the
    number of products in each sum.
    """
    off = slack(counts)
    less, coming_less = waning
    gap = less - coming_less - off * (less + coming_less) - _TINY
    if not (numpy.isfinite(values).all() and (values >= 0).all() and (gap > 0).all()):
        return numpy.full(len(values), numpy.inf)
    wrong = numpy.abs(coming + right - values) + off * (coming + right + values) + _TINY
    if not len(wrong):
        return numpy.zeros(0)
    return floats(float((wrong / gap).max()) * _UP * less * _UP)
