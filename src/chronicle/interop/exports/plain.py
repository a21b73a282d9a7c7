"""Facts and spans as plain data, and text that is safe in any format. What the formats share."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from chronicle import views
from chronicle.dates import DAWN, FOREVER, PartialDate
from chronicle.replay import Span
from chronicle.state import Fact
from chronicle.values import Share

# Control characters, line ends of Unicode, marks that turn the direction of text, and half characters.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_STAND_IN = "\N{REPLACEMENT CHARACTER}"


def line(text: str) -> str:
    """``text`` in one line: line ends and tabs are spaces, what cannot be seen is a stand-in for itself."""
    return _UNSEEN.sub(lambda found: " " if found[0] in "\t\n\r\x85\u2028\u2029" else _STAND_IN, text)


def json_text(data: object, indent: int | None = None) -> str:
    """JSON in UTF-8 in which everything that cannot be seen is an escape, so that nothing is lost."""
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    return _UNSEEN.sub(_escaped, text) if indent is None else "\n".join(map(_escaped_line, text.split("\n")))


def _escaped_line(text: str) -> str:
    return _UNSEEN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def encoded(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines as bytes of UTF-8, each with a line end."""
    for each in lines:
        yield f"{each}\n".encode("utf-8", "replace")


def key_data(span: Span) -> dict[str, str] | list[str]:
    """A key with the names of its parts; a plain list for a user's own view."""
    names = views.KEYS.get(span.view)
    return list(span.key) if names is None else dict(zip(names, span.key, strict=True))


def value_data(value: object) -> Any:
    """A value as JSON has it: named tuples are mappings, shares their exact numbers, the rest text."""
    names = getattr(value, "_fields", None)
    if names is not None:
        return {name: value_data(getattr(value, name)) for name in names}
    if isinstance(value, Share):
        return value.to_json()
    if isinstance(value, (tuple, list)):
        return [value_data(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): value_data(item) for key, item in value.items()}
    return value if value is None or isinstance(value, (str, bool, int)) else str(value)


def fact_data(fact: Fact) -> dict[str, Any]:
    """A fact: view, key, value, whether it is certain, since when it is so, and the events behind it."""
    return {
        "view": fact.view,
        "key": key_data(fact.span),
        "value": value_data(fact.value),
        "certain": fact.certain,
        "since": str(fact.since),
        "events": list(fact.events),
    }


def span_data(span: Span) -> dict[str, Any]:
    """A span: view, key, value, the windows of its begin and end as text and as days, and the events."""
    return {
        "view": span.view,
        "key": key_data(span),
        "value": value_data(span.value),
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
    """The first and the last day of a window; an end that nobody gave is the other end."""
    first, last = date.earliest, date.latest
    return (last if first == DAWN else first), (first if last == FOREVER else last)


def number_text(value: Fraction, places: int = 18) -> str:
    """A number as a plain decimal: exact where that takes no more than ``places``, else rounded to them."""
    scaled = round(abs(value) * 10**places)
    whole, rest = divmod(scaled, 10**places)
    sign = "-" if value < 0 and scaled else ""
    digits = f"{rest:0{places}}".rstrip("0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"
