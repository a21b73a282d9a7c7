"""Shares as the Beneficial Ownership Data Standard states them: percentages, exact or between two ends."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from chronicle.errors import InvalidValue
from chronicle.values import Share, parse_share


def share_of(interest: Mapping[str, Any]) -> Share | None:
    """The share of an interest; None when it states none, or an impossible one.

    Where ``details`` say the same share more exactly, or that it is about so much, that counts.
    """
    return stated_share(interest) or _in_numbers(interest)


def stated_share(interest: Mapping[str, Any]) -> Share | None:
    """The share that ``details`` begin with, as exports write it, where it is that of the numbers."""
    details, numbers = interest.get("details"), _in_numbers(interest)
    if not isinstance(details, str):
        return None
    try:
        share = parse_share(details.partition(",")[0])
    except InvalidValue:
        return None
    if numbers is None or share.minimum is None or share.maximum is None:
        return share if numbers is None and share.is_unknown else None
    assert numbers.minimum is not None
    assert numbers.maximum is not None
    differences = abs(share.minimum - numbers.minimum), abs(share.maximum - numbers.maximum)
    return share if max(differences) < _ROUNDED else None


_ROUNDED = Fraction(1, 10**12)
"""By how much a share that an export wrote in decimals may differ from that which it is."""


def _in_numbers(interest: Mapping[str, Any]) -> Share | None:
    stated = interest.get("share")
    share: Mapping[str, Any] = stated if isinstance(stated, dict) else {}
    exact = _part(share.get("exact"))
    if exact is not None:
        return Share.exact(exact)
    closed_low, open_low = _part(share.get("minimum")), _part(share.get("exclusiveMinimum"))
    closed_high, open_high = _part(share.get("maximum")), _part(share.get("exclusiveMaximum"))
    low = closed_low if closed_low is not None else open_low
    high = closed_high if closed_high is not None else open_high
    if low is None and high is None:
        return None
    try:
        return Share(
            Fraction(0) if low is None else low,
            Fraction(1) if high is None else high,
            low is not None and closed_low is None,
            high is not None and closed_high is None,
        )
    except InvalidValue:
        return None


def _part(percent: Any) -> Fraction | None:
    if isinstance(percent, bool) or not isinstance(percent, (int, Decimal)):
        return None
    return Fraction(percent) / 100 if 0 <= percent <= 100 else None
