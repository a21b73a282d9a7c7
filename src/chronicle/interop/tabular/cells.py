"""Cells of a table as the text that an event file would have.

Reads dates in the forms of a source, dates that stand for none, shares in percent or as fractions, and
numbers with separators. What cannot be right is refused with the reason; nothing is guessed.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from zlib import crc32

from attrs import field, frozen

from chronicle.codec import slug
from chronicle.codec.ids import LONGEST
from chronicle.dates import DAWN, FOREVER, PartialDate, parse_date
from chronicle.errors import InvalidValue, Problem, shown
from chronicle.interop.tabular.findings import unread_date
from chronicle.interop.tabular.text.date_forms import fitting

ISO: Final = "iso"
"""The name of Chronicle's own forms of dates among the formats of a mapping."""

_DAY = datetime.timedelta(days=1)

# Days that registers write for "no end" and for "unknown".
_FAR = frozenset(datetime.date.fromisoformat(text) for text in ("9999-12-31", "2999-12-31", "2100-01-01"))
_STAND_INS = frozenset(
    datetime.date.fromisoformat(text) for text in ("1900-01-01", "1899-12-31", "1899-12-30", "0001-01-01")
)

# A spreadsheet counts days from here: a year such as 2006 in a cell of dates becomes a day in 1905, and a
# date without a format is shown as a number.
_SERIAL_ZERO = datetime.date(1899, 12, 30)
_SERIAL_YEARS = range(1950, 2051)
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")


@frozen
class Dates:
    """How the dates of a source are written, and which of them stand for none.

    ``formats`` are tried in turn: ``iso`` for Chronicle's own forms, else one of ``strptime``. ``open`` are
    texts that mean "no end yet"; ``instead`` gives the date that a text stands for. A year before
    ``earliest`` or after ``latest`` is refused. ``inclusive`` says that an end is the last day on which
    something was so, not the first on which it was not. ``spreadsheet`` allows days of 1905 that a
    spreadsheet makes of years.
    """

    formats: tuple[str, ...] = (ISO,)
    open: frozenset[str] = frozenset()
    instead: Mapping[str, str] = field(factory=lambda: MappingProxyType({}))
    earliest: int = 1000
    latest: int = 2100
    inclusive: bool = False
    spreadsheet: bool = False

    def read(self, text: str) -> str | None:
        """The date of a cell in Chronicle's own forms; None when it says that there is no end yet.

        Raises ``InvalidValue``: C301 for what is no date, C705 for one that cannot be right.
        """
        if text in self.instead:
            return self.instead[text]
        if text in self.open:
            return None
        date = self._parsed(text)
        if date.precision == "day" and date.earliest in _FAR:
            return None
        self._require_possible(date, text)
        return date.text

    def end(self, text: str) -> str | None:
        """The same for an end: the first day on which something was no longer so."""
        stated = self.read(text)
        return stated if stated is None or not self.inclusive else _day_after(parse_date(stated))

    def _parsed(self, text: str) -> PartialDate:
        for form in self.formats:
            date = _iso(text) if form == ISO else _formatted(text, form)
            if date:
                return date
        if _SERIAL.fullmatch(text):
            day = _SERIAL_ZERO + datetime.timedelta(days=int(text.partition(".")[0]))
            help = f"if {day} is meant, write that: give the column a date format and export again"
            raise _impossible(f"number of a spreadsheet where a date is expected: {shown(text)}", help)
        if self.formats == (ISO,) and not fitting(text):
            parse_date(text)  # raises, with the nearest form
        raise InvalidValue(unread_date(text, ", ".join(self.formats)))

    def _require_possible(self, date: PartialDate, text: str) -> None:
        if date.precision == "day" and date.earliest in _STAND_INS:
            help = f'say in the mapping what it means: `dates: {{instead: {{"{text}": "[..1950]"}}}}`'
            raise _impossible(f"date that stands for none: {shown(text)}", help)
        first = self.earliest if date.earliest == DAWN else date.earliest.year
        last = self.latest if date.latest == FOREVER else date.latest.year
        if first < self.earliest or last > self.latest:
            help = f"years go from {self.earliest} to {self.latest} unless the mapping says otherwise"
            raise _impossible(f"impossible year: {shown(text)}", help)
        serial = (date.earliest - _SERIAL_ZERO).days
        if date.precision == "day" and serial in _SERIAL_YEARS and not self.spreadsheet:
            help = "look at the source; if the day is meant, say `dates: {spreadsheet: keep}`"
            raise _impossible(f"day that a spreadsheet makes of the year {serial}: {shown(text)}", help)


def _impossible(message: str, help: str) -> InvalidValue:
    return InvalidValue(Problem("C705", message, help=help))


# A moment counts as the day that it shows, which is that of its source, whatever its time zone.
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r" ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


def is_iso(text: str) -> bool:
    """Whether a text is a date in one of Chronicle's own forms, or a moment."""
    return _iso(text) is not None


def _iso(text: str) -> PartialDate | None:
    moment = _MOMENT.fullmatch(text)
    try:
        return parse_date(moment[1] if moment else text)
    except InvalidValue:
        return None


