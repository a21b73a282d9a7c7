"""Shares: an exact fraction, a range with open or closed ends, or unknown; and their arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from operator import add, sub
from typing import Any, Final

from attrs import evolve, field, frozen

from chronicle.errors import shown
from chronicle.values.decimals import number_text, percent_text
from chronicle.values.wording import Stated, Wording

NOTHING: Final = Fraction(0)


WHOLE: Final = Fraction(1)


SHARE: Final = Wording("C302", "share", "60%", "write 60%, 3/8, 25-50%, >50%, <=3.2%, or ? for unknown")


def _fraction(value: object) -> Fraction | None:
    if value is None or type(value) is Fraction:
        return value
    if isinstance(value, Decimal) and not value.is_finite():
        raise SHARE.invalid(f"share is not a number: {value}")
    if isinstance(value, (Fraction, Decimal, int)) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, float):
        raise SHARE.invalid(
            f"float cannot be exact: {value!r}",
            'give Fraction(3, 5), Decimal("0.6") or parse_share("60%")',
        )
    raise SHARE.invalid(f"share is not a number: {shown(value)}", "give a Fraction, a Decimal or an int")


def _number(value: object) -> Fraction:
    number = _fraction(value)
    if number is None:
        raise SHARE.invalid("share is not a number: None", "use Share.unknown() for what is not known")
    return number


@frozen(repr=False)
class Share(Stated):
    """A part of something: an exact fraction, a range with open or closed ends, or unknown.

    ``minimum`` and ``maximum`` are fractions of one; both are ``None`` when the share is unknown.
    ``minimum_open`` and ``maximum_open`` say that this end is exclusive. For the end that ``>50%`` or
    ``<3.2%`` leaves out, one or zero is taken, since a stated share lies between these. Sums and differences
    may lie beyond: more than the whole is a finding, not an error. ``approximate`` keeps the ``~`` of
    ``~9.2%``; it never widens the range. ``text`` is how the share was stated, empty for one that was
    computed. ``certain`` says whether a state was sure of the share on the day that was asked for; a computed
    share is certain when all its parts are. Equality and hash leave out ``text`` and ``certain``. Raises
    ``InvalidValue`` (C302) for floats and for an empty range.
    """

    minimum: Fraction | None = field(converter=_fraction)
    maximum: Fraction | None = field(converter=_fraction)
    minimum_open: bool = False
    maximum_open: bool = False
    approximate: bool = False
    text: str = field(default="", eq=False)
    certain: bool = field(default=True, eq=False)

    def __attrs_post_init__(self) -> None:
        low, high, is_open = self.minimum, self.maximum, self.minimum_open or self.maximum_open
        if low is high and not is_open:
            return
        if low is None or high is None:
            raise SHARE.invalid("share with one end", "give both ends, or none for unknown")
        if low > high or (low == high and is_open):
            message = f"range of shares is empty: {shown(str(self))}"
            raise SHARE.invalid(message, "write the smaller end first, and one share alone, as 60%")

    @classmethod
    def exact(cls, value: Fraction | Decimal | int) -> Share:
        """The share that is exactly this fraction of one: ``Share.exact(Fraction(3, 5))`` is 60 %."""
        return exact_share(_number(value), False, True)

    @classmethod
    def unknown(cls) -> Share:
        """The share that nobody stated, which is not zero."""
        return UNKNOWN

    @property
    def is_exact(self) -> bool:
        """Whether it is one number."""
        return self.minimum is not None and (self.minimum is self.maximum or self.minimum == self.maximum)

    @property
    def is_nothing(self) -> bool:
        """Whether it is exactly zero."""
        return self.minimum is not None and not self.minimum and self.is_exact

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of it."""
        return self.minimum is None

    @property
    def value(self) -> Fraction | None:
        """The number when it is exact, else ``None``."""
        return self.minimum if self.is_exact else None

    @property
    def order(self) -> tuple[Fraction, bool, Fraction, bool]:
        """The key to sort shares by: the least that each can be, then the most. The unknown comes first."""
        low, high = NOTHING if self.minimum is None else self.minimum, WHOLE
        if self.minimum is not None and self.maximum is not None:
            high = self.maximum
        return low, self.minimum_open, high, not self.maximum_open

    def __lt__(self, other: Share) -> bool:
        """Whether it is less. Raises ``InvalidValue`` (C302) where that is open; ``order`` is for sorting."""
        return self._compared(other, lambda one, two: one < two)

    def __le__(self, other: Share) -> bool:
        return self._compared(other, lambda one, two: one <= two)

    def __gt__(self, other: Share) -> bool:
        return self._compared(other, lambda one, two: one > two)

    def __ge__(self, other: Share) -> bool:
        return self._compared(other, lambda one, two: one >= two)

    def _compared(self, other: Share, holds: Callable[[Fraction, Fraction], bool]) -> bool:
        """``holds`` applied to both, where the answer is the same for all numbers that they can be.

        Raises ``InvalidValue`` (C302) where it is not.
        """
        if not isinstance(other, Share):
            return NotImplemented
        if self.value is not None and other.value is not None:
            return holds(self.value, other.value)
        low, _, high, _ = self.order
        other_low, _, other_high, _ = other.order
        answers = {
            holds(one, two)
            for possible, one, two in (
                (low < other_high, NOTHING, WHOLE),
                (self.may_equal(other), WHOLE, WHOLE),
                (high > other_low, WHOLE, NOTHING),
            )
            if possible
        }
        if len(answers) == 1:
            return answers.pop()
        message = f"it is open which is more, {self} or {other}"
        raise SHARE.invalid(
            message, "ask `definitely_above` or `may_be_above`; to sort, use `order` as the key"
        )

    def __float__(self) -> float:
        """The number of an exact share. Raises ``InvalidValue`` (C302) for a range and for the unknown."""
        if self.value is None:
            raise SHARE.invalid(f"share is not one number: {self}", "take its `minimum` or its `maximum`")
        return float(self.value)

    def __format__(self, spec: str) -> str:
        """The share with its numbers in the format ``spec``, such as ``.1%`` or ``.3f``.

        A range has both ends, ``25.0-50.0%``, or the one that was stated, ``>50.0%``; the unknown is ``?``.
        Any other format applies to its text. Raises ``ValueError`` for a format that there is not.
        """
        if spec[-1:] not in _OF_NUMBERS:
            return format(str(self), spec)
        if self.minimum is None or self.maximum is None:
            return str(self)
        about = "~" if self.approximate else ""
        return about + self._range_text(self.minimum, self.maximum, lambda end: format(_rounded(end), spec))

    def __add__(self, other: Share) -> Share:
        if not isinstance(other, Share):
            return NotImplemented
        low, other_low = self.minimum, other.minimum
        if low is self.maximum and other_low is other.maximum and low is not None and other_low is not None:
            approximate = self.approximate or other.approximate
            return exact_share(_exactly(low, other_low, add), approximate, self.certain and other.certain)
        least, most = (other.minimum, other.minimum_open), (other.maximum, other.maximum_open)
        return self._combined(other, add, least, most)

    def __sub__(self, other: Share) -> Share:
        if not isinstance(other, Share):
            return NotImplemented
        low, other_low = self.minimum, other.minimum
        if low is self.maximum and other_low is other.maximum and low is not None and other_low is not None:
            approximate = self.approximate or other.approximate
            return exact_share(_exactly(low, other_low, sub), approximate, self.certain and other.certain)
        least, most = (other.maximum, other.maximum_open), (other.minimum, other.minimum_open)
        return self._combined(other, sub, least, most)

    def _combined(
        self,
        other: Share,
        combine: Callable[[Fraction, Fraction], Fraction],
        least: tuple[Fraction | None, bool],
        most: tuple[Fraction | None, bool],
    ) -> Share:
        """The sum or the difference of two shares, by ``combine``.

        ``least`` is the end of ``other`` that gives the least result, ``most`` the one that gives the
        greatest, each with whether it is open.
        """
        low, high, other_low, other_high = self.minimum, self.maximum, least[0], most[0]
        if low is None or high is None or other_low is None or other_high is None:
            return self._unknown_with(other)
        return Share(
            combine(low, other_low),
            combine(high, other_high),
            self.minimum_open or least[1],
            self.maximum_open or most[1],
            self.approximate or other.approximate,
            certain=self.certain and other.certain,
        )

    def __mul__(self, other: Share) -> Share:
        """A share of a share: 60 % of 50 % is 30 %."""
        if not isinstance(other, Share):
            return NotImplemented
        if self.minimum is None or other.minimum is None:
            return self._unknown_with(other)
        products = [_product(one, two) for one in self._ends() for two in other._ends()]
        low, high = min(value for value, _ in products), max(value for value, _ in products)
        # An end is closed if one pair of ends that gives it is closed.
        return Share(
            low,
            high,
            (low, False) not in products,
            (high, False) not in products,
            self.approximate or other.approximate,
            certain=self.certain and other.certain,
        )

    def _unknown_with(self, other: Share) -> Share:
        return UNKNOWN if self.certain and other.certain else evolve(UNKNOWN, certain=False)

    def scaled(self, factor: Fraction | Decimal | int) -> Share:
        """The share times a number, such as old total over new total when shares are issued."""
        return self * Share.exact(factor)

    def definitely_above(self, limit: Fraction | Decimal | int) -> bool:
        """Whether every number that it can be is above ``limit``. False for the unknown."""
        bound = _number(limit)
        if self.minimum is None:
            return False
        return self.minimum > bound or (self.minimum == bound and self.minimum_open)

    def may_be_above(self, limit: Fraction | Decimal | int) -> bool:
        """Whether some number that it can be is above ``limit``. The unknown can be up to one."""
        return (WHOLE if self.maximum is None else self.maximum) > _number(limit)

    def contains(self, value: Fraction | Decimal | int) -> bool:
        """Whether it can be ``value``. The unknown can be anything from zero to one."""
        number = _number(value)
        if self.minimum is None or self.maximum is None:
            return NOTHING <= number <= WHOLE
        above = self.minimum < number or (self.minimum == number and not self.minimum_open)
        below = number < self.maximum or (number == self.maximum and not self.maximum_open)
        return above and below

    def may_equal(self, other: Share) -> bool:
        """Whether both can be the same number: their ranges have one in common, or one of them is unknown."""
        if self.minimum is None or self.maximum is None or other.minimum is None or other.maximum is None:
            return True
        return not (_all_below(self, other) or _all_below(other, self))

    def to_json(self) -> dict[str, Any] | None:
        """The share for JSON: ``{"exact": "0.6"}``, the two ends of a range, or ``None`` for the unknown.

        Numbers are decimal text, or ``"1/3"`` where no decimal is exact. ``approximate`` is there only when
        it is true.
        """
        if self.minimum is None or self.maximum is None:
            return None
        about = {"approximate": True} if self.approximate else {}
        if self.is_exact:
            return {"exact": number_text(self.minimum), **about}
        return {
            "min": number_text(self.minimum),
            "max": number_text(self.maximum),
            "min_open": self.minimum_open,
            "max_open": self.maximum_open,
            **about,
        }

    def canonical(self) -> str:
        """The text that ``parse_share`` reads as this value, whatever text it was stated in."""
        if self.minimum is None or self.maximum is None:
            return "?"
        about = "~" if self.approximate else ""
        return about + self._range_text(self.minimum, self.maximum)

    def _range_text(
        self, low: Fraction, high: Fraction, text: Callable[[Fraction], str] = percent_text
    ) -> str:
        first, last = text(low), text(high)
        if low == high:
            return first
        if high == WHOLE and not self.maximum_open:
            return f"{'>' if self.minimum_open else '>='}{first}"
        if low == NOTHING and not self.minimum_open:
            return f"{'<' if self.maximum_open else '<='}{last}"
        short = first.removesuffix("%") if last.endswith("%") else first
        return f"{'>' if self.minimum_open else ''}{short}-{'<' if self.maximum_open else ''}{last}"

    def _ends(self) -> tuple[_End, _End]:
        assert self.minimum is not None
        assert self.maximum is not None
        return (self.minimum, self.minimum_open), (self.maximum, self.maximum_open)


