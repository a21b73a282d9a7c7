"""The provenance of an answer: its value, the events that made it, their sources, and conflicting claims.

For a value that has ended also the event that ended it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.conflicts import Conflict
from chronicle.engine.replay import Key, Span
from chronicle.engine.state import Effective, Fact
from chronicle.engine.tables import Table
from chronicle.errors import Place
from chronicle.events import Event, Knowledge, knowledge

_SHOWN: Final = ("subject", "value", "certain", "what", "date", "known", "sources", "event")


@frozen
class Step:
    """One event in the provenance of a value.

    ``event`` is as known on the day of knowledge, ``knowledge`` has the day from which it could be known.
    ``place`` is its place in a file, None if it comes from a store. ``corrections`` are the
    events that corrected it, oldest first, ``confirmations`` the editions of its source that state it again,
    and ``conflicts`` those in which it was chosen.
    """

    event: Event
    knowledge: Knowledge
    place: Place | None
    corrections: tuple[Event, ...]
    conflicts: tuple[Conflict, ...]
    confirmations: tuple[Event, ...] = ()


@frozen
class Reason:
    """One fact and the events that made it, causes first, back to the last ones that set it outright.

    ``ending`` has, if the fact may have ended by the day, the event in whose window the day lies, and
    before it, for an effect of a deal, the event that announced the effect. Else it is empty.
    """

    fact: Fact
    steps: tuple[Step, ...]
    ending: tuple[Step, ...] = ()

    @property
    def contradicted_by(self) -> tuple[Event, ...]:
        """The claims of the same fact that do not count and that differ."""
        conflicts = (conflict for step in self.steps for conflict in step.conflicts if conflict.differ)
        found = (other for conflict in conflicts for other in conflict.others)
        return tuple(dict.fromkeys(found))


@frozen
class Ending:
    """A value that ended by the day, without another one after it, and the event that ended it.

    ``fact`` is the value before its end. ``steps`` has the event, and before it, for an effect of a
    deal, the event that announced the effect.
    """

    fact: Fact
    steps: tuple[Step, ...]

    @property
    def end(self) -> PartialDate:
        """The date on which the value ended."""
        end = self.fact.span.end
        assert end is not None
        return end


@frozen
class Why:
    """The answer to a question for a key: every fact about it on the day, each with its reason.

    ``ended`` has, for the keys without a fact on the day, the last value before it. Without any
    fact ``reasons`` is empty and ``instead`` says what is known around that day. ``effective`` has, of two
    entities of which one has something of the other through others, what that is; where it has nothing of it
    directly, ``reasons`` are those of the holdings on the way. ``tabled`` makes the table of notebooks.
    """

    view: str
    key: Key
    reasons: tuple[Reason, ...]
    instead: str | None = None
    ended: tuple[Ending, ...] = ()
    effective: Effective | None = None
    tabled: Callable[[Why], Table] | None = field(default=None, eq=False, repr=False, kw_only=True)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every event that makes or ends one of the values, as often as it does."""
        made = (step for reason in self.reasons for step in (*reason.steps, *reason.ending))
        return (*made, *(step for ending in self.ended for step in ending.steps))

    def table(self) -> Table | None:
        """A row with names for each event that makes or ends a value, if a history gave the answer."""
        return None if self.tabled is None else self.tabled(self)

    def _repr_html_(self) -> str | None:
        table = self.table()
        return None if table is None else table.select(*_SHOWN)._repr_html_()

    def __reduce__(self) -> tuple[type[Why], tuple[object, ...]]:
        # Without what makes the table, which has the whole history.
        return Why, (self.view, self.key, self.reasons, self.instead, self.ended, self.effective)


@frozen
class Evidence:
    """What reasons are made from, by the id of an event.

    ``events`` are as known, ``written`` gives each as first recorded, ``corrections`` has the ids of the
    corrections of each, ``places`` its place in a file, ``confirmed`` the editions that state it again.
    ``announcements`` maps the completion of a deal to the event that states its effects, which may be the
    completion itself.
    """

    events: Mapping[str, Event]
    written: Callable[[str], Event]
    corrections: Mapping[str, Sequence[str]]
    places: Mapping[str, Place]
    conflicts: Sequence[Conflict]
    announcements: Mapping[str, Event]
    confirmed: Callable[[str], tuple[Event, ...]]


def reasons_for(facts: Sequence[Fact], day: datetime.date, evidence: Evidence) -> tuple[Reason, ...]:
    """Each fact on ``day`` with the events behind it, and what is known of these."""
    return tuple(
        Reason(
            fact,
            _steps(fact.events, fact.view, evidence),
            _end(fact.span, evidence) if _may_have_ended(fact, day) else (),
        )
        for fact in facts
    )


def endings_for(spans: Sequence[Span], day: datetime.date, evidence: Evidence) -> tuple[Ending, ...]:
    """The last value before ``day`` of each key among ``spans`` without a value on it, in order of key."""
    last: dict[Key, Span] = {}
    standing = {span.key for span in spans if span.possible(day)}
    for span in spans:
        over = span.possible_until if span.end is not None and span.key not in standing else None
        if over is not None and span.possible_from < over <= day:
            last[span.key] = span
    return tuple(Ending(_until_then(last[key]), _end(last[key], evidence)) for key in sorted(last))


def _may_have_ended(fact: Fact, day: datetime.date) -> bool:
    """Whether the value of a fact may have ended by ``day``, so that it is only possible."""
    end = fact.span.certain_until
    return not fact.certain and fact.span.end is not None and end is not None and end <= day


def _until_then(span: Span) -> Fact:
    """The value of a span that has ended, certain if there was a day on which it certainly held."""
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
            confirmations=evidence.confirmed(event),
        )
        for event in _with_announcements(events, view, evidence)
    )


def _with_announcements(events: Sequence[str], view: str, evidence: Evidence) -> tuple[str, ...]:
    """``events``, by id; before each completion of a deal the event that announced its effects."""
    if view == views.DEALS:
        return tuple(events)
    said = evidence.announcements
    found = (each for event in events for each in (said[event].id if event in said else event, event))
    return tuple(dict.fromkeys(found))


def instead(spans: Sequence[Span], day: datetime.date, known: datetime.date | None) -> str:
    """Words for a key without a fact on ``day``: ``spans`` are all that it ever has."""
    by = "" if known is None else f", by what was known on {known}"
    if not spans:
        return f"nothing is known of it{by}"
    later = [span.begin for span in spans if span.possible_from > day]
    if later:
        return f"nothing on {day}{by}; it begins {min(later).words()}"
    ends = [span.end for span in spans if span.end is not None]
    return f"nothing on {day}{by}; it ended {max(ends).words()}"
