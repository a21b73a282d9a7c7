"""TimelineJS: every event as a slide of a timeline on the web. All text is escaped for HTML.

Events without any date are left out.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from html import escape
from typing import Any

from chronicle.dates import PartialDate
from chronicle.events import Event
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import bounds, encoded, json_text, line


def events(material: Material) -> Iterator[bytes]:
    """One JSON document with the slides, in the order of replay."""
    slides = [_slide(material, event) for event in material.dated]
    return encoded([json_text({"events": slides}, indent=2)])


def _slide(material: Material, event: Event) -> dict[str, Any]:
    slide: dict[str, Any] = {
        "unique_id": event.id,
        "group": event.kind.split(".")[0],
        **_when(event.date),
        "display_date": event.date.words(),
        "text": {"headline": _html(material.tell(event)), "text": _body(event)},
    }
    address = next((source.url for source in event.sources if source.url), None)
    if address and address.startswith(("http:", "https:")):
        slide["media"] = {"url": line(address)}
    return slide


def _when(date: PartialDate) -> dict[str, dict[str, int]]:
    """A year, a month or a day as it was stated; any other window as its first and last day."""
    first, last = bounds(date)
    if date.precision in ("year", "month", "day"):
        return {"start_date": _parts(first, {"year": 1, "month": 2, "day": 3}[date.precision])}
    start = {"start_date": _parts(first, 3)}
    return start if first == last else start | {"end_date": _parts(last, 3)}


def _parts(day: datetime.date, number: int) -> dict[str, int]:
    return dict([("year", day.year), ("month", day.month), ("day", day.day)][:number])


def _body(event: Event) -> str:
    noted = [] if event.note is None else [f"<p>{_html(event.note)}</p>"]
    return "".join([*noted, *(f"<p>{_html(str(source))}</p>" for source in event.sources)])


def _html(text: str) -> str:
    return escape(line(text))
