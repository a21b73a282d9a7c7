"""What a company came out of and what it became: the answer of ``chronicle lineage``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from attrs import field, frozen

from chronicle import codec
from chronicle.engine.lineage import Hop, Lineage, Way
from chronicle.events import Event
from chronicle.render.layout import DIM, DOUBT, HEADING, PLAIN, STRONG, Page, clean, page_width, wrap
from chronicle.render.layout import Line as Text
from chronicle.render.terms import Terms
from chronicle.render.tree import deep_tree
from chronicle.render.words.days import day_words, short
from chronicle.render.words.sentences import Teller
from chronicle.render.words.sources import source_words

_COLUMNS: Final = (
    "way",
    "hops",
    "predecessor",
    "successor",
    "how",
    "certain",
    "since",
    "events",
    "line",
    "again",
    "what",
    "sources",
    "predecessor_name",
    "successor_name",
)
_TITLES: Final[Mapping[Way, str]] = MappingProxyType({"back": "Came out of", "forward": "Became"})
_NOTHING: Final[Mapping[Way, str]] = MappingProxyType(
    {
        "back": "Nothing is known that it came out of.",
        "forward": "Nothing is known that it became.",
    }
)


@frozen(eq=False)
class Descent:
    """A lineage, ``way`` by way (None: both). ``dated`` is false where no day was asked for."""

    lineage: Lineage
    way: Way | None
    dated: bool
    terms: Terms
    teller: Teller
    _names: dict[str, str] = field(factory=dict, init=False)

    def data(self) -> dict[str, Any]:
        """The successions on each way, and the events behind them by id. A way not asked for is null."""
        found, state = self.lineage, self.lineage.state
        return {
            "entity": found.entity,
            "name": state.name(found.entity),
            "as_of": state.as_of.isoformat() if self.dated else None,
            **self.terms.data(),
            **{way: self._data(way) if way in self._ways() else None for way in _TITLES},
            "events": {id: codec.encode(event) for id, event in found.events.items()},
        }

    def _data(self, way: Way) -> list[dict[str, Any]]:
        return [self._hop(hop) for hop in self.lineage.hops if hop.way == way]

    def _hop(self, hop: Hop) -> dict[str, Any]:
        state = self.lineage.state
        return {
            "predecessor": hop.predecessor,
            "successor": hop.successor,
            "how": hop.how,
            "certain": hop.certain,
            "since": str(hop.since),
            "events": list(hop.events),
            "hops": hop.hops,
            "line_certain": hop.line_certain,
            "again": hop.again,
            "predecessor_name": state.name(hop.predecessor),
            "successor_name": state.name(hop.successor),
        }

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each succession, nearest first on each way.

        ``certain`` is about the succession alone, ``line`` about the whole line from the entity to it.
        """
        return _COLUMNS, self._rows()

    def _rows(self) -> Iterator[tuple[str, ...]]:
        told = self.lineage.events
        return (self._row(hop, [told[event] for event in hop.events]) for hop in self.lineage.hops)

    def _row(self, hop: Hop, events: Sequence[Event]) -> tuple[str, ...]:
        sources = dict.fromkeys(source_words(source) for event in events for source in event.sources)
        name = self.lineage.state.name
        return (
            hop.way,
            str(hop.hops),
            clean(hop.predecessor),
            clean(hop.successor),
            hop.how,
            _sure(hop.certain),
            clean(str(hop.since)),
            clean(" ".join(hop.events)),
            _sure(hop.line_certain),
            "yes" if hop.again else "no",
            "; ".join(map(self.teller.told, events)),
            "; ".join(sources),
            clean(name(hop.predecessor) or ""),
            clean(name(hop.successor) or ""),
        )

    def lines(self) -> Iterator[str]:
        """A succession a line, with the columns of ``rows``."""
        for row in self._rows():
            yield "\t".join(row)

    def people(self, width: int) -> Page:
        """A tree for each way."""
        return Page(lambda: self._page(page_width(width)))

    def _page(self, width: int) -> Iterator[Text]:
        yield from wrap([("Lineage: ", PLAIN), (self.called(self.lineage.entity), STRONG)], width)
        day = f"by {day_words(self.lineage.state.as_of)}" if self.dated else "all that is known"
        yield from wrap([(f"{day}{self.terms.words()}", PLAIN)], width)
        for way in self._ways():
            yield []
            yield [(_TITLES[way], HEADING)]
            if any(hop.way == way for hop in self.lineage.hops):
                yield from self._tree(way, width)
            else:
                yield from wrap([(self.terms.too_early() or _NOTHING[way], PLAIN)], width)

    def _tree(self, way: Way, width: int) -> Iterator[Text]:
        """The successions of one way, those of a company below it."""
        below = self.lineage.below(way)

        def beyond(hop: Hop) -> list[Hop]:
            return [] if hop.again else below.get(hop.far, [])

        return deep_tree(below[self.lineage.entity], beyond, self._said, width)

    def _said(self, hop: Hop) -> Text:
        doubt = "" if hop.certain else ", possible"
        if hop.certain and not hop.line_certain:
            doubt = ", certain, but the line to here is only possible"
        told = ""
        if hop.again:
            told = (
                "  (a circle)" if hop.far == self.lineage.entity else "  (its own are told at another place)"
            )
        return [
            (f"{self.called(hop.far)}  ", STRONG),
            (f"{hop.how} {short(hop.since)}", PLAIN),
            (doubt, DOUBT),
            (f"  [{clean(' '.join(hop.events))}]", DIM),
            (told, DIM),
        ]

    def _ways(self) -> tuple[Way, ...]:
        return ("back", "forward") if self.way is None else (self.way,)

    def called(self, entity: str) -> str:
        """What an entity is called on the day."""
        name = self._names.get(entity)
        if name is None:
            name = self._names[entity] = self.teller.name(entity, self.lineage.state.as_of)
        return name


def _sure(certain: bool) -> str:
    return "certain" if certain else "possible"
