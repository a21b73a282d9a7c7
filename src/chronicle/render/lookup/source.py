"""Sources that have a text in publisher, title or address, and the events that cite them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chronicle.engine.resolver.sources import Cited
from chronicle.events import Event
from chronicle.render.layout import DIM, Line
from chronicle.render.lookup.shown import ShownPart, ShownThing, source_line, told
from chronicle.render.terms import Terms
from chronicle.render.words.said import plainly
from chronicle.render.words.sentences import Teller


def sources_shown(
    text: str, found: Sequence[Cited], events: Mapping[str, Event], teller: Teller, terms: Terms
) -> ShownThing:
    """Sources as an answer; ``events`` has those that cite them by id."""
    count = len({event for each in found for event in each.events})
    sources = f"{len(found):,} source{'' if len(found) == 1 else 's'}"
    about: Line = [(f"{sources}, cited by {count:,} event{'' if count == 1 else 's'}", DIM)]
    parts = [
        ShownPart(plainly(source_line(each.source)), told([events[id] for id in each.events], teller))
        for each in found
    ]
    plain = {"sources": [{"source": _plain(each), "events": list(each.events)} for each in found]}
    return ShownThing("source", text, about, parts, plain, terms)


def _plain(cited: Cited) -> dict[str, Any]:
    names = ("publisher", "title", "url", "published", "retrieved", "quote", "page")
    stated = ((name, getattr(cited.source, name)) for name in names)
    return {name: str(value) for name, value in stated if value is not None}
