"""Shares as the Beneficial Ownership Data Standard states them: percentages, exact or between two ends.

And what the interests of one record come to over time, where they begin and end on days of their own.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final, NamedTuple

from chronicle.dates import as_date
from chronicle.errors import InvalidValue
from chronicle.values import Share, confirms, parse_share


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


# What the interests of a record come to over time

GONE: Final = "0%"
"""The value of what nobody has."""

HELD: Final = "held"
"""The value of control and roles of which no share is stated."""

SHARE: Final = "share "
"""The beginning of the value of control of which a share is stated."""


class Point(NamedTuple):
    """A value that holds from a day on, or from nobody says when (``""``): a share, held, or gone.

    It may hold from ``first`` on, where that is given, after the point before. ``several`` says that it is a
    sum of interests.
    """

    day: str
    value: str
    note: str
    first: str = ""
    several: bool = False

    @property
    def date(self) -> str:
        """Since when it holds."""
        return f"[{self.first}..{self.day}]" if "" < self.first < self.day else self.day


class DatedInterest(NamedTuple):
    """An interest with its days, which are empty where they are not stated."""

    start: str
    end: str
    share: Share | None
    note: str


def is_open_or_again(before: Point, point: Point) -> bool:
    """Whether their dates leave open that a point comes after another."""
    return bool(before.first or point.first) or before.day == point.day


def timeline(key: str, spans: list[DatedInterest]) -> list[Point]:
    """The values over time, where what has no start stood before all that has one."""
    points: list[Point] = []
    for day in sorted(_days_of(spans)):
        _add(points, _point(key, day, _standing(spans, day)))
    return points


def open_timeline(key: str, spans: list[DatedInterest], since: str, date: str) -> list[Point]:
    """The values over time, where what has no start began on some day after ``since``, by ``date``.

    Until then it may stand or not: first without it, and from some day on with it. Each comes after the one
    before, of which the dates alone say nothing.
    """
    first = as_date(since).latest + datetime.timedelta(days=1) if since else None
    begins = "" if first is None else first.isoformat()
    days = sorted({*_days_of(spans), date, *({begins} if begins < date else ())})
    points: list[Point] = []
    for day, until in pairwise((*days, "")):
        standing = _standing(spans, day)
        sure = [span for span in standing if span.start]
        if (not day and not since) or day >= date:
            _add(points, _point(key, day, standing))
        else:
            _add(points, _point(key, day, sure)._replace(first=day))
            if day >= begins and len(sure) < len(standing):
                _add(points, _point(key, until, standing)._replace(first=day))
    return points


def _days_of(spans: list[DatedInterest]) -> set[str]:
    return {span.start for span in spans} | {span.end for span in spans if span.end}


def _standing(spans: list[DatedInterest], day: str) -> list[DatedInterest]:
    return [span for span in spans if span.start <= day and not ("" < span.end <= day)]


def _point(key: str, day: str, standing: list[DatedInterest]) -> Point:
    """What stands on a day."""
    value = _value(key, standing) if standing else GONE
    notes = "; ".join(dict.fromkeys(span.note for span in standing if span.note))
    if value.startswith(SHARE):
        notes = "; ".join(filter(None, (value, notes)))
    return Point(day, value, notes, several=len(standing) > 1)


def _add(points: list[Point], point: Point) -> None:
    """Add what stands from a day on, if it is something else."""
    last = points[-1].value if points else ""
    if point.value != last:
        points += afresh(point, last)


def afresh(point: Point, value: str) -> list[Point]:
    """A point, after the end of ``value`` where it would confirm that share, as one that says less does."""
    if {GONE, HELD, ""} & {value, point.value} or value.startswith(SHARE) or point.value.startswith(SHARE):
        return [point]
    if not confirms(parse_share(point.value), parse_share(value), rounded=False):
        return [point]
    return [point._replace(value=GONE, note=""), point]


def _value(key: str, standing: list[DatedInterest]) -> str:
    """What is held on one day: a share, or for control and roles that it is, with the share where stated."""
    if ":" not in key:
        return _sum(span.share for span in standing)
    stated = [span.share for span in standing if span.share is not None]
    return SHARE + _sum(iter(stated)) if stated else HELD


def _sum(shares: Iterator[Share | None]) -> str:
    total: Share | None = None
    for share in shares:
        stated = Share.unknown() if share is None else share
        total = stated if total is None else total + stated
    assert total is not None
    excess = total.maximum is not None and total.maximum > 1
    return "?" if excess else str(total)
