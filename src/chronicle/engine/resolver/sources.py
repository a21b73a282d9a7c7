"""Which events cite a source, looked for by a part of its publisher, title or address."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from chronicle.engine.resolver.folding import folded
from chronicle.events import Event
from chronicle.values import Source


@frozen
class Cited:
    """A source, and the ids of the events that cite it, in order of position."""

    source: Source
    events: tuple[str, ...]


def cited(text: str, events: Iterable[Event]) -> tuple[Cited, ...]:
    """The sources of ``events`` that have every word of ``text`` in publisher, title or address."""
    words = folded(text).split()
    fits: dict[Source, bool] = {}
    found: dict[Source, list[str]] = {}
    for event in events:
        for source in event.sources:
            if source not in fits:
                fits[source] = _fits(source, words)
            if fits[source]:
                found.setdefault(source, []).append(event.id)
    return tuple(Cited(source, tuple(dict.fromkeys(ids))) for source, ids in found.items())


def _fits(source: Source, words: list[str]) -> bool:
    there = folded(" ".join(filter(None, (source.publisher, source.title, source.url))))
    return bool(words) and all(word in there for word in words)
