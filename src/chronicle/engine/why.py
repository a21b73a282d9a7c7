"""The provenance of an answer: the value, the events that made it, who says so, and who disagrees.

And why it is no more: the event that ended it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.conflicts import Conflict
from chronicle.engine.replay import Key, Span
from chronicle.engine.state import Fact
from chronicle.errors import Place
from chronicle.events import Event, Knowledge, knowledge


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
    """One fact and the events that made it, causes first, back to the last ones that set it outright.

    ``ending`` has, where the fact may be over on the day, the event in whose window the day lies, and
    before it, for what a deal does, the one that announced it. Else it is empty.
    """

    fact: Fact
    steps: tuple[Step, ...]
    ending: tuple[Step, ...] = ()

    @property
    def contradicted_by(self) -> tuple[Event, ...]:
        """The claims about the same that do not count."""
        conflicts = (conflict for step in self.steps for conflict in step.conflicts if conflict.differ)
        found = (other for conflict in conflicts for other in conflict.others)
        return tuple(dict.fromkeys(found))


@frozen
class Ending:
    """A value that is over on the day, with nothing in its place, and the event that ended it.

    ``fact`` is the value as it stood until then. ``steps`` has the event, and before it, for what a deal
    did, the one that announced it.
    """

    fact: Fact
    steps: tuple[Step, ...]

    @property
    def end(self) -> PartialDate:
        """When the value came to its end."""
        end = self.fact.span.end
        assert end is not None
        return end


@frozen
class Why:
    """The answer to a question for a key: every fact about it on the day, each with its reason.

    ``ended`` has what the keys of which there is no fact on the day had last before it. Without any
    fact ``reasons`` is empty and ``instead`` says what is known around that day.
    """

    view: str
    key: Key
    reasons: tuple[Reason, ...]
    instead: str | None = None
    ended: tuple[Ending, ...] = ()


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


def reasons_for(facts: Sequence[Fact], day: datetime.date, evidence: Evidence) -> tuple[Reason, ...]:
    """Each fact on ``day`` with the events behind it and all that is known of these."""
    return tuple(
        Reason(
            fact,
            _steps(fact.events, fact.view, evidence),
            _end(fact.span, evidence) if _may_have_ended(fact, day) else (),
        )
        for fact in facts
    )


def endings_for(spans: Sequence[Span], day: datetime.date, evidence: Evidence) -> tuple[Ending, ...]:
    """The last value before ``day`` of each key among ``spans`` that has none on it, in order of key."""
    last: dict[Key, Span] = {}
    standing = {span.key for span in spans if span.possible(day)}
    for span in spans:
        over = span.possible_until if span.end is not None and span.key not in standing else None
        if over is not None and span.possible_from < over <= day:
            last[span.key] = span
    return tuple(Ending(_until_then(last[key]), _end(last[key], evidence)) for key in sorted(last))


def _may_have_ended(fact: Fact, day: datetime.date) -> bool:
    """Whether what a fact says may be over on ``day``: a reason why it is only possible."""
    end = fact.span.certain_until
    return not fact.certain and fact.span.end is not None and end is not None and end <= day


def _until_then(span: Span) -> Fact:
    """The value of a span that is over, certain where there was a day on which it surely stood."""
    return Fact(span, span.certain_until is None or span.certain_from < span.certain_until)


def _end(span: Span, evidence: Evidence) -> tuple[Step, ...]:
    return () if span.ended_by is None else _steps((span.ended_by,), span.view, evidence)


def _steps(events: Sequence[str], view: str, evidence: Evidence) -> tuple[Step, ...]:
    return tuple(
        Step(
            event=evidence.events[event],
            knowledge=knowledge(evidence.written(event)),
            place=evidence.places.get(event),
            corrections=tuple(evidence.written(each) for each in evidence.corrections.get(event, ())),
            conflicts=tuple(conflict for conflict in evidence.conflicts if conflict.chosen.id == event),
        )
        for event in _behind(events, view, evidence)
    )


def _behind(events: Sequence[str], view: str, evidence: Evidence) -> tuple[str, ...]:
    """``events``, by their ids. What a deal did was said by whoever announced it."""
    if view == views.DEALS:
        return tuple(events)
    said = evidence.announcements
    found = (each for event in events for each in (said[event].id if event in said else event, event))
    return tuple(dict.fromkeys(found))


def instead(spans: Sequence[Span], day: datetime.date, known: datetime.date | None) -> str:
    """Words for a key about which there is no fact on ``day``: ``spans`` are all that it ever has."""
    by = "" if known is None else f", by what was known on {known}"
    if not spans:
        return f"nothing is known of it{by}"
    later = [span.begin for span in spans if span.possible_from > day]
    if later:
        return f"nothing on {day}{by}; it begins {min(later).words()}"
    ends = [span.end for span in spans if span.end is not None]
    return f"nothing on {day}{by}; it ended {max(ends).words()}"
