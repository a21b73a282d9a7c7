"""Why something is so on a day: the value, the events that made it, who says so, and who disagrees."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen

from chronicle import views
from chronicle.conflicts import Conflict
from chronicle.errors import Place
from chronicle.events import Event, Knowledge, knowledge
from chronicle.replay import Key, Span
from chronicle.state import Fact


@frozen
class Step:
    """One event behind a value.

    ``event`` is as known on the day of knowledge, ``knowledge`` says from which day it could be known.
    ``place`` is where it stands in a file, None when it comes from a store. ``corrections`` are the
    events that put it right, oldest first, and ``conflicts`` the claims that it was chosen over.
    """

    event: Event
    knowledge: Knowledge
    place: Place | None
    corrections: tuple[Event, ...]
    conflicts: tuple[Conflict, ...]


@frozen
class Reason:
    """One fact and the events that made it, causes first, back to the last ones that set it outright."""

    fact: Fact
    steps: tuple[Step, ...]

    @property
    def contradicted_by(self) -> tuple[Event, ...]:
        """The claims about the same that do not count."""
        conflicts = (conflict for step in self.steps for conflict in step.conflicts if conflict.differ)
        found = (other for conflict in conflicts for other in conflict.others)
        return tuple(dict.fromkeys(found))


@frozen
class Why:
    """The answer to a question for a key: every fact about it on the day, each with its reason.

    Without any fact ``reasons`` is empty and ``instead`` says what is known around that day.
    """

    view: str
    key: Key
    reasons: tuple[Reason, ...]
    instead: str | None = None


@frozen
class Evidence:
    """What there is to explain with, by the id of an event.

    ``events`` are as known, ``written`` gives each as it was written, ``corrections`` are the ids of the
    corrections of each, ``places`` where each stands in a file. ``announcements`` has for the completion
    of a deal the event that says what the deal does, which may be the completion itself.
    """

    events: Mapping[str, Event]
    written: Callable[[str], Event]
    corrections: Mapping[str, Sequence[str]]
    places: Mapping[str, Place]
    conflicts: Sequence[Conflict]
    announcements: Mapping[str, Event]


def reasons_for(facts: Sequence[Fact], evidence: Evidence) -> tuple[Reason, ...]:
    """Each fact with the events behind it and all that is known of these."""
    return tuple(Reason(fact, tuple(_steps(fact, evidence))) for fact in facts)


def _steps(fact: Fact, evidence: Evidence) -> Iterator[Step]:
    for event in _behind(fact, evidence):
        yield Step(
            event=evidence.events[event],
            knowledge=knowledge(evidence.written(event)),
            place=evidence.places.get(event),
            corrections=tuple(evidence.written(each) for each in evidence.corrections.get(event, ())),
            conflicts=tuple(conflict for conflict in evidence.conflicts if conflict.chosen.id == event),
        )


def _behind(fact: Fact, evidence: Evidence) -> tuple[str, ...]:
    """Ids of the events behind a fact. What a deal did was said by whoever announced it."""
    if fact.view == views.DEALS:
        return fact.events
    said = evidence.announcements
    found = (each for event in fact.events for each in (said[event].id if event in said else event, event))
    return tuple(dict.fromkeys(found))


def instead(spans: Sequence[Span], day: datetime.date, known: datetime.date | None) -> str:
    """Words for a key about which there is no fact on ``day``: ``spans`` are all that it ever has."""
    by = "" if known is None else f", by what was known on {known}"
    if not spans:
        return f"nothing is known of it{by}"
    later = [span.begin for span in spans if span.begin.earliest > day]
    if later:
        return f"nothing on {day}{by}; it begins {min(later).words()}"
    ends = [span.end for span in spans if span.end is not None]
    return f"nothing on {day}{by}; it ended {max(ends).words()}"
