"""iCalendar (RFC 5545): every event as an all-day entry; a partial date covers all its days.

Events without any date are left out.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from chronicle.dates import FOREVER
from chronicle.events import Event
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import bounds, line

_WIDTH = 75  # bytes of a line, its end left out
_UTC = (
    *("BEGIN:VTIMEZONE", "TZID:UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
    *("TZOFFSETFROM:+0000", "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE"),
)
_ONE_DAY = datetime.timedelta(days=1)


def events(material: Material) -> Iterator[bytes]:
    """The calendar, line by line."""
    for each in _lines(material):
        yield _folded(each)


def _lines(material: Material) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//Chronicle//chronicle-timeline//EN"
    yield "CALSCALE:GREGORIAN"
    dated = material.dated
    if not dated:
        # A calendar without entries must have some other component.
        yield from _UTC
    for event in dated:
        yield from _entry(material, event)
    yield "END:VCALENDAR"


def _entry(material: Material, event: Event) -> Iterator[str]:
    first, last = bounds(event.date)
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.id)}@chronicle"
    # The day on which it could be known, not the current time, so that equal exports give equal files.
    yield f"DTSTAMP:{_day(material.known(event))}T000000Z"
    if last < FOREVER:
        yield f"DTSTART;VALUE=DATE:{_day(first)}"
        yield f"DTEND;VALUE=DATE:{_day(last + _ONE_DAY)}"
    else:
        # No day comes after the last one, at which an entry without times would end.
        yield f"DTSTART:{_day(first)}T000000"
        yield f"DTEND:{_day(last)}T235959"
    yield f"SUMMARY:{_text(material.tell(event))}"
    said = _description(event)
    if said:
        yield f"DESCRIPTION:{_text(said)}"
    yield f"CATEGORIES:{_text(event.kind)}"
    address = next((source.url for source in event.sources if source.url), None)
    if address and address.startswith(("http:", "https:")):
        yield f"URL:{line(address)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _description(event: Event) -> str:
    dated = [] if event.date.precision == "day" and not event.date.approximate else [event.date.words()]
    noted = [] if event.note is None else [event.note]
    return "\n".join([*dated, *noted, *(f"Source: {source}" for source in event.sources)])


def _day(day: datetime.date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _text(text: str) -> str:
    """``text`` as a value of type TEXT, with its line ends."""
    lines = (
        line(part).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,") for part in text.splitlines()
    )
    return "\\n".join(lines)


def _folded(text: str) -> bytes:
    """A line folded so that none has more than 75 bytes and no character is cut."""
    pieces: list[bytes] = []
    piece = b""
    for character in text:
        more = character.encode("utf-8", "replace")
        if len(piece) + len(more) > _WIDTH:
            pieces.append(piece)
            piece = b" "  # the space that marks a continuation counts
        piece += more
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
