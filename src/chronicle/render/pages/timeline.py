"""What happened, in order: the answer of ``chronicle timeline``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from attrs import field, frozen

from chronicle import codec
from chronicle.dates import DAWN, FOREVER
from chronicle.events import Event, Knowledge, knowledge
from chronicle.render.layout import Page, clean
from chronicle.render.pages.timeline_page import timeline_page
from chronicle.render.terms import ASKED_PLAINLY, Terms, assumed_data
from chronicle.render.words.figures import money_figure, share_figure
from chronicle.render.words.names import Name, by_id
from chronicle.render.words.sentences import Teller, titles_of
from chronicle.render.words.sources import source_words

_COLUMNS: Final = (
    "position",
    "id",
    "kind",
    "date",
    "earliest",
    "latest",
    "known",
    "known_assumed",
    "what",
    "share",
    "holds",
    "shares",
    "money",
    "deal",
    "confidence",
    "note",
    "sources",
)


@frozen(eq=False)
class Timeline:
    """Events in the order in which they are to be told.

    ``position`` gives the position of an event by its id, ``name`` what an entity is called on a day,
    ``known`` from which day an event could be known. ``terms`` are those on which they were asked for, and
    ``titles`` those of deals that events left out have given.
    """

    events: tuple[Event, ...]
    position: Callable[[str], int]
    name: Name = by_id
    terms: Terms = ASKED_PLAINLY
    known: Callable[[Event], Knowledge] = knowledge
    titles: Mapping[str, str] = field(factory=dict)

    def data(self) -> dict[str, Any]:
        """Each event as in a file, with its id, position and the day from which it is known."""
        terms = assumed_data(self.terms.assumed)
        return {**terms, "events": [self._plain(event) for event in self.events]}

    def _plain(self, event: Event) -> dict[str, Any]:
        known = self.known(event)
        assumed = {"known_assumed": True} if known.assumed else {}
        head = {"id": event.id, "position": self.position(event.id)}
        return head | codec.encode(event) | {"known": known.day.isoformat()} | assumed

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """An event a row, told in one sentence. A range without an end has an empty cell there."""
        teller = self._teller()
        return _COLUMNS, (self._row(event, teller) for event in self.events)

    def _row(self, event: Event, teller: Teller) -> tuple[str, ...]:
        known = self.known(event)
        return (
            str(self.position(event.id)),
            clean(event.id),
            event.kind,
            clean(str(event.date)),
            "" if event.date.earliest == DAWN else event.date.earliest.isoformat(),
            "" if event.date.latest == FOREVER else event.date.latest.isoformat(),
            known.day.isoformat(),
            "yes" if known.assumed else "no",
            teller.told(event),
            _field(event, "share"),
            _field(event, "holds"),
            _field(event, "shares"),
            money_figure(event),
            clean(event.deal or ""),
            event.confidence or "",
            clean(event.note or ""),
            _sources(event),
        )

    def lines(self) -> Iterator[str]:
        """An event a line: kind, date, id, what happened, share, money, sources."""
        teller = self._teller()
        for event in self.events:
            yield "\t".join(
                (
                    event.kind,
                    clean(str(event.date)),
                    clean(event.id),
                    teller.told(event),
                    share_figure(event),
                    money_figure(event),
                    _sources(event),
                )
            )

    def people(self, width: int) -> Page:
        """The events along a line, dates in the gutter, figures in columns on the right."""
        return timeline_page(self.events, self._teller(), self.terms, width)

    def _teller(self) -> Teller:
        return Teller(self.name, {**self.titles, **titles_of(iter(self.events))})


def _field(event: Event, name: str) -> str:
    """A field as it was stated, empty where this kind of event has none."""
    value = getattr(event, name, None)
    return "" if value is None else clean(str(value))


def _sources(event: Event) -> str:
    return "; ".join(map(source_words, event.sources))
