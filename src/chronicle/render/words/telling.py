"""The sentences for events, by what was known on a day and recorded by a time."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import frozen

from chronicle.engine.state import State
from chronicle.events import Effect, Event, Knowledge, announcements
from chronicle.render.words.names import namer
from chronicle.render.words.sentences import Teller, titles_of


@frozen
class Telling:
    """What is needed to show events: the maker of sentences, events by id, and the effects of deals.

    ``events`` are as known, and as ``written`` where they are not known. ``effects`` are those that an event
    of a deal states, or, for a completion that states none, those announced last.
    """

    teller: Teller
    events: Mapping[str, Event]
    written: Mapping[str, Event]
    effects: Mapping[str, Sequence[Effect]]


def telling_of(
    known: Sequence[Event],
    written: Iterable[Event],
    state_on: Callable[[datetime.date], State],
    known_since: Callable[[Event], Knowledge],
    others: Iterable[Sequence[Event]] = (),
) -> Telling:
    """What tells events: those ``known``, in order of replay, and all as ``written``.

    A title of a deal that is not among those known is taken from ``others``, which were known at other times.
    """
    titles: dict[str, str] = {}
    for events in others:
        titles |= titles_of(iter(events))
    titles |= titles_of(iter(known))
    by_id = {event.id: event for event in written}
    return Telling(
        Teller(namer(state_on), titles, known_since),
        by_id | {event.id: event for event in known},
        by_id,
        _effects(known),
    )


def without_events(state_on: Callable[[datetime.date], State]) -> Telling:
    """What tells of the rows of a replay, of which there are no events to show, but their ids."""
    return Telling(Teller(namer(state_on), {}), {}, {}, {})


def _effects(ordered: Sequence[Event]) -> dict[str, Sequence[Effect]]:
    """The effects that each event of a deal announces, and those of each completion."""
    stated = (
        (event.id, getattr(event, "effects", None)) for event in ordered if event.kind.startswith("deal.")
    )
    found = {event: effects for event, effects in stated if effects is not None}
    for completion, said in announcements(ordered).items():
        found[completion] = said.effects or ()
    return found
