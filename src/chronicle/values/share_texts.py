"""Shares from the texts that state them, and the errors for texts that state none."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

from chronicle.errors import InvalidValue, shown
from chronicle.values.shares import NOTHING, SHARE, UNKNOWN, WHOLE, Share, exact_share
from chronicle.values.wording import LONGEST

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_END = rf"(?:{_NUMBER} ?%|[0-9]+/[0-9]+)"
_EXACT_SHARE = re.compile(rf"(~?)({_END})")
_BOUND_SHARE = re.compile(rf"(~?)(>=|>|<=|<)({_END})")
_RANGE_SHARE = re.compile(rf"(~?)(>?)({_END}|{_NUMBER}(?=-<?{_NUMBER} ?%))-(<?)({_END})")


def parse_share(text: str) -> Share:
    """The share that ``text`` states.

    ``59.32%`` · ``3/8`` · ``25-50%`` (both ends inclusive) · ``>25-50%`` and ``25-<50%`` (that end exclusive)
    · ``>50%``, ``>=50%``, ``<3.2%``, ``<=3.2%`` · ``~9.2%`` (about) · ``?`` (unknown). A plain ``0.6`` is
    refused, since it could mean 0.6 % or 60 %. Raises ``InvalidValue`` (C302).
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        raise SHARE.unreadable(text)
    return _parse_share(text)


@lru_cache(maxsize=16_384)
def _parse_share(text: str) -> Share:
    if text == "?":
        return UNKNOWN
    share = _read_share(text)
    if share is None:
        raise _share_refusal(text)
    if share.maximum is not None and share.maximum > WHOLE:
        raise SHARE.invalid(f"share above the whole: {shown(text)}", "a share is at most 100%")
    return share


def _read_share(text: str) -> Share | None:
    try:
        if found := _EXACT_SHARE.fullmatch(text):
            value = _part(found[2])
            return Share(value, value, approximate=bool(found[1]), text=text)
        if found := _BOUND_SHARE.fullmatch(text):
            return _bound(found[2], _part(found[3]), bool(found[1]), text)
        if found := _RANGE_SHARE.fullmatch(text):
            low, high = _part(found[3]), _part(found[5])
            _refuse_backwards(low, high, text)
            return Share(low, high, bool(found[2]), bool(found[4]), bool(found[1]), text)
    except ZeroDivisionError:
        raise SHARE.invalid(f"share divides by zero: {shown(text)}") from None
    return None


def _part(text: str) -> Fraction:
    if "/" in text:
        return Fraction(text)
    return Fraction(text.rstrip("% ")) / 100


def _bound(sign: str, value: Fraction, approximate: bool, text: str) -> Share:
    is_open = len(sign) == 1
    if sign.startswith(">"):
        if value > WHOLE or (value == WHOLE and is_open):
            raise SHARE.invalid(f"share above the whole: {shown(text)}", "a share is at most 100%")
        return Share(value, WHOLE, is_open, False, approximate, text)
    if value == NOTHING and is_open:
        raise SHARE.invalid(f"share below nothing: {shown(text)}", "a share is at least 0%")
    return Share(NOTHING, value, False, is_open, approximate, text)


def _refuse_backwards(low: Fraction, high: Fraction, text: str) -> None:
    if low > high:
        raise SHARE.invalid(f"range runs backwards: {shown(text)}", "write the smaller end first")


def _share_refusal(text: str) -> InvalidValue:
    if re.fullmatch(_NUMBER, text):
        return SHARE.invalid(f"share without a unit: {shown(text)}", _with_unit(text))
    if re.search(rf"-{_NUMBER}", text) and text.lstrip("~").startswith("-"):
        return SHARE.invalid(f"share below nothing: {shown(text)}", "a share is at least 0%")
    likely = _likely_share(text)
    return SHARE.refusal(text, f"write {likely}" if likely else None)


def _with_unit(text: str) -> str:
    value = Fraction(text)
    if value > 100:
        return SHARE.forms
    if value > 1:
        return f"write {text}%"
    share = exact_share(value, False, True)
    return f"write {share} or {value}" if 0 < value < 1 else f"write {share}"


def _likely_share(text: str) -> str | None:
    """The accepted form that ``text`` probably stands for, or None."""
    if text.casefold() in ("unknown", "undisclosed", "n/a", "na", "none", "null", "-", "tbd"):
        return "?"
    tidied = re.sub(r"\s+", "", text).replace("–", "-").replace("—", "-").replace("−", "-")
    tidied = tidied.replace("≥", ">=").replace("≤", "<=").replace("percent", "%").replace("％", "%")
    tidied = re.sub(r"(?<=[0-9]),(?=[0-9])", ".", tidied)
    tidied = re.sub(r"(?<![0-9])\.(?=[0-9])", "0.", tidied)
    tidied = re.sub(r"^(?:about|c\.?|ca\.?|circa|nearly|almost)(?=[0-9])", "~", tidied)
    for candidate in (tidied, f"{tidied}%"):
        try:
            if candidate != text and _read_share(candidate):
                return candidate
        except InvalidValue:
            continue
    return None


_LONG: Final = 9
ROUNDED: Final = "≈"
_LEAST: Final = Fraction(1, 20_000)  # what is less would be rounded to nothing


def brief_share(share: Share) -> str:
    """A share in few characters: "59.32%", ">50%", "≈33.33%" for one that was rounded.

    One that is not nothing is never rounded to nothing, and one that is not the whole never to the whole.
    """
    text = str(share)
    if (
        share.minimum is None
        or share.maximum is None
        or share.text
        or (len(text) <= _LONG and "/" not in text)
    ):
        return text
    if NOTHING < share.maximum < _LEAST:
        return "<0.01%"
    if WHOLE - _LEAST < share.minimum < WHOLE:
        return ">99.99%"
    low, high = _percent(share.minimum), _percent(share.maximum)
    return f"{ROUNDED}{low}%" if low == high else f"{ROUNDED}{low}-{high}%"


def _percent(value: Fraction) -> str:
    """``value`` in percent with at most two decimals."""
    hundredths = round(abs(value) * 10_000)
    sign = "-" if value < 0 and hundredths else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".")
