"""One event: how it was written, its sources, what corrected it, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen

from chronicle import codec
from chronicle.codec.event_text import event_file
from chronicle.engine.diff.one_event import Moved
from chronicle.engine.views import view_of
from chronicle.engine.views.data import key_data, value_data
from chronicle.errors import Place
from chronicle.events import Event, Knowledge
from chronicle.render.layout import DIM, DOUBT, PLAIN, STRONG, Line, clean
from chronicle.render.lookup.shown import ShownLine, ShownPart, ShownThing, says, source_line, told
from chronicle.render.pages.problems import place_data
from chronicle.render.terms import Terms
from chronicle.render.words.days import day_words, speaking_day
from chronicle.render.words.facts import subject
from chronicle.render.words.sentences import Teller


@frozen(eq=False)
class OneEvent:
    """What is known of one event.

    ``written`` is as it was recorded, ``counted`` as it was corrected, None where it was retracted.
    ``statements`` are its corrections and its retraction. ``place`` is None where it comes from a store.
    """

    written: Event
    counted: Event | None
    place: Place | None
    position: int
    knowledge: Knowledge
    statements: Sequence[Event]
    moved: Sequence[Moved]
    teller: Teller

    def shown(self, terms: Terms) -> ShownThing:
        """It as an answer."""
        about = self.teller.sentence(self.counted or self.written)
        gone: Line = [] if self.counted is not None else [(", retracted", DOUBT)]
        parts = tuple(self._parts())
        return ShownThing("event", self.written.id, [*about, *gone], parts, self._plain(), terms)

    def _parts(self) -> Iterator[ShownPart]:
        yield ShownPart("As written", [ShownLine([(self._where(), DIM)])], verbatim=_yaml(self.written))
        if self.counted is not None and self.counted != self.written:
            yield ShownPart("As corrected", verbatim=_yaml(self.counted))
        sources = (self.counted or self.written).sources
        yield ShownPart("Sources", [ShownLine(source_line(each)) for each in sources])
        yield ShownPart("Corrected by", told(self.statements, self.teller))
        yield ShownPart("What it changed", list(map(self._change, self.moved)))

    def _where(self) -> str:
        assumed = " (assumed: no source is dated)" if self.knowledge.assumed else ""
        place = f"{clean(str(self.place))}" if self.place else f"position {self.position:,}"
        return f"{place}, known from {day_words(self.knowledge.day)}{assumed}"

    def _called(self, entity: str) -> str:
        return self.teller.name(entity, speaking_day(self.written.date))

    def _change(self, moved: Moved) -> ShownLine:
        span = moved.after or moved.before
        assert span is not None
        what = (
            f"{clean(view_of(moved.view).what)} of {subject(moved.view, moved.key, span.value, self._called)}"
        )
        before, after = (says(each, self._called) if each else "" for each in (moved.before, moved.after))
        if not after:
            return ShownLine([(f"{what} ended, was {before}", PLAIN)])
        change = f"{before} → " if before else ""
        return ShownLine([(f"{what}: {change}", PLAIN), (after, STRONG)])

    def _plain(self) -> dict[str, Any]:
        corrected = self.counted if self.counted != self.written else None
        return {
            "event": codec.encode(self.written),
            "corrected": None if corrected is None else codec.encode(corrected),
            "retracted": self.counted is None,
            "place": None if self.place is None else place_data(self.place),
            "position": self.position,
            "known_from": self.knowledge.day.isoformat(),
            "known_assumed": self.knowledge.assumed,
            "corrections": [codec.encode(each) for each in self.statements],
            "changes": list(map(_moved_data, self.moved)),
        }


def _yaml(event: Event) -> str:
    """An event as an item of an event file."""
    return "\n".join(line[2:] for line in event_file([event]).splitlines()[1:])


def _moved_data(moved: Moved) -> dict[str, Any]:
    view = view_of(moved.view)
    before, after = (
        None if each is None else value_data(view, moved.key, each.value)
        for each in (moved.before, moved.after)
    )
    return {"view": moved.view, "key": key_data(moved.view, moved.key), "before": before, "after": after}
