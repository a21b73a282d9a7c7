"""Why something is so, its provenance: the answer of ``chronicle why``."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from chronicle import codec
from chronicle.engine.replay import Key
from chronicle.engine.state import Fact
from chronicle.engine.views.data import fact_data, names_data
from chronicle.engine.why import Ending, Reason, Step, Why
from chronicle.events import Effect, Event
from chronicle.render.layout import Page, clean
from chronicle.render.pages.claims import conflict_data
from chronicle.render.pages.problems import place_data
from chronicle.render.terms import Terms
from chronicle.render.words.facts import statement, subject_of
from chronicle.render.words.owners import effective_data
from chronicle.render.words.sentences import Teller
from chronicle.render.words.sources import source_words

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
    "does",
    "subject_id",
)


@frozen
class Around:
    """What is known where nothing is of what was asked for: by other views, and whether it is ``later``.

    ``today`` says that no day was asked for, so that the page says which was taken.
    """

    cells: Sequence[tuple[str, Key]] = ()
    later: bool = False
    today: bool = False


_NOTHING_ELSE: Final = Around()


@frozen(eq=False)
class Explained:
    """The provenance of every value that a key has on a day, in one view or in several.

    ``key`` is what was asked for. ``written`` has each event by its id as it was written; ``effects`` the
    effects that an event of a deal states. ``around`` says what is known instead, where nothing is known of
    the key.
    """

    whys: tuple[Why, ...]
    key: tuple[str, ...]
    as_of: datetime.date
    terms: Terms
    teller: Teller
    written: Mapping[str, Event]
    effects: Mapping[str, Sequence[Effect]]
    around: Around = _NOTHING_ELSE

    def data(self) -> dict[str, Any]:
        """Every value with the events that made it. ``view`` is null where several views have the key."""
        return {
            "key": list(self.key),
            "view": self.whys[0].view if len(self.whys) == 1 else None,
            "as_of": self.as_of.isoformat(),
            **self.terms.data(),
            "reasons": [_reason(reason, self) for why in self.whys for reason in why.reasons],
            "instead": self.instead,
            "effective": next((effective_data(why.effective) for why in self.whys if why.effective), None),
            "ended": [_ending(ending, self) for why in self.whys for ending in why.ended],
        }

    @property
    def instead(self) -> str | None:
        """What is known before or after the day, where there is nothing on it."""
        if any(why.reasons for why in self.whys):
            return None
        return next((why.instead for why in self.whys if why.instead), None)

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each event that makes, may end, or has ended a value; ``does`` says which."""
        return _COLUMNS, (row for why in self.whys for row in (*self._made(why), *self._ended(why)))

    def _made(self, why: Why) -> Iterator[tuple[str, ...]]:
        for reason in why.reasons:
            told = self._fact(reason.fact, "certain" if reason.fact.certain else "possible")
            ids = _ids(reason.fact)
            for step in reason.steps:
                yield (*told, *self._step(step), "makes", ids)
            for step in reason.ending:
                yield (*told, *self._step(step), "may end", ids)

    def _ended(self, why: Why) -> Iterator[tuple[str, ...]]:
        for ending in why.ended:
            told = self._fact(ending.fact, "ended")
            for step in ending.steps:
                yield (*told, *self._step(step), "ends", _ids(ending.fact))

    def _fact(self, fact: Fact, sure: str) -> tuple[str, ...]:
        return (
            fact.view,
            subject_of(fact, self.called),
            statement(fact, self.called),
            sure,
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
        """An event a line, with the columns of ``rows``.

        Without a value the first line begins with ``nothing``.
        """
        if self.instead:
            yield f"nothing\t{clean(self.instead)}"
        for row in self.rows()[1]:
            yield "\t".join(row)

    def people(self, width: int) -> Page:
        """Each value as a tree: the events that made it, and what each rests on."""
        from chronicle.render.pages.why_page import why_page

        return why_page(self, width)

    def called(self, entity: str) -> str:
        """What an entity is called on the day."""
        return self.teller.name(entity, self.as_of)


def _ids(fact: Fact) -> str:
    """The key of a fact, of which the subject has the names."""
    return clean(" ".join(map(str, fact.key)))


def _reason(reason: Reason, explained: Explained) -> dict[str, Any]:
    teller = explained.teller
    return {
        **_said(reason.fact),
        "ended_by": reason.fact.span.ended_by if reason.ending else None,
        "steps": [_step_data(step, teller) for step in reason.steps],
        "contradicted_by": [event.id for event in reason.contradicted_by],
        "ending": [_step_data(step, teller) for step in reason.ending],
        "names": names_data(reason.fact, explained.called),
    }


def _ending(ending: Ending, explained: Explained) -> dict[str, Any]:
    teller = explained.teller
    return {
        **_said(ending.fact),
        "end": str(ending.end),
        "ended_by": ending.fact.span.ended_by,
        "steps": [_step_data(step, teller) for step in ending.steps],
        "names": names_data(ending.fact, explained.called),
    }


def _said(fact: Fact) -> dict[str, Any]:
    """A fact as JSON data without the ids of its events, which the steps have."""
    return {name: value for name, value in fact_data(fact).items() if name != "events"}


def _step_data(step: Step, teller: Teller) -> dict[str, Any]:
    return {
        "event": codec.encode(step.event),
        "known": step.knowledge.day.isoformat(),
        "known_assumed": step.knowledge.assumed,
        "place": None if step.place is None else place_data(step.place),
        "corrections": [codec.encode(correction) for correction in step.corrections],
        "conflicts": [conflict_data(conflict, teller) for conflict in step.conflicts],
        "confirmations": [_confirmation_data(confirmation) for confirmation in step.confirmations],
    }


def _confirmation_data(confirmation: Event) -> dict[str, Any]:
    """An edition that states an event again, without the other events that it states."""
    return {
        name: value
        for name, value in codec.encode(confirmation).items()
        if name in ("id", "date", "known", "sources")
    }
