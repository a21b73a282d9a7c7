"""One entity: names, identifiers and status over time, first and last events, and what is so on a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from attrs import frozen

from chronicle import codec
from chronicle.engine import views
from chronicle.engine.replay import Span
from chronicle.engine.resolver.search import SearchHit
from chronicle.engine.state import Fact, State
from chronicle.engine.views.data import fact_data, names_data
from chronicle.events import Event
from chronicle.render.groups import facts_of
from chronicle.render.layout import DIM, DOUBT, PLAIN, STRONG, Line, clean
from chronicle.render.lookup.shown import (
    ShownLine,
    ShownPart,
    ShownThing,
    days_words,
    says,
    told,
    window_data,
)
from chronicle.render.terms import Terms
from chronicle.render.words.days import day_words, since
from chronicle.render.words.facts import statement, subject_of
from chronicle.render.words.sentences import Teller

_OVER_TIME: Final = (views.NAMES, views.TYPES, views.STATUS, views.IDENTIFIERS)
_SHOWN: Final = 3


@frozen(eq=False)
class OneEntity:
    """What is known of one entity: ``status`` over time, ``events`` that concern it, ``state`` of a day."""

    found: SearchHit
    status: Sequence[Span]
    events: Sequence[Event]
    state: State
    teller: Teller

    def shown(self, terms: Terms) -> ShownThing:
        """It as an answer."""
        kind = self.found.type or "declared nowhere"
        about: Line = [(self._called(self.found.id), PLAIN), (f", {kind}", DIM)]
        return ShownThing("entity", self.found.id, about, tuple(self._parts()), self._plain(), terms)

    def _parts(self) -> Iterator[ShownPart]:
        yield ShownPart("Names", [_dated(_name(each), each) for each in self.found.names])
        yield ShownPart("Identifiers", [_dated(_identifier(each), each) for each in self.found.identifiers])
        yield ShownPart("Status", [_dated(says(each, self._called), each) for each in self.status])
        yield ShownPart(f"On {day_words(self.state.as_of)}", list(map(self._fact, self._facts())))
        first, last = self._first_and_last()
        count = len(self.events)
        yield ShownPart("First events" if last else f"Events ({count:,})", told(first, self.teller))
        yield ShownPart(f"Last events, of {count:,}", told(last, self.teller))

    def _first_and_last(self) -> tuple[Sequence[Event], Sequence[Event]]:
        """The first and the last few events; all as the first, where they are not many more."""
        if len(self.events) <= 2 * _SHOWN:
            return self.events, ()
        return self.events[:_SHOWN], self.events[-_SHOWN:]

    def _facts(self) -> Iterator[Fact]:
        for name in views.ON_PAGES:
            if name not in _OVER_TIME:
                yield from facts_of(views.VIEWS[name], self.state, self.found.id)

    def _fact(self, fact: Fact) -> ShownLine:
        what = f"{clean(views.view_of(fact.view).what)} of {subject_of(fact, self._called)}: "
        doubt = "" if fact.certain else " (possible)"
        line: Line = [(what, PLAIN), (statement(fact, self._called), STRONG), (doubt, DOUBT)]
        return ShownLine(line, since(fact.since))

    def _called(self, entity: str) -> str:
        return self.teller.name(entity, self.state.as_of)

    def _plain(self) -> dict[str, Any]:
        return {
            "type": self.found.type,
            "names": [{**views.Name._asdict(each.value), **window_data(each)} for each in self.found.names],
            "identifiers": [
                {"scheme": each.key[1], "value": each.key[2], **window_data(each)}
                for each in self.found.identifiers
            ],
            "status": [{**each.value._asdict(), **window_data(each)} for each in self.status],
            "as_of": self.state.as_of.isoformat(),
            "facts": [{**fact_data(each), "names": names_data(each, self._called)} for each in self._facts()],
            "events": [codec.encode(each) for each in self.events],
        }


def _dated(text: str, span: Span) -> ShownLine:
    days = days_words(span)
    return ShownLine([(text, PLAIN), (f"  {days}" if days else "", DIM)], id=span.events[-1] if days else "")


def _name(span: Span) -> str:
    name: views.Name = span.value
    return clean(name.name) + (f" ({clean(name.short)})" if name.short else "")


def _identifier(span: Span) -> str:
    return f"{clean(span.key[1])} {clean(span.key[2])}"
