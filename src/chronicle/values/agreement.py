"""When a share that is seen confirms one that stands, and when the two cannot both be right.

The one place that decides it, for replay, for the checks and for conflicts alike. What is seen says no
more than it says: "60%" is whatever rounds to 60 percent, "25-50%" whatever lies there, "~30%" whatever
is near it, and "?" anything at all. Nothing is only nothing and the whole only the whole: no share rounds
to either.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final, NamedTuple

from chronicle.values.shares import NOTHING, WHOLE, Share

# By how much of itself "about 60 %" may be another number.
_ABOUT: Final = Fraction(1, 20)


class _Extent(NamedTuple):
    """The numbers that a share may be, from one end to the other; an open end is itself left out."""

    low: Fraction
    low_open: bool
    high: Fraction
    high_open: bool

    def within(self, other: _Extent) -> bool:
        """Whether all of these are among the other's."""
        above = self.low > other.low or (self.low == other.low and (self.low_open or not other.low_open))
        below = self.high < other.high or (
            self.high == other.high and (self.high_open or not other.high_open)
        )
        return above and below

    def meets(self, other: _Extent) -> bool:
        """Whether some of these are among the other's."""
        return not (self._all_below(other) or other._all_below(self))

    def _all_below(self, other: _Extent) -> bool:
        touching = self.high == other.low and (self.high_open or other.low_open)
        return self.high < other.low or touching


_ANYTHING: Final = _Extent(NOTHING, False, WHOLE, False)


def confirms(
    seen: Share,
    held: Share,
    seen_count: int | None = None,
    held_count: int | None = None,
    *,
    rounded: bool = True,
) -> bool:
    """Whether what is seen confirms what stands: this lies wholly within what that says.

    ``rounded`` says whether what is seen may be the rounding of what stands: not so where one source saw
    both, for who said 10.75% and then says 10.8% means another share. ``seen_count`` and ``held_count`` are
    numbers of shares, None where nobody states one. Two that differ confirm nothing, and a number that is
    seen where none stands says more than what stands.
    """
    if seen_count is not None and seen_count != held_count:
        return False
    if seen.is_unknown:
        return True
    # What stands is taken as exact as it was stated. Where both are "about" something, the one need not
    # cover all that the other may be: to be near it is enough.
    stands = _ends(held) if seen.approximate else _about(held)
    return stands.within(_said(seen) if rounded else _about(seen))


def contradicts(seen: Share, held: Share) -> bool:
    """Whether what is seen and what stands cannot both be right. Ranges that only meet can."""
    return not _about(held).meets(_said(seen))


def disagree(one: Share, other: Share) -> bool:
    """Whether two statements of a share contradict each other, whichever of them is the rounder."""
    return contradicts(one, other) and contradicts(other, one)


def _ends(share: Share) -> _Extent:
    if share.minimum is None or share.maximum is None:
        return _ANYTHING
    return _Extent(share.minimum, share.minimum_open, share.maximum, share.maximum_open)


def _about(share: Share) -> _Extent:
    """What a share may be that stands: itself, and what is near it where it is only "about"."""
    ends = _ends(share)
    if not share.approximate:
        return ends
    return ends._replace(low=ends.low * (1 - _ABOUT), high=ends.high / (1 - _ABOUT))


def _said(seen: Share) -> _Extent:
    """What a share may be by one that is seen: all that rounds to its digits, and what is near "about"."""
    ends = _about(seen)
    if seen.value is None or seen.value in (NOTHING, WHOLE):
        return ends
    half = _half_a_digit(seen)
    return ends._replace(low=min(ends.low, seen.value - half), high=max(ends.high, seen.value + half))


def _half_a_digit(share: Share) -> Fraction:
    """Half of the last digit that was stated: of 50.0 percent a twentieth of one. A fraction is exact."""
    text = str(share)
    if not text.endswith("%"):
        return NOTHING
    _, _, decimals = text.rstrip(" %").partition(".")
    return Fraction(1, 200 * 10 ** len(decimals))
