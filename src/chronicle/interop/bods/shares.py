"""Shares as the Beneficial Ownership Data Standard states them: percentages, exact or between two ends."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from chronicle.errors import InvalidValue
from chronicle.values import Share


def share_of(share: Mapping[str, Any]) -> Share | None:
    """The share that a mapping of percentages states; None when it states none, or an impossible one."""
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
