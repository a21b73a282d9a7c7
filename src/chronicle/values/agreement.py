"""When an observed share confirms the one that stands, and when the two cannot both be right.

Replay, checks and conflicts all use this rule. An observed share covers a range: "60%" whatever rounds to 60
percent, "25-50%" whatever lies in it, "~30%" whatever is near it, and "?" anything at all. Zero and the whole
are exact: no other share rounds to either.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final, NamedTuple

from chronicle.values.shares import NOTHING, WHOLE, Share

# How far an approximate share may be from its number, as a part of that number.
_TOLERANCE: Final = Fraction(1, 20)


class _Extent(NamedTuple):
    """The range of numbers that a share may be. An end that is open does not belong to it."""

    low: Fraction
    low_open: bool
    high: Fraction
    high_open: bool

    def within(self, other: _Extent) -> bool:
        """Whether all numbers of this range are in the other."""
        above = self.low > other.low or (self.low == other.low and (self.low_open or not other.low_open))
        below = self.high < other.high or (
            self.high == other.high and (self.high_open or not other.high_open)
        )
        return above and below

    def meets(self, other: _Extent) -> bool:
        """Whether the two ranges have a number in common."""
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
    """Whether the observed share ``seen`` confirms ``held``, the share that stands.

    It does when all numbers that ``held`` can be are in the range of ``seen``. ``rounded`` says whether
    ``seen`` may be a rounding of ``held``. It may not where one source stated both: a source that said 10.75%
    and later says 10.8% means another share. ``seen_count`` and ``held_count`` are numbers of shares, None
    where none is stated. A ``seen_count`` that is not equal to ``held_count`` never confirms, also where
    ``held_count`` is None: the observation then says more than what stands.
    """
    if seen_count is not None and seen_count != held_count:
        return False
    if seen.is_unknown:
        return True
    # Where both are approximate, the number that stands must be near the observed one; the observed range
    # need not cover the whole range of the other.
    stands = _as_stated(held) if seen.approximate else _as_held(held)
    return stands.within(_as_observed(seen) if rounded else _as_held(seen))


def contradicts(seen: Share, held: Share) -> bool:
    """Whether the observed share ``seen`` and the share ``held`` that stands cannot both be right.

    They can where the ranges of both have a number in common.
    """
    return not _as_held(held).meets(_as_observed(seen))


def disagree(one: Share, other: Share) -> bool:
    """Whether two stated shares contradict each other, even if either may be a rounding of the other."""
    return contradicts(one, other) and contradicts(other, one)


def _as_stated(share: Share) -> _Extent:
    """The range of a share as stated; from zero to the whole when it is unknown."""
    if share.minimum is None or share.maximum is None:
        return _ANYTHING
    return _Extent(share.minimum, share.minimum_open, share.maximum, share.maximum_open)


def _as_held(share: Share) -> _Extent:
    """The range of a share that stands: as stated, and wider by a twentieth where it is approximate."""
    ends = _as_stated(share)
    if not share.approximate:
        return ends
    return ends._replace(low=ends.low * (1 - _TOLERANCE), high=ends.high / (1 - _TOLERANCE))


def _as_observed(seen: Share) -> _Extent:
    """The range of an observed share: all that rounds to its digits, and wider where it is approximate."""
    ends = _as_held(seen)
    if seen.value is None or seen.value in (NOTHING, WHOLE):
        return ends
    half = _half_a_digit(seen)
    return ends._replace(low=min(ends.low, seen.value - half), high=max(ends.high, seen.value + half))


def _half_a_digit(share: Share) -> Fraction:
    """Half of the last stated digit of a percentage: 0.05 % for "50.0%". Zero for a fraction."""
    text = str(share)
    if not text.endswith("%"):
        return NOTHING
    _, _, decimals = text.rstrip(" %").partition(".")
    return Fraction(1, 200 * 10 ** len(decimals))


def range_around(shares: Iterable[Share]) -> Share:
    """The smallest range that contains all of some shares; unknown if one of them is."""
    shares = [*shares]
    if len(set(shares)) == 1 or any(share.is_unknown for share in shares):
        return next((share for share in shares if share.is_unknown), shares[0])
    low = min(shares, key=lambda share: (share.minimum or 0, share.minimum_open))
    high = max(shares, key=lambda share: (share.maximum or 0, not share.maximum_open))
    return Share(low.minimum, high.maximum, low.minimum_open, high.maximum_open)
