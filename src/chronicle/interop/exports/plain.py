"""Spans as plain data, and text that is safe in any format. Shared by the formats."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from chronicle.dates import DAWN, FOREVER, PartialDate
from chronicle.engine.replay import Span
from chronicle.engine.views import view_of
from chronicle.engine.views.data import key_data, value_data
from chronicle.errors.characters import NOT_IN_DATA, UNSEEN

_STAND_IN = "\N{REPLACEMENT CHARACTER}"


def line(text: str) -> str:
    """``text`` in one line: line ends and tabs are spaces, what cannot be seen is a stand-in for itself."""
    return UNSEEN.sub(_in_its_place, text)


def data_line(text: str) -> str:
    """The same for a file that programs read, or that escapes what cannot be seen: marks of direction stay.

    A name in Hebrew or Arabic has them, and is another one without.
    """
    return NOT_IN_DATA.sub(_in_its_place, text)


def _in_its_place(found: re.Match[str]) -> str:
    return " " if found[0] in "\t\n\r\x85\u2028\u2029" else _STAND_IN


def json_text(data: object, indent: int | None = None) -> str:
    """JSON in UTF-8 in which every invisible character is an escape, so that nothing is lost."""
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    return UNSEEN.sub(_escaped, text) if indent is None else "\n".join(map(_escaped_line, text.split("\n")))


def _escaped_line(text: str) -> str:
    return UNSEEN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def encoded(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines as bytes of UTF-8, each with a line end."""
    for each in lines:
        yield f"{each}\n".encode("utf-8", "replace")


def span_data(span: Span) -> dict[str, Any]:
    """A span as JSON data: view, key, value, begin and end as text and as days, and the events."""
    return {
        "view": span.view,
        "key": key_data(span.view, span.key),
        **value_data(view_of(span.view), span.key, span.value),
        **_window("begin", span.begin),
        **_window("end", span.end),
        "ended_by": span.ended_by,
        "events": list(span.events),
    }


def _window(name: str, date: PartialDate | None) -> dict[str, str | None]:
    return {
        name: None if date is None else str(date),
        f"{name}_earliest": None if date is None else date.earliest.isoformat(),
        f"{name}_latest": None if date is None else date.latest.isoformat(),
    }


def bounds(date: PartialDate) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a window; an open end is replaced by the other end."""
    first, last = date.earliest, date.latest
    if date.precision != "range":
        return first, last  # the years 1 and 9999 themselves, which have no open end
    return (last if first == DAWN else first), (first if last == FOREVER else last)


def number_text(value: Fraction, places: int = 18) -> str:
    """A number as a plain decimal, rounded to ``places`` decimals where it has more."""
    scaled = round(abs(value) * 10**places)
    whole, rest = divmod(scaled, 10**places)
    sign = "-" if value < 0 and scaled else ""
    digits = f"{rest:0{places}}".rstrip("0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"
