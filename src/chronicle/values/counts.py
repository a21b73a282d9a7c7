"""Counts, mostly of shares, and the ratios of splits and consolidations."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

from attrs import field, frozen

from chronicle.errors import shown
from chronicle.values.amounts import AMOUNT, SUFFIX, exact_amount
from chronicle.values.wording import LONGEST, Stated, Wording

_COUNT: Final = Wording(
    "C304", "count", "12488058846", "write 12488058846, 12,488,058,846, 12.488bn, 10M or ~30"
)
_RATIO: Final = Wording(
    "C305", "ratio", "2:1", "write new:old in whole numbers, as 2:1 for two new shares for each old one"
)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@frozen(repr=False)
class Count(Stated):
    """A whole number of something, mostly of shares. ``~30`` is about thirty.

    ``text`` is how it was stated; equality and hash leave it out. Raises ``InvalidValue`` (C304).
    """

    value: int
    approximate: bool = False
    text: str = field(default="", eq=False)

    def __attrs_post_init__(self) -> None:
        if not _is_whole(self.value):
            raise _COUNT.invalid(f"count is not a whole number: {shown(self.value)}", "give an int")
        if self.value < 0:
            raise _COUNT.invalid(f"count below zero: {self.value}", "counts are zero or more")

    def canonical(self) -> str:
        """The text that ``parse_count`` reads as this value, whatever text it was stated in."""
        return f"{'~' if self.approximate else ''}{self.value}"


_COUNT_TEXT = re.compile(rf"(~?)({AMOUNT})({SUFFIX})")


def parse_count(text: str) -> Count:
    """The whole number that ``text`` states: ``12488058846``, ``12.488bn``, ``10M``, ``~30``.

    The suffixes are those of ``parse_money``. Raises ``InvalidValue`` (C304).
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        raise _COUNT.unreadable(text)
    return _parse_count(text)


@lru_cache(maxsize=16_384)
def _parse_count(text: str) -> Count:
    found = _COUNT_TEXT.fullmatch(text)
    if found is None:
        raise _COUNT.refusal(text)
    number = exact_amount(found[2], found[3])
    if number != int(number):
        raise _COUNT.invalid(f"count is not a whole number: {shown(text)}")
    return Count(int(number), bool(found[1]), text)


@frozen(repr=False)
class Ratio(Stated):
    """How many new shares replace how many old ones: ``2:1`` is a split, ``1:10`` a consolidation.

    ``text`` is how it was stated; equality and hash leave it out. Raises ``InvalidValue`` (C305).
    """

    new: int
    old: int
    text: str = field(default="", eq=False)

    def __attrs_post_init__(self) -> None:
        for number in (self.new, self.old):
            if not _is_whole(number) or number < 1:
                raise _RATIO.invalid(f"not a ratio of whole numbers: {shown(number)}")

    @property
    def factor(self) -> Fraction:
        """The number of new shares for one old share."""
        return Fraction(self.new, self.old)

    def canonical(self) -> str:
        """The text that ``parse_ratio`` reads as this value."""
        return f"{self.new}:{self.old}"


_RATIO_TEXT = re.compile(r"([0-9]{1,18}):([0-9]{1,18})")


def parse_ratio(text: str) -> Ratio:
    """The ratio new to old that ``text`` states: ``2:1``, ``1:10``. Raises ``InvalidValue`` (C305)."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise _RATIO.unreadable(text)
    found = _RATIO_TEXT.fullmatch(text)
    if found is None:
        raise _RATIO.refusal(text)
    if not int(found[1]) or not int(found[2]):
        raise _RATIO.invalid(f"ratio with a zero: {shown(text)}")
    return Ratio(int(found[1]), int(found[2]), text)
