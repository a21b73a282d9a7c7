"""Partial dates on pages: in few words, or in columns in which years, months and days line up."""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import Final

from chronicle.dates import DAWN, FOREVER, MONTHS, PartialDate, duration_words, parse_date
from chronicle.engine.state import Fact

ALWAYS: Final = "always"
UNDATED: Final = "undated"
_YEAR: Final = 4


def day_words(day: datetime.date) -> str:
    """A day as in a heading: "31 December 2014"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_words(moment: str) -> str:
    """A moment, as ``as_moment`` gives it, as in a heading: "31 December 2014, 10:30 UTC"."""
    day, _, time = moment.removesuffix("Z").partition("T")
    return day_words(datetime.date.fromisoformat(day)) + (f", {time} UTC" if time else "")


def is_undated(date: PartialDate) -> bool:
    """Whether a date leaves every day open, as ``[0001..9999]`` does."""
    return date.earliest == DAWN and date.latest == FOREVER


@lru_cache(maxsize=16_384)
def short(date: PartialDate) -> str:
    """A date in few words: "11 Mar 2014", "about 2014", "by Sep 2014", "Jul – 7 Sep 2015"."""
    if timeless := _timeless(date):
        return timeless
    if not date.text.startswith("["):
        return ("about " if date.approximate else "") + _plain(date) + ("?" if date.uncertain else "")
    first, last = _ends(date)
    if first is None or last is None:
        return f"by {_plain(last)}" if last else f"{_plain(first)} or later" if first else UNDATED
    if first.text == last.text:
        return _plain(first)
    begin = _plain(first)
    same_year = first.earliest.year == last.earliest.year
    begin = begin[: -_YEAR - 1] if same_year and first.precision in ("month", "day") else begin
    return f"{begin} – {_plain(last)}"


def since(date: PartialDate) -> str:
    """A date as the beginning of something: "since Mar 2014", "since Apr 2015 or earlier"."""
    words = short(date)
    if words in (ALWAYS, UNDATED):
        return ""
    return f"since {words.removeprefix('by ')} or earlier" if words.startswith("by ") else f"since {words}"


def stood(fact: Fact, day: datetime.date) -> str:
    """How long a fact has stood on ``day``: ", for 1 year 3 months", with a range where its date is partial.

    Empty for a fact that is only possible on that day, begins on it, or was always so.
    """
    first, latest = fact.span.possible_from, fact.span.certain_from
    if not fact.certain or first == day or latest == DAWN:
        return ""
    words = duration_words(first, day, latest)
    return words and f", for {words}"


def until(date: PartialDate) -> str:
    """A date as the end of something: "until 4 May 2015", "until Apr 2015 or earlier"."""
    words = short(date)
    return f"until {words.removeprefix('by ')} or earlier" if words.startswith("by ") else f"until {words}"


def gutter(date: PartialDate) -> tuple[tuple[str, str, str], ...]:
    """A date as one or two rows of (prefix, year, rest).

    The prefix is "by", "~" for about, or the dash before the end of a range.
    """
    if timeless := _timeless(date):
        return (("", "", timeless),)
    if not date.text.startswith("["):
        year, rest = _parts(date)
        return (("~" if date.approximate else "", year, rest + ("?" if date.uncertain else "")),)
    first, last = _ends(date)
    if first is None or last is None:
        if last:
            return (("by", *_parts(last)),)
        return (("", *_parts(first)), ("", "", "or later")) if first else (("", "", UNDATED),)
    if first.text == last.text:
        return (("", *_parts(first)),)
    return (("", *_parts(first)), ("–", *_parts(last)))


def _timeless(date: PartialDate) -> str:
    """The word for a date that names no time: always, or undated; else empty."""
    if date.earliest == date.latest == DAWN:
        return ALWAYS
    return UNDATED if is_undated(date) else ""


def _ends(date: PartialDate) -> tuple[PartialDate | None, PartialDate | None]:
    first, last = date.text[1:-1].split("..")
    return (parse_date(first) if first else None), (parse_date(last) if last else None)


def _parts(date: PartialDate) -> tuple[str, str]:
    first = date.earliest
    year = f"{first.year:>4}"
    if date.precision == "quarter":
        return year, f"Q{(first.month + 2) // 3}"
    if date.precision == "month":
        return year, MONTHS[first.month - 1][:3]
    if date.precision == "day":
        return year, f"{MONTHS[first.month - 1][:3]} {first.day:>2}"
    return year, ""


def _plain(date: PartialDate) -> str:
    year, rest = _parts(date)
    if date.precision == "day":
        return f"{date.earliest.day} {rest[:3]} {year.strip()}"
    return f"{rest} {year.strip()}".strip()


def speaking_day(date: PartialDate) -> datetime.date:
    """The day whose names a sentence about ``date`` uses: its last day, or its first when it has no last."""
    return date.earliest if date.latest == FOREVER else date.latest


def day_before(date: PartialDate) -> datetime.date:
    """The last day before the window of ``date``."""
    return date.earliest if date.earliest == DAWN else date.earliest - datetime.timedelta(days=1)
