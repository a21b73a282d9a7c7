"""The values of FollowTheMoney: dates of any precision, repeated values, shares as free text."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from attrs import evolve

from chronicle.dates import parse_date
from chronicle.errors import InvalidValue
from chronicle.interop.registers import tidy
from chronicle.values import Share, parse_share

_PREFIX = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?:[T ].*)?")
_NUMBER = r"([0-9]{1,3}(?:[ ,.'][0-9]{3})+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?)"
_EARLIEST, _LATEST = 1000, 2100

# Forms of texts that state a share, in lower case; the first that fits counts. The signs say how each end of
# the range is: ( and ) open, [ and ] closed; = is one number and / a fraction.
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern.replace("N", _NUMBER)), sign)
    for pattern, sign in (
        (r"=? ?N ?(?:%|percent|per cent)?", "="),
        (r"([0-9]{1,9}) ?/ ?([0-9]{1,9})", "/"),
        (r"(?:more than|over|above|>) ?N ?%?,?(?: and| but)?,? ?(?:not more than|up to|<=|≤) ?N ?%?", "(]"),
        (r"(?:more than|over|above|>) ?N ?%?,?(?: and| but)?,? ?(?:less than|below|under|<) ?N ?%?", "()"),
        (r"(?:at least|>=|≥|from) ?N ?%?,?(?: and| but)?,? ?(?:less than|below|under|<) ?N ?%?", "[)"),
        (r"N ?%? ?< ?\w+ ?(?:<=|≤) ?N ?%?", "(]"),
        (r"N ?%? ?(?:<=|≤) ?\w+ ?< ?N ?%?", "[)"),
        (r"(?:from|between)? ?N ?%? ?(?:-|–|—|to|and|\.\.) ?N ?%?", "[]"),
        (r"(?:>=|≥|at least|min\.?|minimum) ?N ?%?", "["),
        (r"N ?%? ?(?:or more|and more|\+)", "["),
        (r"(?:>|more than|over|above) ?N ?%?", "("),
        (r"(?:<=|≤|up to|at most|max\.?|maximum|not more than) ?N ?%?", "]"),
        (r"N ?%? ?or less", "]"),
        (r"(?:<|less than|below|under) ?N ?%?", ")"),
    )
)

# Words before a share of which nobody says more than about how much it is.
_ABOUT = re.compile(r"(?:~|≈|ca\.?|c\.|circa|about|around|roughly|approx\.?|approximately) ?(?=[0-9])")

# The bands of the register of the United Kingdom, by the last part of their names: ends, and which are open.
_BANDS = MappingProxyType(
    {
        "25-to-50-percent": (25, 50, True, False),
        "50-to-75-percent": (50, 75, True, True),
        "75-to-100-percent": (75, 100, False, False),
        "more-than-25-percent": (25, 100, True, False),
    }
)


def values(properties: Any, *names: str) -> list[str]:
    """The texts of the first of the properties ``names`` that has any, without duplicates, in their order."""
    for name in names:
        found = properties.get(name) if isinstance(properties, Mapping) else None
        listed = found if isinstance(found, list) else [found]
        texts = [tidy(str(each)) for each in listed if isinstance(each, (str, int, Decimal))]
        if any(texts):
            return list(dict.fromkeys(filter(None, texts)))
    return []


def prefix_date(text: str) -> str | None:
    """The day, month or year with which a date begins; None when the text is no date.

    Times are in UTC, which does not give the local day: the day is taken as it is written.
    """
    found = _PREFIX.fullmatch(text)
    if found is None or not _EARLIEST <= int(found[1]) < _LATEST:
        return None
    if found[3] is not None:
        try:
            return datetime.date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        except ValueError:
            return None
    if found[2] is not None:
        return f"{found[1]}-{found[2]}" if 1 <= int(found[2]) <= 12 else None
    return found[1]


def one_date(texts: list[str]) -> str | None:
    """Several dates as one: the most precise where they agree, else the window from the first to the last."""
    dates = sorted({found for text in texts if (found := prefix_date(text))})
    if not dates:
        return None
    longest = max(dates, key=len)
    if all(longest.startswith(date) for date in dates):
        return longest
    # Of a year and a day in it, the year is the later end: it may be any of its days.
    windows = [(parse_date(date), date) for date in dates]
    first = min(windows, key=lambda window: window[0].earliest)[1]
    last = max(windows, key=lambda window: window[0].latest)[1]
    return f"[{first}..{last}]"


def last_of(date: str) -> str:
    """The last day, month or year of a date, which may be a window."""
    return date.strip("[]").rpartition("..")[2]


@lru_cache(maxsize=4096)
def share_of_text(text: str) -> Share | None:
    """The share that a free text states, in percent unless it is a fraction; None when it states none.

    ``25`` · ``50,00`` · ``25-50`` · ``> 25%`` · ``more than 25% but not more than 50%`` · ``75 or more`` ·
    ``1/3`` · ``ownership-of-shares-25-to-50-percent``. ``~30`` and ``ca. 30 %`` are about 30 %. Exports write
    ``>25-<50%``.
    """
    plain = tidy(text).casefold()
    about = _ABOUT.match(plain)
    if about is not None:
        share = share_of_text(plain[about.end() :])
        return None if share is None else evolve(share, approximate=True, text="")
    for ending, (low, high, low_open, high_open) in _BANDS.items():
        if ending in plain:
            return Share(Fraction(low, 100), Fraction(high, 100), low_open, high_open)
    if len(plain) > _LONGEST:
        return None
    for pattern, sign in _FORMS:
        found = pattern.fullmatch(plain)
        if found is not None:
            try:
                return _share(sign, [each for each in found.groups() if each is not None])
            except (InvalidValue, ZeroDivisionError):
                return None
    return _as_exported(plain)


def _as_exported(text: str) -> Share | None:
    """The share of a text as exports write it; None where the text states none, or that it is unknown."""
    try:
        share = parse_share(text)
    except InvalidValue:
        return None
    return None if share.is_unknown else share


# Characters; a longer text states no share, and a number with thousands of digits would take long.
_LONGEST = 100


def _share(sign: str, numbers: list[str]) -> Share | None:
    if sign == "/":
        parts = [Fraction(int(numbers[0]), int(numbers[1]))]
    else:
        parts = [_number(number) / 100 for number in numbers]
    if any(part > 1 for part in parts):
        return None
    if sign in "=/":
        return Share.exact(parts[0])
    if len(parts) == 2:
        low, high = parts
        return (
            Share.exact(low)
            if low == high and sign == "[]"
            else Share(low, high, sign[0] == "(", sign[1] == ")")
        )
    if sign in "[(":
        return Share(parts[0], Fraction(1), sign == "(", False)
    return Share(Fraction(0), parts[0], False, sign == ")")


def _number(text: str) -> Fraction:
    """A number with a point or a comma before its decimals. Where it has both, the last one is."""
    plain = text.replace(" ", "").replace("'", "")
    last = max(plain.rfind("."), plain.rfind(","))
    whole, decimals = (plain, "") if last < 0 else (plain[:last], plain[last + 1 :])
    return Fraction(f"{whole.replace(',', '').replace('.', '')}.{decimals or '0'}")
