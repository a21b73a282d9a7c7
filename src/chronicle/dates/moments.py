"""Moments of recording: a day, or a time of a day, up to which what a store recorded is used."""

from __future__ import annotations

import datetime
from typing import Final

from chronicle.dates.partial import Day, as_day
from chronicle.errors import InvalidValue, Problem, shown

Moment = Day | datetime.datetime
"""A day, or a time with its zone; as text such as ``2026-01-05`` or ``2026-01-05T10:30Z``."""


def as_moment(value: Moment) -> str:
    """A moment as text in UTC, ``2026-01-05`` or ``2026-01-05T10:30Z``, only as precise as it was given.

    It stands for its end: a time that begins with this text, without the Z, is not after it. Of a partial
    date the last day is taken. Raises ``InvalidValue``: C301 for what is neither, and for a time without a
    zone; C308 for a range without an end.
    """
    if isinstance(value, datetime.datetime):
        return _in_utc(value, str(value), "microseconds")
    if isinstance(value, str) and ":" in value:
        try:
            moment = datetime.datetime.fromisoformat(value)
        except ValueError:
            help = "write a day, such as 2026-01-05, or a time, such as 2026-01-05T10:30Z"
            raise InvalidValue(Problem("C301", f"not a time: {shown(value)}", help=help)) from None
        return _in_utc(moment, value, _precision(value))
    return as_day(value).isoformat()


_END_OF_TIME: Final = len("2026-01-05T10:30:00")


def _precision(text: str) -> str:
    if "." in text:
        return "microseconds"
    return "seconds" if text.count(":", 0, _END_OF_TIME) > 1 else "minutes"


def _in_utc(moment: datetime.datetime, text: str, precision: str) -> str:
    if moment.tzinfo is None:
        help = "give its time zone: Z for UTC, or +08:00 and the like"
        raise InvalidValue(Problem("C301", f"time without a zone: {shown(text)}", help=help))
    return moment.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec=precision) + "Z"
