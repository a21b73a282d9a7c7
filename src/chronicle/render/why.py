"""Why something is so: the answer of ``chronicle why``."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from chronicle import codec
from chronicle.errors import Place
from chronicle.events import Effect, Event
from chronicle.render.claims import conflict_data
from chronicle.render.facts import about, fact_data, key_data, subject_of
from chronicle.render.layout import Page, clean
from chronicle.render.sentences import Teller
from chronicle.render.sources import source_words
from chronicle.render.terms import Terms
from chronicle.render.why_page import Background, may_have_ended, why_page
from chronicle.why import Reason, Step, Why

_COLUMNS: Final = (
    "view",
    "subject",
    "value",
    "certain",
    "since",
    "event",
    "kind",
    "date",
    "known",
    "known_assumed",
    "confidence",
    "what",
    "sources",
    "corrections",
    "contradicted_by",
    "file",
    "line",
)


@frozen(eq=False)
class Explained:
    """The reasons for everything that a key says on a day, in one view or in several.

    ``key`` is what was asked for. ``events`` and ``written`` have each event by its id, as it was
    known and as it was written; ``effects`` what an event of a deal does or would do.
    """

    whys: tuple[Why, ...]
    key: tuple[str, ...]
    as_of: datetime.date
    terms: Terms
    teller: Teller
    events: Mapping[str, Event]
    written: Mapping[str, Event]
    effects: Mapping[str, Sequence[Effect]]

    def data(self) -> dict[str, Any]:
        """Every value with the events that made it. ``view`` is null where several views have the key."""
        return {
            "key": list(self.key),
            "view": self.whys[0].view if len(self.whys) == 1 else None,
            "as_of": self.as_of.isoformat(),
            **self.terms.data(),
            "reasons": [_reason(why, reason, self.as_of) for why in self.whys for reason in why.reasons],
            "instead": self.instead,
        }

    @property
    def instead(self) -> str | None:
        """What is known around that day, where there is nothing on it."""
        if any(why.reasons for why in self.whys):
            return None
        return next((why.instead for why in self.whys if why.instead), None)

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """An event behind a value a row."""
        return _COLUMNS, self._rows()

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for why in self.whys:
            for reason in why.reasons:
                for step in reason.steps:
                    yield (*self._fact(reason), *self._step(step))

    def _fact(self, reason: Reason) -> tuple[str, ...]:
        fact = reason.fact
        told = about(fact.view)
        return (
            fact.view,
            subject_of(fact, self._called),
            told.value(fact, self._called),
            "certain" if fact.certain else "possible",
            clean(str(fact.since)),
        )

    def _step(self, step: Step) -> tuple[str, ...]:
        event = step.event
        others = [other.id for conflict in step.conflicts if conflict.differ for other in conflict.others]
        return (
            clean(event.id),
            event.kind,
            clean(str(event.date)),
            step.knowledge.day.isoformat(),
            "yes" if step.knowledge.assumed else "no",
            event.confidence or "",
            self.teller.told(event),
            "; ".join(map(source_words, event.sources)),
            clean(" ".join(correction.id for correction in step.corrections)),
            clean(" ".join(others)),
            clean(step.place.file) if step.place else "",
            str(step.place.line) if step.place and step.place.line else "",
        )

    def lines(self) -> Iterator[str]:
        """An event behind a value a line, as in a table; one that begins with ``nothing`` for no value."""
        for row in self._rows():
            yield "\t".join(row)
        if self.instead:
            yield f"nothing\t{clean(self.instead)}"

    def people(self, width: int) -> Page:
        """Each value as a tree: the events that made it, and what each rests on."""
        background = Background(self.as_of, self.terms, self.teller, self.events, self.written, self.effects)
        return why_page(self.whys, self.key, background, width)

    def _called(self, entity: str) -> str:
        return self.teller.name(entity, self.as_of)


def _reason(why: Why, reason: Reason, as_of: datetime.date) -> dict[str, Any]:
    fact = {name: value for name, value in fact_data(reason.fact).items() if name != "events"}
    return {
        "view": why.view,
        "key": key_data(why.view, reason.fact.key),
        **fact,
        "ended_by": reason.fact.span.ended_by if may_have_ended(reason.fact, as_of) else None,
        "steps": [_step_data(step) for step in reason.steps],
        "contradicted_by": [event.id for event in reason.contradicted_by],
    }


def _step_data(step: Step) -> dict[str, Any]:
    return {
        "event": codec.encode(step.event),
        "known": step.knowledge.day.isoformat(),
        "known_assumed": step.knowledge.assumed,
        "place": None if step.place is None else _place(step.place),
        "corrections": [codec.encode(correction) for correction in step.corrections],
        "conflicts": [conflict_data(conflict) for conflict in step.conflicts],
    }


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line or None, "column": place.column or None}