def _formatted(text: str, form: str) -> PartialDate | None:
    """The date of ``text`` in a format of ``strptime``, as precise as the format."""
    try:
        moment = datetime.datetime.strptime(text, form)
    except ValueError:
        return None
    # The local day of the source: a moment is never converted to another time zone.
    day = moment.date().isoformat()
    if "%d" in form or "%j" in form:
        return parse_date(day)
    return parse_date(day[:7] if any(part in form for part in ("%m", "%b", "%B")) else day[:4])


def _day_after(date: PartialDate) -> str | None:
    """The day after ``date``, as text: a window when ``date`` is one; None when it has no end."""
    if date.latest == FOREVER:
        return None
    last = (date.latest + _DAY).isoformat()
    if date.earliest == date.latest:
        return last + (date.text[-1] if date.text[-1] in "~?%" else "")
    first = "" if date.earliest == DAWN else (date.earliest + _DAY).isoformat()
    return f"[{first}..{last}]"


_AMOUNT = r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?"
_LOOSE_SHARE = re.compile(rf"(>=|<=|>|<|~)?({_AMOUNT})(?:-(<)?({_AMOUNT}))?(%?)")
_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "≥": ">=", "≤": "<="})


@frozen
class Shares:
    """How the shares of a source are written.

    ``form`` is ``stated`` (``60%``, as in event files), ``percent`` (``60``) or ``fraction`` (``0.6``).
    ``comma`` says that a comma stands before decimals. ``unknown`` are texts for an unknown share.
    """

    form: str = "stated"
    comma: bool = False
    unknown: frozenset[str] = frozenset()

    def read(self, text: str) -> str:
        """The share of a cell in Chronicle's own forms. A text that is no share is given back unchanged."""
        if text in self.unknown:
            return "?"
        if self.form == "stated" and not self.comma:
            return text
        tidied = "".join(text.split()).translate(_DASHES)
        found = _LOOSE_SHARE.fullmatch(_with_points(tidied) if self.comma else tidied)
        if found is None:
            return text
        sign, low, below, high, percent = found.groups(default="")
        if self.form == "stated" and not percent:
            return text
        places = 2 if self.form == "fraction" and not percent else 0
        first, last = _shifted(low, places), _shifted(high, places)
        return f"{sign}{first}-{below}{last}%" if high else f"{sign}{first}%"


# With a comma before the decimals, points part thousands; in front of them stands no zero.
_THOUSANDS: Final = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?![0-9.])")


def _with_points(text: str) -> str:
    """Numbers with decimal commas as numbers with points: ``1.000,5`` is ``1000.5``."""
    return _THOUSANDS.sub(lambda found: found[0].replace(".", ""), text).replace(",", ".")


def _shifted(text: str, places: int) -> str:
    """A number with its point moved to the right, exact and without an exponent."""
    return format(Decimal(text).scaleb(places), "f") if text else ""


_GROUPED = MappingProxyType(
    {
        ",": re.compile(r"[0-9]{1,3}(?:[,\s'’][0-9]{3})+(\.[0-9]+)?|[0-9]+(\.[0-9]+)?"),
        ".": re.compile(r"[0-9]{1,3}(?:[.\s'’][0-9]{3})+(,[0-9]+)?|[0-9]+(,[0-9]+)?"),
    }
)


def number(text: str, comma: bool) -> str:
    """A number without separators of thousands; a text that is no number is given back unchanged."""
    separator = "." if comma else ","
    if not _GROUPED[separator].fullmatch(text):
        return text
    bare = re.sub(rf"[\s'’{re.escape(separator)}]", "", text)
    return bare.replace(",", ".") if comma else bare


# Letters that no accent makes of others, as one spells them in ASCII.
_SPELLED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t"}
)


def identifier(text: str) -> str:
    """A text as a part of an id. One that ASCII cannot spell whole gets its checksum behind what it can."""
    # The numbers of a register are ids already, and each of them comes once.
    if text.isascii() and text.isdigit() and len(text) <= LONGEST:
        return text
    return _recurring_identifier(text)


@lru_cache(maxsize=8_192)
def _recurring_identifier(text: str) -> str:
    return _with_checksum(text, slug)


def dashed(text: str) -> str:
    """A text as a part of an id with hyphens only: ``BF.B`` and ``BF-B`` are both ``bf-b``."""
    return _with_checksum(text, _dashes)


def _dashes(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _with_checksum(text: str, shortened: Callable[[str], str]) -> str:
    if text.isascii():
        return shortened(text) or _checksum(text)
    spelled = text.casefold().translate(_SPELLED)
    plain = shortened(spelled)
    folded = unicodedata.normalize("NFKD", spelled)
    if plain and all(letter.isascii() for letter in folded if letter.isalnum()):
        return plain
    return "-".join(filter(None, (plain, _checksum(text))))


def _checksum(text: str) -> str:
    return f"{crc32(text.encode('utf-8', 'surrogatepass')):08x}"


FILTERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"slug": identifier, "dashed": dashed, "lower": str.lower, "upper": str.upper, "text": str}
)
"""The filters of a template, by the name after the bar: ``{Owner Name|slug}``."""
