"""Fractions as exact decimal text."""

from __future__ import annotations

from fractions import Fraction


def _decimal_text(value: Fraction) -> str | None:
    """``value`` as a plain decimal number, or ``None`` when no finite decimal is exact."""
    rest = value.denominator
    twos = (rest & -rest).bit_length() - 1
    rest >>= twos
    fives = 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    if rest != 1:
        return None
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).zfill(places + 1)
    sign = "-" if value < 0 else ""
    whole = digits[: len(digits) - places]
    return f"{sign}{whole}.{digits[-places:]}" if places else f"{sign}{whole}"


def number_text(value: Fraction) -> str:
    """A number as an exact decimal, else as a fraction: "0.25", "1/3"."""
    return _decimal_text(value) or str(value)


def percent_text(value: Fraction) -> str:
    """A part of the whole as exact percent, else as a fraction: "25%", "1/3"."""
    percent = _decimal_text(value * 100)
    return f"{value.numerator}/{value.denominator}" if percent is None else f"{percent}%"