# How much more than one the rounding of sources can make: thirds add up to 99.9 % or to 100.1 %.
_ROUNDING: Final = Fraction(1, 1000)


def more_than_whole(total: Fraction, shares: Iterable[Share]) -> bool:
    """Whether ``shares`` are together certainly more than the whole, beyond what rounding explains.

    ``total`` is the sum of their least values.
    """
    if total > WHOLE + _ROUNDING:
        return True
    # Two shares of "more than 50 %" are more than the whole: open ends are not rounded.
    return total >= WHOLE and all(share.minimum_open for share in shares)


# The last letters of format specifications for numbers.
_OF_NUMBERS: Final = frozenset("eEfFgGn%")


def _rounded(number: Fraction) -> Decimal:
    """A number for printing, with the digits of the decimal context.

    ``Fraction`` cannot be formatted before Python 3.12.
    """
    return Decimal(number.numerator) / Decimal(number.denominator)


_End = tuple[Fraction, bool]  # a number, and whether the range excludes it


_new_share = object.__new__


# The setters of the slots, which take half the time of object.__setattr__.
(
    _put_minimum,
    _put_maximum,
    _put_minimum_open,
    _put_maximum_open,
    _put_approximate,
    _put_text,
    _put_certain,
) = (
    getattr(Share, name).__set__
    for name in ("minimum", "maximum", "minimum_open", "maximum_open", "approximate", "text", "certain")
)


