"""Partial dates: a window of days with the text that was written, and how texts and days become one."""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import Final

from attrs import field, frozen

from chronicle.dates.refusals import FORMS, ZONES, invalid, refusal
from chronicle.dates.windows import FOREVER, QUALIFIERS, Precision, plain_window, range_window
from chronicle.dates.words import date_words
from chronicle.errors import InvalidValue, Problem, shown

_LONGEST: Final = 60
_ORDER_STEP: Final = 4_000_000  # more than the number of days from DAWN to FOREVER


@frozen(order=False, repr=False)
class PartialDate:
    """A window of days, and the text that it was written as.

    ``earliest`` and ``latest`` are the first and the last day of the window (inclusive). ``approximate`` says
    that the text ends with ``~`` or ``%``; it never widens the window. ``order`` is an integer that sorts as
    (earliest, latest) does. ``past`` is greater than the ``order`` of every date whose window begins by
    ``latest``, and of no other. Both are computed once, since replay compares them often. Made by
    ``parse_date`` or ``PartialDate.of``; raises ``InvalidValue`` when the window is empty.
    """

    earliest: datetime.date
    latest: datetime.date
    precision: Precision
    approximate: bool
    text: str
    order: int = field(init=False, eq=False)
    past: int = field(init=False, eq=False)

    @order.default
    def _order(self) -> int:
        return order_of(self.earliest.toordinal(), self.latest.toordinal())

    @past.default
    def _past(self) -> int:
        return (self.latest.toordinal() + 1) * _ORDER_STEP

    def __attrs_post_init__(self) -> None:
        if self.latest < self.earliest:
            raise invalid(f"range runs backwards: {shown(self.text)}", "write the earlier end first")

    @classmethod
    def of(cls, day: datetime.date) -> PartialDate:
        """The partial date that is exactly this day.

        Raises ``InvalidValue`` for a ``datetime``: a moment has no day without a time zone.
        """
        plain = _plain_day(day)
        return cls(plain, plain, "day", False, plain.isoformat())

    @property
    def uncertain(self) -> bool:
        """Whether the source doubts the date: the text ends with ``?`` or ``%``."""
        return self.text.endswith(("?", "%"))

    def words(self) -> str:
        """The date in English: "11 March 2014", "about 2014", "by September 2014"."""
        return date_words(self.text, approximate=self.approximate, uncertain=self.uncertain)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<PartialDate {self.text}>"

    # The order is (earliest, latest, text). The last two fields only differ for values that were made
    # without a text, and keep the order total for them.
    def _key(self) -> tuple[int, str, str, bool]:
        return self.order, self.text, self.precision, self.approximate

    def __lt__(self, other: object) -> bool:
        return self._key() < other._key() if isinstance(other, PartialDate) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._key() <= other._key() if isinstance(other, PartialDate) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self._key() > other._key() if isinstance(other, PartialDate) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self._key() >= other._key() if isinstance(other, PartialDate) else NotImplemented


def order_of(earliest: int, latest: int) -> int:
    """``PartialDate.order`` of a window whose first and last day are given as ordinals."""
    return earliest * _ORDER_STEP + latest


def parse_date(text: str) -> PartialDate:
    """The date that ``text`` writes, in one of the accepted forms.

    ``2014`` · ``2014-Q3`` or ``2014-35`` · ``2014-03`` · ``2014-03-11`` · each with a trailing ``~``
    (approximate), ``?`` (uncertain) or ``%`` (both) · ``[2014-03..2014-05]`` some day between ·
    ``[..2014-09]`` by the end of · ``[2014-09..]`` from the beginning of. Both ends of a range are inclusive.
    Raises ``InvalidValue`` (C301), whose help names the nearest accepted form.
    """
    if not isinstance(text, str):
        raise invalid(f"date is not a text: {shown(text)}", f"{FORMS}, in quotes")
    if len(text) > _LONGEST:
        raise invalid(f"not a date: {shown(text)}", FORMS)
    return _parse(text)


Day = str | PartialDate | datetime.date
"""A day as an argument: a ``date`` (those of numpy and pandas too), a partial date, or its text.

A partial date stands for its last day.
"""


def as_day(value: Day) -> datetime.date:
    """The day that a question as of ``value`` is for: the last day of a partial date.

    Raises ``InvalidValue``: C301 for what is no date, C308 for a range without an end.
    """
    if type(value) is datetime.date:
        return value
    date = as_date(value)
    if date.precision == "range" and date.latest == FOREVER:
        message = f"date without an end: {shown(date.text)}"
        raise InvalidValue(Problem("C308", message, help="write one day, such as 2014-09-30"))
    return date.latest


def as_date(value: Day) -> PartialDate:
    """``value`` as a partial date: a text is parsed; a day of Python, numpy or pandas is that day.

    Raises ``InvalidValue`` (C301) for anything else, and for a moment: which day that is depends on the time
    zone.
    """
    if isinstance(value, PartialDate):
        return value
    if isinstance(value, str):
        return parse_date(value)
    if type(value).__name__ in _OF_DATA_FRAMES:
        return _day_of_a_data_frame(value)
    return PartialDate.of(value)


# The day types of numpy and pandas, known by name, so that neither is imported for plain days.
_OF_DATA_FRAMES: Final = frozenset({"datetime64", "Timestamp", "Period", "NaTType"})


def _day_of_a_data_frame(value: object) -> PartialDate:
    """The date of a ``datetime64``, ``Timestamp`` or ``Period``.

    Raises C301 for a time other than midnight, and for ``NaT``, which is no day.
    """
    if str(value) == "NaT":
        raise invalid("no day: NaT", "leave out the rows without a date")
    day, _, clock = str(value).replace("T", " ", 1).partition(" ")
    if clock.strip("0:."):
        raise invalid(f"moment instead of a day: {shown(str(value))}", f"give a day: {ZONES}")
    return parse_date(day)


# Enough for every day of 180 years; about 25 MB when full.
@lru_cache(maxsize=65_536)
def _parse(text: str) -> PartialDate:
    if text.startswith("["):
        window = range_window(text)
        if window is None:
            raise refusal(text)
        return PartialDate(*window, False, text)
    qualified = text[-1:] in QUALIFIERS and text != ""
    window = plain_window(text[:-1] if qualified else text)
    if window is None:
        raise refusal(text)
    return PartialDate(*window, qualified and text[-1] != "?", text)


def _plain_day(day: datetime.date) -> datetime.date:
    if isinstance(day, datetime.datetime):
        raise invalid(f"moment instead of a day: {day}", f"give a datetime.date: {ZONES}")
    if not isinstance(day, datetime.date):
        raise invalid(f"not a day: {shown(day)}", "give a datetime.date")
    return datetime.date(day.year, day.month, day.day)