def _exactly(one: Fraction, two: Fraction, combine: Callable[[int, int], int]) -> Fraction:
    """The sum or the difference, in two thirds of the time that the operators of ``Fraction`` take."""
    (part, of), (other, other_of) = one.as_integer_ratio(), two.as_integer_ratio()
    if of == other_of:
        return Fraction(combine(part, other), of)
    return Fraction(combine(part * other_of, other * of), of * other_of)


def exact_share(value: Fraction, approximate: bool, certain: bool) -> Share:
    """An exact share, made without the checks of the constructor, since replay makes very many."""
    share = _new_share(Share)
    _put_minimum(share, value)
    _put_maximum(share, value)
    _put_minimum_open(share, False)
    _put_maximum_open(share, False)
    _put_approximate(share, approximate)
    _put_text(share, "")
    _put_certain(share, certain)
    return share


def _product(one: _End, two: _End) -> _End:
    """The product of two ends. It is open if either is, unless one is a closed zero, which makes it zero."""
    reached_zero = one == (NOTHING, False) or two == (NOTHING, False)
    return one[0] * two[0], (one[1] or two[1]) and not reached_zero


def _all_below(one: Share, two: Share) -> bool:
    assert one.maximum is not None
    assert two.minimum is not None
    return one.maximum < two.minimum or (
        one.maximum == two.minimum and (one.maximum_open or two.minimum_open)
    )


UNKNOWN: Final = Share(None, None, text="?")
